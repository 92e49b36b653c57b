//! `race!`: the first output of futures that run together.

use proc_macro2::TokenStream;
use quote::quote;

use super::comprehension::{Children, Comprehension, refuse_others};
use super::options::split_options;
use super::split_crate;
use crate::kit::args::Grammar;
use crate::kit::arms::{entrants, has_handler, no_mark, racing, with_arms};
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::binding;

const GRAMMAR: Grammar = Grammar {
    name: "race!",
    example: "race!(first(), second())",
    options: &[],
    words: &[],
    foreign: &[
        (&["timeout"], "write `timeout(secs(5), race!(..))`"),
        (&["stagger"], "that is an option of `race_ok!`"),
        (&["errors"], "that is an option of `gather!`"),
        (&["biased"], "of several that are ready at the first poll the first in written order wins"),
    ],
};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    driver::expression("race!", &TokenStream::new(), |errors| {
        if has_handler(&input, GRAMMAR.name, errors) {
            return None;
        }
        let (parts, _) = split_options(input, &GRAMMAR, errors);
        match parts.iter().position(Comprehension::is_one) {
            Some(index) => {
                refuse_others(&parts, index, GRAMMAR.name, errors);
                let comprehension = Comprehension::read(&parts[index], &GRAMMAR, errors)?;
                comprehension.refuse_mark(&no_mark(GRAMMAR.name, "race!(for item in items { work(item) })"), errors);
                Some(each(&comprehension, &krate))
            }
            None => arms(parts, &krate, errors),
        }
    })
}

/// In:  `for item in items { BODY }`
/// Out: an async block that owns the input, and in it the engine with a closure that makes the next future.
fn each(comprehension: &Comprehension, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let pull = comprehension.pull(&Children { krate, error: None, spawn: false, within_poll: true, contend: false });
    let inside = comprehension.inside(krate);
    let made = quote!({
        #private::whole("race!", async {
            #inside
            #private::race_each(#pull).await
        })
    });
    comprehension.with_items(&made, krate)
}

/// In:  `a(), b()`
/// Out: `match (a(), b()) { (a, b) => { let output = PhantomData; race(both(entrant(a, output).racer(), entrant(b, output).racer()), output) } }`
fn arms(parts: Vec<TokenStream>, krate: &TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    let private = quote!(#krate::__private);
    let arms = racing(parts, GRAMMAR.name, GRAMMAR.example, errors);
    if arms.is_empty() {
        return None;
    }
    let output = binding("output");
    let tree = entrants(&arms, &output, "racer", &private);
    Some(with_arms(&arms, &quote!({ let #output = #private::PhantomData; #private::race(#tree, #output) })))
}
