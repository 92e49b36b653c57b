//! `race_ok!`: the first success of futures that run together, or that start one after another.

use proc_macro2::TokenStream;
use quote::quote;

use super::comprehension::{Children, Comprehension, refuse_others};
use super::options::split_options;
use super::split_crate;
use crate::kit::args::{Args, Grammar};
use crate::kit::arms::{entrants, has_handler, no_mark, racing, with_arms};
use crate::kit::driver;
use crate::kit::duration;
use crate::kit::errors::Errors;
use crate::kit::idents::binding;
use crate::kit::tokens::argument;

const GRAMMAR: Grammar = Grammar {
    name: "race_ok!",
    example: "race_ok!(primary(), replica(), stagger = 250ms)",
    options: &["stagger"],
    words: &[],
    foreign: &[
        (&["delay", "hedge", "hedge_after", "interval", "after"], "it is called `stagger` here"),
        (&["timeout"], "write `timeout(secs(5), race_ok!(..))`"),
        (&["errors"], "the error of `race_ok!` has every failure already"),
    ],
};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    driver::expression("race_ok!", &TokenStream::new(), |errors| {
        if has_handler(&input, GRAMMAR.name, errors) {
            return None;
        }
        let (parts, mut args) = split_options(input, &GRAMMAR, errors);
        let stagger = stagger(&mut args, &krate, errors);
        match parts.iter().position(Comprehension::is_one) {
            Some(index) => {
                refuse_others(&parts, index, GRAMMAR.name, errors);
                let comprehension = Comprehension::read(&parts[index], &GRAMMAR, errors)?;
                comprehension.refuse_mark(&no_mark(GRAMMAR.name, "race_ok!(for item in items { work(item) })"), errors);
                Some(each(&comprehension, stagger.as_ref(), &krate))
            }
            None => arms(parts, stagger.as_ref(), &krate, errors),
        }
    })
}

/// The value of `stagger = ..`, a `Duration`.
fn stagger(args: &mut Args, krate: &TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    let stagger = args.take("stagger")?;
    Some(argument(duration::parse(&stagger.value, krate, errors)))
}

/// In:  `for item in items { BODY }, stagger = 250ms`
/// Out: an async block that owns the input, and in it the engine with a closure that makes the next future.
fn each(comprehension: &Comprehension, interval: Option<&TokenStream>, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let (items, stagger) = (binding("items"), binding("stagger"));
    let pull = comprehension.pull(&Children { krate, error: None, spawn: false, within_poll: true, contend: true });
    let (inside, source) = (comprehension.inside(krate), comprehension.source(krate));
    let make_stagger = interval.map(|interval| quote!(let #stagger = #private::interval(#interval);));
    let race = match interval {
        Some(_) => quote!(#private::race_ok_staggered(#source::extent(&#items), #stagger, #pull)),
        None => quote!(#private::race_ok_each(#source::extent(&#items), #pull)),
    };
    let made = quote!({
        #make_stagger
        #private::whole("race_ok!", async {
            #inside
            #race.await
        })
    });
    comprehension.with_items(&made, krate)
}

/// In:  `a(), b(), stagger = 250ms`
/// Out: `match (a(), b()) { (a, b) => { let output = PhantomData::<Result<_, _>>; staggered(both(entrant(a, output).contender(), entrant(b, output).contender()), Duration::from_millis(250), output) } }`
///
/// Without `stagger` it is `race_ok`.
fn arms(parts: Vec<TokenStream>, stagger: Option<&TokenStream>, krate: &TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    let private = quote!(#krate::__private);
    let arms = racing(parts, GRAMMAR.name, "race_ok!(primary(), replica())", errors);
    if arms.is_empty() {
        return None;
    }
    let output = binding("output");
    let tree = entrants(&arms, &output, "contender", &private);
    let race = match stagger {
        Some(stagger) => quote!(#private::staggered(#tree, #stagger, #output)),
        None => quote!(#private::race_ok(#tree, #output)),
    };
    Some(with_arms(&arms, &quote!({ let #output = #private::PhantomData::<#private::Result<_, _>>; #race })))
}
