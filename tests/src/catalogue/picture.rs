//! Product illustrations: silhouettes from `shapes/`, tinted with the variant's colour, on a soft background.
//!
//! Every picture is a complete SVG document without scripts or references to anything outside itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use super::product::Product;
use super::{Dice, variant};

/// Width and height of every picture.
pub const SIDE: u32 = 800;

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The whole product, from the front.
    Front,
    /// The same at an angle.
    Angle,
    /// A part of it from close by.
    Detail,
    /// Its outline with lines for its measures.
    Drawing,
}

impl View {
    /// All views, in the order of a gallery.
    pub const ALL: [Self; 4] = [Self::Front, Self::Angle, Self::Detail, Self::Drawing];

    /// What to call it in a picture's description.
    pub fn caption(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Angle => "at an angle",
            Self::Detail => "detail",
            Self::Drawing => "drawing",
        }
    }
}

static SHAPES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let files = [
        include_str!("shapes/outdoor.toml"),
        include_str!("shapes/clothing.toml"),
        include_str!("shapes/home.toml"),
        include_str!("shapes/kitchen.toml"),
        include_str!("shapes/office.toml"),
        include_str!("shapes/audio.toml"),
    ];
    let parse = |text: &str| -> BTreeMap<String, String> {
        toml::from_str(text).expect("the tables of shapes are part of the program and tested")
    };
    files.into_iter().flat_map(parse).collect()
});

/// Backgrounds as top and bottom of a gradient.
const BACKGROUNDS: [(&str, &str); 6] = [
    ("#f7f4ee", "#e6e0d4"),
    ("#f3f5f6", "#dde3e6"),
    ("#f6f3f1", "#e7dcd5"),
    ("#f2f5f0", "#dde5d9"),
    ("#f5f3f7", "#e2dde8"),
    ("#f7f5ea", "#ebe3c9"),
];

/// Colours for small parts: zips, knobs, labels.
const ACCENTS: [&str; 7] = [
    "#e0a03a", "#c8553d", "#3f7d8c", "#f0e6d2", "#6f8f5f", "#d9c7a7", "#8c6fa8",
];

/// Whether there is a silhouette of this name.
pub fn has_shape(shape: &str) -> bool {
    SHAPES.contains_key(shape)
}

/// The picture at an image path such as `4000123-forest-2` or `category-OUT-20`, if there is one.
pub fn at_path(name: &str, catalogue: &super::Catalogue) -> Option<String> {
    if let Some(id) = name.strip_prefix("category-") {
        return of_category(id);
    }
    if let Some(scene) = name.strip_prefix("scene-") {
        return scene_of(scene);
    }
    let mut parts = name.split('-');
    let product = catalogue.by_number(parts.next()?)?;
    let colour = parts.next()?;
    let view = parts.next()?.parse::<usize>().ok()?.checked_sub(1)?;
    let colour = variant::colours(&product)
        .into_iter()
        .find(|known| known.code == colour)?;
    Some(of_product(&product, &colour.hex, *View::ALL.get(view)?))
}

/// A product in one colour.
pub fn of_product(product: &Product, hex: &str, view: View) -> String {
    let mut dice = product.dice("picture");
    draw(
        &product.place().kind.shape,
        hex,
        view,
        &mut dice,
        &product.name(),
    )
}

/// The silhouette that stands for a category.
fn of_category(id: &str) -> Option<String> {
    let categories = super::Assortment::get().categories();
    let category = categories.iter().find(|category| category.id == id)?;
    let mut dice = Dice::new(0, id, 0);
    let hex = *dice.pick(&[
        "#5d7a66", "#3f6d86", "#b4532a", "#c39a6b", "#54385c", "#666c72",
    ]);
    Some(draw(
        category.shape,
        hex,
        View::Front,
        &mut dice,
        category.name,
    ))
}

/// Several things side by side, for the top of a page: a name, a background, and silhouettes with their colours.
const SCENES: [(&str, (&str, &str), [(&str, &str); 3]); 2] = [
    (
        "season",
        ("#dfe8e1", "#a9bfb0"),
        [
            ("armchair", "#b4532a"),
            ("tent", "#3f6d56"),
            ("floor-lamp", "#c39a3b"),
        ],
    ),
    (
        "sale",
        ("#f3e3d3", "#e0b48c"),
        [
            ("kettle", "#3f6d86"),
            ("backpack", "#8c3b2e"),
            ("headphones", "#54385c"),
        ],
    ),
];

/// Width and height of a scene.
pub const SCENE: (u32, u32) = (1200, 900);

/// A scene by its name.
fn scene_of(name: &str) -> Option<String> {
    let (_, (top, bottom), things) = SCENES.iter().find(|(known, ..)| *known == name)?;
    let (width, height) = SCENE;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"><title>{name}</title><defs><linearGradient id="b" x2="0" y2="1"><stop offset="0" stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/></linearGradient></defs><rect width="{width}" height="{height}" fill="url(#b)"/><path d="M0 690H{width}V{height}H0Z" fill="#000" opacity=".08"/>"##
    );
    let places = [
        "translate(0 290) scale(.56)",
        "translate(330 20) scale(.98)",
        "translate(740 290) scale(.56)",
    ];
    for ((shape, hex), place) in things.iter().zip(places) {
        let body = tint(SHAPES.get(*shape)?, hex, ACCENTS[0], &[true; 4]);
        let shadow = r##"<ellipse cx="400" cy="668" rx="250" ry="22" fill="#000" opacity=".12"/>"##;
        write!(svg, r#"<g transform="{place}">{shadow}{body}</g>"#)
            .expect("writing to a string cannot fail");
    }
    svg.push_str("</svg>");
    Some(svg)
}

fn draw(shape: &str, hex: &str, view: View, dice: &mut Dice, title: &str) -> String {
    let (top, bottom) = dice.pick(&BACKGROUNDS);
    let accent = dice.pick(&ACCENTS);
    let extras = [true, dice.percent(50), dice.percent(50), dice.percent(50)];
    let (wide, tall) = (94 + dice.below(13), 94 + dice.below(13));
    let body = tint(
        SHAPES.get(shape).map_or("", String::as_str),
        hex,
        accent,
        &extras,
    );
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}" role="img"><title>{title}</title><defs><radialGradient id="b" cx=".5" cy=".42" r=".8"><stop offset="0" stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/></radialGradient></defs><rect width="{SIDE}" height="{SIDE}" fill="url(#b)"/>"#
    );
    let around = |scale: &str| format!("translate(400 420) {scale} translate(-400 -400)");
    let shadow = r##"<ellipse cx="400" cy="664" rx="270" ry="26" fill="#000" opacity=".10"/><ellipse cx="400" cy="662" rx="180" ry="14" fill="#000" opacity=".10"/>"##;
    let (wide, tall) = (decimal(wide * 102), decimal(tall * 102));
    let part = match view {
        View::Front => format!(
            r#"<g transform="{}">{shadow}{body}</g>"#,
            around(&format!("scale({wide} {tall})"))
        ),
        View::Angle => {
            let turned = around(&format!("scale(-{wide} {tall}) skewY(4) rotate(4)"));
            format!(
                r#"<g transform="{}">{shadow}</g><g transform="{turned}">{body}</g>"#,
                around("scale(1.02)")
            )
        }
        View::Detail => {
            let (x, y) = (250 + dice.below(300), 300 + dice.below(200));
            format!(
                r#"<g transform="translate(400 400) scale(2.2) translate(-{x} -{y})">{body}</g>"#
            )
        }
        View::Drawing => drawing(&body, &around("scale(.72)")),
    };
    svg.push_str(&part);
    svg.push_str("</svg>");
    svg
}

fn drawing(body: &str, transform: &str) -> String {
    format!(
        r##"<style>.d *{{fill:none;stroke:#59616a;stroke-width:4;opacity:1}}</style><g class="d" transform="{transform}">{body}</g><g stroke="#9a8f80" stroke-width="3" fill="none"><path d="M130 700H670M130 688v24M670 688v24M90 190V640M78 190h24M78 640h24"/></g>"##
    )
}

/// Puts colours in place of the placeholders and leaves out the extras that this product does not have.
fn tint(shape: &str, hex: &str, accent: &str, extras: &[bool]) -> String {
    let mut body = String::with_capacity(shape.len());
    for line in shape.lines() {
        let extra = line.strip_prefix('?').and_then(|rest| rest.split_once(' '));
        match extra {
            None => body.push_str(line),
            Some((number, rest)) => {
                let wanted = number
                    .parse::<usize>()
                    .ok()
                    .and_then(|number| extras.get(number));
                body.push_str(if wanted == Some(&true) { rest } else { "" });
            }
        }
    }
    let shade = |towards: u32, percent: u32| blend(hex, towards, percent);
    body.replace("{m}", hex)
        .replace("{d}", &shade(0, 22))
        .replace("{x}", &shade(0x1a_1c20, 58))
        .replace("{l}", &shade(0xff_ffff, 38))
        .replace("{a}", accent)
}

/// A colour moved towards another by a percentage.
fn blend(hex: &str, towards: u32, percent: u32) -> String {
    let from = u32::from_str_radix(hex.trim_start_matches('#'), 16).unwrap_or(0x88_8888);
    let mut blended = String::from("#");
    for shift in [16, 8, 0] {
        let (one, other) = ((from >> shift) & 255, (towards >> shift) & 255);
        let mixed = (one * (100 - percent) + other * percent) / 100;
        write!(blended, "{mixed:02x}").expect("writing to a string cannot fail");
    }
    blended
}

/// Ten-thousandths as a decimal number.
fn decimal(ten_thousandths: u64) -> String {
    format!(
        "{}.{:04}",
        ten_thousandths / 10_000,
        ten_thousandths % 10_000
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn every_product_has_a_picture_of_each_colour() {
        let catalogue = Catalogue::new(200);
        for product in catalogue.products() {
            for colour in variant::colours(&product) {
                let name = format!("{}-{}-1", product.number(), colour.code);
                let svg = at_path(&name, &catalogue).expect("a picture");
                assert!(
                    svg.starts_with("<svg") && svg.ends_with("</svg>") && svg.contains(&colour.hex),
                    "{name}"
                );
                assert!(!svg.contains(['{', '}', '?']), "{name}: {svg}");
            }
        }
    }

    #[test]
    fn every_scene_is_drawn() {
        for (name, ..) in SCENES {
            let svg = at_path(&format!("scene-{name}"), &Catalogue::new(1)).expect("a scene");
            assert!(
                svg.ends_with("</svg>") && !svg.contains(['{', '}', '?']),
                "{svg}"
            );
        }
    }

    #[test]
    fn what_is_not_there_has_no_picture() {
        let catalogue = Catalogue::new(3);
        for name in [
            "",
            "4000000",
            "4000000-nocolour-1",
            "4000003-black-1",
            "4000000-black-9",
            "category-NONE",
            "scene-none",
        ] {
            assert_eq!(at_path(name, &catalogue), None, "{name}");
        }
    }

    #[test]
    fn a_blend_lies_between_its_ends() {
        assert_eq!(blend("#000000", 0xff_ffff, 50), "#7f7f7f");
        assert_eq!(blend("#204060", 0, 0), "#204060");
    }
}
