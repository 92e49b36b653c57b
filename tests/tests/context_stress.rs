//! Random trees of contexts, cancelled in every way at random points: each clean-up runs once, to its end, inner ones first, and
//! no construct returns before those that it has to wait for have ended.
//!
//! `WEFTWORK_SEED` repeats a run, as far as four workers can repeat anything; `WEFTWORK_TREES` says how many trees there are on each
//! kind of runtime. DEVELOPMENT.md has the command of the full run.

#[path = "context_stress/left.rs"]
mod left;
#[path = "context_stress/tree.rs"]
mod tree;
#[path = "context_stress/world.rs"]
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::runtime::{Builder, Runtime};
use weftwork::{ReportKind, clean_ups, drain, set_report_hook};
use weftwork_tests::Random;

use tree::tree;
use world::{CANCELLED, World};

/// So many trees are under way at the same time.
const AT_ONCE: usize = 16;

/// Clean-ups that were reported: nobody is slow here, nothing fails, and no runtime goes early.
static REPORTED: AtomicUsize = AtomicUsize::new(0);

fn number(variable: &str) -> Option<u64> {
    Some(std::env::var(variable).ok()?.parse().unwrap_or_else(|_| panic!("`{variable}` is a number")))
}

#[test]
fn every_clean_up_runs_once_and_in_order() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = number("WEFTWORK_SEED").unwrap_or(now.as_secs() ^ u64::from(now.subsec_nanos()));
    let trees = number("WEFTWORK_TREES").unwrap_or(1000);
    println!("seed {seed}, {trees} trees on each kind of runtime: WEFTWORK_SEED={seed} WEFTWORK_TREES={trees}");
    set_report_hook(|report| {
        let kinds = [ReportKind::CleanUpFailed, ReportKind::CleanUpPanicked, ReportKind::CleanUpLost, ReportKind::CleanUpOverdue];
        if kinds.contains(&report.kind()) {
            println!("{report}");
            REPORTED.fetch_add(1, Ordering::Relaxed);
        }
    });
    let current_thread = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let multi_thread = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let violations = run("current-thread", &current_thread, seed, trees) + run("4 workers", &multi_thread, seed, trees);
    let reported = REPORTED.load(Ordering::Relaxed);
    assert_eq!((violations, reported), (0, 0), "violations and reports, with the seed {seed}");
}

/// How many violations there were.
fn run(kind: &str, runtime: &Runtime, seed: u64, trees: u64) -> usize {
    let start = Instant::now();
    for count in &CANCELLED {
        count.store(0, Ordering::Relaxed);
    }
    let (mut contexts, mut violations) = (0, Vec::new());
    let mut seeds = Random::new(seed);
    let mut left = trees;
    while left > 0 {
        let now = left.min(AT_ONCE as u64);
        left -= now;
        let of_tree: Vec<u64> = (0..now).map(|_| seeds.next()).collect();
        let worlds = runtime.block_on(async {
            let grown: Vec<_> = of_tree.iter().map(|seed| tokio::spawn(grow(*seed))).collect();
            let mut worlds = Vec::new();
            for grown in grown {
                worlds.push(grown.await.expect("a tree ends without a panic"));
            }
            // What was handed over may drop tasks, and what is in those is handed over.
            loop {
                for world in &worlds {
                    world.tasks_ended().await;
                }
                assert_eq!(drain(Duration::MAX).await.len(), 0);
                if worlds.iter().all(|world| world.tasks() == 0) && clean_ups().is_empty() {
                    break worlds;
                }
            }
        });
        for (world, seed) in worlds.iter().zip(of_tree) {
            contexts += world.check_end();
            violations.extend(world.violations().into_iter().map(|text| format!("tree {seed}: {text}")));
        }
    }
    let cancelled: Vec<String> =
        world::KINDS.iter().zip(&CANCELLED).map(|(kind, count)| format!("{kind} {}", count.load(Ordering::Relaxed))).collect();
    println!("{kind}: {trees} trees, {contexts} contexts cleaned up, {} violations, {:?}", violations.len(), start.elapsed());
    println!("  cancelled by {}", cancelled.join(", "));
    for violation in violations.iter().take(20) {
        println!("  {violation}");
    }
    violations.len()
}

async fn grow(seed: u64) -> Arc<World> {
    let world = Arc::new(World::default());
    tree(&world, seed).await;
    world
}
