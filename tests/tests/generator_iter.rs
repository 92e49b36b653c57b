//! `generator!` and `try_generator!` without `async`: iterators.

#![allow(clippy::never_loop, clippy::let_unit_value, reason = "unusual places are the point")]

#[path = "generator_iter/ends.rs"]
mod ends;

use std::cell::Cell;
use std::num::ParseIntError;
use std::pin::pin;
use std::sync::Mutex;

use self::ends::fused;
use weftwork::{Yielder, generator, iter, try_generator, try_iter};

fn fibonacci() -> impl Iterator<Item = u64> {
    generator!(move || -> u64 {
        let (mut a, mut b) = (0, 1);
        loop {
            yield a;
            (a, b) = (b, a + b);
        }
    })
}

#[test]
fn g26_a_block_is_an_iterator() {
    let items = generator!({
        yield 1;
        yield 2;
    });
    let mut seen = Vec::new();
    for item in items {
        seen.push(item);
    }
    assert_eq!(seen, [1, 2]);
}

#[test]
fn g26_adaptors_take_it_by_value() {
    assert_eq!(fibonacci().take(6).map(|n| n * 10).collect::<Vec<_>>(), [0, 10, 10, 20, 30, 50]);
    let letters = generator!(|| -> char {
        for letter in ['a', 'b'] {
            yield letter;
        }
    });
    assert_eq!(letters.zip(fibonacci().skip(3)).collect::<Vec<_>>(), [('a', 2), ('b', 3)]);
}

#[test]
fn g26_it_may_be_moved_between_items() {
    let mut items = generator!({
        let text = String::from("a b c");
        for word in text.split(' ') {
            yield word.to_owned();
        }
    });
    assert_eq!(items.next().as_deref(), Some("a"));
    let mut moved = [items];
    assert_eq!(moved[0].next().as_deref(), Some("b"));
    let [mut back] = moved;
    assert_eq!(back.next().as_deref(), Some("c"));
    fused(back);
}

#[test]
fn g26_pinned_and_boxed_it_is_an_iterator_too() {
    let mut items = pin!(generator!({
        let text = String::from("abcd");
        for letter in text.chars() {
            yield letter;
        }
    }));
    assert_eq!(items.next(), Some('a'));
    assert_eq!(items.by_ref().take(2).collect::<String>(), "bc");
    assert_eq!(items.as_mut().next(), Some('d'));
    fused(items);

    let boxed: Box<dyn Iterator<Item = u8>> = Box::new(generator!({
        yield 1;
    }));
    assert_eq!(boxed.collect::<Vec<_>>(), [1]);

    // Begun by value it is in its box, and goes on from there when it is pinned.
    let mut begun = generator!({
        yield 1;
        yield 2;
    });
    assert_eq!(begun.next(), Some(1));
    let mut begun = pin!(begun);
    assert_eq!(begun.next(), Some(2));
    fused(begun);
}

#[test]
fn g4_the_body_stands_still_until_the_next_item_is_asked_for() {
    let steps = Cell::new(0);
    let mut items = generator!({
        steps.set(1);
        yield 'a';
        steps.set(2);
        yield 'b';
        steps.set(3);
    });
    assert_eq!((steps.get(), items.next()), (0, Some('a')));
    assert_eq!((steps.get(), items.next()), (1, Some('b')));
    assert_eq!((steps.get(), items.next()), (2, None));
    assert_eq!(steps.get(), 3);
}

#[test]
fn g28_a_local_is_borrowed_across_a_yield() {
    let items = generator!({
        let text = String::from("a,bb,ccc");
        for part in text.split(',') {
            yield part.len();
        }
    });
    assert_eq!(items.collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn g18_yield_stands_wherever_an_expression_may() {
    let items = generator!({
        let () = yield 1;
        match 2 {
            2 => yield 2,
            _ => return,
        }
        assert_eq!(format!("{:?}", yield 3), "()");
        let [(), ()] = [yield 4, yield 5];
        loop {
            break yield 6;
        }
        yield {
            yield 7;
            8
        };
        if true { yield 9 } else { yield 0 }
    });
    assert_eq!(items.collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn g14_generators_within_generators() {
    let items = generator!({
        let inner = generator!({
            yield 1;
            yield 2;
        });
        let stream = generator!(async {
            yield "another type";
        });
        drop(stream);
        for n in inner {
            yield n * 10;
        }
        for n in try_generator!(|| -> Result<i32, ParseIntError> {
            yield "3".parse()?;
        }) {
            yield n.unwrap();
        }
    });
    assert_eq!(items.collect::<Vec<_>>(), [10, 20, 3]);
}

macro_rules! through {
    ($($tokens:tt)*) => { generator!($($tokens)*) };
}

#[test]
fn g20_tokens_of_a_macro_are_expanded_alike() {
    assert_eq!(
        through!({
            yield 1;
            yield 2;
        })
        .collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(
        through!(move || -> u8 {
            yield 1;
        })
        .collect::<Vec<_>>(),
        [1]
    );
}

#[test]
fn g22_callers_report_the_users_line() {
    #[track_caller]
    fn here() -> u32 {
        std::panic::Location::caller().line()
    }
    let start = line!();
    let items = generator!({
        yield (line!(), here());
        yield (here(), line!());
    });
    assert_eq!(items.collect::<Vec<_>>(), [(start + 2, start + 2), (start + 3, start + 3)]);
}

#[test]
fn g32_the_fallible_form_collects_up_to_its_error() {
    fn numbers(text: &str) -> impl Iterator<Item = Result<i32, ParseIntError>> {
        try_generator!(move || {
            for word in text.split(' ') {
                yield word.parse()?;
            }
            if text.len() > 8 {
                return;
            }
            yield 100;
        })
    }
    assert_eq!(numbers("1 2").collect::<Result<Vec<_>, _>>(), Ok(vec![1, 2, 100]));
    assert_eq!(numbers("1 x 3").collect::<Result<Vec<_>, _>>(), "x".parse().map(|n| vec![n]));
    assert_eq!(numbers("1 x 3").count(), 2, "the error is the last item");
    assert_eq!(numbers("1 2 3 4 5").count(), 5);
    let mut failed = numbers("x");
    assert!(failed.next().is_some_and(|item| item.is_err()));
    assert_eq!(failed.next(), None);
}

#[test]
fn g32_the_closure_form_names_the_result() {
    let items = try_generator!(move || -> Result<i32, ParseIntError> {
        yield 1;
        yield "x".parse()?;
    });
    assert_eq!(items.map(|item| item.is_ok()).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn g42_an_error_in_between() {
    let items = try_generator!(|| -> Result<u8, &'static str> {
        yield 1;
        yield_err!("in between");
        yield 2;
    });
    assert_eq!(items.collect::<Vec<_>>(), [Ok(1), Err("in between"), Ok(2)]);
}

/// Own adaptors, over each other and over those of `std`.
mod adaptors {
    use super::generator;

    pub(super) fn filter<I: Iterator>(items: I, mut keep: impl FnMut(&I::Item) -> bool) -> impl Iterator<Item = I::Item> {
        generator!(move || {
            for item in items {
                if keep(&item) {
                    yield item;
                }
            }
        })
    }

    pub(super) fn windows<T: Clone>(items: impl Iterator<Item = T>, size: usize) -> impl Iterator<Item = Vec<T>> {
        generator!(move || -> Vec<T> {
            let mut window = Vec::new();
            for item in items {
                window.push(item);
                if window.len() == size {
                    yield window.clone();
                    window.remove(0);
                }
            }
        })
    }
}

#[test]
fn g33_adaptors_compose() {
    let sums = adaptors::windows(adaptors::filter((0..).step_by(3), |n| n % 2 == 0).take(4), 2);
    assert_eq!(sums.map(|pair| pair.iter().sum::<i32>()).collect::<Vec<_>>(), [6, 18, 30]);
    let odd = adaptors::filter(adaptors::windows([1, 2, 3].into_iter(), 2), |pair| pair[0] % 2 == 1);
    assert_eq!(odd.collect::<Vec<_>>(), [[1, 2]]);
}

#[test]
fn g34_it_lives_in_a_static_behind_a_mutex() {
    static NUMBERS: Mutex<Option<Box<dyn Iterator<Item = u64> + Send>>> = Mutex::new(None);
    fn next() -> Option<u64> {
        NUMBERS.lock().unwrap().get_or_insert_with(|| Box::new(send(fibonacci_send()))).next()
    }
    fn fibonacci_send() -> impl Iterator<Item = u64> + Send {
        generator!(move || -> u64 {
            let base = Cell::new(0);
            loop {
                base.set(base.get() + 1);
                yield base.get();
            }
        })
    }
    fn send<I: Send>(items: I) -> I {
        items
    }
    let first = next();
    let second = std::thread::spawn(next).join().unwrap();
    assert_eq!([first, second, next()], [Some(1), Some(2), Some(3)]);
}

struct Node(u32, Vec<Node>);

async fn walk(y: &Yielder<'_, u32>, node: &Node) {
    y.emit(node.0).await;
    for child in &node.1 {
        Box::pin(walk(y, child)).await;
    }
}

#[test]
fn g66_the_function_forms() {
    let tree = Node(1, vec![Node(2, vec![Node(3, vec![])]), Node(4, vec![])]);
    assert_eq!(iter(async |y| walk(&y, &tree).await).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let mut pinned = pin!(iter(async |y| walk(&y, &tree).await));
    assert_eq!(pinned.next(), Some(1));
    assert_eq!(pinned.count(), 3);

    let fallible = try_iter(async |y| {
        y.emit(Ok(1)).await;
        y.emit_all(["2", "x", "3"].map(str::parse)).await;
        y.emit(Ok("y".parse()?)).await;
        Ok(())
    });
    let parsed = fallible.map(|n: Result<u8, ParseIntError>| n.ok()).collect::<Vec<_>>();
    assert_eq!(parsed, [Some(1), Some(2), None, Some(3), None]);
}
