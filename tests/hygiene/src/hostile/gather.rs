//! `gather!` and `as_completed!`, also where constants and locals are called what the expansions call theirs.

#![allow(non_upper_case_globals)]

use super::names::*;

const COUNT: u8 = 1;
const error: u8 = 2;
const items: u8 = 3;
const item: u8 = 4;
const gathering: u8 = 5;
const completing: u8 = 6;
const at_once: u8 = 7;
const outlet: u8 = 8;
const output: u8 = 9;
const output_0: u8 = 10;
static output_1: u8 = 11;
static value: u8 = 12;

type Answer<T = u8> = ::core::result::Result<T, u8>;

async fn number(n: u8) -> u8 {
    n
}

async fn answer(n: u8) -> Answer {
    Answer::Ok(n)
}

fn used() {
    // The names are imported for what they hide; a few are used so that the import is.
    let _hidden = (None, Some, Ok(), Err(), Result, Option);
}

async fn arms() -> (u8, u8, Answer) {
    ::weftwork::gather!(number(COUNT), number(output_0), answer(output_1)).await
}

async fn none_and_one() -> ((), (u8,)) {
    ::weftwork::gather!(::weftwork::gather!(), ::weftwork::gather!(number(value))).await
}

async fn marked_arms() -> Answer<(u8, Answer, u8)> {
    ::weftwork::gather!(answer(error)?, answer(item), answer(gathering)?).await
}

async fn comprehension(numbers: &[u8]) -> ::std::vec::Vec<u8> {
    ::weftwork::gather!(
        for n in numbers {
            number(*n + items + item)
        },
        limit = 2
    )
    .await
}

async fn marked_comprehension(numbers: &[u8], limit: usize) -> Answer<::std::vec::Vec<u8>> {
    ::weftwork::gather!(
        for n in numbers {
            if *n == at_once {
                continue;
            }
            answer(*n)?
        },
        limit = limit
    )
    .await
}

async fn in_order_of_completion(numbers: &[u8]) -> u8 {
    let mut sum = outlet;
    ::weftwork::for_await!(for n in ::weftwork::as_completed!(
        for n in numbers {
            number(*n + output + completing)
        },
        limit = 2
    ) {
        sum += n;
    });
    ::weftwork::for_await!(for n in ::weftwork::as_completed!(for n in numbers {
        number(*n)
    }) {
        sum += n;
    });
    sum
}
