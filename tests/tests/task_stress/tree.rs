//! Groups with random children.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::panicking;
use std::time::Duration;

use futures::FutureExt;
use weftwork::{Child, Group, GroupError, OnFailure, Ready, task_group};
use weftwork_tests::Random;

use super::fault::{Fault, GroupState, Via, clean_up_told, payload_told};
use super::parts::{Part, a_while, limited, part};
use super::world::{Alive, Count, World, count};

/// Where in the tree something grows.
#[derive(Clone)]
pub(crate) struct At {
    pub(crate) world: Arc<World>,
    /// The place around it.
    pub(crate) inside: usize,
    pub(crate) depth: u32,
    /// It has to end by itself: nobody cancels it.
    pub(crate) ends: bool,
    /// The grace period in force is not zero.
    pub(crate) waits: bool,
    /// The groups that can be spawned into, the innermost one last.
    pub(crate) groups: Vec<Into>,
}

/// A group that can be spawned into.
#[derive(Clone)]
pub(crate) struct Into {
    group: Group<Fault>,
    place: usize,
    waits: bool,
    state: Arc<GroupState>,
}

impl At {
    pub(crate) fn within(&self, inside: usize) -> Self {
        Self { inside, ..self.clone() }
    }

    /// A new place inside of this one.
    #[track_caller]
    pub(crate) fn place(&self) -> Self {
        let at = self.within(self.world.place(Some(self.inside)));
        if !at.waits {
            at.world.never_waits(at.inside);
        }
        at
    }
}

/// Grows it and cuts it.
pub(crate) async fn tree(world: &Arc<World>, seed: u64) {
    let mut random = Random::new(seed);
    let depth = 4 + random.below(4) as u32;
    let at = At { world: world.clone(), inside: world.place(None), depth, ends: false, waits: true, groups: Vec::new() };
    let limit = Duration::from_micros(random.below(5000));
    let work = grouped(at.clone(), random.other());
    limited(at, limit, work).await;
}

pub(crate) fn grouped(at: At, mut random: Random) -> Part {
    Box::pin(async move {
        let waits = at.waits && !random.once_in(20);
        let at = At { waits, ..at }.place();
        count(Count::Group);
        let on_failure = match random.below(6) {
            0 => OnFailure::Collect,
            1 => OnFailure::Ignore,
            _ => OnFailure::Cancel,
        };
        let limit = if random.once_in(3) { 1 + random.turns() } else { usize::MAX };
        let state = GroupState::new(on_failure, limit, waits);
        let (of_body, in_body, of_random) = (state.clone(), at.clone(), random.other());
        let mut group = task_group(move |group| body(group, in_body, of_body, of_random)).limit(limit).on_failure(on_failure);
        if !waits {
            group = group.grace(Duration::ZERO);
        }
        let is_good = match AssertUnwindSafe(group).catch_unwind().await {
            Ok(output) => {
                state.returned();
                output.map_err(error_told).is_ok()
            }
            Err(payload) => {
                state.panicked();
                payload_told(&*payload, Via::GroupPanic);
                false
            }
        };
        if state.cancels() && !is_good {
            at.world.gave_up(at.inside, "a group that failed");
        } else {
            at.world.ended_well(at.inside, "a group");
        }
    })
}

fn error_told(error: GroupError<Fault>) {
    error.clean_ups().iter().for_each(clean_up_told);
    error.into_errors().for_each(|fault| fault.told(Via::GroupError));
}

async fn body(group: Group<Fault>, mut at: At, state: Arc<GroupState>, mut random: Random) -> Result<(), Fault> {
    let into = Into { group, place: at.inside, waits: at.waits, state: state.clone() };
    at.groups.push(into.clone());
    let mut kept = Vec::new();
    for _ in 0..random.below(8) {
        match random.below(12) {
            0..=4 => drop(child(&at, &into, &mut random)),
            5 | 6 => kept.push(child(&at, &into, &mut random)),
            7 => part(&at, &mut random).await,
            8 => a_while(random.other()).await,
            9 => {
                if let Some((place, child)) = kept.pop() {
                    looked_at(&at, place, child, &mut random).await;
                }
            }
            10 => started(&at, &into, &mut random).await,
            _ if random.once_in(6) => {
                count(Count::GroupCancel);
                into.group.cancel();
            }
            // A child may stand for ever, and nobody makes room then.
            _ if !at.ends || random.once_in(2) => into.group.ready().await,
            _ => {}
        }
    }
    end(&mut random, &state)
}

/// A child or a body ends.
fn end(random: &mut Random, state: &Arc<GroupState>) -> Result<(), Fault> {
    match random.below(16) {
        0 | 1 => Err(Fault::error(Some(state))),
        2 => Fault::raise(Some(state)),
        _ => Ok(()),
    }
}

type Of = Child<Result<(), Fault>>;

/// Its place, and its handle.
fn child(at: &At, into: &Into, random: &mut Random) -> (usize, Of) {
    let _spawning = at.world.spawning();
    let (place, at, alive) = place_in(at, into);
    let child = into.group.spawn(run(at, into.state.clone(), alive, random.other()));
    count(if into.group.is_open() { Count::Child } else { Count::Refused });
    (place, child)
}

#[track_caller]
fn place_in(at: &At, into: &Into) -> (usize, At, Alive) {
    let at = At { inside: into.place, depth: at.depth.saturating_sub(1), waits: into.waits, ..at.clone() }.place();
    let alive = at.world.live(at.inside);
    (at.inside, at, alive)
}

/// Another child, in any of the groups around.
pub(crate) fn spawned(at: &At, random: &mut Random) {
    let count = at.groups.len() as u64;
    if count > 0 && at.depth > 0 {
        drop(child(at, &at.groups[random.below(count) as usize], random));
    }
}

/// Panics when it is dropped.
struct Bomb(Arc<GroupState>);

impl Drop for Bomb {
    fn drop(&mut self) {
        if !panicking() {
            Fault::raise(Some(&self.0));
        }
    }
}

async fn run(at: At, state: Arc<GroupState>, alive: Alive, mut random: Random) -> Result<(), Fault> {
    // Behind all others.
    let _alive = alive;
    let _running = state.run();
    let bomb = random.once_in(20).then(|| Bomb(state.clone()));
    part(&at, &mut random).await;
    if random.once_in(4) {
        spawned(&at, &mut random);
    }
    at.world.ends(at.inside);
    if bomb.is_some() {
        return Ok(());
    }
    end(&mut random, &state)
}

/// One that says when it is ready, or not.
async fn started(at: &At, into: &Into, random: &mut Random) {
    let (state, mut of_child) = (into.state.clone(), random.other());
    let spawning = at.world.spawning();
    let (place, inner, alive) = place_in(at, into);
    let starting = into.group.spawn_ready(move |ready: Ready<()>| async move {
        let _alive = alive;
        a_while(of_child.other()).await;
        if of_child.once_in(2) {
            ready.set(());
        }
        let alive = inner.world.live(place);
        run(inner, state, alive, of_child).await
    });
    drop(spawning);
    if let Err(error) = starting.await {
        // What it says is all that is left of a failure that the group ignores.
        if into.state.ignores() {
            if error.is_failure() {
                super::fault::text_told(&error.message().unwrap_or_default(), Via::Handle);
            } else if let Ok(payload) = error.into_panic() {
                payload_told(&*payload, Via::Handle);
            }
        }
    }
}

/// Awaits the handle of a child, or cancels the child by it.
async fn looked_at(at: &At, place: usize, child: Of, random: &mut Random) {
    if random.once_in(3) {
        count(Count::HandleCancel);
        let cancelled = child.cancel();
        if random.once_in(4) {
            return;
        }
        if let Some(output) = cancelled.await {
            output_told(output);
        }
        at.world.was_cancelled(place, "a child that was cancelled");
        return;
    }
    match child.await {
        Ok(output) => output_told(output),
        Err(error) => {
            if let Ok(payload) = error.into_panic() {
                payload_told(&*payload, Via::Handle);
            }
        }
    }
}

fn output_told(output: Result<(), Fault>) {
    if let Err(fault) = output {
        fault.told(Via::Handle);
    }
}
