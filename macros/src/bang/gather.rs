//! `gather!`: arms that run together, or a comprehension of them.

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::comprehension::{Comprehension, at_once, split_options};
use super::split_crate;
use crate::kit::args::{Args, Grammar};
use crate::kit::arms::Arm;
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local_at};
use crate::kit::tokens::anchor;

const GRAMMAR: Grammar = Grammar {
    name: "gather!",
    example: "gather!(first()?, second())` or `gather!(for item in items { work(item) }, limit = 8)",
    options: &["limit"],
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
                Some(collect(&comprehension, &at_once, &krate))
            }
            None => {
                refuse_limit(&mut args, errors);
                Some(arms(parts, &krate))
            }
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
fn arms(parts: Vec<TokenStream>, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let arms: Vec<Arm> = parts.into_iter().map(Arm::new).collect();
    let is_marked = arms.iter().any(|arm| arm.mark.is_some());
    let error = binding("error");
    let leaves: Vec<TokenStream> = arms
        .iter()
        .map(|arm| {
            let (expr, arm_here) = (&arm.expr, local_at("arm", anchor(&arm.expr)));
            match arm.mark {
                Some(_) => quote!(#private::marked(#expr, #error).#arm_here()),
                None => quote!(#private::given(#expr).#arm_here()),
            }
        })
        .collect();
    let names: Vec<_> = (0..arms.len()).map(|index| binding(&format!("output_{index}"))).collect();
    let tree = tree(&leaves, &|left, right| quote!(#private::both(#left, #right)));
    let pattern = tree_of_names(&names);
    let flatten = quote!(|#pattern| (#(#names,)*));
    if is_marked {
        quote!({ let #error = #private::PhantomData; #private::try_gather(#tree, #flatten, #error) })
    } else {
        quote!(#private::gather(#tree, #flatten))
    }
}

/// A balanced tree: its depth grows with the logarithm, so that hundreds of arms stay far from the recursion limit.
fn tree(leaves: &[TokenStream], both: &dyn Fn(TokenStream, TokenStream) -> TokenStream) -> TokenStream {
    match leaves {
        [] => quote!(()),
        [leaf] => leaf.clone(),
        leaves => {
            let (left, right) = leaves.split_at(leaves.len().div_ceil(2));
            both(tree(left, both), tree(right, both))
        }
    }
}

fn tree_of_names(names: &[proc_macro2::Ident]) -> TokenStream {
    let names: Vec<TokenStream> = names.iter().map(|name| quote!(#name)).collect();
    tree(&names, &|left, right| quote!((#left, #right)))
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
