//! `#[limit]` with every option.

use super::names::*;

type Answer<T = u8> = ::core::result::Result<T, ::weftwork::LimitExceeded>;

static DB: ::weftwork::Limiter = ::weftwork::Limiter::new(5);

fn used<T>(_: T) {
    // The names are imported for what they hide; a few are used so that the import is.
    let _hidden = (None, Some, Ok(), Err(), Result, Option);
}

// ---- hidden names ----

#[::weftwork::limit(5, max_waiting = 64, wait = 500ms)]
async fn refuses() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::limit(5, weight = weight)]
async fn weighs(weight: usize) {
    used(weight);
}

#[::weftwork::limit("10/min", burst = 20, wait = ::weftwork::secs(1))]
async fn rate() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::limit(5, key = (name, id % 2, ::core::option::Option::Some(id)))]
async fn key(name: &str, id: u64) {
    used((name, id));
}

#[::weftwork::limit(shared = DB)]
async fn shared() {}

// ---- names of the user's that are also those of generated locals ----

#[::weftwork::limit(5, key = (gate, value, key_1), weight = turn, max_waiting = limiter)]
async fn parameters(gate: u8, value: u8, key_1: u8, turn: usize, limiter: usize, from_refusal: u8, call: u8) -> Answer {
    used((limiter, from_refusal, call));
    Answer::Ok(gate + value + key_1)
}

#[::weftwork::limit(shared = gate)]
async fn gate(gate: &::weftwork::Limiter, call: u8) -> u8 {
    used(gate);
    call
}

mod constants {
    //! Items have no hygiene: these would be met by a generated item of their name.

    const LIMITER: u8 = 4;
    static LIMITER_: ::weftwork::Limiter = ::weftwork::Limiter::new(4);

    #[::weftwork::limit(4, key = LIMITER)]
    #[::weftwork::limit(shared = LIMITER_)]
    #[::weftwork::limit({ const LIMITER__: usize = LIMITER as usize; LIMITER__ })]
    async fn in_the_options() -> u8 {
        LIMITER
    }

    fn gate() -> u8 {
        1
    }

    fn form() -> u8 {
        1
    }

    #[::weftwork::limit(4, key = (gate(), form()))]
    async fn functions() {}
}
