//! Compression: which coding a client wants most, and bytes in that coding.
//!
//! An encoded body is never larger than the plain one; where coding gains nothing, the plain body is sent.

use std::cell::RefCell;
use std::io::Write as _;

use hyper::HeaderMap;
use hyper::header::ACCEPT_ENCODING;

/// Shorter bodies fit one packet with their headers; coding them saves nobody anything.
const MIN_BYTES: usize = 256;

/// A content coding we speak.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// What everything understands.
    Gzip,
    /// Smallest for text, and dear to make.
    Brotli,
    /// Nearly as small, and cheap to make.
    Zstd,
}

/// How much time an encoding may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effort {
    /// A page: a visitor waits for it.
    Page,
    /// A file that is encoded once for the life of the process.
    Once,
}

impl Encoding {
    /// All of them, best first where a client does not care.
    pub const PREFERENCE: [Self; 4] = [Self::Brotli, Self::Zstd, Self::Gzip, Self::Identity];

    /// The token of `Content-Encoding`; none for identity.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
        }
    }
}

/// The coding that a client's `Accept-Encoding` asks for (RFC 9110 §12.5.3).
///
/// A client that refuses everything gets identity: a page it can read beats an error it can read.
pub fn negotiate(headers: &HeaderMap) -> Encoding {
    let mut weights: [Option<u16>; 4] = [None; 4];
    let mut any = None;
    let items = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    for item in items.flat_map(|value| value.split(',')) {
        let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
        let Some(weight) = parse_weight(parameters) else {
            continue;
        };
        let index = match name.trim().to_ascii_lowercase().as_str() {
            "br" => 0,
            "zstd" => 1,
            "gzip" | "x-gzip" => 2,
            "identity" => 3,
            "*" => {
                any = Some(weight);
                continue;
            }
            _ => continue,
        };
        weights[index] = Some(weight);
    }
    // Identity is acceptable unless refused, but never more wanted than what the client names.
    let implied = [
        any.unwrap_or(0),
        any.unwrap_or(0),
        any.unwrap_or(0),
        any.map_or(1, |weight| weight.min(1)),
    ];
    let weight_of = |index: usize| weights[index].unwrap_or(implied[index]);
    let best = (0..4)
        .rev()
        .max_by_key(|&index| weight_of(index))
        .filter(|&index| weight_of(index) > 0);
    best.map_or(Encoding::Identity, |index| Encoding::PREFERENCE[index])
}

/// The weight in thousandths of `;q=0.5`; 1000 without one, `None` if malformed.
fn parse_weight(parameters: &str) -> Option<u16> {
    let parameters = parameters.trim();
    if parameters.is_empty() {
        return Some(1000);
    }
    let value = parameters
        .strip_prefix("q=")
        .or_else(|| parameters.strip_prefix("Q="))?
        .trim();
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// The body in a coding, or `None` where identity serves the client better.
pub fn compress(encoding: Encoding, effort: Effort, body: &[u8]) -> Option<Vec<u8>> {
    if body.len() < MIN_BYTES {
        return None;
    }
    let encoded = match encoding {
        Encoding::Identity => None,
        Encoding::Gzip => gzip(effort, body).ok(),
        Encoding::Brotli => brotli(effort, body).ok(),
        Encoding::Zstd => zstd(effort, body).ok(),
    };
    encoded.filter(|bytes| bytes.len() < body.len())
}

fn gzip(effort: Effort, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let level = match effort {
        Effort::Page => 6,
        Effort::Once => 9,
    };
    let out = Vec::with_capacity(body.len() / 3);
    let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::new(level));
    encoder.write_all(body)?;
    encoder.finish()
}

fn brotli(effort: Effort, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let (quality, window_bits) = match effort {
        // A window no larger than a page keeps the encoder's set-up cheap.
        Effort::Page => (5, 18),
        Effort::Once => (11, 22),
    };
    let parameters = brotli::enc::BrotliEncoderParams {
        quality,
        lgwin: window_bits,
        size_hint: body.len(),
        mode: brotli::enc::backward_references::BrotliEncoderMode::BROTLI_MODE_TEXT,
        ..Default::default()
    };
    let mut out = Vec::with_capacity(body.len() / 3);
    brotli::BrotliCompress(&mut &*body, &mut out, &parameters)?;
    Ok(out)
}

fn zstd(effort: Effort, body: &[u8]) -> std::io::Result<Vec<u8>> {
    thread_local! {
        /// Setting up an encoder costs more than a page; each thread keeps one.
        static PAGE_ENCODER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    }
    match effort {
        Effort::Once => zstd::bulk::compress(body, 19),
        Effort::Page => PAGE_ENCODER.with_borrow_mut(|slot| {
            let encoder = match slot {
                Some(encoder) => encoder,
                None => slot.insert(zstd::bulk::Compressor::new(6)?),
            };
            encoder.compress(body)
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[track_caller]
    fn check(accept: &str, expected: Encoding) {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
        assert_eq!(negotiate(&headers), expected, "{accept:?}");
    }

    #[test]
    fn the_most_wanted_coding_wins() {
        check("gzip, deflate, br, zstd", Encoding::Brotli);
        check("gzip, deflate", Encoding::Gzip);
        check("GZIP;Q=1.0", Encoding::Gzip);
        check("br;q=0.5, gzip;q=0.8", Encoding::Gzip);
        check("br;q=0.5, zstd ; q=0.8", Encoding::Zstd);
        check("gzip;q=0", Encoding::Identity);
        check("br;q=0, *", Encoding::Zstd);
        check("*;q=0", Encoding::Identity);
        check("identity, gzip;q=0.5", Encoding::Identity);
        check("identity;q=0.5, gzip;q=0.5", Encoding::Gzip);
        check("identity;q=0", Encoding::Identity);
        check("", Encoding::Identity);
        check("deflate", Encoding::Identity);
        check("br;q=2, gzip;q=banana, zstd;q=0.1234", Encoding::Identity);
        assert_eq!(negotiate(&HeaderMap::new()), Encoding::Identity);
    }

    #[test]
    fn several_header_lines_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_ENCODING, "br;q=0".parse().unwrap());
        headers.append(ACCEPT_ENCODING, "gzip".parse().unwrap());
        assert_eq!(negotiate(&headers), Encoding::Gzip);
    }

    fn sample_page() -> String {
        let mut page = String::from("<!doctype html><html lang=en><title>Chairs</title><main>");
        for number in 0..120 {
            page += &format!(
                "<li class=card><a href=\"/p/oak-chair-{number}\"><img src=\"/media/{}.svg\" alt=\"\"><h3>Oak chair no. \
                 {number}</h3><p class=price>€ {}.{:02}</p></a></li>",
                number * 7919 % 1009,
                number * 31 % 400,
                number * 17 % 100,
            );
        }
        page
    }

    #[test]
    fn every_coding_gives_back_what_went_in_and_few_bytes() {
        let page = sample_page();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
        zlib.write_all(page.as_bytes()).unwrap();
        let budget = zlib.finish().unwrap().len() * 11 / 10;
        for effort in [Effort::Page, Effort::Once] {
            for encoding in [Encoding::Gzip, Encoding::Brotli, Encoding::Zstd] {
                let encoded = compress(encoding, effort, page.as_bytes()).unwrap();
                assert!(
                    encoded.len() <= budget,
                    "{encoding:?} {effort:?}: {} > {budget}",
                    encoded.len()
                );
                assert_eq!(decode(encoding, &encoded), page, "{encoding:?}");
            }
        }
    }

    #[test]
    fn coding_that_gains_nothing_is_left_out() {
        assert_eq!(
            compress(Encoding::Gzip, Effort::Page, b"<p>short</p>"),
            None
        );
        let mut state = 1_u32;
        let noise: Vec<u8> = (0..4096)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                u8::try_from(state >> 24).unwrap()
            })
            .collect();
        for encoding in Encoding::PREFERENCE {
            assert_eq!(
                compress(encoding, Effort::Page, &noise),
                None,
                "{encoding:?}"
            );
        }
    }

    fn decode(encoding: Encoding, bytes: &[u8]) -> String {
        let mut text = String::new();
        match encoding {
            Encoding::Identity => text = String::from_utf8(bytes.to_vec()).unwrap(),
            Encoding::Gzip => drop(
                flate2::read::GzDecoder::new(bytes)
                    .read_to_string(&mut text)
                    .unwrap(),
            ),
            Encoding::Brotli => drop(
                brotli::Decompressor::new(bytes, 4096)
                    .read_to_string(&mut text)
                    .unwrap(),
            ),
            Encoding::Zstd => text = String::from_utf8(zstd::decode_all(bytes).unwrap()).unwrap(),
        }
        text
    }

    /// Not a test of time: prints what an encoding costs and saves, for whoever changes a level.
    #[test]
    #[ignore = "prints figures; run with --ignored --nocapture"]
    fn figures() {
        let page = sample_page();
        println!("identity {}", page.len());
        for encoding in [Encoding::Gzip, Encoding::Brotli, Encoding::Zstd] {
            let start = std::time::Instant::now();
            let mut size = 0;
            for _ in 0..50 {
                size = compress(encoding, Effort::Page, page.as_bytes())
                    .unwrap()
                    .len();
            }
            println!("{encoding:?} {size} bytes, {:?} each", start.elapsed() / 50);
        }
    }
}
