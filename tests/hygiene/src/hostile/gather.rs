//! `gather!`, `as_completed!`, `race!` and `race_ok!`, also where constants and locals are called what the expansions call theirs.

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
const racer: u8 = 13;
static entrant: u8 = 14;

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

async fn every_error() -> ::core::result::Result<(u8, Answer), ::weftwork::GatherErrors<u8>> {
    ::weftwork::gather!(answer(error)?, answer(item), errors = all).await
}

async fn first() -> u8 {
    ::weftwork::race!(number(output), number(racer), ::weftwork::race!(number(entrant))).await
}

async fn first_ok(stagger: ::core::time::Duration) -> ::core::result::Result<u8, ::weftwork::RaceError<u8>> {
    ::weftwork::race_ok!(
        async { ::weftwork::race_ok!(answer(output), answer(entrant)).await.map_err(|lost| *lost.first().unwrap()) },
        answer(racer),
        stagger = stagger
    )
    .await
}
