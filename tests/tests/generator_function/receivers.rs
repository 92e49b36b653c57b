//! G12: every kind of receiver, in every kind of `impl`.

use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use weftwork::{generator, try_generator};

use super::all;

#[derive(Clone)]
struct Text(String);

impl Text {
    generator!(
        /// Borrows.
        pub(super) async fn words(&self) -> impl Stream<Item = &str> {
            for word in self.0.split(' ') {
                yield word;
            }
        }
    );

    generator!(
        fn letters(&self) -> impl Iterator<Item = char> {
            for letter in self.0.chars() {
                yield letter;
            }
        }
    );

    generator!(
        async fn push(&mut self, more: &str) -> impl Stream<Item = usize> {
            for letter in more.chars() {
                self.0.push(letter);
                yield self.0.len();
            }
        }
    );

    generator!(
        fn push_iter(&mut self) -> impl Iterator<Item = usize> + '_ {
            loop {
                self.0.push('.');
                yield self.0.len();
            }
        }
    );

    generator!(
        async fn into_words(self) -> impl Stream<Item = String> {
            for word in self.0.split(' ') {
                yield word.to_owned();
            }
        }
    );

    generator!(
        fn into_letters(mut self) -> impl Iterator<Item = char> {
            while let Some(letter) = self.0.pop() {
                yield letter;
            }
        }
    );

    generator!(
        async fn boxed(self: Box<Self>) -> impl Stream<Item = usize> {
            yield self.0.len();
        }
    );

    generator!(
        async fn shared(self: Arc<Self>) -> impl Stream<Item = usize> {
            yield Arc::strong_count(&self);
        }
    );

    generator!(
        async fn pinned(mut self: Pin<&mut Self>) -> impl Stream<Item = usize> {
            self.0.clear();
            yield self.0.len();
        }
    );

    generator!(
        fn nothing(&self, _: u8, _unmentioned: Arc<u8>) -> impl Iterator<Item = Self> {
            yield self.clone();
        }
    );

    try_generator!(
        async fn numbers(&self) -> impl Stream<Item = Result<i32, std::num::ParseIntError>> {
            for await word in self.words() {
                yield word.parse()?;
            }
        }
    );
}

#[tokio::test]
async fn g12_receivers() {
    let mut text = Text("one two".into());
    assert_eq!(all(text.words()).await, ["one", "two"]);
    assert_eq!(text.letters().count(), 7);
    assert_eq!(all(text.push(" 3")).await, [8, 9]);
    assert_eq!(text.push_iter().take(2).collect::<Vec<_>>(), [10, 11]);
    assert_eq!(all(text.clone().into_words()).await, ["one", "two", "3.."]);
    assert_eq!(text.clone().into_letters().take(3).collect::<String>(), "..3");
    assert_eq!(all(Box::new(text.clone()).boxed()).await, [11]);
    let shared = Arc::new(text.clone());
    assert_eq!(all(shared.clone().shared()).await, [2]);
    assert_eq!(all(Pin::new(&mut text).pinned()).await, [0]);
    assert_eq!(text.nothing(1, Arc::new(2)).count(), 1);
    assert_eq!(all(Text("1 x".into()).numbers()).await, ["1".parse::<i32>(), "x".parse::<i32>()]);
}

trait Source {
    type Row: Clone + 'static;

    fn row(&self) -> Self::Row;

    fn rows(&self) -> impl Stream<Item = Self::Row>;

    fn iter(&self) -> impl Iterator<Item = Self::Row>;

    generator!(
        /// A default method.
        async fn twice(&self) -> impl Stream<Item = Self::Row> {
            yield self.row();
            yield self.row();
        }
    );

    generator!(
        fn thrice(&self) -> impl Iterator<Item = Self::Row> {
            for _ in 0..3 {
                yield self.row();
            }
        }
    );
}

struct One(u8);

impl Source for One {
    type Row = u8;

    fn row(&self) -> u8 {
        self.0
    }

    generator!(
        async fn rows(&self) -> impl Stream<Item = u8> {
            yield self.row();
        }
    );

    generator!(
        fn iter(&self) -> impl Iterator<Item = u8> {
            yield self.0;
        }
    );
}

struct Own;

impl Source for Own {
    type Row = &'static str;

    fn row(&self) -> &'static str {
        "row"
    }

    generator!(
        async fn rows(&self) -> impl Stream<Item = Self::Row> {
            yield ..self.twice();
        }
    );

    generator!(
        fn iter(&self) -> impl Iterator<Item = Self::Row> {
            yield ..self.thrice();
        }
    );

    generator!(
        async fn twice(&self) -> impl Stream<Item = Self::Row> {
            yield "own";
        }
    );
}

#[tokio::test]
async fn g12_in_traits() {
    assert_eq!(all(One(1).rows()).await, [1]);
    assert_eq!(all(One(2).twice()).await, [2, 2]);
    assert_eq!(One(3).iter().chain(One(4).thrice()).collect::<Vec<_>>(), [3, 4, 4, 4]);
    assert_eq!(all(Own.rows()).await, ["own"]);
    assert_eq!(Own.iter().collect::<Vec<_>>(), ["row"; 3]);
}

struct Wrapper<'a, T>(&'a [T]);

impl<'a, T: PartialOrd + Send> Wrapper<'a, T> {
    generator!(
        fn above<'b>(&'b self, least: &'b T) -> impl Iterator<Item = &'a T> + use<'a, 'b, T> {
            for item in self.0 {
                if item > least {
                    yield item;
                }
            }
        }
    );
}

#[tokio::test]
async fn g13_a_use_clause_is_respected() {
    let items = [1, 5, 3];
    let wrapper = Wrapper(&items);
    let least = 2;
    assert_eq!(wrapper.above(&least).collect::<Vec<_>>(), [&5, &3]);

    generator!(
        async fn unrelated<'a>(length: usize, _of: std::marker::PhantomData<fn(&'a ())>) -> impl Stream<Item = usize> + use<'a> {
            yield length;
        }
    );
    assert_eq!(all(unrelated(1, std::marker::PhantomData)).await, [1]);
}
