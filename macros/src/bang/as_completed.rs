//! `as_completed!`: a stream of outputs in the order in which they come.

use proc_macro2::TokenStream;
use quote::quote;

use super::comprehension::Comprehension;
use super::options::{Options, at_once, split_options};
use super::split_crate;
use crate::kit::args::{Args, Grammar};
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::binding;

const GRAMMAR: Grammar = Grammar {
    name: "as_completed!",
    example: "as_completed!(for item in items { work(item) }, limit = 8)",
    options: &["limit", "spawn"],
    words: &["spawn"],
    foreign: &[
        (&["timeout"], "put `timeout(secs(5), work(item))` into the body"),
        (&["concurrency", "max_concurrent", "jobs", "n"], "it is called `limit` here"),
        (&["stagger"], "that is an option of `race_ok!`"),
    ],
};

/// In:  `for item in items { BODY }, limit = n`
/// Out: a stream whose body owns the input and runs the engine, with a closure that makes the next future.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    driver::expression("as_completed!", &TokenStream::new(), |errors| {
        let (parts, args) = split_options(input, &GRAMMAR, errors);
        let Some(first) = parts.first().filter(|first| Comprehension::is_one(first)) else {
            errors.at(parts.first(), format_args!("`as_completed!` takes a comprehension\nwrite `{}`", GRAMMAR.example));
            return None;
        };
        for other in &parts[1..] {
            errors.at(other, "`as_completed!` takes one comprehension, this stands behind it");
        }
        let comprehension = Comprehension::read(first, &GRAMMAR, errors)?;
        comprehension.refuse_mark(
            "an error is an item of `as_completed!`, it ends nothing\nleave the `?` off and look at the items",
            errors,
        );
        Some(emit(&comprehension, args, &krate, errors))
    })
}

fn emit(comprehension: &Comprehension, mut args: Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let private = quote!(#krate::__private);
    let (at_most, outlet) = (binding("at_once"), binding("outlet"));
    let limit = at_once(&mut args, krate, errors);
    let options = Options::read(&mut args, false, errors);
    let pull = comprehension.pull(&options.children(true, krate));
    let inside = comprehension.inside(krate);
    let (options_outside, options_inside) = (options.outside(krate), options.inside());
    // Where a child panics its task waits until the others are gone.
    let deliver = options.supervised(quote!(#private::deliver(#private::completing(#at_most, #pull), #outlet)), krate);
    let made = quote!({
        let #at_most = #limit;
        #options_outside
        #private::as_completed(async |#outlet| {
            // Captured whole: the input is owned by the stream, everything else that the body names is borrowed.
            #inside
            #options_inside
            #deliver.await;
        })
    });
    comprehension.with_items(&made, krate)
}
