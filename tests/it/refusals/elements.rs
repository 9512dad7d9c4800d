//! XML files that are not what they should be: cut, not well formed, bombs, something else, or not the shop that was
//! there.

use frontage_tests::backend::Response;

use super::bed::{Hostile, Target};
use super::files::{self, DECLARATION, PRODUCTS};
use super::transport::gzip;

const NO_XML: &str = "is not XML";
const ALL_REFUSED: &str = "40 of 40 records were refused";
/// Deeper than anything may be.
const DEPTH: usize = 10_000;

/// All of them.
pub(super) fn feeds() -> Vec<Hostile> {
    let mut feeds = another_document();
    feeds.extend(cut());
    feeds.extend(ill_formed());
    feeds.extend(entities());
    feeds.extend(no_text());
    feeds.extend(too_much());
    feeds.extend(spoilt());
    feeds.extend(another_shop());
    feeds
}

fn named(name: &str) -> String {
    files::named(Target::Elements, name)
}

fn unreadable(name: &str, body: impl Into<bytes::Bytes>, says: &'static str) -> Hostile {
    files::unreadable(Target::Elements, name, body, says)
}

fn absurd(name: &str, body: impl Into<bytes::Bytes>, says: &'static str) -> Hostile {
    files::absurd(Target::Elements, name, body, says)
}

fn suspicious(name: &str, body: impl Into<bytes::Bytes>, says: &'static str) -> Hostile {
    files::suspicious(Target::Elements, name, body, says)
}

fn good() -> String {
    files::xml(&files::records(Target::Elements))
}

/// What stands in the place of the feed.
fn another_document() -> Vec<Hostile> {
    let good = good();
    let nothing = "the feed has no documents at all";
    let elsewhere = "has nothing at `/shop/item` (records): its root element is";
    let page = "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>Maintenance</title></head></html>";
    let clean = "<html><body><h1>Back soon</h1></body></html>";
    let fault = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body/></soap:Envelope>";
    let outside = "there is text outside of its root element";
    let renamed = |from: &str, to: &str| good.replace(&format!("{from}>"), &format!("{to}>"));
    vec![
        unreadable("empty", "", "is empty; expected an XML document"),
        unreadable(
            "a declaration alone",
            DECLARATION,
            "is empty; expected an XML document",
        ),
        unreadable(
            "a comment alone",
            "<!-- nothing today -->",
            "is empty; expected an XML document",
        ),
        unreadable("a web page that says it is XML", page, NO_XML),
        unreadable("a tidy web page that says it is XML", clean, elsewhere),
        Hostile::unreadable(
            named("a web page"),
            Target::Elements,
            Response::ok("text/html; charset=utf-8", page),
            "answered with a web page",
        ),
        unreadable("an error of another protocol", fault, elsewhere),
        unreadable(
            "an error as JSON",
            "{\"error\":\"licence expired\"}",
            outside,
        ),
        unreadable("an error as a sentence", "Service unavailable", outside),
        unreadable("rows", "id;name\ne1;x\n", outside),
        unreadable("another root", renamed("shop", "store"), elsewhere),
        absurd(
            "no records",
            format!("{DECLARATION}<shop>\n</shop>"),
            nothing,
        ),
        absurd("an empty root", format!("{DECLARATION}<shop/>"), nothing),
        absurd(
            "records one level deeper",
            renamed("shop", "shop")
                .replace("<shop>", "<shop><items>")
                .replace("</shop>", "</items></shop>"),
            nothing,
        ),
        absurd(
            "records under another name",
            good.replace("item", "article"),
            nothing,
        ),
        absurd(
            "records that are empty",
            format!("{DECLARATION}<shop>{}</shop>", "<item/>".repeat(40)),
            ALL_REFUSED,
        ),
    ]
}

/// Files that end too early.
fn cut() -> Vec<Hostile> {
    let good = good();
    let before = |percent: usize, place: &str| {
        let end = good[..good.len() * percent / 100]
            .rfind(place)
            .expect("a place");
        good[..end].to_owned()
    };
    let mut cut = Vec::new();
    for percent in [20, 60, 99] {
        let name = format!("cut between records at {percent} %");
        cut.push(unreadable(
            &name,
            before(percent, "<item"),
            "it was cut off",
        ));
        let name = format!("cut in a record at {percent} %");
        cut.push(unreadable(
            &name,
            before(percent, "<price>"),
            "it was cut off",
        ));
        let name = format!("cut in a text at {percent} %");
        cut.push(unreadable(
            &name,
            before(percent, "ll about"),
            "it was cut off",
        ));
        let name = format!("cut in a tag at {percent} %");
        cut.push(unreadable(&name, before(percent, "ame>"), NO_XML));
    }
    cut.push(unreadable(
        "the end of the root is missing",
        good.replace("</shop>", ""),
        "it was cut off",
    ));
    cut
}

/// What no XML parser may accept.
fn ill_formed() -> Vec<Hostile> {
    let good = good();
    let once = |from: &str, to: &str| good.replacen(from, to, 1);
    let second = good.replace(DECLARATION, "");
    vec![
        unreadable(
            "tags that do not match",
            once("</name><price>", "</price><price>"),
            NO_XML,
        ),
        unreadable("a tag too many", once("</item>", "</item></item>"), NO_XML),
        unreadable(
            "a tag that is not closed",
            once("</name>", "<name>"),
            NO_XML,
        ),
        unreadable(
            "upper case and lower case",
            once("</name>", "</NAME>"),
            NO_XML,
        ),
        unreadable(
            "two attributes alike",
            once("id=\"e3\"", "id=\"e3\" id=\"e4\""),
            "has two attributes `id`",
        ),
        unreadable(
            "an attribute without quotes",
            once("id=\"e3\"", "id=e3"),
            NO_XML,
        ),
        unreadable(
            "an attribute without a value",
            once("id=\"e3\"", "id"),
            NO_XML,
        ),
        unreadable("a comment without end", once("<item", "<!-- <item"), NO_XML),
        unreadable(
            "CDATA without end",
            once("<name>", "<name><![CDATA["),
            NO_XML,
        ),
        unreadable(
            "an instruction without end",
            once("<item", "<?php echo <item"),
            NO_XML,
        ),
        unreadable(
            "a warning before the feed",
            format!("Warning: timeout\n{good}"),
            "there is text outside of its root element",
        ),
        unreadable(
            "a warning after the feed",
            format!("{good}Warning: timeout"),
            "there is text outside of its root element",
        ),
        unreadable(
            "two documents",
            format!("{good}{second}"),
            "a second root element",
        ),
    ]
}

/// Ten entities, each of ten of the one before.
fn laughs() -> String {
    let mut laughs = String::from("[<!ENTITY l0 \"ha\">");
    for level in 1..10 {
        let of = format!("&l{};", level - 1).repeat(10);
        laughs += &format!("<!ENTITY l{level} \"{of}\">");
    }
    laughs + "]"
}

/// Documents that mean to be expanded, or to be fetched.
fn entities() -> Vec<Hostile> {
    let good = good();
    let declares = "declares entities, which are not expanded";
    let with = |inside: &str, used: &str| {
        let begin = format!("{DECLARATION}<!DOCTYPE shop {inside}>\n");
        good.replacen(DECLARATION, &begin, 1)
            .replace("<name>", &format!("<name>{used}"))
    };
    let quadratic = format!("[<!ENTITY a \"{}\">]", "a".repeat(100_000));
    let unknown = good.replace("<name>", "<name>&company;");
    vec![
        unreadable("a billion laughs", with(&laughs(), "&l9;"), declares),
        unreadable(
            "one long entity many times",
            with(&quadratic, &"&a;".repeat(100)),
            declares,
        ),
        unreadable(
            "an entity that is a file",
            with("[<!ENTITY x SYSTEM \"file:///etc/hosts\">]", "&x;"),
            declares,
        ),
        unreadable(
            "an entity that is an address",
            with("[<!ENTITY x SYSTEM \"http://127.0.0.2:9/x\">]", "&x;"),
            declares,
        ),
        unreadable(
            "an entity for declarations",
            with("[<!ENTITY % x SYSTEM \"http://127.0.0.2:9/x\">%x;]", ""),
            declares,
        ),
        unreadable(
            "entities that nobody uses",
            with("[<!ENTITY x \"y\">]", ""),
            declares,
        ),
        unreadable(
            "a declaration that is cut off",
            with("[<!ELEMENT shop ANY", ""),
            NO_XML,
        ),
        absurd(
            "entities of a DTD elsewhere",
            with("SYSTEM \"http://127.0.0.2:9/shop.dtd\"", "&company;"),
            ALL_REFUSED,
        ),
        absurd("entities that nobody declares", unknown, ALL_REFUSED),
        unreadable(
            "a character that does not exist",
            good.replacen("<name>", "<name>&#x110000;", 1),
            NO_XML,
        ),
        unreadable(
            "a zero as a reference",
            good.replacen("<name>", "<name>&#0;", 1),
            NO_XML,
        ),
        unreadable(
            "an unknown entity in an attribute",
            good.replacen("id=\"", "id=\"&company;", 1),
            "attribute `id`",
        ),
    ]
}

/// Bytes that are no text, or text of another encoding than is declared.
fn no_text() -> Vec<Hostile> {
    let good = good();
    let mut latin1 = good.clone().into_bytes();
    latin1[good.find("Elements").expect("a name")] = 0xfc;
    let ascii = good
        .replacen("UTF-8", "Shift_JIS", 1)
        .replacen("</name>", "\u{2013}</name>", 1);
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_be_bytes).collect();
    vec![
        unreadable("Latin-1 that says UTF-8", latin1, "is not UTF-8"),
        unreadable(
            "another encoding than is declared",
            ascii,
            "is not Shift_JIS",
        ),
        unreadable("UTF-16 without a mark", utf16, "a zero byte"),
        unreadable(
            "a zero byte",
            good.replacen("Elements", "Ele\0ments", 1),
            "a zero byte",
        ),
    ]
}

/// Files that cost more than they may.
fn too_much() -> Vec<Hostile> {
    let record =
        |inside: &str| format!("{DECLARATION}<shop><item id=\"e1\">{inside}</item></shop>");
    let (open, close) = ("<a>".repeat(DEPTH), "</a>".repeat(DEPTH));
    let long = "x".repeat(100 << 20);
    let flood: String = (0..500_000)
        .map(|number| format!(" a{number}=\"\""))
        .collect();
    let many: String = (0..3001)
        .map(|number| format!("<item id=\"x{number}\"/>"))
        .collect();
    let packed = |text: String| gzip(text.as_bytes());
    vec![
        unreadable(
            "ten thousand elements deep in a record",
            record(&format!("{open}{close}")),
            "(max_depth)",
        ),
        unreadable(
            "ten thousand elements deep",
            format!("{DECLARATION}<shop>{open}{close}</shop>"),
            "(max_depth)",
        ),
        unreadable(
            "ten thousand elements opened",
            format!("{DECLARATION}<shop>{open}"),
            "(max_depth)",
        ),
        unreadable(
            "a text of a hundred megabytes",
            packed(record(&long)),
            "(max_record_bytes)",
        ),
        unreadable(
            "a name of a hundred megabytes",
            packed(format!("{DECLARATION}<{long}>")),
            "(max_record_bytes)",
        ),
        unreadable(
            "a comment of a hundred megabytes",
            packed(format!("{DECLARATION}<!--{long}--><shop/>")),
            "(max_record_bytes)",
        ),
        unreadable(
            "an attribute of a hundred megabytes",
            packed(record(&format!("<a b=\"{long}\"/>"))),
            "(max_record_bytes)",
        ),
        unreadable(
            "half a million attributes",
            record(&format!("<a{flood}/>")),
            "(max_record_bytes)",
        ),
        unreadable(
            "half a million attributes of the root",
            format!("{DECLARATION}<shop{flood}></shop>"),
            "(max_record_bytes)",
        ),
        unreadable(
            "millions of empty elements in a record",
            packed(record(&"<a/>".repeat(5 << 20))),
            "(max_record_bytes)",
        ),
        unreadable(
            "more records than allowed",
            format!("{DECLARATION}<shop>{many}</shop>"),
            "(max_records)",
        ),
    ]
}

/// Every record has one wrong value.
fn spoilt() -> Vec<Hostile> {
    let good = good();
    let all = |name: &str, from: &str, to: &str, says| absurd(name, good.replace(from, to), says);
    vec![
        all("no ids", " id=", " number=", ALL_REFUSED),
        all(
            "one id for all",
            " id=\"e",
            " id=\"e1\" was=\"e",
            "39 of 40 records were refused",
        ),
        all("no names", "name>", "title>", ALL_REFUSED),
        all(
            "two names each",
            "<name>",
            "<name>x</name><name>",
            ALL_REFUSED,
        ),
        all(
            "names with elements in them",
            "<name>",
            "<name><b>x</b>",
            ALL_REFUSED,
        ),
        all(
            "prices with a comma",
            ".50</price>",
            ",50</price>",
            ALL_REFUSED,
        ),
        all("negative prices", "<price>", "<price>-", ALL_REFUSED),
        all(
            "prices with an attribute",
            "<price>",
            "<price currency=\"USD\">",
            ALL_REFUSED,
        ),
    ]
}

/// Records that are fine by themselves, but are not the shop that is published.
fn another_shop() -> Vec<Hostile> {
    let (good, records) = (good(), files::records(Target::Elements));
    vec![
        suspicious(
            "half is gone",
            files::xml(&records[..PRODUCTS / 2]),
            "20 of 40 documents of kind product would go",
        )
        .or_anew("20 documents where 40 are published"),
        suspicious(
            "prices in cents",
            good.replace(".50</price>", "50</price>"),
            "the median price would move by",
        ),
        suspicious(
            "no prices",
            good.replace("price>", "cost>"),
            "40 of 40 documents of kind offer would go",
        )
        .but_not_anew(),
        suspicious(
            "every product has another id",
            good.replace(" id=\"e", " id=\"new-e"),
            "40 of 40 documents of kind product would go",
        )
        .or_anew("only 0 of 40 published documents would stay"),
    ]
}
