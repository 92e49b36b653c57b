//! Attempts from safe code on the slot between a generator and its body. None may be undefined behaviour: run this file under
//! AddressSanitizer as well. What the compiler refuses is in `ui/generator/fail`.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use futures::StreamExt;
use futures_core::Stream;
use weftwork::__private::{direct, put};
use weftwork::{Yielder, generator, stream};

use super::{Noted, all, poll_once};

pub(super) fn idle() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

#[test]
fn g89_a_forgotten_generator_is_a_leak_and_nothing_worse() {
    type Leaked = &'static mut Pin<Box<dyn Stream<Item = String> + Send>>;
    // A place that a leak checker looks into.
    static LEAKED: Mutex<Vec<Leaked>> = Mutex::new(Vec::new());
    let stream: Leaked = Box::leak(Box::new(Box::pin(generator!(async {
        let _local = Never;
        tokio::join!(async { yield String::from("a") }, async { yield String::from("b") });
    }))));
    assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some("a".into())));
    LEAKED.lock().unwrap().push(stream);
    // It can still be polled by whoever finds it.
    assert_eq!(poll_once(LEAKED.lock().unwrap()[0].as_mut()), Poll::Ready(Some("b".into())));

    struct Never;
    impl Drop for Never {
        fn drop(&mut self) {
            unreachable!("it has leaked");
        }
    }
}

/// Leaks a future, in a place that a leak checker looks into.
fn forget<F>(future: Pin<Box<F>>) {
    static LEAKED: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    let leaked: &mut Pin<Box<F>> = Box::leak(Box::new(future));
    LEAKED.lock().unwrap().push(std::ptr::from_mut(leaked).addr());
}

#[test]
fn an_emit_that_is_forgotten_leaves_its_item_to_the_line() {
    let log = RefCell::new(Vec::new());
    let mut items = Box::pin(stream(async |y| {
        for name in ["first", "second"] {
            let mut emit = Box::pin(y.emit(Noted(name, &log)));
            assert!(emit.as_mut().poll(&mut idle()).is_pending());
            forget(emit);
        }
        y.emit(Noted("third", &log)).await;
    }));
    for name in ["first", "second", "third"] {
        let Poll::Ready(Some(item)) = poll_once(items.as_mut()) else { panic!("{name} is lost") };
        assert_eq!(item.0, name);
    }
    assert!(matches!(poll_once(items.as_mut()), Poll::Ready(None)));
    assert_eq!(log.take(), ["first", "second", "third"]);
}

#[test]
fn items_of_forgotten_emits_outlive_the_body() {
    let items = stream(async |y| {
        for n in 0..3 {
            let mut emit = Box::pin(y.emit(n.to_string()));
            assert!(emit.as_mut().poll(&mut idle()).is_pending());
            forget(emit);
        }
    });
    assert_eq!(futures::executor::block_on(all(items)), ["0", "1", "2"]);
}

#[test]
fn a_generator_may_be_dropped_over_forgotten_emits() {
    let mut items = Box::pin(stream(async |y| {
        for n in 0..3 {
            let mut emit = Box::pin(y.emit(n.to_string()));
            assert!(emit.as_mut().poll(&mut idle()).is_pending());
            forget(emit);
        }
        y.emit(String::from("last")).await;
    }));
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(Some("0".into())));
    drop(items);
}

/// Where a body can find its own generator.
type Holder = Rc<RefCell<Option<Pin<Box<dyn Stream<Item = u8>>>>>>;

#[test]
fn a_generator_can_not_be_polled_while_it_is_polled() {
    let cell = Holder::default();
    let inside = cell.clone();
    *cell.borrow_mut() = Some(Box::pin(generator!(async move {
        yield 1;
        // The one that is being polled is borrowed; replacing it drops nothing.
        assert!(inside.try_borrow_mut().is_err());
        yield 2;
    })));
    let poll = || poll_once(cell.borrow_mut().as_mut().unwrap().as_mut());
    assert_eq!(poll(), Poll::Ready(Some(1)));
    assert_eq!(poll(), Poll::Ready(Some(2)));
    assert_eq!(poll(), Poll::Ready(None));
    cell.take();
}

#[test]
fn a_body_that_owns_the_only_way_to_its_own_generator_is_a_leak_at_most() {
    let holder = Holder::default();
    let inside = holder.clone();
    *holder.borrow_mut() = Some(Box::pin(generator!(async move {
        let taken = RefCell::new(None);
        yield 1;
        *taken.borrow_mut() = inside.try_borrow_mut().ok().and_then(|mut holder| holder.take());
        assert!(taken.borrow().is_none(), "the consumer holds it");
        yield 2;
    })));
    let first = poll_once(holder.borrow_mut().as_mut().unwrap().as_mut());
    assert_eq!(first, Poll::Ready(Some(1)));
    // Taken out first and polled then: the body finds an empty holder.
    let mut own = holder.take().unwrap();
    assert_eq!(poll_once(own.as_mut()), Poll::Ready(Some(2)));
}

/// Panics when it is dropped, once told to.
pub(super) struct Grenade<'a>(pub(super) &'a Cell<bool>);

impl Drop for Grenade<'_> {
    fn drop(&mut self) {
        if self.0.replace(false) {
            panic!("a destructor");
        }
    }
}

thread_local! {
    static ARMED: Cell<bool> = const { Cell::new(false) };
}

/// A body written by hand, which is still there when it has returned.
struct Body<'y>(Option<Yielder<'y, String>>);

fn by_hand(y: Yielder<'_, String>) -> Body<'_> {
    Body(Some(y))
}

impl Future for Body<'_> {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl Drop for Body<'_> {
    fn drop(&mut self) {
        if let Some(y) = self.0.take() {
            assert!(pin!(y.emit("late".into())).poll(&mut idle()).is_pending());
            assert!(pin!(y.emit("too late".into())).poll(&mut idle()).is_pending());
        }
        assert!(!ARMED.take(), "on purpose");
    }
}

#[test]
fn a_body_that_yields_while_it_is_dropped_after_its_end_is_heard() {
    let items = stream(by_hand);
    assert_eq!(futures::executor::block_on(all(items)), ["late"]);
}

#[test]
fn a_body_that_panics_while_it_is_dropped_after_its_end_leaves_a_finished_generator() {
    ARMED.set(true);
    let mut items = Box::pin(stream(by_hand));
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(items.as_mut()))).is_err());
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(None));
    assert_eq!(format!("{items:?}"), r#"Generator { stage: "finished", .. }"#);
}

#[test]
fn a_destructor_may_yield_while_the_generator_is_dropped() {
    struct Late<'a, 'y>(&'a Yielder<'y, String>);
    impl Drop for Late<'_, '_> {
        fn drop(&mut self) {
            assert!(pin!(self.0.emit("late".into())).poll(&mut idle()).is_pending());
        }
    }
    let mut items = Box::pin(stream(async |y| {
        let _late = Late(&y);
        y.emit(String::from("item")).await;
    }));
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(Some("item".into())));
    drop(items);
}

#[test]
fn a_destructor_that_panics_while_the_generator_is_dropped_drops_the_rest() {
    let log = RefCell::new(Vec::new());
    let armed = Cell::new(true);
    let mut items = Box::pin(generator!(async {
        let _first = Noted("first", &log);
        let _grenade = Grenade(&armed);
        let _last = Noted("last", &log);
        tokio::join!(async { yield Noted("a", &log) }, async { yield Noted("b", &log) });
    }));
    drop(poll_once(items.as_mut()));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(items))).is_err());
    assert_eq!(log.take(), ["a", "b", "last", "first"]);
}

#[test]
fn an_items_destructor_may_yield() {
    // The item emits itself on when it is dropped while it waits, under no lock.
    struct Again<'a>(&'a Cell<u32>, u32);
    impl Drop for Again<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + self.1);
        }
    }
    let dropped = Cell::new(0);
    let mut items = Box::pin(stream(async |y| {
        struct Chain<'a, 'y, 'd>(&'a Yielder<'y, Again<'d>>, &'d Cell<u32>);
        impl Drop for Chain<'_, '_, '_> {
            fn drop(&mut self) {
                assert!(pin!(self.0.emit(Again(self.1, 100))).poll(&mut idle()).is_pending());
            }
        }
        let _chain = Chain(&y, &dropped);
        let mut first = Box::pin(y.emit(Again(&dropped, 1)));
        let mut second = Box::pin(y.emit(Again(&dropped, 10)));
        assert!(first.as_mut().poll(&mut idle()).is_pending());
        assert!(second.as_mut().poll(&mut idle()).is_pending());
        drop(second);
    }));
    let Poll::Ready(Some(item)) = poll_once(items.as_mut()) else { panic!("no item") };
    assert_eq!(item.1, 1);
    drop(item);
    drop(items);
    assert_eq!(dropped.get(), 111);
}

/// Tells whether a value is `Unpin`: an inherent method goes before one of a trait.
struct Probe<'a, T>(&'a T);

impl<T: Unpin> Probe<'_, T> {
    fn is_unpin(&self) -> bool {
        // The field is there to carry the type.
        let _ = self.0;
        true
    }
}

trait Otherwise {
    fn is_unpin(&self) -> bool {
        false
    }
}

impl<T> Otherwise for Probe<'_, T> {}

#[test]
fn a_generator_must_not_move_between_polls_even_if_its_body_may() {
    let body: Option<Body<'_>> = None;
    assert!(Probe(&body).is_unpin());
    assert!(!Probe(&stream(by_hand)).is_unpin());
    // Else an iterator that was pinned could be used by value, and would move.
    assert!(!Probe(&generator!({ yield 1 })).is_unpin());
    let emit = |y: Yielder<'_, u8>| assert!(!Probe(&y.emit(1)).is_unpin());
    futures::executor::block_on(all(stream(async |y| emit(y))));
}

#[test]
fn a_generator_moves_freely_before_its_first_poll() {
    let mut place = Vec::new();
    for n in 0..9 {
        place.push(generator!(async move {
            tokio::join!(async { yield n }, async { yield n + 10 });
        }));
    }
    let seen: Vec<_> = place.into_iter().rev().map(|stream| futures::executor::block_on(all(stream))).collect();
    assert_eq!(seen[0], [8, 18]);
    assert_eq!(seen[8], [0, 10]);
}

#[test]
fn pin_set_drops_a_running_body_in_place() {
    let log = RefCell::new(Vec::new());
    fn make<'a>(log: &'a RefCell<Vec<&'static str>>) -> impl Stream<Item = u8> + 'a {
        generator!(async move {
            let _local = Noted("local", log);
            tokio::join!(async { yield 1 }, async { yield 2 });
        })
    }
    let mut stream = pin!(make(&log));
    for _ in 0..3 {
        assert_eq!(poll_once(stream.as_mut()), Poll::Ready(Some(1)));
        stream.set(make(&log));
    }
    assert_eq!(log.take(), ["local"; 3]);
}

#[test]
fn g76_two_threads_in_one_poll_emit_at_once() {
    for _ in 0..200 {
        let mut items = pin!(stream(async |y| {
            let emits: [_; 4] = std::array::from_fn(|n| Box::pin(y.emit(n.to_string())));
            let emits = std::thread::scope(|scope| {
                let threads = emits.map(|mut emit| {
                    scope.spawn(move || {
                        assert!(emit.as_mut().poll(&mut idle()).is_pending());
                        emit
                    })
                });
                threads.map(|thread| thread.join().unwrap())
            });
            futures::future::join_all(emits).await;
        }));
        let mut seen = Vec::new();
        while let Poll::Ready(Some(item)) = poll_once(items.as_mut()) {
            seen.push(item);
        }
        seen.sort_unstable();
        assert_eq!(seen, ["0", "1", "2", "3"]);
    }
}

#[test]
fn the_hidden_functions_can_be_misused_without_harm() {
    // Two items in one poll: refused by a panic, and the first one is dropped with the generator.
    let mut twice = Box::pin(direct(async |outlet| {
        let _first = put(String::from("a"), &outlet);
        let _second = put(String::from("b"), &outlet);
    }));
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(twice.as_mut()))).is_err());
    assert_eq!(poll_once(twice.as_mut()), Poll::Ready(None));
    drop(twice);

    // An item whose suspension is never awaited, in the poll that ends the body.
    let items = direct(async |outlet| {
        drop(put(String::from("a"), &outlet));
    });
    assert_eq!(futures::executor::block_on(all(items)), ["a"]);

    // An outlet that goes to another thread within one poll.
    let items = direct(async |outlet| {
        std::thread::scope(|scope| {
            scope.spawn(move || drop(put(String::from("elsewhere"), &outlet)));
        });
    });
    assert_eq!(futures::executor::block_on(all(items)), ["elsewhere"]);

    // A cycle that keeps the outlet for ever.
    let items = direct(async |outlet| {
        struct Cycle<T>(RefCell<Option<Rc<Cycle<T>>>>, T);
        let cycle = Rc::new(Cycle(RefCell::default(), outlet));
        let outlet = &cycle.1;
        put(String::from("kept"), outlet).await;
        // Undone in the end, so that a leak checker has nothing to say.
        *cycle.0.borrow_mut() = Some(cycle.clone());
        cycle.0.take();
    });
    assert_eq!(futures::executor::block_on(all(items)), ["kept"]);
}

#[test]
fn a_handle_of_an_outer_body_is_used_inside_an_inner_one() {
    let items = stream(async |outer| {
        let mut inner = pin!(stream(async |y| {
            outer.emit(1).await;
            y.emit(2).await;
            tokio::join!(outer.emit(3), y.emit(4));
        }));
        while let Some(item) = inner.next().await {
            outer.emit(item * 10).await;
        }
    });
    assert_eq!(futures::executor::block_on(all(items)), [1, 20, 3, 40]);
}

#[test]
fn a_waker_may_drop_and_poll_other_generators() {
    struct Other(Mutex<Option<Pin<Box<dyn Stream<Item = u8> + Send>>>>);
    impl std::task::Wake for Other {
        fn wake(self: std::sync::Arc<Self>) {
            let Ok(mut other) = self.0.try_lock() else { return };
            if let Some(other) = &mut *other {
                let _ = poll_once(other.as_mut());
            }
            other.take();
        }
    }
    let other = generator!(async {
        tokio::join!(async { yield 1 }, async { yield 2 });
    });
    let other = std::sync::Arc::new(Other(Mutex::new(Some(Box::pin(other)))));
    let waker = Waker::from(other.clone());
    // An executor of its own inside the body, such as a `FuturesUnordered`: its wakers are told of deliveries.
    let mut items = pin!(stream(async |y| {
        let mut first = pin!(y.emit(1));
        assert!(first.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        y.emit(2).await;
    }));
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(Some(1)));
    assert!(other.0.lock().unwrap().is_none(), "it was woken");
    assert_eq!(poll_once(items.as_mut()), Poll::Ready(Some(2)));
}
