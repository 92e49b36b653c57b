//! `#[timeout]` and `#[limit]`.

use super::names::*;

struct Late(::weftwork::Elapsed);

impl ::core::convert::From<::weftwork::Elapsed> for Late {
    fn from(elapsed: ::weftwork::Elapsed) -> Self {
        Late(elapsed)
    }
}

type Answer<T = u8> = ::core::result::Result<T, Late>;
type Time = ::core::time::Duration;

fn used<T>(_: T) {
    // The names are imported for what they hide; a few are used so that the import is.
    let _hidden = (None, Some, Ok(), Err(), Result, Option);
}

// ---- hidden names ----

#[::weftwork::timeout(5s)]
async fn timeout_alone() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::limit(5)]
async fn limit_alone() {}

#[::weftwork::timeout(8s)]
#[::weftwork::limit(4)]
#[::weftwork::timeout(patience)]
async fn stack(patience: Time) -> Answer {
    used(patience);
    Answer::Ok(1)
}

#[::weftwork::timeout(8s)]
#[::weftwork::limit(4)]
fn by_hand(patience: Time) -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = Answer>>> {
    ::std::boxed::Box::pin(async move { stack(patience).await })
}

#[::weftwork::timeout(8s)]
#[::weftwork::limit(4)]
fn by_impl_future(patience: &Time) -> impl ::core::future::Future<Output = Answer> {
    let half = *patience / 2;
    async move { stack(half).await }
}

trait Service {
    #[::weftwork::timeout(8s)]
    #[::weftwork::limit(4)]
    async fn serve(&self) -> Answer {
        Answer::Ok(1)
    }
}

// ---- names of the user's that are also those of generated locals ----

#[::weftwork::timeout(from_elapsed)]
#[::weftwork::limit(4)]
#[::weftwork::timeout(from_elapsed + result)]
async fn parameters(from_elapsed: Time, result: Time, future: u8, permit: u8, __weftwork: u8) -> Answer<Time> {
    used((future, permit, __weftwork));
    Answer::Ok(from_elapsed + result)
}

#[::weftwork::timeout(8s)]
#[::weftwork::limit(4)]
async fn locals() -> Answer {
    let from_elapsed = 1;
    let result = from_elapsed;
    let value = 'result: {
        if result > 0 {
            break 'result result;
        }
        0
    };
    Answer::Ok(value)
}

mod constants {
    //! Items have no hygiene: these would be met by a generated item of their name.
    use super::Answer;

    const LIMITER: usize = 4;
    const COUNT: usize = LIMITER;
    #[::weftwork::limit(LIMITER)]
    async fn as_the_count() -> usize {
        LIMITER + COUNT
    }

    #[::weftwork::timeout(from_elapsed())]
    #[::weftwork::limit({ const LIMITER_: usize = LIMITER; LIMITER_ })]
    #[::weftwork::timeout(result())]
    async fn in_the_body() -> Answer<usize> {
        static LIMITER_: usize = LIMITER;
        Answer::Ok(LIMITER_)
    }

    fn result() -> ::core::time::Duration {
        from_elapsed()
    }

    fn from_elapsed() -> ::core::time::Duration {
        ::weftwork::secs(5)
    }
}

#[::weftwork::timeout(8s)]
#[::weftwork::limit(4)]
async fn generics<F, C, M, R, const N: usize>(values: (F, C, M, R, [u8; N])) -> Answer<(F, C, M, R, [u8; N])> {
    Answer::Ok(values)
}

// ---- the same for the other layers ----

#[::weftwork::fallback(Late(_) => Answer::Ok(2))]
#[::weftwork::timeout(8s, or = Answer::Ok(3))]
#[::weftwork::retry(attempts = 2, backoff = 50ms..2s, jitter, when = |_| true, clone(output))]
#[::weftwork::timeout(2s)]
async fn every_layer(output: u8, retry: u8, pause: u8, call: u8, into_result: u8, from_result: u8) -> Answer {
    Answer::Ok(output + retry + pause + call + into_result + from_result)
}

#[::weftwork::fallback(error => { used((output, value)); Answer::Err(error) })]
#[::weftwork::timeout(8s, or = { used((output, value)); Answer::Ok(output) })]
async fn read_behind(output: u8, value: u8) -> Answer {
    Answer::Ok(output + value)
}

#[::weftwork::fallback(|error| { used(handler); Answer::Err(error) })]
async fn closure(handler: u8) -> Answer {
    Answer::Ok(handler)
}

#[::weftwork::timeout(8s)]
#[::weftwork::retry(attempts = 2)]
#[::weftwork::blocking]
async fn on_a_thread<W: ::core::marker::Send + ::core::marker::Copy + 'static>(work: W, proof: u8) -> Answer<(W, u8)> {
    Answer::Ok((work, proof))
}
