//! C49: nobody loses for want of tokio's budget, and the stagger does not either.

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::{Duration, Instant};

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
