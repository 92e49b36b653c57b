//! `#[retry]` with every option, alone and in a stack.

use super::names::*;

struct Failed;

impl ::core::convert::From<::weftwork::LimitExceeded> for Failed {
    fn from(_: ::weftwork::LimitExceeded) -> Self {
        Failed
    }
}

type Answer<T = u8> = ::core::result::Result<T, Failed>;
type Time = ::core::time::Duration;

static BUDGET: ::weftwork::RetryBudget = ::weftwork::RetryBudget::percent(20);

fn used<T>(_: T) {
    // The names are imported for what they hide; a few are used so that the import is.
    let _hidden = (None, Some, Ok(), Err(), Result, Option);
}

// ---- hidden names ----

#[::weftwork::retry(attempts = 4)]
async fn alone() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::retry(attempts = 4, within = 10s, backoff = 50ms..2s, jitter, when = |_| true, after = |_| ::core::option::Option::None, budget = BUDGET)]
async fn all_options() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::retry(attempts = most, within = patience, backoff = constant(patience))]
async fn expressions(most: u32, patience: Time) -> Answer<Time> {
    Answer::Ok(patience * most)
}

#[::weftwork::retry(attempts = 2, clone(name))]
#[::weftwork::limit(5, wait = 1s)]
#[::weftwork::retry(attempts = 2, clone(name))]
async fn stack(name: ::std::string::String) -> Answer<::std::string::String> {
    Answer::Ok(name)
}

#[::weftwork::retry(attempts = 4)]
fn by_hand(value: &u8) -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = Answer> + '_>> {
    ::std::boxed::Box::pin(async move { Answer::Ok(*value) })
}

// ---- names of the user's that are also those of generated locals ----

#[::weftwork::retry(attempts = retry, within = pause, clone(output))]
#[::weftwork::limit(4, key = call)]
async fn parameters(
    retry: u32,
    pause: Time,
    output: ::std::string::String,
    call: u8,
    proof: u8,
    attempt: u8,
) -> Answer<::std::string::String> {
    used((pause, call, proof, attempt, retry));
    Answer::Ok(output)
}

#[::weftwork::retry(attempts = 4, when = |output: &Failed| { used(output); true })]
async fn locals() -> Answer {
    let retry = 1;
    let output = 'retry: {
        loop {
            if retry > 0 {
                break 'retry retry;
            }
        }
    };
    Answer::Ok(output)
}

#[::weftwork::retry(attempts = 4, clone(values))]
async fn generics<F, S, P, R, const N: usize>(values: (F, S, P, R, [u8; N])) -> Answer<(F, S, P, R, [u8; N])>
where
    (F, S, P, R, [u8; N]): ::core::clone::Clone,
{
    Answer::Ok(values)
}
