//! The macros of weftwork. Depend on `weftwork`, which re-exports and documents them.

#![forbid(unsafe_code)]

mod attributes;
mod kit;

use proc_macro::TokenStream;

/// See `weftwork::timeout`.
#[proc_macro_attribute]
pub fn timeout(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::policies::collect("timeout", &args.into(), item.into()).into()
}

/// See `weftwork::limit`.
#[proc_macro_attribute]
pub fn limit(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::policies::collect("limit", &args.into(), item.into()).into()
}

/// The one pass of a stack of policies. For expansions only.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn policies(entries: TokenStream, item: TokenStream) -> TokenStream {
    attributes::policies::expand(entries.into(), &item.into()).into()
}
