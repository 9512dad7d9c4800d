//! CSV, XML, encodings and packed pages, as real systems write them and as nobody should.

use super::tests::{check, read, refuse, source};
use std::io::Write as _;

const CSV: &str = "format = \"csv\"";
const XML: &str = "format = \"xml\"\nrecords = \"/rss/channel/item|//PRODUCT\"";

fn values(extra: &str, pages: &[&[u8]]) -> String {
    let records = read(&source(extra), pages).unwrap();
    assert!(records.iter().all(|record| record.flaw.is_none()));
    let values: Vec<_> = records.into_iter().map(|record| record.value).collect();
    serde_json::to_string(&values).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::STORE);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn rows_become_objects_by_the_names_of_their_columns() {
    check(
        CSV,
        &[
            "\u{feff}id, name ,price\r\n1,\"Mug, blue\",\"12,90\"\r\n\r\n2,\" a\nb \",\r\n",
            "\u{feff}id,name,price\n3,\"5\"\"\",x",
        ],
        r#"[{"id":"1","name":"Mug, blue","price":"12,90"},{"id":"2","name":"a\nb","price":""},{"id":"3","name":"5\"","price":"x"}]"#,
    );
    check(
        "format = \"tsv\"",
        &["size\tsize\t\nS\tM\tL"],
        r#"[{"column_3":"L","size":"S","size_2":"M"}]"#,
    );
    check(
        "format = \"csv\"\ncsv = { separator = \";\", quote = \"\", skip_lines = 2, columns = [\"a\", \"b\"], trim = false }",
        &["made by;\"an ERP\n\n1 ;5\" tube\n"],
        r#"[{"a":"1 ","b":"5\" tube"}]"#,
    );
    check(
        "format = \"csv\"\ncsv = { escape = \"\\\\\" }",
        &["a\n\"say \\\"hi\\\"\"\n"],
        r#"[{"a":"say \"hi\""}]"#,
    );
}

#[test]
fn empty_cells_take_what_stands_above_where_that_is_wanted() {
    let wanted = "format = \"csv\"\ncsv = { fill_down = [\"id\"] }";
    check(
        wanted,
        &["id,size,note\n1,S,x\n ,M,\n2,,\n,L,y\n", "id,size\n,S\n"],
        r#"[{"id":"1","note":"x","size":"S"},{"id":"1","note":"","size":"M"},{"id":"2","note":"","size":""},{"id":"2","note":"y","size":"L"},{"id":"","size":"S"}]"#,
    );
    refuse(
        wanted,
        "handle,size\n1,S\n",
        "expected a column `id` (csv.fill_down)",
    );
}

#[test]
fn rows_of_another_length_are_flawed_records() {
    let page = b"a,b\n1,2\n3\n4,5,6\n";
    let records = read(&source(CSV), &[page]).unwrap();
    let flaws: Vec<_> = records
        .iter()
        .map(|record| record.flaw.as_ref().map(|flaw| flaw.message.as_str()))
        .collect();
    assert_eq!(
        flaws,
        [
            None,
            Some("the row has 1 values where there are 2 columns"),
            Some("the row has 3 values where there are 2 columns")
        ]
    );
    assert_eq!(records[2].origin.line, 4);
    let filled = read(
        &source("format = \"csv\"\ncsv = { ragged = \"fill\" }"),
        &[page],
    )
    .unwrap();
    assert_eq!(
        (filled[1].flaw.as_ref(), &filled[1].value["b"]),
        (None, &"".into())
    );
    assert!(
        filled[2].flaw.is_some(),
        "a value too much is never dropped"
    );
}

#[test]
fn rows_that_are_none_are_refused() {
    refuse(CSV, "", "is empty");
    refuse(CSV, "\n\n", "is empty");
    refuse(CSV, "<html>", "looks like HTML");
    refuse(CSV, "{\"error\": 1}", "got an object");
    refuse(CSV, "a;b;c\n1;2;3\n", "perhaps ';' is the separator");
    refuse(
        CSV,
        b"a,b\n1,M\xfcnchen\n",
        "line 2, byte 7: what stands here is not UTF-8",
    );
    let long = format!("a,b\n1,\"{}", "x".repeat(300_000));
    refuse(
        &format!("{CSV}\nmax_record_bytes = 1000"),
        long,
        "record 0 is larger than 1000 bytes",
    );
}

#[test]
fn texts_are_read_in_the_encoding_they_are_in() {
    let page = b"a\nM\xfcnchen \x80 5\n";
    let cp1252 = format!("{CSV}\nencoding = \"windows-1252\"");
    assert_eq!(values(&cp1252, &[page]), r#"[{"a":"München € 5"}]"#);
    let utf16: Vec<u8> = "\u{feff}a\nMünchen\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(values(CSV, &[&utf16]), r#"[{"a":"München"}]"#);
    assert_eq!(
        values("encoding = \"iso-8859-1\"", &[b"[\"\xfc\"]"]),
        r#"["ü"]"#
    );
    // What the document declares, unless a setting knows better.
    let xml = b"<?xml version=\"1.0\" encoding='ISO-8859-1' ?><PRODUCT>\xfc</PRODUCT>";
    assert_eq!(values(XML, &[xml]), r##"[{"#text":"ü"}]"##);
    let told = format!("{XML}\nencoding = \"koi8-r\"");
    assert_eq!(values(&told, &[xml]), r##"[{"#text":"Э"}]"##);
    // Longer than any buffer, so that characters are cut between two pieces.
    let long = format!("a\n{}\n", "€".repeat(100_000));
    let read = values(CSV, &[long.as_bytes()]);
    assert_eq!(read.matches('€').count(), 100_000);
}

#[test]
fn elements_become_objects_wherever_they_stand() {
    check(
        XML,
        &[r#"<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>1</g:id><title>Tom &amp; Jerry &uuml; &#8364;</title><g:image>a</g:image><g:image>b</g:image>
 <description><![CDATA[<p>x & y</p>]]></description><empty/></item>
<!-- a comment --><item g:id="2" xml:lang="de">text<sub a="&lt;">s</sub></item></channel></rss>"#],
        r##"[{"description":"<p>x & y</p>","empty":"","id":"1","image":["a","b"],"title":"Tom & Jerry ü €"},{"#text":"text","@id":"2","@lang":"de","sub":{"#text":"s","@a":"<"}}]"##,
    );
    check(
        &format!("{XML}\nxml = {{ namespaces = \"keep\", lists = [\"g:x\"] }}"),
        &["<a><b><PRODUCT mode='new'><g:x>1</g:x></PRODUCT></b><PRODUCT/></a>"],
        r#"[{"@mode":"new","g:x":["1"]},{}]"#,
    );
    check(XML, &["<rss><channel/></rss>"], "[]");
    check(
        XML,
        &[
            "<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/a.dtd\"><a><PRODUCT><t>Salt & pepper</t></PRODUCT></a>",
        ],
        r#"[{"t":"Salt & pepper"}]"#,
    );
    let page = b"<a>\n<PRODUCT><t>1</t></PRODUCT>\n<PRODUCT>&nonsense;</PRODUCT>\n</a>";
    let records = read(&source(XML), &[page]).unwrap();
    assert_eq!(records[1].origin.line, 3);
    assert_eq!(
        records[1].flaw,
        Some("the entity `&nonsense;` is not known".to_owned().into())
    );
}

#[test]
fn elements_are_the_same_wherever_a_buffer_ends() {
    // The buffers have 64 KiB: over so many records, of ever other lengths, they end at each byte of a record.
    let mut page = String::from("<?xml version=\"1.0\"?>\r\n<a>");
    let mut expected = Vec::new();
    for number in 0..4000 {
        let pad = "x".repeat(number * 7 % 61);
        page += &format!(
            "<!-- <PRODUCT> --><PRODUCT xmlns:g='g' g:nr=\"{number} &lt;\">\r\n\u{feff} {pad}&amp;\r\n<t >R\u{e4}t\r\nsel &#8364; & so &quot;on&quot;</t>\
             <t><![CDATA[</t>]]]></t><g:deep>a<p><q z='>'/>\u{20ac}</p>b<?pi </t>?></g:deep><e/>\u{feff}<PRODUCT/><!-- </PRODUCT> -->\
             z</PRODUCT>\n"
        );
        let record = serde_json::json!({
            "@nr": format!("{number} <"),
            "#text": format!("\u{feff} {pad}&\n\u{feff}z"),
            "t": ["R\u{e4}t\nsel \u{20ac} & so \"on\"", "</t>]"],
            "deep": {"#text": "ab", "p": {"q": {"@z": ">"}, "#text": "\u{20ac}"}},
            "e": "",
            "PRODUCT": "",
        });
        expected.push((2 + 4 * number as u64, record));
    }
    page += "</a>";
    let whole = read(&source(XML), &[page.as_bytes()]).unwrap();
    let found: Vec<_> = whole
        .into_iter()
        .map(|record| (record.origin.line, record.value, record.flaw))
        .collect();
    assert_eq!(found.len(), expected.len());
    for (found, (line, value)) in found.into_iter().zip(expected) {
        assert_eq!(found, (line, value, None));
    }

    // What is wrong is told as if there were no buffer, at its own place, and limits hold to the byte.
    let wrong = page.replace(
        "<e/>\u{feff}<PRODUCT/><!-- </PRODUCT> -->z</PRODUCT>\n</a>",
        "<e></f>",
    );
    refuse(XML, &wrong, "line 16001, byte");
    refuse(
        XML,
        wrong.replace("<e></f>", "<e>&#xffffff;"),
        "record 3999 is not XML",
    );
    let deep = "<PRODUCT><a>1</a><b><c><d>2</d></c></b></PRODUCT>";
    check(
        &format!("{XML}\nmax_depth = 4"),
        &[deep],
        r#"[{"a":"1","b":{"c":{"d":"2"}}}]"#,
    );
    refuse(
        &format!("{XML}\nmax_depth = 3"),
        deep,
        "byte 26: nested deeper than 3",
    );
    let long = |bytes: usize| format!("<PRODUCT><a>1</a><b>{}</b></PRODUCT>", "x".repeat(bytes));
    let limited = format!("{XML}\nmax_record_bytes = 1000");
    check(
        &limited,
        &[&long(970)],
        &format!(r#"[{{"a":"1","b":"{}"}}]"#, "x".repeat(970)),
    );
    refuse(&limited, long(1000), "record 0 is larger than 1000 bytes");
}

#[test]
fn elements_that_are_none_are_refused() {
    refuse(XML, "", "is empty");
    refuse(XML, "hello", "text outside of its root");
    refuse(XML, "<html><body/></html>", "its root element is `html`");
    refuse(XML, "<a><PRODUCT><b></PRODUCT></a>", "is not XML");
    refuse(XML, "<a><PRODUCT>", "the end of a record");
    refuse(XML, "<a><PRODUCT/>", "the end of `/a`");
    refuse(XML, "<PRODUCT a='1' a='2'/>", "two attributes `a`");
    refuse(
        XML,
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><x><PRODUCT>&b;</PRODUCT></x>",
        "declares entities",
    );
    refuse(
        XML,
        format!("<PRODUCT>{}", "<a>".repeat(70)),
        "nested deeper than 64",
    );
    refuse(XML, "<a>".repeat(70), "nested deeper than 64");
    let small = format!("{XML}\nmax_record_bytes = 1000");
    refuse(
        &small,
        format!("<a><PRODUCT>{}", "x".repeat(300_000)),
        "larger than 1000 bytes",
    );
    refuse(
        &small,
        format!("<a><!--{}", "x".repeat(300_000)),
        "larger than 1000 bytes",
    );
}

#[test]
fn packed_pages_are_read_as_if_they_were_not() {
    let rows = b"a\n1\n".as_slice();
    let zstd = zstd::encode_all(rows, 1).unwrap();
    let archive = zip(&[
        ("export/b.csv", b"a\n2\n"),
        ("export/a.csv", b"a\n1\n"),
        ("export/readme.txt", b"nothing"),
        ("__MACOSX/export/a.csv", b"nothing"),
    ]);
    let expected = r#"[{"a":"1"}]"#;
    assert_eq!(values(CSV, &[&gzip(rows)]), expected);
    assert_eq!(values(CSV, &[&zstd]), expected);
    let entries = format!("{CSV}\nentries = \"*.csv\"");
    assert_eq!(values(&entries, &[&archive]), r#"[{"a":"1"},{"a":"2"}]"#);
    let records = read(&source(&entries), &[&archive]).unwrap();
    assert!(records[1].origin.page.ends_with("!export/b.csv"));
    let json = gzip(b"[1]");
    assert_eq!(values("", &[&json]), "[1]");
    refuse(
        &format!("{CSV}\npacked = \"none\""),
        gzip(rows),
        "not UTF-8",
    );
}

#[test]
fn packed_pages_that_are_damaged_or_bombs_are_refused() {
    let rows = "a\n1234567890\n".repeat(500).into_bytes();
    let whole = gzip(&rows);
    refuse(CSV, &whole[..whole.len() / 2], "cannot be unpacked as gzip");
    refuse(
        &format!("{CSV}\npacked = \"zstd\""),
        &whole,
        "cannot be unpacked as zstd",
    );
    refuse(
        CSV,
        &zip(&[("a.csv", &rows)])[..900],
        "is a zip archive, and it is damaged",
    );
    refuse(
        &format!("{CSV}\nentries = \"*.xml\""),
        zip(&[("a.csv", &rows)]),
        "none of its 1 files is named like `*.xml`",
    );
    let mut changed = zip(&[("a.csv", &rows)]);
    changed[2000] ^= 1;
    refuse(CSV, changed, "not what the archive says");
    let small = format!("{CSV}\nmax_page_bytes = 1000");
    refuse(&small, &whole, "larger than 1000 bytes when it is unpacked");
    let line = "1".repeat(200);
    let bomb = format!("a\n{}", format!("{line}\n").repeat(90_000));
    let bomb = zstd::encode_all(bomb.as_bytes(), 1).unwrap();
    refuse(CSV, bomb, "(max_ratio)");
}

#[test]
fn a_page_that_ends_inside_quotes_was_cut_off() {
    for page in ["a;b\n1;\"2\n", "a;b\n1;\"2", "\"a;b\n1;2\n", "a;b\n1;2\n\""] {
        let page = page.replace(';', ",");
        refuse(CSV, page, "it was cut off");
    }
    check(
        CSV,
        &["a,b\n1,\"2\n\"\n", "a,b\n3,\"\""],
        r#"[{"a":"1","b":"2"},{"a":"3","b":""}]"#,
    );
    refuse(CSV, "a,b\n1,\0\n", "line 2, byte 6: a zero byte");
}

#[test]
fn a_header_in_the_middle_is_no_record() {
    let records = read(&source(CSV), &[b"a,b\n1,2\na, b\n3,4\n"]).unwrap();
    let flaws: Vec<_> = records
        .iter()
        .filter_map(|record| Some(record.flaw.as_ref()?.message.as_str()))
        .collect();
    assert_eq!(flaws, ["the row repeats the names of the columns"]);
    assert_eq!(records.len(), 3);
}

#[test]
fn a_declaration_of_utf_16_that_can_be_read_is_wrong() {
    check(
        XML,
        &["<?xml version=\"1.0\" encoding=\"utf-16\"?><PRODUCT><a>\u{fc}</a></PRODUCT>"],
        "[{\"a\":\"\u{fc}\"}]",
    );
}

#[test]
fn names_that_lead_out_of_an_archive_are_refused() {
    for name in ["../a.csv", "a/../../a.csv", "..\\a.csv", "/a.csv"] {
        refuse(
            CSV,
            zip(&[(name, b"a,b\n1,2\n")]),
            "leads out of the archive",
        );
    }
    let inside = zip(&[
        ("a..b/..a.csv", b"a,b\n1,2\n"),
        (".../c.csv", b"a,b\n3,4\n"),
    ]);
    assert_eq!(values(CSV, &[&inside]), r#"[{"a":"3","b":"4"}]"#);
}
