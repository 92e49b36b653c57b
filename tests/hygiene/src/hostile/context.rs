//! `context!`, `with!` and the ways out of `for_await!`, also where constants and locals are called what the expansions call theirs.

#![allow(non_upper_case_globals)]

use super::names::*;

const frame: u8 = 1;
const outcome: u8 = 2;
static answer: u8 = 3;
const value: u8 = 4;
static exit: u8 = 5;
const slot: u8 = 6;
const lender: u8 = 7;
static lends: u8 = 8;
const stream: u8 = 9;
const close: u8 = 10;
static below: u8 = 11;
const convert: u8 = 12;
const item: u8 = 13;
const looped: u8 = 14;

struct Failed;

impl ::core::fmt::Debug for Failed {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str("Failed")
    }
}

impl ::core::convert::From<::core::convert::Infallible> for Failed {
    fn from(never: ::core::convert::Infallible) -> Self {
        match never {}
    }
}

type Answer<T = u8> = ::core::result::Result<T, Failed>;

// ---- hidden names ----

trait Enter {
    fn enter(&self) -> u8 {
        0
    }
    fn leave(&self) -> u8 {
        0
    }
    fn lend(&self) -> u8 {
        0
    }
    fn conclude(&self) -> u8 {
        0
    }
    fn errors(&self) -> u8 {
        0
    }
}
impl<T: ?::core::marker::Sized> Enter for T {}

struct Exit;
struct AsyncContext;
fn with() {}
fn context() {}
fn attempt() {}
fn plan() {}
fn made() {}

fn used() {
    let _hidden = (Exit, AsyncContext, with(), context(), attempt(), plan(), made());
    let _more = (None, Some, Ok(), Err(), Result, Option);
}

// ---- contexts ----

fn one() -> ::weftwork::Context<u8> {
    ::weftwork::context!(async {
        used();
        yield 1;
    })
}

fn pair(frame_count: u8) -> ::weftwork::Context<u8, Failed> {
    ::weftwork::context!(async move {
        if frame_count == frame {
            Answer::Err(Failed)?;
        }
        let (number, how) = yield frame_count + lender + lends + slot;
        if how.is_ok() && number > exit { Answer::Ok(()) } else { Answer::Err(Failed) }
    })
}

struct Pool(u8);

impl Pool {
    fn lent(&self) -> ::weftwork::LocalContext<'_, u8> {
        ::weftwork::context!(async {
            let (_, _) = yield self.0;
        })
    }
}

struct Session;

impl ::weftwork::AsyncContext for Session {
    type Value = u8;
    type Error = Failed;

    async fn enter(&mut self) -> Answer {
        Answer::Ok(1)
    }

    async fn exit(self, _: u8, _: ::weftwork::Exit) -> Answer<()> {
        Answer::Ok(())
    }
}

// ---- `with!` ----

async fn plain() -> u8 {
    ::weftwork::with!(number = one(), { *number + frame + outcome + answer + value }).await
}

async fn several(pool: &Pool) -> Answer {
    ::weftwork::with!(first = one(), second = pair(*first + value), _ = Session, third = pool.lent(), async || -> Answer {
        let sum = *first + *second + *third + below + convert;
        if sum == exit {
            Answer::Err(Failed)?;
        }
        Answer::Ok(sum)
    })
    .await
}

async fn moved(pool: Pool) -> Answer {
    ::weftwork::with!(number = Session, async move {
        let sum = *number + pool.0 + slot;
        Answer::Ok(sum)
    })
    .await
}

/// Locals of the user's that are called as those of the expansion.
mod locals {
    use super::{Answer, Failed, one, pair};

    fn shadowed(value: u8, lender: u8, lends: u8, slot: u8) -> ::weftwork::Context<u8, Failed> {
        ::weftwork::context!(async move {
            let exit = value + lender;
            let (value, exit) = yield exit + lends + slot;
            let _both = (value, exit);
            Answer::Ok(())
        })
    }

    async fn lent(outcome: u8, answer: u8, convert: u8) -> Answer {
        ::weftwork::with!(frame = one(), below = pair(*frame + answer), value = shadowed(1, 2, 3, 4), async || -> Answer {
            let exit = outcome + answer + convert;
            Answer::Ok(*frame + *below + *value + exit)
        })
        .await
    }

    async fn left(numbers: impl ::weftwork::Stream<Item = Answer>, close: u8, looped: u8) -> Answer {
        let stream = numbers;
        let mut answer = 0;
        'outer: {
            ::weftwork::for_await!(for item in stream {
                let value = item?;
                match value {
                    0 => return Answer::Ok(close),
                    1 => break 'outer,
                    _ => answer += value + looped,
                }
            });
        }
        Answer::Ok(answer)
    }
}

// ---- the ways out of `for_await!` ----

async fn ways_out(numbers: impl ::weftwork::Stream<Item = Answer>) -> Answer {
    let mut sum = stream + close + item + looped;
    'outer: {
        ::weftwork::for_await!('own: for number in numbers {
            let number = number?;
            match number {
                0 => continue 'own,
                1 => return Answer::Ok(value),
                2 => break 'outer,
                _ => sum += number,
            }
        });
    }
    Answer::Ok(sum)
}

async fn ways_out_of_a_part(numbers: impl ::weftwork::Stream<Item = ::core::option::Option<u8>>) -> ::core::option::Option<u8> {
    let mut sum = 0;
    ::weftwork::for_await!(for number in numbers {
        sum += number?;
    });
    ::core::option::Option::Some(sum)
}
