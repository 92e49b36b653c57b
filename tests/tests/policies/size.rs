//! What a policy adds to the size of a call's future. Case P114.

use weftwork::{blocking, fallback, limit, retry, timeout};

use super::Late;

type Payload = [u8; 65536];

/// The size of the future that a function gives, without making one: a few of these would fill a test's stack.
fn future_size<A, F>(_: impl FnOnce(A) -> F) -> usize {
    size_of::<F>()
}

/// The sizes of one function's future, plain and under some stack.
macro_rules! sizes {
    ({$($stack:tt)*} ($($parameter:tt)*) $body:block) => {{
        async fn plain($($parameter)*) -> Result<u8, Late> $body
        $($stack)*
        async fn under($($parameter)*) -> Result<u8, Late> $body
        (future_size(plain), future_size(under))
    }};
}

/// `at_most` bytes more, whatever the body does with its argument.
macro_rules! adds {
    (at_most $bytes:literal: $($stack:tt)*) => {
        let read = sizes!({$($stack)*} (payload: Payload) {
            tokio::task::yield_now().await;
            Ok(payload[0])
        });
        let changed = sizes!({$($stack)*} (mut payload: Payload) {
            tokio::task::yield_now().await;
            payload[0] += 1;
            Ok(payload[0])
        });
        let consumed_late = sizes!({$($stack)*} (payload: Payload) {
            tokio::task::yield_now().await;
            Ok(std::convert::identity(payload)[0])
        });
        let unused = sizes!({$($stack)*} (_payload: Payload) {
            tokio::task::yield_now().await;
            Ok(1)
        });
        let in_a_tuple = sizes!({$($stack)*} (pair: (Payload, u8)) {
            tokio::task::yield_now().await;
            Ok(pair.0[usize::from(pair.1)])
        });
        let in_a_pattern = sizes!({$($stack)*} ((payload, index): (Payload, usize)) {
            tokio::task::yield_now().await;
            Ok(payload[index])
        });
        for (plain, under) in [read, changed, consumed_late, unused, in_a_tuple, in_a_pattern] {
            assert!(plain >= 65536 && under <= plain + $bytes, "{plain} became {under}");
        }
    };
}

#[test]
fn p114_timeout() {
    adds!(at_most 512: #[timeout(8s)]);
}

#[test]
fn p114_limit() {
    adds!(at_most 512: #[limit(4)]);
}

#[test]
fn p114_a_stack_of_three() {
    adds!(at_most 1024: #[timeout(8s)] #[limit(4)] #[timeout(2s)]);
}

#[test]
fn p114_timeout_or() {
    adds!(at_most 512: #[timeout(8s, or = Ok(1))]);
}

#[test]
fn p114_fallback() {
    adds!(at_most 512: #[fallback(Late::Own(_) => Ok(1))]);
    adds!(at_most 512: #[fallback(|_| Ok(1))]);
}

/// The attempts borrow, so that what the body consumes is in `clone(..)` and there once for the call and once for the attempt.
macro_rules! adds_under_retry {
    (at_most $bytes:literal: {$($above:tt)*} {$($below:tt)*}) => {
        let read = sizes!({$($above)* #[retry(attempts = 4, backoff = 50ms..2s, jitter)] $($below)*} (payload: Payload) {
            tokio::task::yield_now().await;
            Ok(payload[0])
        });
        let changed = sizes!({$($above)* #[retry(attempts = 4, backoff = 50ms..2s, jitter)] $($below)*} (mut payload: Payload) {
            tokio::task::yield_now().await;
            payload[0] += 1;
            Ok(payload[0])
        });
        let unused = sizes!({$($above)* #[retry(attempts = 4)] $($below)*} (_payload: Payload) {
            tokio::task::yield_now().await;
            Ok(1)
        });
        for (plain, under) in [read, changed, unused] {
            assert!(plain >= 65536 && under <= plain + $bytes, "{plain} became {under}");
        }
    };
}

#[test]
fn p114_retry() {
    adds_under_retry!(at_most 512: {} {});
}

#[test]
fn p114_the_stack_of_the_reference() {
    adds_under_retry!(at_most 1024: {#[fallback(Late::Own(_) => Ok(1))] #[timeout(8s)]} {#[limit(16)] #[timeout(2s)]});
}

#[test]
fn p114_what_retry_clones_is_there_twice() {
    let (plain, under) = sizes!({#[timeout(8s)] #[retry(attempts = 4, clone(payload))]} (payload: Payload) {
        tokio::task::yield_now().await;
        Ok(payload[0])
    });
    assert!(under <= plain + 65536 + 1024, "{plain} became {under}");
}

#[test]
fn p114_an_argument_that_an_arm_reads_is_not_stored_once_more() {
    let (plain, arm) = sizes!({#[fallback(_ => Ok(payload[1]))]} (payload: Payload) {
        tokio::task::yield_now().await;
        Ok(payload[0])
    });
    let (_, or) = sizes!({#[timeout(8s, or = Ok(payload[1]))]} (payload: Payload) {
        tokio::task::yield_now().await;
        Ok(payload[0])
    });
    assert!(arm <= plain + 512 && or <= plain + 512, "{plain} became {arm} and {or}");
}

// The plain function keeps the place of its argument and the argument; here it is the place and what goes to the thread.
#[test]
fn p114_blocking() {
    async fn plain(payload: Payload) -> u8 {
        tokio::task::yield_now().await;
        payload[0]
    }
    #[blocking]
    async fn under(payload: Payload) -> u8 {
        payload[0]
    }
    let (plain, under) = (future_size(plain), future_size(under));
    assert!(under <= plain + 512, "{plain} became {under}");
}

// Here the plain future is the smaller one: what its body gives away before the first await is never kept for later. Under a
// policy the body is a future of its own, which the function keeps, and an `async fn` keeps the place of its arguments.
#[test]
fn p114_an_argument_given_away_at_once_is_stored_a_second_time_but_no_third() {
    let (plain, under) = sizes!({#[timeout(8s)] #[limit(4)] #[timeout(2s)]} (payload: Payload) {
        let first = std::convert::identity(payload)[0];
        tokio::task::yield_now().await;
        Ok(first)
    });
    assert!(under <= plain + 65536 + 1024, "{plain} became {under}");
}

#[test]
fn p114_a_method_that_borrows() {
    struct Client(Payload);
    impl Client {
        async fn plain(&self, payload: Payload) -> Result<u8, Late> {
            tokio::task::yield_now().await;
            Ok(self.0[usize::from(payload[0])])
        }
        #[timeout(8s)]
        #[limit(4)]
        #[timeout(2s)]
        async fn under(&self, payload: Payload) -> Result<u8, Late> {
            tokio::task::yield_now().await;
            Ok(self.0[usize::from(payload[0])])
        }
    }
    let client = Client([0; 65536]);
    let (plain, under) = (size_of_val(&client.plain([0; 65536])), size_of_val(&client.under([0; 65536])));
    assert!(under <= plain + 1024, "{plain} became {under}");
}
