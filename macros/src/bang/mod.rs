//! The function-like macros. Each gets `$crate` as its first token from the `macro_rules!` around it.

pub(crate) mod as_completed;
mod comprehension;
pub(crate) mod context;
mod exits;
pub(crate) mod for_await;
pub(crate) mod gather;
pub(crate) mod generator;
mod options;
pub(crate) mod race;
pub(crate) mod race_ok;
pub(crate) mod savepoint;
pub(crate) mod with;

use proc_macro2::TokenStream;

/// Takes `$crate` off the input.
fn split_crate(input: TokenStream) -> (TokenStream, TokenStream) {
    let mut trees = input.into_iter();
    (trees.next().into_iter().collect(), trees.collect())
}
