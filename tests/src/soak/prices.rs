//! One price everywhere, in every currency: pages, structured data, partials, lists and both feeds, compared with what
//! the documents say at this instant.
//!
//! What is expected is worked out here from the documents, not by asking the programs.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::Outcome;
use crate::catalogue::Dice;
use crate::documents;
use crate::shop::{Page, Shop, ShopBuilder};

/// Prefix of an address, code of the currency there, how many decimals it has.
const MARKETS: [(&str, &str, usize); 3] = [("", "EUR", 2), ("/de-ch", "CHF", 2), ("/ja", "JPY", 0)];
/// What makes a shop of those.
const SHOP: &str = "locale = \"en\"\nlocales = [\"de-CH\", \"ja\"]\ncurrencies = { \"de-CH\" = \"CHF\", ja = \"JPY\" }\n";
/// Sales begin and end at least this far from now, so that nothing changes while the shop is looked at.
const APART_SECONDS: i64 = 24 * 60 * 60;
/// It is none of the numbered promises.
const PROMISE: u32 = 0;

/// Minor units that are paid, and those before a reduction.
type Prices = (i64, Option<i64>);

/// What each variant costs in each market; none where it has no price there.
type Expected = BTreeMap<String, [Option<Prices>; MARKETS.len()]>;

/// Compares every price of a shop of so many random products, in each of its currencies.
///
/// # Errors
/// The shop could not be set up.
pub fn soak_prices(products: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let mut expected = Expected::new();
        let mut all = vec![documents::category()];
        let now = now();
        all.extend((0..products).map(|number| product(number, now, &mut expected)));
        let mut shop = ShopBuilder::of(all).shop(SHOP).start();
        shop.open().await;
        let (mut findings, mut compared) = (Vec::new(), 0);
        for (place, market) in MARKETS.iter().enumerate() {
            let of = |id: &str| expected.get(id).and_then(|prices| prices[place]);
            compared += feeds(&shop, market, &of, expected.len(), &mut findings).await?;
            compared += lists(&shop, market, &of, &mut findings).await?;
        }
        ensure!(
            compared > products * 4,
            "only {compared} prices were compared"
        );
        let name = format!(
            "prices compared in {} currencies ({compared}): different ones",
            MARKETS.len()
        );
        Ok(Outcome::of_findings(PROMISE, name, findings))
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "what a shop shows depends on what time it is"
)]
fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// A product with one variant or some, each with prices in most currencies, some of them in a sale.
fn product(number: u64, now: i64, expected: &mut Expected) -> Value {
    let mut dice = Dice::new(11, "price", number);
    let id = format!("p{number}");
    let mut product = documents::product(&id, &format!("Thing {number}"), "1.00");
    let variants = [1, 1, 2, 3][dice.index(4)];
    if variants == 1 {
        product["prices"] = prices(&mut dice, &id, now, expected);
        return product;
    }
    let sizes: Vec<String> = (0..variants).map(|size| format!("s{size}")).collect();
    let fields = product.as_object_mut().expect("an object");
    for field in ["prices", "stock", "sku"] {
        fields.remove(field);
    }
    product["options"] = json!([{"code": "size", "name": "Size",
        "values": sizes.iter().map(|size| json!({"code": size, "name": size})).collect::<Vec<_>>()}]);
    let variant = |size: &String| {
        let id = format!("{id}-{size}");
        json!({"id": id, "sku": id, "options": {"size": size}, "prices": prices(&mut dice, &id, now, expected),
            "stock": {"availability": "in_stock", "quantity": 3}})
    };
    product["variants"] = sizes.iter().map(variant).collect::<Vec<_>>().into();
    product
}

/// Prices of one variant as a document has them; what they come to now is noted.
fn prices(dice: &mut Dice, id: &str, now: i64, expected: &mut Expected) -> Value {
    let mut told = Vec::new();
    let mut own = [None; MARKETS.len()];
    for (place, (_, currency, decimals)) in MARKETS.iter().enumerate() {
        // Not everything is sold everywhere; in the shop's own currency, all is.
        if place > 0 && dice.percent(8) {
            continue;
        }
        let scale = 10_i64.pow(u32::try_from(*decimals).expect("few"));
        let regular = dice.range(2 * scale, 900 * scale);
        let mut price = json!({"amount": decimal(regular, *decimals), "currency": currency});
        let mut before = None;
        if dice.percent(30) {
            let told = beside(dice, regular, Side::Above);
            price["compare_at"] = json!(decimal(told, *decimals));
            before = Some(told).filter(|&told| told > regular);
        }
        let mut paid = (regular, before);
        if dice.percent(50) {
            let sale = beside(dice, regular, Side::Below);
            price["sale_price"] = json!(decimal(sale, *decimals));
            let from = dice.percent(70).then(|| now + far(dice));
            let until = dice.percent(70).then(|| match from {
                Some(from) if from > now => from + APART_SECONDS,
                _ => now + far(dice),
            });
            let until = until.filter(|&until| from.is_none_or(|from| from < until));
            for (field, at) in [("sale_from", from), ("sale_until", until)] {
                if let Some(at) = at {
                    price[field] = json!(instant(at));
                }
            }
            let is_on =
                from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until);
            // A sale that is not below the price is none: nobody pays more in a sale, or saves nothing.
            if is_on && 0 < sale && sale < regular {
                paid = (sale, Some(regular));
            }
        }
        own[place] = Some(paid);
        told.push(price);
    }
    expected.insert(id.to_owned(), own);
    told.into()
}

/// Where an amount should stand beside a price.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Below,
    Above,
}

/// An amount that a document tells beside a price: where it should stand or, as real feeds have it, on the other side,
/// at the price itself, or at nothing.
fn beside(dice: &mut Dice, price: i64, side: Side) -> i64 {
    let below = match dice.below(15) {
        0 => return price,
        1 => return 0,
        2 => side == Side::Above,
        _ => side == Side::Below,
    };
    match below {
        true => dice.range(1, price - 1),
        false => dice.range(price + 1, 2 * price),
    }
}

/// Long ago or in a long time.
fn far(dice: &mut Dice) -> i64 {
    let far = dice.range(APART_SECONDS, 90 * APART_SECONDS);
    if dice.percent(50) { far } else { -far }
}

fn instant(at: i64) -> String {
    let at = chrono::DateTime::from_timestamp(at, 0).expect("an instant");
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn decimal(minor: i64, decimals: usize) -> String {
    match decimals {
        0 => minor.to_string(),
        _ => {
            let scale = 10_i64.pow(u32::try_from(decimals).expect("few"));
            format!("{}.{:0decimals$}", minor / scale, minor % scale)
        }
    }
}

/// Both feeds, and the page, its structured data and its partial of each item in them.
async fn feeds(
    shop: &Shop,
    market: &(&str, &str, usize),
    expected: &dyn Fn(&str) -> Option<Prices>,
    variants: usize,
    findings: &mut Vec<String>,
) -> anyhow::Result<u64> {
    let (prefix, currency, decimals) = *market;
    let google = shop.get(&format!("{prefix}/feeds/google.xml")).await.body;
    let google: BTreeMap<&str, &str> = google.split("<item>").skip(1).filter_map(with_id).collect();
    let lines = format!("{prefix}/feeds/products.ndjson");
    let lines = shop.get(&lines).await.body;
    let amount = |minor: i64| format!("{} {currency}", decimal(minor, decimals));
    let (mut compared, mut told) = (0, 0);
    for line in lines.lines() {
        let item: Value = serde_json::from_str(line)?;
        let id = item["id"].as_str().context("an id")?;
        told += 1;
        let Some(prices) = expected(id) else {
            findings.push(format!("{prefix} {id} has no price and is in the feed"));
            continue;
        };
        let wanted = told_as(prices, &amount);
        let text = |name: &str| item[name].as_str().map(str::to_owned);
        let own = google.get(id);
        let own = own.with_context(|| format!("{id} is not in Google's feed"))?;
        let field = |name: &str| {
            let rest = own.split_once(&format!("<g:{name}>"))?.1;
            Some(rest.split_once('<')?.0.to_owned())
        };
        let link = text("link").context("a link")?.replace(&shop.url(""), "");
        let page = shop.get(&link).await;
        ensure!(page.status == 200, "{link}: {}", page.status);
        let partial = refreshed(&page).with_context(|| format!("{link} has no partial"))?;
        let partial = shop.get(&partial).await.body;
        let seen = |html: &str| shown(html).map(|prices| told_as(prices, &amount));
        let everywhere = [
            ("lines", Some((text("price"), text("sale_price")))),
            ("google", Some((field("price"), field("sale_price")))),
            ("page", seen(&page.body)),
            ("partial", seen(&partial)),
        ];
        for (place, got) in everywhere {
            compared += 1;
            if got.as_ref() != Some(&wanted) {
                findings.push(format!("{link}, {place}: {got:?}, not {wanted:?}"));
            }
        }
        compared += 1;
        let (structured, paid) = (structured(&page), amount(prices.0));
        if structured.as_ref() != Some(&paid) {
            let said = "structured data says";
            findings.push(format!("{link}: {said} {structured:?}, not {paid}"));
        }
    }
    let without = variants - told;
    let few = without * 5 < variants;
    ensure!(few, "{without} of {variants} are in no feed");
    Ok(compared)
}

/// As feeds tell prices: what it costs, and what it costs in a sale.
type Told = (Option<String>, Option<String>);

fn told_as((paid, before): Prices, amount: &dyn Fn(i64) -> String) -> Told {
    match before {
        Some(before) => (Some(amount(before)), Some(amount(paid))),
        None => (Some(amount(paid)), None),
    }
}

/// An item of Google's feed by its id.
fn with_id(item: &str) -> Option<(&str, &str)> {
    let (_, rest) = item.split_once("<g:id>")?;
    Some((rest.split_once('<')?.0, item))
}

/// The category from cheap to dear: every card shows the lowest price of its product with what that one is reduced from,
/// and none is cheaper than the one before.
async fn lists(
    shop: &Shop,
    (prefix, ..): &(&str, &str, usize),
    expected: &dyn Fn(&str) -> Option<Prices>,
    findings: &mut Vec<String>,
) -> anyhow::Result<u64> {
    let (mut compared, mut last, mut page) = (0, 0, 1);
    loop {
        let path = match page {
            1 => format!("{prefix}/c/things?sort=price-asc"),
            page => format!("{prefix}/c/things?page={page}&sort=price-asc"),
        };
        let mut answer = shop.get(&path).await;
        if answer.status == 301 {
            let to = answer.header("location").replace(&shop.url(""), "");
            answer = shop.get(&to).await;
        }
        if answer.status == 404 {
            break;
        }
        let cards = answer.body.split("<h3><a href=\"").skip(1);
        for card in cards {
            let number = card
                .split_once("/p/thing-")
                .and_then(|(_, rest)| rest.split_once('"'));
            let number = number.map(|(number, _)| number).context("a product")?;
            let variants = ["", "-s0", "-s1", "-s2"].map(|size| format!("p{number}{size}"));
            // Of several that cost the same, the first one counts.
            let lowest = variants
                .iter()
                .filter_map(|id| expected(id))
                .min_by_key(|&(paid, _)| paid);
            let card = card.split("<h3>").next().unwrap_or_default();
            let seen = shown(card);
            compared += 1;
            if seen != lowest {
                findings.push(format!("{path}, thing {number}: {seen:?}, not {lowest:?}"));
            }
            if let Some((seen, _)) = seen {
                if seen < last {
                    findings.push(format!("{path}, thing {number}: {seen} comes after {last}"));
                }
                last = seen;
            }
        }
        page += 1;
    }
    Ok(compared)
}

/// Minor units that a block of price shows: its digits, since every amount has all decimals of its currency.
fn shown(html: &str) -> Option<Prices> {
    let block = html.split("class=\"price").nth(1)?.split("</p>").next()?;
    let now = block.split_once("class=\"now\">")?.1;
    let (now, rest) = now.split_once("<s>").unwrap_or((now, ""));
    let before = rest.split_once("</s>").map(|(before, _)| before);
    Some((digits(now)?, before.and_then(digits)))
}

/// The digits of a text between elements.
fn digits(html: &str) -> Option<i64> {
    let digits: String = without_tags(html)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for character in html.chars() {
        match character {
            '<' => is_tag = true,
            '>' => is_tag = false,
            other if !is_tag => text.push(other),
            _ => {}
        }
    }
    text
}

/// Where the block of price and stock is refreshed from.
fn refreshed(page: &Page) -> Option<String> {
    let rest = page.body.split("data-partial=\"").nth(1)?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// The price in structured data of the variant that a page shows: the first one told.
fn structured(page: &Page) -> Option<String> {
    let scripts = page
        .body
        .split("<script type=\"application/ld+json\">")
        .skip(1);
    let data = scripts
        .filter_map(|rest| serde_json::from_str::<Value>(rest.split("</script>").next()?).ok());
    let things: Vec<Value> = data
        .flat_map(|value| value["@graph"].as_array().cloned().unwrap_or_default())
        .collect();
    let product = things
        .iter()
        .find(|thing| thing["@type"] == "Product" || thing["@type"] == "ProductGroup")?;
    let offer = &product["hasVariant"].get(0).unwrap_or(product)["offers"];
    Some(format!(
        "{} {}",
        offer["price"].as_str()?,
        offer["priceCurrency"].as_str()?
    ))
}
