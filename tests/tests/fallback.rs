//! `#[fallback]`: which arm runs for which error, and when none does. Cases P2, P3, P13, P14 and P94 to P99.

use std::future::pending;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio::time::sleep;
use weftwork::{Context, Elapsed, attempt, context, deadline, fallback, remaining, retry, secs, timeout, with};
use weftwork_tests::{Log, poll_once, timed};

/// Neither `Clone` nor `Debug` is asked of an error.
#[derive(Debug, PartialEq)]
enum FetchError {
    NotFound,
    Busy(u32),
    Broken(String),
    Late(Elapsed),
}

impl From<Elapsed> for FetchError {
    fn from(elapsed: Elapsed) -> Self {
        Self::Late(elapsed)
    }
}

impl From<std::num::ParseIntError> for FetchError {
    fn from(error: std::num::ParseIntError) -> Self {
        Self::Broken(error.to_string())
    }
}

type Fetched = Result<u32, FetchError>;

// ---- arms ----

#[tokio::test(start_paused = true)]
async fn p94_the_matching_arm_gives_the_value_and_the_rest_passes_through() {
    #[fallback(FetchError::NotFound => Ok(1), FetchError::Busy(after) if after > 5 => Ok(after), FetchError::Busy(0) => Ok(2))]
    async fn f(result: Fetched) -> Fetched {
        tokio::task::yield_now().await;
        result
    }
    assert_eq!(f(Ok(7)).await, Ok(7));
    assert_eq!(f(Err(FetchError::NotFound)).await, Ok(1));
    assert_eq!(f(Err(FetchError::Busy(6))).await, Ok(6));
    assert_eq!(f(Err(FetchError::Busy(0))).await, Ok(2));
    assert_eq!(f(Err(FetchError::Busy(5))).await, Err(FetchError::Busy(5)));
}

#[tokio::test(start_paused = true)]
async fn p94_what_passes_through_is_the_same_value() {
    // It has no way to be made again.
    struct Own(Box<u32>);

    #[fallback(Own(number) if *number == 0 => Ok(()))]
    async fn f(error: Own) -> Result<(), Own> {
        Err(error)
    }
    let error = Own(Box::new(3));
    let address = std::ptr::from_ref(&*error.0);
    let Err(passed) = f(error).await else { panic!("no arm is for this one") };
    assert_eq!(std::ptr::from_ref(&*passed.0), address);
    assert!(f(Own(Box::new(0))).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn p94_every_form_of_an_arm() {
    const LONG: u32 = 60;

    #[fallback(
        FetchError::NotFound | FetchError::Busy(0) => Ok(0),
        FetchError::Busy(after @ 1..=9) => Ok(after),
        FetchError::Busy(LONG) => { let half = LONG / 2; Ok(half) }
        FetchError::Broken(ref text) if text == "soft" => Ok(4),
        FetchError::Broken(mut text) if text.is_empty() => { text.push('!'); Err(FetchError::Broken(text)) },
        FetchError::Busy(after) if let Some(left) = after.checked_sub(100) => Ok(left),
    )]
    async fn f(error: FetchError) -> Fetched {
        Err(error)
    }
    let broken = |text: &str| FetchError::Broken(text.to_owned());
    assert_eq!((f(FetchError::NotFound).await, f(FetchError::Busy(0)).await), (Ok(0), Ok(0)));
    assert_eq!((f(FetchError::Busy(5)).await, f(FetchError::Busy(60)).await), (Ok(5), Ok(30)));
    assert_eq!((f(broken("soft")).await, f(broken("")).await), (Ok(4), Err(broken("!"))));
    assert_eq!((f(FetchError::Busy(103)).await, f(broken("hard")).await), (Ok(3), Err(broken("hard"))));
}

#[tokio::test(start_paused = true)]
async fn p94_an_arm_for_all_errors() {
    #[fallback(_ => Ok(1))]
    async fn wild() -> Fetched {
        Err(FetchError::NotFound)
    }
    #[fallback(error => Err(FetchError::Broken(format!("{error:?}"))))]
    async fn bound() -> Fetched {
        Err(FetchError::NotFound)
    }
    assert_eq!((wild().await, bound().await), (Ok(1), Err(FetchError::Broken("NotFound".into()))));
}

// ---- a closure ----

#[tokio::test(start_paused = true)]
async fn p95_the_value_of_a_closure_is_the_result() {
    fn cached(id: u32) -> Option<u32> {
        (id < 10).then_some(id * 2)
    }
    #[fallback(|error| cached(id).ok_or(error))]
    async fn f(id: u32) -> Fetched {
        if id == 0 { Ok(0) } else { Err(FetchError::Busy(id)) }
    }
    assert_eq!((f(0).await, f(3).await, f(30).await), (Ok(0), Ok(6), Err(FetchError::Busy(30))));
}

#[tokio::test(start_paused = true)]
async fn p95_closures_with_a_pattern_a_type_and_a_block() {
    #[fallback(|error: FetchError| {
        let FetchError::Busy(after) = error else { return Err(error) };
        Ok(after)
    })]
    async fn typed(error: FetchError) -> Fetched {
        Err(error)
    }
    #[fallback(|_| Ok(default.into_iter().sum()))]
    async fn consumes(default: Vec<u32>, fails: bool) -> Fetched {
        if fails { Err(FetchError::NotFound) } else { Ok(0) }
    }
    #[fallback(move |_| -> Fetched { Ok(default.len() as u32) })]
    async fn moves(default: Vec<u32>) -> Fetched {
        Err(FetchError::NotFound)
    }
    assert_eq!(typed(FetchError::Busy(3)).await, Ok(3));
    assert_eq!(typed(FetchError::NotFound).await, Err(FetchError::NotFound));
    assert_eq!((consumes(vec![1, 2], true).await, consumes(vec![1, 2], false).await), (Ok(3), Ok(0)));
    assert_eq!(moves(vec![1, 2]).await, Ok(2));
}

// ---- when one runs ----

/// Ends as it is told, under an arm that is noted.
#[fallback(error => { log.note("arm"); Err(error) })]
async fn noted(log: &Log, body: impl Future<Output = Fetched>) -> Fetched {
    let _local = log.on_drop("dropped");
    body.await
}

#[tokio::test(start_paused = true)]
async fn p96_p13_success_drop_and_panic_run_none_and_failure_one_once() {
    let log = Log::new();
    assert_eq!(noted(&log, async { Ok(1) }).await, Ok(1));
    assert_eq!(log.text(), "dropped");

    let mut call = Box::pin(noted(&log, pending()));
    drop(noted(&log, pending()));
    assert_eq!(log.text(), "dropped");
    assert!(poll_once(call.as_mut()).is_pending());
    drop(call);
    assert_eq!(log.text(), "dropped dropped");

    let panics = noted(&log, async { std::panic::panic_any(42_u8) });
    let payload = AssertUnwindSafe(panics).catch_unwind().await.unwrap_err();
    assert_eq!((payload.downcast_ref::<u8>(), log.text().as_str()), (Some(&42), "dropped dropped dropped"));

    assert_eq!(noted(&log, async { Err(FetchError::NotFound) }).await, Err(FetchError::NotFound));
    // The body has gone before the arm runs.
    assert_eq!(log.text(), "dropped dropped dropped dropped arm");
}

#[tokio::test(start_paused = true)]
async fn p96_only_the_first_that_matches_runs() {
    #[fallback(
        FetchError::Busy(0) => { log.note("first"); Ok(1) }
        FetchError::Busy(_) => { log.note("second"); Ok(2) }
        FetchError::Busy(1) => { log.note("never"); Ok(3) }
        _ => { log.note("last"); Ok(4) }
    )]
    #[allow(unreachable_patterns)]
    async fn f(log: &Log, error: FetchError) -> Fetched {
        Err(error)
    }
    let log = Log::new();
    assert_eq!(f(&log, FetchError::Busy(0)).await, Ok(1));
    assert_eq!(f(&log, FetchError::Busy(1)).await, Ok(2));
    assert_eq!(f(&log, FetchError::NotFound).await, Ok(4));
    assert_eq!(log.text(), "first second last");
}

#[tokio::test(start_paused = true)]
async fn p96_p13_an_arm_that_is_dropped_while_it_awaits_ends_there() {
    #[fallback(_ => {
        let _local = log.on_drop("arm:dropped");
        pending::<()>().await;
        log.note("never");
        Ok(1)
    })]
    async fn f(log: &Log) -> Fetched {
        log.note("body");
        Err(FetchError::NotFound)
    }
    let log = Log::new();
    let mut call = Box::pin(f(&log));
    assert!(poll_once(call.as_mut()).is_pending());
    drop(call);
    assert_eq!(log.text(), "body arm:dropped");
}

#[tokio::test(start_paused = true)]
async fn p14_a_panic_in_an_arm_goes_on() {
    #[fallback(_ => std::panic::panic_any(43_u8))]
    async fn arm() -> Fetched {
        Err(FetchError::NotFound)
    }
    #[fallback(|_| std::panic::panic_any(44_u8))]
    async fn closure() -> Fetched {
        Err(FetchError::NotFound)
    }
    let arm = AssertUnwindSafe(arm()).catch_unwind().await.unwrap_err();
    let closure = AssertUnwindSafe(closure()).catch_unwind().await.unwrap_err();
    assert_eq!((arm.downcast_ref::<u8>(), closure.downcast_ref::<u8>()), (Some(&43), Some(&44)));
}

// ---- several, and other layers ----

#[tokio::test(start_paused = true)]
async fn p97_an_error_of_an_arm_is_not_matched_again_but_by_one_above() {
    #[fallback(FetchError::Busy(_) => Err(FetchError::NotFound), FetchError::NotFound => Ok(1))]
    async fn once(error: FetchError) -> Fetched {
        Err(error)
    }
    #[fallback(FetchError::NotFound => Ok(2))]
    #[fallback(FetchError::Busy(_) => Err(FetchError::NotFound))]
    async fn twice(error: FetchError) -> Fetched {
        Err(error)
    }
    #[fallback(|_| Err(FetchError::Busy(2)))]
    #[fallback(|_| Err(FetchError::Busy(1)))]
    async fn closures() -> Fetched {
        Err(FetchError::NotFound)
    }
    assert_eq!((once(FetchError::Busy(1)).await, once(FetchError::NotFound).await), (Err(FetchError::NotFound), Ok(1)));
    assert_eq!((twice(FetchError::Busy(1)).await, twice(FetchError::NotFound).await), (Ok(2), Ok(2)));
    assert_eq!(closures().await, Err(FetchError::Busy(2)));
}

#[tokio::test(start_paused = true)]
async fn p2_above_a_timeout_it_sees_the_elapsed_and_below_the_errors_of_the_body_alone() {
    #[fallback(FetchError::Late(elapsed) => Ok(elapsed.duration().as_secs() as u32), FetchError::NotFound => Ok(1))]
    #[timeout(2s)]
    async fn above(hangs: bool) -> Fetched {
        if hangs { pending().await } else { Err(FetchError::NotFound) }
    }
    #[timeout(2s)]
    #[fallback(FetchError::Late(elapsed) => Ok(elapsed.duration().as_secs() as u32), FetchError::NotFound => Ok(1))]
    async fn below(hangs: bool) -> Fetched {
        if hangs { pending().await } else { Err(FetchError::NotFound) }
    }
    assert_eq!((above(true).await, above(false).await), (Ok(2), Ok(1)));
    assert!(matches!(below(true).await, Err(FetchError::Late(_))));
    assert_eq!(below(false).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn p3_below_a_retry_it_ends_that_with_its_attempt_and_above_it_runs_once_behind_the_last() {
    #[retry(attempts = 3)]
    #[fallback(FetchError::Busy(0) => { log.note("arm"); Ok(attempt()) })]
    async fn below(log: &Log, busy: u32) -> Fetched {
        log.note(attempt().to_string());
        Err(FetchError::Busy(busy.saturating_sub(attempt())))
    }
    #[fallback(FetchError::Busy(0) => { log.note("arm"); Ok(attempt()) })]
    #[retry(attempts = 3)]
    async fn above(log: &Log, busy: u32) -> Fetched {
        log.note(attempt().to_string());
        Err(FetchError::Busy(busy.saturating_sub(attempt())))
    }
    let log = Log::new();
    // An error that no arm takes is retried.
    assert_eq!(below(&log, 2).await, Ok(2));
    assert_eq!(log.text(), "1 2 arm");
    let log = Log::new();
    // Behind the last attempt there is none any more.
    assert_eq!(above(&log, 2).await, Ok(1));
    assert_eq!(log.text(), "1 2 3 arm");
}

#[tokio::test(start_paused = true)]
async fn p2_p98_time_that_an_arm_takes_counts_for_a_timeout_above_and_not_for_one_below() {
    #[timeout(3s)]
    #[fallback(_ => { sleep(secs(2)).await; Ok(remaining().unwrap().as_secs() as u32) })]
    async fn below(takes: u64) -> Fetched {
        sleep(secs(takes)).await;
        Err(FetchError::NotFound)
    }
    #[fallback(_ => { assert_eq!(deadline(), None); sleep(secs(9)).await; Ok(1) })]
    #[timeout(3s)]
    async fn above() -> Fetched {
        pending().await
    }
    assert_eq!(timed(below(1)).await, (Ok(0), secs(3)));
    let (late, took) = timed(below(2)).await;
    assert!(matches!(late, Err(FetchError::Late(_))));
    assert_eq!(took, secs(3));
    assert_eq!(timed(above()).await, (Ok(1), secs(12)));
}

#[tokio::test(start_paused = true)]
async fn p25_p2_the_body_is_cleaned_up_before_an_arm_runs() {
    fn noted(log: &Log) -> Context<()> {
        let log = log.clone();
        context!(async move {
            yield ();
            sleep(secs(1)).await;
            log.note("clean-up");
        })
    }
    #[fallback(_ => { log.note("arm"); Ok(1) })]
    #[timeout(2s)]
    async fn f(log: &Log) -> Fetched {
        let _local = log.on_drop("local");
        with!(_ = noted(log), { pending::<()>().await }).await;
        Ok(0)
    }
    let log = Log::new();
    assert_eq!(timed(f(&log)).await, (Ok(1), secs(3)));
    assert_eq!(log.text(), "local clean-up arm");
}

// ---- what an arm may do ----

#[tokio::test(start_paused = true)]
async fn p98_an_arm_may_await_return_and_use_the_question_mark() {
    #[fallback(
        FetchError::Busy(after) => { sleep(secs(after.into())).await; Ok(after) }
        FetchError::NotFound => {
            if text.is_empty() {
                return Ok(0);
            }
            Ok(text.parse::<u32>()?)
        }
    )]
    async fn f(text: &str, error: FetchError) -> Fetched {
        Err(error)
    }
    assert_eq!(timed(f("", FetchError::Busy(3))).await, (Ok(3), secs(3)));
    assert_eq!(f("", FetchError::NotFound).await, Ok(0));
    assert_eq!(f("12", FetchError::NotFound).await, Ok(12));
    assert!(matches!(f("x", FetchError::NotFound).await, Err(FetchError::Broken(_))));
}

#[tokio::test(start_paused = true)]
async fn p98_the_layers_above_act_on_what_an_arm_returns() {
    #[fallback(FetchError::Broken(_) => Ok(9))]
    #[retry(attempts = 3, when = |error| *error == FetchError::NotFound)]
    #[fallback(FetchError::Busy(_) => {
        log.note(attempt().to_string());
        if attempt() < 3 {
            return Err(FetchError::NotFound);
        }
        Err(FetchError::Broken("x".parse::<u32>().unwrap_err().to_string()))?
    })]
    async fn f(log: &Log) -> Fetched {
        Err(FetchError::Busy(1))
    }
    let log = Log::new();
    assert_eq!(f(&log).await, Ok(9));
    assert_eq!(log.text(), "1 2 3");
}

#[tokio::test(start_paused = true)]
async fn p99_an_arm_reads_what_the_body_does_not_consume() {
    struct Client {
        cache: u32,
    }
    impl Client {
        #[fallback(FetchError::NotFound => Ok(self.cache + name.len() as u32 + list[0]), FetchError::Busy(_) => Ok(*count))]
        async fn f(&self, name: String, list: &[u32], count: &mut u32, gone: String, (left, _): (bool, u8)) -> Fetched {
            *count += 1;
            drop(gone);
            Err(if left { FetchError::NotFound } else { FetchError::Busy(name.len() as u32) })
        }

        #[fallback(_ => Ok(self.cache))]
        async fn by_value(self) -> Fetched {
            Err(FetchError::Busy(self.cache))
        }

        // What no body uses, an arm may consume.
        #[fallback(_ => Ok(spare.into_iter().sum()))]
        async fn spare(&mut self, spare: Vec<u32>) -> Fetched {
            self.cache += 1;
            Err(FetchError::NotFound)
        }
    }
    let mut client = Client { cache: 1 };
    let mut count = 5;
    assert_eq!(client.f("ab".into(), &[3], &mut count, String::new(), (true, 0)).await, Ok(6));
    assert_eq!(client.f("ab".into(), &[3], &mut count, String::new(), (false, 0)).await, Ok(7));
    assert_eq!((client.spare(vec![1, 2]).await, client.cache), (Ok(3), 2));
    assert_eq!(client.by_value().await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn p99_an_arm_names_its_bindings_like_arguments() {
    #[fallback(FetchError::Busy(id) => Ok(id + other), FetchError::Broken(value) => Ok(value.len() as u32))]
    async fn f(id: u32, other: u32, value: Vec<u32>) -> Fetched {
        let sum: u32 = value.into_iter().sum();
        Err(if sum == 0 { FetchError::Busy(id * 10) } else { FetchError::Broken("abc".into()) })
    }
    assert_eq!((f(1, 2, vec![]).await, f(1, 2, vec![1]).await), (Ok(12), Ok(3)));
}

#[tokio::test(start_paused = true)]
async fn p99_an_arm_that_formats_an_argument_reads_it() {
    #[fallback(_ => Err(FetchError::Broken(format!("{name}: {error}", error = 1))))]
    async fn f(name: String) -> Fetched {
        assert!(!name.is_empty());
        Err(FetchError::NotFound)
    }
    assert_eq!(f("ann".into()).await, Err(FetchError::Broken("ann: 1".into())));
}

#[tokio::test(start_paused = true)]
async fn d15_arms_and_closures_out_of_a_macro() {
    macro_rules! falls_back {
        ($name:ident, $pattern:pat => $value:expr) => {
            #[fallback($pattern => $value)]
            async fn $name(error: FetchError) -> Fetched {
                Err(error)
            }
        };
        ($name:ident, $closure:expr) => {
            #[fallback($closure)]
            async fn $name(error: FetchError) -> Fetched {
                Err(error)
            }
        };
    }
    falls_back!(arms, FetchError::NotFound => Ok(1));
    falls_back!(closure, |_| Ok(2));
    assert_eq!((arms(FetchError::NotFound).await, closure(FetchError::NotFound).await), (Ok(1), Ok(2)));
    assert_eq!(arms(FetchError::Busy(1)).await, Err(FetchError::Busy(1)));
}
