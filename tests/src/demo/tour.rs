//! What to look at, found in the shop's own pages: links are followed as a shopper would, none is guessed.

use anyhow::{Context as _, ensure};

/// Addresses worth opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tour {
    /// Label and path, in the order of a visit.
    pub stops: Vec<(&'static str, String)>,
    /// The generation that the pages were rendered from.
    pub generation: String,
}

/// Visits home, a category, a product and a search, and fails if one of them does not answer with 200.
pub async fn visit(client: &reqwest::Client, shop: &str) -> anyhow::Result<Tour> {
    let (home, generation) = page(client, shop, "/").await?;
    let category = first_link(&home, "/c/").context("the home page links to no category")?;
    let (listing, _) = page(client, shop, &category).await?;
    let product = first_link(&listing, "/p/").context("the first category lists no product")?;
    let (shown, _) = page(client, shop, &product).await?;
    let word = title_words(&shown)
        .last()
        .context("the product page has no title")?
        .clone();
    let search = format!("/search?q={}", percent(&word));
    page(client, shop, &search).await?;
    let stops = vec![
        ("home", "/".to_owned()),
        ("category", category),
        ("product", product),
        ("search", search),
    ];
    Ok(Tour { stops, generation })
}

/// The page of the product whose price moves with every tick of the back end, found by searching for its name.
pub async fn watched(client: &reqwest::Client, backend: &str, shop: &str) -> Option<String> {
    let index = client.get(backend).send().await.ok()?.bytes().await.ok()?;
    let index: serde_json::Value = serde_json::from_slice(&index).ok()?;
    let search = format!("/search?q={}", percent(index["watch"]["name"].as_str()?));
    let (found, _) = page(client, shop, &search).await.ok()?;
    first_link(&found, "/p/")
}

async fn page(
    client: &reqwest::Client,
    shop: &str,
    path: &str,
) -> anyhow::Result<(String, String)> {
    let response = client.get(format!("{shop}{path}")).send().await?;
    ensure!(
        response.status() == 200,
        "{path} answered with {}",
        response.status()
    );
    let generation = response
        .headers()
        .get("x-frontage-generation")
        .and_then(|value| value.to_str().ok());
    let generation = generation.unwrap_or("unknown").to_owned();
    Ok((response.text().await?, generation))
}

/// The first link of a page whose path begins like this.
pub fn first_link(html: &str, beginning: &str) -> Option<String> {
    let quoted = format!("href=\"{beginning}");
    let start = html.find(&quoted)? + "href=\"".len();
    let link = &html[start..];
    Some(link[..link.find('"')?].replace("&amp;", "&"))
}

/// The words of the heading.
fn title_words(html: &str) -> Vec<String> {
    let heading = html.find("<h1").map_or("", |at| &html[at..]);
    let text = heading.find('>').map_or("", |at| &heading[at + 1..]);
    let text = &text[..text.find("</h1>").unwrap_or(0)];
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| word.len() > 2)
        .map(str::to_lowercase)
        .collect()
}

fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_titles_are_found_in_html() {
        let html = r#"<a href="/x">x</a><a class="c" href="/c/a?b=1&amp;c=2">c</a><h1 class="t">Fjor Dome Tent</h1>"#;
        assert_eq!(first_link(html, "/c/").as_deref(), Some("/c/a?b=1&c=2"));
        assert_eq!(first_link(html, "/p/"), None);
        assert_eq!(title_words(html), ["fjor", "dome", "tent"]);
    }
}
