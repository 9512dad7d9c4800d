//! How a cart is written into a cookie and read back.
//!
//! The layout, before it is sealed ([`Keys`]): version (1), letters of the currency (3 bytes), generation (varint), number of coupons, each coupon with its
//! length, then to the end one line after another: key (8 bytes, little-endian), quantity (varint), price seen
//! (varint, one more than the minor units; 0 for none). A varint has seven bits a byte, the lowest first, as in
//! LEB128. A hundred usual lines take about 1.7 KB, less than half of what browsers keep of a cookie.

use super::{Cart, Item, MOST_COUPON_BYTES, MOST_COUPONS, MOST_LINES, MOST_PIECES};
use crate::keys::{Keys, Purpose};

/// How long a browser keeps a cart that nobody touches.
pub const COOKIE_DAYS: u32 = 90;

const VERSION: u8 = 1;
/// More than any cart of ours has.
const MOST_TEXT_BYTES: usize = 4096;

/// Why a cookie is not a cart of ours. Shoppers are told that the cart could not be read, whatever the reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CookieError {
    /// Changed on its way, or signed with a key that is gone.
    #[error("the cookie is not signed by a key that counts")]
    Seal,
    /// Signed by us, but of a version that this server does not know.
    #[error("the cart is of an unknown version")]
    Version,
    /// Signed by us and cut or mixed up all the same.
    #[error("the cart is malformed")]
    Layout,
}

impl Cart {
    /// The cart as the value of a cookie; empty for an empty cart.
    pub fn to_cookie(&self, keys: &Keys) -> String {
        if self.items.is_empty() && self.coupons.is_empty() {
            return String::new();
        }
        keys.seal(Purpose::Cart, &self.encode())
    }

    /// The cart in the value of a cookie.
    ///
    /// # Errors
    /// It is not a cart that we wrote.
    pub fn from_cookie(text: &str, keys: &Keys) -> Result<Self, CookieError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        if text.len() > MOST_TEXT_BYTES {
            return Err(CookieError::Seal);
        }
        let bytes = keys.open(Purpose::Cart, text).ok_or(CookieError::Seal)?;
        match bytes.split_first() {
            Some((&VERSION, rest)) => decode(rest).ok_or(CookieError::Layout),
            _ => Err(CookieError::Version),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.currency);
        put(&mut bytes, self.generation);
        put(&mut bytes, self.coupons.len() as u64);
        for coupon in &self.coupons {
            put(&mut bytes, coupon.len() as u64);
            bytes.extend(coupon.as_bytes());
        }
        for item in &self.items {
            bytes.extend(item.key.to_le_bytes());
            put(&mut bytes, item.quantity.into());
            let seen = item.seen.and_then(|price| u64::try_from(price).ok());
            put(&mut bytes, seen.map_or(0, |price| price.saturating_add(1)));
        }
        bytes
    }
}

fn decode(mut bytes: &[u8]) -> Option<Cart> {
    let (currency, rest) = bytes.split_first_chunk()?;
    bytes = rest;
    let mut cart = Cart {
        generation: take(&mut bytes)?,
        currency: *currency,
        ..Cart::default()
    };
    let coupons = take_up_to(&mut bytes, MOST_COUPONS)?;
    for _ in 0..coupons {
        let length = take_up_to(&mut bytes, MOST_COUPON_BYTES)?;
        let (code, rest) = bytes.split_at_checked(length)?;
        cart.coupons
            .push(std::str::from_utf8(code).ok()?.to_owned());
        bytes = rest;
    }
    while !bytes.is_empty() {
        let (key, rest) = bytes.split_first_chunk()?;
        bytes = rest;
        let quantity = u32::try_from(take(&mut bytes)?).ok()?;
        let seen = take(&mut bytes)?.checked_sub(1);
        cart.items.push(Item {
            key: u64::from_le_bytes(*key),
            quantity,
            seen: seen.map(i64::try_from).transpose().ok()?,
        });
        let is_sound = cart.items.len() <= MOST_LINES && (1..=MOST_PIECES).contains(&quantity);
        if !is_sound {
            return None;
        }
    }
    Some(cart)
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value: u64 = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let low = u64::from(byte & 0x7f);
        if shift == 63 && low > 1 {
            return None;
        }
        value |= low << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn take_up_to(bytes: &mut &[u8], most: usize) -> Option<usize> {
    let value = usize::try_from(take(bytes)?).ok()?;
    (value <= most).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::parse("1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap()
    }

    fn full() -> Cart {
        let items = (0..MOST_LINES as u64).map(|number| Item {
            key: number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            quantity: u32::try_from(number % 30 + 1).unwrap(),
            seen: (number % 7 > 0).then_some(i64::try_from(number).unwrap() * 1_999),
        });
        Cart {
            generation: 123_456,
            currency: *b"EUR",
            items: items.collect(),
            coupons: vec!["WELCOME10".to_owned(), "ß".to_owned()],
        }
    }

    #[test]
    fn a_full_cart_comes_back_and_fits_a_cookie() {
        let cookie = full().to_cookie(&keys());
        assert_eq!(Cart::from_cookie(&cookie, &keys()), Ok(full()));
        assert!(cookie.len() < 2_000, "{}", cookie.len());
    }

    #[test]
    fn an_empty_cart_is_no_cookie() {
        assert_eq!(Cart::default().to_cookie(&keys()), "");
        assert_eq!(Cart::from_cookie("", &keys()), Ok(Cart::default()));
    }

    #[test]
    fn extremes_come_back() {
        for (quantity, seen) in [(1, None), (1, Some(0)), (MOST_PIECES, Some(i64::MAX))] {
            let cart = Cart {
                generation: u64::MAX,
                currency: *b"JPY",
                items: vec![Item {
                    key: u64::MAX,
                    quantity,
                    seen,
                }],
                coupons: vec!["x".repeat(MOST_COUPON_BYTES); MOST_COUPONS],
            };
            assert_eq!(
                Cart::from_cookie(&cart.to_cookie(&keys()), &keys()),
                Ok(cart)
            );
        }
    }

    #[test]
    fn what_is_not_our_cart_is_told_apart() {
        let other = Keys::parse("1 AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
        let cookie = full().to_cookie(&other);
        assert_eq!(Cart::from_cookie(&cookie, &keys()), Err(CookieError::Seal));
        let long = "A".repeat(5_000);
        assert_eq!(Cart::from_cookie(&long, &keys()), Err(CookieError::Seal));
        let next = keys().seal(Purpose::Cart, &[2, 0, 0]);
        assert_eq!(Cart::from_cookie(&next, &keys()), Err(CookieError::Version));
        let whole = full().encode();
        for end in 1..whole.len() {
            // Cut at the end of a line it is a shorter cart; anywhere else it is none. Neither may panic.
            let cut = keys().seal(Purpose::Cart, &whole[..end]);
            if let Ok(cart) = Cart::from_cookie(&cut, &keys()) {
                assert!(cart.items.len() < MOST_LINES);
            }
        }
        let none_of_it = keys().seal(
            Purpose::Cart,
            &[1, 69, 85, 82, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0],
        );
        assert_eq!(
            Cart::from_cookie(&none_of_it, &keys()),
            Err(CookieError::Layout)
        );
    }
}
