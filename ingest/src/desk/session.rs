//! Who is let in, and which forms are our own.
//!
//! A session is a random cookie that scripts cannot read and other sites cannot send. Each session has a second random
//! text that stands in every form; a form without it did not come from a page of the desk. Sessions live in memory, so a
//! restart ends them all.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::RngExt as _;

use super::wire::Request;
use crate::config::Secret;

/// The cookie of a session.
const COOKIE: &str = "frontage_desk";
/// A working day and the evening after it.
const SECONDS: i64 = 12 * 3_600;
/// The oldest ones go first; without a token every new visitor has one.
const MAX_SESSIONS: usize = 256;
/// What a wrong token costs. Guesses wait for each other, so this many seconds each is what an attacker has.
const WRONG_TOKEN_PAUSE: Duration = Duration::from_millis(500);

/// A visitor who was let in.
#[derive(Debug, Clone)]
pub(super) struct Session {
    id: Secret,
    /// What stands in every form of this session.
    pub(super) form_token: String,
    until: i64,
}

/// All sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    token: Option<Secret>,
    open: Mutex<VecDeque<Session>>,
    guesses: tokio::sync::Mutex<()>,
}

impl Sessions {
    pub(super) fn new(token: Option<Secret>) -> Self {
        Self {
            token,
            open: Mutex::default(),
            guesses: tokio::sync::Mutex::default(),
        }
    }

    /// Whether visitors have to log in.
    pub(super) fn needs_token(&self) -> bool {
        self.token.is_some()
    }

    /// The session of a request, if it has one that still lasts.
    pub(super) fn of(&self, request: &Request) -> Option<Session> {
        let cookie = request.cookie(COOKIE)?;
        let now = request.now.timestamp();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|session| session.until > now);
        open.iter().find(|session| session.id.is(cookie)).cloned()
    }

    /// Whether the text is the operator's token. Wrong ones wait, one after the other.
    pub(super) async fn admits(&self, text: &str) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        if token.is(text) {
            return true;
        }
        let _turn = self.guesses.lock().await;
        tokio::time::sleep(WRONG_TOKEN_PAUSE).await;
        false
    }

    /// Lets a visitor in: the session, and the value of `Set-Cookie`.
    pub(super) fn begin(&self, request: &Request) -> (Session, String) {
        let id = random();
        let session = Session {
            id: Secret::new(&id),
            form_token: random(),
            until: request.now.timestamp() + SECONDS,
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MAX_SESSIONS {
            open.pop_front();
        }
        open.push_back(session.clone());
        let secure = if request.is_over_tls() {
            "; Secure"
        } else {
            ""
        };
        let cookie =
            format!("{COOKIE}={id}; Path=/; Max-Age={SECONDS}; HttpOnly; SameSite=Strict{secure}");
        (session, cookie)
    }

    /// Ends a session; gives the value of `Set-Cookie`.
    pub(super) fn end(&self, session: &Session) -> String {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|other| other.id != session.id);
        format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
    }
}

impl Session {
    /// Whether a form was made for this session and sent by a page of the desk.
    pub(super) fn sent(&self, request: &Request) -> bool {
        let sent = request.form("form_token").unwrap_or_default();
        !request.is_foreign() && Secret::new(&self.form_token).is(sent)
    }
}

/// 256 random bits, as 64 hexadecimal digits.
fn random() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    blake3::Hash::from_bytes(bytes).to_hex().to_string()
}
