//! Handles that stand in a circle: a task that ends itself, and tasks that end one another.

use std::future::{pending, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use weftwork::{Task, clean_ups, drain, spawn, with};
use weftwork_tests::Log;

use super::both::{current_thread, noted, on, turns};

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
        let (dropped, at_end) = (log.on_drop("dropped"), super::both::WhenDropped(move || drop(own.lock().unwrap().take())));
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

#[test]
fn c82_two_tasks_that_drop_each_other() {
    on(&current_thread(), 1, || async {
        let log = Log::new();
        let places = [Place::default(), Place::default()];
        let mut gates = Vec::new();
        for (number, name) in ["first", "second"].into_iter().enumerate() {
            let (dropped, other) = (log.on_drop(name), places[1 - number].clone());
            let (go, gone) = oneshot::channel::<()>();
            gates.push(go);
            let task = spawn(async move {
                let _dropped = dropped;
                gone.await.unwrap();
                drop(other.lock().unwrap().take());
                pending::<()>().await;
            });
            *places[number].lock().unwrap() = Some(task);
        }
        turns().await;
        // Both have their turn before either is stopped.
        gates.into_iter().for_each(|go| go.send(()).unwrap());
        turns().await;
        assert_eq!(log.text(), "first second");
        assert_eq!(drain(Duration::from_secs(60)).await.len(), 0, "neither waits for the other");
        assert_eq!(clean_ups().len(), 0);
    });
}
