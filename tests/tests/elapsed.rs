//! What becomes of a call whose time ran out: its locals, its error, its return type.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::{error, fmt, io};

use weftwork::{Elapsed, FromElapsed, secs, timeout};
use weftwork_tests::{Log, timed};

#[derive(Debug, PartialEq)]
struct Late(Elapsed);

impl From<Elapsed> for Late {
    fn from(elapsed: Elapsed) -> Self {
        Self(elapsed)
    }
}

// ---- the locals ----

#[tokio::test(start_paused = true)]
async fn p25_locals_are_dropped_in_reverse_order_before_the_error_is_made() {
    struct Noted;
    impl From<Elapsed> for Noted {
        fn from(_: Elapsed) -> Self {
            LOG.with(|log| log.note("error"));
            Self
        }
    }
    thread_local!(static LOG: Log = Log::new());

    #[timeout(1s)]
    async fn f(log: Log) -> Result<(), Noted> {
        let _first = log.on_drop("first");
        let _second = log.on_drop("second");
        let inner = async {
            let _innermost = log.on_drop("innermost");
            pending::<()>().await;
        };
        inner.await;
        Ok(())
    }
    let log = LOG.with(Clone::clone);
    assert!(f(log.clone()).await.is_err());
    log.note("caller");
    assert_eq!(log.text(), "innermost second first error caller");
}

#[tokio::test(start_paused = true)]
async fn p25_owned_arguments_are_gone_when_the_caller_sees_the_error() {
    #[timeout(1s)]
    async fn f(used: Arc<()>, _unused: Arc<()>) -> Result<(), Late> {
        pending::<()>().await;
        drop(used);
        Ok(())
    }
    let owned = Arc::new(());
    assert!(f(owned.clone(), owned.clone()).await.is_err());
    assert_eq!(Arc::strong_count(&owned), 1);
}

// ---- the error ----

#[tokio::test(start_paused = true)]
async fn p29_every_error_that_is_made_from_elapsed() {
    #[timeout(1s)]
    async fn own() -> Result<(), Late> {
        pending().await
    }
    #[timeout(1s)]
    async fn boxed() -> Result<(), Box<dyn error::Error + Send + Sync>> {
        pending().await
    }
    #[timeout(1s)]
    async fn any() -> anyhow::Result<()> {
        pending().await
    }
    #[timeout(1s)]
    async fn io() -> Result<(), io::Error> {
        pending().await
    }
    #[timeout(1s)]
    async fn itself() -> Result<(), Elapsed> {
        pending().await
    }

    assert_eq!(own().await.unwrap_err().0.function(), Some("own"));
    assert_eq!(boxed().await.unwrap_err().downcast_ref::<Elapsed>().unwrap().function(), Some("boxed"));
    assert_eq!(any().await.unwrap_err().downcast_ref::<Elapsed>().unwrap().function(), Some("any"));
    let io = io().await.unwrap_err();
    assert_eq!(io.kind(), io::ErrorKind::TimedOut);
    assert_eq!(io.get_ref().unwrap().downcast_ref::<Elapsed>().unwrap().function(), Some("io"));
    assert_eq!(itself().await.unwrap_err().function(), Some("itself"));
}

#[tokio::test(start_paused = true)]
async fn p33_elapsed_names_the_function_and_the_duration() {
    #[timeout(1.5s)]
    async fn fetch() -> Result<(), Elapsed> {
        pending().await
    }
    fn is_a_full_error<E: error::Error + Send + Sync + Clone + 'static>(error: E) -> E {
        error.clone()
    }
    let elapsed = is_a_full_error(fetch().await.unwrap_err());
    assert_eq!(elapsed.to_string(), "`fetch` timed out after 1.5s");
}

// ---- the return type ----

#[tokio::test(start_paused = true)]
async fn p30_d41_aliases_of_result_and_results_with_impl_trait() {
    type Fetched<T> = Result<T, Late>;
    use std::result::Result as Outcome;

    #[timeout(1s)]
    async fn alias(ends: bool) -> Fetched<u32> {
        if ends { Ok(1) } else { pending().await }
    }
    #[timeout(1s)]
    async fn io_result(ends: bool) -> io::Result<u32> {
        if ends { Ok(2) } else { pending().await }
    }
    #[timeout(1s)]
    async fn another_name(ends: bool) -> Outcome<u32, Late> {
        if ends { Ok(3) } else { pending().await }
    }
    #[timeout(1s)]
    async fn impl_trait(ends: bool) -> Result<impl Iterator<Item = u32>, Late> {
        if !ends {
            pending::<()>().await;
        }
        Ok([1, 3].into_iter())
    }
    assert_eq!(alias(true).await.unwrap(), 1);
    assert_eq!(io_result(true).await.unwrap(), 2);
    assert_eq!(another_name(true).await.unwrap(), 3);
    assert_eq!(impl_trait(true).await.unwrap().sum::<u32>(), 4);

    assert!(alias(false).await.is_err());
    assert!(io_result(false).await.is_err());
    assert!(another_name(false).await.is_err());
    assert!(impl_trait(false).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn p30_a_generic_error() {
    #[timeout(1s)]
    async fn f<T, E: From<Elapsed>>(value: Option<T>) -> Result<T, E> {
        match value {
            Some(value) => Ok(value),
            None => pending().await,
        }
    }
    #[timeout(1s)]
    async fn in_where_clause<T>() -> T
    where
        T: FromElapsed,
    {
        pending().await
    }
    assert_eq!(f::<_, Late>(Some(1)).await, Ok(1));
    assert_eq!(f::<u32, Late>(None).await.unwrap_err().0.function(), Some("f"));
    assert_eq!(in_where_clause::<Result<(), Late>>().await.unwrap_err().0.function(), Some("in_where_clause"));
}

#[tokio::test(start_paused = true)]
async fn p31_an_own_type_that_is_no_result() {
    #[derive(Debug, PartialEq)]
    enum Answer {
        Of(u32),
        Late { function: Option<&'static str> },
    }
    impl FromElapsed for Answer {
        fn from_elapsed(elapsed: Elapsed) -> Self {
            Self::Late { function: elapsed.function() }
        }
    }
    #[timeout(1s)]
    async fn ask(ends: bool) -> Answer {
        if ends { Answer::Of(1) } else { pending().await }
    }
    assert_eq!(ask(true).await, Answer::Of(1));
    assert_eq!(timed(ask(false)).await, (Answer::Late { function: Some("ask") }, secs(1)));
}

#[tokio::test(start_paused = true)]
async fn p29_the_conversion_does_not_run_for_an_error_of_the_body() {
    static CONVERTED: AtomicBool = AtomicBool::new(false);
    #[derive(Debug)]
    struct Own;
    impl fmt::Display for Own {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("own")
        }
    }
    impl From<Elapsed> for Own {
        fn from(_: Elapsed) -> Self {
            CONVERTED.store(true, SeqCst);
            Self
        }
    }
    #[timeout(1s)]
    async fn f() -> Result<(), Own> {
        Err(Own)
    }
    assert_eq!(f().await.unwrap_err().to_string(), "own");
    assert!(!CONVERTED.load(SeqCst));
}
