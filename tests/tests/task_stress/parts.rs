//! What children and bodies do.

use std::future::{Future, pending};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use futures::FutureExt;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::sleep;
use weftwork::{Context, context, gather, spawn, timeout, with};
use weftwork_tests::Random;
use weftwork_tests::polls::polls;

use super::fault::{Fault, Via, payload_told};
use super::tree::{At, grouped, spawned};
use super::world::{Alive, Count, count};

pub(crate) type Part = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(crate) fn part(at: &At, random: &mut Random) -> Part {
    let mut random = random.other();
    let Some(depth) = at.depth.checked_sub(1) else { return leaf(at.ends, random) };
    let at = At { depth, ..at.clone() };
    match random.below(20) {
        0..=6 => grouped(at, random),
        7 => {
            let (limit, around) = (random.moment(), at.place());
            let work = part(&around, &mut random);
            limited(around, limit, work)
        }
        8 => polled(at.place(), random),
        9 => aborted(&at, random),
        10 | 11 => contexts(at, random),
        12 | 13 => tasked(at, random),
        14 => detached(&at, random),
        15 => in_turn(at, random),
        16 => {
            let (one, two) = (part(&at, &mut random), part(&at, &mut random));
            Box::pin(async move {
                gather!(one, two).await;
            })
        }
        17 => Box::pin(async move { spawned(&at, &mut random) }),
        _ => leaf(at.ends, random),
    }
}

pub(crate) async fn a_while(mut random: Random) {
    if random.once_in(2) {
        for _ in 0..random.turns() {
            yield_now().await;
        }
    } else {
        sleep(random.moment()).await;
    }
}

fn leaf(ends: bool, mut random: Random) -> Part {
    Box::pin(async move {
        let stands = random.once_in(3) && !ends;
        a_while(random).await;
        if stands {
            pending::<()>().await;
        }
    })
}

/// `around` is a place of its own.
pub(crate) fn limited(around: At, limit: Duration, work: Part) -> Part {
    Box::pin(async move {
        if timeout(limit, work).await.is_err() {
            count(Count::Timeout);
            around.world.gave_up(around.inside, "a timeout");
        }
    })
}

fn polled(around: At, mut random: Random) -> Part {
    let work = part(&around, &mut random);
    Box::pin(async move {
        if polls(random.turns(), work).await.is_none() {
            count(Count::Polls);
        }
        around.world.let_go(around.inside);
    })
}

/// Its task is nobody's but ours, which may be dropped as well.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn aborted(at: &At, mut random: Random) -> Part {
    let at = At { waits: true, ..at.within(at.world.place(None)) };
    Box::pin(async move {
        let (work, loose) = (part(&at, &mut random), at.world.loose());
        let mut task = Task(tokio::spawn(async move {
            // Behind the work.
            let _loose = loose;
            work.await;
        }));
        a_while(random).await;
        task.0.abort();
        if (&mut task.0).await.is_err() {
            count(Count::Abort);
        }
    })
}

/// A context whose clean-up may fail.
fn contexts(at: At, mut random: Random) -> Part {
    Box::pin(async move {
        let at = at.place();
        let (world, place, mut of_clean_up) = (at.world.clone(), at.inside, random.other());
        let context: Context<(), Fault> = context!(async move {
            let _alive = world.live(place);
            world.context_entered(place);
            yield ();
            world.clean_up_begun(place);
            a_while(of_clean_up.other()).await;
            world.clean_up_ended(place);
            match of_clean_up.below(8) {
                0 | 1 => Err(Fault::error(None)),
                2 => Fault::raise(None),
                _ => Ok(()),
            }
        });
        let work = part(&at, &mut random);
        let work = with!(_ = context, {
            work.await;
            Ok::<_, Fault>(())
        });
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => fault.told(Via::Value),
            Err(payload) => payload_told(&*payload, Via::Value),
        }
    })
}

async fn run(at: At, alive: Alive, is_detached: bool, mut random: Random) -> Result<(), Fault> {
    // Behind all others.
    let _alive = alive;
    part(&at, &mut random).await;
    at.world.forget(at.inside);
    match random.below(8) {
        0 => Fault::raise(None),
        // The error of a task that is dropped is nobody's business.
        1 if is_detached => Err(Fault::error(None)),
        _ => Ok(()),
    }
}

/// A task of its own.
fn tasked(at: At, mut random: Random) -> Part {
    Box::pin(async move {
        count(Count::Task);
        let at = at.place();
        let task = spawn(run(at.clone(), at.world.live(at.inside), false, random.other()));
        match random.below(4) {
            0 => {
                count(Count::TaskDrop);
                a_while(random).await;
                at.world.let_go(at.inside);
                drop(task);
            }
            1 => {
                a_while(random).await;
                // Where it had ended by itself, what it had let go is forgotten.
                if task.cancel().await.is_none() {
                    at.world.gave_up(at.inside, "a task that was cancelled");
                }
            }
            _ => {
                if let Err(error) = task.await
                    && let Ok(payload) = error.into_panic()
                {
                    payload_told(&*payload, Via::Handle);
                }
            }
        }
    })
}

/// One that nobody waits for.
fn detached(at: &At, mut random: Random) -> Part {
    let at = At { ends: true, ..at.within(at.world.place(None)) };
    Box::pin(async move {
        count(Count::Task);
        let loose = at.world.loose();
        let work = run(at.clone(), at.world.live(at.inside), true, random.other());
        let task = spawn(async move {
            let _loose = loose;
            work.await
        });
        if random.once_in(2) {
            task.detach();
        } else {
            // It may have ended by then. Cut here, it is dropped.
            let task = Detached(Some(task));
            a_while(random).await;
            task.detach();
        }
    })
}

/// A task that is detached in any case.
struct Detached(Option<weftwork::Task<Result<(), Fault>>>);

impl Detached {
    fn detach(self) {
        drop(self);
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.detach();
        }
    }
}

fn in_turn(at: At, mut random: Random) -> Part {
    Box::pin(async move {
        for _ in 0..=random.below(3) {
            part(&at, &mut random).await;
        }
    })
}
