//! `#[timeout(5s)]`: the layer that ends a call in time.

use proc_macro2::TokenStream;
use quote::quote;

use super::policies::{Around, Code, Site};
use crate::kit::args::{Args, Grammar};
use crate::kit::duration;
use crate::kit::errors::Errors;
use crate::kit::idents::local;

pub(crate) const GRAMMAR: Grammar = Grammar {
    name: "#[timeout]",
    example: "#[timeout(5s)]",
    options: &["or", "crate"],
    words: &[],
    foreign: &[
        (&["duration", "secs", "ms", "after", "limit"], "the duration stands alone, `#[timeout(5s)]`"),
        (&["default", "fallback", "on_timeout", "otherwise"], "a value instead of the error is `or = ..`"),
    ],
};

pub(crate) struct Timeout {
    duration: TokenStream,
    /// The value in place of the error.
    pub(crate) or: Option<TokenStream>,
}

impl Timeout {
    pub(crate) fn plan(args: &mut Args, site: &Site<'_>, errors: &mut Errors) -> Option<Self> {
        let or = args.take("or").map(|option| option.value);
        let [duration, rest @ ..] = args.bare.as_slice() else {
            args.needs(site.span, "`#[timeout]` needs a duration\nwrite `#[timeout(5s)]`", errors);
            return None;
        };
        for second in rest {
            errors.at(second, "a second duration\nwrite one `#[timeout]` for each");
        }
        let duration = duration::parse(duration, site.krate, errors);
        Some(Self { duration, or })
    }

    /// Whether it needs a conversion from `Elapsed`.
    pub(crate) fn converts(&self) -> bool {
        self.or.is_none()
    }

    /// In:  `INNER`
    /// Out: `timeout("name", duration, from_elapsed, INNER)`
    /// Or:  `match in_time("name", duration, INNER).await { Ok(output) => output, Err(_) => OR }`
    pub(crate) fn wrap(&self, around: &Around<'_>, inner: Code) -> Code {
        let Site { krate, function, .. } = around.site;
        let (duration, inner) = (&self.duration, inner.into_future(around));
        let Some(or) = &self.or else {
            let from_elapsed = from_elapsed();
            return Code::Future(quote!(#krate::__private::timeout(#function, #duration, #from_elapsed, #inner)));
        };
        let (private, output) = (quote!(#krate::__private), local("output"));
        let in_time = around.watched(quote!(#private::in_time(#function, #duration, #inner)));
        Code::Inline(quote! {
            match #in_time.await {
                #private::Ok(#output) => #output,
                #private::Err(_) => #or,
            }
        })
    }
}

/// The conversion that all timeouts of one stack share, so that a missing one is reported once.
pub(crate) fn from_elapsed() -> proc_macro2::Ident {
    local("from_elapsed")
}
