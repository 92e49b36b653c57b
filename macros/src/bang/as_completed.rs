//! `as_completed!`: a stream of outputs in the order in which they come.

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::comprehension::{Comprehension, at_once, split_options};
use super::split_crate;
use crate::kit::args::Grammar;
use crate::kit::driver;
use crate::kit::idents::binding;

const GRAMMAR: Grammar = Grammar {
    name: "as_completed!",
    example: "as_completed!(for item in items { work(item) }, limit = 8)",
    options: &["limit"],
    words: &[],
    foreign: &[
        (&["timeout"], "put `timeout(secs(5), work(item))` into the body"),
        (&["concurrency", "max_concurrent", "jobs", "n"], "it is called `limit` here"),
        (&["stagger"], "that is an option of `race_ok!`"),
    ],
};

/// In:  `for item in items { BODY }, limit = n`
/// Out: a generator that pulls the input while there is room and yields the outputs.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    driver::expression("as_completed!", &TokenStream::new(), |errors| {
        let (parts, mut args) = split_options(input.clone(), &GRAMMAR, errors);
        let Some(first) = parts.first().filter(|first| Comprehension::is_one(first)) else {
            errors.at(parts.first(), format_args!("`as_completed!` takes a comprehension\nwrite `{}`", GRAMMAR.example));
            return None;
        };
        for other in &parts[1..] {
            errors.at(other, "`as_completed!` takes one comprehension, this stands behind it");
        }
        let comprehension = Comprehension::read(first, &GRAMMAR, errors)?;
        if let Some(mark) = &comprehension.mark {
            errors.at(mark, "an error is an item of `as_completed!`, it ends nothing\nleave the `?` off and look at the items");
        }
        let at_once = at_once(&mut args, &krate, errors);
        Some(emit(&comprehension, &at_once, &krate))
    })
}

fn emit(comprehension: &Comprehension, at_once: &TokenStream, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let (items, at_most, completing) = (binding("items"), binding("at_once"), binding("completing"));
    let (outlet, output) = (binding("outlet"), binding("output"));
    let input = comprehension.items(krate);
    let deliver = |next: TokenStream| quote!(while let #private::Some(#output) = #private::Completing::#next(&mut #completing).await { #private::put(#output, &#outlet).await; });
    let room = deliver(quote!(overflow));
    let rest = deliver(quote!(output));
    let start = |body: &Group| {
        let child = comprehension.child(body, krate);
        quote!(#private::Completing::start(&mut #completing, #child);)
    };
    let pull = comprehension.pull(krate, &room, start);
    quote!({
        let #items = #input;
        let #at_most = #at_once;
        #private::direct(async |#outlet| {
            // Captured whole: the input is owned by the stream, everything else that the body names is borrowed.
            let mut #items = #items;
            let mut #completing = #private::completing(#at_most);
            #pull
            #rest
        })
    })
}
