//! HTML fragments of a theme: read strictly, so that none can break the page around it or ask for what the security
//! policy forbids.
//!
//! Nothing is repaired: a fragment is taken as it is, without its comments and with the addresses of the theme's
//! files, or refused with the line and the rule.

use super::problem::Flaw;

/// Elements that may stand in the page.
const ELEMENTS: &str = "a abbr address aside b bdi blockquote br button caption circle cite code col colgroup dd del \
    details dfn div dl dt ellipse em fieldset figcaption figure form g h2 h3 h4 h5 h6 hr i img input ins kbd label \
    legend li line mark nav ol optgroup option p path picture polygon polyline pre q rect s samp section select small \
    source span strong sub summary sup svg table tbody td textarea tfoot th thead time tr u ul use var video wbr";
/// Elements that may stand in the document's head.
const HEAD_ELEMENTS: &str = "link meta script";
/// Elements without content.
const VOID: &str = "br col hr img input link meta source wbr";
/// Elements that `/>` closes inside of a drawing.
const DRAWN: &str = "circle ellipse g line path polygon polyline rect svg use";
/// Attributes of `meta` in the head.
const META: &str = "name property content media";
/// Attributes that no element may have, besides handlers of events.
const REFUSED: &str = "style srcdoc formaction ping http-equiv";
/// What a link in the head may be.
const RELATIONS: &str = "icon apple-touch-icon mask-icon preload preconnect dns-prefetch me license help author alternate";

/// Where a fragment stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// In the document's head.
    Head,
    /// In the page.
    Body,
}

/// A tag as it was read.
struct Tag<'a> {
    name: String,
    attributes: Vec<(String, &'a str)>,
    closes_itself: bool,
}

/// Reads a fragment; `file` gives the address of a file of the theme.
pub(super) fn read(
    text: &str,
    place: Place,
    file: &dyn Fn(&str) -> Option<String>,
) -> Result<String, Flaw> {
    let mut reader = Reader {
        text,
        at: 0,
        place,
        file,
        open: Vec::new(),
        out: String::with_capacity(text.len()),
    };
    reader.run()?;
    Ok(reader.out.trim().to_owned())
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    place: Place,
    file: &'a dyn Fn(&str) -> Option<String>,
    /// Elements that are not closed yet, and where they began.
    open: Vec<(String, usize)>,
    out: String,
}

impl<'a> Reader<'a> {
    fn flaw(&self, at: usize, rule: &'static str, why: impl Into<String>) -> Flaw {
        Flaw::at(self.text, at, rule, why)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn run(&mut self) -> Result<(), Flaw> {
        while let Some(next) = self.rest().find('<') {
            let start = self.at + next;
            self.words(start)?;
            self.at = start;
            let rest = self.rest();
            if let Some(comment) = rest.strip_prefix("<!--") {
                let end = comment
                    .find("-->")
                    .ok_or_else(|| self.flaw(start, "comment", "a comment has no end"))?;
                self.at += end + 7;
            } else if rest.starts_with("</") {
                self.end_tag(start)?;
            } else {
                self.start_tag(start)?;
            }
        }
        self.words(self.text.len())?;
        match self.open.last() {
            Some((name, at)) => Err(self.flaw(*at, "end-tag", format!("<{name}> is never closed"))),
            None => Ok(()),
        }
    }

    /// Text up to a place.
    fn words(&mut self, end: usize) -> Result<(), Flaw> {
        let words = self.text.get(self.at..end).unwrap_or_default();
        if self.place == Place::Head && !words.trim().is_empty() {
            return Err(self.flaw(self.at, "text", "the head of a document holds no text"));
        }
        self.out.push_str(words);
        Ok(())
    }

    fn end_tag(&mut self, start: usize) -> Result<(), Flaw> {
        self.at += 2;
        let name = self
            .word(|character| character.is_ascii_alphanumeric())
            .to_ascii_lowercase();
        self.skip_space();
        // For a browser, what begins with anything but a name is a comment, and closes nothing.
        if name.is_empty() || !self.rest().starts_with('>') {
            return Err(self.flaw(start, "tag", "a closing tag is </, a name and >"));
        }
        self.at += 1;
        match self.open.pop() {
            Some((open, _)) if open == name => {}
            Some((open, _)) => {
                let why = format!("</{name}> stands where </{open}> is expected");
                return Err(self.flaw(start, "end-tag", why));
            }
            None => {
                let why = format!("</{name}> closes nothing");
                return Err(self.flaw(start, "end-tag", why));
            }
        }
        self.out.push_str(&format!("</{name}>"));
        Ok(())
    }

    fn start_tag(&mut self, start: usize) -> Result<(), Flaw> {
        let tag = self.tag(start)?;
        self.check(&tag, start)?;
        self.out.push('<');
        self.out.push_str(&tag.name);
        for (name, value) in &tag.attributes {
            let value = self.with_files(name, value, start)?;
            self.out.push_str(&format!(" {name}=\"{value}\""));
        }
        let is_void = is_one_of(VOID, &tag.name);
        if tag.closes_itself && !is_void && !self.is_drawn(&tag.name) {
            let name = &tag.name;
            let why = format!("/> does not close <{name}>; write <{name}></{name}>");
            return Err(self.flaw(start, "end-tag", why));
        }
        self.out
            .push_str(if tag.closes_itself { "/>" } else { ">" });
        if !tag.closes_itself && !is_void {
            self.open.push((tag.name, start));
        }
        Ok(())
    }

    /// Whether it is part of a drawing. Only there do browsers heed `/>`; elsewhere the element would stay open and
    /// swallow the page.
    fn is_drawn(&self, name: &str) -> bool {
        let is_open = self.open.iter().any(|(open, _)| open == "svg");
        is_one_of(DRAWN, name) && (is_open || name == "svg")
    }

    /// Reads a tag and goes behind it.
    fn tag(&mut self, start: usize) -> Result<Tag<'a>, Flaw> {
        self.at += 1;
        let name = self.word(|character| character.is_ascii_alphanumeric());
        if name.is_empty() {
            return Err(self.flaw(start, "tag", "a < that begins no tag is written &lt;"));
        }
        let mut tag = Tag {
            // Names of SVG's own keep their spelling in attributes; its elements taken here have none.
            name: name.to_ascii_lowercase(),
            attributes: Vec::new(),
            closes_itself: false,
        };
        loop {
            self.skip_space();
            let rest = self.rest();
            if rest.starts_with("/>") {
                tag.closes_itself = true;
                self.at += 2;
                return Ok(tag);
            }
            if rest.starts_with('>') {
                self.at += 1;
                return Ok(tag);
            }
            let at = self.at;
            let name = self.word(|c| c.is_ascii_alphanumeric() || "-_:".contains(c));
            if name.is_empty() {
                return Err(self.flaw(at, "tag", format!("<{}> cannot be read", tag.name)));
            }
            let value = self.value(name)?;
            if tag
                .attributes
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                return Err(self.flaw(at, "attribute", format!("{name} stands there twice")));
            }
            tag.attributes.push((name.to_owned(), value));
        }
    }

    /// The value of an attribute; empty without one.
    fn value(&mut self, name: &str) -> Result<&'a str, Flaw> {
        if !self.rest().starts_with('=') {
            return Ok("");
        }
        self.at += 1;
        let rest = self.rest();
        let quoted = ['"', '\''].into_iter().find_map(|quote| {
            let inner = rest.strip_prefix(quote)?;
            inner.get(..inner.find(quote)?)
        });
        let value = quoted.ok_or_else(|| {
            let why = format!("the value of {name} stands in quotes");
            self.flaw(self.at, "attribute", why)
        })?;
        // In single quotes a double one may stand, which ours would end.
        if value.contains(['"', '<']) {
            let why = format!("in {name}, \" is written &quot; and < is written &lt;");
            return Err(self.flaw(self.at, "attribute", why));
        }
        self.at += value.len() + 2;
        Ok(value)
    }

    fn word(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest
            .find(|character| !fits(character))
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.word(|character| character.is_ascii_whitespace());
    }

    fn check(&self, tag: &Tag<'_>, at: usize) -> Result<(), Flaw> {
        let name = tag.name.as_str();
        let known = match self.place {
            Place::Head => HEAD_ELEMENTS,
            Place::Body => ELEMENTS,
        };
        if !is_one_of(known, name) {
            let why = match (self.place, name) {
                (Place::Body, "script") => {
                    "a script is a file of the theme, named in the slot head".to_owned()
                }
                (Place::Body, "style") => "what things look like stands in theme.css".to_owned(),
                (Place::Body, _) => format!("<{name}> may not stand in a slot of the page"),
                (Place::Head, _) => {
                    format!("<{name}> may not stand in the head; {HEAD_ELEMENTS} may")
                }
            };
            return Err(self.flaw(at, "element", why));
        }
        self.check_attributes(tag, at)?;
        let value = |wanted: &str| {
            let mut all = tag.attributes.iter();
            all.find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        let has = |wanted: &str| value(wanted).is_some();
        match name {
            "img" if !has("alt") => Err(self.flaw(
                at,
                "img-alt",
                "an image has an alt, empty if it says nothing",
            )),
            "img" if !has("width") || !has("height") => {
                let why = "an image has width and height, or the page jumps when it comes";
                Err(self.flaw(at, "img-size", why))
            }
            "link"
                if !value("rel").is_some_and(|(_, rel)| {
                    rel.split_whitespace().all(|rel| is_one_of(RELATIONS, rel))
                }) =>
            {
                Err(self.flaw(
                    at,
                    "link",
                    format!("the rel of <link> is one of {RELATIONS}"),
                ))
            }
            "script"
                if !has("src")
                    || !(has("defer")
                        || has("async")
                        || value("type").is_some_and(|(_, kind)| *kind == "module")) =>
            {
                let why = "a script has the src of a file of the theme and is deferred; what stands between its tags is not run";
                Err(self.flaw(at, "script", why))
            }
            _ => Ok(()),
        }
    }

    fn check_attributes(&self, tag: &Tag<'_>, at: usize) -> Result<(), Flaw> {
        for (name, _) in &tag.attributes {
            let lower = name.to_ascii_lowercase();
            if lower.starts_with("on") || is_one_of(REFUSED, &lower) {
                let why = format!("{name} is not taken: the security policy forbids what it does");
                return Err(self.flaw(at, "attribute", why));
            }
            if tag.name == "meta" && !is_one_of(META, &lower) {
                let why = format!("<meta> may have {META}, not {name}");
                return Err(self.flaw(at, "attribute", why));
            }
        }
        Ok(())
    }

    /// The value with the addresses of the theme's files in it.
    fn with_files(&self, name: &str, value: &str, at: usize) -> Result<String, Flaw> {
        // Browsers take any spelling of a name.
        let name = &*name.to_ascii_lowercase();
        let loads = matches!(name, "src" | "poster" | "srcset");
        let leads = matches!(name, "href" | "action" | "xlink:href");
        if !loads && !leads {
            return Ok(value.to_owned());
        }
        let one = |address: &str| self.address(name, address, at);
        if name != "srcset" {
            return one(value.trim());
        }
        let candidates = value.split(',').map(|candidate| {
            let candidate = candidate.trim();
            let (address, size) = candidate.split_once(' ').unwrap_or((candidate, ""));
            Ok(format!("{} {size}", one(address)?).trim_end().to_owned())
        });
        Ok(candidates.collect::<Result<Vec<_>, Flaw>>()?.join(", "))
    }

    fn address(&self, name: &str, address: &str, at: usize) -> Result<String, Flaw> {
        if let Some(file) = address.strip_prefix("files/") {
            let found = (self.file)(file);
            return found.ok_or_else(|| {
                self.flaw(
                    at,
                    "file",
                    format!("files/{file} is not in the theme's folder"),
                )
            });
        }
        let leads = matches!(name, "href" | "action");
        let own = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
        let elsewhere = ["https://", "http://", "mailto:", "tel:"]
            .iter()
            .any(|scheme| address.starts_with(scheme));
        let fits = address.starts_with('#')
            || (leads && (own || address.starts_with('?') || (name == "href" && elsewhere)));
        match fits {
            true => Ok(address.to_owned()),
            false if leads => Err(self.flaw(
                at,
                "address",
                format!("{name}=\"{address}\" is neither a path of the shop, files/…, https:, mailto: nor tel:"),
            )),
            false => Err(self.flaw(
                at,
                "address",
                format!("{name}=\"{address}\" is no file of the theme (files/…); nothing else may be loaded"),
            )),
        }
    }
}

fn is_one_of(words: &str, word: &str) -> bool {
    words.split_ascii_whitespace().any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, place: Place) -> Result<String, String> {
        let file = |name: &str| (name == "a.png").then(|| "/assets/0/a.png".to_owned());
        read(text, place, &file)
            .map_err(|flaw| format!("{}:{}: {}", flaw.line, flaw.rule, flaw.why))
    }

    #[test]
    fn sound_fragments_are_taken_with_the_addresses_of_files() {
        assert_eq!(
            of(
                "<!-- for the season -->\n<p class='x'>Sale &amp; <a href=\"/c/sale\">more</a><br>\
                 <img src=\"files/a.png\" srcset=\"files/a.png 1x, files/a.png 2x\" alt=\"\" width=\"2\" height=\"2\"></p>",
                Place::Body
            )
            .unwrap(),
            "<p class=\"x\">Sale &amp; <a href=\"/c/sale\">more</a><br>\
             <img src=\"/assets/0/a.png\" srcset=\"/assets/0/a.png 1x, /assets/0/a.png 2x\" alt=\"\" width=\"2\" height=\"2\"></p>"
        );
        assert_eq!(
            of(
                "<meta name=\"a\" content=\"b\">\n<link rel=\"icon\" href=\"files/a.png\">",
                Place::Head
            )
            .unwrap(),
            "<meta name=\"a\" content=\"b\">\n<link rel=\"icon\" href=\"/assets/0/a.png\">"
        );
        of("<form action=\"/search\"><input name=\"q\"></form><svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg>", Place::Body).unwrap();
        assert_eq!(
            of(
                "<p>a<br/></P\n><IMG SRC=\"files/a.png\" ALT=\"\" WIDTH=\"1\" HEIGHT=\"1\"/>",
                Place::Body
            )
            .unwrap(),
            "<p>a<br/></p><img SRC=\"/assets/0/a.png\" ALT=\"\" WIDTH=\"1\" HEIGHT=\"1\"/>"
        );
    }

    #[test]
    fn what_could_break_or_misuse_a_page_is_refused_by_line_and_rule() {
        for (text, expected) in [
            (
                "<p>\n<b>x</p>",
                "2:end-tag: </p> stands where </b> is expected",
            ),
            ("</main>", "1:end-tag: </main> closes nothing"),
            ("<div>", "1:end-tag: <div> is never closed"),
            ("a\n<script>alert(1)</script>", "2:element:"),
            ("<p onclick=\"x()\">", "1:attribute: onclick"),
            ("<p ONCLICK=\"x()\">", "1:attribute: ONCLICK"),
            ("<p style=\"x\">", "1:attribute: style"),
            ("<iframe src=\"/\"></iframe>", "1:element:"),
            (
                "<img src=\"files/b.png\" alt=\"\" width=\"1\" height=\"1\">",
                "1:file:",
            ),
            (
                "<img src=\"files/a.png\" width=\"1\" height=\"1\">",
                "1:img-alt:",
            ),
            ("<img src=\"files/a.png\" alt=\"\">", "1:img-size:"),
            ("<p class=x>", "1:attribute:"),
            ("<p class='a\" onclick=\"x'>", "1:attribute:"),
            ("<p a=\"1\" A=\"2\">", "1:attribute: A stands there twice"),
            ("5 < 6", "1:tag:"),
            ("<!-- a", "1:comment:"),
            ("<div/>", "1:end-tag: /> does not close <div>"),
            ("<textarea/>", "1:end-tag:"),
            ("<svg><div/></svg>", "1:end-tag:"),
            ("<path d=\"M0 0\"/>", "1:end-tag:"),
            ("<div></ div>", "1:tag:"),
            ("<div></</div>", "1:tag:"),
            ("<div></div x>", "1:tag:"),
            ("<!DOCTYPE html>", "1:tag:"),
            ("<form action=\"https://evil.example/\">", "1:address:"),
            (
                "<use xlink:href=\"https://evil.example/#x\"/>",
                "1:address:",
            ),
        ] {
            let told = of(text, Place::Body).unwrap_err();
            assert!(told.starts_with(expected), "{text}: {told}");
        }
    }

    #[test]
    fn addresses_of_others_are_refused_however_they_are_spelt() {
        for text in [
            "<a href=\"javascript:alert(1)\">",
            "<a href=\" javascript:alert(1)\">",
            "<a href=\"&#106;avascript:alert(1)\">",
            "<a href=\"//evil.example\">",
            "<a href=\"/\\evil.example\">",
            "<img src=\"https://a.example/x.png\" alt=\"\" width=\"1\" height=\"1\">",
            "<a HREF=\"javascript:alert(1)\">",
            "<video POSTER=\"https://a.example/x.png\"></video>",
            "<img SRC=\"https://a.example/x.png\" ALT=\"\" WIDTH=\"1\" HEIGHT=\"1\">",
        ] {
            let told = of(text, Place::Body).unwrap_err();
            assert!(told.starts_with("1:address:"), "{text}: {told}");
        }
    }

    #[test]
    fn the_head_takes_no_words_and_no_scripts_of_others() {
        for (text, rule) in [
            ("words", "1:text:"),
            ("<style>p{}</style>", "1:element:"),
            ("<script>x</script>", "1:script:"),
            ("<script src=\"files/a.png\"></script>", "1:script:"),
            ("<script src=\"files/a.png\" defer/>", "1:end-tag:"),
            ("<link REL=\"stylesheet\" href=\"files/a.png\">", "1:link:"),
            (
                "<script src=\"https://a.example/x.js\" defer></script>",
                "1:address:",
            ),
            ("<link rel=\"stylesheet\" href=\"files/a.png\">", "1:link:"),
            (
                "<meta http-equiv=\"refresh\" content=\"0\">",
                "1:attribute:",
            ),
            (
                "<script src=\"files/a.png\" defer>alert(1)</script>",
                "1:text:",
            ),
        ] {
            let told = of(text, Place::Head).unwrap_err();
            assert!(told.starts_with(rule), "{text}: {told}");
        }
    }
}
