//! HTML that is as clean as it can be, known by looking at it once.
//!
//! Building a tree of a description and writing it again costs more than all else that is checked of its document, and
//! nearly always gives back what it was given. What is plainly so is told here: well nested elements without attributes,
//! of the few kinds that descriptions are made of, each where an HTML parser leaves it. Whatever else may be just as
//! clean goes the long way.

/// Deeper is not looked at.
const DEEPEST: usize = 16;

/// Where an element may stand, and what may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Model {
    /// Stands among blocks and holds what they hold.
    Block,
    /// Stands among blocks and holds words.
    Line,
    /// Stands among blocks and holds items.
    List,
    /// Stands in a list and holds blocks.
    Item,
    /// Stands among words and holds them.
    Words,
    /// Holds nothing: stands among words, or among blocks only.
    Break,
    Rule,
}

impl Model {
    fn of(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"div" | b"blockquote" => Self::Block,
            b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Self::Line,
            b"ul" | b"ol" => Self::List,
            b"li" => Self::Item,
            b"b" | b"code" | b"em" | b"i" | b"s" | b"small" | b"span" | b"strong" | b"sub"
            | b"sup" | b"u" => Self::Words,
            b"br" => Self::Break,
            b"hr" => Self::Rule,
            _ => return None,
        })
    }

    /// Whether it may stand directly in an element, or in nothing.
    fn may_stand_in(self, parent: Option<Self>) -> bool {
        let is_among_blocks = matches!(parent, None | Some(Self::Block | Self::Item));
        match self {
            Self::Block | Self::Line | Self::List | Self::Rule => is_among_blocks,
            Self::Item => parent == Some(Self::List),
            Self::Words | Self::Break => {
                is_among_blocks || matches!(parent, Some(Self::Line | Self::Words))
            }
        }
    }
}

/// The elements that are open.
#[derive(Default)]
struct Open<'h> {
    names: [&'h [u8]; DEEPEST],
    deep: usize,
}

impl<'h> Open<'h> {
    fn all(&self) -> &[&'h [u8]] {
        self.names.get(..self.deep).unwrap_or_default()
    }

    /// Whether a tag is one that a parser leaves where it is; it is opened or closed, then.
    fn takes(&mut self, tag: &'h [u8]) -> bool {
        if let Some(name) = tag.strip_prefix(b"/") {
            let is_last = self.all().last() == Some(&name);
            self.deep -= usize::from(is_last);
            return is_last;
        }
        let Some(model) = Model::of(tag) else {
            return false;
        };
        let parent = self.all().last().and_then(|name| Model::of(name));
        // Words of a kind inside of the same kind are where parsers begin to move things.
        let is_repeated = model == Model::Words && self.all().contains(&tag);
        if is_repeated || !model.may_stand_in(parent) {
            return false;
        }
        if matches!(model, Model::Break | Model::Rule) {
            return true;
        }
        let Some(next) = self.names.get_mut(self.deep) else {
            return false;
        };
        *next = tag;
        self.deep += 1;
        true
    }
}

/// Whether cleaning gives this HTML back, byte for byte.
pub(super) fn is_settled(html: &str) -> bool {
    let mut open = Open::default();
    let mut rest = html.as_bytes();
    // What a parser reads otherwise than it stands there: line ends, a byte order mark, what is no character.
    if html.starts_with('\u{feff}') || memchr::memchr2(b'\r', b'\0', rest).is_some() {
        return false;
    }
    // A space that does not break is written as an entity.
    if html.contains('\u{a0}') {
        return false;
    }
    while let Some(at) = memchr::memchr3(b'<', b'>', b'&', rest) {
        let (sign, behind) = match rest.get(at..).and_then(<[u8]>::split_first) {
            Some((sign, behind)) => (*sign, behind),
            None => return false,
        };
        let taken = match sign {
            b'<' => memchr::memchr(b'>', behind)
                .filter(|end| behind.get(..*end).is_some_and(|tag| open.takes(tag))),
            b'&' => ["amp;", "lt;", "gt;", "nbsp;"]
                .into_iter()
                .find(|entity| behind.starts_with(entity.as_bytes()))
                .map(|entity| entity.len() - 1),
            _ => None,
        };
        let Some(last) = taken else { return false };
        rest = behind.get(last + 1..).unwrap_or_default();
    }
    open.deep == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::SAFE;
    use super::*;

    fn expect_unchanged(html: &str) {
        assert_eq!(SAFE.clean(html).to_string(), html);
    }

    #[test]
    fn what_descriptions_are_made_of_is_settled() {
        for html in [
            "<p>Washed <strong>linen</strong>, <em>made <b>here</b></em>.</p>",
            "<h3>Good to know</h3><ul><li>one</li>\n <li><p>two</p> &amp; three<br></li></ul>",
            "plain &lt;text&gt;<hr><div><blockquote>H<sub>2</sub>O</blockquote></div>",
            "<ol><li>a<ul><li>b</li></ul></li></ol>",
        ] {
            assert!(is_settled(html), "{html}");
            expect_unchanged(html);
        }
    }

    #[test]
    fn what_a_parser_moves_or_writes_otherwise_is_not() {
        for html in [
            "<p>a<p>b",
            "<p>a<ul><li>b</li></ul></p>",
            "<b><i>a</b></i>",
            "<b><b>a</b></b>",
            "<li>a</li>",
            "<p class=\"x\">a</p>",
            "<p >a</p>",
            "<P>a</P>",
            "<br/>",
            "</br>",
            "a & b",
            "&eacute;",
            "<p>5 > 3</p>",
            "<p>a\u{a0}b</p>",
            "<p>a\r\nb</p>",
            "\u{feff}<p>a</p>",
            "<script>a</script>",
            "<h2><h3>a</h3></h2>",
            "<p>a</p></p>",
            "<!-- a -->",
            "<",
            "&",
        ] {
            assert!(!is_settled(html), "{html}");
        }
        let deep = |depth| format!("{}a{}", "<div>".repeat(depth), "</div>".repeat(depth));
        assert!(is_settled(&deep(DEEPEST)));
        assert!(!is_settled(&deep(DEEPEST + 1)));
    }

    const PIECES: [&str; 32] = [
        "<p>",
        "<ul>",
        "<ol>",
        "<li>",
        "<b>",
        "<i>",
        "<em>",
        "<strong>",
        "<code>",
        "<span>",
        "<h3>",
        "<h4>",
        "<div>",
        "<blockquote>",
        "<br>",
        "<hr>",
        "a",
        " b ",
        "c",
        "d",
        "\n",
        "ü",
        "\"",
        "'",
        "&amp;",
        "&lt;",
        "&nbsp;",
        "e",
        "f",
        "</p>",
        "</b>",
        "\u{feff}",
    ];

    /// Pieces in any order, of which half close what is open, since few orders are well nested by accident.
    fn texts() -> impl Strategy<Value = String> {
        let choices = proptest::collection::vec((0..PIECES.len(), any::<bool>()), 1..16);
        choices.prop_map(|choices| {
            let (mut html, mut open) = (String::new(), Vec::new());
            for (choice, closes) in choices {
                if let Some(close) = open.pop_if(|_| closes) {
                    html.push_str(close);
                    continue;
                }
                let piece = PIECES[choice];
                html.push_str(piece);
                if piece.starts_with('<') && !["<br>", "<hr>", "</p>", "</b>"].contains(&piece) {
                    open.push(CLOSES[choice]);
                }
            }
            html.extend(open.into_iter().rev());
            html
        })
    }

    /// What closes the first pieces.
    const CLOSES: [&str; 14] = [
        "</p>",
        "</ul>",
        "</ol>",
        "</li>",
        "</b>",
        "</i>",
        "</em>",
        "</strong>",
        "</code>",
        "</span>",
        "</h3>",
        "</h4>",
        "</div>",
        "</blockquote>",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn what_is_settled_comes_back_unchanged(html in texts()) {
            if is_settled(&html) {
                expect_unchanged(&html);
            }
        }
    }

    #[test]
    fn texts_of_the_test_above_are_often_settled() {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let settled = (0..2_000).filter(|_| {
            let tree = texts().new_tree(&mut runner).unwrap();
            is_settled(&proptest::strategy::ValueTree::current(&tree))
        });
        assert!(settled.count() > 200);
    }
}
