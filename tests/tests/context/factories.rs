//! Functions that make contexts, what bodies may do, and errors of several types.

use std::convert::Infallible;
use std::fmt::Display;

use weftwork::{Context, Exit, LocalContext, context, secs, with};
use weftwork_tests::{Log, Reports, finished};

use crate::forms::{Broken, Script, by_class, by_macro};

/// Counts what is open.
#[derive(Clone, Debug, Default)]
struct Pool {
    log: Log,
}

impl Pool {
    /// Docs, visibility, generics, bounds and receivers stay what they are; so do arguments with the names of the macro's own words.
    pub(crate) fn labelled<T>(&self, exit: T, value: u8, slot: &str) -> Context<(T, u8, String), Broken>
    where
        T: Display + Send + 'static,
    {
        let (log, slot) = (self.log.clone(), slot.to_owned());
        context!(async move {
            log.note(format!("+{exit}"));
            let ((exit, value, slot), how) = yield (exit, value, slot);
            log.note(format!("-{exit}{value}{slot}:{how:?}"));
            Ok(())
        })
    }

    fn constant<const N: usize>(self) -> Context<[u8; N]> {
        context!(async move {
            let (numbers, exit) = yield [1; N];
            self.log.note(format!("{}:{}", numbers.len(), exit.is_ok()));
        })
    }
}

#[tokio::test]
async fn x18_factories_are_plain_functions() {
    let pool = Pool::default();
    let work = with!(lent = pool.labelled("exit", 1, "slot"), numbers = pool.clone().constant::<3>(), {
        lent.1 += numbers[0];
        Ok::<_, Broken>(numbers.len())
    });
    assert_eq!(work.await, Ok(3));
    assert_eq!(pool.log.text(), "+exit 3:true -exit2slot:Completed");
}

#[tokio::test]
async fn x14_calling_the_factory_again_makes_a_fresh_one() {
    let log = Log::new();
    let script = Script::new(&log, "a");
    for _ in 0..2 {
        let name = with!(name = by_macro(&script), {
            name.push('!');
            Ok::<_, Broken>(name.clone())
        });
        assert_eq!(name.await.unwrap(), "a!");
    }
    assert_eq!(log.text(), "+a -a!:Completed .a +a -a!:Completed .a");
}

#[tokio::test]
async fn x15_a_value_of_a_type_is_entered_once_for_each_use_of_a_clone() {
    let log = Log::new();
    let script = by_class(&Script::new(&log, "a"));
    for _ in 0..2 {
        assert_eq!(with!(_ = script.clone(), { Ok::<_, Broken>(()) }).await, Ok(()));
    }
    assert_eq!(log.text(), "+a -a:Completed .a +a -a:Completed .a");
}

/// Errors of several kinds, each from where it comes.
#[derive(Debug, PartialEq)]
enum AppError {
    Broken(Broken),
    Number(std::num::ParseIntError),
}

impl From<Broken> for AppError {
    fn from(error: Broken) -> Self {
        Self::Broken(error)
    }
}

impl From<std::num::ParseIntError> for AppError {
    fn from(error: std::num::ParseIntError) -> Self {
        Self::Number(error)
    }
}

fn number(text: &'static str) -> Context<u8, std::num::ParseIntError> {
    context!(async move {
        let number: u8 = text.parse()?;
        let (number, _) = yield number;
        if number > 100 { "".parse::<u8>().map(drop) } else { Ok(()) }
    })
}

#[tokio::test]
async fn x5_each_error_is_converted_by_itself() {
    for (text, last, expected) in [
        ("7", Ok(1), Ok(8)),
        ("x", Ok(1), Err(AppError::Number("x".parse::<u8>().unwrap_err()))),
        ("7", Err(Broken("body")), Err(AppError::Broken(Broken("body")))),
    ] {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let result = with!(_ = by_macro(&script), number = number(text), _ = plain(), async || -> Result<u8, AppError> {
            Ok(*number + last?)
        });
        assert_eq!(result.await, expected);
    }
}

fn plain() -> Context<u8> {
    context!(async {
        let (_value, _exit) = yield 1;
    })
}

#[tokio::test]
async fn x6_a_plain_value_goes_with_contexts_that_can_not_fail() {
    assert_eq!(with!(one = plain(), two = plain(), { *one + *two }).await, 2);
    with!(one = plain(), { *one += 1 }).await;
    // A `Result` is a value like any other to them, but for what they are told.
    let failed: Result<u8, &str> = with!(_ = plain(), { Err("no") }).await;
    assert_eq!(failed, Err("no"));
    let never: Context<u8, Infallible> = plain();
    assert_eq!(with!(one = never, { Some(*one) }).await, Some(1));
}

#[tokio::test]
async fn x7_the_closure_form_names_the_type_of_the_body() {
    let doubled = with!(number = number("21"), async || -> Result<u8, AppError> {
        let two: u8 = "2".parse()?;
        Ok(*number * two)
    });
    assert_eq!(doubled.await, Ok(42));
    assert_eq!(with!(one = plain(), async || { *one }).await, 1);
    let owned = String::from("mine");
    assert_eq!(with!(_ = plain(), async move || -> String { owned }).await, "mine");
}

#[derive(Debug, Default)]
struct Counter {
    count: u32,
    step: u32,
}

impl Counter {
    async fn twice(&mut self) -> u32 {
        with!(_ = plain(), _ = plain(), {
            self.count += self.step;
            tokio::task::yield_now().await;
            self.count += self.step;
        })
        .await;
        self.count
    }
}

#[tokio::test]
async fn x11_a_body_changes_what_is_its_callers_and_may_be_sent() {
    let mut sum = 0;
    let text = String::from("four");
    with!(one = plain(), { sum += usize::from(*one) + text.len() }).await;
    assert_eq!((sum, text.as_str()), (5, "four"));

    let spawned = tokio::spawn(async { Counter { count: 1, step: 2 }.twice().await });
    assert_eq!(spawned.await.unwrap(), 5);
}

#[tokio::test]
async fn x11_a_body_may_hold_what_can_not_be_sent() {
    let shared = std::rc::Rc::new(std::cell::Cell::new(1));
    let own = shared.clone();
    with!(one = plain(), async move {
        tokio::task::yield_now().await;
        own.set(own.get() + i32::from(*one));
    })
    .await;
    assert_eq!(shared.get(), 2);
}

#[tokio::test]
async fn x23_what_is_not_taken_back_is_dropped_when_the_clean_up_begins() {
    let log = Log::new();
    let own = log.clone();
    let made = || -> Context<weftwork_tests::OnDrop> {
        context!(async move {
            yield own.on_drop("value");
            own.note("clean-up");
        })
    };
    with!(_ = made(), { log.note("body") }).await;
    assert_eq!(log.text(), "body value clean-up");
}

#[test]
fn x35_the_way_out() {
    for (exit, is_ok) in [(Exit::Completed, true), (Exit::Failed, false), (Exit::Panicked, false), (Exit::Cancelled, false)] {
        let copy = exit;
        assert_eq!((exit.is_ok(), exit), (is_ok, copy));
    }
    assert_eq!(format!("{:?}", Exit::Panicked), "Panicked");
}

#[tokio::test(start_paused = true)]
async fn x73_name_and_limit_are_set_on_the_value() {
    const NAME: &str = "x73";
    let reports = Reports::of(NAME);
    let slow: Context<()> = context!(async {
        yield;
        tokio::time::sleep(secs(60)).await;
    });
    // What would be options elsewhere are bindings.
    let (name, limit, grace) = with!(name = plain(), limit = plain(), grace = plain(), { (*name, *limit, *grace) }).await;
    assert_eq!((name, limit, grace), (1, 1, 1));

    let start = tokio::time::Instant::now();
    with!(_ = slow.named(NAME).grace(secs(2)), {}).await;
    assert_eq!(start.elapsed().as_secs(), 2);
    assert!(reports.one().message().contains("2s"));
    assert!(weftwork::drain(secs(60)).await.is_empty());
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[test]
fn x1_it_needs_no_runtime_where_nothing_in_it_does() {
    assert_eq!(finished(std::pin::pin!(with!(one = plain(), { *one }))), 1);
}

#[tokio::test]
async fn x8_a_context_may_lend_from_within_another_one() {
    fn both(log: &Log) -> LocalContext<'_, String, Broken> {
        context!(async move {
            with!(inner = by_macro(&Script::new(log, "a")), {
                let (inner, exit) = yield inner.clone();
                log.note(format!("{inner}:{exit:?}"));
                Ok(())
            })
            .await
        })
    }
    let log = Log::new();
    let length = with!(name = both(&log), {
        name.push('?');
        Ok::<_, Broken>(name.len())
    });
    assert_eq!(length.await, Ok(2));
    assert_eq!(log.text(), "+a a?:Completed -a:Completed .a");
}

#[tokio::test]
async fn x19_a_context_within_another_one_has_a_yield_of_its_own() {
    fn outer(log: &Log) -> LocalContext<'_, u8> {
        context!(async move {
            let inner: Context<u8> = context!(async {
                yield 1;
            });
            let one = with!(one = inner, { *one }).await;
            let (two, _) = yield one + 1;
            log.note(two.to_string());
        })
    }
    let log = Log::new();
    with!(number = outer(&log), { *number += 1 }).await;
    assert_eq!(log.text(), "3");
}
