//! CSV files that are not what they should be: cut, shifted, of another dialect or encoding, or not the shop that was
//! there.

use frontage_tests::backend::Response;

use super::bed::{Hostile, Target};
use super::files::{self, HEADER, PRODUCTS, Record};
use super::transport::gzip;

/// What a shop says of a feed whose documents all have other keys.
const ALL_GONE: &str = "40 of 40 documents of kind product would go";
const ALL_GONE_ANEW: &str = "only 0 of 40 published documents would stay";
const ALL_REFUSED: &str = "40 of 40 records were refused";

/// All of them.
pub(super) fn feeds() -> Vec<Hostile> {
    let mut feeds = no_rows();
    feeds.extend(cut());
    feeds.extend(no_text());
    feeds.extend(too_much());
    feeds.extend(shifted());
    feeds.extend(headers());
    feeds.extend(spoilt());
    feeds.extend(another_shop());
    feeds
}

fn named(name: &str) -> String {
    files::named(Target::Rows, name)
}

fn unreadable(name: &str, body: impl Into<bytes::Bytes>, says: &'static str) -> Hostile {
    files::unreadable(Target::Rows, name, body, says)
}

fn absurd(name: &str, body: impl Into<bytes::Bytes>, says: &'static str) -> Hostile {
    files::absurd(Target::Rows, name, body, says)
}

fn suspicious(name: &str, body: impl Into<bytes::Bytes>, says: &'static str) -> Hostile {
    files::suspicious(Target::Rows, name, body, says)
}

fn good() -> String {
    files::csv(&files::records(Target::Rows))
}

/// The rows, each edited, under the usual header.
fn edited(edit: impl Fn(&Record) -> String) -> String {
    let rows = files::records(Target::Rows);
    let rows = rows.iter().map(|record| edit(record) + "\n");
    std::iter::once(format!("{HEADER}\n")).chain(rows).collect()
}

/// Bodies of another kind.
fn no_rows() -> Vec<Hostile> {
    let other = |name: &str, body: &str| {
        unreadable(name, body.to_owned(), "expected rows of separated values")
    };
    let page = "<!doctype html>\n<title>Maintenance</title><h1>Back soon</h1>";
    let nothing = "the feed has no documents at all";
    let spreadsheet = super::packed::archive(&[
        super::packed::Packing::of("[Content_Types].xml", "<Types/>".to_owned()),
        super::packed::Packing::of("xl/workbook.xml", "<workbook/>".to_owned()),
    ]);
    vec![
        unreadable("empty", "", "is empty"),
        unreadable("nothing but line ends", "\r\n\r\n\n", "is empty"),
        unreadable("a byte order mark alone", "\u{feff}", "is empty"),
        other("a web page that says it is rows", page),
        other("an error as JSON", "{\"error\":\"licence expired\"}"),
        other("a list as JSON", "[{\"id\":\"r1\"}]"),
        Hostile::unreadable(
            named("a web page"),
            Target::Rows,
            Response::ok("text/html; charset=utf-8", page),
            "answered with a web page",
        ),
        unreadable(
            "a spreadsheet in its place",
            spreadsheet,
            "expected rows of separated values",
        ),
        absurd("a header and nothing else", format!("{HEADER}\n"), nothing),
        absurd("an error in a line", "Service unavailable\n", nothing),
        absurd(
            "an error with a separator",
            "ERROR 17;database is away\n",
            nothing,
        ),
        absurd("all in one line", good().replace('\n', ";"), nothing),
        absurd(
            "an error in two lines",
            "Fatal error\nin export\n",
            "1 of 1 records were refused",
        ),
        absurd(
            "a warning before the header",
            format!("PHP Warning: timeout\n{}", good()),
            "41 of 41 records were refused",
        ),
        absurd(
            "a line for Excel before the header",
            format!("sep=;\n{}", good()),
            "41 of 41 records were refused",
        ),
    ]
}

/// Files that end too early, and quotes that are never closed.
fn cut() -> Vec<Hostile> {
    let good = good();
    let mut cut = Vec::new();
    for percent in [5, 30, 50, 70, 98] {
        // Inside the text in quotes at the end of a row, wherever the percentage falls.
        let end = good[..good.len() * percent / 100]
            .rfind("bout")
            .expect("a text");
        let name = format!("cut in quotes at {percent} %");
        cut.push(unreadable(&name, good[..end].to_owned(), "it was cut off"));
    }
    for percent in [10, 40, 75] {
        let end = good[..good.len() * percent / 100]
            .rfind("number-")
            .expect("a slug");
        let name = format!("cut in a row at {percent} %");
        cut.push(
            suspicious(
                &name,
                good[..end].to_owned(),
                "documents of kind product would go",
            )
            .or_anew("where 40 are published"),
        );
    }
    // A quote that no other one could close.
    let plain = good.replace('"', "").replace("; and more", " and more");
    for number in [1, 20, 39, 40] {
        let value = format!(";Rows number {number};");
        let body = plain.replacen(&value, &value.replacen(';', ";\"", 1), 1);
        let name = format!("a quote that is opened in row {number} and never closed");
        cut.push(unreadable(&name, body, "it was cut off"));
    }
    cut.push(unreadable(
        "a quote before all",
        format!("\"{plain}"),
        "it was cut off",
    ));
    cut.push(unreadable(
        "a quote behind all",
        format!("{plain}\""),
        "it was cut off",
    ));
    cut
}

/// Bytes that are no text, or text of another encoding.
fn no_text() -> Vec<Hostile> {
    let good = good();
    let at = good.len() / 2;
    let mut latin1 = good.clone().into_bytes();
    let mut binary = latin1.clone();
    latin1[good.find("Rows").expect("a name")] = 0xfc;
    binary[at] = 0xff;
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut half = vec![0xff, 0xfe];
    half.extend(&utf16[..utf16.len() / 2 + 1]);
    let zeros = |every: &str, with: &str| good.replacen(every, with, 1);
    vec![
        unreadable("Latin-1", latin1, "is not UTF-8"),
        unreadable("bytes that are no text", binary, "is not UTF-8"),
        unreadable("UTF-16 without a mark", utf16, "a zero byte"),
        unreadable("UTF-16 that ends in half a letter", half, "is not UTF-16LE"),
        unreadable(
            "a zero byte in a value",
            zeros("number 20", "number\0 20"),
            "a zero byte",
        ),
        unreadable(
            "a zero byte instead of a row",
            zeros("\nr7;", "\n\0\nr7;"),
            "a zero byte",
        ),
        unreadable(
            "zero bytes at the end",
            format!("{good}{}", "\0".repeat(512)),
            "a zero byte",
        ),
        unreadable("zero bytes and nothing else", vec![0; 4096], "a zero byte"),
    ]
}

/// Files that cost more than they may.
fn too_much() -> Vec<Hostile> {
    let long = "x".repeat(100 << 20);
    let row = format!("r1;rows-number-1;{long};9.50;\n");
    let quoted = format!("r1;rows-number-1;\"{long};9.50;\n");
    let packed = |row: String| gzip(format!("{HEADER}\n{row}").as_bytes());
    let columns: String = (0..20_000)
        .map(|column| format!(";column{column}"))
        .collect();
    let wide = good().replacen(HEADER, &(HEADER.to_owned() + &columns), 1);
    let many: String = (0..3001)
        .map(|row| format!("x{row};x-{row};x;1.00;\n"))
        .collect();
    let empty = "\n".repeat(5 << 20);
    vec![
        unreadable(
            "a field of a hundred megabytes",
            packed(row),
            "(max_record_bytes)",
        ),
        unreadable(
            "a quote around a hundred megabytes",
            packed(quoted),
            "(max_record_bytes)",
        ),
        unreadable(
            "a header of a hundred megabytes",
            gzip(long.as_bytes()),
            "(max_record_bytes)",
        ),
        unreadable(
            "five million empty lines",
            format!("{HEADER}\n{empty}"),
            "(max_record_bytes)",
        ),
        unreadable("twenty thousand columns", wide, "columns"),
        unreadable(
            "more rows than allowed",
            format!("{HEADER}\n{many}"),
            "(max_records)",
        ),
    ]
}

/// Values that are not where the names of their columns are, and other dialects.
fn shifted() -> Vec<Hostile> {
    let good = good();
    let separator = "perhaps ',' is the separator";
    let commas = good.replace(';', ",");
    let tabs = good.replace(';', "\t");
    let rows_only = good
        .replace(';', ",")
        .replacen("id,slug,name,price,text", HEADER, 1);
    vec![
        unreadable("commas", commas, separator),
        unreadable("tabs", tabs, "perhaps '\\t' is the separator"),
        absurd(
            "commas below a header with semicolons",
            rows_only,
            ALL_REFUSED,
        ),
        absurd(
            "a value less",
            edited(|record| record[1..].join(";")),
            ALL_REFUSED,
        ),
        absurd(
            "a value more",
            edited(|record| format!("x;{}", record.join(";"))),
            ALL_REFUSED,
        ),
        absurd(
            "a separator at the end",
            edited(|record| format!("{};;", record.join(";"))),
            ALL_REFUSED,
        ),
        absurd(
            "a value more in every third row",
            edited(|record| match record[0].ends_with(['1', '4', '7']) {
                true => format!("{};x", record.join(";")),
                false => record.join(";"),
            }),
            "records were refused",
        ),
        absurd(
            "values shifted to the right",
            edited(|record| format!(";{}", record[..4].join(";"))),
            ALL_REFUSED,
        ),
        absurd(
            "values shifted to the left",
            edited(|record| format!("{};", record[1..].join(";"))),
            ALL_REFUSED,
        ),
    ]
}

/// Names of columns that are not those of the values below.
fn headers() -> Vec<Hostile> {
    let good = good();
    let header = |header: &str| good.replacen(HEADER, header, 1);
    let again = good.replace('\n', &format!("\n{HEADER}\n"));
    vec![
        absurd(
            "a header before every row",
            again,
            "41 of 81 records were refused",
        ),
        absurd(
            "a header in another language",
            header("Nummer;Kurz;Name;Preis;Text"),
            ALL_REFUSED,
        ),
        absurd("a header without names", header(";;;;"), ALL_REFUSED),
        absurd(
            "no header",
            good.replacen(&format!("{HEADER}\n"), "", 1),
            "39 of 39 records were refused",
        ),
        absurd(
            "two headers alike",
            header("name;slug;name;price;text"),
            ALL_REFUSED,
        ),
        absurd("all headers alike", header("id;id;id;id;id"), ALL_REFUSED),
        suspicious(
            "names of two columns exchanged",
            header("name;slug;id;price;text"),
            ALL_GONE,
        )
        .or_anew(ALL_GONE_ANEW),
        suspicious(
            "names of columns shifted",
            header("x;id;name;price;text"),
            ALL_GONE,
        )
        .or_anew(ALL_GONE_ANEW),
    ]
}

/// Every row has one wrong value.
fn spoilt() -> Vec<Hostile> {
    let value = |at: usize, edit: &dyn Fn(&str) -> String| {
        edited(|record| {
            let mut record = record.clone();
            record[at] = edit(&record[at]);
            record.join(";")
        })
    };
    let spoilt: [(&str, usize, &str); 9] = [
        ("no names", 2, ""),
        ("names of spaces", 2, "   "),
        ("no ids", 0, ""),
        ("prices that are words", 3, "on request"),
        ("prices of a broken spreadsheet", 3, "#REF!"),
        ("prices with a sign", 3, "9.50 EUR"),
        ("prices with an exponent", 3, "1E+3"),
        ("negative prices", 3, "-1.00"),
        ("slugs with a slash", 1, "a/../b"),
    ];
    let mut feeds: Vec<Hostile> = spoilt
        .into_iter()
        .map(|(name, at, text)| absurd(name, value(at, &|_| text.to_owned()), ALL_REFUSED))
        .collect();
    feeds.extend([
        absurd(
            "prices with a comma",
            value(3, &|price| price.replace('.', ",")),
            ALL_REFUSED,
        ),
        absurd(
            "all free",
            value(3, &|_| "0".to_owned()),
            "40 of 40 prices would become zero",
        ),
        absurd(
            "ids that a spreadsheet rounded",
            value(0, &|_| "4.01E+12".to_owned()),
            "39 of 40 records were refused",
        ),
    ]);
    feeds
}

/// Rows that are fine by themselves, but are not the shop that is published.
fn another_shop() -> Vec<Hostile> {
    let rows = files::records(Target::Rows);
    let half = files::csv(&rows[..PRODUCTS / 2]);
    let priced = |edit: &dyn Fn(&str) -> String| {
        edited(|[id, slug, name, price, text]| {
            [id, slug, name, &edit(price), text]
                .map(String::as_str)
                .join(";")
        })
    };
    let moved = "the median price would move by";
    vec![
        suspicious(
            "half is gone",
            half,
            "20 of 40 documents of kind product would go",
        )
        .or_anew("20 documents where 40 are published"),
        suspicious(
            "prices in cents",
            priced(&|price| price.replace('.', "")),
            moved,
        ),
        suspicious(
            "prices in hundreds",
            priced(&|price| format!("0.{}", &price[..2])),
            moved,
        ),
        suspicious(
            "no prices",
            priced(&|_| String::new()),
            "40 of 40 documents of kind offer would go",
        )
        .but_not_anew(),
        suspicious(
            "every product has another id",
            edited(|record| format!("new-{}", record.join(";"))),
            ALL_GONE,
        )
        .or_anew(ALL_GONE_ANEW),
    ]
}
