//! What one shop may take of a process that serves several: so many requests answered at once, so many that wait, and so
//! much of the processors while others are asked as well.
//!
//! Whoever waits costs a place in a queue and no thread, so a shop that is hammered is slow to its own shoppers only.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::table::Keys;

/// The table `[budget]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Requests answered at once.
    pub requests_at_once: usize,
    /// Requests that may wait for their turn; others are asked to come back.
    pub requests_waiting: usize,
    /// How much of one core answers may take, in percent, while other shops are asked as well.
    pub percent_of_a_core: u32,
}

/// What a request costs besides its answer: reading it, writing it out, waking up for it. An estimate, from the scheduler's
/// trace of one run with two shops, in which all daemons together took some 240 µs for each request.
const OVERHEAD: Duration = Duration::from_micros(100);
/// What a shop may take at once before it has to wait for its share.
const AHEAD: Duration = Duration::from_millis(20);
/// A shop that took so much more than its share is answered where nobody waits for it; pages that are asked for at once now
/// and then take less.
const HURRIED: Duration = Duration::from_millis(5);
/// What was taken while nobody else wanted it is forgotten beyond this.
const MOST_OWED: Duration = Duration::from_millis(100);
/// How long whoever finds no place in the queue waits for being told so: at once would mean to ask again at once.
const SENT_AWAY_AFTER: Duration = Duration::from_secs(1);

impl Settings {
    /// Reads the table `[budget]`.
    pub(crate) fn read(mut keys: Keys<'_>) -> Self {
        let settings = Self {
            requests_at_once: keys.size("requests_at_once", 1, 1..=100_000),
            requests_waiting: keys.size("requests_waiting", 256, 0..=1_000_000),
            percent_of_a_core: u32::try_from(keys.number("percent_of_a_core", 25, 1..=100_000))
                .unwrap_or(u32::MAX),
        };
        keys.refuse_the_rest();
        settings
    }
}

/// A shop's budget, in use.
pub struct Budget {
    settings: Settings,
    turns: Semaphore,
    waiting: AtomicUsize,
    sent_away: AtomicUsize,
    account: Mutex<Account>,
}

/// What a shop took of the processors.
#[derive(Default)]
struct Account {
    /// When what was taken so far will have been the shop's share.
    even_at: Option<Instant>,
}

impl Account {
    /// Notes what an answer took that ended now; `share` is how much of one core the shop may take.
    fn charge(&mut self, taken: Duration, share: f64, now: Instant) {
        let begins = self.even_at.filter(|at| *at > now).unwrap_or(now);
        let even_at = begins + (taken + OVERHEAD).div_f64(share);
        self.even_at = Some(even_at.min(now + MOST_OWED));
    }

    /// Whether the shop took clearly more than its share.
    fn is_ahead(&self, now: Instant) -> bool {
        self.even_at.is_some_and(|at| at > now + HURRIED)
    }

    /// Until when the next answer has to wait, if the shop is too far ahead of its share.
    fn waits_until(&self, now: Instant) -> Option<Instant> {
        self.even_at?.checked_sub(AHEAD).filter(|at| *at > now)
    }
}

/// The right to answer one request.
pub struct Turn<'a> {
    budget: &'a Budget,
    _permit: SemaphorePermit<'a>,
}

impl Budget {
    /// Nothing of it is in use yet.
    pub fn new(settings: Settings) -> Self {
        let turns = settings.requests_at_once.min(Semaphore::MAX_PERMITS);
        Self {
            settings,
            turns: Semaphore::new(turns),
            waiting: AtomicUsize::new(0),
            sent_away: AtomicUsize::new(0),
            account: Mutex::default(),
        }
    }

    /// Waits for a turn, in the order of asking; `None` if too many wait already. Whether others are asked as well is found
    /// out when it comes.
    pub async fn turn(&self, others_are_asked: impl Fn() -> bool) -> Option<Turn<'_>> {
        let permit = match self.turns.try_acquire() {
            Ok(permit) => permit,
            Err(_) => {
                let Some(_place) = self.place(&self.waiting) else {
                    return self.send_away().await;
                };
                self.turns.acquire().await.ok()?
            }
        };
        let until = self.account().waits_until(Instant::now());
        if let Some(until) = until
            && others_are_asked()
        {
            tokio::time::sleep_until(until).await;
        }
        Some(Turn {
            budget: self,
            _permit: permit,
        })
    }

    /// Gives no turn, a little later: not to everybody, since those who wait for it cost something, too.
    async fn send_away(&self) -> Option<Turn<'_>> {
        if let Some(_place) = self.place(&self.sent_away) {
            tokio::time::sleep(SENT_AWAY_AFTER).await;
        }
        None
    }

    fn place<'a>(&self, queue: &'a AtomicUsize) -> Option<Place<'a>> {
        Place::take(queue, self.settings.requests_waiting)
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Whether the shop took clearly more than its share.
    pub fn is_ahead(&self) -> bool {
        self.budget.account().is_ahead(Instant::now())
    }

    /// Ends it: the answer took so much of a processor that others wanted, too.
    pub fn end(self, taken: Duration) {
        let share = f64::from(self.budget.settings.percent_of_a_core) / 100.0;
        self.budget.account().charge(taken, share, Instant::now());
    }
}

/// A place in a queue, given back however the waiting ends.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(queue: &'a AtomicUsize, most: usize) -> Option<Self> {
        let before = queue.fetch_add(1, Ordering::Relaxed);
        let place = Self(queue);
        (before < most).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::*;

    #[tokio::test]
    async fn turns_are_taken_in_order_and_the_queue_has_an_end() {
        let budget = Budget::new(Settings {
            requests_at_once: 1,
            requests_waiting: 1,
            percent_of_a_core: 50,
        });
        let alone = || false;
        let turn = budget.turn(alone).await.unwrap();
        let waiting = budget.turn(alone);
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        let second = budget.turn(alone);
        tokio::pin!(second);
        assert!(
            futures_util::poll!(&mut second).is_pending(),
            "it is sent away later"
        );
        let third = budget.turn(alone);
        tokio::pin!(third);
        assert!(
            matches!(futures_util::poll!(&mut third), Poll::Ready(None)),
            "nobody else waits for that"
        );
        assert!(second.await.is_none());
        drop(turn);
        drop(waiting.await.unwrap());
        drop(budget.turn(alone).await.unwrap());
        let queues = [&budget.waiting, &budget.sent_away];
        assert_eq!(queues.map(|queue| queue.load(Ordering::Relaxed)), [0, 0]);
    }

    /// How long so many answers of a millisecond each take, one after the other.
    fn time(
        account: &mut Account,
        answers: u32,
        others_are_asked: bool,
        from: Instant,
    ) -> Duration {
        let mut now = from;
        for _ in 0..answers {
            let until = account.waits_until(now).filter(|_| others_are_asked);
            now = until.unwrap_or(now) + Duration::from_millis(1);
            account.charge(Duration::from_millis(1), 0.25, now);
        }
        now - from
    }

    #[test]
    fn a_shop_takes_its_share_while_others_are_asked_and_all_it_wants_otherwise() {
        let (mut account, start) = (Account::default(), Instant::now());
        let alone = time(&mut account, 1_000, false, start);
        assert_eq!(alone, Duration::from_secs(1));
        // What it took alone is hardly held against it.
        let beside = time(&mut account, 1_000, true, start + alone);
        let share = (Duration::from_millis(1) + OVERHEAD) * 4 * 1_000;
        let (least, most) = (share - AHEAD * 2, share + MOST_OWED);
        assert!(least < beside && beside < most, "{beside:?}");
        let later = start + alone + beside + Duration::from_secs(1);
        let at_once = time(&mut account, 4, true, later);
        assert_eq!(at_once, Duration::from_millis(4));
    }

    #[test]
    fn a_shop_within_its_share_is_not_ahead_and_a_hurried_one_is() {
        let (mut account, start) = (Account::default(), Instant::now());
        for second in 0..100 {
            let now = start + Duration::from_millis(5) * second;
            account.charge(Duration::from_millis(1), 0.5, now);
            assert!(
                !account.is_ahead(now),
                "200 ms of each second are its share"
            );
        }
        let now = start + Duration::from_secs(1);
        time(&mut account, 20, false, now);
        assert!(account.is_ahead(now + Duration::from_millis(20)));
        assert!(!account.is_ahead(now + Duration::from_secs(1)));
    }
}
