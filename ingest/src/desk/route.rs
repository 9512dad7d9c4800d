//! Which path is which page or action.
//!
//! Pages are GET and change nothing. Actions are POST, come from a form of the same session, and end at a page that
//! says what happened.

use std::sync::Arc;

use hyper::header::SET_COOKIE;
use hyper::{Method, StatusCode};

use super::State;
use super::actions::{self, Action};
use super::metrics;
use super::page::{self, Visit};
use super::session::Session;
use super::wire::{Answer, Request, segment};
use crate::bell::Ring;

/// Answers a request.
pub(super) async fn answer(state: &Arc<State>, request: Request) -> Answer {
    let path = request.path.clone();
    let pieces: Vec<&str> = path.split('/').skip(1).collect();
    if let Some(asset) = page::asset(&path) {
        return asset;
    }
    match (request.method.as_str(), pieces.as_slice()) {
        ("GET" | "HEAD", ["healthz"]) => return Answer::text(StatusCode::OK, "ok\n"),
        ("GET", ["metrics"]) => return measured(state, &request).await,
        ("POST", ["poke", source]) => return poke(state, &request, source).await,
        (_, ["poke", _]) => {
            return not_allowed("POST", "Poke with POST.\n");
        }
        _ => {}
    }
    if !state.sessions.needs_token() && !request.is_addressed_directly() {
        // Without a token, a foreign page must not reach the desk by giving this machine a name of its own.
        return Answer::text(
            StatusCode::FORBIDDEN,
            "Without a token the desk answers at its number, such as http://127.0.0.1:8091/, and at localhost only.\n",
        );
    }
    let session = match state.sessions.of(&request) {
        Some(session) => session,
        None if state.sessions.needs_token() => return login(state, &request, &path).await,
        None if request.method == Method::POST => {
            return page::stale_form(&state.context.config.shop);
        }
        None => {
            let (session, cookie) = state.sessions.begin(&request);
            let answer = visited(state, &request, &session, &pieces).await;
            return answer.with(SET_COOKIE, cookie);
        }
    };
    visited(state, &request, &session, &pieces).await
}

/// What monitors ask. They send the operator's token with every request.
async fn measured(state: &State, request: &Request) -> Answer {
    let token = request.bearer().unwrap_or_default();
    let is_known = match state.sessions.needs_token() {
        true => state.sessions.admits(token).await,
        false => request.is_addressed_directly(),
    };
    if !is_known {
        return unauthorized("Send the operator's token as: Authorization: Bearer TOKEN\n");
    }
    match metrics::text(state).await {
        Ok(text) => Answer::text(StatusCode::OK, &text),
        Err(error) => Answer::text(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error}\n")),
    }
}

fn not_allowed(allowed: &str, text: &str) -> Answer {
    let refused = Answer::text(StatusCode::METHOD_NOT_ALLOWED, text);
    refused.with(hyper::header::ALLOW, allowed.to_owned())
}

/// For programs, which send a token with every request.
fn unauthorized(text: &str) -> Answer {
    let refused = Answer::text(StatusCode::UNAUTHORIZED, text);
    refused.with(hyper::header::WWW_AUTHENTICATE, "Bearer".to_owned())
}

/// Whether there is an operator's token, and this is it.
async fn is_operator(state: &State, token: &str) -> bool {
    state.sessions.needs_token() && state.sessions.admits(token).await
}

/// "Look now", from a back end.
async fn poke(state: &State, request: &Request, source: &str) -> Answer {
    let settings = &state.settings;
    let token = request.bearer().unwrap_or_default();
    let is_back_end = settings
        .poke_token
        .as_ref()
        .is_some_and(|known| known.is(token));
    let is_open = settings.poke_token.is_none() && !state.sessions.needs_token();
    if is_open {
        if request.is_foreign() || !request.is_addressed_directly() {
            return Answer::text(
                StatusCode::FORBIDDEN,
                "A page of another site cannot poke.\n",
            );
        }
    } else if !is_back_end && !is_operator(state, token).await {
        return unauthorized(
            "This token is not the one. Send it as: Authorization: Bearer TOKEN\n",
        );
    }
    match state.bells.get(source) {
        Some(bell) => {
            bell.ring(Ring::Poke);
            Answer::text(StatusCode::ACCEPTED, "The source is polled soon.\n")
        }
        None => Answer::text(StatusCode::NOT_FOUND, "There is no source of this name.\n"),
    }
}

/// What somebody without a session gets: the form, or what it leads to.
async fn login(state: &State, request: &Request, path: &str) -> Answer {
    let shop = &state.context.config.shop;
    if request.method != Method::POST {
        let wanted = if path == "/login" { "/" } else { path };
        return page::login(shop, wanted, false);
    }
    if path != "/login" || request.is_foreign() {
        return page::stale_form(shop);
    }
    // Only paths of the desk: two slashes would be another site.
    let wanted = request
        .form("to")
        .filter(|to| to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'))
        .unwrap_or("/");
    if !state
        .sessions
        .admits(request.form("token").unwrap_or_default().trim())
        .await
    {
        tracing::warn!("somebody tried a wrong token at the desk");
        return page::login(shop, wanted, true);
    }
    let (_, cookie) = state.sessions.begin(request);
    Answer::see(wanted).with(SET_COOKIE, cookie)
}

async fn visited(
    state: &Arc<State>,
    request: &Request,
    session: &Session,
    pieces: &[&str],
) -> Answer {
    if request.method == Method::POST {
        if !session.sent(request) {
            return page::stale_form(&state.context.config.shop);
        }
        return acted(state, request, session, pieces).await;
    }
    let visit = Visit {
        state,
        session,
        now: request.now.timestamp(),
    };
    if request.method != Method::GET && request.method != Method::HEAD {
        return not_allowed("GET, HEAD, POST", "GET or POST.\n");
    }
    let built = match pieces {
        [""] => page::overview(&visit).await,
        ["login"] => return Answer::see("/"),
        ["partials", "live"] => return page::live(&visit),
        ["sources", name] => page::source(&visit, name).await,
        ["sources", name, "refused"] => page::refused(&visit, name, request.query("from")).await,
        ["held", hash] => page::held(&visit, hash).await,
        ["generations"] => page::generations(&visit).await,
        ["generations", number, "rollback"] => page::rollback(&visit, number).await,
        ["orders"] => page::orders(&visit),
        ["webhooks"] => page::webhooks(&visit),
        ["actions"] => page::actions(&visit),
        ["actions", number] => page::action(&visit, number),
        _ => Ok(None),
    };
    match built {
        Ok(Some(answer)) => answer,
        Ok(None) => page::missing(&visit),
        Err(error) => page::broken(&visit, &error.to_string()),
    }
}

async fn acted(
    state: &Arc<State>,
    request: &Request,
    session: &Session,
    pieces: &[&str],
) -> Answer {
    let action = match pieces {
        ["logout"] => {
            let cookie = state.sessions.end(session);
            return Answer::see("/login").with(SET_COOKIE, cookie);
        }
        ["held", hash, "approve"] => Action::Approve((*hash).to_owned()),
        ["generations", number, "rollback"] => match number.parse() {
            Ok(number) => Action::Rollback(number),
            Err(_) => return Answer::see("/generations"),
        },
        ["pin"] => Action::Pin,
        ["unpin"] => Action::Unpin,
        ["orders", "retry"] => Action::RetryRejected,
        ["orders", id, "retry"] => match id.parse() {
            Ok(id) => Action::Retry(id),
            Err(_) => return Answer::see("/orders"),
        },
        ["sources", name, "run"] => Action::Run((*name).to_owned()),
        _ => return Answer::see("/"),
    };
    let number = actions::start(state, action, request.now.timestamp()).await;
    Answer::see(&format!("/actions/{}", segment(&number.to_string())))
}
