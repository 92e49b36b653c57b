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
const child: u8 = 15;
const pulled: u8 = 16;
const extent: u8 = 17;
const tasks: u8 = 18;
const progress: u8 = 19;
const cx: u8 = 20;
const future: u8 = 21;

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

struct Count(usize);

impl ::weftwork::Progress for Count {
    fn finished(&mut self, _: ::weftwork::Finished) {
        self.0 += 1;
    }
}

struct Converted(u8);

impl ::core::convert::From<u8> for Converted {
    fn from(other: u8) -> Self {
        Self(other)
    }
}

async fn of_a_stream(numbers: impl ::weftwork::Stream<Item = u8>) -> ::std::vec::Vec<u8> {
    ::weftwork::gather!(
        for await n in numbers {
            number(n + cx + child)
        },
        limit = 2
    )
    .await
}

async fn splat(futures: ::std::vec::Vec<::core::future::Ready<Answer>>) -> Answer<::std::vec::Vec<u8>> {
    ::weftwork::gather!(..futures?).await
}

async fn with_every_option(numbers: &[u8]) -> bool {
    let mut count = Count(0);
    ::weftwork::gather!(
        for n in numbers {
            let n = *n + tasks + pulled + extent + future;
            answer(n)?
        },
        limit = 2,
        spawn,
        progress = &mut count,
        error = Converted,
        errors = all
    )
    .await
    .is_ok()
}

async fn a_body_that_fails(numbers: &[u8]) -> Answer<::std::vec::Vec<u8>> {
    ::weftwork::gather!(for n in numbers {
        if *n == progress {
            Answer::Err(error)?;
        }
        answer(*n)?
    })
    .await
}

async fn for_each(numbers: &[u8]) -> Answer<u8> {
    let mut sum = 0;
    ::weftwork::as_completed!(
        for n in numbers {
            let n = *n;
            async move { number(n).await }
        },
        spawn
    )
    .indexed()
    .for_each(async |(_, n)| sum += n)
    .await;
    ::weftwork::as_completed!(for n in numbers {
        answer(*n)
    })
    .try_for_each(async |n| {
        sum += n?;
        Answer::Ok(())
    })
    .await?;
    Answer::Ok(sum)
}
