//! What the shop looks like: the tables `theme` and `images`.

use std::path::Path;

use toml::Value;

use super::Keys;
use crate::page::Resizer;
use crate::theme::ThemeSettings;
use crate::theme::tokens::Tokens;

/// Widths of pictures, unless others are given.
const IMAGE_WIDTHS: [u32; 4] = [320, 640, 960, 1600];

impl Keys<'_> {
    pub(super) fn images(&mut self) -> Option<Resizer> {
        let mut keys = self.table("images", "images.");
        let template = keys.optional("template");
        let widths = keys.table.remove("widths");
        let known = widths.as_ref().map_or(Some(Vec::new()), |value| {
            let all = value.as_array()?.iter();
            let width = |width: &Value| u32::try_from(width.as_integer()?).ok();
            all.map(|one| width(one).filter(|width| (16..=8192).contains(width)))
                .collect()
        });
        let mut widths = known.unwrap_or_else(|| {
            keys.problem(
                "widths",
                "must be a list of pixels from 16 to 8192 such as [320, 640]",
            );
            Vec::new()
        });
        keys.refuse_the_rest();
        if widths.is_empty() {
            widths = IMAGE_WIDTHS.to_vec();
        }
        widths.sort_unstable();
        let resizer = Resizer {
            template: template?,
            widths,
        };
        if let Some(problem) = resizer.problem() {
            self.problem("images.template", problem);
        }
        Some(resizer)
    }

    pub(super) fn theme(&mut self, beside: &Path) -> ThemeSettings {
        let mut keys = self.table("theme", "theme.");
        let folder = keys.optional("folder").map(|name| beside.join(name));
        let (tokens, refused) = Tokens::take(&mut keys.table);
        for refused in refused {
            let named = [refused.table, &refused.key].into_iter();
            let named: Vec<_> = named.filter(|part| !part.is_empty()).collect();
            keys.problem(&named.join("."), refused.why);
        }
        keys.refuse_the_rest();
        ThemeSettings { folder, tokens }
    }
}
