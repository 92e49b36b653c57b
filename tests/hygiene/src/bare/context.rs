//! `context!`, `with!` and the ways out of `for_await!`.
#![no_implicit_prelude]

type Answer<T = u8> = ::core::result::Result<T, ::std::io::Error>;

fn one() -> ::weftwork::Context<u8> {
    ::weftwork::context!(async {
        yield 1;
    })
}

fn pair(number: u8) -> ::weftwork::Context<u8, ::std::io::Error> {
    ::weftwork::context!(async move {
        let (_, exit) = yield number;
        if exit.is_ok() { Answer::Ok(()) } else { Answer::Err(::std::io::Error::other("it failed")) }
    })
}

struct Session;

impl ::weftwork::AsyncContext for Session {
    type Value = u8;
    type Error = ::core::convert::Infallible;

    async fn enter(&mut self) -> ::core::result::Result<u8, Self::Error> {
        ::core::result::Result::Ok(1)
    }

    async fn exit(self, _: u8, _: ::weftwork::Exit) -> ::core::result::Result<(), Self::Error> {
        ::core::result::Result::Ok(())
    }
}

async fn plain() -> u8 {
    ::weftwork::with!(number = one(), _ = Session, { *number }).await
}

async fn several() -> Answer {
    ::weftwork::with!(first = pair(1), second = pair(*first), async || -> Answer { Answer::Ok(*first + *second) }).await
}

async fn moved(number: u8) -> Answer {
    ::weftwork::with!(first = pair(number), async move { Answer::Ok(*first + number) }).await
}

async fn ways_out(numbers: impl ::weftwork::Stream<Item = Answer>) -> Answer {
    let mut sum = 0;
    'outer: {
        ::weftwork::for_await!(for number in numbers {
            let number = number?;
            match number {
                1 => return Answer::Ok(number),
                2 => break 'outer,
                _ => sum += number,
            }
        });
    }
    Answer::Ok(sum)
}
