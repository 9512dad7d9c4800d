//! kill -9 of the server while shoppers order, and of whoever delivers, at random instants, against a merchant who may
//! do anything: who read "thank you" has one order, who did not can send the form again, and the merchant gets each
//! order once.
//!
//! Several lanes are driven at the same time. Each has a shop of its own, whose server and deliverer live and die
//! independently of each other, and a new shop after so many kills, so that what happened is looked at often.

use std::collections::BTreeSet;

use frontage_shared::order::OrderId;
use frontage_shared::store::{OrderState, Store};
use futures_util::future::try_join_all;

use super::Outcome;
use super::lane::Lane;
use crate::backend::merchant::{Merchant, Mood};
use crate::shop::Shop;

/// Lanes at the same time. Most of a life is waiting, so there are more of them than processors.
const LANES: u64 = 6;
/// A lane of fewer kills is mostly setting up.
const FEWEST_KILLS: u64 = 10;
/// After so many kills a lane goes on with a new shop.
const KILLS_PER_SHOP: u64 = 200;
/// How often the last deliverer goes through what waits. One pass is enough unless a busy machine is slower than a
/// timeout.
const LAST_PASSES: u32 = 20;

/// What came of some kills.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) servers_killed: u64,
    pub(super) deliverers_killed: u64,
    /// Servers that died while forms were being sent, and that had not answered all of them.
    pub(super) killed_at_work: u64,
    /// Deliverers that died after they had sent something.
    pub(super) killed_sending: u64,
    pub(super) forms: usize,
    /// Orders that somebody was thanked for.
    pub(super) accepted: usize,
    /// Orders that the merchant took, by key.
    pub(super) delivered: usize,
    /// How often the merchant was asked to take one.
    pub(super) sent: usize,
    pub(super) lost: usize,
    pub(super) doubled: usize,
    pub(super) findings: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.servers_killed += other.servers_killed;
        self.deliverers_killed += other.deliverers_killed;
        self.killed_at_work += other.killed_at_work;
        self.killed_sending += other.killed_sending;
        self.forms += other.forms;
        self.accepted += other.accepted;
        self.delivered += other.delivered;
        self.sent += other.sent;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.findings.extend(other.findings);
    }

    /// What is wrong with the sums themselves.
    fn judge(&mut self, where_: &str) {
        let (forms, accepted, delivered) = (self.forms, self.accepted, self.delivered);
        if forms != accepted || accepted != delivered || self.lost + self.doubled > 0 {
            self.findings.push(format!("{where_}: {}", self.words()));
        }
    }

    fn words(&self) -> String {
        let Self {
            servers_killed,
            deliverers_killed,
            killed_at_work,
            killed_sending,
            forms,
            accepted,
            delivered,
            sent,
            lost,
            doubled,
            ..
        } = self;
        format!(
            "{forms} forms, accepted {accepted} = delivered {delivered}, doubled {doubled}, lost {lost}; \
             {servers_killed} servers killed ({killed_at_work} before all forms were answered), \
             {deliverers_killed} deliverers killed ({killed_sending} after they began to send), {sent} times sent"
        )
    }
}

/// Kills so many servers, and as many deliverers, while shoppers order. Says how far it is whenever a shop is done with.
///
/// # Errors
/// A shop could not be set up, or a server that was not killed does not answer.
pub fn soak_order_kills(kills: u64, tell: fn(&str)) -> anyhow::Result<Outcome> {
    let lanes = (kills / FEWEST_KILLS).clamp(1, LANES);
    let mut sum = super::runtime()?.block_on(async {
        let driven = (0..lanes).map(|lane| {
            let share = kills / lanes + u64::from(lane < kills % lanes);
            tokio::spawn(drive(lane, share, tell))
        });
        let mut sum = Tally::default();
        for tally in try_join_all(driven).await? {
            sum.add(tally?);
        }
        anyhow::Ok(sum)
    })?;
    sum.judge("all lanes");
    let name = format!("orders lost or doubled in {lanes} lanes: {}", sum.words());
    Ok(Outcome::of_findings(13, name, sum.findings))
}

/// One lane: shop after shop until its share of kills is done.
async fn drive(lane: u64, share: u64, tell: fn(&str)) -> anyhow::Result<Tally> {
    let mut sum = Tally::default();
    let (mut done, mut shop) = (0, 0);
    while done < share {
        let kills = KILLS_PER_SHOP.min(share - done);
        let mut tally = Lane::open(lane * 1_000 + shop).await?.kill(kills).await?;
        tally.judge(&format!("lane {lane}, shop {shop}"));
        for finding in &tally.findings {
            tell(&format!("  FOUND: {finding}"));
        }
        sum.add(tally);
        (done, shop) = (done + kills, shop + 1);
        tell(&format!(
            "  lane {lane}, {done} of {share}: {}",
            sum.words()
        ));
    }
    sum.judge(&format!("lane {lane}"));
    Ok(sum)
}

/// The merchant comes to reason, and whoever delivers next is not killed.
pub(super) async fn deliver_the_rest(
    shop: &Shop,
    merchant: &Merchant,
    store: &Store,
) -> anyhow::Result<Vec<String>> {
    merchant.feels(Mood::Takes);
    let mut ended = shop.ingest(&["orders", "deliver"]).await;
    for _ in 1..LAST_PASSES {
        if ended.code == Some(0) {
            break;
        }
        ended = shop.ingest(&["orders", "deliver"]).await;
    }
    let mut findings = Vec::new();
    if ended.code != Some(0) {
        findings.push(format!("not delivered: {}{}", ended.stdout, ended.stderr));
    }
    for state in [OrderState::New, OrderState::Rejected] {
        let left = store.orders(state)?;
        findings.extend(
            left.iter()
                .map(|id| format!("{id} is still {}", state.name())),
        );
    }
    Ok(findings)
}

/// What was accepted is what the merchant has, and what is filed.
pub(super) fn look(
    merchant: &Merchant,
    store: &Store,
    thanked: &[OrderId],
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let mixed_up = merchant.mixed_up();
    let taken = merchant.taken();
    let accepted: BTreeSet<String> = thanked.iter().map(ToString::to_string).collect();
    let done = store.orders(OrderState::Done)?;
    let done: BTreeSet<String> = done.iter().map(ToString::to_string).collect();
    for id in accepted.symmetric_difference(&done) {
        let found = format!("{id} is thanked for or filed, and not both");
        tally.findings.push(found);
    }
    for id in thanked {
        let key = id.to_string();
        let stored = store.order(*id)?.map(|(_, bytes)| bytes);
        if taken.get(&key).map(|body| body.to_vec()) != stored {
            let found = format!("{id}: the merchant has something else, or nothing");
            tally.findings.push(found);
        }
        let receipt = store.order_receipt(*id)?;
        let number = receipt.and_then(|receipt| receipt.number);
        // An answer that broke off told no number.
        if number.is_some_and(|number| number != format!("SO-{key}")) {
            tally
                .findings
                .push(format!("{id}: the receipt is another order's"));
        }
    }
    let unasked = taken.keys().filter(|key| !accepted.contains(*key));
    tally.accepted += accepted.len();
    tally.delivered += taken.len();
    tally.sent += merchant.times_sent();
    tally.lost += accepted
        .iter()
        .filter(|key| !taken.contains_key(*key))
        .count();
    tally.doubled += unasked.count() + mixed_up.len();
    tally.findings.extend(mixed_up);
    Ok(())
}
