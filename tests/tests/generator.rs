//! `generator!`: what a body gives, in which order, and what it may be made of.

#[path = "generator/attacks.rs"]
mod attacks;
#[path = "generator/attacks_outside.rs"]
mod attacks_outside;
#[path = "generator/closing.rs"]
mod closing;
#[path = "generator/comprehensions.rs"]
mod comprehensions;
#[path = "generator/delegation.rs"]
mod delegation;
#[path = "generator/drops.rs"]
mod drops;
#[path = "generator/ends.rs"]
mod ends;
#[path = "generator/meeting.rs"]
mod meeting;
#[path = "generator/places.rs"]
mod places;
#[path = "generator/sends.rs"]
mod sends;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::StreamExt;
use futures_core::Stream;
use tokio::sync::mpsc;
use weftwork::generator;

/// Everything that a stream gives until its end.
async fn all<S: Stream>(stream: S) -> Vec<S::Item> {
    stream.collect().await
}

/// One poll with a waker that does nothing.
fn poll_once<S: Stream + ?Sized>(stream: Pin<&mut S>) -> Poll<Option<S::Item>> {
    stream.poll_next(&mut Context::from_waker(Waker::noop()))
}

/// Counts its wakes.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Writes its name into a log when it is dropped.
struct Noted<'a>(&'static str, &'a RefCell<Vec<&'static str>>);

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

#[tokio::test]
async fn g1_items_come_in_order() {
    let stream = generator!(async {
        yield 1;
        yield 2;
        yield 3;
    });
    assert_eq!(all(stream).await, [1, 2, 3]);
}

#[tokio::test]
async fn g2_a_body_without_yield_runs_at_the_first_poll() {
    let mut written = 0;
    let polled_in_time = Cell::new(false);
    {
        let mut stream = pin!(generator!(async || -> u8 {
            assert!(polled_in_time.get(), "the body ran before the first poll");
            written = 7;
        }));
        polled_in_time.set(true);
        assert_eq!(stream.next().await, None);
    }
    assert_eq!(written, 7);
}

#[test]
fn g3_an_unpolled_generator_drops_its_captures_once_and_runs_nothing() {
    let log = RefCell::new(Vec::new());
    let (first, second) = (Noted("first", &log), Noted("second", &log));
    let ran = Cell::new(false);
    let stream = {
        let ran = &ran;
        generator!(async move {
            ran.set(true);
            let whole = (first, second);
            yield whole.0.0;
        })
    };
    assert!(log.borrow().is_empty());
    drop(stream);
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ["first", "second"]);
    assert!(!ran.get());
}

#[test]
fn g4_the_body_stands_still_until_the_next_item_is_asked_for() {
    let logged = Cell::new(0);
    let mut stream = pin!(generator!(async {
        yield 1;
        logged.set(logged.get() + 1);
        yield 2;
    }));
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(1)));
    assert_eq!(logged.get(), 0);
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(2)));
    assert_eq!(logged.get(), 1);
}

#[tokio::test]
async fn g5_items_of_a_channel_arrive_in_lock_step() {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut stream = pin!(generator!(async move {
        while let Some(item) = receiver.recv().await {
            yield item;
        }
    }));
    for n in 0..4 {
        assert_eq!(poll_once(stream.as_mut()), Poll::Pending);
        sender.send(n).await.unwrap();
        assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(n)));
    }
    drop(sender);
    assert_eq!(stream.next().await, None);
}

#[test]
fn g6_the_body_sees_the_consumers_own_waker() {
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(wakes.clone());
    let seen = RefCell::new(None::<Waker>);
    let polls = Cell::new(0);
    let mut stream = pin!(generator!(async {
        std::future::poll_fn(|cx| {
            polls.set(polls.get() + 1);
            if seen.replace(Some(cx.waker().clone())).is_some() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        yield 1;
    }));
    let mut cx = Context::from_waker(&waker);
    assert_eq!(stream.as_mut().poll_next(&mut cx), Poll::Pending);
    assert!(seen.borrow().as_ref().unwrap().will_wake(&waker), "the body was given another waker");
    seen.borrow().as_ref().unwrap().wake_by_ref();
    assert_eq!(wakes.0.load(Ordering::SeqCst), 1);
    assert_eq!(stream.as_mut().poll_next(&mut cx), Poll::Ready(Some(1)));
    assert_eq!(polls.get(), 2);
    assert_eq!(wakes.0.load(Ordering::SeqCst), 1, "a `yield` of the body's own level needs no wake");
}

#[tokio::test]
async fn g7_the_plain_block_borrows_and_the_move_block_takes() {
    let text = String::from("a,b");
    let borrowing = generator!(async {
        for part in text.split(',') {
            yield part.to_owned();
        }
    });
    assert_eq!(all(borrowing).await, ["a", "b"]);

    fn owned<S: 'static>(stream: S) -> S {
        stream
    }
    let owning = owned(generator!(async move {
        yield text.len();
    }));
    assert_eq!(all(owning).await, [3]);
}

#[tokio::test]
async fn g8_a_local_is_borrowed_across_a_yield() {
    let stream = generator!(async {
        let text = String::from("a,bb,ccc");
        for part in text.split(',') {
            yield part.len();
        }
    });
    assert_eq!(all(stream).await, [1, 2, 3]);
}

#[tokio::test]
async fn g9_items_borrow_from_self() {
    struct Text(String);
    impl Text {
        fn words(&self) -> impl Stream<Item = &str> {
            generator!(async {
                for word in self.0.split(' ') {
                    yield word;
                }
            })
        }
    }
    let text = Text("one two".into());
    let words = all(text.words()).await;
    assert_eq!(words, ["one", "two"]);
    assert!(std::ptr::eq(words[0].as_ptr(), text.0.as_ptr()));
}

#[tokio::test]
async fn g10_the_closure_form_gives_the_item_type() {
    let stream = generator!(async move || -> u8 {
        yield "1".parse().unwrap();
    });
    assert_eq!(all(stream).await, [1]);
    let without_yield = generator!(async || -> Vec<(u8, &'static str)> {});
    assert!(all(without_yield).await.is_empty());
}

#[tokio::test]
async fn g15_items_may_be_futures_that_must_not_move() {
    let stream = generator!(async {
        for n in 0..3 {
            yield async move {
                tokio::task::yield_now().await;
                n
            };
        }
    });
    assert_eq!(stream.buffered(1).collect::<Vec<_>>().await, [0, 1, 2]);
}

#[tokio::test]
async fn g16_a_body_may_have_no_end() {
    let stream = generator!(async {
        let mut n = 0;
        loop {
            yield n;
            n += 1;
        }
    });
    assert_eq!(stream.take(3).collect::<Vec<_>>().await, [0, 1, 2]);
}

#[test]
fn g22_panics_and_callers_report_the_users_line() {
    #[track_caller]
    fn here() -> u32 {
        std::panic::Location::caller().line()
    }
    let mut stream = pin!(generator!(async {
        yield (line!(), here());
        yield (here(), line!());
    }));
    let start = line!() - 4;
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some((start + 1, start + 1))));
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some((start + 2, start + 2))));
}

#[tokio::test]
async fn g23_coerces_into_a_boxed_stream() {
    struct Rows<'a>(Pin<Box<dyn Stream<Item = usize> + Send + 'a>>);
    let text = String::from("abc");
    let mut rows = Rows(Box::pin(generator!(async {
        tokio::task::yield_now().await;
        yield text.len();
    })));
    assert_eq!(rows.0.next().await, Some(3));
    assert_eq!(rows.0.next().await, None);
}

#[test]
fn g25_debug_names_the_state() {
    struct Opaque;
    let capture = Rc::new(Opaque);
    let mut stream = pin!(generator!(async move {
        let _capture = capture;
        yield Opaque;
    }));
    assert_eq!(format!("{stream:?}"), r#"Generator { stage: "fresh", .. }"#);
    assert!(matches!(poll_once(stream.as_mut()), Poll::Ready(Some(Opaque))));
    assert_eq!(format!("{stream:?}"), r#"Generator { stage: "suspended", .. }"#);
    assert!(matches!(poll_once(stream.as_mut()), Poll::Ready(None)));
    assert_eq!(format!("{stream:?}"), r#"Generator { stage: "finished", .. }"#);
}

/// A future that is pending once and wakes at once.
fn pause() -> impl Future<Output = ()> + Send {
    tokio::task::yield_now()
}
