//! P106: as many at once as there are cores.

use std::sync::Mutex;
use std::sync::mpsc;
use std::thread;

use futures::future::join_all;
use tokio::sync::mpsc::unbounded_channel;
use weftwork::{blocking, blocking_cpu};
use weftwork_tests::{Gauge, poll_once};

#[tokio::test]
async fn p106_never_more_at_once_than_cores() {
    static INSIDE: Gauge = Gauge::new();
    static GO: Mutex<Option<mpsc::Receiver<()>>> = Mutex::new(None);
    let cores = thread::available_parallelism().unwrap().get();
    let (go, may_go) = mpsc::channel();
    *GO.lock().unwrap() = Some(may_go);
    let (begun, mut has_begun) = unbounded_channel();
    let body = || {
        let begun = begun.clone();
        move || {
            let _inside = INSIDE.enter();
            begun.send(()).unwrap();
            // One after the other gets its leave.
            GO.lock().unwrap().as_ref().unwrap().recv().unwrap();
        }
    };
    let mut calls: Vec<_> = (0..cores + 3).map(|_| Box::pin(blocking_cpu(body()))).collect();
    for call in &mut calls {
        assert!(poll_once(call.as_mut()).is_pending());
    }
    for _ in 0..cores {
        has_begun.recv().await.unwrap();
    }
    // Any other thread would have had time for the next one by now.
    for _ in 0..100 {
        blocking(|| ()).await;
    }
    assert!(has_begun.try_recv().is_err());
    for _ in 0..cores + 3 {
        go.send(()).unwrap();
    }
    join_all(calls).await;
    assert_eq!((INSIDE.peak(), INSIDE.total()), (cores, cores + 3));
}

#[tokio::test]
async fn p106_they_are_threads_of_their_own() {
    let name = || thread::current().name().unwrap_or_default().to_owned();
    assert!(blocking_cpu(name).await.starts_with("weftwork-cpu-"));
    assert!(!blocking(name).await.starts_with("weftwork-cpu-"));
}
