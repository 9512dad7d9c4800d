//! Payment on a provider's page, with a stand-in for the provider: paid once is ordered once, whatever is lost, doubled
//! or forged on the way, and what was not paid is not ordered.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use frontage_shared::order::{Order, OrderId, PaymentState};
use frontage_shared::store::{Beside, OrderState, Store};
use frontage_tests::backend::merchant::{Merchant, Mood, ORDERS};
use frontage_tests::browser::{Browser, Screen};
use frontage_tests::documents::shop as documents;
use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::shopper::{Fields, Shopper, filled, location};
use frontage_tests::stripe::{self, Session, Stripe, Trouble, WEBHOOK_SECRET};

use crate::browser::{in_order, wait_for};
use crate::buying::{orders, with};

const CHECKOUT: &str =
    "[checkout]\nmethods = [\"stripe\", \"invoice\"]\ncountries = [\"DE\", \"US\"]";
const SESSIONS: &str = "POST /v1/checkout/sessions";
const COMPLETED: &str = "checkout.session.completed";

async fn open() -> (Shop, Stripe) {
    let stripe = Stripe::start().await;
    let settings = format!("{CHECKOUT}\n{}", stripe.settings());
    let mut shop = ShopBuilder::of(documents(3)).server(&settings).start();
    stripe.give_secrets_to(&shop);
    shop.open().await;
    (shop, stripe)
}

/// A shopper with a cart of two things for 22.00 euros, and the form of the checkout with payment by card.
async fn ready(shop: &Shop) -> (Shopper, Fields) {
    let mut ann = Shopper::new();
    ann.add(shop, "p1", 1).await;
    ann.add(shop, "p2", 1).await;
    let form = ann.checkout(shop).await;
    (ann, with(form, "payment", "stripe"))
}

/// The same, sent away to pay, with the session that is to be paid.
async fn sent_away(shop: &Shop, stripe: &Stripe) -> (Shopper, Fields, Session) {
    let (mut ann, form) = ready(shop).await;
    let away = ann.post(shop, "/checkout", &form).await;
    assert_eq!(away.status, 303, "{}", away.body);
    let session = stripe.sessions().pop().expect("a session");
    assert!(location(&away).ends_with(&format!("/pay/{}", session.id)));
    (ann, form, session)
}

/// The path of the order's page, as the provider was told it.
fn way_back(shop: &Shop, session: &Session) -> String {
    let back = &session.fields["success_url"];
    let path = back.strip_prefix(&shop.url(""));
    path.unwrap_or_else(|| panic!("{back} is not in the shop"))
        .to_owned()
}

fn store(shop: &Shop) -> Store {
    Store::open("store", shop.folder(), "demo").expect("a store")
}

fn waiting(shop: &Shop) -> Vec<OrderId> {
    store(shop)
        .all_beside(Beside::Pending)
        .expect("what waits to be paid")
}

#[tokio::test]
async fn what_is_paid_once_is_ordered_once() {
    let (shop, stripe) = open().await;
    let (mut ann, form, session) = sent_away(&shop, &stripe).await;
    // What Stripe is asked for is what the shopper saw, line by line, and nothing is ordered yet.
    let field = |name: &str| session.fields[name].as_str();
    assert_eq!(session.amount, 2200);
    assert_eq!(field("line_items[0][price_data][unit_amount]"), "1050");
    assert_eq!(
        field("line_items[0][price_data][product_data][name]"),
        "1 × Thing number 1"
    );
    assert_eq!(field("line_items[1][price_data][currency]"), "eur");
    assert_eq!(field("customer_email"), "ann@mail.example");
    assert_eq!(field("cancel_url"), shop.url("/checkout"));
    assert_eq!(field("client_reference_id"), session.key);
    assert_eq!(orders(&shop).len(), 0);
    assert_eq!(waiting(&shop).len(), 1);
    let page = ann.get(&shop, "/cart").await;
    assert!(page.body.contains("Thing number 2"), "the cart is gone");

    // The page that is opened before anything was paid says so, and asks the provider once.
    let back = way_back(&shop, &session);
    let asked = format!("GET /v1/checkout/sessions/{}", session.id);
    for _ in 0..3 {
        let page = shop.get(&back).await;
        assert_eq!(page.status, 200);
        for text in ["Your payment is being confirmed", "Look again", "€22.00"] {
            assert!(page.body.contains(text), "{text}: {}", page.body);
        }
        assert!(!page.body.contains("Thank you"), "{}", page.body);
    }
    assert_eq!(stripe.asked(&asked), 1);

    // Paid, and told five times at once.
    let paid = stripe.becomes(&session.id, "complete", "paid");
    let told = futures_util::future::join_all((0..5).map(|_| stripe.tell(&shop, COMPLETED, &paid)));
    for answer in told.await {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let late = "checkout.session.expired";
    assert_eq!(stripe.tell(&shop, late, &paid).await.status, 200);
    let [order] = orders(&shop).try_into().expect("one order");
    assert_eq!(order.totals.total, "22.00");
    assert_eq!(order.payment.method, "stripe");
    assert_eq!(order.payment.state, PaymentState::Paid);
    assert_eq!(order.payment.reference.as_deref(), Some("pi_test_1"));
    assert_eq!(waiting(&shop), []);

    // Coming back empties the cart, once; the form's second way is to the same page.
    let page = ann.get(&shop, &back).await;
    for text in ["Thank you for your order", &order.id, "paid"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(ann.cookies.is_empty(), "{:?}", ann.cookies);
    let again = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(location(&again), back);
    assert_eq!(stripe.asked(SESSIONS), 1);
}

#[tokio::test]
async fn whoever_comes_back_before_the_webhook_has_ordered() {
    let (shop, stripe) = open().await;
    let (mut ann, _, session) = sent_away(&shop, &stripe).await;
    let paid = stripe.becomes(&session.id, "complete", "paid");
    let page = ann.get(&shop, &way_back(&shop, &session)).await;
    assert!(page.body.contains("Thank you"), "{}", page.body);
    assert!(ann.cookies.is_empty(), "{:?}", ann.cookies);
    assert_eq!(stripe.tell(&shop, COMPLETED, &paid).await.status, 200);
    assert_eq!(orders(&shop).len(), 1);
}

#[tokio::test]
async fn a_restart_between_paying_and_the_webhook_loses_nothing() {
    let (mut shop, stripe) = open().await;
    let (_, _, session) = sent_away(&shop, &stripe).await;
    shop.kill("frontage-server");
    let paid = stripe.becomes(&session.id, "complete", "paid");
    // What the server keeps for itself may be gone, too.
    shop.serve().await;
    assert_eq!(stripe.tell(&shop, COMPLETED, &paid).await.status, 200);
    let [order] = orders(&shop).try_into().expect("one order");
    assert_eq!(order.id, session.key);
    // And the deliverer takes it as any other.
    assert_eq!(
        store(&shop).orders(OrderState::New).unwrap(),
        [order.id.parse().unwrap()]
    );
}

#[tokio::test]
async fn only_stripe_is_believed() {
    let (shop, stripe) = open().await;
    let (_, _, session) = sent_away(&shop, &stripe).await;
    let paid = stripe.becomes(&session.id, "complete", "paid");
    let body = stripe::event(COMPLETED, &paid.object());
    let sign = |secret, at| stripe::sign(secret, at, &body);
    let now = stripe::now();
    let tampered = body.replace("2200", "1");
    let good = sign(WEBHOOK_SECRET, now);
    for (what, body, signature) in [
        ("of somebody else", &body, sign("whsec_of_somebody", now)),
        ("of last hour", &body, sign(WEBHOOK_SECRET, now - 3600)),
        ("of tomorrow", &body, sign(WEBHOOK_SECRET, now + 86_400)),
        ("of another body", &tampered, good.clone()),
        ("none", &body, String::new()),
    ] {
        let answer = stripe.call(&shop, body.clone(), &signature).await;
        assert_eq!(answer.status, 400, "a signature {what}: {}", answer.body);
    }
    assert_eq!(orders(&shop).len(), 0);
    assert_eq!(shop.get("/webhooks/stripe").await.status, 404);
    let metrics = shop.admin("/metrics").await.body;
    assert!(
        metrics.contains("frontage_webhooks_refused_total 5"),
        "{metrics}"
    );

    // What is none of the shop's business is taken and left.
    let mut foreign = paid.clone();
    let other = |value: &str| value.to_owned();
    foreign
        .fields
        .insert("metadata[shop]".to_owned(), other("another"));
    for (kind, session) in [
        (COMPLETED, &foreign),
        ("charge.succeeded", &paid),
        ("checkout.session.created", &paid),
    ] {
        assert_eq!(stripe.tell(&shop, kind, session).await.status, 200);
    }
    assert_eq!(orders(&shop).len(), 0);
    assert_eq!(stripe.call(&shop, body, &good).await.status, 200);
    assert_eq!(orders(&shop).len(), 1);
    for secret in [WEBHOOK_SECRET, stripe::SECRET_KEY, "ann@mail.example"] {
        assert!(!shop.logs().contains(secret), "{secret} is in a log");
    }
}

#[tokio::test]
async fn a_payment_that_does_not_fit_is_never_an_order() {
    let (shop, stripe) = open().await;
    let (_, _, session) = sent_away(&shop, &stripe).await;
    let paid = stripe.becomes(&session.id, "complete", "paid");
    let field = |name: &str, value: &str| {
        let mut other = paid.clone();
        other.fields.insert(name.to_owned(), value.to_owned());
        other
    };
    let unknown = "01JDKX5V3Q8YB2M4N6P7R9STVW";
    for (what, wrong) in [
        (
            "a cent less",
            Session {
                amount: 2199,
                ..paid.clone()
            },
        ),
        (
            "dollars",
            field("line_items[0][price_data][currency]", "usd"),
        ),
        ("another order", field("client_reference_id", unknown)),
        (
            "another session",
            Session {
                id: "cs_test_9".to_owned(),
                ..paid.clone()
            },
        ),
    ] {
        let answer = stripe.tell(&shop, COMPLETED, &wrong).await;
        assert_eq!(answer.status, 409, "{what}: {}", answer.body);
        assert_eq!(orders(&shop).len(), 0, "{what}");
    }
    let metrics = shop.admin("/metrics").await.body;
    assert!(
        metrics.contains("frontage_payment_mismatches_total 4"),
        "{metrics}"
    );
    assert!(
        shop.logs().contains("a payment does not fit"),
        "{}",
        shop.logs()
    );
    assert_eq!(stripe.tell(&shop, COMPLETED, &paid).await.status, 200);
    assert_eq!(orders(&shop).len(), 1);
}

#[tokio::test]
async fn money_that_comes_later_or_never() {
    let (shop, stripe) = open().await;
    // A bank transfer: completed, and paid days later.
    let (_, _, session) = sent_away(&shop, &stripe).await;
    let done = stripe.becomes(&session.id, "complete", "unpaid");
    assert_eq!(stripe.tell(&shop, COMPLETED, &done).await.status, 200);
    assert_eq!(orders(&shop).len(), 0);
    let paid = stripe.becomes(&session.id, "complete", "paid");
    let kind = "checkout.session.async_payment_succeeded";
    assert_eq!(stripe.tell(&shop, kind, &paid).await.status, 200);
    assert_eq!(orders(&shop).len(), 1);

    // One that fails: its page says so, and offers nothing to wait for.
    let (mut bob, form, session) = sent_away(&shop, &stripe).await;
    let failed = stripe.becomes(&session.id, "complete", "unpaid");
    let kind = "checkout.session.async_payment_failed";
    assert_eq!(stripe.tell(&shop, kind, &failed).await.status, 200);
    let page = bob.get(&shop, &way_back(&shop, &session)).await;
    assert!(page.body.contains("did not go through"), "{}", page.body);
    assert!(!page.body.contains("Look again"), "{}", page.body);
    assert!(bob.cookies.contains_key("cart"), "the cart is gone");
    // The form of then begins no second payment by itself: it is shown again, and is another order.
    let again = bob.post(&shop, "/checkout", &form).await;
    assert_eq!(again.status, 200, "{}", again.body);
    let form = with(filled(&again.body), "payment", "invoice");
    assert_eq!(bob.post(&shop, "/checkout", &form).await.status, 303);
    assert_eq!(orders(&shop).len(), 2);

    // One that nobody paid in time is forgotten.
    let (_, _, session) = sent_away(&shop, &stripe).await;
    let before = waiting(&shop).len();
    let expired = stripe.becomes(&session.id, "expired", "unpaid");
    let kind = "checkout.session.expired";
    assert_eq!(stripe.tell(&shop, kind, &expired).await.status, 200);
    assert_eq!(waiting(&shop).len(), before - 1);
    assert_eq!(shop.get(&way_back(&shop, &session)).await.status, 404);
    assert_eq!(orders(&shop).len(), 2);
}

#[tokio::test]
async fn a_provider_that_is_down_is_told_in_plain_words() {
    let (shop, stripe) = open().await;
    for trouble in [
        Trouble::Status(500),
        Trouble::Status(402),
        Trouble::Status(429),
        Trouble::Silence,
        Trouble::WrongTotal,
        Trouble::WrongPage,
    ] {
        let (mut ann, form) = ready(&shop).await;
        stripe.trouble(Some(trouble));
        let page = ann.post(&shop, "/checkout", &form).await;
        assert_eq!(page.status, 503, "{trouble:?}");
        for text in [
            "Paying online does not work at the moment.",
            "value=\"ann@mail.example\"",
        ] {
            assert!(page.body.contains(text), "{trouble:?}: {}", page.body);
        }
        assert!(ann.cookies.contains_key("cart"), "{trouble:?}: no cart");
        assert_eq!(orders(&shop).len(), 0);
        // With another way to pay the same shopper orders after all; here the provider works again.
        stripe.trouble(None);
        let form = with(filled(&page.body), "payment", "stripe");
        assert_eq!(ann.post(&shop, "/checkout", &form).await.status, 303);
    }
    let metrics = shop.admin("/metrics").await.body;
    for line in [
        "frontage_payments_failed_total 6",
        "frontage_payments_begun_total 6",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
    // What passes by itself is not told.
    let (mut ann, form) = ready(&shop).await;
    stripe.trouble(Some(Trouble::StatusOnce(429)));
    assert_eq!(ann.post(&shop, "/checkout", &form).await.status, 303);
    // Nor is an address that only Stripe's form refuses.
    let (mut zoe, form) = ready(&shop).await;
    let form = with(form, "email", "zoë@mail.example");
    assert_eq!(zoe.post(&shop, "/checkout", &form).await.status, 303);
}

#[tokio::test]
async fn a_form_sent_twice_is_one_session_and_another_form_is_another() {
    let (shop, stripe) = open().await;
    let (ann, form) = ready(&shop).await;
    let (mut one, mut two) = (ann.clone(), ann.clone());
    let (first, second) = tokio::join!(
        one.post(&shop, "/checkout", &form),
        two.post(&shop, "/checkout", &form)
    );
    assert_eq!(location(&first), location(&second));
    let third = one.post(&shop, "/checkout", &form).await;
    assert_eq!(location(&first), location(&third));
    assert_eq!(stripe.sessions().len(), 1);

    // Back from the provider's page: the cart is there. The old form, sent with other words or another way to pay,
    // does not change what may be paid already.
    let page = one.get(&shop, "/checkout").await;
    assert!(page.body.contains("Thing number 1"), "{}", page.body);
    for (name, value) in [("shipping_city", "Hamburg"), ("payment", "invoice")] {
        let other = with(form.clone(), name, value);
        let told = one.post(&shop, "/checkout", &other).await;
        assert_eq!(told.status, 200);
        assert!(told.body.contains("Please check it"), "{}", told.body);
    }
    assert_eq!(orders(&shop).len(), 0);
    let form = with(filled(&page.body), "payment", "stripe");
    let other = one.post(&shop, "/checkout", &form).await;
    assert_ne!(location(&first), location(&other));
    assert_eq!(stripe.sessions().len(), 2);
}

#[tokio::test]
async fn a_store_that_cannot_be_written_makes_the_provider_call_again() {
    let (shop, stripe) = open().await;
    let (_, _, session) = sent_away(&shop, &stripe).await;
    let paid = stripe.becomes(&session.id, "complete", "paid");
    fs::write(shop.store().join("orders/new"), "in the way").unwrap();
    assert_eq!(stripe.tell(&shop, COMPLETED, &paid).await.status, 503);
    assert_eq!(waiting(&shop).len(), 1);
    fs::remove_file(shop.store().join("orders/new")).unwrap();
    assert_eq!(stripe.tell(&shop, COMPLETED, &paid).await.status, 200);
    assert_eq!(orders(&shop).len(), 1);

    // And nobody is sent away to pay for what cannot be stored.
    let (mut ann, form) = ready(&shop).await;
    let folder = shop.store().join("orders/pending");
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "in the way").unwrap();
    let page = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(page.status, 503);
    assert!(page.body.contains("NOT placed"), "{}", page.body);
    assert_eq!(stripe.sessions().len(), 1);
}

#[tokio::test]
async fn a_configuration_that_cannot_take_money_is_refused() {
    let stripe = Stripe::start().await;
    let settings = format!("{CHECKOUT}\n{}", stripe.settings());
    let shop = ShopBuilder::of(documents(1)).server(&settings).start();
    let check = |file: &str| {
        let server = frontage_tests::shop::binary("frontage-server");
        let config = shop.folder().join(file);
        let output = std::process::Command::new(server)
            .args(["config", "check", "--config"])
            .arg(config)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), told)
    };
    let text = fs::read_to_string(shop.folder().join("server.toml")).unwrap();
    let text = text.replace("secret_key_file = \"stripe-key\"\n", "secret = \"sk_1\"\n");
    let text = text.replace("pages = \"http://127.0.0.1", "pages = \"http://192.0.2.1");
    fs::write(shop.folder().join("wrong.toml"), text).unwrap();
    let (code, told) = check("wrong.toml");
    assert_eq!(code, Some(2), "{told}");
    for key in [
        "secret_key_file` is missing",
        "`checkout.stripe.secret`",
        "stripe.pages`",
    ] {
        assert!(told.contains(key), "{key}: {told}");
    }
    assert!(!told.contains("sk_1"), "{told}");
}

/// A shopper's whole way, through the provider's page and back, on any screen, with and without script, in two languages;
/// the merchant's system receives each order once.
#[tokio::test(flavor = "multi_thread")]
async fn shoppers_pay_with_any_screen_with_and_without_javascript() {
    let stripe = Stripe::start().await;
    let merchant = Arc::new(Merchant::new(Mood::Takes, Duration::from_secs(1)));
    let mut shop = ShopBuilder::of(documents(3))
        .shop("locales = [\"de\"]")
        .ingest("[orders]\nurl = \"ORDERS\"")
        .server(&format!("{CHECKOUT}\n{}", stripe.settings()))
        .start();
    stripe.give_secrets_to(&shop);
    shop.fill_in("ORDERS", ORDERS);
    shop.backend.play(merchant.clone());
    shop.open().await;
    shop.run_ingest();
    stripe.calls(&shop);
    let mut bought = 0;
    for screen in [Screen::Phone, Screen::Desktop] {
        for scripts in [false, true] {
            let is_english = (screen == Screen::Phone) ^ scripts;
            pay(&shop, screen, scripts, if is_english { "" } else { "/de" }).await;
            bought += 1;
            let taken = || {
                let taken = merchant.taken();
                (taken.len() == bought).then_some(taken)
            };
            shop.until("the order arrives", async |_| taken()).await;
        }
    }
    let orders = merchant.taken();
    let orders = orders
        .values()
        .map(|bytes| Order::decode(bytes).expect("an order"));
    let mut locales: Vec<String> = orders
        .map(|order| {
            assert_eq!(order.totals.total, "10.50");
            assert_eq!(order.payment.method, "stripe");
            order.locale
        })
        .collect();
    locales.sort();
    assert_eq!(locales, ["de", "de", "en", "en"]);
    assert_eq!(merchant.times_sent(), bought, "each was sent once");
}

async fn pay(shop: &Shop, screen: Screen, scripts: bool, prefix: &str) {
    let browser = Browser::open(screen, scripts).await;
    let case = format!("{screen:?}, scripts {scripts}, {prefix}");
    let at = |path: &str| format!("location.pathname === '{prefix}{path}'");
    browser
        .go(&shop.url(&format!("{prefix}/p/thing-number-1")))
        .await;
    browser.click("form.add button").await;
    if scripts {
        let said = "document.querySelector('form.add output .notice') ? 1 : 0";
        assert!(wait_for(&browser, said, true).await, "{case}: nothing said");
    } else {
        until(&browser, &at("/cart"), &case).await;
    }
    browser.go(&shop.url(&format!("{prefix}/checkout"))).await;
    for (field, text) in [
        ("email", "ann@mail.example"),
        ("shipping_name", "Ann Lee"),
        ("shipping_line1", "Weg 1"),
        ("shipping_postcode", "10115"),
        ("shipping_city", "Berlin"),
    ] {
        browser.write(&format!("#{field}"), text).await;
    }
    browser.click("#payment-stripe").await;
    browser.click(".summary button[name=order]").await;
    until(&browser, "location.pathname.startsWith('/pay/')", &case).await;
    // Back to the shop, where the cart still is, and to the page again by the same form's order.
    browser.click("#back").await;
    until(&browser, &at("/checkout"), &case).await;
    in_order(&browser, &case, "checkout").await;
    for (field, text) in [
        ("email", "ann@mail.example"),
        ("shipping_name", "Ann Lee"),
        ("shipping_line1", "Weg 1"),
        ("shipping_postcode", "10115"),
        ("shipping_city", "Berlin"),
    ] {
        let filled = format!("document.querySelector('#{field}').value = ''");
        browser.value(&filled).await;
        browser.write(&format!("#{field}"), text).await;
    }
    browser.click("#payment-stripe").await;
    browser.click(".summary button[name=order]").await;
    until(&browser, "location.pathname.startsWith('/pay/')", &case).await;
    browser.click("#pay").await;
    let order = format!("location.pathname.startsWith('{prefix}/orders/')");
    until(&browser, &order, &case).await;
    in_order(&browser, &case, "order").await;
    let title = browser
        .value("document.querySelector('h1').innerText")
        .await;
    let [thanks, empty] = match prefix {
        "" => ["Thank you for your order", "Your cart is empty."],
        _ => ["Vielen Dank für Ihre Bestellung", "Ihr Warenkorb ist leer."],
    };
    assert_eq!(title, thanks, "{case}");
    browser.go(&shop.url(&format!("{prefix}/cart"))).await;
    let cart = browser.value("document.body.innerText").await;
    assert!(
        cart.as_str().unwrap_or_default().contains(empty),
        "{case}: {cart}"
    );
}

async fn until(browser: &Browser, condition: &str, case: &str) {
    let arrived = format!("document.readyState === 'complete' && {condition} ? 1 : 0");
    assert!(
        wait_for(browser, &arrived, true).await,
        "{case}: {condition} is not so at {}",
        browser.url().await
    );
}
