//! The index of the end-to-end tests. Each file says which promise it keeps watch over.

#![expect(clippy::print_stdout, reason = "a promise is printed with its figure")]

/// Sizes, headers, import direction, one unsafe: the house rules that a machine can check.
mod tidy;

/// The shipped configuration files are complete and are accepted by the programs that they configure.
mod config;

/// The format's document and the format's code say the same.
mod format_spec;

/// What is written is read back, and the same shop is the same bytes.
mod format_round_trip;

/// Damaged files are refused, by name and without a panic.
mod format_corruption;

/// A catalog's file is verified as strictly as one that is open.
mod format_file;

/// Damage in a shop's further languages is refused, by name.
mod format_languages;

/// Damage in stock at places is refused, by name.
mod format_stock;
/// Prices in numbers: as they were written, never dearer for more, damage refused by name.
mod format_tiers;

/// Files of released format versions still open.
mod format_compatibility;

/// A change at the back end becomes a generation, or waits, or is refused; operators decide.
mod cycle;

/// Promise 6: kill -9 at any instant loses nothing.
mod crash;

/// Promises 2 and 10: no response mixes two generations, and retired ones are let go.
mod swap;

/// Promises 5, 9 and 15: damage in the store harms nobody, and is told.
mod damage;

/// A shop in object storage.
mod buckets;
/// A new catalog, shown by a few first.
mod canary;
/// Promise 8: a full, failing or read-only disk keeps the old generation.
mod full_disk;
/// Traces of polls, swaps and requests.
mod traces;
/// Promise 11: of several daemons one publishes.
mod writers;

/// A product of sixty thousand variants is a page like any other, and every one of them can be chosen without script.
mod giant;

/// Promise 1: a bad feed never reaches shoppers.
mod refusals;

/// What operators do, and what they are told.
mod operate;

/// What pages of real exports weigh, and that nothing on them moves.
mod budgets;
/// A real data set, from its export to its pages.
mod icecat;

/// Every page can be reached, is sound, and says what the feed says.
mod pages;

/// One price on pages, in structured data, in partials and in feeds.
mod feeds;

/// The server's HTTP as clients and caches see it.
mod http;

/// One shop in several languages: each page in each of them, linked with the others, and never mixed up.
mod translations;

/// Texts that a language lacks.
mod untranslated;

/// The order of names.
mod collation;

/// The shop in a real browser, on a desktop and a phone, with JavaScript and without.
mod browser;

/// A shop speaks its shoppers' language everywhere.
mod locales;

/// What a theme changes, and what a broken one does not.
mod themes;

/// Products and pages with a window of time.
mod dates;
/// The demo looks like a shop.
mod demo;
/// Where a variant is in stock, on its page and at the checkout.
mod places;
/// Being told when something can be had again.
mod restock;
/// What shoppers say, and pages made of sections.
mod reviews;
/// Products that are sold as a set.
mod sets;
/// Pictures for links to pages that have none.
mod share;

/// Ways through the shop: the menu, all brands, lists in two shapes.
mod navigation;

/// Several shops in one server, by host, by file, each within its budget.
mod shops;

/// The model of a thousand servers and the page about it.
mod scaling;

/// The Debian package, the image, the manual, completions and the bill of materials.
mod shipped;

/// What a service manager is told, and what the shipped units ask of it.
mod supervised;

/// What tools that others made say about every kind of page.
mod page_tools;

/// A month in which everything moves: no address that once worked is ever not found.
mod month;

/// Prices that change by themselves, and prices in several currencies.
mod sales;
/// What one costs where many are bought.
mod tiers;

/// Promise 17: feed text never becomes script.
mod scripts;

/// The operator's desk in a real browser, and who may do what there.
mod desk;

/// What a shop promises, in structured data.
mod policies;

/// A run is never lost, doubled or overlapped, whoever asks for it.
mod pokes;

/// Documents that contradict each other are told by name.
mod conflicts;

/// What is in a cart, and whose it is.
mod carts;

/// From a product to an order.
mod buying;

/// Prices for one customer group.
mod groups;
/// Days until something leaves.
mod lead_times;
/// What a shopper keeps besides a cart: lists, and what was looked at.
mod lists;
/// What stands beside a product.
mod related;
/// Other words for the same.
mod synonyms;

/// Carts that the merchant's own API prices.
mod pricing;

/// Payment on a provider's page: paid once is ordered once, and what was not paid is not ordered.
mod payments;

/// Suggestions and parts of pages, alone and several of one generation.
mod fragments;

/// Pins with an end.
mod flips;

/// Sources that are asked for what changed.
mod changes;

/// Feeds of changes end in the shop that full feeds give.
mod deltas;

/// What a feed does not mention any more, or breaks, stays as long as its source wants.
mod kept;

/// Seven days of a back end give the same shop as full feeds and as changes.
mod days;

/// Back ends that are known already become shops by their name.
mod presets;

/// Whose a field is that several sources state.
mod ownership;

/// Credentials go where they belong, and nowhere else.
mod credentials;

/// From an unknown address to a shop.
mod probe;

/// Every format, packed and plain, becomes a shop without an edited line.
mod probe_formats;

/// Real exports become shops with a handful of edited lines.
mod probe_real;

/// `check` can never disagree with `once`.
mod foretold;

/// A recorded run gives the same feed again.
mod replay;

/// The demo's children end with it.
mod guard;

/// Promise 13, on the way to the merchant: an accepted order is delivered, once per key.
mod orders;

/// Variants in documents of their own.
mod variants;

/// Other systems are told what happens, once and again.
mod webhooks;

/// Withdrawing from a contract, from the form to the merchant.
mod withdrawals;

/// Promotions, delivery methods and taxes, from a feed to what a cart costs.
mod terms;

/// What tools of others say about it: h2load, wrk, sslyze.
mod clients;
/// Where the shop meets the internet.
mod edge;

/// What operators and monitors see.
mod observed;

/// Search engines are told what changed.
mod indexnow;

/// What crawlers find: each page once, and no trap.
mod crawl;
