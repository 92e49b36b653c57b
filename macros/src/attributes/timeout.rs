//! `#[timeout(5s)]`: the layer that ends a call in time.

use proc_macro2::TokenStream;
use quote::quote;

use super::policies::Site;
use crate::kit::args::{Args, Grammar};
use crate::kit::duration;
use crate::kit::errors::Errors;

pub(crate) const GRAMMAR: Grammar = Grammar {
    name: "#[timeout]",
    example: "#[timeout(5s)]",
    options: &["crate"],
    words: &[],
    foreign: &[(&["duration", "secs", "ms", "after", "limit"], "the duration stands alone, `#[timeout(5s)]`")],
};

pub(crate) struct Timeout {
    duration: TokenStream,
}

impl Timeout {
    pub(crate) fn plan(args: &Args, site: &Site<'_>, errors: &mut Errors) -> Option<Self> {
        let [duration, rest @ ..] = args.bare.as_slice() else {
            args.needs(site.span, "`#[timeout]` needs a duration\nwrite `#[timeout(5s)]`", errors);
            return None;
        };
        for second in rest {
            errors.at(second, "a second duration\nwrite one `#[timeout]` for each");
        }
        Some(Self { duration: duration::parse(duration, site.krate, errors) })
    }

    /// In:  `INNER`
    /// Out: `timeout("name", duration, from_elapsed, INNER)`
    pub(crate) fn wrap(&self, site: &Site<'_>, inner: &TokenStream) -> TokenStream {
        let Site { krate, function, .. } = site;
        let Self { duration } = self;
        let from_elapsed = from_elapsed();
        quote!(#krate::__private::timeout(#function, #duration, #from_elapsed, #inner))
    }
}

/// The conversion that all timeouts of one stack share, so that a missing one is reported once.
pub(crate) fn from_elapsed() -> proc_macro2::Ident {
    crate::kit::idents::local("from_elapsed")
}
