//! Every form of generator.

use weftwork::{for_await, generator, try_generator, Stream};

/// Some words.
#[derive(Debug)]
pub struct Text(pub String);

impl Text {
    generator!(
        /// Names the lifetime in its items.
        pub async fn words(&self) -> impl Stream<Item = &str> {
            for word in self.0.split(' ') {
                yield word;
            }
        }
    );

    generator!(
        /// Names it in a `use`.
        pub async fn lengths<'a, 'b>(&'a self, at_least: &'b usize) -> impl Stream<Item = usize> + use<'a, 'b> {
            for await word in self.words() {
                if word.len() >= *at_least {
                    yield word.len();
                }
            }
        }
    );

    generator!(
        /// Names it as a bound.
        pub fn letters(&self) -> impl Iterator<Item = char> + '_ {
            yield ..self.0.chars();
        }
    );

    try_generator!(
        /// Borrows two.
        pub fn numbers<'a, 'b>(
            &'a self,
            also: &'b str,
        ) -> impl Iterator<Item = Result<u32, std::num::ParseIntError>> + use<'a, 'b> {
            yield ..self.0.split(' ').map(str::parse);
            yield also.parse()?;
        }
    );
}

generator!(
    /// Borrows nothing.
    pub async fn counter<T>(up_to: u32, _: T) -> impl Stream<Item = u32> + use<T> {
        for n in 0..up_to {
            yield n;
        }
        async { yield up_to }.await;
    }
);

/// The block and closure forms.
pub fn blocks(text: &str) -> impl Stream<Item = Result<u32, std::num::ParseIntError>> + '_ {
    try_generator!(async move {
        let fib = generator!(move || -> u32 {
            let (mut a, mut b) = (0, 1);
            loop {
                yield a;
                (a, b) = (b, a + b);
            }
        });
        yield ..fib.take(3);
        for await n in counter(3, ()) {
            yield n;
        }
        yield text.parse()?;
    })
}

/// The loop.
pub async fn sum(text: &str) -> u32 {
    let mut sum = 0;
    for_await!(for n in blocks(text) {
        sum += n.unwrap_or(0);
    });
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g13_lifetimes_that_are_named_are_captured() {
        let text = Text("1 22".into());
        assert_eq!(text.letters().collect::<String>(), "1 22");
        let also = String::from("x");
        assert_eq!(text.numbers(&also).filter_map(Result::ok).collect::<Vec<_>>(), [1, 22]);
        let _ = (text.words(), text.lengths(&2));
    }
}
