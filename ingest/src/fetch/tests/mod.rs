//! Fetching from a back end that misbehaves in every way we know.
//!
//! Real HTTP over loopback, on a port the system chooses.

mod back_end;
mod bodies;
mod expand;
mod folders;
mod logins;
mod paging;
mod traffic;
mod walks;
