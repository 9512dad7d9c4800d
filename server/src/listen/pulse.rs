//! Whether a loop that takes connections still turns.

use std::pin::pin;

use tokio::sync::Notify;

/// Asked from outside, answered by the loop, whatever the loop waits for.
#[derive(Default)]
pub struct Pulse {
    asked: Notify,
    answered: Notify,
}

impl Pulse {
    /// Ends when the loop has answered: never, if it does not turn.
    pub async fn feel(&self) {
        let answered = self.answered.notified();
        self.asked.notify_one();
        answered.await;
    }

    /// The loop's side: waits for what the loop is there for, and answers whoever asks meanwhile.
    pub(crate) async fn beat_during<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = self.asked.notified() => self.answered.notify_waiters(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_loop_that_waits_answers_and_one_that_is_gone_does_not() {
        let pulse = Pulse::default();
        let (long, short) = (Duration::from_secs(3600), Duration::from_millis(50));
        tokio::select! {
            () = pulse.beat_during(tokio::time::sleep(long)) => panic!("an hour has passed"),
            () = async { pulse.feel().await; pulse.feel().await } => {}
        }
        assert!(tokio::time::timeout(short, pulse.feel()).await.is_err());
    }
}
