//! Before the first item, after the last one, and in between.

use std::cell::{Cell, RefCell};
use std::iter::FusedIterator;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use weftwork::{Yielder, generator, iter};

/// Writes its name into a log when it is dropped.
struct Noted<'a>(&'static str, &'a RefCell<Vec<&'static str>>);

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

pub(super) fn fused<I: FusedIterator>(mut items: I) {
    for _ in 0..10 {
        assert!(items.next().is_none());
        assert_eq!(items.size_hint(), (0, Some(0)));
    }
}

#[test]
fn g27_after_its_end_it_gives_none_for_ever() {
    let mut items = generator!({
        yield 1;
    });
    assert_eq!(items.size_hint(), (0, None));
    assert_eq!(items.next(), Some(1));
    assert_eq!(items.size_hint(), (0, None));
    assert_eq!(items.next(), None);
    fused(items);

    let pinned = pin!(generator!(|| -> u8 {
        if true {
            return;
        }
        yield 1;
    }));
    fused(pinned);
}

#[test]
fn g3_one_that_is_never_asked_runs_nothing() {
    let log = RefCell::new(Vec::new());
    let capture = Noted("capture", &log);
    let ran = Cell::new(false);
    let items = {
        let ran = &ran;
        generator!(move || -> u8 {
            ran.set(true);
            drop(capture);
            yield 1;
        })
    };
    drop(items);
    assert_eq!(*log.borrow(), ["capture"]);
    assert!(!ran.get());
}

#[test]
fn g25_debug_names_the_state() {
    struct Opaque;
    let mut items = generator!({
        yield Opaque;
    });
    assert_eq!(format!("{items:?}"), r#"Generator { stage: "fresh", .. }"#);
    assert!(items.next().is_some());
    assert_eq!(format!("{items:?}"), r#"Generator { stage: "suspended", .. }"#);
    assert!(items.next().is_none());
    assert_eq!(format!("{items:?}"), r#"Generator { stage: "finished", .. }"#);
}

#[test]
fn g31_a_panic_leaves_next_and_ends_the_iterator() {
    let log = RefCell::new(Vec::new());
    let mut items = generator!({
        let _outer = Noted("outer", &log);
        yield 1;
        let _inner = Noted("inner", &log);
        if log.borrow().is_empty() {
            panic!("on purpose");
        }
        yield 2;
    });
    assert_eq!(items.next(), Some(1));
    let panic = catch_unwind(AssertUnwindSafe(|| items.next())).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"on purpose"));
    assert_eq!(*log.borrow(), ["inner", "outer"]);
    fused(items);
    assert_eq!(log.borrow().len(), 2);
}

#[test]
fn g31_the_same_when_pinned() {
    let mut items = pin!(generator!(|| -> u8 {
        if true {
            panic!("on purpose");
        }
    }));
    assert!(catch_unwind(AssertUnwindSafe(|| items.next())).is_err());
    fused(items);
}

#[test]
fn g82_dropped_half_way_it_drops_its_locals_in_reverse() {
    let log = RefCell::new(Vec::new());
    let mut items = generator!({
        let _a = Noted("a", &log);
        yield 1;
        let _b = Noted("b", &log);
        yield 2;
        let _c = Noted("c", &log);
        yield 3;
    });
    assert_eq!(items.by_ref().take(2).count(), 2);
    drop(items);
    assert_eq!(*log.borrow(), ["b", "a"]);
}

#[test]
fn a_body_that_waits_is_told_so() {
    let mut items = iter(async |y: Yielder<'_, u8>| {
        y.emit(1).await;
        std::future::pending::<()>().await;
    });
    assert_eq!(items.next(), Some(1));
    let panic = catch_unwind(AssertUnwindSafe(|| items.next())).unwrap_err();
    let message = panic.downcast_ref::<&str>().unwrap();
    assert!(message.contains("has no executor"), "{message}");
}
