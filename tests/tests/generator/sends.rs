//! What makes a generator `Send`, and its size.

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Mutex;
use std::task::{Context, Poll};

use futures::StreamExt;
use futures_core::Stream;
use weftwork::{generator, stream, try_generator};

use super::{all, pause};

fn send<S: Send>(stream: S) -> S {
    stream
}

/// Tells whether a value is `Send`, without a compile error where it is not: an inherent method goes before one of a trait.
struct Probe<'a, T>(&'a T);

impl<T: Send> Probe<'_, T> {
    fn is_send(&self) -> bool {
        // The field is there to carry the type.
        let _ = self.0;
        true
    }
}

trait Otherwise {
    fn is_send(&self) -> bool {
        false
    }
}

impl<T> Otherwise for Probe<'_, T> {}

#[test]
fn the_question_for_send_can_say_no() {
    assert!(Probe(&1).is_send());
    assert!(!Probe(&Rc::new(1)).is_send());
}

#[tokio::test]
async fn g90_items_need_not_be_sync() {
    let items = send(generator!(async {
        yield Cell::new(1_u8);
        pause().await;
        yield Cell::new(2);
    }));
    assert_eq!(all(items).await, [Cell::new(1), Cell::new(2)]);

    let nested = send(generator!(async {
        tokio::join!(async { yield Cell::new(1_u8) }, async { yield Cell::new(2) });
    }));
    assert_eq!(all(nested).await.len(), 2);

    let handle = send(stream(async |y| {
        pause().await;
        y.emit(RefCell::new(1)).await;
    }));
    assert_eq!(all(handle).await, [RefCell::new(1)]);
}

// In functions of their own: whether a body is `Send` is known only outside of the function that it stands in.
mod made {
    use super::*;

    pub(super) fn plain_rc() -> impl Stream<Item = Rc<u8>> {
        generator!(async { yield Rc::new(1) })
    }
    pub(super) fn nested_rc() -> impl Stream<Item = Rc<u8>> {
        generator!(async {
            tokio::join!(async { yield Rc::new(1) });
        })
    }
    pub(super) fn emitted_rc() -> impl Stream<Item = Rc<u8>> {
        stream(async |y| y.emit(Rc::new(1)).await)
    }
    pub(super) fn over_a_yield() -> impl Stream<Item = u8> {
        generator!(async {
            let local = Rc::new(1);
            yield 1;
            drop(local);
        })
    }
    pub(super) fn before_a_yield() -> impl Stream<Item = u8> {
        generator!(async {
            {
                let local = Rc::new(1);
                assert_eq!(*local, 1);
            }
            yield 1;
        })
    }
    pub(super) fn captured() -> impl Stream<Item = u8> {
        let capture = Rc::new(1);
        generator!(async move { yield *capture })
    }
    pub(super) fn guard_in_the_item(shared: &Mutex<u8>) -> impl Stream<Item = u8> {
        generator!(async {
            yield *shared.lock().unwrap();
            yield *shared.lock().unwrap() + 1;
        })
    }
}

#[test]
fn g90_an_item_that_is_not_send_makes_the_generator_not_send() {
    assert!(!Probe(&made::plain_rc()).is_send());
    assert!(!Probe(&made::nested_rc()).is_send());
    assert!(!Probe(&made::emitted_rc()).is_send());
}

#[test]
fn g91_what_lives_over_a_yield_decides() {
    assert!(!Probe(&made::over_a_yield()).is_send());
    assert!(Probe(&made::before_a_yield()).is_send());
    assert!(!Probe(&made::captured()).is_send());
}

#[test]
fn g91_temporaries_of_an_item_end_before_the_body_suspends() {
    let shared = Mutex::new(1);
    let items = made::guard_in_the_item(&shared);
    assert!(Probe(&items).is_send());
    let mut items = pin!(items);
    assert_eq!(super::poll_once(items.as_mut()), Poll::Ready(Some(1)));
    assert!(shared.try_lock().is_ok());
    assert_eq!(super::poll_once(items.as_mut()), Poll::Ready(Some(2)));
}

#[tokio::test]
async fn g91_an_await_in_the_item_keeps_the_generator_send() {
    let items = send(generator!(async {
        yield async { pause().await }.await;
    }));
    assert_eq!(all(items).await, [()]);
    let fallible = send(try_generator!(async || -> Result<u8, ()> {
        yield async { Ok(1) }.await?;
    }));
    assert_eq!(all(fallible).await, [Ok(1)]);
}

#[test]
fn g92_captures_by_reference_go_into_a_scope_of_threads() {
    let text = Mutex::new(String::from("ab"));
    std::thread::scope(|scope| {
        let stream = generator!(async {
            for index in 0..2 {
                let byte = text.lock().unwrap().as_bytes()[index];
                yield byte;
            }
        });
        let seen = scope.spawn(|| futures::executor::block_on(all(stream)));
        assert_eq!(seen.join().unwrap(), b"ab");
    });
}

#[test]
fn g92_a_started_generator_may_go_from_thread_to_thread() {
    let mut stream = Box::pin(generator!(async {
        let text = String::from("abc");
        for part in text.chars() {
            tokio::join!(async { yield part }, async { yield part.to_ascii_uppercase() });
        }
    }));
    let mut seen = String::new();
    for _ in 0..6 {
        let (item, back) = std::thread::spawn(move || (futures::executor::block_on(stream.next()), stream)).join().unwrap();
        seen.extend(item);
        stream = back;
    }
    assert_eq!(seen, "aAbBcC");
}

#[tokio::test]
async fn g92_a_generator_is_spawned() {
    fn boxed(n: u8) -> impl Stream<Item = u8> + Send + 'static {
        generator!(async move {
            for n in 0..n {
                pause().await;
                yield n;
            }
        })
    }
    assert_eq!(tokio::spawn(all(boxed(3))).await.unwrap(), [0, 1, 2]);
}

/// Pending once, as a `yield` is.
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Inside a spawned task every lifetime counts as one of its own: items that borrow must not ask that two of them are the same.
#[tokio::test]
async fn g92_items_that_borrow_in_a_spawned_task() {
    let words = vec![String::from("a"), String::from("bb")];
    let task = tokio::spawn(async move {
        let mut seen = Vec::new();
        let mut lent = pin!(generator!(async {
            for word in &words {
                pause().await;
                yield word.as_str();
            }
        }));
        while let Some(word) = lent.next().await {
            pause().await;
            seen.push(word.len());
        }
        let mut tried = pin!(try_generator!(async {
            for word in &words {
                pause().await;
                yield (word, word.get(..1).ok_or("empty")?);
            }
        }));
        while let Some(item) = tried.next().await {
            pause().await;
            seen.push(item.map_or_else(str::len, |(word, first)| word.len() + first.len()));
        }
        let mut by_hand = pin!(stream(async |y| {
            for word in &words {
                pause().await;
                y.emit(word.as_str()).await;
            }
        }));
        while let Some(word) = by_hand.next().await {
            pause().await;
            seen.push(word.len());
        }
        seen
    });
    assert_eq!(task.await.unwrap(), [1, 2, 2, 3, 1, 2]);
}

/// The sizes as they are: growing is a decision.
#[test]
#[cfg(target_pointer_width = "64")]
fn g117_a_generator_is_its_state_and_a_slot() {
    let counter = generator!(async move || -> u64 {
        let mut n = 0;
        loop {
            yield n;
            n += 1;
        }
    });
    assert_eq!(size_of_val(&counter), 48);
    let nested = generator!(async move || -> u64 { async { yield 1 }.await });
    assert_eq!(size_of_val(&nested), 144);
    let handle = stream(async |y| y.emit(1_u64).await);
    assert_eq!(size_of_val(&handle), 128);
}

/// What a body keeps is what the same `async` block keeps that waits where it yields.
#[test]
#[cfg(target_pointer_width = "64")]
fn g117_a_generator_adds_32_bytes_to_the_state_of_its_body() {
    fn state(count: u64, ballast: [u64; 20]) -> impl Future {
        async move {
            for n in 0..count {
                Once(false).await;
                std::hint::black_box(n);
            }
            std::hint::black_box(&ballast);
        }
    }
    fn items(count: u64, ballast: [u64; 20]) -> impl Stream<Item = u64> {
        generator!(async move {
            for n in 0..count {
                yield n;
                std::hint::black_box(n);
            }
            std::hint::black_box(&ballast);
        })
    }
    assert_eq!(size_of_val(&items(3, [1; 20])), size_of_val(&state(3, [1; 20])) + 32);
}
