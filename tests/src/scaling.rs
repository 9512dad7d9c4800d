//! A model of many servers behind one ingest: how old what shoppers see is, and what the network carries for it.
//!
//! It is arithmetic with a clock: changes arrive, ingest publishes when it can, parts are copied into the regions,
//! servers notice, copy and swap. What is measured on one machine goes in; nothing here measures anything.

use std::fmt;

/// Bytes of a GiB, and of a MiB.
const GIB: f64 = 1_073_741_824.0;
const MIB: f64 = 1_048_576.0;
/// Gigabits a second, in bytes a second.
const GBIT: f64 = 1e9 / 8.0;
/// What is simulated, in seconds: an hour, and the time before it that is not counted.
const HOUR: f64 = 3_600.0;
const WARM_UP: f64 = 900.0;
/// Seconds of a month of thirty days.
const MONTH: f64 = 30.0 * 86_400.0;

/// What one million products take, as docs/performance.md has it.
pub const MEASURED: Measured = Measured {
    catalog_bytes: 1.2 * GIB,
    offers_bytes: 82.0 * MIB,
    price_cycle_s: 1.5,
    full_cycle_s: 89.0,
};

/// Figures of one million products.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// The catalog part.
    pub catalog_bytes: f64,
    /// The offers part.
    pub offers_bytes: f64,
    /// From a changed price to its generation.
    pub price_cycle_s: f64,
    /// A full cycle on two cores.
    pub full_cycle_s: f64,
}

/// What is assumed of networks and prices. They differ between providers; put yours in.
pub const ASSUMED: Assumed = Assumed {
    bucket: 100.0 * GBIT,
    server: 10.0 * GBIT,
    between_regions: 5.0 * GBIT,
    verify: 1.0 * GIB,
    dollars_a_gb_between_regions: 0.02,
    dollars_a_million_reads: 0.4,
};

/// Bytes a second, and dollars.
#[derive(Clone, Copy, Debug)]
pub struct Assumed {
    /// What a bucket gives to all its readers together.
    pub bucket: f64,
    /// What one server takes.
    pub server: f64,
    /// What a bucket gives to a bucket of another region.
    pub between_regions: f64,
    /// What a server hashes and verifies.
    pub verify: f64,
    /// For what leaves a region, a GB of 10^9 bytes.
    pub dollars_a_gb_between_regions: f64,
    /// For asking a bucket.
    pub dollars_a_million_reads: f64,
}

/// One way of setting things up.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// What it is called.
    pub name: &'static str,
    /// Products, in millions.
    pub millions: f64,
    /// Servers, in all regions together.
    pub servers: u32,
    /// Regions, with as many servers each.
    pub regions: u32,
    /// Whether each region has a bucket of its own.
    pub bucket_a_region: bool,
    /// Seconds between two looks of a server.
    pub poll_s: f64,
    /// Ingest publishes no sooner than this after the last time.
    pub publish_every_s: f64,
    /// Of the offers part, what travels: 1 for whole parts.
    pub travels: f64,
}

/// The way that is asked about, and how it is mended step by step.
pub const SETUPS: [Setup; 5] = [
    Setup {
        name: "one shop of many: 1 M, 20 servers",
        millions: 1.0,
        servers: 20,
        regions: 1,
        bucket_a_region: true,
        poll_s: 1.0,
        publish_every_s: 0.0,
        travels: 1.0,
    },
    Setup {
        name: "10 M, 1,000 servers, one bucket",
        ..Setup::ASKED
    },
    Setup {
        name: "the same, a bucket in each region",
        bucket_a_region: true,
        ..Setup::ASKED
    },
    Setup {
        name: "and a publish a minute, a look every five seconds",
        bucket_a_region: true,
        publish_every_s: 60.0,
        poll_s: 5.0,
        ..Setup::ASKED
    },
    Setup {
        name: "and only a hundredth of the offers part travels",
        bucket_a_region: true,
        publish_every_s: 0.0,
        poll_s: 5.0,
        travels: 0.01,
        ..Setup::ASKED
    },
];

impl Setup {
    const ASKED: Self = Self {
        name: "",
        millions: 10.0,
        servers: 1_000,
        regions: 3,
        bucket_a_region: false,
        poll_s: 1.0,
        publish_every_s: 0.0,
        travels: 1.0,
    };

    /// Seconds from the first change that is not published yet to its generation.
    fn cycle_s(&self) -> f64 {
        MEASURED.price_cycle_s * self.millions
    }

    /// What a server copies for a change of a price.
    fn bytes(&self) -> f64 {
        MEASURED.offers_bytes * self.millions * self.travels
    }

    /// Seconds until a generation is in every bucket.
    fn spread_s(&self) -> f64 {
        match self.bucket_a_region && self.regions > 1 {
            true => self.bytes() / ASSUMED.between_regions,
            false => 0.0,
        }
    }

    /// Servers that share a bucket.
    fn readers(&self) -> f64 {
        let regions = if self.bucket_a_region {
            self.regions
        } else {
            1
        };
        f64::from(self.servers) / f64::from(regions)
    }

    /// Seconds for a server to copy and verify what it lacks while all others do.
    fn copy_s(&self) -> f64 {
        let share = (ASSUMED.bucket / self.readers()).min(ASSUMED.server);
        self.bytes() / share + MEASURED.offers_bytes * self.millions / ASSUMED.verify
    }
}

/// What came of a setup.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The setup.
    pub setup: Setup,
    /// Generations published in the hour.
    pub generations: usize,
    /// Of them, those that a server took, on average.
    pub taken: f64,
    /// How old a change is when a server shows it: half of them, and 99 of 100, in seconds.
    pub staleness_s: (f64, f64),
    /// What all buckets together give, bytes a second.
    pub carried: f64,
    /// What crosses between regions in a month, in dollars, and what asking costs.
    pub dollars: (f64, f64),
}

/// When generations are in reach of servers, and which changes are in them.
struct Published {
    at: f64,
    /// All changes until here.
    until: f64,
}

/// Runs a setup for an hour, with a change every second.
pub fn simulate(setup: Setup) -> Outcome {
    let end = WARM_UP + HOUR;
    let published = publishes(&setup, end);
    let mut ages = Vec::new();
    let mut taken = 0_usize;
    for server in 0..setup.servers {
        // Servers look at different instants; the golden ratio spreads them evenly.
        let offset = setup.poll_s * (f64::from(server) * 0.618_033_988_749_895).fract();
        let mut shown_until = f64::NEG_INFINITY;
        let mut free_at = 0.0;
        while let Some((generation, shown_at)) =
            next_swap(&setup, &published, offset, free_at, shown_until)
        {
            if shown_at > end {
                break;
            }
            if shown_at > WARM_UP {
                taken += 1;
                // A change a second: each of those that are new here.
                let mut change = shown_until.max(0.0).floor() + 1.0;
                while change <= generation.until {
                    ages.push(shown_at - change);
                    change += 1.0;
                }
            }
            shown_until = generation.until;
            free_at = shown_at;
        }
    }
    ages.sort_by(f64::total_cmp);
    let counted = published
        .iter()
        .filter(|generation| generation.at > WARM_UP && generation.at <= end);
    let generations = counted.count();
    let carried = taken as f64 * setup.bytes() / HOUR;
    Outcome {
        setup,
        generations,
        taken: taken as f64 / f64::from(setup.servers),
        staleness_s: (quantile(&ages, 50), quantile(&ages, 99)),
        carried,
        dollars: dollars(&setup, generations, carried),
    }
}

/// Ingest: as soon as there is a change and the last publish is long enough ago.
fn publishes(setup: &Setup, end: f64) -> Vec<Published> {
    let mut published = Vec::new();
    let mut begin = 1.0;
    while begin < end {
        let at = begin + setup.cycle_s() + setup.spread_s();
        published.push(Published {
            at,
            until: begin.floor(),
        });
        begin += setup.cycle_s().max(setup.publish_every_s).max(1.0);
    }
    published
}

/// The next generation that a server takes, and when it shows it: at its first look after it is free, the newest there is.
fn next_swap<'a>(
    setup: &Setup,
    published: &'a [Published],
    offset: f64,
    free_at: f64,
    shown_until: f64,
) -> Option<(&'a Published, f64)> {
    let next = published
        .iter()
        .find(|generation| generation.until > shown_until)?;
    let ready = next.at.max(free_at);
    let looks = ((ready - offset) / setup.poll_s).ceil().max(0.0);
    let look = offset + looks * setup.poll_s;
    let newest = published.partition_point(|generation| generation.at <= look);
    let newest = published.get(newest.checked_sub(1)?)?;
    Some((newest, look + setup.copy_s()))
}

fn dollars(setup: &Setup, generations: usize, carried: f64) -> (f64, f64) {
    let others = f64::from(setup.regions - 1);
    let crossing = match setup.bucket_a_region {
        true => others * setup.bytes() * generations as f64 / HOUR,
        false => carried * others / f64::from(setup.regions),
    };
    let looks = f64::from(setup.servers) / setup.poll_s;
    (
        crossing / 1e9 * ASSUMED.dollars_a_gb_between_regions * MONTH,
        looks / 1e6 * ASSUMED.dollars_a_million_reads * MONTH,
    )
}

fn quantile(sorted: &[f64], percent: usize) -> f64 {
    let at = sorted.len().saturating_sub(1) * percent / 100;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (half, most) = self.staleness_s;
        let (crossing, asking) = self.dollars;
        write!(
            f,
            "| {} | {} | {:.0} | {half:.0} s, {most:.0} s | {:.1} Gbit/s | ${}, ${} |",
            self.setup.name,
            self.generations,
            self.taken,
            self.carried / GBIT,
            thousands(crossing),
            thousands(asking),
        )
    }
}

/// Whole dollars with a comma every three digits.
fn thousands(dollars: f64) -> String {
    let digits = format!("{dollars:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
