//! Following a theme's folder: what changes there is seen on the next page, without a restart.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use tracing::{info, warn};

use super::{Problem, Theme, ThemeSettings, fingerprint};
use crate::handle::Shop;

/// How often the folder is looked at.
const INTERVAL: Duration = Duration::from_millis(500);

/// The look of now, and what became of the last attempt to change it.
pub struct Look {
    current: ArcSwap<Theme>,
    state: Mutex<State>,
}

/// For operators.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    /// When the look of now was read.
    pub since: Option<SystemTime>,
    /// What keeps the folder from being used; empty if nothing does.
    pub problems: Vec<String>,
    /// What should be looked at in the look of now.
    pub warnings: Vec<String>,
}

impl Look {
    /// A look that changes no more until it is told to.
    pub fn new(theme: Theme) -> Self {
        let state = State {
            warnings: theme.warnings.clone(),
            ..State::default()
        };
        Self {
            current: ArcSwap::from_pointee(theme),
            state: Mutex::new(state),
        }
    }

    /// The look that the configuration asks for; without its folder, if that is broken.
    pub fn open(settings: &ThemeSettings, now: SystemTime) -> Self {
        match Theme::load(settings) {
            Ok(theme) => {
                let look = Self::new(theme);
                look.note(|state| state.since = Some(now));
                look.warn();
                look
            }
            Err(problems) => {
                let look = Self::new(Theme::without_folder(settings));
                look.refuse(settings.folder.as_deref(), &problems);
                look
            }
        }
    }

    /// The look of now.
    pub fn current(&self) -> Arc<Theme> {
        self.current.load_full()
    }

    /// What is told to operators.
    pub fn state(&self) -> State {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    /// Reads the folder again: a sound one is the look of now, a broken one changes nothing.
    pub fn reload(&self, settings: &ThemeSettings, now: SystemTime) {
        match Theme::load(settings) {
            Ok(theme) => {
                let theme = Arc::new(theme.after(&self.current()));
                self.note(|state| {
                    *state = State {
                        since: Some(now),
                        problems: Vec::new(),
                        warnings: theme.warnings.clone(),
                    };
                });
                self.current.store(theme);
                info!("the theme has changed");
                self.warn();
            }
            Err(problems) => self.refuse(settings.folder.as_deref(), &problems),
        }
    }

    fn refuse(&self, folder: Option<&Path>, problems: &[Problem]) {
        let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
        let folder = folder.unwrap_or(Path::new("")).display();
        for problem in &told {
            warn!(%folder, "the theme is broken, the look stays as it is: {problem}");
        }
        self.note(|state| state.problems = told);
    }

    fn warn(&self) {
        for warning in self.state().warnings {
            warn!("theme: {warning}");
        }
    }

    fn note(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Follows the folder for ever. `clock` says when it is.
///
/// A folder is read when it has stayed the same for one look, so that files which are still being copied are not.
pub async fn follow(shop: Arc<Shop>, settings: ThemeSettings, clock: fn() -> SystemTime) {
    let Some(folder) = settings.folder.clone() else {
        return;
    };
    let mut read = fingerprint(&folder);
    let mut seen = read.clone();
    loop {
        tokio::time::sleep(INTERVAL).await;
        let (folder, shop, settings) = (folder.clone(), Arc::clone(&shop), settings.clone());
        let (known, before) = (read.clone(), seen.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let now = fingerprint(&folder);
            let is_settled = now == before;
            let changed = is_settled && now != known;
            if changed {
                shop.look.reload(&settings, clock());
                // What it is made of is encoded before anybody asks.
                shop.look.current().assets.encode();
            }
            (now, changed)
        });
        if let Ok((now, changed)) = looked.await {
            if changed {
                read.clone_from(&now);
            }
            seen = now;
        }
    }
}
