//! Arguments: as those of an `async fn`.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Waker};

use futures::StreamExt;
use futures_core::Stream;
use weftwork::generator;

use super::all;

type Log = RefCell<Vec<&'static str>>;

/// Writes its name into a log when it is dropped.
struct Noted<'a>(&'static str, &'a Log);

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

struct Pair<'a> {
    left: Noted<'a>,
    right: Noted<'a>,
}

/// The same arguments for an `async fn`, a stream and an iterator.
macro_rules! three {
    ($plain:ident, $streamed:ident, $iterated:ident, $second:pat, $third:pat, $uses:expr) => {
        async fn $plain<'a>(
            a: Noted<'a>,
            $second: Noted<'a>,
            $third: Noted<'a>,
            (c, d): (Noted<'a>, Noted<'a>),
            e: Noted<'a>,
            log: &'a Log,
        ) {
            let _local = Noted("local", log);
            tokio::task::yield_now().await;
            drop(d);
            let _ = (&a, &c, &e, $uses);
        }

        generator!(
            async fn $streamed<'a>(
                a: Noted<'a>,
                $second: Noted<'a>,
                $third: Noted<'a>,
                (c, d): (Noted<'a>, Noted<'a>),
                e: Noted<'a>,
                log: &'a Log,
            ) -> impl Stream<Item = u8> {
                let _local = Noted("local", log);
                yield 1;
                drop(d);
                let _ = (&a, &c, &e, $uses);
            }
        );

        generator!(
            fn $iterated<'a>(
                a: Noted<'a>,
                $second: Noted<'a>,
                $third: Noted<'a>,
                (c, d): (Noted<'a>, Noted<'a>),
                e: Noted<'a>,
                log: &'a Log,
            ) -> impl Iterator<Item = u8> {
                let _local = Noted("local", log);
                yield 1;
                drop(d);
                let _ = (&a, &c, &e, $uses);
            }
        );
    };
}

// All named in the body, and not.
three!(plain, streamed, iterated, x, b, (&x, &b));
three!(plain_unbound, streamed_unbound, iterated_unbound, _, _b, ());

/// What is dropped, in order, with the arguments made from `log` and `made` taken as far as `go` takes it.
fn order<M>(make: impl Fn(&'static Log) -> M, go: impl Fn(&mut M)) -> Vec<&'static str> {
    // Where a leak checker finds them.
    static LOGS: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    let log: &'static Log = Box::leak(Box::default());
    LOGS.lock().unwrap().push(std::ptr::from_ref(log).addr());
    let mut made = make(log);
    assert!(log.borrow().is_empty(), "arguments live as long as the body");
    go(&mut made);
    drop(made);
    log.take()
}

macro_rules! make {
    ($function:ident, $($wrap:tt)*) => {
        |log| {
            let noted = |name| Noted(name, log);
            $($wrap)*($function(noted("a"), noted("second"), noted("third"), (noted("c"), noted("d")), noted("e"), log))
        }
    };
}

macro_rules! same_order {
    ($plain:ident, $streamed:ident, $iterated:ident) => {
        for times in [1, 2] {
            let expected = order(make!($plain, Box::pin), |future| {
                for _ in 0..times {
                    let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                }
            });
            assert_eq!(expected.len(), 7);
            let streamed = order(make!($streamed, Box::pin), |stream| {
                for _ in 0..times {
                    let _ = stream.as_mut().poll_next(&mut Context::from_waker(Waker::noop()));
                }
            });
            assert_eq!(streamed, expected, "after {times} polls");
            let iterated = order(make!($iterated, std::convert::identity), |items| {
                let _ = items.nth(times - 1);
            });
            assert_eq!(iterated, expected, "after {times} items");
        }
        // Unpolled there is no order to keep; an `async fn` drops them the other way round then.
        for mut unpolled in [order(make!($streamed, Box::pin), |_| {}), order(make!($iterated, Box::new), |_| {})] {
            unpolled.sort_unstable();
            assert_eq!(unpolled, ["a", "c", "d", "e", "second", "third"]);
        }
    };
}

#[test]
fn arguments_are_dropped_in_the_order_of_an_async_fn() {
    same_order!(plain, streamed, iterated);
}

#[test]
fn arguments_without_a_name_live_as_long() {
    same_order!(plain_unbound, streamed_unbound, iterated_unbound);
}

generator!(
    async fn patterns(
        Pair { left, right }: Pair<'_>,
        [first, .., last]: [u8; 3],
        (mut counter, &step): (u8, &u8),
        whole @ (Some(_) | None): Option<u8>,
    ) -> impl Stream<Item = (u8, &'static str)> {
        counter += step;
        yield (first + last, left.0);
        drop(left);
        counter += step;
        yield (counter + whole.unwrap_or(0), right.0);
    }
);

#[tokio::test]
async fn g11_arguments_by_pattern() {
    let log = Log::default();
    let pair = Pair { left: Noted("left", &log), right: Noted("right", &log) };
    {
        let mut stream = pin!(patterns(pair, [1, 2, 3], (10, &5), Some(100)));
        assert_eq!(stream.next().await, Some((4, "left")));
        assert!(log.borrow().is_empty());
        assert_eq!(stream.next().await, Some((120, "right")));
        assert_eq!(*log.borrow(), ["left"]);
    }
    assert_eq!(*log.borrow(), ["left", "right"]);
}

generator!(
    async fn mutable(mut n: u8, mut text: String, ref mut third: Vec<u8>) -> impl Stream<Item = String> {
        while n > 0 {
            n -= 1;
            text.push('.');
            third.push(n);
            yield format!("{text}{third:?}");
        }
    }
);

generator!(
    fn mutable_iter(mut items: impl Iterator<Item = u8>) -> impl Iterator<Item = (u8, u8)> {
        while let (Some(first), Some(second)) = (items.next(), items.next()) {
            yield (first, second);
        }
    }
);

#[tokio::test]
async fn g11_mutable_arguments() {
    assert_eq!(all(mutable(2, "a".into(), Vec::new())).await, ["a.[1]", "a..[1, 0]"]);
    assert_eq!(mutable_iter([1, 2, 3, 4, 5].into_iter()).collect::<Vec<_>>(), [(1, 2), (3, 4)]);
}

struct Unit;

generator!(
    async fn constants(Unit: Unit, 0..: u8, r#type: u8, _guard: Box<u8>) -> impl Stream<Item = u8> {
        yield r#type;
    }
);

#[tokio::test]
async fn g11_patterns_that_bind_nothing() {
    assert_eq!(all(constants(Unit, 9, 4, Box::new(1))).await, [4]);
}
