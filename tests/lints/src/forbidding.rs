//! Lints that are forbidden: a generated `allow` of one of them would be an error.

#![forbid(unused, unreachable_code, non_upper_case_globals, unused_braces, unused_parens)]
#![forbid(clippy::all, clippy::needless_return, clippy::let_unit_value, clippy::redundant_closure_call)]

use weftwork::{
    Context, Elapsed, Stream, as_completed, context, for_await, gather, generator, limit, timeout, try_generator, with,
};

/// Under a stack.
///
/// # Errors
/// When time runs out.
#[timeout(8s)]
#[limit(4)]
#[timeout(2s)]
pub async fn stack(value: u8) -> Result<u8, Elapsed> {
    std::future::ready(Ok(value)).await
}

/// Under one.
#[limit(4)]
pub async fn limit_alone() {
    std::future::ready(()).await;
}

/// Written by hand.
#[limit(4)]
pub fn by_hand(value: &u8) -> impl Future<Output = u8> + Send {
    let copy = *value;
    async move { std::future::ready(copy).await }
}

/// Together.
///
/// # Errors
/// When time runs out.
pub async fn together(values: &[u8]) -> Result<Vec<u8>, Elapsed> {
    let (first, second) = gather!(stack(1)?, stack(2)).await?;
    let mut seen = vec![first, second?];
    for_await!(for value in as_completed!(
        for value in values {
            stack(*value)
        },
        limit = 2
    ) {
        seen.push(value?);
    });
    gather!(
        for value in seen {
            stack(value)?
        },
        limit = 2
    )
    .await
}

/// A context.
pub fn lent(value: u8) -> Context<u8, Elapsed> {
    context!(async move {
        let (value, exit) = yield value;
        if exit.is_ok() {
            stack(value).await?;
        }
        Ok(())
    })
}

/// Contexts, and a loop that is left.
///
/// # Errors
/// When time runs out.
pub async fn contexts(values: impl Stream<Item = Result<u8, Elapsed>>) -> Result<u8, Elapsed> {
    with!(value = lent(1), _ = lent(2), async || -> Result<u8, Elapsed> {
        for_await!(for next in values {
            let next = next?;
            if next > *value {
                return Ok(next);
            }
        });
        Ok(*value)
    })
    .await
}

generator!(
    /// Arguments of every kind.
    pub async fn streamed(mut n: u8, _: u8, (first, _): (u8, u8), _guard: u8) -> impl Stream<Item = u8> {
        n += first;
        yield n;
        yield (n);
        yield ..(0..n);
    }
);

try_generator!(
    /// An iterator.
    pub fn iterated(n: u8) -> impl Iterator<Item = Result<u8, u8>> {
        yield n;
        yield_err!(n);
        yield ..[n];
        return Err(n);
    }
);
