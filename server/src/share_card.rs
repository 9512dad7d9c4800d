//! Pictures for links to pages that have none of their own: the name of the page and of the shop on a plain card.
//!
//! A card is drawn when somebody asks for it, which are few: the services that show a link. The last ones are kept. One
//! is drawn at a time, and not where pages are answered, so that they never take more than a core from shoppers.

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ab_glyph::{Font as _, FontRef, Point, PxScale, ScaleFont as _};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use hyper::header::HeaderMap;
use tokio::sync::Semaphore;

use crate::encode::Encoding;
use crate::handle::Shop;
use crate::listen::{Reply, Request};
use crate::live::Serving;
use crate::page;
use crate::respond::{self, Response};
use crate::route::ShareCard;
use crate::visit;

/// Width and height, as services that show links want them.
pub(crate) const WIDTH: usize = 1200;
pub(crate) const HEIGHT: usize = 630;
/// Cards kept; one takes some ten kilobytes.
const KEPT: usize = 64;
/// Requests that may wait for one to be drawn; others come back later.
const WAITING: usize = 32;
/// Space around the texts.
const MARGIN: f32 = 80.0;
/// Sizes that are tried for the name, the largest first, with how many lines of it there may be.
const SIZES: [(f32, usize); 3] = [(84.0, 4), (68.0, 5), (56.0, 6)];
const SHOP_SIZE: f32 = 36.0;

/// Latin, Greek and Cyrillic letters of DejaVu Sans Bold; see the licence beside it.
const FONT_BYTES: &[u8] = include_bytes!("../assets/card-font.ttf");

/// The font, read when it is first needed.
static FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(FONT_BYTES).ok());

/// What stands on a card, and in which colours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Card {
    pub(crate) title: String,
    pub(crate) shop: String,
    /// Ground and letters, each red, green and blue.
    pub(crate) colours: [[u8; 3]; 2],
}

impl Card {
    /// What tells it from others: part of its address.
    pub(crate) fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for text in [&self.title, &self.shop] {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(&self.colours.concat());
        let mut hash = hasher.finalize().to_hex().to_string();
        hash.truncate(16);
        hash
    }

    /// Whether all of its letters can be drawn.
    pub(crate) fn can_be_drawn(&self) -> bool {
        let Some(font) = FONT.as_ref() else {
            return false;
        };
        let is_known = |letter: char| letter.is_whitespace() || font.glyph_id(letter).0 != 0;
        !self.title.trim().is_empty() && self.title.chars().chain(self.shop.chars()).all(is_known)
    }
}

/// A card as it was drawn.
#[derive(Debug)]
struct Drawn {
    card: Card,
    /// The hash that its address has.
    hash: String,
    png: Bytes,
    /// What its ETag is made of.
    png_hash: [u8; 32],
}

/// Cards that were drawn, and the turn to draw one.
#[derive(Debug)]
pub(crate) struct Cards {
    /// The latest last.
    kept: Arc<Mutex<VecDeque<Arc<Drawn>>>>,
    /// Whoever draws has it.
    turn: Arc<Semaphore>,
    /// Room for those who wait for it.
    waiting: Semaphore,
}

impl Default for Cards {
    fn default() -> Self {
        Self {
            kept: Arc::default(),
            turn: Arc::new(Semaphore::new(1)),
            waiting: Semaphore::new(WAITING),
        }
    }
}

impl Drawn {
    fn of(card: Card) -> Self {
        let png = Bytes::from(encode(&draw(&card), card.colours));
        Self {
            hash: card.hash(),
            png_hash: *blake3::hash(&png).as_bytes(),
            card,
            png,
        }
    }

    fn response(&self, serving: &Serving, headers: &HeaderMap) -> Response {
        let body = (Encoding::Identity, self.png.clone());
        respond::file(&serving.stamp, headers, "image/png", &self.png_hash, body)
    }
}

impl Cards {
    /// A card that was drawn before.
    fn kept(&self, card: &Card) -> Option<Arc<Drawn>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|known| known.card == *card).cloned()
    }

    /// A card, drawn on a thread where nobody else waits. Who leaves meanwhile leaves the turn to nobody: it ends with
    /// the drawing.
    async fn drawn(&self, card: Card) -> Option<Arc<Drawn>> {
        let turn = Arc::clone(&self.turn).acquire_owned().await.ok()?;
        if let Some(kept) = self.kept(&card) {
            return Some(kept);
        }
        let kept = Arc::clone(&self.kept);
        let drawing = tokio::task::spawn_blocking(move || {
            let drawn = Arc::new(Drawn::of(card));
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= KEPT {
                kept.pop_front();
            }
            kept.push_back(Arc::clone(&drawn));
            drop(turn);
            Arc::clone(&drawn)
        });
        drawing.await.ok()
    }
}

/// Answers a request for a card; what no page names is not drawn.
pub(crate) fn answer<'a>(
    shop: &'a Shop,
    serving: &Arc<Serving>,
    wanted: &ShareCard,
    request: &Request<'a>,
) -> Reply<'a> {
    let ctx = visit::context(shop, serving, request);
    let not_found = || Reply::Now(visit::not_found(shop, serving, request));
    let Some(card) = page::share::find(&serving.generation, &ctx, wanted) else {
        return not_found();
    };
    if let Some(drawn) = shop.cards.kept(&card) {
        return match drawn.hash == wanted.hash {
            true => Reply::Now(drawn.response(serving, request.headers)),
            false => not_found(),
        };
    }
    if card.hash() != wanted.hash || !card.can_be_drawn() {
        return not_found();
    }
    let Ok(place) = shop.cards.waiting.try_acquire() else {
        return Reply::Now(busy(serving));
    };
    let (serving, headers) = (Arc::clone(serving), request.headers);
    Reply::Later(Box::pin(async move {
        let drawn = shop.cards.drawn(card).await;
        drop(place);
        drawn.map_or_else(|| busy(&serving), |drawn| drawn.response(&serving, headers))
    }))
}

fn busy(serving: &Serving) -> Response {
    let text = "Too many pictures are being drawn; come back later.";
    respond::busy(&serving.stamp, "refused", text, respond::RETRY_SECONDS)
}

/// How much of each point is covered by letters.
fn draw(card: &Card) -> Vec<u8> {
    let mut points = vec![0; WIDTH * HEIGHT];
    let Some(font) = FONT.as_ref() else {
        return points;
    };
    let (size, lines) = fit(font, &card.title);
    let mut top = MARGIN;
    for line in &lines {
        write(font, size, (MARGIN, top), line, &mut points);
        top += size * 1.15;
    }
    let bottom = HEIGHT as f32 - MARGIN - SHOP_SIZE;
    write(font, SHOP_SIZE, (MARGIN, bottom), &card.shop, &mut points);
    points
}

/// The largest size at which a text has its lines, and those lines; the last is cut where even the smallest is too large.
fn fit(font: &FontRef<'_>, text: &str) -> (f32, Vec<String>) {
    for (size, most) in SIZES {
        let lines = wrap(font, size, text);
        if lines.len() <= most {
            return (size, lines);
        }
    }
    let [.., (smallest, most)] = SIZES;
    let mut lines = wrap(font, smallest, text);
    lines.truncate(most);
    if let Some(last) = lines.last_mut() {
        while width(font, smallest, last) > WIDTH as f32 - 2.0 * MARGIN - smallest {
            last.pop();
        }
        last.push('…');
    }
    (smallest, lines)
}

/// A text in lines that fit between the margins; a word that is too long by itself is cut into pieces.
fn wrap(font: &FontRef<'_>, size: f32, text: &str) -> Vec<String> {
    let room = WIDTH as f32 - 2.0 * MARGIN;
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        for (number, piece) in pieces(font, size, word, room).into_iter().enumerate() {
            let Some(line) = lines.last_mut() else { break };
            let joined = match (line.is_empty(), number) {
                (true, _) | (false, 1..) => format!("{line}{piece}"),
                (false, 0) => format!("{line} {piece}"),
            };
            match width(font, size, &joined) <= room {
                true => *line = joined,
                false => lines.push(piece),
            }
        }
    }
    lines
}

fn pieces(font: &FontRef<'_>, size: f32, word: &str, room: f32) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for letter in word.chars() {
        let Some(last) = pieces.last_mut() else { break };
        last.push(letter);
        if width(font, size, last) > room {
            last.pop();
            pieces.push(letter.to_string());
        }
    }
    pieces
}

/// How wide a line is.
fn width(font: &FontRef<'_>, size: f32, line: &str) -> f32 {
    let font = font.as_scaled(PxScale::from(size));
    line.chars()
        .map(|letter| font.h_advance(font.glyph_id(letter)))
        .sum()
}

/// Writes a line below a point.
fn write(font: &FontRef<'_>, size: f32, (left, top): (f32, f32), line: &str, points: &mut [u8]) {
    let scaled = font.as_scaled(PxScale::from(size));
    let mut pen = Point {
        x: left,
        y: top + scaled.ascent(),
    };
    for letter in line.chars() {
        let id = scaled.glyph_id(letter);
        let glyph = id.with_scale_and_position(PxScale::from(size), pen);
        pen.x += scaled.h_advance(id);
        let Some(outline) = font.outline_glyph(glyph) else {
            continue;
        };
        let bounds = outline.px_bounds();
        outline.draw(|x, y, cover| {
            let (x, y) = (
                whole(bounds.min.x) + i64::from(x),
                whole(bounds.min.y) + i64::from(y),
            );
            let place = usize::try_from(x).ok().zip(usize::try_from(y).ok());
            let place = place.filter(|&(x, y)| x < WIDTH && y < HEIGHT);
            if let Some(point) = place.and_then(|(x, y)| points.get_mut(y * WIDTH + x)) {
                *point = point.saturating_add(shade(cover));
            }
        });
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "places on the card are small"
)]
fn whole(place: f32) -> i64 {
    place.floor() as i64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a byte holds just before"
)]
fn shade(cover: f32) -> u8 {
    (cover * 255.0).round().clamp(0.0, 255.0) as u8
}

/// A picture of 256 colours between two, as PNG.
#[expect(clippy::big_endian_bytes, reason = "PNG has the large end first")]
fn encode(points: &[u8], [ground, letters]: [[u8; 3]; 2]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    for side in [WIDTH, HEIGHT] {
        head.extend(u32::try_from(side).unwrap_or(0).to_be_bytes());
    }
    // Eight bits a point, colours from a table, nothing special.
    head.extend([8, 3, 0, 0, 0]);
    chunk(&mut png, b"IHDR", &head);
    let mut table = Vec::with_capacity(768);
    for step in 0..=255_u32 {
        for (from, to) in ground.into_iter().zip(letters) {
            let mixed = (u32::from(from) * (255 - step) + u32::from(to) * step) / 255;
            table.push(u8::try_from(mixed).unwrap_or(u8::MAX));
        }
    }
    chunk(&mut png, b"PLTE", &table);
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    for row in points.chunks(WIDTH) {
        // Memory does not fail; a row that is missing would only be an empty one.
        let _ = packed.write_all(&[0]).and_then(|()| packed.write_all(row));
    }
    chunk(&mut png, b"IDAT", &packed.finish().unwrap_or_default());
    chunk(&mut png, b"IEND", &[]);
    png
}

#[expect(clippy::big_endian_bytes, reason = "PNG has the large end first")]
fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    png.extend(u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
    png.extend(kind);
    png.extend(body);
    let mut checksum = flate2::Crc::new();
    checksum.update(kind);
    checksum.update(body);
    png.extend(checksum.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(title: &str) -> Card {
        Card {
            title: title.to_owned(),
            shop: "Northlight".to_owned(),
            colours: [[31, 77, 63], [255, 255, 255]],
        }
    }

    #[test]
    fn names_are_drawn_within_the_margins() {
        let endless = "Donaudampfschifffahrtsgesellschaft".repeat(40);
        for title in [
            "Mug",
            "Größe, žluťoučký κύπελλο и чашка",
            "A long name of many words ".repeat(9).as_str(),
            &endless,
        ] {
            let card = card(title);
            assert!(card.can_be_drawn(), "{title}");
            let points = draw(&card);
            let inked = (0..).zip(&points).filter(|(_, cover)| **cover > 0);
            let mut many = 0;
            for (place, _) in inked {
                let (x, y) = (place % WIDTH, place / WIDTH);
                assert!(
                    (60..WIDTH - 40).contains(&x) && (60..HEIGHT - 40).contains(&y),
                    "{title}: {x} {y}"
                );
                many += 1;
            }
            assert!(many > 2_000, "{title}: {many}");
        }
    }

    #[test]
    fn what_the_font_lacks_is_not_drawn() {
        for title in ["", " ", "كوب", "杯子", "Mug 🪔"] {
            assert!(!card(title).can_be_drawn(), "{title}");
        }
    }

    #[tokio::test]
    async fn the_last_cards_are_kept() {
        let cards = Cards::default();
        let first = cards.drawn(card("First")).await.unwrap();
        assert!(
            first.png.starts_with(b"\x89PNG") && first.png.len() < 60_000,
            "{}",
            first.png.len()
        );
        let again = cards.drawn(card("First")).await.unwrap();
        assert!(Arc::ptr_eq(&first, &again), "it was drawn again");
        for number in 0..KEPT {
            cards.drawn(card(&number.to_string())).await.unwrap();
        }
        assert_eq!(cards.kept.lock().unwrap().len(), KEPT);
        let again = cards.drawn(card("First")).await.unwrap();
        assert!(first.png == again.png && !Arc::ptr_eq(&first, &again));
        assert_ne!(card("First").hash(), card("Second").hash());
    }

    #[tokio::test]
    async fn one_is_drawn_at_a_time_whoever_waits() {
        let cards = Cards::default();
        let turn = Arc::clone(&cards.turn).try_acquire_owned().unwrap();
        let mut waits = Box::pin(cards.drawn(card("Mug")));
        assert!(futures_util::poll!(&mut waits).is_pending());
        assert!(cards.kept(&card("Mug")).is_none());
        drop(turn);
        let drawn = waits.await.unwrap();
        assert_eq!(drawn.hash, card("Mug").hash());
        assert_eq!(cards.turn.available_permits(), 1);
    }
}
