//! The index of the end-to-end tests. Each file says which promise it keeps watch over.

/// Sizes, headers, import direction, one unsafe: the house rules that a machine can check.
mod tidy;


/// The shipped configuration files are complete and are accepted by the programs that they configure.
mod config;
