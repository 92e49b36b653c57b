//! `Send` of the future follows from what it holds, as without policies. Cases P112 and P113.

use std::cell::Cell;
use std::rc::Rc;

use weftwork::{fallback, limit, retry, timeout};

use super::Late;

/// Whether the type of a future is `Send`: the inherent method where the bound holds, else the trait's.
struct Probe<T>(T);

impl<T: Send> Probe<T> {
    fn is_send(&self) -> bool {
        let _future = &self.0;
        true
    }
}

trait OtherwiseNot {
    fn is_send(&self) -> bool {
        false
    }
}

impl<T> OtherwiseNot for Probe<T> {}

/// One function under each of the stacks, and what a test says about its future.
macro_rules! under_each_stack {
    ($test:ident: $({$($generics:tt)*})? ($($parameters:tt)*) $body:block; |$f:ident| $check:expr) => {
        #[test]
        fn $test() {
            under_each_stack!(@one $({$($generics)*})? ($($parameters)*) $body; |$f| $check; #[timeout(8s)]);
            under_each_stack!(@one $({$($generics)*})? ($($parameters)*) $body; |$f| $check; #[limit(4)]);
            under_each_stack!(@one $({$($generics)*})? ($($parameters)*) $body; |$f| $check; #[timeout(8s)] #[limit(4)] #[timeout(2s)]);
            under_each_stack!(@one $({$($generics)*})? ($($parameters)*) $body; |$f| $check; #[timeout(8s, or = Ok(1))]);
            under_each_stack!(@one $({$($generics)*})? ($($parameters)*) $body; |$f| $check; #[fallback(Late::Own(n) => Ok(n))]);
            under_each_stack!(@one $({$($generics)*})? ($($parameters)*) $body; |$f| $check; #[fallback(|_| Ok(1))]);
            under_each_stack!(@one $({$($generics)*})? ($($parameters)*) $body; |$f| $check;
                #[fallback(_ => Ok(1))] #[timeout(8s)] #[limit(4)] #[timeout(2s, or = Ok(1))]);
        }
    };
    (@one $({$($generics:tt)*})? ($($parameters:tt)*) $body:block; |$f:ident| $check:expr; $($stack:tt)*) => {{
        $($stack)*
        async fn $f $(<$($generics)*>)? ($($parameters)*) -> Result<u32, Late> $body
        assert!($check, "{}", stringify!($($stack)*));
    }};
}

under_each_stack! {
    p112_an_owned_argument_that_is_send_and_not_sync_is_moved:
    (cell: Cell<u32>) {
        tokio::task::yield_now().await;
        Ok(cell.get())
    };
    |f| Probe(f(Cell::new(1))).is_send()
}

under_each_stack! {
    p113_what_is_not_send_stays_so:
    (shared: Rc<u32>) {
        tokio::task::yield_now().await;
        Ok(*shared)
    };
    |f| !Probe(f(Rc::new(1))).is_send()
}

under_each_stack! {
    p113_a_local_that_is_not_send_counts_too:
    () {
        let shared = Rc::new(1);
        tokio::task::yield_now().await;
        Ok(*shared)
    };
    |f| !Probe(f()).is_send()
}

under_each_stack! {
    p113_a_borrow_stays_send:
    (text: &str, list: &mut Vec<u32>) {
        list.push(u32::try_from(text.len()).unwrap());
        tokio::task::yield_now().await;
        Ok(list[0])
    };
    |f| Probe(f("a", &mut Vec::new())).is_send()
}

under_each_stack! {
    p113_a_generic_future_stays_send:
    {T: Send + Sync} (value: T, shared: &T) {
        tokio::task::yield_now().await;
        drop(value);
        let _shared = shared;
        tokio::task::yield_now().await;
        Ok(1)
    };
    |f| {
        fn is_send_for_every_type<T: Send + Sync>(value: T, shared: &T) -> bool {
            fn needs<F: Send>(_: F) -> bool { true }
            needs(f(value, shared))
        }
        is_send_for_every_type(1_u8, &2)
    }
}

under_each_stack! {
    p113_a_generic_future_follows_its_argument:
    {T} (value: T) {
        tokio::task::yield_now().await;
        drop(value);
        Ok(1)
    };
    |f| Probe(f(1_u8)).is_send() && !Probe(f(Rc::new(1))).is_send()
}

/// The same under stacks with a `#[retry]`, where `$cloned` stands in `clone(..)`.
macro_rules! under_each_retry {
    ($test:ident: clone($($cloned:ident)?) $({$($generics:tt)*})? ($($parameters:tt)*) $body:block; |$f:ident| $check:expr) => {
        #[test]
        fn $test() {
            under_each_stack!(@one $({$($generics)*})? ($($parameters)*) $body; |$f| $check; #[retry(attempts = 2, clone($($cloned)?))]);
            under_each_stack!(@one $({$($generics)*})? ($($parameters)*) $body; |$f| $check;
                #[fallback(Late::Own(n) => Ok(n))] #[timeout(8s)]
                #[retry(attempts = 4, backoff = 50ms..2s, jitter, when = |_| true, clone($($cloned)?))] #[limit(4)] #[timeout(2s)]);
        }
    };
}

under_each_retry! {
    p112_an_owned_argument_that_is_send_and_not_sync_is_named_in_clone:
    clone(cell) (cell: Cell<u32>) {
        tokio::task::yield_now().await;
        Ok(cell.get())
    };
    |f| Probe(f(Cell::new(1))).is_send()
}

under_each_retry! {
    p112_else_the_future_is_not_send:
    clone() (cell: Cell<u32>) {
        tokio::task::yield_now().await;
        Ok(cell.get())
    };
    |f| !Probe(f(Cell::new(1))).is_send()
}

under_each_retry! {
    p113_under_retry_what_is_not_send_stays_so:
    clone() (shared: Rc<u32>) {
        tokio::task::yield_now().await;
        Ok(*shared)
    };
    |f| !Probe(f(Rc::new(1))).is_send()
}

under_each_retry! {
    p113_under_retry_a_borrow_stays_send:
    clone() (text: &str, list: &mut Vec<u32>, owned: Vec<u8>) {
        list.push(u32::try_from(text.len() + owned.len()).unwrap());
        tokio::task::yield_now().await;
        Ok(list[0])
    };
    |f| Probe(f("a", &mut Vec::new(), Vec::new())).is_send()
}

under_each_retry! {
    p113_under_retry_a_generic_future_stays_send:
    clone(value) {T: Send + Sync + Clone} (value: T, shared: &T) {
        tokio::task::yield_now().await;
        drop(value);
        let _shared = shared;
        tokio::task::yield_now().await;
        Ok(1)
    };
    |f| {
        fn is_send_for_every_type<T: Send + Sync + Clone>(value: T, shared: &T) -> bool {
            fn needs<F: Send>(_: F) -> bool { true }
            needs(f(value, shared))
        }
        is_send_for_every_type(1_u8, &2)
    }
}

/// An argument that an arm reads is borrowed by it, behind the body: it has to be `Sync` only where the body awaits with a borrow too.
#[test]
fn p112_what_an_arm_reads_may_not_be_sync_where_it_does_not_await() {
    #[fallback(_ => Ok(cell.get()))]
    async fn arm(cell: Cell<u32>, list: Cell<u8>) -> Result<u32, Late> {
        tokio::task::yield_now().await;
        Err(Late::Own(u32::from(list.get())))
    }
    #[timeout(8s, or = Ok(cell.get()))]
    async fn or(cell: Cell<u32>, list: Cell<u8>) -> Result<u32, Late> {
        tokio::task::yield_now().await;
        Err(Late::Own(u32::from(list.get())))
    }
    assert!(Probe(arm(Cell::new(1), Cell::new(1))).is_send());
    assert!(Probe(or(Cell::new(1), Cell::new(1))).is_send());
}

#[test]
fn p113_a_blocking_function_is_send() {
    #[timeout(8s)]
    #[retry(attempts = 2, clone(list))]
    #[weftwork::blocking]
    async fn f(list: Vec<Cell<u32>>, number: u32) -> Result<u32, Late> {
        Ok(list.len() as u32 + number)
    }
    #[weftwork::blocking]
    async fn once(list: Vec<Cell<u32>>) -> usize {
        list.len()
    }
    assert!(Probe(once(Vec::new())).is_send());
    assert!(Probe(f(Vec::new(), 1)).is_send());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn p112_such_a_call_can_be_spawned() {
    #[timeout(8s)]
    #[limit(4)]
    #[timeout(2s)]
    async fn f(cell: Cell<u32>) -> Result<u32, Late> {
        tokio::task::yield_now().await;
        cell.set(cell.get() + 1);
        Ok(cell.get())
    }
    assert_eq!(tokio::spawn(f(Cell::new(1))).await.unwrap(), Ok(2));
}
