//! A shopper without a browser: keeps cookies, reads the fields of forms, sends them as a browser would.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use crate::shop::{Page, Shop};

/// What a server is told where many orders are to be placed at once.
pub const UNLIMITED: &str = "[checkout]\nmethods = [\"invoice\"]\ncountries = [\"DE\"]\n\
                             [limits]\ncart_changes_per_minute = 0\norders_per_minute = 0\nwithdrawals_per_minute = 0\n";

/// One shopper and what their browser keeps.
#[derive(Clone, Debug, Default)]
pub struct Shopper {
    /// Cookies by name, as the browser would send them.
    pub cookies: BTreeMap<String, String>,
}

/// The fields of a form, in the order they are sent in.
pub type Fields = Vec<(String, String)>;

impl Shopper {
    /// A shopper who was never here.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a page.
    pub async fn get(&mut self, shop: &Shop, path: &str) -> Page {
        let request = shop
            .client()
            .get(shop.url(path))
            .header(COOKIE, self.header());
        let page = shop.request(request).await;
        self.keep(&page);
        page
    }

    /// Sends a form from a page of the shop.
    pub async fn post(&mut self, shop: &Shop, path: &str, fields: &[(String, String)]) -> Page {
        let request = self
            .request(shop, path, fields)
            .header("origin", shop.url(""));
        let page = shop.request(request).await;
        self.keep(&page);
        page
    }

    /// The request that [`Shopper::post`] sends, from nowhere in particular.
    pub fn request(
        &self,
        shop: &Shop,
        path: &str,
        fields: &[(String, String)],
    ) -> reqwest::RequestBuilder {
        let request = shop.client().post(shop.url(path));
        sending(request.header(COOKIE, self.header()), fields)
    }

    /// Puts so many of a variant into the cart.
    pub async fn add(&mut self, shop: &Shop, variant: &str, quantity: u32) -> Page {
        let fields = fields(&[("add", variant), ("quantity", &quantity.to_string())]);
        self.post(shop, "/cart", &fields).await
    }

    /// The checkout's form, filled in with an address that is fine.
    ///
    /// # Panics
    /// The page is no checkout.
    pub async fn checkout(&mut self, shop: &Shop) -> Fields {
        let page = self.get(shop, "/checkout").await;
        assert_eq!(page.status, 200, "{}", page.body);
        filled(&page.body)
    }

    /// What a browser sends of its cookies.
    pub fn header(&self) -> String {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, page: &Page) {
        for cookie in page.headers.get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("a cookie of ASCII");
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').expect("a name and a value");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Fields in a request, as a browser sends those of a form.
pub fn sending(
    request: reqwest::RequestBuilder,
    fields: &[(String, String)],
) -> reqwest::RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

/// Fields by name and value.
pub fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The form of a checkout page, with an address that is fine and what else an order needs.
///
/// # Panics
/// It has no ticket or no total.
pub fn filled(page: &str) -> Fields {
    fields(&[
        ("ticket", &hidden(page, "ticket")),
        ("seen_total", &hidden(page, "seen_total")),
        ("seen_prices", &hidden(page, "seen_prices")),
        ("email", "ann@mail.example"),
        ("shipping_name", "Ann Lee"),
        ("shipping_line1", "Weg 1"),
        ("shipping_postcode", "10115"),
        ("shipping_city", "Berlin"),
        ("shipping_country", "DE"),
        ("payment", "invoice"),
        ("order", "1"),
    ])
}

/// The value of a hidden field.
///
/// # Panics
/// There is none of that name.
pub fn hidden(page: &str, name: &str) -> String {
    let field = format!("type=\"hidden\" name=\"{name}\" value=\"");
    let value = page
        .split_once(&field)
        .and_then(|(_, rest)| rest.split_once('"'));
    value
        .unwrap_or_else(|| panic!("no field `{name}` in {page}"))
        .0
        .to_owned()
}

/// Where a page leads to.
///
/// # Panics
/// It leads nowhere.
pub fn location(page: &Page) -> String {
    let location = page.headers.get(LOCATION);
    let location =
        location.unwrap_or_else(|| panic!("{}: no redirect: {}", page.status, page.body));
    location.to_str().expect("an address of ASCII").to_owned()
}
