//! Where answers are made of a shop that takes more than its share while others are asked: on threads of their own, that
//! give way to all others of the process.
//!
//! On the threads that read and write for everybody, a shopper of one shop would wait behind pages of another although a
//! core is free: whoever wakes up for one request makes its answer before it looks for others.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use frontage_shared::daemon::priority::thread_gives_way;
use hyper::{HeaderMap, Method};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::handle::Shop;
use crate::listen::{Answer as _, Request};
use crate::respond::Response;

/// How far its threads step back behind the others: beside one that wants a core for itself they get a tenth of it.
const NICENESS: i32 = 10;

/// The threads.
pub struct BackRoom {
    /// There until it is dropped.
    runtime: Option<Runtime>,
}

/// A request that outlives the connection it came on.
struct Note {
    method: Method,
    host: Option<String>,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
    peer: IpAddr,
    now: SystemTime,
}

impl BackRoom {
    /// As many threads as there are cores, which do nothing yet.
    ///
    /// # Errors
    /// The system starts no more threads.
    pub fn open() -> anyhow::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .thread_name("frontage-back")
            .on_thread_start(|| thread_gives_way(NICENESS))
            .enable_all()
            .build()
            .context("cannot start the threads for shops beyond their share")?;
        Ok(Self {
            runtime: Some(runtime),
        })
    }

    /// Answers a request there; `made` hears what the answer took of a processor, before it waits for anything else. There is
    /// none if the process ends meanwhile.
    pub async fn answer(
        &self,
        shop: &Arc<Shop>,
        request: &Request<'_>,
        made: impl FnOnce(Duration),
    ) -> Option<Response> {
        let (shop, note) = (Arc::clone(shop), Note::of(request));
        let (tell, told) = oneshot::channel();
        let answering = async move {
            let request = note.request();
            let (reply, taken) = timed(|| shop.answer(&request));
            // Who asked may be gone.
            let _ = tell.send(taken);
            reply.response().await
        };
        let answer = self.runtime.as_ref()?.spawn(answering);
        made(told.await.ok()?);
        answer.await.ok()
    }
}

impl Drop for BackRoom {
    fn drop(&mut self) {
        // Nobody may wait on a thread that serves others.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Note {
    fn of(request: &Request<'_>) -> Self {
        Self {
            method: request.method.clone(),
            host: request.host.map(str::to_owned),
            target: request.target.to_owned(),
            headers: request.headers.clone(),
            body: request.body.to_vec(),
            peer: request.peer,
            now: request.now,
        }
    }

    fn request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            host: self.host.as_deref(),
            target: &self.target,
            headers: &self.headers,
            body: &self.body,
            peer: self.peer,
            now: self.now,
        }
    }
}

/// Does something, and says what it took of a processor: waiting for one is nobody's doing.
pub fn timed<T>(make: impl FnOnce() -> T) -> (T, Duration) {
    let before = clock_gettime(ClockId::ThreadCPUTime);
    let made = make();
    let taken = clock_gettime(ClockId::ThreadCPUTime) - before;
    (made, taken.try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use rustix::process::getpriority_process;

    use super::*;

    #[test]
    fn its_threads_give_way_to_others_and_nobody_else_does() {
        let before = getpriority_process(None).unwrap();
        let room = BackRoom::open().unwrap();
        let runtime = room.runtime.as_ref().unwrap();
        let there = runtime.block_on(async {
            tokio::spawn(async { getpriority_process(None).unwrap() })
                .await
                .unwrap()
        });
        assert_eq!(there, (before + NICENESS).min(19));
        assert_eq!(getpriority_process(None).unwrap(), before);
    }

    #[tokio::test]
    async fn it_may_be_left_by_those_who_serve() {
        drop(BackRoom::open().unwrap());
    }

    #[test]
    fn what_sleeps_takes_nothing_of_a_processor() {
        let ((), asleep) = timed(|| std::thread::sleep(Duration::from_millis(50)));
        let ((), awake) = timed(|| {
            let began = Instant::now();
            while began.elapsed() < Duration::from_millis(50) {}
        });
        assert!(asleep < awake, "{asleep:?}, {awake:?}");
    }
}
