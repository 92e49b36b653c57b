//! Handles that stand in a circle: a task that ends itself, and tasks that end one another.

use std::collections::HashMap;
use std::future::{pending, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use weftwork::{Task, clean_ups, drain, spawn, with};
use weftwork_tests::Log;

use super::both::{WhenDropped, current_thread, noted, on, turns};

/// Where a handle is put behind the start of the task that finds it there.
type Place = Arc<Mutex<Option<Task<()>>>>;

#[test]
fn c82_a_task_that_drops_its_own_handle() {
    on(&current_thread(), 1, || async {
        let (log, place) = (Log::new(), Place::default());
        let (dropped, own) = (log.on_drop("dropped"), place.clone());
        let task = spawn(async move {
            let _dropped = dropped;
            drop(own.lock().unwrap().take());
            pending::<()>().await;
        });
        *place.lock().unwrap() = Some(task);
        turns().await;
        assert_eq!(log.text(), "dropped");
        assert_eq!(drain(Duration::from_secs(60)).await.len(), 0, "it does not wait for itself");
        assert_eq!(clean_ups().len(), 0);
    });
}

#[test]
fn c83_a_task_that_awaits_its_own_cancellation() {
    on(&current_thread(), 1, || async {
        let (log, place) = (Log::new(), Place::default());
        let (context, own) = (noted(&log, "a"), place.clone());
        let task = spawn(with!(_ = context, async move {
            let task = own.lock().unwrap().take().unwrap();
            task.cancel().await;
        }));
        *place.lock().unwrap() = Some(task);
        turns().await;
        turns().await;
        assert_eq!(log.text(), "+a a( a)");
        assert_eq!(drain(Duration::from_secs(60)).await.len(), 0, "it does not wait for itself");
    });
}

/// One that ends in the same poll in which it lets itself go has nothing to wait for.
#[test]
fn c82_a_task_that_drops_its_own_handle_and_ends() {
    on(&current_thread(), 1, || async {
        let place = Place::default();
        let own = place.clone();
        let task = spawn(async move { drop(own.lock().unwrap().take()) });
        *place.lock().unwrap() = Some(task);
        turns().await;
        assert_eq!(drain(Duration::from_secs(60)).await.len(), 0, "it does not wait for itself");
    });
}

/// The same in a clean-up of it: that is in the task, too.
#[test]
fn c82_its_own_handle_in_its_destructor() {
    on(&current_thread(), 1, || async {
        let (log, place) = (Log::new(), Place::default());
        let own = place.clone();
        let (dropped, at_end) = (log.on_drop("dropped"), WhenDropped(move || drop(own.lock().unwrap().take())));
        let task = spawn(async move {
            let _both = (dropped, at_end);
            ready(()).await;
        });
        *place.lock().unwrap() = Some(task);
        turns().await;
        assert_eq!(log.text(), "dropped");
        assert_eq!(drain(Duration::from_secs(60)).await.len(), 0, "it does not wait for itself");
    });
}

/// A session that takes itself out of the map at its end, as many do.
#[test]
fn c82_sessions_that_take_themselves_out() {
    on(&current_thread(), 1, || async {
        let sessions: Arc<Mutex<HashMap<usize, Task<()>>>> = Arc::default();
        for number in 0..10 {
            let all = sessions.clone();
            let session = spawn(async move {
                tokio::task::yield_now().await;
                drop(all.lock().unwrap().remove(&number));
            });
            sessions.lock().unwrap().insert(number, session);
        }
        turns().await;
        assert!(sessions.lock().unwrap().is_empty());
        assert_eq!(clean_ups().len(), 0, "nothing of them is left");
    });
}

/// The one that ends the whole is among those that are ended, and what it is in is cleaned up all the same.
#[test]
fn c82_a_task_that_drops_all_with_itself_among_them() {
    on(&current_thread(), 1, || async {
        let log = Log::new();
        let all: Arc<Mutex<Vec<Task<()>>>> = Arc::default();
        let (go, gone) = oneshot::channel::<()>();
        let (first, second, own) = (noted(&log, "first"), noted(&log, "second"), all.clone());
        let ending = spawn(with!(_ = first, async move {
            gone.await.unwrap();
            own.lock().unwrap().clear();
            pending::<()>().await;
        }));
        all.lock().unwrap().extend([ending, spawn(with!(_ = second, { pending::<()>().await }))]);
        turns().await;
        assert_eq!(log.text(), "+first +second");
        go.send(()).unwrap();
        turns().await;
        assert_eq!(drain(Duration::from_secs(60)).await.len(), 0, "it does not wait for itself");
        assert!(log.text().contains("first)") && log.text().contains("second)"), "{}", log.text());
    });
}

/// Reader and writer of a connection: the end of each is the other's.
#[test]
fn c82_two_tasks_that_drop_each_other() {
    on(&current_thread(), 1, || async {
        let log = Log::new();
        let places = [Place::default(), Place::default()];
        for (number, name) in ["first", "second"].into_iter().enumerate() {
            let (dropped, other) = (log.on_drop(name), places[1 - number].clone());
            let at_end = WhenDropped(move || drop(other.lock().unwrap().take()));
            let task = spawn(async move {
                let _both = (dropped, at_end);
                pending::<()>().await;
            });
            *places[number].lock().unwrap() = Some(task);
        }
        turns().await;
        drop(places[0].lock().unwrap().take());
        turns().await;
        assert_eq!(log.text(), "first second");
        assert_eq!(drain(Duration::from_secs(60)).await.len(), 0);
        assert_eq!(clean_ups().len(), 0);
    });
}

/// The same at one moment: neither has been stopped when it lets the other go.
#[test]
fn c82_two_tasks_that_drop_each_other_at_once() {
    on(&current_thread(), 1, || async {
        let log = Log::new();
        let places = [Place::default(), Place::default()];
        let (go, gone) = oneshot::channel::<()>();
        let (dropped, other) = (log.on_drop("first"), places[1].clone());
        let first = spawn(async move {
            let _dropped = dropped;
            gone.await.unwrap();
            drop(other.lock().unwrap().take());
            pending::<()>().await;
        });
        let (dropped, other) = (log.on_drop("second"), places[0].clone());
        let at_end = WhenDropped(move || drop(other.lock().unwrap().take()));
        let second = spawn(async move {
            let _both = (dropped, at_end);
            pending::<()>().await;
        });
        *places[0].lock().unwrap() = Some(first);
        *places[1].lock().unwrap() = Some(second);
        turns().await;
        go.send(()).unwrap();
        turns().await;
        assert!(log.text().contains("first") && log.text().contains("second"), "{}", log.text());
        assert_eq!(drain(Duration::from_secs(60)).await.len(), 0, "neither waits for the other");
        assert_eq!(clean_ups().len(), 0);
    });
}
