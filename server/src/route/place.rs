//! A route in one of the shop's languages: paths in a further language begin with its tag, `/de/p/tasse`.
//!
//! Whatever a route is, it is there in every language, unless it is one of the few files that have none.

use frontage_shared::snapshot::locales::LocaleIndex;

use super::{Parsed, Route, RouteError};

impl Parsed {
    /// Reads path and query as they stand in a request line. `prefixes` are what paths in the further languages begin
    /// with, in their order.
    ///
    /// # Errors
    /// As [`Route::parse`], and a file that has no language has no address in one.
    pub fn parse<'p>(
        target: &str,
        prefixes: impl Iterator<Item = &'p str>,
    ) -> Result<Self, RouteError> {
        let Some((locale, prefix, rest)) = split(target, prefixes) else {
            return Route::parse(target);
        };
        let is_whole = rest.starts_with('/');
        let mut parsed = match is_whole {
            true => Route::parse(rest),
            false => Route::parse(&format!("/{rest}")),
        }?;
        if !parsed.route.has_language() {
            return Err(RouteError::NotFound);
        }
        parsed.url.insert_str(0, prefix);
        parsed.canonical &= is_whole;
        parsed.locale = locale;
        Ok(parsed)
    }
}

/// The language of an address, whatever lives there.
pub fn locale_of<'p>(target: &str, prefixes: impl Iterator<Item = &'p str>) -> LocaleIndex {
    split(target, prefixes).map_or(LocaleIndex::OWN, |(locale, ..)| locale)
}

/// The further language that a target begins with, what it begins with, and the rest.
fn split<'t, 'p>(
    target: &'t str,
    prefixes: impl Iterator<Item = &'p str>,
) -> Option<(LocaleIndex, &'p str, &'t str)> {
    for (index, prefix) in (1..).zip(prefixes) {
        let rest = target.strip_prefix(prefix);
        if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with(['/', '?'])) {
            return Some((LocaleIndex(index), prefix, rest));
        }
    }
    None
}

impl Route {
    /// Whether it is another page, or another file, in each language.
    pub fn has_language(&self) -> bool {
        !matches!(
            self,
            Self::Asset { .. }
                | Self::SitemapIndex
                | Self::Robots
                | Self::StripeWebhook
                | Self::Entrance { .. }
        )
    }

    /// The canonical address in a language whose paths begin with `prefix`.
    pub fn href_in(&self, prefix: &str) -> String {
        match self.has_language() {
            true => format!("{prefix}{self}"),
            false => self.href(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(target: &str, expected: Result<(usize, &str, bool), RouteError>) {
        let parsed = Parsed::parse(target, ["/de", "/pt-br"].into_iter());
        let got = parsed
            .as_ref()
            .map(|parsed| (parsed.locale.0, parsed.url.as_str(), parsed.canonical));
        assert_eq!(got, expected.as_ref().copied());
    }

    #[test]
    fn a_language_stands_before_any_route() {
        check("/p/mug", Ok((0, "/p/mug", true)));
        check("/de/p/mug", Ok((1, "/de/p/mug", true)));
        check("/pt-br/search?q=a+b", Ok((2, "/pt-br/search?q=a+b", true)));
        check("/de/", Ok((1, "/de/", true)));
        check("/de", Ok((1, "/de/", false)));
        check("/de?x=1", Ok((1, "/de/", false)));
        check("/de/c/a/?page=1", Ok((1, "/de/c/a", false)));
    }

    #[test]
    fn what_is_no_language_of_the_shop_is_no_place() {
        for target in ["/fr/", "/DE/", "/dex/p/mug", "/de/de/", "/de/robots.txt"] {
            check(target, Err(RouteError::NotFound));
        }
    }

    #[test]
    fn what_is_printed_is_parsed() {
        for route in [Route::Home, Route::guides(), Route::product("mug")] {
            let href = route.href_in("/de");
            let parsed = Parsed::parse(&href, ["/de"].into_iter()).unwrap();
            assert_eq!((parsed.route, parsed.canonical), (route, true), "{href}");
        }
        assert_eq!(Route::Robots.href_in("/de"), "/robots.txt");
    }
}
