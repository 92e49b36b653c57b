//! X75: what the future of a `with!` takes.

use std::mem::size_of_val;

use weftwork::{Context, context, with};

fn lent<const N: usize>() -> Context<[u8; N]> {
    context!(async {
        yield [0; N];
    })
}

fn of_body<const N: usize>() -> usize {
    size_of_val(&with!(_ = lent::<0>(), {
        let bytes = [1_u8; N];
        tokio::task::yield_now().await;
        bytes.len()
    }))
}

fn of_value<const N: usize>() -> usize {
    size_of_val(&with!(value = lent::<N>(), { value.len() }))
}

/// What the body borrows stays with its caller.
fn of_capture<const N: usize>() -> usize {
    let bytes = [1_u8; N];
    size_of_val(&with!(_ = lent::<0>(), {
        tokio::task::yield_now().await;
        bytes.len()
    }))
}

/// An argument is kept until its context is made.
fn of_argument<const N: usize>() -> usize {
    fn from<const N: usize>(bytes: [u8; N]) -> Context<usize> {
        context!(async move {
            yield bytes.len();
        })
    }
    let bytes = [1_u8; N];
    size_of_val(&with!(length = from(std::convert::identity(bytes)), { *length }))
}

#[test]
fn x75_the_future_is_values_body_and_arguments_and_a_constant() {
    const LARGE: usize = 4096;
    const SMALL: usize = 600;
    for (what, empty, large) in [
        ("body", of_body::<0>(), of_body::<LARGE>()),
        ("value", of_value::<0>(), of_value::<LARGE>()),
        ("capture", of_capture::<0>(), of_capture::<LARGE>()),
        ("argument", of_argument::<0>(), of_argument::<LARGE>()),
    ] {
        assert!(empty <= SMALL, "{what}: {empty} bytes around nothing");
        assert!(large - empty <= LARGE + 64, "{what}: {} bytes for {LARGE}", large - empty);
    }
}

#[test]
fn x75_each_further_context_adds_the_same() {
    let one = size_of_val(&with!(_ = lent::<0>(), {}));
    let two = size_of_val(&with!(_ = lent::<0>(), _ = lent::<0>(), {}));
    let three = size_of_val(&with!(_ = lent::<0>(), _ = lent::<0>(), _ = lent::<0>(), {}));
    assert!(two - one <= one && three - two <= two - one + 16, "{one}, {two}, {three}");
}
