//! A random tree.

use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::task::yield_now;
use tokio::time::sleep;
use weftwork::{Context, Stream, as_completed, context, for_await, gather, race, race_ok, timeout, with};
use weftwork_tests::Random;

use super::left::{aborted, closed, dropped, looped, polled, selected};
use super::world::{Kind, World, cancelled};

/// Why a part of the tree has failed.
#[derive(Debug)]
pub(crate) struct Failed;

pub(crate) type Outcome = Result<(), Failed>;
pub(crate) type Part = Pin<Box<dyn Future<Output = Outcome> + Send>>;
pub(crate) type Parts = Pin<Box<dyn Stream<Item = Outcome> + Send>>;

/// Where in the tree something grows.
#[derive(Clone)]
pub(crate) struct At {
    pub(crate) world: Arc<World>,
    /// The place around it.
    inside: usize,
    depth: u32,
}

impl At {
    pub(crate) fn within(&self, inside: usize) -> Self {
        Self { inside, ..self.clone() }
    }

    /// A new place inside of this one.
    fn place(&self) -> Self {
        self.within(self.world.place(Some(self.inside)))
    }

    fn closed(&self, kind: Kind) {
        cancelled(kind);
        self.world.closed(self.inside, kind);
    }

    pub(crate) fn stream_closed(&self, kind: Kind) {
        cancelled(kind);
        self.world.stream_closed(self.inside, kind);
    }

    pub(crate) fn let_go(&self) {
        self.world.let_go(self.inside);
    }
}

/// The panics that are meant.
struct Deliberate;

/// Grows it and cuts it.
pub(crate) async fn tree(world: &Arc<World>, seed: u64) {
    let mut random = Random::new(seed);
    let depth = 5 + random.below(5) as u32;
    let at = At { world: world.clone(), inside: world.place(None), depth };
    let limit = Duration::from_micros(random.below(5000));
    caught(limited(at, limit, &mut random)).await.ok();
}

async fn caught(work: impl Future<Output = Outcome>) -> Outcome {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(payload) if payload.is::<Deliberate>() => {
            cancelled(Kind::Panic);
            Err(Failed)
        }
        Err(payload) => resume_unwind(payload),
    }
}

pub(crate) fn part(at: &At, random: &mut Random) -> Part {
    let mut random = random.other();
    let Some(depth) = at.depth.checked_sub(1) else { return leaf(random) };
    let at = At { depth, ..at.clone() };
    match random.below(22) {
        0..=8 => contexts(at, random),
        9 => {
            let limit = random.moment();
            limited(at.place(), limit, &mut random)
        }
        10 | 11 => gathered(at.place(), random),
        12 => raced(at.place(), random),
        13 => completed(at.place(), random),
        14 => looped(at.place(), random),
        15 => closed(at.place(), random),
        16 => selected(at.place(), random),
        17 => polled(at.place(), random),
        18 => aborted(&at, random),
        19 => dropped(at.place(), random),
        _ => in_turn(at, random),
    }
}

pub(crate) fn some(at: &At, random: &mut Random) -> Vec<Part> {
    (0..=random.below(3)).map(|_| part(at, random)).collect()
}

async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

pub(crate) async fn a_while(mut random: Random) {
    match random.below(2) {
        0 => turns(random.turns()).await,
        _ => sleep(random.moment()).await,
    }
}

fn leaf(mut random: Random) -> Part {
    Box::pin(async move {
        let end = random.below(24);
        a_while(random).await;
        match end {
            0..=8 => Ok(()),
            9 | 10 => Err(Failed),
            11 => resume_unwind(Box::new(Deliberate)),
            _ => pending().await,
        }
    })
}

/// Lends its place.
pub(crate) fn open(at: &At, seed: u64) -> Context<usize> {
    let (at, mut random) = (At { depth: at.depth / 2, ..at.clone() }, Random::new(seed));
    context!(async move {
        let place = at.world.place(Some(at.inside));
        if random.below(8) == 0 {
            part(&at.within(place), &mut random).await.ok();
        }
        turns(random.turns()).await;
        at.world.entered(place);
        let (place, _) = yield place;
        at.world.begun(place);
        if random.below(8) == 0 {
            let (around, limit) = (at.place(), random.moment());
            caught(limited(around.place(), limit, &mut random)).await.ok();
            around.let_go();
        }
        a_while(random).await;
        at.world.ended(place);
    })
}

fn contexts(at: At, mut random: Random) -> Part {
    let (first, second) = (random.next(), random.next());
    Box::pin(async move {
        if random.below(2) == 0 {
            with!(place = open(&at, first), { part(&at.within(*place), &mut random).await }).await
        } else {
            with!(outer = open(&at, first), inner = open(&at.within(*outer), second), {
                let at = at.within(*inner);
                part(&at, &mut random).await.ok();
                part(&at, &mut random).await
            })
            .await
        }
    })
}

fn in_turn(at: At, mut random: Random) -> Part {
    Box::pin(async move {
        let mut outcome = Ok(());
        for part in some(&at, &mut random) {
            outcome = outcome.and(part.await);
        }
        outcome
    })
}

fn limited(at: At, limit: Duration, random: &mut Random) -> Part {
    let work = contexts(at.clone(), Random::new(random.next()));
    Box::pin(async move {
        timeout(limit, work).await.unwrap_or_else(|_| {
            at.closed(Kind::Timeout);
            Err(Failed)
        })
    })
}

/// A panic ends them as a failure does.
fn gathered(at: At, mut random: Random) -> Part {
    let mut parts = some(&at, &mut random);
    let form = random.below(4);
    let kind = if form < 2 { Kind::Gather } else { Kind::GatherSpawn };
    Box::pin(async move {
        let work = async {
            match form {
                0 => match (parts.pop(), parts.pop()) {
                    (Some(one), Some(two)) => gather!(one?, two?).await.map(drop),
                    (Some(one), None) => gather!(one?).await.map(drop),
                    _ => Ok(()),
                },
                1 => gather!(
                    for part in parts {
                        part?
                    },
                    limit = 2
                )
                .await
                .map(drop),
                _ => gather!(
                    for part in parts {
                        part?
                    },
                    spawn
                )
                .await
                .map(drop),
            }
        };
        let ended = AssertUnwindSafe(work).catch_unwind().await;
        if !matches!(ended, Ok(Ok(()))) {
            at.closed(kind);
        }
        ended.unwrap_or_else(|payload| resume_unwind(payload))
    })
}

fn raced(at: At, mut random: Random) -> Part {
    let parts = some(&at, &mut random);
    let (form, stagger) = (random.below(3), random.moment());
    Box::pin(async move {
        let work = async {
            match form {
                0 => (
                    Kind::Race,
                    race!(for part in parts {
                        part
                    })
                    .await
                    .unwrap_or(Ok(())),
                ),
                1 => (
                    Kind::RaceOk,
                    race_ok!(for part in parts {
                        part
                    })
                    .await
                    .map_err(|_| Failed),
                ),
                _ => (
                    Kind::RaceOk,
                    race_ok!(
                        for part in parts {
                            part
                        },
                        stagger = stagger
                    )
                    .await
                    .map_err(|_| Failed),
                ),
            }
        };
        let ended = AssertUnwindSafe(work).catch_unwind().await;
        match &ended {
            // Nothing is given up where every one has failed.
            Ok((Kind::RaceOk, Err(Failed))) => {}
            Ok((kind, _)) => at.closed(*kind),
            Err(_) => at.closed(Kind::Race),
        }
        ended.map_or_else(|payload| resume_unwind(payload), |(_, outcome)| outcome)
    })
}

fn completed(at: At, mut random: Random) -> Part {
    let parts = some(&at, &mut random);
    let (form, items) = (random.below(3), random.below(3));
    Box::pin(async move {
        let mut count = 0;
        let work = async {
            if form == 0 {
                let body = async |outcome: Outcome| outcome;
                return as_completed!(for part in parts {
                    part
                })
                .try_for_each(body)
                .await;
            }
            let stream: Parts = match form {
                1 => Box::pin(as_completed!(
                    for part in parts {
                        part
                    },
                    limit = 2
                )),
                _ => Box::pin(as_completed!(
                    for part in parts {
                        part
                    },
                    spawn
                )),
            };
            for_await!(for outcome in stream {
                outcome?;
                if count == items {
                    return Err(Failed);
                }
                count += 1;
            });
            Ok(())
        };
        let ended = AssertUnwindSafe(work).catch_unwind().await;
        if !matches!(ended, Ok(Ok(()))) {
            at.stream_closed(Kind::AsCompleted);
        }
        ended.unwrap_or_else(|payload| resume_unwind(payload))
    })
}
