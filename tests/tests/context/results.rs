//! What comes out of a `with!`, and what its contexts are told, on the ways out that are not cancellations.

use std::convert::Infallible;

use weftwork::{Context, context, with};
use weftwork_tests::Log;

use crate::forms::{Broken, Does, Script, in_borrowing_forms_too};

/// What the functions fail with whose bodies fail.
#[derive(Debug, PartialEq, Eq)]
enum AppError {
    Context(&'static str),
    Own(&'static str),
}

impl From<Broken> for AppError {
    fn from(Broken(what): Broken) -> Self {
        Self::Context(what)
    }
}

in_borrowing_forms_too! {
    async fn x1_the_value_is_lent_and_comes_back_changed(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let length = with!(name = make(&script), async || -> Result<usize, Broken> {
            let lent: &mut String = name;
            lent.push('!');
            log.note("body");
            Ok(lent.len())
        })
        .await;
        assert_eq!(length, Ok(2));
        assert_eq!(log.text(), "+a body -a!:Completed .a");
    }

    async fn x2_a_good_result_comes_out_behind_the_clean_up(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let result = with!(_ = make(&script), async || -> Result<u8, AppError> {
            if log.text() == "+a" {
                return Ok(1);
            }
            Ok(2)
        })
        .await;
        assert_eq!(result, Ok(1));
        assert_eq!(log.text(), "+a -a:Completed .a");
        assert_eq!(with!(_ = make(&script), async || -> Result<u8, AppError> { Ok(3) }).await, Ok(3));
    }

    async fn x3_an_error_of_the_body_comes_out_on_each_way(make) {
        for way in ["question", "return", "value"] {
            let log = Log::new();
            let script = Script::new(&log, "a");
            let result = with!(_ = make(&script), async || -> Result<u8, AppError> {
                match way {
                    "question" => Err(AppError::Own("question"))?,
                    "return" => return Err(AppError::Own("return")),
                    _ => {}
                }
                Err(AppError::Own("value"))
            })
            .await;
            assert_eq!(result, Err(AppError::Own(way)));
            assert_eq!(log.text(), "+a -a:Failed .a");
        }
    }

    async fn x4_a_set_up_that_fails_gives_its_error_and_nothing_else_runs(make) {
        let log = Log::new();
        let script = Script::new(&log, "a").enter(Does::Fails("no"));
        let result = with!(_ = make(&script), async || -> Result<u8, AppError> {
            log.note("body");
            Ok(1)
        })
        .await;
        assert_eq!(result, Err(AppError::Context("no")));
        assert_eq!(log.text(), "+a");
    }

    async fn x8_several_are_entered_left_to_right_and_left_right_to_left(make) {
        let log = Log::new();
        let (a, b, c) = (Script::new(&log, "a"), Script::new(&log, "b"), Script::new(&log, "c"));
        let make = |script, word: &str| {
            log.note(format!("make:{word}"));
            make(script)
        };
        let work = with!(first = make(&a, "?"), second = make(&b, first), third = make(&c, second), {
            first.push_str(third);
            log.note(format!("body:{first}{second}{third}"));
            Ok::<_, Broken>(())
        });
        assert_eq!(work.await, Ok(()));
        assert_eq!(
            log.text(),
            "make:? +a make:a +b make:b +c body:acbc -c:Completed .c -b:Completed .b -ac:Completed .a"
        );
    }

    async fn x9_a_second_set_up_that_fails_leaves_the_first_one(make) {
        let log = Log::new();
        let (a, b, c) = (Script::new(&log, "a"), Script::new(&log, "b").enter(Does::Fails("no")), Script::new(&log, "c"));
        let result = with!(_ = make(&a), _ = make(&b), _ = make(&c), async || -> Result<(), AppError> {
            log.note("body");
            Ok(())
        })
        .await;
        assert_eq!(result, Err(AppError::Context("no")));
        assert_eq!(log.text(), "+a +b -a:Failed .a");
    }

    async fn x10_what_has_no_name_is_held_until_the_body_has_ended(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let result = with!(_ = make(&script), {
            log.note("one");
            tokio::task::yield_now().await;
            log.note("two");
            Ok::<_, Broken>(())
        });
        assert_eq!(result.await, Ok(()));
        assert_eq!(log.text(), "+a one two -a:Completed .a");
    }

    async fn x29_a_clean_up_that_fails_behind_a_good_body_gives_its_error(make) {
        let log = Log::new();
        let script = Script::new(&log, "a").exit(Does::Fails("late"));
        let result = with!(_ = make(&script), async || -> Result<u8, AppError> { Ok(1) }).await;
        assert_eq!(result, Err(AppError::Context("late")));
        assert_eq!(log.text(), "+a -a:Completed");
    }

    async fn x33_the_outer_one_sees_that_the_inner_clean_up_failed(make) {
        let log = Log::new();
        let (a, b) = (Script::new(&log, "a"), Script::new(&log, "b").exit(Does::Fails("late")));
        let result = with!(_ = make(&a), _ = make(&b), async || -> Result<u8, AppError> { Ok(1) }).await;
        assert_eq!(result, Err(AppError::Context("late")));
        assert_eq!(log.text(), "+a +b -b:Completed -a:Failed .a");
    }

    async fn x34_a_clean_up_does_not_turn_an_error_into_a_value(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let work = with!(_ = make(&script), async || -> Result<u8, AppError> { Err(AppError::Own("wrong")) });
        // What other languages do in the clean-up is a `match` here.
        let number = match work.await {
            Err(AppError::Own(_)) => 7,
            other => panic!("{other:?}"),
        };
        assert_eq!((number, log.text().as_str()), (7, "+a -a:Failed .a"));
    }
}

/// The error is known only from behind the `with!`, and nothing else can be said of it.
#[tokio::test]
async fn x5_an_error_without_debug_that_is_inferred() {
    struct Bare;
    impl From<Infallible> for Bare {
        fn from(never: Infallible) -> Self {
            match never {}
        }
    }
    async fn run() -> Result<u8, Bare> {
        let number: Context<u8> = context!(async {
            yield 1;
        });
        with!(number = number, { Ok(*number) }).await
    }
    assert!(matches!(run().await, Ok(1)));
}
