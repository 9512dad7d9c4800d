//! Compression: which codings a client wants most, and bytes in a coding.
//!
//! An encoded body is never larger than the plain one; where coding gains nothing, the plain body is sent.

use std::cell::RefCell;

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

/// The codings that a client wants most. Where it wants several alike, which one it gets is for us to choose.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Wanted {
    /// The one that takes least time to make.
    pub quick: Encoding,
    /// The one that gives fewest bytes.
    pub small: Encoding,
}

impl Encoding {
    /// All of them, fewest bytes first.
    pub const BY_SIZE: [Self; 4] = [Self::Brotli, Self::Zstd, Self::Gzip, Self::Identity];
    /// All of them, least time first; identity, which saves no bytes, stays last.
    const BY_TIME: [Self; 4] = [Self::Zstd, Self::Gzip, Self::Brotli, Self::Identity];

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

impl Wanted {
    /// Wants this one and no other.
    pub fn only(encoding: Encoding) -> Self {
        Self {
            quick: encoding,
            small: encoding,
        }
    }
}

/// The codings that a client's `Accept-Encoding` asks for (RFC 9110 §12.5.3).
///
/// A client that refuses everything gets identity: a page it can read beats an error it can read.
pub fn negotiate(headers: &HeaderMap) -> Wanted {
    let weights = Weights::asked(headers);
    let most = Encoding::BY_SIZE
        .map(|one| weights.of(one))
        .into_iter()
        .max();
    let Some(most) = most.filter(|&most| most > 0) else {
        return Wanted::only(Encoding::Identity);
    };
    let first_of = |order: [Encoding; 4]| {
        let best = order.into_iter().find(|&one| weights.of(one) == most);
        best.unwrap_or(Encoding::Identity)
    };
    Wanted {
        quick: first_of(Encoding::BY_TIME),
        small: first_of(Encoding::BY_SIZE),
    }
}

/// Whether a client takes a coding and does not like identity better.
pub fn takes(headers: &HeaderMap, encoding: Encoding) -> bool {
    let weights = Weights::asked(headers);
    weights.of(encoding) > 0 && weights.of(encoding) >= weights.of(Encoding::Identity)
}

/// How much a client wants each coding, in thousandths.
struct Weights {
    named: [Option<u16>; 4],
    /// Of those that are not named.
    any: Option<u16>,
}

impl Weights {
    fn asked(headers: &HeaderMap) -> Self {
        let mut weights = Self {
            named: [None; 4],
            any: None,
        };
        let items = headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok());
        for item in items.flat_map(|value| value.split(',')) {
            let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
            let Some(weight) = parse_weight(parameters) else {
                continue;
            };
            let name = name.trim();
            let is = |token: &str| name.eq_ignore_ascii_case(token);
            let encoding = match name {
                _ if is("gzip") || is("x-gzip") => Encoding::Gzip,
                _ if is("br") => Encoding::Brotli,
                _ if is("zstd") => Encoding::Zstd,
                _ if is("identity") => Encoding::Identity,
                "*" => {
                    weights.any = Some(weight);
                    continue;
                }
                _ => continue,
            };
            weights.named[encoding as usize] = Some(weight);
        }
        weights
    }

    /// Identity is acceptable unless refused, but never more wanted than what the client names.
    fn of(&self, encoding: Encoding) -> u16 {
        let implied = match encoding {
            Encoding::Identity => self.any.map_or(1, |weight| weight.min(1)),
            _ => self.any.unwrap_or(0),
        };
        self.named[encoding as usize].unwrap_or(implied)
    }
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
    thread_local! {
        /// Setting up an encoder costs more than a page; each thread keeps those it has used.
        static PAGE_ENCODERS: RefCell<PageEncoders> = RefCell::default();
    }
    if body.len() < MIN_BYTES {
        return None;
    }
    match (encoding, effort) {
        (Encoding::Identity, _) => None,
        (Encoding::Gzip, Effort::Page) => {
            PAGE_ENCODERS.with_borrow_mut(|encoders| encoders.gzip(body))
        }
        (Encoding::Zstd, Effort::Page) => {
            PAGE_ENCODERS.with_borrow_mut(|encoders| encoders.zstd(body))
        }
        (Encoding::Gzip, Effort::Once) => gzip_once(body),
        (Encoding::Zstd, Effort::Once) => zstd::bulk::compress(body, 19).ok(),
        (Encoding::Brotli, _) => brotli(effort, body).ok(),
    }
    .filter(|bytes| bytes.len() < body.len())
}

/// A thread's encoders for pages, and room for what they write: kept bodies take no more memory than they need.
///
/// Both work at their fastest level. On product pages it gives 1.03 (gzip) and 1.07 (zstd) times the bytes of zlib's
/// level 6 in a tenth of its time, and pages asked for again get Brotli where a client lets us choose.
#[derive(Default)]
struct PageEncoders {
    gzip: Option<libdeflater::Compressor>,
    zstd: Option<zstd::bulk::Compressor<'static>>,
    out: Vec<u8>,
}

impl PageEncoders {
    fn gzip(&mut self, body: &[u8]) -> Option<Vec<u8>> {
        let fastest = libdeflater::CompressionLvl::new(1).ok()?;
        let encoder = self
            .gzip
            .get_or_insert_with(|| libdeflater::Compressor::new(fastest));
        let most = encoder.gzip_compress_bound(body.len());
        if self.out.len() < most {
            self.out.resize(most, 0);
        }
        let length = encoder.gzip_compress(body, &mut self.out).ok()?;
        self.out.get(..length).map(<[u8]>::to_vec)
    }

    fn zstd(&mut self, body: &[u8]) -> Option<Vec<u8>> {
        let encoder = match &mut self.zstd {
            Some(encoder) => encoder,
            slot => slot.insert(zstd::bulk::Compressor::new(1).ok()?),
        };
        let most = zstd::zstd_safe::compress_bound(body.len());
        if self.out.len() < most {
            self.out.resize(most, 0);
        }
        let length = encoder
            .compress_to_buffer(body, self.out.as_mut_slice())
            .ok()?;
        self.out.get(..length).map(<[u8]>::to_vec)
    }
}

fn gzip_once(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = libdeflater::Compressor::new(libdeflater::CompressionLvl::best());
    let mut out = vec![0; encoder.gzip_compress_bound(body.len())];
    let length = encoder.gzip_compress(body, &mut out).ok()?;
    out.truncate(length);
    Some(out)
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
    out.shrink_to_fit();
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[track_caller]
    fn check(accept: &str, expected: Encoding) {
        check_both(accept, expected, expected);
    }

    #[track_caller]
    fn check_both(accept: &str, quick: Encoding, small: Encoding) {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
        assert_eq!(negotiate(&headers), Wanted { quick, small }, "{accept:?}");
    }

    #[test]
    fn the_most_wanted_coding_wins() {
        check_both("gzip, deflate, br, zstd", Encoding::Zstd, Encoding::Brotli);
        check_both("gzip, deflate, br", Encoding::Gzip, Encoding::Brotli);
        check_both("gzip;q=0.9, zstd;q=0.9", Encoding::Zstd, Encoding::Zstd);
        check_both("br, zstd, gzip;q=0.9", Encoding::Zstd, Encoding::Brotli);
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
        let unsaid = negotiate(&HeaderMap::new());
        assert_eq!(unsaid, Wanted::only(Encoding::Identity));
    }

    #[test]
    fn several_header_lines_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_ENCODING, "br;q=0".parse().unwrap());
        headers.append(ACCEPT_ENCODING, "gzip".parse().unwrap());
        assert_eq!(negotiate(&headers), Wanted::only(Encoding::Gzip));
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
        for encoding in Encoding::BY_SIZE {
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
