//! `yield ..inner`: all items of another stream or iterator.

#![allow(clippy::never_loop, clippy::let_unit_value, reason = "unusual places are the point")]

use std::cell::RefCell;
use std::pin::pin;
use std::task::Poll;

use futures::StreamExt;
use futures_core::Stream;
use tokio::sync::mpsc;
use weftwork::{generator, stream, try_generator};

use super::{Noted, all, pause, poll_once};

fn counted(from: u8, to: u8) -> impl Stream<Item = u8> + Send {
    generator!(async move {
        for n in from..to {
            pause().await;
            yield n;
        }
    })
}

#[tokio::test]
async fn g58_the_items_stand_between_those_around() {
    let stream = generator!(async {
        yield 0;
        yield ..counted(1, 4);
        yield 9;
    });
    assert_eq!(all(stream).await, [0, 1, 2, 3, 9]);
}

#[tokio::test]
async fn g58_everything_with_items_is_delegated_to() {
    let array = [5, 6];
    let mut list = vec![7];
    let mut begun = Box::pin(counted(10, 13));
    assert_eq!(begun.next().await, Some(10));
    let stream = generator!(async || -> u8 {
        yield ..[1, 2];
        yield ..vec![3];
        yield ..Some(4);
        yield ..array.iter().copied();
        yield ..list.drain(..);
        yield ..(8..9);
        yield ..9..=9;
        yield ..&mut begun;
        yield ..begun.as_mut();
        yield ..futures::stream::iter([13]);
        yield ..generator!({
            yield 14;
        });
        yield ..generator!(async {
            yield 15;
        })
        .map(|n| n + 1);
        yield ..(Box::new([17_u8].into_iter()) as Box<dyn Iterator<Item = u8>>);
        yield ..None;
    });
    assert_eq!(all(stream).await, [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17]);
    assert!(list.is_empty());
}

#[tokio::test]
async fn g58_in_an_iterator() {
    let items = generator!({
        yield 0;
        yield ..[1, 2];
        yield ..generator!({
            yield ..3..5;
        });
        let mut rest = [5, 6, 7].into_iter();
        yield ..rest.by_ref().take(2);
        yield ..&mut rest;
        yield 9;
    });
    assert_eq!(items.collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7, 9]);
}

#[tokio::test]
async fn g58_where_a_yield_may_stand() {
    let stream = generator!(async {
        let () = yield ..[1];
        match 2 {
            2 => yield ..[2],
            _ => unreachable!(),
        }
        assert_eq!(format!("{:?}", yield ..[3]), "()");
        tokio::select! {
            biased;
            Some(n) = async { Some(4) } => yield ..[n, n],
            else => yield ..[0],
        }
        loop {
            break yield ..[5];
        }
        if true {
            yield ..[6]
        } else {
            yield ..[0]
        }
        yield ..{
            yield 7;
            [8, 9]
        };
        yield ..async { [10] }.await;
        yield {
            yield ..[11];
            12
        };
        for await n in counted(13, 15) {
            yield ..[n];
        }
    });
    assert_eq!(all(stream).await, [1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
}

#[tokio::test]
async fn g58_in_nested_blocks() {
    let stream = generator!(async {
        tokio::join!(async { yield ..counted(0, 2) }, async { yield ..[10, 11] }, async { yield 20 });
        yield ..[30];
    });
    let mut items = all(stream).await;
    assert_eq!(items.pop(), Some(30));
    let of = |tens: u8| items.iter().copied().filter(|n| n / 10 == tens).collect::<Vec<_>>();
    assert_eq!((of(0), of(1), of(2)), (vec![0, 1], vec![10, 11], vec![20]));
}

#[tokio::test]
async fn g58_handlers_of_select_in_nested_blocks() {
    let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(4);
    let stream = generator!(async move {
        async {
            loop {
                tokio::select! {
                    Some(items) = receiver.recv() => yield ..items,
                    else => break,
                }
            }
            yield 9;
        }
        .await;
    });
    sender.send(vec![1, 2]).await.unwrap();
    sender.send(vec![]).await.unwrap();
    sender.send(vec![3]).await.unwrap();
    drop(sender);
    assert_eq!(all(stream).await, [1, 2, 3, 9]);
}

#[test]
fn g58_the_inner_one_runs_in_lock_step() {
    let log = RefCell::new(Vec::new());
    let mut stream = pin!(generator!(async {
        yield ..[1, 2].into_iter().inspect(|_| log.borrow_mut().push("inner"));
        log.borrow_mut().push("behind");
    }));
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(1)));
    assert_eq!(*log.borrow(), ["inner"]);
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(2)));
    assert_eq!(*log.borrow(), ["inner", "inner"]);
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(None));
    assert_eq!(log.borrow().len(), 3);
}

#[test]
fn g58_dropped_half_way_the_inner_one_goes_along() {
    let log = RefCell::new(Vec::new());
    let mut stream = Box::pin(generator!(async {
        let _outer = Noted("outer", &log);
        yield ..generator!(async {
            let _inner = Noted("inner", &log);
            yield 1;
            yield 2;
        });
    }));
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(1)));
    drop(stream);
    assert_eq!(*log.borrow(), ["inner", "outer"]);
}

#[tokio::test]
async fn g58_the_inner_one_is_gone_before_the_next_statement() {
    let log = RefCell::new(Vec::new());
    let stream = generator!(async {
        yield ..generator!(async {
            let _inner = Noted("inner", &log);
            yield 0;
        });
        yield log.borrow().len();
    });
    assert_eq!(all(stream).await, [0, 1]);
}

#[tokio::test]
async fn g58_a_generator_that_delegates_is_spawned() {
    fn spawned() -> impl Stream<Item = u8> + Send + 'static {
        generator!(async move {
            let local = String::from("ab");
            yield ..counted(0, 2);
            yield ..local.bytes();
            async { yield ..counted(2, 3) }.await;
        })
    }
    assert_eq!(tokio::spawn(all(spawned())).await.unwrap(), [0, 1, b'a', b'b', 2]);
    fn direct() -> impl Stream<Item = u8> + Send + 'static {
        generator!(async move {
            yield ..counted(0, 1);
            pause().await;
            yield 1;
        })
    }
    assert_eq!(tokio::spawn(all(direct())).await.unwrap(), [0, 1]);
    fn fallible() -> impl Stream<Item = Result<u8, String>> + Send + 'static {
        try_generator!(async move {
            yield ..counted(0, 1);
            yield ..direct().map(Ok::<_, String>);
        })
    }
    assert_eq!(tokio::spawn(all(fallible())).await.unwrap(), [Ok(0), Ok(0), Ok(1)]);
}

#[tokio::test]
async fn g59_results_are_items_of_the_plain_form() {
    let stream = generator!(async || -> Result<u8, &'static str> {
        yield ..[Ok(1), Err("no end"), Ok(2)];
        yield ..futures::stream::iter([Err("again")]);
    });
    assert_eq!(all(stream).await, [Ok(1), Err("no end"), Ok(2), Err("again")]);
}

#[derive(Debug, PartialEq)]
struct Outer(String);

impl From<&str> for Outer {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[tokio::test]
async fn g60_the_first_error_is_converted_and_the_last_item() {
    fn inner(polls: &RefCell<u8>) -> impl Stream<Item = Result<u8, &'static str>> {
        futures::stream::iter([Ok(1), Err("inner"), Ok(2)]).inspect(|_| *polls.borrow_mut() += 1)
    }
    let polls = RefCell::new(0);
    let own_level = try_generator!(async || -> Result<u8, Outer> {
        yield ..inner(&polls);
        yield 9;
    });
    assert_eq!(all(own_level).await, [Ok(1), Err(Outer("inner".into()))]);
    assert_eq!(polls.take(), 2);

    let nested = try_generator!(async || -> Result<u8, Outer> {
        let ended: Result<(), Outer> = async {
            yield ..inner(&polls);
            Ok(())
        }
        .await;
        assert_eq!(ended, Err(Outer("inner".into())), "`?` of the delegation ends its own block");
        yield 9;
    });
    assert_eq!(all(nested).await, [Ok(1), Ok(9)]);
    assert_eq!(polls.take(), 2);

    let iterator = try_generator!(|| -> Result<u8, Outer> {
        yield ..[Ok(1), Err("inner"), Ok(2)];
        yield 9;
    });
    assert_eq!(iterator.collect::<Vec<_>>(), [Ok(1), Err(Outer("inner".into()))]);
}

#[tokio::test]
async fn g60_the_same_error_type_needs_no_hint() {
    fn rows(broken: bool) -> impl Stream<Item = Result<u8, Outer>> {
        try_generator!(async move {
            yield ..generator!(async || -> Result<u8, Outer> {
                yield Ok(1);
                if broken {
                    yield Err(Outer("inner".into()));
                }
            });
            yield 2;
        })
    }
    assert_eq!(all(rows(false)).await, [Ok(1), Ok(2)]);
    assert_eq!(all(rows(true)).await, [Ok(1), Err(Outer("inner".into()))]);
}

#[tokio::test]
async fn g61_plain_items_arrive_as_ok() {
    let stream = try_generator!(async || -> Result<u8, Outer> {
        yield ..counted(0, 2);
        yield ..[2, 3];
        async {
            yield ..[4];
            Ok::<_, Outer>(())
        }
        .await?;
        return Err("end".into());
    });
    assert_eq!(all(stream).await, [Ok(0), Ok(1), Ok(2), Ok(3), Ok(4), Err(Outer("end".into()))]);
}

#[tokio::test]
async fn g62_a_range_in_parentheses_is_a_value() {
    let stream = generator!(async {
        yield (..3);
        yield (..4);
    });
    assert_eq!(all(stream).await, [..3, ..4]);
    assert_eq!(
        generator!({
            yield (..=3);
        })
        .collect::<Vec<_>>(),
        [..=3]
    );
    let full = generator!(async || -> std::ops::RangeFull {
        yield (..);
    });
    assert_eq!(all(full).await, [..]);
    let nested = generator!(async {
        async { yield (..3) }.await;
    });
    assert_eq!(all(nested).await, [..3]);
}

struct Node(u32, Vec<Node>);

/// G24: without the whole-function form.
fn walk(node: &Node) -> impl Stream<Item = u32> {
    generator!(async move {
        yield node.0;
        for child in &node.1 {
            yield ..Box::pin(walk(child));
        }
    })
}

#[tokio::test]
async fn g24_recursion_goes_depth_first() {
    let tree = Node(1, vec![Node(2, vec![Node(3, vec![]), Node(4, vec![])]), Node(5, vec![])]);
    assert_eq!(all(walk(&tree)).await, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn g66_emit_all_delegates_without_macros() {
    let items = stream(async |y| {
        y.emit(0).await;
        y.emit_all(counted(1, 3)).await;
        futures::join!(y.emit_all([10, 11]), y.emit_all(vec![20]));
    });
    let items = all(items).await;
    assert_eq!(items[..3], [0, 1, 2]);
    assert_eq!(items.len(), 6);
    assert_eq!(items[3..].iter().copied().filter(|n| *n < 20).collect::<Vec<_>>(), [10, 11]);
}

/// A delegation that loses its race has delivered what it took over, and lost nothing that it did not.
#[tokio::test]
async fn g71_a_delegation_that_is_dropped_loses_nothing() {
    let stream = generator!(async {
        let mut source = [1, 2, 3].into_iter();
        tokio::select! {
            biased;
            () = async { yield ..source.by_ref() } => unreachable!(),
            () = pause() => {}
        }
        yield 10;
        yield ..source;
    });
    assert_eq!(all(stream).await, [1, 2, 10, 3]);
}
