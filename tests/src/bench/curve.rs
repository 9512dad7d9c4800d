//! How figures grow with the catalogue, as a plot and as a table.
//!
//! The plot is one SVG that can be read on a light and on a dark ground; sizes grow by powers of ten to the right.

use std::fmt::Write as _;

use super::figures::{Figures, shown};

/// Size of a panel, and the room around its plot.
const PANEL: (f64, f64) = (380.0, 240.0);
const LEFT: f64 = 58.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 46.0;
const BOTTOM: f64 = 30.0;
const COLUMNS: usize = 2;

/// One panel: a title, the lines in it, and a budget.
struct Panel {
    title: &'static str,
    lines: &'static [(&'static str, &'static str)],
    budget: Option<f64>,
}

const PANELS: &[Panel] = &[
    Panel {
        title: "Product page: CPU per request, µs",
        lines: &[
            ("plain", "product: CPU per request"),
            ("cold", "product cold: CPU per request"),
            ("warm", "product warm: CPU per request"),
        ],
        budget: None,
    },
    Panel {
        title: "Product page: latency at half load, ms",
        lines: &[
            ("p50", "product: p50 at half load"),
            ("p99", "product: p99 at half load"),
        ],
        budget: None,
    },
    Panel {
        title: "Category page: p99 at half load, ms",
        lines: &[
            ("filters", "category compressed: p99 at half load"),
            ("deep", "category deep: p99 at half load"),
            ("largest", "category largest: p99 at half load"),
        ],
        budget: Some(5.0),
    },
    Panel {
        title: "Search: p99 at half load, ms",
        lines: &[
            ("rare", "search rare: p99 at half load"),
            ("broad", "search broad: p99 at half load"),
            ("typo", "search typo: p99 at half load"),
        ],
        budget: Some(10.0),
    },
    Panel {
        title: "Cycles: s (budget for 1 M)",
        lines: &[
            ("full", "full cycle: time"),
            ("1 % changed", "1 % of products changed: time"),
        ],
        budget: Some(60.0),
    },
    Panel {
        title: "Full cycle: peak memory, MiB",
        lines: &[("full", "full cycle: peak memory")],
        budget: Some(1536.0),
    },
    Panel {
        title: "One price: bytes in to visible, s",
        lines: &[
            ("once", "one price changed, `once`: bytes in to visible"),
            ("daemon", "one price changed, daemon: bytes in to visible"),
        ],
        budget: Some(1.0),
    },
    Panel {
        title: "Server: private memory, MiB",
        lines: &[("highest", "server: private memory, highest")],
        budget: Some(96.0),
    },
];

/// What the table tells beside what the plot shows.
const ALSO: &[&str] = &[
    "feed: variants",
    "category: products in it",
    "product: throughput of fixed bytes",
    "product cold: throughput of fixed bytes",
    "product warm: throughput of fixed bytes",
    "product: throughput of nginx",
    "category compressed: CPU per request",
    "search broad: CPU per request",
    "server: open, verify and swap",
    "server: start to first page, from its cache",
    "full cycle: size of both parts",
];

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#333}.t{font-weight:600}.g{stroke:#8884}.b{stroke:#c33;\
stroke-dasharray:5 4}.bt{fill:#c33}.l0{stroke:#1769aa;fill:#1769aa}.l1{stroke:#b8860b;fill:#b8860b}.l2{stroke:#3a7d44;\
fill:#3a7d44}polyline{fill:none!important;stroke-width:2}\
@media (prefers-color-scheme:dark){text{fill:#ddd}.b{stroke:#f77}.bt{fill:#f77}.l0{stroke:#6cb6f5;fill:#6cb6f5}\
.l1{stroke:#e8bb4a;fill:#e8bb4a}.l2{stroke:#7ecb8b;fill:#7ecb8b}}";

/// All panels of some runs, the smallest catalogue first.
pub fn draw(runs: &[(u64, Figures)]) -> String {
    let rows = PANELS.len().div_ceil(COLUMNS);
    let (width, height) = (PANEL.0 * float(COLUMNS), PANEL.1 * float(rows));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"Figures by number of products\"><style>{STYLE}</style>\n"
    );
    for (number, panel) in PANELS.iter().enumerate() {
        let (x, y) = (
            PANEL.0 * float(number % COLUMNS),
            PANEL.1 * float(number / COLUMNS),
        );
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        draw_panel(&mut svg, panel, runs);
        svg += "</g>\n";
    }
    svg + "</svg>\n"
}

fn draw_panel(svg: &mut String, panel: &Panel, runs: &[(u64, Figures)]) {
    let values = panel
        .lines
        .iter()
        .flat_map(|(_, name)| runs.iter().filter_map(|(_, figures)| figures.value(name)));
    let most = values.chain(panel.budget).fold(0.0, f64::max);
    let top = nice(most);
    let across = PANEL.0 - LEFT - RIGHT;
    let down = PANEL.1 - TOP - BOTTOM;
    let x =
        |number: usize| LEFT + across * float(number) / float(runs.len().saturating_sub(1).max(1));
    let y = |value: f64| TOP + down * (1.0 - value / top);
    let _ = writeln!(
        svg,
        "<text class=\"t\" x=\"{LEFT}\" y=\"16\">{}</text>",
        panel.title
    );
    for step in 0..=4 {
        let value = top * float(step) / 4.0;
        let _ = writeln!(
            svg,
            "<line class=\"g\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            PANEL.0 - RIGHT,
            LEFT - 6.0,
            y(value) + 4.0,
            shown(value),
            at = y(value)
        );
    }
    for (number, (products, _)) in runs.iter().enumerate() {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x(number),
            PANEL.1 - BOTTOM + 18.0,
            short(*products)
        );
    }
    if let Some(budget) = panel.budget {
        let _ = writeln!(
            svg,
            "<line class=\"b\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"bt\" x=\"{:.1}\" y=\"{:.1}\">budget {}</text>",
            PANEL.0 - RIGHT,
            LEFT + 4.0,
            y(budget) - 4.0,
            shown(budget),
            at = y(budget)
        );
    }
    draw_lines(svg, panel, runs, &x, &y);
}

fn draw_lines(
    svg: &mut String,
    panel: &Panel,
    runs: &[(u64, Figures)],
    x: &dyn Fn(usize) -> f64,
    y: &dyn Fn(f64) -> f64,
) {
    for (number, (label, name)) in panel.lines.iter().enumerate() {
        let points: Vec<(f64, f64)> = runs
            .iter()
            .enumerate()
            .filter_map(|(at, (_, figures))| Some((x(at), y(figures.value(name)?))))
            .collect();
        let list: String = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1} "))
            .collect();
        let dots: String = points
            .iter()
            .map(|(x, y)| format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"))
            .collect();
        let _ = writeln!(
            svg,
            "<g class=\"l{number}\"><polyline points=\"{}\"/>{dots}<rect x=\"{:.1}\" y=\"24\" width=\"10\" height=\"10\" \
             stroke=\"none\"/></g><text x=\"{:.1}\" y=\"33\">{label}</text>",
            list.trim_end(),
            LEFT + 100.0 * float(number),
            LEFT + 100.0 * float(number) + 14.0,
        );
    }
}

/// The figures as a table in Markdown, a column for each size.
pub fn table(runs: &[(u64, Figures)]) -> String {
    let mut text = String::from("| figure |");
    for (products, _) in runs {
        let _ = write!(text, " {} |", short(*products));
    }
    text += "\n|---|";
    text += &"---|".repeat(runs.len());
    text += "\n";
    let names = PANELS
        .iter()
        .flat_map(|panel| panel.lines.iter().map(|(_, name)| *name))
        .chain(ALSO.iter().copied());
    for name in names {
        let unit = runs.iter().find_map(|(_, figures)| figures.unit(name));
        let _ = write!(text, "| {name}, {} |", unit.unwrap_or_default());
        for (_, figures) in runs {
            let value = figures.value(name).map_or_else(|| "–".to_owned(), shown);
            let _ = write!(text, " {value} |");
        }
        text += "\n";
    }
    text
}

/// 1000 as 1 k, 1000000 as 1 M.
fn short(products: u64) -> String {
    match products {
        0..1_000 => products.to_string(),
        1_000..1_000_000 => format!("{} k", products / 1_000),
        _ => format!("{} M", products / 1_000_000),
    }
}

/// The next number up that divides into four well.
fn nice(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1e-9).log10().floor());
    [1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]
        .into_iter()
        .map(|step| step * power)
        .find(|&step| step >= value * 1.05)
        .unwrap_or(20.0 * power)
}

fn float(number: usize) -> f64 {
    super::figures::float(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs() -> Vec<(u64, Figures)> {
        let run = |products| {
            let mut figures = Figures::new(products);
            for panel in PANELS {
                for (_, name) in panel.lines {
                    figures.set(name, products as f64 / 1e4).unwrap();
                }
            }
            (products, figures)
        };
        vec![run(1_000), run(10_000), run(1_000_000)]
    }

    /// Every tag is closed in its turn, and every number is one.
    #[test]
    fn the_plot_is_well_formed() {
        let svg = draw(&runs());
        let mut open = Vec::new();
        for tag in svg.split('<').skip(1) {
            let tag = tag.split_once('>').expect("a tag ends").0;
            match tag.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name), "{tag}"),
                None if tag.ends_with('/') => {}
                None => open.push(tag.split(' ').next().expect("a name")),
            }
        }
        assert!(open.is_empty(), "{open:?}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert_eq!(
            svg.matches("<polyline").count(),
            PANELS.iter().map(|panel| panel.lines.len()).sum::<usize>()
        );
    }

    #[test]
    fn what_was_not_measured_is_left_out() {
        let svg = draw(&[(1_000, Figures::new(1_000))]);
        assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("<circle"));
        assert!(table(&[(1_000, Figures::new(1_000))]).contains("| – |"));
        assert!(table(&runs()).starts_with("| figure | 1 k | 10 k | 1 M |\n|---|---|---|---|\n"));
    }

    #[test]
    fn every_figure_in_it_exists() {
        let names = PANELS
            .iter()
            .flat_map(|panel| panel.lines.iter().map(|(_, name)| *name));
        for name in names.chain(ALSO.iter().copied()) {
            assert!(Figures::new(1).unit(name).is_some(), "{name}");
        }
    }
}
