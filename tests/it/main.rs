//! The index of the end-to-end tests. Each file says which promise it keeps watch over.

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

/// Files of released format versions still open.
mod format_compatibility;

/// A change at the back end becomes a generation, or waits, or is refused; operators decide.
mod cycle;

/// Promise 6: kill -9 at any instant loses nothing.
mod crash;

/// Promises 2 and 5: swaps are whole, and damage in the store harms nobody.
mod swap;

/// Promise 1, the whole table.
mod hostile;

/// Every page can be reached, is sound, and says what the feed says.
mod pages;

/// The server's HTTP as clients and caches see it.
mod http;
