//! Clients behind proxies, and floods that HTTP/2 allows, over real sockets.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::proxy::tests::header_2;
use super::tests::{PATIENCE, PREFACE, Running, assert_statuses, limits, start, start_with};
use crate::config::Limits;

/// A frame of HTTP/2: length, type, flags, stream, payload.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap();
    let bytes =
        |number: u32| [24, 16, 8, 0].map(|shift| u8::try_from(number >> shift & 0xff).unwrap());
    let mut frame = bytes(length)[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(bytes(stream));
    frame.extend(payload);
    frame
}

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ENHANCE_YOUR_CALM: u32 = 11;

/// GET, http, /, :authority shop.example.
fn request_headers() -> Vec<u8> {
    let mut headers = vec![0x82, 0x86, 0x84, 0x41, 12];
    headers.extend_from_slice(b"shop.example");
    headers
}

/// No deadline ends what a flood should.
fn unhurried() -> Limits {
    Limits {
        first_byte: PATIENCE,
        header: PATIENCE,
        body: PATIENCE,
        write: PATIENCE,
        ..limits()
    }
}

/// What the server sends until it closes; a reset is as good an end as any.
async fn read_frames(socket: &mut TcpStream) -> Vec<(u8, Vec<u8>)> {
    let mut got = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut got))
        .await
        .expect("the server never closed");
    let mut frames = Vec::new();
    let mut rest = &got[..];
    while let Some((head, after)) = rest.split_first_chunk::<9>() {
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let Some((payload, after)) = after.split_at_checked(length) else {
            break;
        };
        frames.push((head[3], payload.to_vec()));
        rest = after;
    }
    frames
}

/// The error that a server says good-bye with.
fn good_bye(frames: &[(u8, Vec<u8>)]) -> Option<u32> {
    let last = frames.iter().rev().find(|(kind, _)| *kind == GOAWAY)?;
    let code = last.1.get(4..8)?;
    Some(code.iter().fold(0, |all, &byte| all << 8 | u32::from(byte)))
}

async fn others_are_served(running: &Running) {
    let got = running.talk(b"GET /still HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_statuses(&got.await, &[200]);
}

#[tokio::test]
async fn streams_that_are_opened_and_reset_end_their_connection() {
    const STREAMS: u32 = 5_000;
    let running = start(unhurried()).await;
    let mut socket = TcpStream::connect(running.address).await.unwrap();
    let mut flood = PREFACE.to_vec();
    flood.extend(frame(SETTINGS, 0, 0, &[]));
    for number in 0..STREAMS {
        let stream = 2 * number + 1;
        flood.extend(frame(
            HEADERS,
            END_STREAM | END_HEADERS,
            stream,
            &request_headers(),
        ));
        flood.extend(frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]));
    }
    // The server may close before it has read all of it.
    let _ = socket.write_all(&flood).await;
    let frames = read_frames(&mut socket).await;
    assert_eq!(
        good_bye(&frames),
        Some(ENHANCE_YOUR_CALM),
        "{} frames",
        frames.len()
    );
    let answered = running.metrics.requests_total();
    assert!(
        answered < u64::from(STREAMS) / 2,
        "{answered} of {STREAMS} were answered"
    );
    others_are_served(&running).await;
    running.until_nobody_is_connected().await;
}

#[tokio::test]
async fn headers_without_an_end_end_their_connection() {
    let running = start(unhurried()).await;
    let mut socket = TcpStream::connect(running.address).await.unwrap();
    let mut flood = PREFACE.to_vec();
    flood.extend(frame(SETTINGS, 0, 0, &[]));
    flood.extend(frame(HEADERS, END_STREAM, 1, &request_headers()));
    for _ in 0..10_000 {
        flood.extend(frame(CONTINUATION, 0, 1, &[0x40, 1, b'x', 1, b'y']));
    }
    let _ = socket.write_all(&flood).await;
    let frames = read_frames(&mut socket).await;
    assert!(good_bye(&frames).is_none_or(|code| code != 0), "{frames:?}");
    assert_eq!(running.metrics.requests_total(), 0);
    others_are_served(&running).await;
    running.until_nobody_is_connected().await;
}

#[tokio::test]
async fn a_trusted_proxy_says_whom_it_speaks_for_and_must() {
    let running = start_with(limits(), vec!["127.0.0.1".parse().unwrap()]).await;
    let request = "GET /peer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    for header in [
        "PROXY TCP4 192.0.2.9 198.51.100.1 4000 443\r\n",
        "PROXY TCP6 2001:db8::9 2001:db8::1 4000 443\r\n",
    ] {
        let client = header.split(' ').nth(2).unwrap();
        let got = running.talk(format!("{header}{request}").as_bytes()).await;
        assert!(got.contains(&format!("you are {client}")), "{got}");
    }
    let version_2 = header_2(
        "192.0.2.10:1".parse().unwrap(),
        "192.0.2.11:443".parse().unwrap(),
    );
    let got = running
        .talk(&[&version_2[..], request.as_bytes()].concat())
        .await;
    assert!(got.contains("you are 192.0.2.10"), "{got}");
    let forged = request.replace("\r\n\r\n", "\r\nX-Forwarded-For: 192.0.2.12\r\n\r\n");
    let local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    for header in [&b"PROXY UNKNOWN\r\n"[..], local] {
        let got = running.talk(&[header, forged.as_bytes()].concat()).await;
        assert!(got.contains("you are 127.0.0.1, for None"), "{got}");
    }
    assert_eq!(
        running.talk(request.as_bytes()).await,
        "",
        "without a header nothing is answered"
    );

    let strangers = start(limits()).await;
    let got = strangers.talk(request.as_bytes()).await;
    assert!(got.contains("you are 127.0.0.1"), "{got}");
    let lie = format!("PROXY TCP4 192.0.2.9 198.51.100.1 4000 443\r\n{request}");
    assert_statuses(&strangers.talk(lie.as_bytes()).await, &[400]);
}

#[tokio::test]
async fn a_kept_connection_is_told_that_its_last_answer_is_the_last() {
    let running = start(super::tests::patient()).await;
    let mut socket = TcpStream::connect(running.address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.write_all(request).await.unwrap();
    let mut some = [0; 12];
    socket.read_exact(&mut some).await.unwrap();
    running.stop.send(()).unwrap();
    while TcpStream::connect(running.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    // A request that was on its way when the server was told to stop.
    socket.write_all(request).await.unwrap();
    let mut rest = String::new();
    tokio::time::timeout(PATIENCE, socket.read_to_string(&mut rest))
        .await
        .expect("the server closes")
        .expect("text");
    assert_eq!(rest.matches("you asked /").count(), 2, "{rest}");
    assert!(rest.contains("connection: close"), "{rest}");
}
