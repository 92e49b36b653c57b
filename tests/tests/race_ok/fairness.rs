//! C49: nobody loses for want of tokio's budget, and the stagger does not either.

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures::stream;
use tokio::sync::Semaphore;
use weftwork::race_ok;

/// Takes and returns a permit that is always free, for ever: whenever it is polled it spends the whole budget.
async fn greedy(semaphore: &Semaphore) -> Result<bool, ()> {
    loop {
        drop(semaphore.acquire().await);
    }
}

/// Needs a little of the budget, a few times over.
async fn patient(semaphore: &Semaphore) -> Result<bool, ()> {
    for _ in 0..5 {
        drop(semaphore.acquire().await);
        tokio::task::yield_now().await;
    }
    Ok(true)
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
        ([$($before:tt)*] [$($behind:tt)*] $($option:tt)*) => {
            race_ok!($({ let _ = stringify!($before); greedy(semaphore) },)* patient(semaphore), $({ let _ = stringify!($behind); greedy(semaphore) },)* $($option)*)
        };
    }
    assert_eq!(soon(among!([] [+]), 50).await, Ok(true));
    assert_eq!(soon(among!([+] []), 50).await, Ok(true));
    assert_eq!(soon(among!([+] [] stagger = 0s), 50).await, Ok(true));
    assert_eq!(soon(among!([+ + + + +] [+ + + +]), 200).await, Ok(true));
    assert_eq!(soon(among!([+ + + + +] [+ + + +] stagger = 0s), 200).await, Ok(true));
    assert_eq!(soon(among!([+ + + + + + + + + + + + + + + + + + + + + + + + + + + + + +] []), 500).await, Ok(true));
    assert_eq!(soon(among!([] [+ + + + + + + + + + + + + + + + + + + + + + + + + + + + + +]), 500).await, Ok(true));
}

/// On the real clock: one that spins keeps a paused one from moving.
#[tokio::test]
async fn c49_a_spinning_arm_does_not_put_the_start_of_the_next_off() {
    let semaphore = &Semaphore::new(200);
    let start = Instant::now();
    let few = race_ok!(greedy(semaphore), patient(semaphore), stagger = 20ms);
    assert_eq!(tokio::time::timeout(Duration::from_secs(30), few).await, Ok(Ok(true)));
    let many = race_ok!(
        greedy(semaphore),
        greedy(semaphore),
        greedy(semaphore),
        greedy(semaphore),
        greedy(semaphore),
        patient(semaphore),
        stagger = 20ms
    );
    assert_eq!(tokio::time::timeout(Duration::from_secs(30), many).await, Ok(Ok(true)));
    assert!(start.elapsed() >= Duration::from_millis(120));
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
        ($($number:tt)*) => {{
            let at_once = race_ok!($({ let _ = stringify!($number); greedy(semaphore) },)* patient(semaphore));
            assert_eq!(soon(at_once, 2_000).await, Ok(true));
            let staggered = race_ok!($({ let _ = stringify!($number); greedy(semaphore) },)* patient(semaphore), stagger = 0s);
            assert_eq!(soon(staggered, 2_000).await, Ok(true));
        }};
    }
    macro_rules! ten_times {
        ($($tokens:tt)*) => { ten!(hundred $($tokens)*) };
    }
    ten!(ten_times+);
}

#[tokio::test]
async fn c49_in_a_comprehension() {
    for size in [2, 10, 31, 100, 1000_usize] {
        for patient_one in [0, size / 2, size - 1] {
            let semaphore = &Semaphore::new(size);
            let contender = |n| async move { if n == patient_one { patient(semaphore).await } else { greedy(semaphore).await } };
            let raced = race_ok!(for n in 0..size {
                contender(n)
            });
            assert_eq!(soon(raced, 50 * size).await, Ok(true), "{patient_one} of {size}");
            let staggered = race_ok!(
                for n in 0..size {
                    contender(n)
                },
                stagger = 0s
            );
            assert_eq!(soon(staggered, 50 * size).await, Ok(true), "{patient_one} of {size}, one after another");
            let streamed = race_ok!(
                for await n in stream::iter(0..size) {
                    contender(n)
                },
                stagger = 0s
            );
            assert_eq!(soon(streamed, 50 * size).await, Ok(true), "{patient_one} of {size}, from a stream");
        }
    }
}

/// On the real clock: contenders that spin put the start of the next one off neither by time nor by want of budget.
#[tokio::test]
async fn c49_spinning_contenders_do_not_put_the_start_of_the_next_off() {
    for size in [2, 10, 100, 1000_usize] {
        let semaphore = &Semaphore::new(size);
        let interval = Duration::from_micros(20_000 / size as u64).max(Duration::from_millis(1));
        let contender = |n| async move { if n == size - 1 { patient(semaphore).await } else { greedy(semaphore).await } };
        let raced = race_ok!(
            for n in 0..size {
                contender(n)
            },
            stagger = interval
        );
        let start = Instant::now();
        assert_eq!(tokio::time::timeout(Duration::from_secs(60), raced).await, Ok(Ok(true)), "{size}");
        assert!(start.elapsed() >= interval * (size as u32 - 1), "{size} after {:?}", start.elapsed());
    }
}
