//! Merchants' HTML: what of it may stand in a shop page, and what it says without markup.
//!
//! The output of [`safe`] is the only raw HTML a page ever contains: no scripts, no styles, no event handlers, no
//! forms, no frames, and links to http, https, mail and phone addresses or paths of the shop only.

mod settled;

use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

static SAFE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .rm_tags([
            "area", "map", "bdi", "bdo", "center", "rp", "rt", "ruby", "tt", "header", "footer",
            "nav", "article", "aside",
        ])
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::Custom(Box::new(from_root)))
        .generic_attributes(HashSet::from(["lang", "title", "dir"]))
        .link_rel(Some("noopener nofollow"))
        // One attribute and no more: ammonia adds them in an order that changes from process to process, and equal
        // documents must stay equal bytes.
        .set_tag_attribute_value("img", "loading", "lazy");
    builder
});

/// Markup alone removed, what it encloses kept, except for what was never meant to be read.
static BARE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder.clean_content_tags(HashSet::from([
        "script", "style", "title", "template", "noscript",
    ]));
    builder
});

/// The HTML without everything that is not safe in a shop page; borrowed where that is all of it.
pub fn safe(html: &str) -> Cow<'_, str> {
    let has_markup = memchr::memchr2(b'<', b'&', html.as_bytes()).is_some();
    if has_markup && !settled::is_settled(html) {
        SAFE.clean(html).to_string().into()
    } else {
        html.into()
    }
}

/// What the HTML says, as one line of plain text.
pub fn text(html: &str) -> String {
    let text = if html.contains(['<', '&']) {
        plain(html)
    } else {
        html.to_owned()
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn plain(html: &str) -> String {
    let bare = BARE.clean(&spaced(html)).to_string();
    // These five are all that the serialiser escapes; the ampersand goes last, or it would make new ones.
    bare.replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Puts a space before every tag that begins a line of its own, so that words of two paragraphs do not join.
fn spaced(html: &str) -> String {
    const BLOCKS: [&str; 20] = [
        "p",
        "br",
        "div",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "td",
        "th",
        "table",
        "hr",
        "dt",
        "dd",
        "blockquote",
    ];
    let mut spaced = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        spaced.push_str(&rest[..at]);
        rest = &rest[at..];
        let name = rest[1..].trim_start_matches('/');
        let end = name
            .find(|character: char| !character.is_ascii_alphanumeric())
            .unwrap_or(name.len());
        if BLOCKS
            .iter()
            .any(|block| block.eq_ignore_ascii_case(&name[..end]))
        {
            spaced.push(' ');
        }
        spaced.push('<');
        rest = &rest[1..];
    }
    spaced.push_str(rest);
    spaced
}

/// A path from the root of the shop stays, any other relative address goes: it would mean another page on each page.
fn from_root(url: &str) -> Option<Cow<'_, str>> {
    let is_path = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
    (is_path || url.starts_with('#')).then_some(Cow::Borrowed(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_safe_stays() {
        let html = "<p>Washed <strong>linen</strong>, <a href=\"https://a.example/\" rel=\"noopener nofollow\">more</a></p>\
                    <ul><li>a</li></ul><table><tbody><tr><td colspan=\"2\">x</td></tr></tbody></table>";
        assert_eq!(safe(html), html);
        assert_eq!(safe("plain text, 5 > 3"), "plain text, 5 > 3");
    }

    #[test]
    fn what_is_not_safe_goes() {
        for (hostile, left) in [
            ("<script>alert(1)</script>a", "a"),
            (
                "<p onclick=\"x()\" style=\"color:red\" class=\"x\" id=\"y\">a</p>",
                "<p>a</p>",
            ),
            (
                "<a href=\"javascript:alert(1)\">a</a>",
                "<a rel=\"noopener nofollow\">a</a>",
            ),
            (
                "<a href=\"//evil.example\">a</a>",
                "<a rel=\"noopener nofollow\">a</a>",
            ),
            (
                "<a href=\"/c/mugs\">a</a>",
                "<a href=\"/c/mugs\" rel=\"noopener nofollow\">a</a>",
            ),
            ("<img src=x onerror=alert(1)>", "<img loading=\"lazy\">"),
            ("<iframe src=\"https://evil.example\"></iframe>a", "a"),
            ("<form action=\"/\"><input name=q></form>a", "a"),
            ("<svg><script>x</script></svg>a", "a"),
            ("<style>*{display:none}</style>a", "a"),
            (
                "<a href=\"data:text/html,x\">a</a>",
                "<a rel=\"noopener nofollow\">a</a>",
            ),
            ("<base href=\"https://evil.example\">a", "a"),
            ("<p>never closed", "<p>never closed</p>"),
            ("</div></main>a", "a"),
        ] {
            assert_eq!(safe(hostile), left, "{hostile}");
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        for html in [
            "<p>a &amp; b<br>c",
            "<b><i>x</b></i>",
            "<td>x",
            "a & b < c",
            "<img src=\"https://a.example/x.png\">",
        ] {
            let once = safe(html);
            assert_eq!(safe(&once), once, "{html}");
        }
    }

    #[test]
    fn text_is_what_a_reader_reads() {
        assert_eq!(
            text("<p>One</p><p>two</p>H<sub>2</sub>O<br/>&eacute;&nbsp;&amp;lt; 5 &lt; 6"),
            "One two H2O é &lt; 5 < 6"
        );
        assert_eq!(text("<style>p{}</style><script>x</script> a \n b "), "a b");
        assert_eq!(text("5 < 6 & 7"), "5 < 6 & 7");
    }
}
