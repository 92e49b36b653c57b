//! `Send` of the future follows from what it holds, as without policies. Cases P112 and P113.

use std::cell::Cell;
use std::rc::Rc;

use weftwork::{limit, timeout};

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
