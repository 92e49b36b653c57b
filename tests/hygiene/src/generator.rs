//! Generators where every name of the prelude means something else.

// The macros come by path only, and the prelude's names are taken.
#[allow(dead_code, non_camel_case_types, reason = "the names are there to be in the way")]
mod hostile {
    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Result;
    pub struct Box;
    pub struct Vec;
    pub struct String;
    pub struct Poll;
    pub struct Pin;
    pub struct Generator;
    pub struct Yielder;
    pub trait Send {}
    pub trait Sync {}
    pub trait Unpin {}
    pub trait Drop {}
    pub trait Fn {}
    pub trait FnOnce {}
    pub trait AsyncFnOnce {}
    pub trait Future {}
    pub trait Stream {}
    pub trait Iterator {}
    pub trait IntoIterator {}
    pub trait From {}
    pub trait Into {}
    pub fn drop() {}
    pub fn put() {}
    pub fn put_ok() {}
    pub fn put_err() {}
    pub fn put_as() {}
    pub fn put_all() {}
    pub fn put_each() {}
    pub fn emit_all() {}
    pub fn direct_iter() {}
    pub fn iter() {}
    pub fn returned() {}
    pub struct Fallible;
    pub struct GeneratorIter;
    pub fn emit_ok() {}
    pub fn accepts() {}
    pub fn next() {}
    pub fn stream() {}
    pub fn direct() {}
    pub fn async_iterable() {}
    pub mod std {}
    pub mod core {}
    pub mod alloc {}
    pub mod __private {}
    pub type bool = ();
    pub type u8 = ();
    pub type usize = ();
}
#[allow(unused_imports, reason = "an expansion that used one of them would not compile")]
use hostile::*;

type Outcome = ::core::result::Result<i32, i32>;

/// Every form of body, with yields on both levels.
pub fn plain() -> impl ::weftwork::Stream<Item = i32> {
    ::weftwork::generator!(async move {
        yield 1;
        for await n in nested() {
            yield n;
        }
    })
}

/// Yields of nested blocks.
pub fn nested() -> impl ::weftwork::Stream<Item = i32> {
    ::weftwork::generator!(async || -> i32 {
        async {
            yield 2;
            yield 3;
        }
        .await;
        if true {
            return;
        }
        yield 4;
    })
}

/// The fallible form, with both levels too.
pub fn fallible() -> impl ::weftwork::Stream<Item = Outcome> {
    ::weftwork::try_generator!(async move || -> Outcome {
        yield 1;
        let n: i32 = Outcome::Ok(2)?;
        yield n;
        if n == 5 {
            return;
        }
        return ::core::result::Result::Err(3);
    })
}

/// Yields of nested blocks in the fallible form.
pub fn fallible_nested() -> impl ::weftwork::Stream<Item = Outcome> {
    ::weftwork::try_generator!(async {
        async { yield 1 }.await;
        'outer: for await n in fallible() {
            if n? == 2 {
                break 'outer;
            }
        }
        yield 2;
    })
}

/// The loop in a function.
pub async fn sum() -> i32 {
    let mut sum = 0;
    ::weftwork::for_await!('outer: for n in plain() {
        if n == 9 {
            break 'outer;
        }
        sum += n;
    });
    ::weftwork::for_await!(for n in ::weftwork::stream(async |y| y.emit(1).await) {
        sum += n;
    });
    ::weftwork::for_await!(for n in fallible_nested() {
        sum += n.unwrap_or(0);
    });
    sum
}

/// Iterators.
pub fn iterator() -> impl ::core::iter::Iterator<Item = i32> {
    ::weftwork::generator!({
        yield 1;
        yield ..[2, 3];
        yield ..::weftwork::generator!(move || -> i32 {
            yield 4;
        });
    })
}

/// Fallible iterators.
pub fn fallible_iterator() -> impl ::core::iter::Iterator<Item = Outcome> {
    ::weftwork::try_generator!(|| -> Outcome {
        yield 1;
        yield_err!(2);
        ::weftwork::yield_err!(3);
        yield ..[4];
        yield ..[Outcome::Ok(5)];
        yield Outcome::Ok(6)?;
    })
}

::weftwork::generator!(
    /// Delegates on both levels.
    pub async fn function(mut n: i32, (a, _): (i32, i32), _guard: i32) -> impl ::weftwork::Stream<Item = i32> {
        n += a;
        yield n;
        yield ..plain();
        yield ..[1];
        async { yield ..[2] }.await;
    }
);

::weftwork::try_generator!(
    /// The same, fallible.
    pub async fn fallible_function() -> impl ::weftwork::Stream<Item = Outcome> {
        yield ..fallible();
        yield ..plain();
        async {
            yield_err!(1);
            yield ..[2];
            Outcome::Ok(1)
        }
        .await?;
    }
);

/// Methods.
pub struct Text(i32);

impl Text {
    ::weftwork::generator!(
        /// Borrows.
        pub fn items(&self) -> impl ::core::iter::Iterator<Item = &i32> {
            yield &self.0;
        }
    );
}

/// A default method.
pub trait Source {
    ::weftwork::generator!(
        /// Nothing much.
        fn rows(&self, _: i32) -> impl ::core::iter::Iterator<Item = i32> {
            yield 1;
        }
    );
}
