//! Where a `yield` may stand.

#![allow(
    clippy::let_unit_value,
    clippy::unit_arg,
    clippy::never_loop,
    clippy::needless_return,
    clippy::semicolon_if_nothing_returned,
    reason = "unusual places are the point"
)]

use std::pin::pin;

use futures::StreamExt;
use futures_core::Stream;
use tokio::sync::{mpsc, oneshot};
use weftwork::{for_await, generator, try_generator};

use super::{all, pause};

#[tokio::test]
async fn g14_an_inner_generator_keeps_its_yields() {
    let stream = generator!(async {
        let inner = generator!(async {
            yield "inner";
        });
        let fallible = weftwork::try_generator!(async || -> Result<&'static str, u8> {
            yield "fallible";
        });
        yield "outer";
        let make = |text| {
            generator!(async move {
                yield text;
            })
        };
        tokio::select! {
            biased;
            () = pause() => {
                let mut handler = pin!(generator!(async { yield "handler"; }));
                yield handler.next().await.unwrap();
            }
        }
        for await item in inner {
            yield item;
        }
        for await item in fallible {
            yield item.unwrap();
        }
        for await item in make("closure") {
            yield item;
        }
    });
    assert_eq!(all(stream).await, ["outer", "handler", "inner", "fallible", "closure"]);
}

#[tokio::test]
async fn g17_yield_is_an_expression_of_type_unit() {
    let stream = generator!(async {
        let () = yield 1;
        let unit: () = yield 2;
        assert_eq!(unit, ());
    });
    assert_eq!(all(stream).await, [1, 2]);
}

#[tokio::test]
async fn g18_yield_stands_wherever_an_expression_may() {
    fn two((): (), (): ()) {}
    let stream = generator!(async {
        yield 1;
        match 2 {
            1 => unreachable!(),
            n if n > 5 => yield 0,
            2 | 3 => yield 2,
            _ => {}
        }
        (yield 3);
        let [(), ()] = [yield 4, yield 5];
        two(yield 6, yield 7);
        assert_eq!(format!("{:?}{:?}", yield 8, yield 9), "()()");
        if true {
            yield 10
        } else {
            yield 0
        }
        loop {
            break yield 11;
        }
        let () = {
            yield 12;
            yield 13
        };
        yield 14 + i32::from(Vec::<(u8, u8)>::new().is_empty());
        yield <std::collections::HashMap<i32, i32>>::from([(1, 16)])[&1];
        let 17 = async { 17 }.await else { return yield 0 };
        yield async { 17 }.await;
        if let Some(n) = Some(18)
            && n > 1
        {
            yield n
        }
        yield match 0 {
            0 => 19,
            _ => 0,
        };
        yield {
            yield 20;
            21
        };
        yield 22
    });
    assert_eq!(all(stream).await, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 22]);
}

#[tokio::test]
async fn g18_a_bare_yield_gives_a_unit() {
    let stream = generator!(async {
        yield;
        if true {
            yield
        }
        yield;
    });
    assert_eq!(all(stream).await, [(), (), ()]);
}

#[tokio::test]
async fn g19_yield_stands_in_handlers_of_select() {
    let (sender, mut receiver) = mpsc::channel::<i32>(4);
    let (stop, mut stopped) = oneshot::channel::<()>();
    let stream = generator!(async move {
        loop {
            tokio::select! {
                biased;
                Some(n) = receiver.recv() => yield n,
                Ok(()) = &mut stopped => {
                    yield -1;
                    break;
                }
                else => { yield -2; }
            }
        }
        tokio::select! {
            Some(()) = async { None } => yield 0,
            else => yield -3,
        }
    });
    let mut stream = pin!(stream);
    sender.send(1).await.unwrap();
    sender.send(2).await.unwrap();
    assert_eq!(stream.next().await, Some(1));
    assert_eq!(stream.next().await, Some(2));
    stop.send(()).unwrap();
    assert_eq!(stream.next().await, Some(-1));
    assert_eq!(stream.next().await, Some(-3));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn g19_yield_stands_in_handlers_of_the_other_select() {
    use futures::FutureExt;
    let stream = generator!(async {
        let mut first = pin!(async { 1 }.fuse());
        let mut never = pin!(std::future::pending::<i32>().fuse());
        futures::select! {
            n = first => yield n,
            _ = never => { yield 0; }
        }
        futures::select! {
            _ = never => yield 0,
            default => yield 2,
        }
    });
    assert_eq!(all(stream).await, [1, 2]);
}

macro_rules! through {
    ($($tokens:tt)*) => { generator!($($tokens)*) };
}
macro_rules! statements {
    ($($tokens:tt)*) => { $($tokens)* };
}

#[tokio::test]
async fn g20_tokens_of_a_macro_are_expanded_alike() {
    let stream = through!(async move || -> i32 {
        for n in 0..3 {
            statements!(yield n; if n == 1 { yield 10 });
        }
        tokio::join!(async { yield 20 }, async { yield 21 });
    });
    assert_eq!(all(stream).await, [0, 1, 10, 2, 20, 21]);
}

#[tokio::test]
async fn g21_return_ends_the_stream_or_its_own_block() {
    let stream = generator!(async {
        yield 1;
        let inner = async {
            if true {
                return 5;
            }
            6
        };
        yield inner.await;
        if true {
            return;
        }
        yield 9;
    });
    assert_eq!(all(stream).await, [1, 5]);

    let nested = generator!(async {
        async {
            yield 1;
            if true {
                return;
            }
            yield 9;
        }
        .await;
        yield 2;
        match 3 {
            3 => return,
            _ => yield 9,
        }
    });
    assert_eq!(all(nested).await, [1, 2]);
}

#[tokio::test]
async fn g55_for_await_macro_in_a_body_yields_to_the_generator() {
    let stream = generator!(async {
        for_await!(for n in futures::stream::iter(1..3) {
            yield n * 10;
            for_await!(for m in futures::stream::iter(1..2) {
                yield m;
            });
        });
    });
    assert_eq!(all(stream).await, [10, 1, 20, 1]);
}

#[tokio::test]
async fn closures_functions_and_constants_in_a_body_stay_as_written() {
    const LIMIT: usize = {
        const fn limit() -> usize {
            3
        }
        limit()
    };
    let stream = generator!(async || -> usize {
        static OFFSET: usize = 100;
        const fn double(n: usize) -> usize {
            return n * 2;
        }
        let pick = |n: &usize| *n | 1 == 1 || n.eq(&2);
        for n in (0..10).filter(pick).map(|n| if n > 1 { double(n) } else { return n }).take(LIMIT) {
            yield n + OFFSET;
        }
        let later = async |n: usize| {
            for await m in futures::stream::iter([n]) {
                return m + const { 1 };
            }
            0
        };
        yield later(4).await;
    });
    assert_eq!(all(stream).await, [100, 101, 104, 5]);
}

/// Bodies on every level at once: nothing of the outer ones leaks into the inner.
#[tokio::test]
async fn g14_generators_stack() {
    fn deep(level: u32) -> impl Stream<Item = u32> {
        generator!(async move {
            for await a in generator!(async move {
                for await b in try_generator!(async move || -> Result<u32, ()> {
                    yield level;
                    yield level + 1;
                }) {
                    yield b.unwrap() * 10;
                }
            }) {
                yield a + 1;
            }
        })
    }
    assert_eq!(all(deep(1)).await, [11, 21]);
}
