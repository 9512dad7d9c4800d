//! Promise 6: kill -9 at any instant of a publish loses nothing.
//!
//! After every kill the store holds the old or the new generation, whole, a server that runs or starts serves it, and
//! the next cycle goes on and tidies up. `make soak` does the same at every system call and ten thousand times.

use frontage_tests::soak::{Outcome, calls, soak_kills_at_calls, soak_random_kills};

#[test]
fn kills_at_random_instants_lose_nothing() {
    let outcome = soak_random_kills(60).expect("a shop to kill");
    tell(&outcome);
}

#[test]
fn kills_at_system_calls_lose_nothing() {
    if !calls::may_trace() {
        println!("strace cannot attach here: only kills at random instants were tried");
        return;
    }
    let outcome = soak_kills_at_calls(34).expect("a shop to kill");
    tell(&outcome);
}

fn tell(outcome: &Outcome) {
    println!("{}: {}", outcome.value, outcome.name);
    assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
}
