//! `gather!`, `as_completed!`, `race!` and `race_ok!`.
#![no_implicit_prelude]

type Answer<T = u8> = ::core::result::Result<T, u8>;

async fn number(n: u8) -> u8 {
    n
}

async fn answer(n: u8) -> Answer {
    Answer::Ok(n)
}

async fn arms() -> (u8, Answer) {
    ::weftwork::gather!(number(1), answer(2)).await
}

async fn marked_arms() -> Answer<(u8, Answer)> {
    ::weftwork::gather!(answer(1)?, answer(2)).await
}

async fn comprehension(numbers: &[u8]) -> ::std::vec::Vec<u8> {
    ::weftwork::gather!(
        for n in numbers {
            number(*n)
        },
        limit = 2
    )
    .await
}

async fn marked_comprehension(numbers: &[u8]) -> Answer<::std::vec::Vec<u8>> {
    ::weftwork::gather!(for n in numbers {
        answer(*n)?
    })
    .await
}

async fn in_order_of_completion(numbers: &[u8]) -> u8 {
    let mut sum = 0;
    ::weftwork::for_await!(for n in ::weftwork::as_completed!(
        for n in numbers {
            number(*n)
        },
        limit = 2
    ) {
        sum += n;
    });
    sum
}

async fn every_error() -> ::core::result::Result<(u8, Answer), ::weftwork::GatherErrors<u8>> {
    ::weftwork::gather!(answer(1)?, answer(2), errors = all).await
}

async fn first() -> u8 {
    ::weftwork::race!(number(1), number(2)).await
}

async fn first_ok() -> ::core::result::Result<u8, ::weftwork::RaceError<u8>> {
    ::weftwork::race_ok!(answer(1), answer(2)).await
}

async fn one_after_another() -> ::core::result::Result<u8, ::weftwork::RaceError<u8>> {
    ::weftwork::race_ok!(answer(1), answer(2), stagger = 1.5s).await
}

async fn of_a_stream(numbers: impl ::weftwork::Stream<Item = u8>) -> Answer<::std::vec::Vec<u8>> {
    ::weftwork::gather!(
        for await n in numbers {
            answer(n)?
        },
        limit = 2,
        spawn
    )
    .await
}

async fn splat(futures: ::std::vec::Vec<::core::future::Ready<u8>>) -> ::std::vec::Vec<u8> {
    ::weftwork::gather!(..futures).await
}

async fn for_each(numbers: &[u8]) -> u8 {
    let mut sum = 0;
    ::weftwork::as_completed!(for n in numbers {
        number(*n)
    })
    .for_each(async |n| sum += n)
    .await;
    sum
}
