//! C49: nobody starves, whatever another child spends of tokio's budget.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use tokio::sync::Semaphore;
use weftwork::{as_completed, for_await, gather};

/// How often the owner may be polled until the patient child has got on.
const ENOUGH: usize = 50;

/// Takes and returns a permit that is always free, for ever: whenever it is polled it spends the whole budget.
async fn greedy(semaphore: &Semaphore) -> bool {
    loop {
        drop(semaphore.acquire().await);
    }
}

/// Needs a little of the budget, a few times over.
async fn patient(semaphore: &Semaphore) -> bool {
    for _ in 0..5 {
        drop(semaphore.acquire().await);
        tokio::task::yield_now().await;
    }
    true
}

/// Drives `gathered` until `done` says so, and fails if that takes too long.
async fn within_enough_polls(gathered: impl Future, done: &AtomicUsize, wanted: usize) {
    within(ENOUGH * wanted.max(4), gathered, done, wanted).await;
}

/// The same within so many polls.
async fn within(most: usize, gathered: impl Future, done: &AtomicUsize, wanted: usize) {
    let mut gathered = std::pin::pin!(gathered);
    let mut polls = 0;
    poll_fn(|cx| {
        polls += 1;
        assert!(gathered.as_mut().poll(cx).is_pending(), "the greedy one never ends");
        if done.load(Ordering::SeqCst) == wanted {
            return Poll::Ready(());
        }
        assert!(polls < most, "only {} of {wanted} got on", done.load(Ordering::SeqCst));
        Poll::Pending
    })
    .await;
}

type Child<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

#[tokio::test]
async fn c49_in_a_comprehension() {
    for size in [2, 10, 31, 100, 1000_usize] {
        for greedy_one in [0, size / 2, size - 1] {
            let semaphore = &Semaphore::new(size + 1);
            let done = &AtomicUsize::new(0);
            let gathered = gather!(for n in 0..size {
                let child: Child<'_> = if n == greedy_one {
                    Box::pin(greedy(semaphore))
                } else {
                    Box::pin(async {
                        patient(semaphore).await;
                        done.fetch_add(1, Ordering::SeqCst);
                        true
                    })
                };
                child
            });
            within_enough_polls(gathered, done, size - 1).await;
        }
    }
}

/// Greedy ones before it and behind it: whichever way round tokio wakes those whose budget was spent, it finds it spent, unless
/// its turn comes first some time.
#[tokio::test]
async fn c49_one_among_greedy_ones() {
    static DONE: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
    for size in [3, 10, 100, 1000_usize] {
        let semaphore = &Semaphore::new(size + 1);
        let child = |n: usize, done: &'static AtomicUsize| -> Child<'_> {
            if n != size / 2 {
                return Box::pin(greedy(semaphore));
            }
            Box::pin(async {
                patient(semaphore).await;
                done.fetch_add(1, Ordering::SeqCst);
                true
            })
        };
        DONE.iter().for_each(|done| done.store(0, Ordering::SeqCst));
        let gathered = gather!(for n in 0..size {
            child(n, &DONE[0])
        });
        // Ten turns or so, each behind one of everybody else's.
        within(15 * size + 100, gathered, &DONE[0], 1).await;
        let completed = async {
            for_await!(for _ in as_completed!(for n in 0..size {
                child(n, &DONE[1])
            }) {});
        };
        within(15 * size + 100, completed, &DONE[1], 1).await;
    }
}

#[tokio::test]
async fn c49_in_a_comprehension_with_a_limit() {
    let semaphore = &Semaphore::new(100);
    let done = &AtomicUsize::new(0);
    let gathered = gather!(
        for n in 0..100 {
            let child: Child<'_> = if n == 0 {
                Box::pin(greedy(semaphore))
            } else {
                Box::pin(async {
                    patient(semaphore).await;
                    done.fetch_add(1, Ordering::SeqCst);
                    true
                })
            };
            child
        },
        limit = 2
    );
    within_enough_polls(gathered, done, 99).await;
}

/// Children that spend the budget and end, one after another: the one beside them must not find it spent every time.
#[tokio::test]
async fn c49_beside_children_that_end() {
    let semaphore = &Semaphore::new(100);
    let done = &AtomicUsize::new(0);
    let gathered = gather!(
        for n in 0.. {
            let child: Child<'_> = if n == 0 {
                Box::pin(async {
                    patient(semaphore).await;
                    done.fetch_add(1, Ordering::SeqCst);
                    std::future::pending().await
                })
            } else {
                Box::pin(async {
                    for _ in 0..128 {
                        drop(semaphore.acquire().await);
                    }
                    true
                })
            };
            child
        },
        limit = 2
    );
    within_enough_polls(gathered, done, 1).await;
}

#[tokio::test]
async fn c49_among_arms() {
    macro_rules! among {
        ($($patient:ident)*; $($other:ident)*) => {{
            let semaphore = &Semaphore::new(200);
            let done = &AtomicUsize::new(0);
            let wanted = [$(stringify!($patient),)* $(stringify!($other)),*].len();
            let finishing = || async {
                patient(semaphore).await;
                done.fetch_add(1, Ordering::SeqCst);
            };
            let gathered = gather!($({ let _ = stringify!($patient); finishing() },)* greedy(semaphore), $({ let _ = stringify!($other); finishing() }),*);
            within_enough_polls(gathered, done, wanted).await;
        }};
    }
    among!(; a);
    among!(a;);
    among!(a b c d; e f g h i);
    among!(; a b c d e f g h i j k l m n o p q r s t u v w x y z aa bb cc dd);
    among!(a b c d e f g h i j k l m n o p q r s t u v w x y z aa bb cc dd;);
    macro_rules! ten {
        ([$($before:tt)*] $($tokens:tt)*) => {
            among!($($before)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)*;)
        };
    }
    ten!([] a b c d e f g h i j);
}
