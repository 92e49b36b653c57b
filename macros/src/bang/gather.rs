//! `gather!`: arms that run together, or a comprehension of them.

use proc_macro2::TokenStream;
use quote::quote;

use super::comprehension::Comprehension;
use super::options::{Options, at_once, split_options};
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
    options: &["limit", "spawn", "progress", "error", "errors"],
    words: &["spawn"],
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
                Some(collect(&comprehension, args, &krate, errors))
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
/// Out: an async block that owns the input, and in it the engine with a closure that makes the next future.
fn collect(comprehension: &Comprehension, mut args: Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let private = quote!(#krate::__private);
    let (items, at_most, extent) = (binding("items"), binding("at_once"), binding("extent"));
    let limit = at_once(&mut args, krate, errors);
    let options = Options::read(&mut args, comprehension.mark.is_some(), errors);
    let function = match (&comprehension.mark, options.all_errors) {
        (None, _) => quote!(gather_each),
        (Some(_), false) => quote!(try_gather_each),
        (Some(_), true) => quote!(gather_each_or_errors),
    };
    let (source, pull) = (comprehension.source(krate), comprehension.pull(&options.children(krate)));
    let engine = quote!(#private::#function(#extent, #at_most, #pull));
    let engine = options.watched(engine, &extent);
    let engine = options.supervised(engine, krate);
    let (outside, inside) = (comprehension.outside(krate), comprehension.inside(krate));
    let (options_outside, options_inside) = (options.outside(krate), options.inside());
    quote!({
        #outside
        let #at_most = #limit;
        #options_outside
        #private::whole("gather!", async {
            // Captured whole: the input is owned by the gather, everything else that the body names is borrowed.
            #inside
            #options_inside
            let #extent = #source::extent(&#items);
            #engine.await
        })
    })
}
