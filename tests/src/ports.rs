//! Ports for processes that are started, killed and started again at the same address.
//!
//! A port of the system's choice may be given away while its process is down: to another test, or to any connection
//! that goes out. These lie below the range that the system chooses from, and this process hands each out once.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

const FIRST: u32 = 12_000;
/// Below 32,768, where Linux begins to choose by itself.
const COUNT: u32 = 20_000;

/// How many were looked at by this process.
static LOOKED_AT: AtomicU32 = AtomicU32::new(0);

/// Loopback addresses that nobody listens on.
///
/// # Panics
/// Every port is taken.
pub fn free<const N: usize>() -> [SocketAddr; N] {
    std::array::from_fn(|_| free_one())
}

fn free_one() -> SocketAddr {
    // Processes side by side begin at places of their own.
    let start = std::process::id().wrapping_mul(997);
    (0..COUNT)
        .find_map(|_| {
            let step = LOOKED_AT.fetch_add(1, Ordering::Relaxed);
            let port = FIRST + start.wrapping_add(step) % COUNT;
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, u16::try_from(port).ok()?));
            TcpListener::bind(address).ok().map(|_| address)
        })
        .expect("one of many ports is free")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_handed_out_twice_and_what_is_taken_is_passed_over() {
        let held: Vec<_> = free::<50>()
            .into_iter()
            .map(|address| TcpListener::bind(address).expect("a free port"))
            .collect();
        let more = free::<50>();
        for (index, address) in more.iter().enumerate() {
            assert!(!more[..index].contains(address), "{address} twice");
            assert!(
                held.iter()
                    .all(|listener| listener.local_addr().ok() != Some(*address)),
                "{address} is taken"
            );
            TcpListener::bind(address).expect("a free port");
        }
    }
}
