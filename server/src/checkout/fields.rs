//! What the form of the checkout sent, field by field: read, trimmed, and checked so that each problem has its place.

use frontage_shared::order::Address;

use super::address::{Format, Postcode};
use super::settings::{Method, Settings};
use crate::form::Form;

/// Most characters of a field of one line, and of the note.
const MOST_CHARS: usize = 120;
pub(crate) const MOST_NOTE_CHARS: usize = 2_000;

/// A form's fields as they were typed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fields {
    /// Where mail about the order goes.
    pub email: String,
    /// A number to call.
    pub phone: String,
    /// Where the goods go.
    pub shipping: AddressFields,
    /// Whether the invoice goes elsewhere.
    pub other_billing: bool,
    /// Where the invoice goes then.
    pub billing: AddressFields,
    /// A business's tax number.
    pub vat_id: String,
    /// The delivery method's id.
    pub delivery: String,
    /// The payment method's name.
    pub payment: String,
    /// What the shopper wants to say.
    pub note: String,
    /// Whether the terms were accepted.
    pub terms: bool,
    /// Whether news by mail are wanted.
    pub newsletter: bool,
}

/// An address as it was typed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AddressFields {
    /// Given and family name.
    pub name: String,
    /// A company.
    pub company: String,
    /// Street and number.
    pub line1: String,
    /// Whatever else.
    pub line2: String,
    /// Postcode.
    pub postcode: String,
    /// Town.
    pub city: String,
    /// State or province.
    pub region: String,
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
}

/// A field that cannot stay as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The field's name in the form.
    pub field: String,
    /// What is wrong with it.
    pub rule: Rule,
}

/// What is wrong with a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rule {
    /// It is empty and must not be.
    Missing,
    /// It is not an address for mail.
    NotMail,
    /// It is not a number to call.
    NotPhone,
    /// It is not a postcode of the country; what one looks like.
    NotPostcode(String),
    /// Nothing was chosen, or something that is not on offer.
    NotChosen,
    /// The terms were not accepted.
    NotAccepted,
    /// It is longer than fits.
    TooLong,
}

impl Fields {
    /// Reads a form; country and payment are those of the shop where the form has none.
    pub fn of(form: &Form, settings: &Settings) -> Self {
        let text = |name: &str| line(form.get(name).unwrap_or_default());
        let is_set = |name: &str| form.get(name).is_some_and(|value| !value.is_empty());
        Self {
            email: text("email"),
            phone: text("phone"),
            shipping: AddressFields::of(form, "shipping", settings),
            other_billing: is_set("other_billing"),
            billing: AddressFields::of(form, "billing", settings),
            vat_id: text("vat_id"),
            delivery: text("delivery"),
            payment: text("payment"),
            note: note(form.get("note").unwrap_or_default()),
            terms: is_set("terms"),
            newsletter: is_set("newsletter") && settings.newsletter,
        }
    }

    /// What cannot stay as it is, in the order of the form. Whether the delivery method reaches the place is not
    /// known here.
    pub fn faults(&self, settings: &Settings) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.require("email", &self.email);
        if !self.email.is_empty() && !is_mail(&self.email) {
            faults.add("email", Rule::NotMail);
        }
        if !self.phone.is_empty() && !is_phone(&self.phone) {
            faults.add("phone", Rule::NotPhone);
        }
        self.shipping.check("shipping", settings, &mut faults);
        if self.other_billing {
            self.billing.check("billing", settings, &mut faults);
        }
        faults.fit("vat_id", &self.vat_id);
        let method = Method::parse(&self.payment);
        if method.is_none_or(|method| !settings.methods.contains(&method)) {
            faults.add("payment", Rule::NotChosen);
        }
        if settings.terms_page.is_some() && !self.terms {
            faults.add("terms", Rule::NotAccepted);
        }
        faults.0
    }
}

impl AddressFields {
    fn of(form: &Form, prefix: &str, settings: &Settings) -> Self {
        let text = |name: &str| line(form.get(&format!("{prefix}_{name}")).unwrap_or_default());
        // One that is not sold to any more is not turned into another one: it is told.
        let country = Some(text("country"))
            .filter(|country| !country.is_empty())
            .or_else(|| settings.countries.first().cloned());
        Self {
            name: text("name"),
            company: text("company"),
            line1: text("line1"),
            line2: text("line2"),
            postcode: text("postcode"),
            city: text("city"),
            region: text("region"),
            country: country.unwrap_or_default(),
        }
    }

    /// The address for an order, without what the country does not have.
    pub fn to_address(&self) -> Address {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let format = Format::of(&self.country);
        let postcode = format.postcode.tidy(&self.postcode).unwrap_or_default();
        Address {
            name: self.name.clone(),
            company: some(&self.company),
            line1: self.line1.clone(),
            line2: some(&self.line2),
            postcode: some(&postcode),
            city: self.city.clone(),
            region: some(&self.region).filter(|_| format.has_region),
            country: self.country.clone(),
        }
    }

    fn check(&self, prefix: &str, settings: &Settings, faults: &mut Faults) {
        let format = Format::of(&self.country);
        let field = |name: &str| format!("{prefix}_{name}");
        faults.require(&field("name"), &self.name);
        faults.require(&field("line1"), &self.line1);
        if format.postcode != Postcode::None {
            faults.require(&field("postcode"), &self.postcode);
            if !self.postcode.is_empty() && format.postcode.tidy(&self.postcode).is_none() {
                let example = format.postcode.example().unwrap_or_default();
                faults.add(&field("postcode"), Rule::NotPostcode(example));
            }
        }
        faults.require(&field("city"), &self.city);
        if format.has_region {
            faults.require(&field("region"), &self.region);
        }
        if !settings.countries.contains(&self.country) {
            faults.add(&field("country"), Rule::NotChosen);
        }
        for (name, value) in [
            ("company", &self.company),
            ("line2", &self.line2),
            ("region", &self.region),
        ] {
            faults.fit(&field(name), value);
        }
    }
}

/// Faults that are found, in the order of the form.
#[derive(Default)]
pub(crate) struct Faults(pub(crate) Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, field: &str, rule: Rule) {
        self.0.push(Fault {
            field: field.to_owned(),
            rule,
        });
    }

    pub(crate) fn require(&mut self, field: &str, value: &str) {
        match value {
            "" => self.add(field, Rule::Missing),
            value => self.fit(field, value),
        }
    }

    pub(crate) fn fit(&mut self, field: &str, value: &str) {
        if value.chars().count() > MOST_CHARS {
            self.add(field, Rule::TooLong);
        }
    }
}

/// One line: white space within it is one space, control characters are gone, and what is far too long is cut just
/// behind the point where it is told as too long.
pub(crate) fn line(text: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().map(visible).take(4 * MOST_CHARS).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Several lines, without control characters, cut where they are too long.
pub(crate) fn note(text: &str) -> String {
    let visible = |c: &char| !c.is_control() || *c == '\n';
    let text: String = text.chars().filter(visible).take(MOST_NOTE_CHARS).collect();
    text.trim().to_owned()
}

/// Whether mail could be sent there: one @ between a name and a domain with a dot. Whether anybody reads it only mail
/// can tell.
pub(crate) fn is_mail(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_plain =
        |part: &str| !part.is_empty() && !part.contains([' ', '@', ',', ';', '<', '>', '"']);
    let labels = domain.split('.');
    is_plain(name)
        && is_plain(domain)
        && domain.contains('.')
        && labels
            .clone()
            .all(|label| !label.is_empty() && !label.starts_with('-'))
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_plain = |c: char| c.is_ascii_digit() || " +-/().".contains(c);
    (5..=20).contains(&digits) && text.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            methods: vec![Method::Invoice],
            countries: vec!["DE".to_owned(), "US".to_owned(), "AE".to_owned()],
            terms_page: Some("terms".to_owned()),
            ..Settings::default()
        }
    }

    fn faults(body: &str) -> Vec<(String, Rule)> {
        let fields = Fields::of(&Form::parse(body.as_bytes()), &settings());
        let faults = fields.faults(&settings()).into_iter();
        faults.map(|fault| (fault.field, fault.rule)).collect()
    }

    const WHOLE: &str = "email=a%40b.example&shipping_name=Ann+Lee&shipping_line1=Way+1&shipping_postcode=10115&\
                         shipping_city=Berlin&shipping_country=DE&payment=invoice&terms=1";

    #[test]
    fn a_whole_form_has_no_faults() {
        assert_eq!(faults(WHOLE), []);
        let abroad = WHOLE.replace("=DE", "=AE").replace("10115", "");
        assert_eq!(faults(&abroad), []);
    }

    #[test]
    fn each_fault_has_its_place() {
        let missing = |field: &str| (field.to_owned(), Rule::Missing);
        let empty = faults("");
        let names: Vec<_> = empty.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(
            names,
            [
                "email",
                "shipping_name",
                "shipping_line1",
                "shipping_postcode",
                "shipping_city",
                "payment",
                "terms"
            ]
        );
        assert_eq!(
            faults(&WHOLE.replace("Berlin", "+")),
            [missing("shipping_city")]
        );
        let american = WHOLE.replace("=DE", "=US");
        assert_eq!(faults(&american), [missing("shipping_region")]);
        let postcode = faults(&WHOLE.replace("10115", "1011"));
        assert_eq!(
            postcode,
            [(
                "shipping_postcode".to_owned(),
                Rule::NotPostcode("12345".to_owned())
            )]
        );
        let elsewhere = faults(&format!("{WHOLE}&other_billing=1"));
        assert_eq!(elsewhere.len(), 4, "{elsewhere:?}");
        assert!(
            elsewhere
                .iter()
                .all(|(field, _)| field.starts_with("billing_"))
        );
        let long = faults(&WHOLE.replace("Berlin", &"x".repeat(121)));
        assert_eq!(long, [("shipping_city".to_owned(), Rule::TooLong)]);
    }

    #[test]
    fn mail_and_phone_are_taken_as_people_write_them() {
        for good in [
            "a@b.example",
            "Zoë+shop@xn--bcher-kva.example",
            "o'neil@mail.example",
        ] {
            assert!(is_mail(good), "{good}");
        }
        for bad in [
            "a",
            "@b.example",
            "a@b",
            "a@b..c",
            "a b@c.example",
            "a@b.example,c@d.example",
            "a@@b.example",
        ] {
            assert!(!is_mail(bad), "{bad}");
        }
        for good in ["+49 30 901820", "(030) 90-18/20", "0309018"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["call me", "12", "+49 30 9018201234567890123"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_typed_is_one_line_without_controls() {
        assert_eq!(line(" Ann\r\nLee\u{0} "), "Ann Lee");
        assert_eq!(note("two\r\nlines\u{7} "), "two\nlines");
        assert_eq!(line(&"x".repeat(10_000)).len(), 480);
    }
}
