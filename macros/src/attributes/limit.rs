//! `#[limit(n)]`: the layer that lets so many calls of one function run at once.

use proc_macro2::TokenStream;
use quote::quote;

use super::policies::Site;
use crate::kit::args::{Args, Grammar};
use crate::kit::errors::Errors;
use crate::kit::rate;
use crate::kit::tokens::{mentions, mentions_variable, unwrap_invisible};

pub(crate) const GRAMMAR: Grammar = Grammar {
    name: "#[limit]",
    example: "#[limit(5)]",
    options: &["crate"],
    words: &[],
    foreign: &[
        (&["calls", "concurrency", "max_concurrent", "permits", "n", "max"], "the count stands alone, `#[limit(5)]`"),
        (&["rps", "per_second", "rate"], "it counts calls that run at once, `#[limit(5)]`"),
    ],
};

pub(crate) struct Limit {
    count: TokenStream,
}

impl Limit {
    pub(crate) fn plan(args: &Args, site: &Site<'_>, errors: &mut Errors) -> Option<Self> {
        let [count, rest @ ..] = args.bare.as_slice() else {
            args.needs(site.span, "`#[limit]` needs a count\nwrite `#[limit(5)]`", errors);
            return None;
        };
        for second in rest {
            errors.at(second, "a second count\nwrite one `#[limit]` for each");
        }
        check_count(count, site, errors).then(|| Self { count: count.clone() })
    }

    /// In:  `INNER`
    /// Out: `limit({ static LIMITER: Limiter = Limiter::new(count); &LIMITER }, move || INNER)`
    ///
    /// The closure makes the inner future once there is a permit; until then it holds the arguments and nothing else. It
    /// captures as the block inside does: a future written by hand without `move` may borrow what lives longer than itself.
    pub(crate) fn wrap(&self, site: &Site<'_>, capture: &TokenStream, inner: &TokenStream) -> TokenStream {
        let Site { krate, .. } = site;
        let Self { count } = self;
        // Items have no hygiene: a constant of the same name in the count would be this static.
        let mut name = "LIMITER".to_owned();
        while mentions(count, &name) {
            name.push('_');
        }
        let limiter = crate::kit::idents::local(&name);
        quote! {
            #krate::__private::limit(
                {
                    static #limiter: #krate::Limiter = #krate::Limiter::new(#count);
                    &#limiter
                },
                #capture || #inner,
            )
        }
    }
}

fn check_count(count: &TokenStream, site: &Site<'_>, errors: &mut Errors) -> bool {
    const RULE: &str = "`#[limit]` takes a count from 1 upwards, `#[limit(5)]`";
    let inner = unwrap_invisible(count);
    if rate::looks_like_one(&inner) {
        if rate::parse(&inner, errors).is_some() {
            errors.at(&inner, "a rate limits how often, `#[limit]` limits how many at once for now\nwrite `#[limit(5)]`");
        }
        return false;
    }
    if let Ok(literal) = syn::parse2::<syn::Lit>(inner.clone()) {
        let is_count = matches!(&literal, syn::Lit::Int(int) if int.base10_parse::<usize>().is_ok_and(|count| count > 0) && matches!(int.suffix(), "" | "usize"));
        if !is_count {
            errors.at(&inner, RULE);
        }
        return is_count;
    }
    if inner.to_string().starts_with('-') {
        errors.at(&inner, RULE);
        return false;
    }
    let variable = site.parameters.iter().find(|name| mentions_variable(&inner, name));
    if let Some(name) = variable.or_else(|| site.generics.iter().find(|name| mentions(&inner, name))) {
        errors.at(
            &inner,
            format_args!(
                "one limiter serves all calls of `{}`, its count can not depend on `{name}`\nwrite a literal or a constant",
                site.function
            ),
        );
        return false;
    }
    true
}
