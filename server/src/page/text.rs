//! Plain words out of sanitised HTML, and short lines out of long ones, for descriptions and titles.

/// The text of HTML that ingest sanitised: no tags, entities decoded, one space between words, at most `max` characters.
pub(crate) fn plain(html: &str, max: usize) -> String {
    let mut text = String::new();
    let mut count = 0;
    let mut rest = html;
    // Tags are looked at only as far as the text is wanted.
    while !rest.is_empty() && count <= max * 2 {
        let (words, after) = rest.split_once('<').unwrap_or((rest, ""));
        count += words.chars().count();
        push_decoded(words, &mut text);
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        if !is_inline(tag) {
            text.push(' ');
        }
        rest = after;
    }
    shorten(&text.split_whitespace().collect::<Vec<_>>().join(" "), max)
}

/// The first text, or the second if it is empty.
pub(crate) fn or<'a>(first: &'a str, second: &'a str) -> &'a str {
    if first.is_empty() { second } else { first }
}

/// At most `max` characters, cut between words, with an ellipsis if anything was cut.
pub(crate) fn shorten(text: &str, max: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(max) else {
        return text.to_owned();
    };
    let kept = text.get(..end).unwrap_or_default();
    let cut = kept.rfind(' ').filter(|&at| at > end / 2).unwrap_or(end);
    let kept = kept.get(..cut).unwrap_or_default();
    format!(
        "{}…",
        kept.trim_end_matches([' ', ',', '.', ';', ':', '–', '-'])
    )
}

/// Whether a tag stands inside a word or sentence rather than between two.
fn is_inline(tag: &str) -> bool {
    let name = tag
        .trim_start_matches('/')
        .split([' ', '/'])
        .next()
        .unwrap_or_default();
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "code"
            | "em"
            | "i"
            | "mark"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "u"
    )
}

fn push_decoded(words: &str, text: &mut String) {
    let mut rest = words;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        text.push_str(before);
        let known = [
            ("&amp;", "&"),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&nbsp;", " "),
        ];
        let (name, character) = known
            .into_iter()
            .find(|(name, _)| entity.starts_with(name))
            .unwrap_or(("&", "&"));
        text.push_str(character);
        rest = entity.get(name.len()..).unwrap_or_default();
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_entities_become_characters() {
        assert_eq!(
            plain("<p>A &amp; B</p><p>c&nbsp;&lt;d&gt; &bogus</p>", 99),
            "A & B c <d> &bogus"
        );
        assert_eq!(
            plain("<p>H<sub>2</sub>O <a href=\"/x\">here</a>.</p>a<br/>b", 99),
            "H2O here. a b"
        );
        assert_eq!(plain("", 10), "");
        assert_eq!(plain("a<unclosed", 10), "a");
    }

    #[test]
    fn long_lines_are_cut_between_words() {
        assert_eq!(shorten("one two three", 9), "one two…");
        assert_eq!(shorten("short", 5), "short");
        assert_eq!(shorten("äöüäöüäöü", 4), "äöüä…");
    }
}
