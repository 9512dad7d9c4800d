//! Everything that can be bought, for shopping services and agents: Google's product feed, and the same as JSON lines.
//!
//! A feed is written run by run of variants, so that no answer holds more than one run of them. Prices are read from
//! the cells that pages and structured data read.

use std::fmt::Write as _;
use std::ops::Range;

use frontage_shared::model::money::Money;
use frontage_shared::snapshot::measures::Measure;
use frontage_shared::snapshot::offers::{Availability, VariantOffer};
use frontage_shared::snapshot::products::{Product, Variant};

use super::json_ld::Json;
use super::text::{self, or};
use super::view::{self, View};
use super::{format, price_list, product_data, variants};
use crate::route::{FeedFormat, Route};

/// Most characters of a title and of a description that Google takes.
const TITLE_CHARS: usize = 150;
const DESCRIPTION_CHARS: usize = 5_000;
/// Most pictures besides the first.
const MORE_IMAGES: usize = 10;

/// What all variants of one product say alike; made once for a run of them.
struct About {
    row: u32,
    description: String,
    category: String,
    /// Whether it is a set of other products.
    is_bundle: bool,
}

/// One thing that can be bought. Empty texts are left out.
struct Item<'a> {
    id: &'a str,
    /// The product's id, where there are several variants.
    group: &'a str,
    title: String,
    description: &'a str,
    link: String,
    images: Vec<String>,
    offer: VariantOffer,
    /// Days from an order until it leaves, if they are told.
    lead_time: Option<u16>,
    price: Money,
    /// The price before a reduction.
    before: Option<Money>,
    brand: &'a str,
    gtin: &'a str,
    mpn: &'a str,
    condition: &'static str,
    category: &'a str,
    is_bundle: bool,
    /// From when until when it is reduced, if that ends by itself; else empty.
    sale: String,
    measure: Option<Measure<'a>>,
    /// Colour, size, material and pattern.
    properties: Vec<(&'static str, &'a str)>,
}

/// What stands before the first item.
pub(crate) fn head(view: &View<'_>, format: FeedFormat, out: &mut String) {
    if format == FeedFormat::Prices {
        out.push_str(price_list::HEAD);
    }
    if format == FeedFormat::Google {
        out.push_str(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\">\n<channel>\n",
        );
        element(out, "title", view.shop.name);
        element(out, "link", &view.url(&Route::Home));
        element(
            out,
            "description",
            or(view.shop.description, view.shop.name),
        );
    }
}

/// The items of these variants, as far as they can be bought.
pub(crate) fn items(view: &View<'_>, format: FeedFormat, rows: Range<u32>, out: &mut String) {
    let mut about: Option<About> = None;
    for variant in rows.filter_map(|row| view.catalog.variant(row)) {
        let Some(product) = variant.product().filter(|product| product.is_listed()) else {
            continue;
        };
        if format == FeedFormat::Prices {
            price_list::row(view, &product, &variant, out);
            continue;
        }
        let known = match &mut about {
            Some(known) if known.row == product.row => known,
            other => other.insert(About::of(&product)),
        };
        let Some(item) = item(view, &product, &variant, known) else {
            continue;
        };
        match format {
            FeedFormat::Google => item.write_xml(out),
            FeedFormat::Lines => item.write_line(out),
            FeedFormat::Prices => {}
        }
    }
}

/// What stands after the last item.
pub(crate) fn tail(format: FeedFormat, out: &mut String) {
    if format == FeedFormat::Google {
        out.push_str("</channel>\n</rss>\n");
    }
}

impl About {
    fn of(product: &Product<'_>) -> Self {
        let html = or(product.description(), product.short_description());
        let trail = product.primary_category().map(|last| last.breadcrumb());
        let names = trail.iter().flatten().map(|category| category.name());
        Self {
            row: product.row,
            description: text::plain(html, DESCRIPTION_CHARS),
            category: names.collect::<Vec<_>>().join(" > "),
            is_bundle: product.bundle().next().is_some(),
        }
    }
}

/// The item of a variant; `None` if it has no price or will not come again.
fn item<'a>(
    view: &View<'_>,
    product: &Product<'a>,
    variant: &Variant<'a>,
    about: &'a About,
) -> Option<Item<'a>> {
    let offer = view.offers.variant(variant.row);
    let minor = offer.price.filter(|&price| price > 0)?;
    if offer.availability == Availability::Discontinued {
        return None;
    }
    let many = variants::are_several(product);
    let title = variants::full_name(product, variant);
    let mut images: Vec<String> = Vec::new();
    for media in variant.media().chain(product.media()) {
        let Some(image) = view::image(view, &media, "") else {
            continue;
        };
        let address = view.absolute(image.url);
        if images.len() <= MORE_IMAGES && !images.contains(&address) {
            images.push(address);
        }
    }
    let properties = product_data::properties(product, variant).into_iter();
    Some(Item {
        id: variant.id(),
        group: if many { product.id() } else { "" },
        title: text::shorten(&title, TITLE_CHARS),
        description: &about.description,
        link: view.url(&variants::route(product, variant)),
        images,
        lead_time: super::offer::lead_time(view, variant.row, &offer),
        offer,
        price: view.money(minor),
        before: offer
            .compare_at
            .filter(|&was| was > minor)
            .map(|was| view.money(was)),
        brand: product.brand().map_or("", |brand| brand.name()),
        gtin: variant.gtin(),
        mpn: variant.mpn(),
        condition: match product.condition() {
            "Refurbished" => "refurbished",
            "Used" => "used",
            _ => "new",
        },
        category: &about.category,
        is_bundle: about.is_bundle,
        sale: sale(view, variant, &offer),
        measure: variant.measure(),
        properties: properties
            .map(|(name, value)| (name, value.name()))
            .collect(),
    })
}

/// When a reduction is on that ends by itself. That it began with what is known of now is near enough: shopping services
/// only want to know the end, and take no end without a beginning.
fn sale(view: &View<'_>, variant: &Variant<'_>, offer: &VariantOffer) -> String {
    let Some(until) = super::offer::reduced_until(view, variant, offer) else {
        return String::new();
    };
    let from = view.offers.span().from;
    let from = from.max(view.generation.manifest.created_at);
    format!(
        "{}/{}",
        format::iso_instant(from),
        format::iso_instant(until)
    )
}

impl Item<'_> {
    /// `109.95 EUR`, as both formats write it.
    fn price(money: Money) -> String {
        format!("{money} {}", money.currency.code())
    }

    fn availability(&self) -> &'static str {
        match self.offer.availability {
            Availability::InStock | Availability::NotStated => "in_stock",
            Availability::MadeToOrder | Availability::Backorder => "backorder",
            Availability::Preorder => "preorder",
            Availability::OutOfStock | Availability::Discontinued => "out_of_stock",
        }
    }

    /// When it comes, for what has to be waited for.
    fn comes_at(&self) -> Option<String> {
        let waits = matches!(self.availability(), "backorder" | "preorder");
        let at = self.offer.available_at.filter(|_| waits)?;
        Some(format!("{}T00:00Z", format::iso_day(at)))
    }

    /// Name and value of everything but the pictures and what says that there is no code.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let own = |text: &str| text.to_owned();
        let mut fields = vec![
            ("id", own(self.id)),
            ("item_group_id", own(self.group)),
            ("title", own(&self.title)),
            ("description", own(self.description)),
            ("link", own(&self.link)),
            ("price", Self::price(self.before.unwrap_or(self.price))),
        ];
        if self.before.is_some() {
            fields.push(("sale_price", Self::price(self.price)));
            fields.push(("sale_price_effective_date", self.sale.clone()));
        }
        fields.push(("availability", own(self.availability())));
        fields.push(("availability_date", self.comes_at().unwrap_or_default()));
        let days = self.lead_time.map(|days| days.to_string());
        fields.push(("max_handling_time", days.unwrap_or_default()));
        fields.extend([
            ("brand", own(self.brand)),
            ("gtin", own(self.gtin)),
            ("mpn", own(self.mpn)),
            ("condition", own(self.condition)),
            ("product_type", own(self.category)),
            ("is_bundle", own(if self.is_bundle { "yes" } else { "" })),
        ]);
        if let Some((measure, unit)) = self.measure.and_then(|own| Some((own, unit(own.unit)?))) {
            let content = format!("{} {unit}", measure.content_in_units());
            fields.push(("unit_pricing_measure", content));
            let base = format!("{} {unit}", measure.per);
            fields.push(("unit_pricing_base_measure", base));
        }
        let properties = self.properties.iter();
        fields.extend(properties.map(|&(name, value)| (name, own(value))));
        fields.retain(|(_, value)| !value.is_empty());
        fields
    }

    fn write_xml(&self, out: &mut String) {
        out.push_str("<item>\n");
        for (name, value) in self.fields() {
            let mut prefixed = String::from("g:");
            prefixed.push_str(name);
            element(out, &prefixed, &value);
        }
        if self.gtin.is_empty() && (self.mpn.is_empty() || self.brand.is_empty()) {
            element(out, "g:identifier_exists", "no");
        }
        for (index, image) in self.images.iter().enumerate() {
            let name = match index {
                0 => "g:image_link",
                _ => "g:additional_image_link",
            };
            element(out, name, image);
        }
        out.push_str("</item>\n");
    }

    fn write_line(&self, out: &mut String) {
        let mut json = Json::object_alone();
        for (name, value) in self.fields() {
            json.text(name, &value);
        }
        if let Some(quantity) = self.offer.quantity {
            json.number("quantity", usize::try_from(quantity).unwrap_or(0));
        }
        if let Some((first, more)) = self.images.split_first() {
            json.text("image_link", first);
            if !more.is_empty() {
                json.list("additional_image_link", |list| {
                    more.iter().for_each(|image| list.text_item(image));
                });
            }
        }
        out.push_str(&json.finish_object());
        out.push('\n');
    }
}

/// A unit as Google names it; none for what it does not know.
fn unit(code: &str) -> Option<&str> {
    Some(match code {
        "m3" => "cbm",
        "m2" => "sqm",
        "piece" => "ct",
        "mm" => return None,
        known => known,
    })
}

/// An element with a text, escaped; what XML 1.0 cannot say at all is left out.
fn element(out: &mut String, name: &str, text: &str) {
    let _ = write!(out, "<{name}>");
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            plain => out.push(plain),
        }
    }
    let _ = writeln!(out, "</{name}>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_say_is_left_out() {
        let mut out = String::new();
        element(&mut out, "g:title", "a<b>&\u{1}\u{fffe}\"c\"\n]]>");
        assert_eq!(out, "<g:title>a&lt;b&gt;&amp;\"c\" ]]&gt;</g:title>\n");
    }
}
