//! `race!`: the first output of futures that run together.

use proc_macro2::TokenStream;
use quote::quote;

use super::comprehension::Comprehension;
use super::options::split_options;
use super::split_crate;
use crate::kit::args::Grammar;
use crate::kit::arms::{has_handler, racing, tree};
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
                errors.at(&parts[index], "`race!` takes arms, for now\nwrite `race!(first(), second())`");
                None
            }
            None => arms(parts, &krate, errors),
        }
    })
}

/// In:  `a(), b()`
/// Out: `{ let output = PhantomData; race(both(entrant(a(), output).racer(), entrant(b(), output).racer()), output) }`
fn arms(parts: Vec<TokenStream>, krate: &TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    let private = quote!(#krate::__private);
    let arms = racing(parts, GRAMMAR.name, GRAMMAR.example, errors);
    if arms.is_empty() {
        return None;
    }
    let output = binding("output");
    let leaves: Vec<TokenStream> = arms
        .iter()
        .map(|arm| {
            let (expr, racer) = (&arm.expr, arm.name("racer"));
            quote!(#private::entrant(#expr, #output).#racer())
        })
        .collect();
    let tree = tree(&leaves, &|left, right| quote!(#private::both(#left, #right)));
    Some(quote!({ let #output = #private::PhantomData; #private::race(#tree, #output) }))
}
