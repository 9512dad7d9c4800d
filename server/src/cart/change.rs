//! What a form does to a cart, and what is said about it on the page that follows.
//!
//! Every form of the cart posts to one address. The quantities that stand in it are taken first, whatever button was
//! pressed, so that nothing typed is lost; then comes what the button says.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::variant_key;
use frontage_shared::snapshot::products::Variant;

use super::{Cart, Full, MOST_COUPON_BYTES, MOST_COUPONS, MOST_LINES, MOST_PIECES};
use crate::form::Form;

/// What stands before a line's key in the name of its quantity.
pub(crate) const QUANTITY_OF: &str = "quantity.";
/// Lines of a quick order that are read.
const MOST_QUICK_LINES: usize = 200;
/// Characters of an unknown article number that are repeated.
const MOST_NUMBER_CHARS: usize = 24;
/// Unknown article numbers that are repeated.
const MOST_UNKNOWN: usize = 8;

/// What a form asks for, besides the quantities in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Only the quantities.
    Update,
    /// So many of a variant, by the merchant's id.
    Add {
        /// The variant's id.
        variant: String,
        /// How many more; none if what was typed is no number that a cart takes.
        quantity: Option<u32>,
    },
    /// Take a line out.
    Remove(u64),
    /// Take everything out.
    Clear,
    /// Redeem a code.
    Coupon(String),
    /// Forget a code.
    DropCoupon(String),
    /// Article numbers and quantities, as pasted.
    Quick(String),
    /// Everything of a shared or cleared cart.
    Take(String),
}

/// What became of it: the notice of the page that follows. Its text stands in the page's address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The quantities were taken.
    Updated,
    /// A variant is in the cart now, or more of it.
    Added(u64),
    /// A line was taken out.
    Removed {
        /// The variant's key.
        key: u64,
        /// How many there were.
        quantity: u32,
    },
    /// Everything was taken out; this brings it back.
    Cleared(String),
    /// The cart is full: not everything was taken.
    Full,
    /// There is no such variant any more.
    Unknown,
    /// What was typed is no number of pieces; nothing was done.
    NotANumber,
    /// So many lines of a quick order or a shared cart were taken, and these were not known.
    Several {
        /// Lines taken.
        taken: usize,
        /// Article numbers that the shop does not have.
        unknown: Vec<String>,
    },
    /// A code was noted; whether it does something is said beside the sum.
    Coupon,
    /// Too many codes.
    TooManyCoupons,
    /// The cookie could not be read: the cart was begun anew.
    Unreadable,
}

impl Change {
    /// What the pressed button of a form says.
    pub fn of(form: &Form) -> Self {
        let text = |name| {
            form.get(name)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let key = |name| text(name).and_then(parse_key);
        let coupon = |code: &str| code.chars().filter(|c| !c.is_control()).collect();
        if let Some(key) = key("remove") {
            Self::Remove(key)
        } else if form.get("clear").is_some() {
            Self::Clear
        } else if let Some(code) = text("drop") {
            Self::DropCoupon(coupon(code))
        } else if let Some(variant) = text("add") {
            Self::Add {
                variant: variant.to_owned(),
                quantity: match text("quantity") {
                    None => Some(1),
                    Some(text) => text
                        .parse()
                        .ok()
                        .filter(|some| (1..=MOST_PIECES).contains(some)),
                },
            }
        } else if let Some(shared) = text("take") {
            Self::Take(shared.to_owned())
        } else if let Some(lines) = text("quick") {
            Self::Quick(lines.to_owned())
        } else if let Some(code) = text("coupon") {
            Self::Coupon(coupon(code))
        } else {
            Self::Update
        }
    }

    /// Whether it is a button of the cart's own page: whoever presses it has read there which prices changed and what is
    /// gone.
    fn comes_from_the_cart(&self) -> bool {
        matches!(
            self,
            Self::Update | Self::Remove(_) | Self::Clear | Self::Coupon(_) | Self::DropCoupon(_)
        )
    }

    /// Does it. Prices that the shopper has read since they changed, and lines that are gone, are settled with it.
    pub fn apply(self, cart: &mut Cart, form: &Form, generation: &Generation) -> Outcome {
        take_quantities(cart, form);
        let was_shown = self.comes_from_the_cart();
        let outcome = self.act(cart, generation);
        if was_shown {
            cart.items.retain_mut(|item| {
                let variant = generation.catalog.variant_by_key(item.key);
                let row = variant.as_ref().map(|variant| variant.row);
                item.seen = row.and_then(|row| generation.offers.unit_price(row, item.quantity));
                variant.is_some()
            });
        }
        cart.see(generation);
        outcome
    }

    fn act(self, cart: &mut Cart, generation: &Generation) -> Outcome {
        match self {
            Self::Update => Outcome::Updated,
            Self::Add { quantity: None, .. } => Outcome::NotANumber,
            Self::Add {
                variant,
                quantity: Some(quantity),
            } => add(cart, generation, &variant, quantity),
            Self::Remove(key) => match cart.set(key, 0) {
                Some(quantity) => Outcome::Removed { key, quantity },
                None => Outcome::Updated,
            },
            Self::Clear => {
                let before = std::mem::take(cart);
                Outcome::Cleared(before.to_shared())
            }
            Self::Coupon(code) => redeem(cart, code),
            Self::DropCoupon(code) => {
                cart.coupons.retain(|known| *known != code);
                Outcome::Updated
            }
            Self::Quick(text) => quick(cart, generation, &text),
            Self::Take(shared) => take(cart, generation, &shared),
        }
    }
}

fn take_quantities(cart: &mut Cart, form: &Form) {
    for (name, value) in form.pairs() {
        let key = name.strip_prefix(QUANTITY_OF).and_then(parse_key);
        // What is no number leaves the line as it is.
        if let (Some(key), Ok(quantity)) = (key, value.trim().parse::<u32>()) {
            cart.set(key, quantity);
        }
    }
}

fn add(cart: &mut Cart, generation: &Generation, variant: &str, quantity: u32) -> Outcome {
    let Some(variant) = generation.catalog.variant_by_id(variant) else {
        return Outcome::Unknown;
    };
    match put(cart, generation, &variant, quantity) {
        Ok(key) => Outcome::Added(key),
        Err(Full) => Outcome::Full,
    }
}

fn redeem(cart: &mut Cart, code: String) -> Outcome {
    let is_there = cart
        .coupons
        .iter()
        .any(|known| known.eq_ignore_ascii_case(&code));
    if is_there {
        return Outcome::Coupon;
    }
    if cart.coupons.len() >= MOST_COUPONS {
        return Outcome::TooManyCoupons;
    }
    if code.len() > MOST_COUPON_BYTES {
        // No code of ours is that long, so the first part of it is as unknown as the whole.
        let end = code.floor_char_boundary(MOST_COUPON_BYTES);
        cart.coupons
            .push(code.get(..end).unwrap_or_default().to_owned());
    } else {
        cart.coupons.push(code);
    }
    Outcome::Coupon
}

/// A line of a quick order is an article number and, behind a space, tab, comma or semicolon, how many.
fn quick(cart: &mut Cart, generation: &Generation, text: &str) -> Outcome {
    let (mut taken, mut unknown) = (0, Vec::new());
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    for line in lines.take(MOST_QUICK_LINES) {
        let whole = by_number(generation, line).map(|variant| (variant, 1));
        let Some((variant, quantity)) = whole.or_else(|| with_quantity(generation, line)) else {
            unknown.push(number_of(line));
            continue;
        };
        if put(cart, generation, &variant, quantity).is_err() {
            return Outcome::Full;
        }
        taken += 1;
    }
    unknown.truncate(MOST_UNKNOWN);
    Outcome::Several { taken, unknown }
}

/// A text as an article number: short and without a sentence in it, since it is shown on our page whoever wrote it.
fn number_of(text: &str) -> String {
    let is_plain = |c: &char| c.is_alphanumeric() || "-_./+#".contains(*c);
    text.chars()
        .take_while(is_plain)
        .take(MOST_NUMBER_CHARS)
        .collect()
}

fn with_quantity<'a>(generation: &'a Generation, line: &str) -> Option<(Variant<'a>, u32)> {
    let separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '×');
    let (number, quantity) = line.rsplit_once(separator)?;
    let quantity = quantity.trim().parse().ok().filter(|&some| some > 0)?;
    let number = number.trim_end_matches(separator);
    Some((by_number(generation, number)?, quantity))
}

fn by_number<'a>(generation: &'a Generation, number: &str) -> Option<Variant<'a>> {
    let catalog = &generation.catalog;
    catalog
        .variant_by_sku(number)
        .or_else(|| catalog.variant_by_id(number))
}

fn take(cart: &mut Cart, generation: &Generation, shared: &str) -> Outcome {
    let Some(shared) = Cart::from_shared(shared) else {
        return Outcome::Unknown;
    };
    let mut taken = 0;
    for item in &shared.items {
        let Some(variant) = generation.catalog.variant_by_key(item.key) else {
            continue;
        };
        if put(cart, generation, &variant, item.quantity).is_err() {
            return Outcome::Full;
        }
        taken += 1;
    }
    Outcome::Several {
        taken,
        unknown: Vec::new(),
    }
}

/// Puts so many more of a variant in, at the price of one where as many are bought as there are then. Gives its key.
fn put(
    cart: &mut Cart,
    generation: &Generation,
    variant: &Variant<'_>,
    quantity: u32,
) -> Result<u64, Full> {
    let key = variant_key(variant.id());
    let price = |whole| generation.offers.unit_price(variant.row, whole);
    cart.add(key, quantity, price).map(|()| key)
}

impl Cart {
    /// The variants and quantities as a text for addresses: nothing in it is personal, so nothing is signed.
    pub fn to_shared(&self) -> String {
        let mut bytes = Vec::with_capacity(self.items.len() * 10);
        for item in &self.items {
            let quantity = u16::try_from(item.quantity).unwrap_or(u16::MAX);
            bytes.extend(item.key.to_le_bytes());
            bytes.extend(quantity.to_le_bytes());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What [`Cart::to_shared`] wrote; none for anything else. Anybody may write one, so it is no more than a wish.
    pub fn from_shared(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (lines, rest) = bytes.as_chunks::<10>();
        if !rest.is_empty() || lines.is_empty() || lines.len() > MOST_LINES {
            return None;
        }
        let mut cart = Self::default();
        for line in lines {
            let (key, quantity) = line.split_first_chunk::<8>()?;
            let quantity = u16::from_le_bytes(quantity.try_into().ok()?);
            let quantity = u32::from(quantity).clamp(1, MOST_PIECES);
            cart.add(u64::from_le_bytes(*key), quantity, |_| None)
                .ok()?;
        }
        Some(cart)
    }
}

/// A line's key as it stands in forms and addresses.
pub(crate) fn key_text(key: u64) -> String {
    format!("{key:016x}")
}

/// What [`key_text`] wrote.
pub(crate) fn parse_key(text: &str) -> Option<u64> {
    let is_plain = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_plain
        .then(|| u64::from_str_radix(text, 16).ok())
        .flatten()
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Updated => f.write_str("updated"),
            Self::Added(key) => write!(f, "added.{}", key_text(*key)),
            Self::Removed { key, quantity } => write!(f, "removed.{}.{quantity}", key_text(*key)),
            Self::Cleared(before) => write!(f, "cleared.{before}"),
            Self::Full => f.write_str("full"),
            Self::Unknown => f.write_str("unknown"),
            Self::NotANumber => f.write_str("number"),
            Self::Several { taken, unknown } => {
                write!(f, "several.{taken}")?;
                unknown
                    .iter()
                    .try_for_each(|number| write!(f, "\n{number}"))
            }
            Self::Coupon => f.write_str("coupon"),
            Self::TooManyCoupons => f.write_str("coupons"),
            Self::Unreadable => f.write_str("unreadable"),
        }
    }
}

impl Outcome {
    /// Whether nothing was done, because what was asked for cannot be.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Unknown | Self::NotANumber | Self::TooManyCoupons
        )
    }

    /// What stands in an address; none for what we never wrote there.
    pub fn parse(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once('.').unwrap_or((text, ""));
        Some(match (word, rest) {
            ("updated", "") => Self::Updated,
            ("full", "") => Self::Full,
            ("unknown", "") => Self::Unknown,
            ("number", "") => Self::NotANumber,
            ("coupon", "") => Self::Coupon,
            ("coupons", "") => Self::TooManyCoupons,
            ("unreadable", "") => Self::Unreadable,
            ("added", key) => Self::Added(parse_key(key)?),
            ("removed", rest) => {
                let (key, quantity) = rest.split_once('.')?;
                Self::Removed {
                    key: parse_key(key)?,
                    quantity: quantity.parse().ok()?,
                }
            }
            ("cleared", before) => Self::Cleared(Cart::from_shared(before)?.to_shared()),
            ("several", rest) => {
                let mut lines = rest.lines();
                Self::Several {
                    taken: lines.next()?.parse().ok()?,
                    unknown: lines.take(MOST_UNKNOWN).map(number_of).collect(),
                }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_says_what_is_done() {
        let of = |text: &str| Change::of(&Form::parse(text.as_bytes()));
        assert_eq!(of("quantity.00000000000000ff=2"), Change::Update);
        assert_eq!(of("remove=00000000000000ff&coupon=X"), Change::Remove(255));
        assert_eq!(of("remove=ff"), Change::Update);
        assert_eq!(of("clear="), Change::Clear);
        assert_eq!(of("coupon=+SPRING+"), Change::Coupon("SPRING".to_owned()));
        assert_eq!(
            of("drop=SPRING&coupon="),
            Change::DropCoupon("SPRING".to_owned())
        );
        let add = |variant: &str, quantity| Change::Add {
            variant: variant.to_owned(),
            quantity,
        };
        assert_eq!(of("add=a%26b&quantity=3"), add("a&b", Some(3)));
        assert_eq!(of("add=a"), add("a", Some(1)));
        for quantity in ["many", "-3", "0", "10000", "1.5", "99999999999999999999"] {
            assert_eq!(of(&format!("add=a&quantity={quantity}")), add("a", None));
        }
    }

    #[test]
    fn notices_stand_in_addresses_and_come_back() {
        let mut cart = Cart::default();
        cart.add(7, 3, |_| None).unwrap();
        cart.add(u64::MAX, MOST_PIECES, |_| None).unwrap();
        for outcome in [
            Outcome::Updated,
            Outcome::Added(7),
            Outcome::Removed {
                key: 7,
                quantity: 3,
            },
            Outcome::Cleared(cart.to_shared()),
            Outcome::Full,
            Outcome::Unknown,
            Outcome::NotANumber,
            Outcome::Several {
                taken: 2,
                unknown: vec!["A.1".to_owned(), "B/2".to_owned()],
            },
            Outcome::Coupon,
            Outcome::TooManyCoupons,
            Outcome::Unreadable,
        ] {
            assert_eq!(Outcome::parse(&outcome.to_string()), Some(outcome));
        }
        for other in [
            "",
            "x",
            "added.",
            "added.xyz",
            "removed.1",
            "cleared.%%",
            "several.x",
        ] {
            assert_eq!(Outcome::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_shared_cart_holds_what_was_in_it() {
        let mut cart = Cart::default();
        for key in 0..MOST_LINES as u64 {
            cart.add(key, 2, |_| Some(5)).unwrap();
        }
        let shared = Cart::from_shared(&cart.to_shared()).unwrap();
        assert_eq!(shared.digest(), cart.digest());
        assert!(cart.to_shared().len() < 1_400);
        assert_eq!(cart.add(1_000, 1, |_| None), Err(super::super::Full));
        assert_eq!(Cart::from_shared(""), None);
    }
}
