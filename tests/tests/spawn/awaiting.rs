//! What awaiting a task gives, and what can be asked of it meanwhile.

use std::future::{pending, ready};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;
use weftwork::{Task, TaskError, gather, secs, spawn, tasks};
use weftwork_tests::{after, panic_within, poll_once, spin};

use super::both::{current_thread, on, on_both};

#[test]
fn c80_it_runs_although_nobody_polls_it() {
    on_both(20, || async {
        let (done, is_done) = oneshot::channel();
        let _task = spawn(async { done.send(7) });
        assert_eq!(is_done.await, Ok(7));
    });
}

#[test]
fn c80_spawn_itself_polls_nothing() {
    on(&current_thread(), 1, || async {
        let polled = Arc::new(AtomicBool::new(false));
        let seen = polled.clone();
        let task = spawn(async move { seen.store(true, Ordering::SeqCst) });
        assert!(!polled.load(Ordering::SeqCst));
        assert!(!task.is_finished());
        task.await.unwrap();
        assert!(polled.load(Ordering::SeqCst));
    });
}

#[test]
fn c81_the_output() {
    on_both(20, || async {
        assert_eq!(spawn(ready(7)).await.unwrap(), 7);
        assert_eq!(spawn(async { Err::<(), _>("mine") }).await.unwrap(), Err("mine"));
        // One that has ended long ago.
        let task = spawn(ready(String::from("seven")));
        spin().await;
        assert_eq!(task.await.unwrap(), "seven");
    });
}

#[test]
fn c81_a_result_without_waiting() {
    on(&current_thread(), 1, || async {
        let (go, gone) = oneshot::channel::<u8>();
        let mut task = spawn(gone);
        spin().await;
        assert!(task.try_result().is_none());
        assert!(!task.is_finished());
        go.send(7).unwrap();
        spin().await;
        assert!(task.is_finished());
        assert_eq!(task.try_result().unwrap().unwrap(), Ok(7));
        assert!(task.try_result().is_none(), "it gives its output once");
        assert!(task.is_finished());
    });
}

/// A caller that has used up its budget sees what is there all the same.
#[test]
fn c81_a_result_without_waiting_costs_no_budget() {
    on(&current_thread(), 1, || async {
        let mut tasks: Vec<Task<usize>> = (0..500).map(|number| spawn(async move { number })).collect();
        spin().await;
        spin().await;
        let found = tasks.iter_mut().filter_map(|task| task.try_result()?.ok());
        assert_eq!(found.sum::<usize>(), 499 * 500 / 2);
    });
}

#[test]
fn c81_polled_again_it_panics_and_says_who() {
    on_both(1, || async {
        let mut task = spawn(ready(7)).named("given before");
        assert_eq!((&mut task).await.unwrap(), 7);
        let message = panic_within(&mut task).await;
        assert!(message.contains("given before") && message.contains("awaiting.rs"), "{message}");
    });
}

#[test]
fn c81_cancelled_by_the_end_of_its_runtime() {
    let runtime = current_thread();
    let line = line!() + 1;
    let task = runtime.block_on(async { spawn(pending::<()>()).named("cut") });
    let id = task.id();
    drop(runtime);
    on_both(1, || async {});
    let error = current_thread().block_on(task).unwrap_err();
    assert!(error.is_cancelled() && !error.is_panic() && !error.is_failure());
    assert_eq!((error.name(), error.id(), error.message()), (Some("cut"), id, None));
    assert_eq!(error.site().line(), line);
    let text = error.to_string();
    let place = format!("awaiting.rs:{line}:");
    assert!(text.starts_with("the task `cut` #") && text.contains(&place) && text.ends_with("was cancelled"), "{text}");
    let shown = format!("{error:?}");
    assert!(shown.contains("cut") && shown.contains("cancelled") && shown.contains(&place), "{shown}");
    let error = error.into_panic().unwrap_err();
    let error = io::Error::from(error);
    assert_eq!(error.kind(), io::ErrorKind::Interrupted);
    assert!(error.get_ref().unwrap().downcast_ref::<TaskError>().unwrap().is_cancelled());
}

#[test]
fn c87_name_number_and_place() {
    on_both(1, || async {
        let line = line!() + 1;
        let unnamed = spawn(pending::<()>());
        let named = spawn(pending::<()>()).named("before").named(format!("named {}", 7));
        assert_eq!((unnamed.name(), named.name()), (None, Some("named 7")));
        assert_eq!((unnamed.site().line(), named.site().line()), (line, line + 1));
        assert!(unnamed.site().file().ends_with("awaiting.rs"));
        assert_ne!(unnamed.id(), named.id());
        let shown = format!("{unnamed:?}");
        assert!(shown.contains(&format!("awaiting.rs:{line}:")) && shown.contains("running"), "{shown}");
        let shown = format!("{named:?}");
        assert!(shown.contains("named 7") && shown.contains(&named.id().to_string()), "{shown}");
        let listed = tasks();
        let listed = listed.iter().find(|task| task.id() == named.id()).unwrap();
        assert!(listed.to_string().contains("named 7"), "{listed}");
    });
}

/// The place is the caller's also through a function that says so, as a helper of the user's may.
#[test]
fn c87_the_place_is_the_callers() {
    #[track_caller]
    fn helper() -> Task<()> {
        spawn(async {})
    }
    on_both(1, || async {
        let line = line!() + 1;
        let task = helper();
        assert_eq!(task.site().line(), line);
        task.await.unwrap();
    });
}

#[test]
fn c87_debug_follows_its_state() {
    on(&current_thread(), 1, || async {
        let mut task = spawn(async {});
        assert!(format!("{task:?}").contains("running"));
        spin().await;
        assert!(format!("{task:?}").contains("finished"));
        (&mut task).await.unwrap();
        assert!(format!("{task:?}").contains("finished"));
    });
}

#[test]
fn c90_awaited_on_another_runtime() {
    let other = current_thread();
    let (go, gone) = oneshot::channel::<u8>();
    let _entered = other.enter();
    let task = spawn(async { gone.await.unwrap() + 1 });
    drop(_entered);
    let waiting = std::thread::spawn(move || super::both::multi_thread().block_on(task).unwrap());
    other.block_on(async {
        go.send(7).unwrap();
        spin().await;
    });
    assert_eq!(waiting.join().unwrap(), 8);
}

#[test]
fn c90_awaited_outside_of_every_runtime() {
    let runtime = current_thread();
    let mut task = runtime.block_on(async { spawn(ready(7)) });
    assert!(poll_once(pin!(&mut task)).is_pending());
    runtime.block_on(spin());
    assert!(poll_once(pin!(&mut task)).map(Result::unwrap).map(|seven| seven == 7).is_ready());
}

#[test]
fn c90_by_reference_in_a_select_nothing_is_lost() {
    on(&current_thread(), 1, || async {
        let mut task = spawn(after(35, 7));
        let mut ticks = 0;
        let output = loop {
            tokio::select! {
                output = &mut task => break output.unwrap(),
                () = tokio::time::sleep(Duration::from_millis(10)) => ticks += 1,
            }
        };
        assert_eq!((output, ticks), (7, 3));
    });
}

#[test]
fn c90_the_waker_of_the_last_poll_counts() {
    on_both(20, || async {
        let (go, gone) = oneshot::channel::<u8>();
        let mut task = spawn(gone);
        // First with a waker that nobody hears, then by a task of its own.
        assert!(poll_once(pin!(&mut task)).is_pending());
        let waiting = tokio::spawn(task);
        tokio::task::yield_now().await;
        go.send(7).unwrap();
        assert_eq!(waiting.await.unwrap().unwrap(), Ok(7));
    });
}

#[test]
fn c91_the_inner_result_is_in_the_output() {
    on_both(5, || async {
        let (one, two) = (spawn(async { Err::<u8, _>("mine") }), spawn(async { Ok::<u8, &str>(2) }));
        let both: Result<_, TaskError> = gather!(one?, two?).await;
        assert_eq!(both.unwrap(), (Err("mine"), Ok(2)));
    });
}

#[test]
fn c91_only_the_error_of_the_task_ends_the_gather() {
    on_both(5, || async {
        let (dropped, is_dropped) = oneshot::channel::<()>();
        let held = spawn(async move {
            let _dropped = dropped;
            pending::<u8>().await
        });
        let panics = spawn(async { panic!("on purpose") }).named("c91");
        let all: Result<(u8, ()), TaskError> = gather!(held?, panics?).await;
        let error = all.unwrap_err();
        assert_eq!((error.name(), error.message().as_deref()), (Some("c91"), Some("on purpose")));
        assert!(is_dropped.await.is_err(), "the other one is cancelled");
    });
}

#[test]
fn c91_each_of_many() {
    on_both(5, || async {
        let tasks: Vec<_> = (0..10).map(|number| spawn(async move { number })).collect();
        let all: Result<Vec<i32>, TaskError> = gather!(for task in tasks {
            task?
        })
        .await;
        assert_eq!(all.unwrap(), (0..10).collect::<Vec<_>>());
    });
}

#[test]
fn c88_time_stands_for_it_as_for_its_spawner() {
    on(&current_thread(), 1, || async {
        let start = tokio::time::Instant::now();
        let task = spawn(after(5000, ()));
        tokio::time::timeout(secs(6), task).await.unwrap().unwrap();
        assert_eq!(start.elapsed(), secs(5));
    });
}
