//! C49: nobody loses for want of tokio's budget.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use futures::stream;
use tokio::sync::Semaphore;
use weftwork::{generator, race};

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

/// The output, if it comes soon.
async fn soon<F: Future>(raced: F, polls: usize) -> F::Output {
    let mut raced = std::pin::pin!(raced);
    let mut left = polls;
    poll_fn(|cx| {
        let Poll::Ready(output) = raced.as_mut().poll(cx) else {
            left -= 1;
            assert!(left > 0, "not after {polls} polls");
            return Poll::Pending;
        };
        Poll::Ready(output)
    })
    .await
}

#[tokio::test]
async fn c49_the_patient_one_wins_beside_greedy_ones() {
    let semaphore = &Semaphore::new(200);
    macro_rules! among {
        ([$($before:tt)*] [$($behind:tt)*]) => {
            race!($({ let _ = stringify!($before); greedy(semaphore) },)* patient(semaphore), $({ let _ = stringify!($behind); greedy(semaphore) }),*)
        };
    }
    assert!(soon(among!([] [+]), 50).await);
    assert!(soon(among!([+] []), 50).await);
    assert!(soon(among!([+ +] [+]), 50).await);
    assert!(soon(among!([+ + + + +] [+ + + +]), 200).await);
    assert!(soon(among!([+ + + + + + + + +] []), 200).await);
    assert!(soon(among!([+ + + + + + + + + + + + + + + + + + + + + + + + + + + + + +] []), 500).await);
    assert!(soon(among!([] [+ + + + + + + + + + + + + + + + + + + + + + + + + + + + + +]), 500).await);
}

#[tokio::test]
async fn c49_among_a_hundred_arms() {
    let semaphore = &Semaphore::new(200);
    macro_rules! ten {
        ($then:ident $($tokens:tt)*) => {
            $then!($($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)*)
        };
    }
    macro_rules! hundred {
        ($($number:tt)*) => {
            race!($({ let _ = stringify!($number); greedy(semaphore) },)* patient(semaphore))
        };
    }
    macro_rules! ten_times {
        ($($tokens:tt)*) => { ten!(hundred $($tokens)*) };
    }
    assert!(soon(ten!(ten_times+), 2_000).await);
}

#[tokio::test]
async fn c49_in_a_comprehension() {
    for size in [2, 10, 31, 100, 1000_usize] {
        for patient_one in [0, size / 2, size - 1] {
            let semaphore = &Semaphore::new(size);
            let raced = race!(for n in 0..size {
                async move { if n == patient_one { patient(semaphore).await } else { greedy(semaphore).await } }
            });
            assert_eq!(soon(raced, 50 * size).await, Some(true), "{patient_one} of {size}");
        }
    }
}

/// The racers may not starve the stream that has more of them, nor the stream the racers.
#[tokio::test]
async fn c49_over_a_stream() {
    for size in [2, 10, 100, 1000_usize] {
        let semaphore = &Semaphore::new(size + 1);
        let numbers = generator!(async move {
            for n in 0..size {
                patient(semaphore).await;
                yield n;
            }
        });
        let raced = race!(for await n in numbers {
            async move { if n == size - 1 { patient(semaphore).await } else { greedy(semaphore).await } }
        });
        assert_eq!(soon(raced, 200 * size).await, Some(true), "{size}");
    }
    let semaphore = &Semaphore::new(2);
    let raced = race!(for await n in stream::poll_fn(|cx| pin!(semaphore.acquire()).poll(cx).map(|_| Some(0))) {
        async move { if n == 0 { patient(semaphore).await } else { false } }
    });
    assert_eq!(soon(raced, 50).await, Some(true), "beside a stream that spends all");
}

/// 1000 arms: eight of 125.
#[tokio::test]
async fn c49_races_inside_a_race() {
    let semaphore = &Semaphore::new(2000);
    macro_rules! five {
        ($then:ident $($tokens:tt)*) => { $then!($($tokens)* $($tokens)* $($tokens)* $($tokens)* $($tokens)*) };
    }
    macro_rules! twenty_five {
        ($($tokens:tt)*) => { five!(hundred_and_twenty_five $($tokens)*) };
    }
    macro_rules! hundred_and_twenty_five {
        ($($tokens:tt)*) => { five!(all_greedy $($tokens)*) };
    }
    macro_rules! all_greedy {
        ($($number:tt)*) => { Box::pin(race!($({ let _ = stringify!($number); Box::pin(greedy(semaphore)) }),*)) };
    }
    let block = || five!(twenty_five+);
    let raced = race!(block(), block(), block(), block(), patient(semaphore), block(), block(), block(), block());
    assert!(soon(raced, 1000).await);
}
