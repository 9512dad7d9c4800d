//! What all pages have in common.

use super::{ICON_PATH, SCRIPT_PATH, STYLES_PATH, Visit};
use crate::config::Shop;

/// Head, navigation and foot.
pub(super) struct Frame<'a> {
    pub(super) title: String,
    pub(super) shop: &'a str,
    /// The entry of the navigation that this page is under.
    pub(super) current: &'static str,
    /// What stands in every form; empty outside.
    pub(super) form_token: &'a str,
    pub(super) can_leave: bool,
    /// The page is asked for again after so many seconds, because something on it goes on.
    pub(super) again_seconds: Option<u32>,
    pub(super) styles: &'static str,
    pub(super) icon: &'static str,
    pub(super) script: &'static str,
    pub(super) version: &'static str,
}

impl<'a> Frame<'a> {
    pub(super) fn new(visit: &Visit<'a>, title: &str, current: &'static str) -> Self {
        Self {
            current,
            form_token: &visit.session.form_token,
            can_leave: visit.state.sessions.needs_token(),
            ..Self::outside(&visit.state.context.config.shop, title)
        }
    }

    /// For somebody who is not let in.
    pub(super) fn outside(shop: &'a Shop, title: &str) -> Self {
        Self {
            title: format!("{title} · {} · Frontage", shop.name),
            shop: &shop.name,
            current: "",
            form_token: "",
            can_leave: false,
            again_seconds: None,
            styles: STYLES_PATH,
            icon: ICON_PATH,
            script: SCRIPT_PATH,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    pub(super) fn is_inside(&self) -> bool {
        !self.form_token.is_empty()
    }
}
