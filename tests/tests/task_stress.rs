//! Random trees of groups and tasks that fail, panic and are cancelled in every way at random points: no child outlives its group, no
//! failure is lost or told twice, and each context is cleaned up once.
//!
//! `WEFTWORK_SEED` repeats a run, as far as four workers can repeat anything; `WEFTWORK_TREES` says how many trees there are on each
//! kind of runtime.

#[path = "task_stress/fault.rs"]
mod fault;
#[path = "task_stress/parts.rs"]
mod parts;
#[path = "task_stress/tree.rs"]
mod tree;
#[path = "task_stress/world.rs"]
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use weftwork::{clean_ups, drain, set_report_hook, tasks};
use weftwork_tests::Random;

use world::World;

/// So many trees are under way at the same time.
const AT_ONCE: usize = 16;

fn number(variable: &str) -> Option<u64> {
    Some(std::env::var(variable).ok()?.parse().unwrap_or_else(|_| panic!("`{variable}` is a number")))
}

#[test]
fn no_child_outlives_its_group_and_no_failure_is_lost() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = number("WEFTWORK_SEED").unwrap_or(now.as_secs() ^ u64::from(now.subsec_nanos()));
    let trees = number("WEFTWORK_TREES").unwrap_or(1000);
    println!("seed {seed}, {trees} trees on each kind of runtime: WEFTWORK_SEED={seed} WEFTWORK_TREES={trees}");
    set_report_hook(fault::reported);
    let current_thread = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let multi_thread = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let violations = run("current-thread", &current_thread, seed, trees) + run("4 workers", &multi_thread, seed, trees);
    assert_eq!(violations, 0, "violations, with the seed {seed}");
}

/// How many violations there were.
fn run(kind: &str, runtime: &Runtime, seed: u64, trees: u64) -> usize {
    let start = Instant::now();
    world::reset();
    let (mut contexts, mut violations) = (0, Vec::new());
    let mut seeds = Random::new(seed);
    let mut left = trees;
    while left > 0 {
        let now = left.min(AT_ONCE as u64);
        left -= now;
        let of_tree: Vec<u64> = (0..now).map(|_| seeds.next()).collect();
        // Nothing else waits so long, on a paused clock either.
        let limit = Duration::from_secs(if kind == "current-thread" { 3600 } else { 60 });
        let grown = runtime.block_on(async { timeout(limit, grow(&of_tree)).await });
        let worlds = grown.unwrap_or_else(|_| {
            let left = runtime.block_on(async { clean_ups() });
            panic!("one of the trees {of_tree:?} hangs on {kind}, seed {seed}\n{}\nclean-ups: {left:#?}", tasks())
        });
        for (world, seed) in worlds.iter().zip(&of_tree) {
            contexts += world.check_end();
            violations.extend(world.violations().into_iter().map(|text| format!("tree {seed}: {text}")));
        }
        violations.extend(fault::take_violations().into_iter().map(|text| format!("trees {of_tree:?}: {text}")));
    }
    println!("{kind}: {trees} trees, {contexts} contexts cleaned up, {} violations, {:?}", violations.len(), start.elapsed());
    println!("  {}", world::counts());
    for violation in violations.iter().take(20) {
        println!("  {violation}");
    }
    violations.len()
}

/// Grows some trees, and waits until everything in them is over.
async fn grow(seeds: &[u64]) -> Vec<Arc<World>> {
    let grown: Vec<_> = seeds
        .iter()
        .map(|seed| {
            let (world, seed) = (Arc::new(World::default()), *seed);
            tokio::spawn(async move {
                tree::tree(&world, seed).await;
                world
            })
        })
        .collect();
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
            break;
        }
    }
    // A task is over a moment before its output is dropped, with what that has to tell.
    // One that nobody is ever told of is found by those who look next; the end of the wait is for that alone.
    let _ = timeout(Duration::from_secs(5), fault::all_are_told()).await;
    worlds
}
