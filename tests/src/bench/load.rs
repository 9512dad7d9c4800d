//! A client that keeps many connections busy.
//!
//! It shares two cores with the server that it asks, so it does as little as it can: it writes requests, reads heads
//! for status and length, and counts.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use futures_util::future::try_join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::figures::float;
use super::targets::Targets;

/// What a browser sends.
pub const BROWSER_CODINGS: &str = "gzip, br, zstd";

/// Threads of the client when it asks as fast as it can.
const THREADS: usize = 2;
/// Connections of each thread.
const CONNECTIONS: usize = 8;
/// No head of ours is as long.
const MAX_HEAD: usize = 64 << 10;
/// Nothing takes this long; a request that does is a failure of the measurement.
const PATIENCE: Duration = Duration::from_secs(30);

/// How requests follow one another.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// Each connection asks again as soon as it has its answer.
    Flat,
    /// So many requests a second, whether or not earlier ones have been answered.
    PerSecond(f64),
}

/// Whom to ask, and how.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The server.
    pub address: SocketAddr,
    /// The addresses to choose from.
    pub targets: &'a Targets,
    /// `Accept-Encoding`, if any is sent.
    pub codings: Option<&'a str>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Requests answered with 200.
    pub answered: u64,
    /// Other answers.
    pub failed: u64,
    /// Bytes of all bodies.
    pub body_bytes: u64,
    /// How long it took.
    pub seconds: f64,
    /// How long each answer took, in nanoseconds: from when it was due, if the connection was late.
    pub latencies: Vec<u64>,
    /// When each answer was there, in the same order.
    pub moments: Vec<Instant>,
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its head.
    pub head: String,
    /// Its body as it was sent.
    pub body: Vec<u8>,
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    received: Vec<u8>,
}

impl Outcome {
    /// Requests answered in a second.
    pub fn rate(&self) -> f64 {
        float(self.answered) / self.seconds
    }

    /// Takes another outcome in.
    pub fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.failed += other.failed;
        self.body_bytes += other.body_bytes;
        self.seconds = self.seconds.max(other.seconds);
        self.latencies.extend(other.latencies);
        self.moments.extend(other.moments);
    }
}

/// Asks for a while.
pub fn run(asking: Asking<'_>, pace: Pace, time: Duration) -> anyhow::Result<Outcome> {
    let threads = match pace {
        Pace::Flat => THREADS,
        // One thread wakes up in time for all connections, and leaves the server its cores.
        Pace::PerSecond(_) => 1,
    };
    let mut outcome = Outcome::default();
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let running: Vec<_> = (0..threads)
            .map(|_| scope.spawn(move || one_thread(asking, pace, time)))
            .collect();
        for thread in running {
            let result = thread
                .join()
                .map_err(|_| anyhow::anyhow!("a thread of the client failed by a bug"))?;
            outcome.add(result?);
        }
        Ok(())
    })?;
    ensure!(outcome.answered > 0, "{} answered nothing", asking.address);
    Ok(outcome)
}

/// Asks for one thing.
pub fn get(address: SocketAddr, path: &str, codings: Option<&str>) -> anyhow::Result<Answer> {
    Fetcher::open(address)?.get(path, codings)
}

/// Asks for one thing after the other, over one connection.
pub struct Fetcher {
    address: SocketAddr,
    runtime: tokio::runtime::Runtime,
    connection: Connection,
}

impl Fetcher {
    /// Connects.
    pub fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let runtime = runtime()?;
        let connection = runtime.block_on(Connection::open(address))?;
        Ok(Self {
            address,
            runtime,
            connection,
        })
    }

    /// Asks for one thing.
    pub fn get(&mut self, path: &str, codings: Option<&str>) -> anyhow::Result<Answer> {
        let connection = &mut self.connection;
        let (status, head, _) =
            self.runtime
                .block_on(connection.ask(self.address, path, codings))?;
        let body = connection.received.split_off(head);
        let head = String::from_utf8(std::mem::take(&mut connection.received));
        let head = head.context("a head that is no text")?;
        Ok(Answer { status, head, body })
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

fn one_thread(asking: Asking<'_>, pace: Pace, time: Duration) -> anyhow::Result<Outcome> {
    runtime()?.block_on(async {
        let opened =
            try_join_all((0..CONNECTIONS).map(|_| Connection::open(asking.address))).await?;
        let (started, turn) = (Instant::now(), AtomicUsize::new(0));
        let end = started + time;
        let busy = opened.into_iter().map(|connection| {
            let due = || match pace {
                Pace::Flat => None,
                Pace::PerSecond(rate) => {
                    let turn = turn.fetch_add(1, Ordering::Relaxed);
                    Some(started + Duration::from_secs_f64(float(turn as u64) / rate))
                }
            };
            connection.keep_asking(asking, due, end)
        });
        let all = tokio::time::timeout(time + PATIENCE, try_join_all(busy)).await;
        let mut outcome = Outcome::default();
        for one in all.with_context(|| format!("{} stopped answering", asking.address))?? {
            outcome.add(one);
        }
        outcome.seconds = started.elapsed().as_secs_f64();
        Ok(outcome)
    })
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            request: Vec::new(),
            received: Vec::with_capacity(128 << 10),
        })
    }

    async fn keep_asking(
        mut self,
        asking: Asking<'_>,
        due: impl Fn() -> Option<Instant>,
        end: Instant,
    ) -> anyhow::Result<Outcome> {
        let mut outcome = Outcome::default();
        loop {
            let mut from = Instant::now();
            // Whoever is early waits and counts from when it wakes up; whoever is late counts from when it was due.
            match due() {
                Some(due) if due > from => {
                    if due >= end {
                        return Ok(outcome);
                    }
                    tokio::time::sleep_until(due.into()).await;
                    from = Instant::now();
                }
                Some(due) => from = due,
                None => {}
            }
            if Instant::now() >= end {
                return Ok(outcome);
            }
            let (status, head, length) = self
                .ask(asking.address, asking.targets.next(), asking.codings)
                .await?;
            let now = Instant::now();
            let elapsed = now.saturating_duration_since(from).as_nanos();
            let elapsed = u64::try_from(elapsed).unwrap_or(u64::MAX);
            outcome.moments.push(now);
            outcome.latencies.push(elapsed);
            outcome.body_bytes += (length - head) as u64;
            if status == 200 {
                outcome.answered += 1;
            } else {
                outcome.failed += 1;
            }
        }
    }

    /// Status, length of the head, and length of everything.
    async fn ask(
        &mut self,
        address: SocketAddr,
        path: &str,
        codings: Option<&str>,
    ) -> anyhow::Result<(u16, usize, usize)> {
        self.request.clear();
        let mut push = |text: &str| self.request.extend_from_slice(text.as_bytes());
        push("GET ");
        push(path);
        push(" HTTP/1.1\r\nhost: ");
        push(&address.to_string());
        if let Some(codings) = codings {
            push("\r\naccept-encoding: ");
            push(codings);
        }
        push("\r\n\r\n");
        self.stream.write_all(&self.request).await?;
        self.received.clear();
        let head = loop {
            self.receive(path).await?;
            if let Some(at) = self
                .received
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                break at + 4;
            }
            ensure!(
                self.received.len() < MAX_HEAD,
                "{path}: a head without an end"
            );
        };
        let (status, length) =
            read_head(&self.received[..head]).with_context(|| format!("{path}: not our head"))?;
        while self.received.len() < head + length {
            self.receive(path).await?;
        }
        Ok((status, head, head + length))
    }

    async fn receive(&mut self, path: &str) -> anyhow::Result<()> {
        self.received.reserve(32 << 10);
        if self.stream.read_buf(&mut self.received).await? == 0 {
            bail!("{path}: the server closed the connection");
        }
        Ok(())
    }
}

/// Status and length of the body; every answer of ours states its length.
fn read_head(head: &[u8]) -> Option<(u16, usize)> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    Some((status, length?.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use crate::backend::{Backend, Config, Response};

    use super::*;

    fn backend() -> Backend {
        let backend = Backend::start(Config::generated(5)).unwrap();
        backend.respond_with("/fixed", Response::ok("text/plain", "x".repeat(70_000)));
        backend
    }

    #[test]
    fn every_answer_is_read_to_its_end() {
        let backend = backend();
        let targets = Targets::each(vec!["/fixed".to_owned()]);
        let asking = Asking {
            address: backend.address(),
            targets: &targets,
            codings: None,
        };
        for pace in [Pace::Flat, Pace::PerSecond(200.0)] {
            let outcome = run(asking, pace, Duration::from_millis(200)).unwrap();
            assert_eq!(outcome.failed, 0);
            assert_eq!(outcome.body_bytes, outcome.answered * 70_000);
            assert_eq!(outcome.latencies.len() as u64, outcome.answered);
        }
        let answer = get(backend.address(), "/fixed", None).unwrap();
        assert_eq!((answer.status, answer.body.len()), (200, 70_000));
        assert!(answer.head.starts_with("HTTP/1.1 200"));
    }

    #[test]
    fn other_answers_than_200_are_failures() {
        let backend = backend();
        assert_eq!(
            get(backend.address(), "/nothing", None).unwrap().status,
            404
        );
        let targets = Targets::each(vec!["/fixed".to_owned(), "/nothing".to_owned()]);
        let asking = Asking {
            address: backend.address(),
            targets: &targets,
            codings: None,
        };
        let outcome = run(asking, Pace::Flat, Duration::from_millis(100)).unwrap();
        assert!(outcome.failed > 0 && outcome.answered > 0);
    }
}
