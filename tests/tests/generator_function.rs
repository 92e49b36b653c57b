//! `generator!` and `try_generator!` around whole functions.

#[path = "generator_function/arguments.rs"]
mod arguments;
#[path = "generator_function/receivers.rs"]
mod receivers;
#[path = "generator_function/recursion.rs"]
mod recursion;

use std::fmt::Display;
use std::num::ParseIntError;

use futures::StreamExt;
use futures_core::Stream;
use weftwork::{generator, try_generator};

async fn all<S: Stream>(stream: S) -> Vec<S::Item> {
    stream.collect().await
}

mod inner {
    use super::*;

    generator!(
        /// Counts.
        #[must_use]
        pub(super) async fn numbers(up_to: u32) -> impl Stream<Item = u32> {
            for n in 0..up_to {
                tokio::task::yield_now().await;
                yield n;
            }
        }
    );

    generator! {
        #[inline]
        pub(in crate::inner) fn plain(up_to: u32) -> impl Iterator<Item = u32> {
            for n in 0..up_to {
                yield n;
            }
        }
    }

    pub(super) fn through() -> impl Iterator<Item = u32> {
        plain(2)
    }
}

#[tokio::test]
async fn g11_a_function_is_called_without_await() {
    assert_eq!(all(inner::numbers(3)).await, [0, 1, 2]);
    assert_eq!(inner::through().collect::<Vec<_>>(), [0, 1]);
}

generator!(
    async fn described<'a, T, const N: usize>(items: &'a [T; N], prefix: impl Display + 'a) -> impl Stream<Item = String> + 'a
    where
        T: Display + 'a,
    {
        for item in items {
            yield format!("{prefix}{item}");
        }
    }
);

#[tokio::test]
async fn g11_generics_lifetimes_and_bounds_are_those_written() {
    assert_eq!(all(described(&[1.5, 2.0], "n")).await, ["n1.5", "n2"]);
    assert_eq!(all(described::<u8, 1>(&[1], 'n')).await, ["n1"]);
}

generator!(
    fn chunks<'a, T: Clone, const N: usize>(
        items: &'a [T],
        _only: std::marker::PhantomData<[(); N]>,
    ) -> impl Iterator<Item = [T; N]> {
        for chunk in items.chunks_exact(N) {
            yield std::array::from_fn(|index| chunk[index].clone());
        }
    }
);

#[test]
fn g11_const_generics_in_the_item() {
    assert_eq!(chunks::<_, 2>(&[1, 2, 3, 4, 5], std::marker::PhantomData).collect::<Vec<_>>(), [[1, 2], [3, 4]]);
}

generator!(
    #[cfg(any())]
    async fn absent() -> impl Stream<Item = u8> {
        yield does_not_exist();
    }
);

generator!(
    #[cfg(all())]
    async fn absent() -> impl Stream<Item = u8> {
        yield 1;
    }
);

#[tokio::test]
async fn g11_cfg_applies_to_the_function() {
    assert_eq!(all(absent()).await, [1]);
}

generator!(
    async unsafe fn raw(pointer: *const u8) -> impl Stream<Item = u8> {
        // SAFETY: the caller's promise.
        yield unsafe { *pointer };
    }
);

generator!(
    unsafe fn raw_iter(pointer: *const u8) -> impl Iterator<Item = u8> {
        // SAFETY: the caller's promise.
        yield unsafe { *pointer };
    }
);

#[tokio::test]
async fn g11_an_unsafe_function_stays_one() {
    let value = 7;
    // SAFETY: the value lives on.
    let (stream, items) = unsafe { (raw(&raw const value), raw_iter(&raw const value)) };
    assert_eq!(all(stream).await, [7]);
    assert_eq!(items.collect::<Vec<_>>(), [7]);
}

generator!(
    fn shorthand(text: &str) -> impl Iterator<Item = &str> + DoubleEndedOff {
        for word in text.split(' ') {
            yield word;
        }
    }
);

/// A further bound, which the iterator has.
trait DoubleEndedOff {}
impl<I> DoubleEndedOff for I {}

generator!(
    async fn send_bound(text: &str) -> impl Stream<Item = usize> + Send + std::fmt::Debug {
        yield text.len();
    }
);

generator!(
    async fn fused() -> impl futures::stream::FusedStream<Item = u8> {
        yield 1;
    }
);

generator!(
    fn fused_iter() -> impl ::core::iter::FusedIterator<Item = u8> {
        yield 1;
    }
);

#[tokio::test]
async fn g11_further_bounds_hold() {
    assert_eq!(shorthand("a b").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(format!("{:?}", send_bound("abc")), r#"Generator { stage: "fresh", .. }"#);
    assert_eq!(tokio::spawn(all(send_bound("abc"))).await.unwrap(), [3]);
    assert_eq!(all(fused()).await, [1]);
    assert_eq!(fused_iter().collect::<Vec<_>>(), [1]);
}

generator!(
    async fn opaque_items(count: usize) -> impl Stream<Item = impl Future<Output = usize>> {
        for n in 0..count {
            yield async move { n };
        }
    }
);

generator!(
    async fn items_by_inference() -> impl Stream {
        yield 'a';
    }
);

#[tokio::test]
async fn g11_the_item_may_be_an_impl_trait() {
    assert_eq!(opaque_items(2).buffered(1).collect::<Vec<_>>().await, [0, 1]);
    assert_eq!(all(items_by_inference()).await.len(), 1);
}

try_generator!(
    async fn parsed(text: &str) -> impl Stream<Item = Result<i32, ParseIntError>> {
        for word in text.split(' ') {
            if word.is_empty() {
                return;
            }
            yield word.parse()?;
        }
    }
);

type Parsed = Result<i32, ParseIntError>;

try_generator!(
    fn parsed_iter<'a>(words: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = Parsed> {
        for word in words {
            match word.parse() {
                Ok(number) => yield number,
                Err(error) if word.len() > 1 => return Err(error),
                Err(error) => yield_err!(error),
            }
        }
    }
);

#[tokio::test]
async fn g11_the_fallible_form() {
    assert_eq!(all(parsed("1 2")).await, [Ok(1), Ok(2)]);
    assert_eq!(all(parsed("1 x 2")).await, ["1".parse(), "x".parse::<i32>()]);
    assert_eq!(all(parsed("1  2")).await, [Ok(1)]);
    let kept = parsed_iter(["1", "x", "2", "yy", "3"]).map(Result::ok).collect::<Vec<_>>();
    assert_eq!(kept, [Some(1), None, Some(2), None]);
}

generator!(
    async fn outer() -> impl Stream<Item = u8> {
        generator!(
            fn inner() -> impl Iterator<Item = u8> {
                yield 1;
                yield 2;
            }
        );
        yield ..inner();
        for n in generator!({
            yield 3;
        }) {
            yield n;
        }
        async { yield 4 }.await;
    }
);

#[tokio::test]
async fn g14_functions_within_functions() {
    assert_eq!(all(outer()).await, [1, 2, 3, 4]);
    generator!(
        async fn local() -> impl Stream<Item = &'static str> {
            yield "a statement of a block";
        }
    );
    assert_eq!(all(local()).await, ["a statement of a block"]);
}

macro_rules! through {
    ($($tokens:tt)*) => { generator!($($tokens)*); };
}

through!(
    pub(crate) async fn from_tokens(n: u8) -> impl Stream<Item = u8> {
        yield n;
    }
);

macro_rules! fragments {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($argument:ident: $ty:ty),*) -> $item:ty { $($body:tt)* }) => {
        generator!(
            $(#[$meta])*
            $vis async fn $name($($argument: $ty),*) -> impl Stream<Item = $item> {
                $($body)*
            }
        );
    };
}

fragments!(
    /// With everything.
    #[must_use]
    pub(crate) fn from_fragments(first: u8, second: &u8) -> (u8, u8) {
        yield (first, *second);
    }
);
fragments!(
    fn from_few_fragments() -> u8 {
        yield 1;
    }
);

macro_rules! returning {
    ($name:ident, $argument:pat, $returned:ty, $value:expr) => {
        generator!(
            fn $name($argument: u8) -> $returned {
                yield $value;
                yield ..[$value];
            }
        );
    };
}

returning!(from_a_type, _, impl Iterator<Item = u8>, 1 + 1);

macro_rules! method {
    ($self:ident, $receiver:ty, $value:expr) => {
        generator!(
            fn value($self: $receiver) -> impl Iterator<Item = u8> {
                yield $value;
            }
        );
    };
}

struct Value(u8);

impl Value {
    method!(self, Box<Self>, self.0);
}

#[tokio::test]
async fn g20_functions_through_macros() {
    assert_eq!(from_a_type(0).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(Box::new(Value(3)).value().collect::<Vec<_>>(), [3]);
    assert_eq!(all(from_tokens(5)).await, [5]);
    assert_eq!(all(from_fragments(1, &2)).await, [(1, 2)]);
    assert_eq!(all(from_few_fragments()).await, [1]);
}

#[test]
fn g22_panics_and_callers_report_the_users_line() {
    #[track_caller]
    fn here() -> u32 {
        std::panic::Location::caller().line()
    }
    let start = line!();
    generator!(
        fn lines() -> impl Iterator<Item = (u32, u32)> {
            yield (line!(), here());
        }
    );
    assert_eq!(lines().collect::<Vec<_>>(), [(start + 3, start + 3)]);
}

struct Borrowed<'a>(&'a str);

impl<'a> Borrowed<'a> {
    generator!(
        fn parts(&self) -> impl Iterator<Item = Borrowed<'_>> {
            for part in self.0.split(' ') {
                yield Borrowed(part);
            }
        }
    );

    generator!(
        fn own(self) -> impl Iterator<Item = &'a str> {
            yield ..self.0.split(' ');
        }
    );

    generator!(
        fn tests<'s>(&'s self) -> impl Iterator<Item = Box<dyn Fn(&str) -> bool + 's>> {
            let text = self.0;
            yield Box::new(move |other| other == text);
        }
    );
}

generator!(
    fn not_written_yet() -> impl Iterator<Item = u8> {
        todo!()
    }
);

generator!(
    async fn empty() -> impl Stream<Item = u8> {}
);

#[tokio::test]
async fn g11_items_with_lifetimes_of_all_kinds() {
    let text = Borrowed("a b");
    assert_eq!(text.parts().map(|part| part.0).collect::<Vec<_>>(), ["a", "b"]);
    assert!(text.tests().all(|is| is("a b") && !is("a")));
    assert_eq!(text.own().collect::<Vec<_>>(), ["a", "b"]);
    assert!(all(empty()).await.is_empty());
    drop(not_written_yet());
}

generator!(
    async fn linked<T>(_: impl Sized) -> impl Stream<Item = T>
    where
        T: Default,
    {
        #![allow(unused_variables)]
        let unused = 1;
        yield T::default();
    }
);

#[tokio::test]
async fn g11_inner_attributes_stay() {
    assert_eq!(all(linked::<u8>("impl Trait")).await, [0]);
}
