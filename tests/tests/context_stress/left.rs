//! Parts that are left early: streams, and what others drop.

use std::pin::pin;

use futures::StreamExt;
use tokio::task::JoinHandle;
use weftwork::{for_await, generator, with};
use weftwork_tests::Random;
use weftwork_tests::polls::polls;

use super::tree::{At, Failed, Outcome, Part, Parts, a_while, open, part, some};
use super::world::{Kind, cancelled};

/// Gives the outcomes of some parts in a context.
fn stream(at: At, mut random: Random) -> Parts {
    let seed = random.next();
    Box::pin(generator!(async move {
        with!(place = open(&at, seed), async {
            for part in some(&at.within(*place), &mut random) {
                yield part.await;
            }
        })
        .await;
    }))
}

pub(crate) fn looped(at: At, mut random: Random) -> Part {
    let (items, stream) = (random.below(3), stream(at.clone(), random));
    Box::pin(async move {
        let mut count = 0;
        for_await!(for _ in stream {
            if count == items {
                break;
            }
            count += 1;
        });
        if count == items {
            at.stream_closed(Kind::ForAwait);
        }
        Ok(())
    })
}

pub(crate) fn closed(at: At, mut random: Random) -> Part {
    let (items, seed) = (random.below(3), random.next());
    Box::pin(async move {
        let mut stream = pin!(generator!(async {
            with!(place = open(&at, seed), async {
                for part in some(&at.within(*place), &mut random) {
                    yield part.await;
                }
            })
            .await;
        }));
        for _ in 0..items {
            let _outcome = stream.next().await;
        }
        stream.as_mut().aclose().await;
        at.stream_closed(Kind::Aclose);
        Ok(())
    })
}

pub(crate) fn selected(at: At, mut random: Random) -> Part {
    let work = part(&at, &mut random);
    Box::pin(async move {
        let outcome = tokio::select! {
            outcome = work => outcome,
            () = a_while(random) => {
                cancelled(Kind::Select);
                Err(Failed)
            }
        };
        at.let_go();
        outcome
    })
}

pub(crate) fn polled(at: At, mut random: Random) -> Part {
    let work = part(&at, &mut random);
    Box::pin(async move {
        let outcome = polls(random.turns(), work).await;
        at.let_go();
        outcome.unwrap_or_else(|| {
            cancelled(Kind::Polls);
            Ok(())
        })
    })
}

/// Its task is nobody's but ours, which may be dropped as well.
struct Task(JoinHandle<Outcome>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(crate) fn aborted(at: &At, mut random: Random) -> Part {
    let at = at.within(at.world.place(None));
    let (work, alive) = (part(&at, &mut random), at.world.task());
    Box::pin(async move {
        let mut task = Task(tokio::spawn(async move {
            // Behind the work.
            let _alive = alive;
            work.await
        }));
        a_while(random).await;
        task.0.abort();
        if let Err(error) = (&mut task.0).await {
            cancelled(if error.is_panic() { Kind::Panic } else { Kind::Abort });
        }
        Ok(())
    })
}

pub(crate) fn dropped(at: At, mut random: Random) -> Part {
    let (items, mut stream) = (random.below(3), stream(at.clone(), random));
    Box::pin(async move {
        for _ in 0..items {
            let _outcome = stream.next().await;
        }
        drop(stream);
        at.let_go();
        cancelled(Kind::DroppedStream);
        Ok(())
    })
}
