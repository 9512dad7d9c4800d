//! Whom an address is for: one shopper, everybody, everybody once; and whether something is sent there.

use super::{Fragment, Route};

impl Route {
    /// Whether what is there is one shopper's own: nobody may keep it.
    pub fn is_personal(&self) -> bool {
        match self {
            Self::Cart { .. } | Self::CartPartial | Self::Checkout | Self::Order { .. } => true,
            Self::StripeWebhook | Self::Withdrawal(_) | Self::Restock(_) => true,
            Self::Lists | Self::List { .. } => true,
            Self::Fragment(fragment) => fragment.is_personal(),
            _ => false,
        }
    }

    /// Whether something can be posted there.
    pub fn takes_posts(&self) -> bool {
        matches!(
            self,
            Self::Cart { .. }
                | Self::Checkout
                | Self::Lists
                | Self::StripeWebhook
                | Self::Withdrawal(_)
                | Self::Restock(_)
        )
    }

    /// Crawlers take each file of the sitemap once; kept, they would push out what shoppers come for. So would what hardly
    /// two shoppers ask for: what one looked at, and what stands on one page together.
    pub(crate) fn is_asked_for_again(&self) -> bool {
        !matches!(
            self,
            Self::SitemapIndex
                | Self::Sitemap { .. }
                | Self::Fragment(Fragment::Recent { .. } | Fragment::Several { .. })
        )
    }
}
