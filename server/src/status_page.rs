//! `/status` for people: what monitors get as JSON, as one page of tables.

use std::fmt::Write as _;

use serde_json::Value;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"robots\" content=\"noindex\">\n\
<title>Frontage server</title>\n<style>\n\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\n\
body{max-width:60rem;margin:2rem auto;padding:0 1rem}\n\
h1{font-size:1.4rem}h2{font-size:1rem;margin:2rem 0 .25rem}\n\
table{border-collapse:collapse;width:100%}\n\
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;vertical-align:top}\n\
th{font-weight:400;width:16rem;opacity:.75}td{overflow-wrap:anywhere;font-variant-numeric:tabular-nums}\n\
.bad{color:#b3261e}@media(prefers-color-scheme:dark){.bad{color:#ff8a80}}\n\
</style>\n</head>\n<body>\n";

/// The page. `status` is an object; objects in it become tables of their own, below the one of plain values.
pub(crate) fn html(status: &Value) -> String {
    let mut out = String::from(HEAD);
    let is_ready = status["ready"] == true;
    let (class, headline) = match (is_ready, status["generation"]["number"].as_u64()) {
        (true, Some(number)) => ("", format!("Serving generation {number}")),
        _ => (" class=\"bad\"", "Not ready".to_owned()),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(out, "<h1{class}>{headline}</h1>");
    table(&mut out, "Frontage server", status);
    out.push_str("<p><a href=\"/metrics\">metrics</a> · <a href=\"/readyz\">readiness</a></p>\n</body>\n</html>\n");
    out
}

fn table(out: &mut String, title: &str, object: &Value) {
    let fields = object.as_object().into_iter().flatten();
    let (tables, plain): (Vec<_>, Vec<_>) = fields.partition(|(_, value)| value.is_object());
    let plain: Vec<_> = plain
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    if !plain.is_empty() {
        let _ = writeln!(out, "<h2>{}</h2>\n<table>", escaped(title));
        for (name, value) in plain {
            let name = escaped(&name.replace('_', " "));
            let class = if is_bad(&name, value) {
                " class=\"bad\""
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{name}</th><td{class}>{}</td></tr>",
                shown(value)
            );
        }
        out.push_str("</table>\n");
    }
    for (name, value) in tables {
        table(out, &name.replace('_', " "), value);
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => escaped(text),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => escaped(&other.to_string()),
    }
}

/// What somebody should look at: trouble, and reasons.
fn is_bad(name: &str, value: &Value) -> bool {
    ["trouble", "reason", "not ready because"].contains(&name) && value.is_string()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::html;

    #[test]
    fn what_is_known_is_shown_and_nothing_in_it_becomes_markup() {
        let status = json!({
            "ready": true, "uptime_seconds": 7, "nothing": null,
            "generation": {"number": 12, "sources": {"<b>": {"age_seconds": 3}}},
            "store": {"trouble": "cannot read <script>"},
        });
        let page = html(&status);
        assert!(page.contains("<h1>Serving generation 12</h1>"), "{page}");
        assert!(page.contains("uptime seconds</th><td>7<"), "{page}");
        assert!(
            page.contains("<td class=\"bad\">cannot read &lt;script&gt;<"),
            "{page}"
        );
        assert!(
            page.contains("<h2>&lt;b&gt;</h2>") && !page.contains("nothing"),
            "{page}"
        );
        assert!(html(&json!({"ready": false})).contains("Not ready"));
    }
}
