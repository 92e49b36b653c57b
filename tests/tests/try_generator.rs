//! `try_generator!`: `?`, and what ends the stream.

use std::cell::RefCell;
use std::fmt;
use std::num::{ParseFloatError, ParseIntError};
use std::pin::pin;

use futures::StreamExt;
use futures_core::Stream;
use weftwork::{stream, try_generator, try_stream};

async fn all<S: Stream>(stream: S) -> Vec<S::Item> {
    stream.collect().await
}

fn send<S: Send>(stream: S) -> S {
    stream
}

/// An error that two others convert into.
#[derive(Debug, PartialEq)]
enum Wrong {
    Int(ParseIntError),
    Float(ParseFloatError),
    Own(&'static str),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Wrong {}

impl From<ParseIntError> for Wrong {
    fn from(error: ParseIntError) -> Self {
        Self::Int(error)
    }
}

impl From<ParseFloatError> for Wrong {
    fn from(error: ParseFloatError) -> Self {
        Self::Float(error)
    }
}

fn int_error() -> ParseIntError {
    "x".parse::<i32>().unwrap_err()
}

fn float_error() -> ParseFloatError {
    "x".parse::<f32>().unwrap_err()
}

#[tokio::test]
async fn g35_a_failing_question_mark_is_the_last_item() {
    let log = RefCell::new(Vec::new());
    let items = try_generator!(async || -> Result<i32, ParseIntError> {
        yield 1;
        yield 2;
        let n: i32 = "x".parse()?;
        log.borrow_mut().push("behind");
        yield n;
    });
    assert_eq!(all(items).await, [Ok(1), Ok(2), Err(int_error())]);
    assert!(log.borrow().is_empty());
}

#[tokio::test]
async fn g36_an_error_before_the_first_yield() {
    let items = try_generator!(async || -> Result<i32, ParseIntError> {
        let n: i32 = "x".parse()?;
        yield n;
    });
    assert_eq!(all(items).await, [Err(int_error())]);
}

#[tokio::test]
async fn g37_source_errors_are_converted() {
    fn both<'a>(int: &'a str, float: &'a str) -> impl Stream<Item = Result<f32, Wrong>> + 'a {
        try_generator!(async move {
            let n: u8 = int.parse()?;
            yield f32::from(n);
            yield float.parse()?;
        })
    }
    assert_eq!(all(both("1", "2.5")).await, [Ok(1.0), Ok(2.5)]);
    assert_eq!(all(both("x", "2.5")).await, [Err(Wrong::Int(int_error()))]);
    assert_eq!(all(both("1", "x")).await, [Ok(1.0), Err(Wrong::Float(float_error()))]);

    type Parsed = Result<f32, Wrong>;
    let named = try_generator!(async move || -> Parsed {
        yield "x".parse()?;
    });
    assert_eq!(all(named).await, [Err(Wrong::Float(float_error()))]);
}

#[tokio::test]
async fn g38_question_marks_anywhere_mean_what_they_mean() {
    async fn later(text: &str) -> Result<i32, ParseIntError> {
        text.parse()
    }
    fn twice(text: &str) -> Result<Result<i32, ParseIntError>, Wrong> {
        Ok(text.parse())
    }
    fn numbers(last: &str) -> impl Stream<Item = Result<i32, Wrong>> + '_ {
        try_generator!(async move {
            yield "1".parse()?;
            yield later("2").await?;
            yield twice("3")??;
            let row: Result<i32, ParseIntError> = Ok(4);
            yield row?;
            yield if last.is_empty() { 0 } else { "5".parse::<i32>()? };
            yield twice(last)??;
            yield 9;
        })
    }
    assert_eq!(all(numbers("6")).await, [Ok(1), Ok(2), Ok(3), Ok(4), Ok(5), Ok(6), Ok(9)]);
    assert_eq!(all(numbers("x")).await[5..], [Err(Wrong::Int(int_error()))]);
}

#[tokio::test]
async fn g39_in_handlers_and_in_arguments_of_macros() {
    fn numbers(text: &str) -> impl Stream<Item = Result<String, Wrong>> + '_ {
        try_generator!(async move {
            tokio::select! {
                read = async { text.parse::<i32>() } => yield format!("{}", read? + 1),
            }
            if matches!("2".parse::<i32>()?, 2) {
                yield format!("{:?}", "2.5".parse::<f32>()?);
            }
            tokio::select! {
                () = async {} => { yield format!("{}", "x".parse::<i32>()?); }
            }
            yield "behind".into();
        })
    }
    assert_eq!(all(numbers("0")).await, [Ok("1".into()), Ok("2.5".into()), Err(Wrong::Int(int_error()))]);
    assert_eq!(all(numbers("x")).await, [Err(Wrong::Int(int_error()))]);
}

/// A guard that is not `Send`, over a `?`.
fn guarded(shared: &std::sync::Mutex<String>) -> impl Stream<Item = Result<i32, ParseIntError>> {
    try_generator!(async {
        let number = {
            let guard = shared.lock().unwrap();
            let number: i32 = guard.parse()?;
            let doubled: i32 = format!("{}{}", &*shared_name(&guard), number).parse()?;
            doubled
        };
        tokio::task::yield_now().await;
        yield number;
    })
}

fn shared_name(guard: &std::sync::MutexGuard<'_, String>) -> std::rc::Rc<str> {
    guard.as_str().into()
}

#[tokio::test]
async fn g40_a_guard_over_a_question_mark_keeps_the_stream_send() {
    let shared = std::sync::Mutex::new("1".into());
    assert_eq!(all(send(guarded(&shared))).await, [Ok(11)]);
    *shared.lock().unwrap() = "x".into();
    assert_eq!(all(send(guarded(&shared))).await, [Err(int_error())]);
}

#[tokio::test]
async fn g41_the_ways_to_end() {
    fn ends(how: u8) -> impl Stream<Item = Result<u8, Wrong>> {
        try_generator!(async move {
            yield 1;
            match how {
                0 => return,
                1 => return Ok(()),
                2 => return Err(Wrong::Own("ended")),
                3 => {
                    let next = how + 1;
                    if next == 4 {
                        return;
                    }
                }
                4 => {
                    let Some(()) = None::<()> else { return };
                }
                5 => return Err("x".parse::<f32>().unwrap_err())?,
                _ => {}
            }
            yield 2;
        })
    }
    assert_eq!(all(ends(0)).await, [Ok(1)]);
    assert_eq!(all(ends(1)).await, [Ok(1)]);
    assert_eq!(all(ends(2)).await, [Ok(1), Err(Wrong::Own("ended"))]);
    assert_eq!(all(ends(3)).await, [Ok(1)]);
    assert_eq!(all(ends(4)).await, [Ok(1)]);
    assert_eq!(all(ends(5)).await, [Ok(1), Err(Wrong::Float(float_error()))]);
    assert_eq!(all(ends(6)).await, [Ok(1), Ok(2)]);
}

#[tokio::test]
async fn g41_a_body_may_end_with_a_return_or_never() {
    let fails = try_generator!(async || -> Result<u8, Wrong> {
        yield 1;
        return Err(Wrong::Own("ended"));
    });
    assert_eq!(all(fails).await, [Ok(1), Err(Wrong::Own("ended"))]);

    let endless = try_generator!(async || -> Result<u8, Wrong> {
        loop {
            yield 1;
        }
    });
    assert_eq!(endless.take(2).collect::<Vec<_>>().await, [Ok(1), Ok(1)]);
}

#[tokio::test]
async fn g43_a_nested_block_keeps_its_errors() {
    let items = try_generator!(async || -> Result<String, Wrong> {
        let inner: Result<i32, ParseIntError> = async {
            if true {
                "x".parse::<i32>()?;
            }
            yield "unreached".into();
            Ok(1)
        }
        .await;
        yield format!("{}", inner.is_err());
        let other = async {
            yield "in the block".into();
            if true {
                return Some(5);
            }
            None?
        };
        yield format!("{:?}", other.await);
    });
    assert_eq!(all(items).await, [Ok("true".into()), Ok("in the block".into()), Ok("Some(5)".into())]);
}

#[tokio::test]
async fn g43_closures_and_functions_keep_their_returns() {
    let items = try_generator!(async || -> Result<i32, Wrong> {
        fn nothing(early: bool) {
            if early {
                return;
            }
            unreachable!()
        }
        nothing(true);
        let log = RefCell::new(0);
        let write = |n: i32| {
            if n > 1 {
                return;
            }
            *log.borrow_mut() += n;
        };
        (0..5).for_each(write);
        let parse = |text: &str| -> Result<i32, ParseIntError> { Ok(text.parse::<i32>()? + 1) };
        yield log.into_inner() + parse("1")?;
        yield parse("x")?;
    });
    assert_eq!(all(items).await, [Ok(3), Err(Wrong::Int(int_error()))]);
}

#[tokio::test]
async fn g46_a_boxed_error_takes_any() {
    fn numbers() -> impl Stream<Item = Result<i32, Box<dyn std::error::Error + Send + Sync>>> + Send {
        try_generator!(async {
            yield "1".parse()?;
            if "1.5".parse::<f32>()? > 2.0 {
                return;
            }
            Err("in words")?;
            yield 2;
        })
    }
    let mut items = pin!(numbers());
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert_eq!(items.next().await.unwrap().unwrap_err().to_string(), "in words");
    assert!(items.next().await.is_none());

    let anyhow = try_generator!(async || -> anyhow::Result<i32> {
        yield "1".parse()?;
        anyhow::ensure!("x".parse::<i32>().is_ok(), "not {}", "a number");
    });
    let mut items = all(anyhow).await;
    assert_eq!(items.remove(1).unwrap_err().to_string(), "not a number");
}

#[tokio::test]
async fn g69_nested_yields_are_fallible_alike() {
    let items = try_generator!(async || -> Result<i32, Wrong> {
        tokio::join!(async { yield 1 }, async { yield 2 });
        yield "x".parse()?;
    });
    assert_eq!(all(items).await, [Ok(1), Ok(2), Err(Wrong::Int(int_error()))]);
}

#[tokio::test]
async fn g64_the_function_forms() {
    let fallible = try_stream(async |y| {
        y.emit(Ok(1)).await;
        Err(Wrong::Own("ended"))
    });
    assert_eq!(all(fallible).await, [Ok(1), Err(Wrong::Own("ended"))]);
    let plain = stream(async |y| {
        y.emit(Ok::<_, Wrong>(1)).await;
        y.emit(Err(Wrong::Own("no end"))).await;
        y.emit(Ok(2)).await;
    });
    assert_eq!(all(plain).await, [Ok(1), Err(Wrong::Own("no end")), Ok(2)]);
}

#[tokio::test]
async fn g42_an_error_that_does_not_end_the_stream() {
    let items = try_generator!(async || -> Result<u8, Wrong> {
        yield 1;
        yield_err!(Wrong::Own("in between"));
        yield 2;
    });
    assert_eq!(all(items).await, [Ok(1), Err(Wrong::Own("in between")), Ok(2)]);
}

#[tokio::test]
async fn g42_wherever_an_expression_may_stand() {
    let items = try_generator!(async || -> Result<u8, Wrong> {
        let () = yield_err!(Wrong::Own("let"));
        match "x".parse::<u8>() {
            Ok(n) => yield n,
            Err(error) => yield_err!(error.into()),
        }
        tokio::select! {
            n = async { "2.5".parse::<f32>() } => yield_err! { n.map_or_else(Wrong::from, |_| Wrong::Own("select")) },
        }
        if true {
            yield_err!(Wrong::Own("weftwork"))
        }
        weftwork::yield_err!(Wrong::Own("path"));
        yield_err![{
            yield 1;
            Wrong::Own("behind its own yield")
        }];
        futures::join!(async { yield_err!(Wrong::Own("nested")) }, async { yield 2 });
        yield_err!("1".parse::<u8>().err().map_or(Wrong::Own("question"), Wrong::from));
        yield_err!(Wrong::Int("3".parse::<u8>().map(|_| int_error())?))
    });
    let own = |text| Err(Wrong::Own(text));
    let int = || Err(Wrong::Int(int_error()));
    assert_eq!(
        all(items).await,
        [
            own("let"),
            int(),
            own("select"),
            own("weftwork"),
            own("path"),
            Ok(1),
            own("behind its own yield"),
            own("nested"),
            Ok(2),
            own("question"),
            int()
        ]
    );
}

#[tokio::test]
async fn g42_its_value_may_fail_too() {
    let items = try_generator!(async || -> Result<u8, Wrong> {
        yield_err!(Wrong::Own(if "x".parse::<u8>()? > 1 { "a" } else { "b" }));
        yield 1;
    });
    assert_eq!(all(items).await, [Err(Wrong::Int(int_error()))]);
}
