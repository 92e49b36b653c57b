//! `error = T` and `errors = all` over comprehensions.

use std::cell::Cell;
use std::future::ready;
use std::num::ParseIntError;
use std::time::Duration;

use futures::stream;
use weftwork::gather;
use weftwork_tests::{Gauge, after, timed};

#[derive(Debug, PartialEq)]
enum AppError {
    Number(u64),
    Parse(ParseIntError),
}

impl From<u64> for AppError {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<ParseIntError> for AppError {
    fn from(error: ParseIntError) -> Self {
        Self::Parse(error)
    }
}

async fn load(n: u64) -> Result<u64, u64> {
    after(n, if n == 20 { Err(n) } else { Ok(n) }).await
}

#[tokio::test(start_paused = true)]
async fn c8_errors_are_converted() {
    let failed = gather!(
        for n in [30, 20, 10] {
            load(n)?
        },
        error = AppError
    );
    assert_eq!(timed(failed).await, (Err(AppError::Number(20)), Duration::from_millis(20)));
    let good = gather!(
        for n in [30, 10] {
            load(n)?
        },
        limit = 1,
        error = AppError
    );
    assert_eq!(good.await, Ok(vec![30, 10]));
}

/// A `?` in front of the future is converted as well, and need not be of the same type.
#[tokio::test(start_paused = true)]
async fn c8_two_error_types_in_one_body() {
    async fn sum(words: &[&str]) -> Result<u64, AppError> {
        let numbers = gather!(
            for word in words {
                let number: u64 = word.parse()?;
                load(number)?
            },
            limit = 2,
            error = AppError
        )
        .await?;
        Ok(numbers.iter().sum())
    }
    assert_eq!(sum(&["1", "2"]).await, Ok(3));
    assert_eq!(sum(&["1", "20"]).await, Err(AppError::Number(20)));
    assert!(matches!(sum(&["1", "x"]).await, Err(AppError::Parse(_))));
}

/// Any type, and from any input.
#[tokio::test(start_paused = true)]
async fn c8_other_forms() {
    let boxed = gather!(..[ready("1".parse::<u8>()), ready("x".parse())]?, error = Box<dyn std::error::Error + Send + Sync>);
    assert!(boxed.await.unwrap_err().is::<ParseIntError>());
    let stream = gather!(
        for await n in stream::iter([1, 20]) {
            load(n)?
        },
        error = AppError
    );
    assert_eq!(stream.await, Err(AppError::Number(20)));
    let spawned = gather!(
        for n in [1, 20] {
            load(n)?
        },
        spawn,
        error = AppError
    );
    assert_eq!(spawned.await, Err(AppError::Number(20)));
    let same = gather!(
        for n in [1, 20] {
            load(n)?
        },
        error = u64
    );
    assert_eq!(same.await, Err(20));
}

#[tokio::test(start_paused = true)]
async fn c44_everything_runs_to_its_end() {
    let (ended, gauge) = (Cell::new(0), Gauge::new());
    let gathered = gather!(
        for n in [30, 20, 10, 20, 40] {
            let (ended, resident) = (&ended, gauge.enter());
            async move {
                let loaded = load(n).await;
                ended.set(ended.get() + 1);
                drop(resident);
                loaded
            }?
        },
        errors = all,
        limit = 3
    );
    let (outcome, waited) = timed(gathered).await;
    assert!(outcome.is_err());
    // The fourth starts at 10 ms, the fifth at 20.
    assert_eq!((ended.get(), gauge.peak(), waited), (5, 3, Duration::from_millis(60)));
}

#[tokio::test(start_paused = true)]
async fn c45_without_a_failure_it_is_as_without_the_option() {
    let gathered = gather!(
        for n in [30, 10] {
            load(n)?
        },
        errors = all
    );
    let (outcome, waited) = timed(gathered).await;
    assert_eq!((outcome.ok(), waited), (Some(vec![30, 10]), Duration::from_millis(30)));
    let none = gather!(
        for n in Vec::new() {
            load(n)?
        },
        errors = all
    );
    assert!(none.await.is_ok_and(|outputs| outputs.is_empty()));
}

/// An item whose body fails has failed as its future would have; the rest runs all the same.
#[tokio::test(start_paused = true)]
async fn c44_a_body_that_fails() {
    let started = Cell::new(0);
    let gathered = gather!(
        for word in ["1", "x", "2", "y", "20"] {
            let number: u64 = word.parse()?;
            started.set(started.get() + 1);
            load(number)?
        },
        errors = all,
        error = AppError
    );
    assert!(gathered.await.is_err());
    assert_eq!(started.get(), 3);
}

#[tokio::test(start_paused = true)]
async fn c44_with_tasks() {
    let gathered = gather!(
        for n in [30, 20, 10] {
            load(n)?
        },
        errors = all,
        spawn
    );
    let (outcome, waited) = timed(gathered).await;
    assert_eq!((outcome.is_err(), waited), (true, Duration::from_millis(30)));
}
