//! `gather!`: arms that run together, or a comprehension of them.

use proc_macro2::{Group, TokenStream};
use quote::{ToTokens, quote};

use super::comprehension::{Comprehension, at_once, split_options};
use super::split_crate;
use crate::kit::args::{Args, Grammar};
use crate::kit::arms::{Arm, tree};
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::binding;
use crate::kit::tokens::{is_word, unwrap_invisible};

const GRAMMAR: Grammar = Grammar {
    name: "gather!",
    example: "gather!(first()?, second())` or `gather!(for item in items { work(item) }, limit = 8)",
    options: &["limit", "errors"],
    words: &[],
    foreign: &[
        (&["return_exceptions"], "leave the `?` off an arm to keep its error as a value"),
        (&["concurrency", "max_concurrent", "jobs", "n"], "it is called `limit` here"),
        (&["stagger"], "that is an option of `race_ok!`"),
    ],
};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    driver::expression("gather!", &TokenStream::new(), |errors| {
        let (parts, mut args) = split_options(input, &GRAMMAR, errors);
        match parts.iter().position(Comprehension::is_one) {
            Some(index) => {
                if let Some(second) = parts.get(1) {
                    errors.at(second, "a comprehension stands alone\nnest another `gather!` for this");
                }
                let comprehension = Comprehension::read(&parts[index], &GRAMMAR, errors)?;
                let at_once = at_once(&mut args, &krate, errors);
                if let Some(option) = args.take("errors") {
                    errors.at(&option.key, "`errors` goes with arms, for now");
                }
                Some(collect(&comprehension, &at_once, &krate))
            }
            None => Some(arms(parts, &mut args, &krate, errors)),
        }
    })
}

/// `limit` is for comprehensions: all arms start at once, as they are written out.
fn refuse_limit(args: &mut Args, errors: &mut Errors) {
    if let Some(limit) = args.take("limit") {
        errors.at(&limit.key, "`limit` goes with a comprehension\nwrite `gather!(for item in items { work(item) }, limit = 8)`");
    }
}

/// In:  `a(), b()?, c()`
/// Out: `{ let error = PhantomData; try_gather(both(both(given(a()).arm(), marked(b(), error).arm()), given(c()).arm()), |((x0, x1), x2)| (x0, x1, x2), error) }`
///
/// With `errors = all` it is `gather_all`, and `kept` in place of `arm` behind `marked`.
fn arms(parts: Vec<TokenStream>, args: &mut Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    refuse_limit(args, errors);
    let private = quote!(#krate::__private);
    let arms: Vec<Arm> = parts.into_iter().map(Arm::new).collect();
    let is_marked = arms.iter().any(|arm| arm.mark.is_some());
    let runs_all = all_errors(args, is_marked, errors);
    let error = binding("error");
    let leaves: Vec<TokenStream> = arms
        .iter()
        .map(|arm| {
            let expr = &arm.expr;
            let leaf = arm.name(if runs_all && arm.mark.is_some() { "kept" } else { "arm" });
            match arm.mark {
                Some(_) => quote!(#private::marked(#expr, #error).#leaf()),
                None => quote!(#private::given(#expr).#leaf()),
            }
        })
        .collect();
    let names: Vec<TokenStream> = (0..arms.len()).map(|index| binding(&format!("output_{index}")).into_token_stream()).collect();
    let tree_of_arms = tree(&leaves, &|left, right| quote!(#private::both(#left, #right)));
    let pattern = tree(&names, &|left, right| quote!((#left, #right)));
    let flatten = quote!(|#pattern| (#(#names,)*));
    match (is_marked, runs_all) {
        (false, _) => quote!(#private::gather(#tree_of_arms, #flatten)),
        (true, false) => quote!({ let #error = #private::PhantomData; #private::try_gather(#tree_of_arms, #flatten, #error) }),
        (true, true) => quote!({ let #error = #private::PhantomData; #private::gather_all(#tree_of_arms, #flatten, #error) }),
    }
}

/// Whether the option `errors = all` is there.
fn all_errors(args: &mut Args, is_marked: bool, errors: &mut Errors) -> bool {
    let Some(option) = args.take("errors") else { return false };
    let is_all = is_word(&unwrap_invisible(&option.value), "all");
    if !is_all {
        errors.at(&option.value, "`errors` takes `all`: everything runs to its end, and every error is returned\nwithout the option the first error ends it");
    } else if !is_marked {
        errors.at(&option.key, "`errors = all` is about what has a `?` behind it, and here nothing has\nput the `?` behind what may fail, or leave the option out");
    }
    is_all
}

/// In:  `for item in items { BODY? }, limit = n`
/// Out: an async block that pulls the input while there is room and gathers the outputs.
fn collect(comprehension: &Comprehension, at_once: &TokenStream, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let (items, at_most, gathering, error) = (binding("items"), binding("at_once"), binding("gathering"), binding("error"));
    let input = comprehension.items(krate);
    let (mark, room, finish) = match &comprehension.mark {
        Some(_) => (
            quote!(Marked),
            quote!(if let #private::Err(#error) = #private::Gathering::room(&mut #gathering).await { return #private::Err(#error); }),
            quote!(#private::Gathering::finish(#gathering).await),
        ),
        None => (
            quote!(Unmarked),
            quote!(#private::infallible(#private::Gathering::room(&mut #gathering).await);),
            quote!(#private::infallible(#private::Gathering::finish(#gathering).await)),
        ),
    };
    let start = |body: &Group| {
        let child = comprehension.child(body, krate);
        quote!(#private::Gathering::start(&mut #gathering, #child);)
    };
    let pull = comprehension.pull(krate, &room, start);
    quote!({
        let #items = #input;
        let #at_most = #at_once;
        #private::collect(async {
            // Captured whole: the input is owned by the gather, everything else that the body names is borrowed.
            let mut #items = #items;
            let mut #gathering = #private::gathering(#private::#mark, #at_most, #private::Items::at_least(&#items));
            #pull
            #finish
        })
    })
}
