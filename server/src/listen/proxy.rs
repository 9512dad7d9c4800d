//! The PROXY protocol: who a connection is from, told by a proxy before anything else on it.
//!
//! Versions 1 and 2 as haproxy's specification has them. It is read to the byte, so that what follows, TLS or HTTP,
//! begins where it should; and only from proxies that are trusted, who must send it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio::io::{AsyncRead, AsyncReadExt as _};

const V2_SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// A line of version 1 is no longer, its end included.
const V1_BYTES: usize = 107;
/// Addresses and whatever a proxy adds to them in version 2.
const V2_BYTES: usize = 2048;

/// Reads the header; gives the client's address, or none if the proxy speaks for itself or does not know.
///
/// # Errors
/// There is no such header.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<IpAddr>> {
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    if &start == V2_SIGNATURE {
        return version_2(stream).await;
    }
    if !start.starts_with(b"PROXY ") {
        return Err(malformed("a trusted proxy sent no PROXY header"));
    }
    let mut line = start.to_vec();
    while !line.ends_with(b"\r\n") {
        if line.len() == V1_BYTES {
            return Err(malformed("a PROXY line without an end"));
        }
        line.push(stream.read_u8().await?);
    }
    version_1(&line)
}

fn version_1(line: &[u8]) -> io::Result<Option<IpAddr>> {
    let line = std::str::from_utf8(line).map_err(|_| malformed("a PROXY line that is no text"))?;
    let mut words = line.trim_end_matches("\r\n").split(' ').skip(1);
    let mut next = || words.next().unwrap_or_default();
    let family = next();
    if family == "UNKNOWN" {
        return Ok(None);
    }
    let [source, destination, from, to] = [next(), next(), next(), next()];
    let fits = |address: &IpAddr| match family {
        "TCP4" => address.is_ipv4(),
        "TCP6" => address.is_ipv6(),
        _ => false,
    };
    let address = |text: &str| text.parse().ok().filter(fits);
    let is_port = |text: &str| text.parse::<u16>().is_ok();
    match (address(source), address(destination)) {
        (Some(source), Some(_)) if is_port(from) && is_port(to) => Ok(Some(source)),
        _ => Err(malformed("a PROXY line with addresses that are none")),
    }
}

async fn version_2(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<IpAddr>> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let [command, family, high, low] = head;
    let length = usize::from(high) << 8 | usize::from(low);
    if length > V2_BYTES {
        return Err(malformed("a PROXY header that is too long"));
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    match (command, family >> 4) {
        // The proxy's own connection, as when it looks whether we are there.
        (0x20, _) | (0x21, 0 | 3) => Ok(None),
        (0x21, 1) => octets::<4>(&rest, 12).map(|ip| Some(Ipv4Addr::from(ip).into())),
        (0x21, 2) => octets::<16>(&rest, 36).map(|ip| Some(Ipv6Addr::from(ip).into())),
        _ => Err(malformed("a PROXY header of an unknown kind")),
    }
}

/// The source address at the beginning of both addresses and ports.
fn octets<const BYTES: usize>(rest: &[u8], all: usize) -> io::Result<[u8; BYTES]> {
    let source = rest.first_chunk().filter(|_| rest.len() >= all);
    source
        .copied()
        .ok_or_else(|| malformed("a PROXY header without its addresses"))
}

fn malformed(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
pub(super) mod tests {
    use std::net::SocketAddr;

    use super::*;

    /// The header that a proxy sends before what `from` sends to `to`.
    pub(in crate::listen) fn header_2(from: SocketAddr, to: SocketAddr) -> Vec<u8> {
        let mut header = V2_SIGNATURE.to_vec();
        let (family, addresses) = match (from.ip(), to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => (0x11, [from.octets(), to.octets()].concat()),
            (from, to) => {
                let octets = |ip: IpAddr| match ip {
                    IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
                    IpAddr::V6(ip) => ip.octets(),
                };
                (0x21, [octets(from), octets(to)].concat())
            }
        };
        let length = u8::try_from(addresses.len() + 4).unwrap();
        header.extend([0x21, family, 0, length]);
        header.extend(addresses);
        for port in [from.port(), to.port()] {
            header.extend([
                u8::try_from(port >> 8).unwrap(),
                u8::try_from(port & 0xff).unwrap(),
            ]);
        }
        header
    }

    /// What is read, and what is left to read after it.
    async fn check(header: &[u8]) -> Result<(Option<String>, String), String> {
        let bytes = [header, b"GET /"].concat();
        let mut stream = &bytes[..];
        let client = read(&mut stream).await.map_err(|error| error.to_string())?;
        let rest = String::from_utf8_lossy(stream).into_owned();
        Ok((client.map(|client| client.to_string()), rest))
    }

    fn found(client: Option<&str>) -> Result<(Option<String>, String), String> {
        Ok((client.map(str::to_owned), "GET /".to_owned()))
    }

    #[tokio::test]
    async fn both_versions_tell_the_client_and_nothing_of_what_follows_is_lost() {
        for (line, client) in [
            (
                "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n",
                Some("192.0.2.1"),
            ),
            (
                "PROXY TCP6 2001:db8::1 2001:db8::2 1 443\r\n",
                Some("2001:db8::1"),
            ),
            ("PROXY UNKNOWN\r\n", None),
            ("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", None),
        ] {
            assert_eq!(check(line.as_bytes()).await, found(client), "{line}");
        }
        for (from, to) in [
            ("192.0.2.7:50000", "198.51.100.1:443"),
            ("[2001:db8::7]:1", "[2001:db8::8]:443"),
        ] {
            let from: SocketAddr = from.parse().unwrap();
            let header = header_2(from, to.parse().unwrap());
            assert_eq!(check(&header).await, found(Some(&from.ip().to_string())));
        }
        let local = [&V2_SIGNATURE[..], &[0x20, 0, 0, 2, 9, 9]].concat();
        assert_eq!(check(&local).await, found(None));
    }

    #[tokio::test]
    async fn anything_else_is_refused() {
        for line in [
            "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            "PROXY TCP4 2001:db8::1 192.0.2.1 1 2\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.1 99999 443\r\n",
            "PROXY TCP5 192.0.2.1 198.51.100.1 1 443\r\n",
            "PROXY TCP4 192.0.2.1\r\n",
        ] {
            assert!(check(line.as_bytes()).await.is_err(), "{line}");
        }
        let endless = format!("PROXY TCP4 {}", "1".repeat(500));
        assert!(check(endless.as_bytes()).await.is_err());
        let short = [&V2_SIGNATURE[..], &[0x21, 0x11, 0, 4, 1, 2, 3, 4]].concat();
        assert!(check(&short).await.is_err());
        let long = [&V2_SIGNATURE[..], &[0x21, 0x11, 0xff, 0xff]].concat();
        assert!(check(&long).await.is_err());
    }
}
