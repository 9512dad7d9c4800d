//! What docs/scaling.md says is what the model says, and the model stands on figures that were measured.

use std::path::{Path, PathBuf};

use frontage_tests::scaling::{self, SETUPS, Setup, simulate};

fn page(name: &str) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(name);
    let text = std::fs::read_to_string(&path).expect("a page");
    (path, text)
}

/// `UPDATE_SCALING=1` writes the table anew.
#[test]
fn the_page_shows_what_the_model_says() {
    let rows: Vec<String> = SETUPS.map(|setup| simulate(setup).to_string()).into();
    let (path, text) = page("scaling.md");
    let head = text.find("| setup |").expect("the table");
    let body = head
        + text[head..]
            .match_indices('\n')
            .nth(1)
            .expect("two lines of head")
            .0
        + 1;
    let end = body + text[body..].find("\n\n").expect("an end of the table");
    if std::env::var_os("UPDATE_SCALING").is_some() {
        let text = format!("{}{}{}", &text[..body], rows.join("\n"), &text[end..]);
        std::fs::write(path, text).expect("a page");
        return;
    }
    assert_eq!(text[body..end].lines().collect::<Vec<_>>(), rows);
}

#[test]
fn the_model_stands_on_what_was_measured() {
    let (_, measured) = page("performance.md");
    for line in [
        "| size of the catalog part, of the offers part | 1.2 GiB, 81 MiB | 1.2 GiB, 82 MiB |",
        "| 0.8, 1.5, 2.1 s | 1 s |",
        "| full cycle, time | 104 s | 89 s |",
    ] {
        assert!(
            measured.contains(line),
            "{line} was measured anew: put it into the model"
        );
    }
    assert!((scaling::MEASURED.price_cycle_s - 1.5).abs() < f64::EPSILON);
    assert!((scaling::MEASURED.full_cycle_s - 89.0).abs() < f64::EPSILON);
}

#[test]
fn more_of_anything_that_helps_never_makes_it_worse() {
    let [_, asked, ..] = SETUPS;
    let base = simulate(asked);
    assert!(base.taken <= base.generations as f64 + 1.0, "{base:?}");
    assert!(base.staleness_s.0 <= base.staleness_s.1, "{base:?}");
    for (what, better) in [
        (
            "fewer servers",
            Setup {
                servers: 300,
                ..asked
            },
        ),
        (
            "fewer products",
            Setup {
                millions: 1.0,
                ..asked
            },
        ),
        (
            "smaller travels",
            Setup {
                travels: 0.1,
                ..asked
            },
        ),
    ] {
        let better = simulate(better);
        assert!(
            better.staleness_s.1 <= base.staleness_s.1,
            "{what}: {better:?} after {base:?}"
        );
    }
    let slow = simulate(Setup {
        poll_s: 30.0,
        ..asked
    });
    assert!(
        slow.staleness_s.1 >= base.staleness_s.1,
        "{slow:?} after {base:?}"
    );
}
