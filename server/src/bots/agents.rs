//! How crawlers name themselves: words in a `User-Agent`, in lower case.
//!
//! Nearly all of them say "bot", "crawl" or "spider". The others here are those of search engines and large collectors
//! that say so in their own documentation. A crawler that poses as a browser is not known by its name, and not meant.

/// Words that crawlers are known by.
pub(super) const AGENTS: [&str; 15] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "mediapartners-google",
    "apis-google",
    "googleother",
    "google-inspectiontool",
    "bingpreview",
    "meta-externalagent",
    "ia_archiver",
    "cohere-ai",
    "scrapy",
    "httrack",
    "nutch",
];

/// Words of clients that are none although one of the words above is in them: a make of phones, and what asks for a
/// single page because somebody shared a link to it.
pub(super) const EXCEPT: [&str; 6] = [
    "cubot",
    "twitterbot",
    "slackbot",
    "discordbot",
    "linkedinbot",
    "telegrambot",
];
