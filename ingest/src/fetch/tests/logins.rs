//! Being let in: asked for once, shared, renewed when it ended or is refused, and never twice in vain.

use super::back_end::*;
use crate::config::Source;
use crate::fetch::*;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

/// Gives the tokens t1, t2, … for the right words, and pages to whoever has one of at least this number.
fn guarded(right: &'static str, lasts: &'static str, least: &'static AtomicUsize) -> BackEnd {
    let given = AtomicUsize::new(0);
    BackEnd::start(move |asked, _| {
        if asked.path == "/token" {
            if asked.body != right {
                return answer("400 Bad Request", "", b"{\"error\": \"wrong s3cret\"}");
            }
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            return ok("", format!("{{\"access_token\": \"t{number}\"{lasts}}}"));
        }
        let number = asked.header("authorization").and_then(|bearer| {
            let number = bearer.strip_prefix("Bearer t")?;
            number.parse::<usize>().ok()
        });
        match number {
            Some(number) if number >= least.load(Ordering::SeqCst) => ok("", "[1]"),
            _ => answer("401 Unauthorized", "", b""),
        }
    })
}

fn oauth(back_end: &BackEnd, more: &str) -> Source {
    let port = back_end.port;
    back_end.source(&format!(
        "auth = {{ kind = \"oauth2\", token_url = \"http://127.0.0.1:{port}/token\", client_id = \"shop\", client_secret = \"s3cret&\"{more} }}\n"
    ))
}

const BY_FORM: &str =
    "client_id=shop&client_secret=s3cret%26&grant_type=client_credentials&scope=all+of+it";

async fn run(client: &Client, source: &Source, spool: &Path) -> Result<Fetched, FetchError> {
    all(client, source, None, spool, SystemTime::UNIX_EPOCH, &|_| {}).await
}

fn asked_for_tokens(back_end: &BackEnd) -> usize {
    let requests = back_end.requests();
    requests.iter().filter(|path| *path == "/token").count()
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_again_only_when_it_is_refused() {
    static LEAST: AtomicUsize = AtomicUsize::new(1);
    let back_end = guarded(BY_FORM, "", &LEAST);
    let source = oauth(&back_end, ", scope = \"all of it\"");
    let (client, spool) = (Client::new().unwrap(), tempfile::tempdir().unwrap());
    run(&client, &source, spool.path()).await.unwrap();
    run(&client, &source, spool.path()).await.unwrap();
    assert_eq!(back_end.requests(), ["/token", "/feed", "/feed"]);

    LEAST.store(2, Ordering::SeqCst);
    run(&client, &source, spool.path()).await.unwrap();
    let after = back_end.requests();
    assert_eq!(after[3..], ["/feed", "/token", "/feed"]);

    // A token that is refused as soon as it was given is not asked for a third time.
    LEAST.store(99, Ordering::SeqCst);
    let error = run(&client, &source, spool.path()).await.unwrap_err();
    assert!(
        matches!(error, FetchError::Status { status: 401, .. }),
        "{error}"
    );
    assert_eq!(back_end.requests()[6..], ["/feed", "/token", "/feed"]);
}

#[tokio::test]
async fn a_token_that_ends_is_renewed_before_it_does() {
    static LEAST: AtomicUsize = AtomicUsize::new(1);
    let back_end = guarded(BY_FORM, ", \"expires_in\": \"0\"", &LEAST);
    let source = oauth(&back_end, ", scope = \"all of it\"");
    let (client, spool) = (Client::new().unwrap(), tempfile::tempdir().unwrap());
    run(&client, &source, spool.path()).await.unwrap();
    run(&client, &source, spool.path()).await.unwrap();
    assert_eq!(asked_for_tokens(&back_end), 2);
}

#[tokio::test]
async fn a_token_may_say_that_it_lasts_for_ever() {
    static LEAST: AtomicUsize = AtomicUsize::new(1);
    let back_end = guarded(BY_FORM, ", \"expires_in\": 1.5e19", &LEAST);
    let source = oauth(&back_end, ", scope = \"all of it\"");
    let (client, spool) = (Client::new().unwrap(), tempfile::tempdir().unwrap());
    run(&client, &source, spool.path()).await.unwrap();
    run(&client, &source, spool.path()).await.unwrap();
    assert_eq!(asked_for_tokens(&back_end), 1);
}

#[tokio::test]
async fn sources_that_are_let_in_alike_share_a_token() {
    static LEAST: AtomicUsize = AtomicUsize::new(1);
    let right = r#"{"client_id":"shop","client_secret":"s3cret&","grant_type":"password","password":"pw","username":"u"}"#;
    let back_end = guarded(right, ", \"expires_in\": 3600", &LEAST);
    let more = ", grant = \"password\", username = \"u\", password = \"pw\", send = \"json\"";
    let mut other = oauth(&back_end, more);
    other.request.url.set_path("/other");
    let source = oauth(&back_end, more);
    let client = Client::new().unwrap();
    let spools = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (one, two) = tokio::join!(
        run(&client, &source, spools[0].path()),
        run(&client, &other, spools[1].path())
    );
    one.unwrap();
    two.unwrap();
    assert_eq!(asked_for_tokens(&back_end), 1);
}

#[tokio::test]
async fn wrong_credentials_are_told_without_what_was_said() {
    static LEAST: AtomicUsize = AtomicUsize::new(1);
    let back_end = guarded("something else", "", &LEAST);
    let error = failure(&oauth(&back_end, "")).await;
    let text = error.to_string();
    assert!(
        text.contains("it answers 400; are the credentials right?"),
        "{text}"
    );
    assert!(!text.contains("s3cret"), "{text}");
    assert_eq!(back_end.requests(), ["/token"]);
}

#[tokio::test]
async fn a_client_may_name_itself_in_the_header() {
    let back_end = BackEnd::start(|asked, _| match asked.path.as_str() {
        // shop:s3cret%26
        "/token" if asked.header("authorization") == Some("Basic c2hvcDpzM2NyZXQlMjY=") => {
            ok("", "{\"access_token\": \"t\"}")
        }
        "/feed" if asked.header("authorization") == Some("Bearer t") => ok("", "[1]"),
        _ => answer("401 Unauthorized", "", b""),
    });
    let source = oauth(&back_end, ", client_auth = \"basic\"");
    let spool = tempfile::tempdir().unwrap();
    assert_eq!(content(&feed(&source, None, spool.path()).await), ["[1]"]);
}

fn login(back_end: &BackEnd, more: &str) -> Source {
    let port = back_end.port;
    back_end.source(&format!(
        "auth = {{ kind = \"login\", url = \"http://127.0.0.1:{port}/login\"{more} }}\n"
    ))
}

#[tokio::test]
async fn the_whole_answer_may_be_the_token() {
    let back_end = BackEnd::start(|asked, _| match asked.path.as_str() {
        "/login" if asked.body == r#"{"password":"p","username":"u"}"# => ok("", "\"abc\""),
        "/feed" if asked.header("x-token") == Some("key abc") => ok("", "[1]"),
        _ => answer("401 Unauthorized", "", b""),
    });
    let fields = ", fields = { username = \"u\", password = \"p\" }";
    let how = ", token_at = \"\", header = \"X-Token\", prefix = \"key \"";
    let source = login(&back_end, &format!("{fields}{how}"));
    let spool = tempfile::tempdir().unwrap();
    assert_eq!(content(&feed(&source, None, spool.path()).await), ["[1]"]);

    let wrong = login(&back_end, &format!("{fields}, token_at = \"/token\""));
    let text = failure(&wrong).await.to_string();
    assert!(text.contains("there is no token at `/token`"), "{text}");
    assert!(!text.contains("abc"), "{text}");
}

#[tokio::test]
async fn cookies_are_carried_from_page_to_page() {
    let back_end = BackEnd::start(|asked, _| match asked.path.as_str() {
        "/login" if asked.body == r#"{"params":{"db":7,"login":"u"}}"# => ok(
            "Set-Cookie: SESSION=a1; Path=/; HttpOnly\r\nSet-Cookie: ROUTE=.node2\r\n",
            "{}",
        ),
        "/feed" | "/feed?2" if asked.header("cookie") != Some("SESSION=a1; ROUTE=.node2") => {
            answer("401 Unauthorized", "", b"")
        }
        "/feed" => ok("Link: </feed?2>; rel=\"next\"\r\n", "[1]"),
        "/feed?2" => ok("", "[2]"),
        _ => answer("403 Forbidden", "", b""),
    });
    let source = login(
        &back_end,
        ", fields = { params = { db = 7, login = \"u\" } }",
    );
    let spool = tempfile::tempdir().unwrap();
    assert_eq!(
        content(&feed(&source, None, spool.path()).await),
        ["[1]", "[2]"]
    );
    assert_eq!(back_end.requests(), ["/login", "/feed", "/feed?2"]);
}

#[tokio::test]
async fn a_login_that_fails_for_a_moment_is_tried_again() {
    let back_end = BackEnd::start(|asked, number| match (asked.path.as_str(), number) {
        ("/login", 0) => answer("503 Service Unavailable", "Retry-After: 0\r\n", b""),
        ("/login", _) => ok("Set-Cookie: a=b\r\n", ""),
        _ => ok("", "[1]"),
    });
    let source = login(&back_end, ", fields = { a = \"b\" }");
    let spool = tempfile::tempdir().unwrap();
    feed(&source, None, spool.path()).await;
    assert_eq!(back_end.requests(), ["/login", "/login", "/feed"]);
}
