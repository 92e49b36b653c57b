//! `#[retry]` with every option, alone and in a stack.
#![no_implicit_prelude]

struct Failed;

impl Failed {
    fn is_transient(&self) -> bool {
        true
    }
    fn retry_after(&self) -> ::core::option::Option<::core::time::Duration> {
        ::core::option::Option::None
    }
}

impl ::core::convert::From<::weftwork::LimitExceeded> for Failed {
    fn from(_: ::weftwork::LimitExceeded) -> Self {
        Failed
    }
}

type Answer<T = u8> = ::core::result::Result<T, Failed>;

static BUDGET: ::weftwork::RetryBudget = ::weftwork::RetryBudget::percent(20);

#[::weftwork::retry(attempts = 4)]
async fn alone() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::retry(
    attempts = 4, within = 10s, backoff = 50ms..2s, jitter, when = Failed::is_transient, after = Failed::retry_after,
    budget = BUDGET
)]
async fn all_options() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::retry(within = ::weftwork::secs(5), backoff = constant(1s), when = |error| error.is_transient())]
async fn expressions() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::retry(attempts = 2, clone(name))]
#[::weftwork::limit(5, wait = 1s)]
#[::weftwork::retry(attempts = most, clone(name))]
async fn stack(name: ::std::string::String, most: u32) -> Answer<::std::string::String> {
    Answer::Ok(name)
}

#[::weftwork::retry(attempts = 4)]
fn by_hand(value: &u8) -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = Answer> + '_>> {
    ::std::boxed::Box::pin(async move { Answer::Ok(*value) })
}
