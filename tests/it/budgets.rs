//! What a page may weigh, and that nothing on it moves, on shops of real exports: the worst page included.

use frontage_shared::snapshot::Generation;
use frontage_tests::browser::{Browser, Screen};
use frontage_tests::shop::Shop;
use futures_util::StreamExt as _;
use serde_json::Value;

/// Bytes of HTML that a product page may have.
const MOST_HTML: usize = 30 << 10;
/// Requests under way at a time.
const AT_ONCE: usize = 4;
/// How far everything together may move: what Lighthouse writes as 0.
const STILL: f64 = 0.0005;

/// What product pages weigh.
#[derive(Debug, Default)]
pub(crate) struct Weights {
    /// How many there are.
    pub(crate) count: usize,
    /// Bytes of the heaviest.
    pub(crate) most: usize,
    /// Where that is.
    pub(crate) path: String,
}

/// Asks for the page of every product, and for each that has variants the page of its last one too.
pub(crate) async fn of_all_products(shop: &Shop) -> Weights {
    let paths = paths(&shop.published());
    let count = paths.len();
    let pages = futures_util::stream::iter(paths).map(|path| async move {
        let page = shop.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        (page.body.len(), path)
    });
    let heaviest = pages
        .buffer_unordered(AT_ONCE)
        .fold((0, String::new()), async |most, page| most.max(page));
    let (most, path) = heaviest.await;
    assert!(most <= MOST_HTML, "{path} has {most} bytes");
    Weights { count, most, path }
}

fn paths(generation: &Generation) -> Vec<String> {
    let mut paths = Vec::new();
    for product in generation.catalog.products() {
        paths.push(format!("/p/{}", product.slug()));
        if let Some(last) = product.variants().skip(1).last() {
            paths.push(format!("/p/{}?variant={}", product.slug(), last.id()));
        }
    }
    paths
}

/// Opens home, a department, the heaviest product and a search on both screens, walks down each, and finds that nothing
/// moves by itself.
pub(crate) async fn nothing_moves(shop: &Shop, product: &str) {
    let generation = shop.published();
    let mut categories = generation.catalog.categories();
    let department = categories
        .next()
        .map(|first| format!("/c/{}", first.path()));
    let name = generation.catalog.products().next();
    let word = name.map_or("", |product| product.name().split(' ').next().unwrap_or(""));
    let pages = [
        Some("/".to_owned()),
        department,
        Some(product.to_owned()),
        Some(format!("/search?q={word}")),
    ];
    for screen in [Screen::Phone, Screen::Desktop] {
        let browser = Browser::open(screen, true).await;
        for path in pages.iter().flatten() {
            browser.go(&shop.url(path)).await;
            let moved = browser.answer(WALK).await;
            let sum = moved["sum"].as_f64();
            assert!(
                sum.is_some_and(|sum| sum < STILL),
                "{path} on a {screen:?}: {moved}"
            );
            assert_ne!(moved["height"], Value::from(0), "{path}");
        }
    }
}

/// Walks down the page in steps of half a screen, and says what moved since it was opened.
const WALK: &str = "
  const done = arguments[0], half = innerHeight / 2, moved = [];
  let sum = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) {
      sum += entry.value;
      moved.push(entry.sources.map(source => (source.node && source.node.className) + ' ' + JSON.stringify(source.previousRect) + ' ' + JSON.stringify(source.currentRect)));
    }
  }).observe({type: 'layout-shift', buffered: true});
  let steps = 0;
  (function step() {
    scrollBy({top: half, behavior: 'instant'});
    if (++steps < 40 && scrollY + innerHeight + 2 < document.documentElement.scrollHeight) return setTimeout(step, 40);
    setTimeout(() => done({sum, moved, height: document.documentElement.scrollHeight, steps}), 300);
  })();
";
