//! `gather!`: arms that run together, or a comprehension of them.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::comprehension::{Comprehension, refuse_others};
use super::options::{Options, at_once, split_options};
use super::split_crate;
use crate::kit::args::{Args, Grammar};
use crate::kit::arms::{Arm, tree, with_arms};
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::binding;
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
        let (parts, args) = split_options(input, &GRAMMAR, errors);
        match parts.iter().position(Comprehension::is_one) {
            Some(index) => {
                refuse_others(&parts, index, GRAMMAR.name, errors);
                let comprehension = Comprehension::read(&parts[index], &GRAMMAR, errors)?;
                Some(collect(&comprehension, args, &krate, errors))
            }
            None => Some(arms(parts, args, &krate, errors)),
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
/// Out: `match (a(), b(), c()) { (a, b, c) => { let error = PhantomData; try_gather(both(both(given(a).arm(), marked(b, error).arm()), given(c).arm()), |((x0, x1), x2)| (x0, x1, x2), error) } }`
///
/// With `errors = all` it is `gather_all`, and `kept` in place of `arm` behind `marked`.
fn arms(parts: Vec<TokenStream>, mut args: Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    refuse_limit(&mut args, errors);
    let private = quote!(#krate::__private);
    let arms: Vec<Arm> = parts.into_iter().map(Arm::new).collect();
    let is_marked = arms.iter().any(|arm| arm.mark.is_some());
    let options = Options::read(&mut args, is_marked, errors);
    let error = binding("error");
    let is_plain = !is_marked && options.is_plain();
    let leaf = |(index, arm): (usize, &Arm)| {
        let value = if is_plain { arm.expr.clone() } else { arm.binding(index).into_token_stream() };
        leaf(arm, &value, &options, krate)
    };
    let leaves: Vec<TokenStream> = arms.iter().enumerate().map(leaf).collect();
    let names: Vec<TokenStream> = (0..arms.len()).map(|index| binding(&format!("output_{index}")).into_token_stream()).collect();
    let tree_of_arms = tree(&leaves, &|left, right| quote!(#private::both(#left, #right)));
    let pattern = tree(&names, &|left, right| quote!((#left, #right)));
    let flatten = quote!(|#pattern| (#(#names,)*));
    let error_type = is_marked.then(|| options.children(false, krate).error_type());
    let gathered = match (is_marked, options.all_errors) {
        (false, _) => quote!(#private::gather(#tree_of_arms, #flatten)),
        (true, false) => quote!(#private::try_gather(#tree_of_arms, #flatten, #error)),
        (true, true) => quote!(#private::gather_all(#tree_of_arms, #flatten, #error)),
    };
    let gathered = options.supervised_arms("gather!", gathered, krate);
    let before = options.outside_of_arms(arms.len(), krate);
    if is_plain { gathered } else { with_arms(&arms, &quote!({ #error_type #before #gathered })) }
}

/// One arm with its value. What the options ask for goes around its future.
fn leaf(arm: &Arm, value: &TokenStream, options: &Options, krate: &TokenStream) -> TokenStream {
    let (private, error, is_marked) = (quote!(#krate::__private), binding("error"), arm.mark.is_some());
    let leaf = arm.name(if is_marked && options.all_errors { "kept" } else { "arm" });
    let expr = options.around(value, is_marked, anchor(&arm.expr), krate);
    match arm.mark {
        Some(_) => quote!(#private::marked(#expr, #error).#leaf()),
        None => quote!(#private::given(#expr).#leaf()),
    }
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
    let (source, pull) = (comprehension.source(krate), comprehension.pull(&options.children(true, krate)));
    let engine = quote!(#private::#function(#extent, #at_most, #pull));
    let engine = options.watched(engine, &extent, krate);
    let engine = options.supervised(engine, krate);
    let inside = comprehension.inside(krate);
    let (options_outside, options_inside) = (options.outside(krate), options.inside());
    let made = quote!({
        let #at_most = #limit;
        #options_outside
        #private::whole("gather!", async {
            // Captured whole: the input is owned by the gather, everything else that the body names is borrowed.
            #inside
            #options_inside
            let #extent = #source::extent(&#items);
            #engine.await
        })
    });
    comprehension.with_items(&made, krate)
}
