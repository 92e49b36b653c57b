//! Yields that meet: several wait at once, and each is delivered once, first come, first served.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use futures_core::Stream;
use weftwork::{Yielder, generator, stream, try_stream};

use super::{Noted, Wakes, all, pause, poll_once};

#[tokio::test]
async fn g49_g69_items_of_joined_blocks_come_in_order_of_arrival() {
    let joined = generator!(async {
        tokio::join!(async { yield 1 }, async { yield 2 }, async { yield 3 });
        yield 4;
        futures::join!(
            async {
                for await n in futures::stream::iter([5, 7]) {
                    yield n;
                }
            },
            async { yield 6 }
        );
    });
    assert_eq!(all(joined).await, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn g69_a_rotating_join_does_not_change_the_order() {
    // `tokio::join!` polls another branch first each time.
    let stream = generator!(async {
        tokio::join!(
            async {
                yield (0, 0);
                yield (0, 1);
            },
            async {
                yield (1, 0);
                yield (1, 1);
            },
            async {
                yield (2, 0);
                yield (2, 1);
            },
        );
    });
    let items: Vec<(i32, i32)> = all(stream).await;
    assert_eq!(items[..3], [(0, 0), (1, 0), (2, 0)], "first come, first served");
    for branch in 0..3 {
        let own: Vec<_> = items.iter().filter(|item| item.0 == branch).map(|item| item.1).collect();
        assert_eq!(own, [0, 1], "each branch keeps its order: {items:?}");
    }
}

#[tokio::test]
async fn g70_tasks_of_an_unordered_set_lose_nothing() {
    let stream = generator!(async {
        let mut set = FuturesUnordered::new();
        for n in 0..5 {
            set.push(async move {
                yield (n, 0);
                yield (n, 1);
            });
        }
        while set.next().await.is_some() {}
    });
    let items: Vec<(i32, i32)> = tokio::time::timeout(Duration::from_secs(20), all(stream)).await.expect("it hangs");
    assert_eq!(items.len(), 10, "{items:?}");
    for task in 0..5 {
        let own: Vec<_> = items.iter().filter(|item| item.0 == task).map(|item| item.1).collect();
        assert_eq!(own, [0, 1], "{items:?}");
    }
}

#[tokio::test]
async fn g71_a_yield_that_loses_a_select_after_its_item_was_taken_over_has_yielded() {
    let stream = generator!(async {
        tokio::select! {
            biased;
            () = async { yield 1; unreachable!("it has lost") } => {}
            () = async {} => {}
        }
        pause().await;
        yield 2;
    });
    assert_eq!(all(stream).await, [1, 2]);
}

#[tokio::test]
async fn g72_the_same_in_the_poll_that_ends_the_body() {
    let stream = generator!(async {
        tokio::select! {
            biased;
            () = async { yield 1 } => {}
            () = async {} => {}
        }
    });
    assert_eq!(all(stream).await, [1]);

    // The last item may even come from a destructor at the very end.
    struct Last<'a, 'y>(&'a Yielder<'y, i32>);
    impl Drop for Last<'_, '_> {
        fn drop(&mut self) {
            let _ = pin!(self.0.emit(9)).poll(&mut Context::from_waker(Waker::noop()));
        }
    }
    let items = weftwork::stream(async |y| {
        let _last = Last(&y);
    });
    assert_eq!(all(items).await, [9]);
}

#[tokio::test]
async fn g73_a_yield_that_is_dropped_while_it_waits_has_not_yielded() {
    let log = RefCell::new(Vec::new());
    let stream = generator!(async {
        tokio::select! {
            biased;
            () = async { yield Noted("first", &log) } => {}
            () = async { yield Noted("waiting", &log) } => {}
            () = async {} => {}
        }
        assert_eq!(*log.borrow(), ["waiting"], "dropped with its future, before the body goes on");
        yield Noted("last", &log);
    });
    assert_eq!(all(stream).await.iter().map(|item| item.0).collect::<Vec<_>>(), ["first", "last"]);
    assert_eq!(*log.borrow(), ["waiting", "first", "last"]);
}

#[tokio::test]
async fn g73_who_leaves_the_line_does_not_hold_up_the_others() {
    let items = stream(async |y| {
        let mut emits: Vec<_> = (0..5).map(|n| Box::pin(y.emit(n))).collect();
        let mut cx = Context::from_waker(Waker::noop());
        for emit in &mut emits {
            assert!(emit.as_mut().poll(&mut cx).is_pending());
        }
        drop(emits.remove(2));
        drop(emits.remove(0));
        futures::future::join_all(emits).await;
        y.emit(9).await;
    });
    assert_eq!(all(items).await, [0, 1, 3, 4, 9]);
}

#[tokio::test]
async fn g73_a_yield_that_nobody_polls_any_more_does_not_hold_up_the_others() {
    let items = stream(async |y| {
        let mut cx = Context::from_waker(Waker::noop());
        let mut first = pin!(y.emit(1));
        let mut idle = pin!(y.emit(2));
        let mut third = pin!(y.emit(3));
        assert!(first.as_mut().poll(&mut cx).is_pending());
        assert!(idle.as_mut().poll(&mut cx).is_pending());
        assert!(third.as_mut().poll(&mut cx).is_pending());
        third.await;
        assert!(idle.as_mut().poll(&mut cx).is_ready());
        assert!(first.as_mut().poll(&mut cx).is_ready());
    });
    let items = tokio::time::timeout(Duration::from_secs(20), all(items)).await.expect("it hangs");
    assert_eq!(items, [1, 2, 3]);
}

#[test]
fn g74_a_yield_is_polled_again_after_delivery_and_not_before() {
    let polls = Cell::new(0);
    let mut stream = pin!(generator!(async {
        let mut set = FuturesUnordered::new();
        set.push(async {
            let mut nested = Box::pin(async { yield 1 });
            std::future::poll_fn(|cx| {
                polls.set(polls.get() + 1);
                nested.as_mut().poll(cx)
            })
            .await;
        });
        set.next().await;
        yield 2;
    }));
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(1)));
    assert!(polls.get() <= 2, "a busy loop: {} polls for one item", polls.get());
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(2)));
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(None));
}

#[test]
fn g74_the_consumer_comes_back_by_itself_and_is_not_woken() {
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(wakes.clone());
    let mut cx = Context::from_waker(&waker);
    let mut items = pin!(generator!(async {
        tokio::join!(async { yield 1 }, async { yield 2 });
        yield 3;
    }));
    for n in 1..=3 {
        assert_eq!(items.as_mut().poll_next(&mut cx), Poll::Ready(Some(n)));
    }
    assert_eq!(items.as_mut().poll_next(&mut cx), Poll::Ready(None));
    assert_eq!(wakes.0.load(Ordering::SeqCst), 0);
}

#[test]
fn g74_an_executor_in_the_body_is_told_once_and_by_the_waker_of_the_last_poll() {
    let wakes = [(); 3].map(|()| Arc::new(Wakes::default()));
    let wakers = wakes.clone().map(Waker::from);
    let count = |n: usize| wakes[n].0.load(Ordering::SeqCst);
    let mut items = pin!(stream(async |y| {
        let mut first = pin!(y.emit(1));
        let mut second = pin!(y.emit(2));
        assert!(first.as_mut().poll(&mut Context::from_waker(&wakers[0])).is_pending());
        assert!(second.as_mut().poll(&mut Context::from_waker(&wakers[1])).is_pending());
        assert!(second.as_mut().poll(&mut Context::from_waker(&wakers[2])).is_pending());
        pause().await;
        assert!(first.as_mut().poll(&mut Context::from_waker(&wakers[0])).is_ready());
        pause().await;
        assert!(second.as_mut().poll(&mut Context::from_waker(&wakers[2])).is_ready());
    }));
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(Some(1)));
    assert_eq!([count(0), count(1), count(2)], [1, 0, 0]);
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(Some(2)));
    assert_eq!([count(0), count(1), count(2)], [1, 0, 1]);
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(None));
    assert_eq!([count(0), count(1), count(2)], [1, 0, 1]);
}

#[test]
fn g74_a_yield_that_goes_over_to_the_consumer_is_not_woken_any_more() {
    let wakes = Arc::new(Wakes::default());
    let foreign = Waker::from(wakes.clone());
    let mut items = pin!(stream(async |y| {
        let mut emit = pin!(y.emit(1));
        assert!(emit.as_mut().poll(&mut Context::from_waker(&foreign)).is_pending());
        emit.await;
    }));
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(Some(1)));
    assert_eq!(wakes.0.load(Ordering::SeqCst), 0);
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(None));
}

#[tokio::test(start_paused = true)]
async fn g75_a_yield_in_a_wrapped_block_works_as_unwrapped() {
    let stream = generator!(async {
        let limit = Duration::from_secs(1);
        tokio::time::timeout(limit, async { yield 1 }).await.unwrap();
        Box::pin(async { yield 2 }).await;
        let late = tokio::time::timeout(limit, async {
            yield 3;
            std::future::pending::<()>().await;
        });
        assert!(late.await.is_err());
        yield 4;
    });
    assert_eq!(all(stream).await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn g77_an_item_of_a_nested_block_goes_before_one_of_the_body() {
    let stream = generator!(async {
        let mut nested = pin!(async { yield 1 });
        let polled = std::future::poll_fn(|cx| Poll::Ready(nested.as_mut().poll(cx).is_pending())).await;
        assert!(polled);
        yield 2;
        nested.await;
        yield 3;
    });
    assert_eq!(all(stream).await, [1, 2, 3]);
}

#[tokio::test]
async fn g64_the_handle_is_lent_to_helpers() {
    async fn add_more(y: &Yielder<'_, i32>) {
        y.emit(2).await;
        y.emit(3).await;
    }
    let items = stream(async move |y| {
        y.emit(1).await;
        add_more(&y).await;
    });
    assert_eq!(all(items).await, [1, 2, 3]);

    let fallible = try_stream(async |y| {
        y.emit(Ok(1)).await;
        let n: i32 = "x".parse()?;
        y.emit(Ok(n)).await;
        Ok::<(), std::num::ParseIntError>(())
    });
    let items = all(fallible).await;
    assert!(matches!(items[..], [Ok(1), Err(_)]), "{items:?}");
}

#[tokio::test]
async fn g65_the_handle_is_lent_to_recursion() {
    struct Node(u32, Vec<Node>);
    async fn walk(y: &Yielder<'_, u32>, node: &Node) {
        y.emit(node.0).await;
        for child in &node.1 {
            Box::pin(walk(y, child)).await;
        }
    }
    let tree = Node(1, vec![Node(2, vec![Node(3, vec![])]), Node(4, vec![])]);
    assert_eq!(all(stream(async |y| walk(&y, &tree).await)).await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn g67_two_branches_share_the_handle() {
    let items = stream(async |y| {
        let both = async |from: i32| {
            for n in 0..3 {
                y.emit(from + n).await;
                pause().await;
            }
        };
        tokio::join!(both(0), both(10));
    });
    let mut items = all(items).await;
    items.sort_unstable();
    assert_eq!(items, [0, 1, 2, 10, 11, 12]);
}

#[tokio::test]
async fn g68_an_emit_that_is_never_polled_delivers_nothing() {
    let log = RefCell::new(Vec::new());
    let items = stream(async |y| {
        drop(y.emit(Noted("unpolled", &log)));
        assert_eq!(*log.borrow(), ["unpolled"]);
        y.emit(Noted("polled", &log)).await;
    });
    assert_eq!(all(items).await.iter().map(|item| item.0).collect::<Vec<_>>(), ["polled"]);
    assert_eq!(*log.borrow(), ["unpolled", "polled"]);
}
