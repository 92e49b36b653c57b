//! The macros of weftwork. Depend on `weftwork`, which re-exports and documents them.

#![forbid(unsafe_code)]

mod attributes;
mod bang;
mod kit;
#[cfg(test)]
mod snapshots;

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

/// See `weftwork::retry`.
#[proc_macro_attribute]
pub fn retry(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::policies::collect("retry", &args.into(), item.into()).into()
}

/// See `weftwork::fallback`.
#[proc_macro_attribute]
pub fn fallback(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::policies::collect("fallback", &args.into(), item.into()).into()
}

/// See `weftwork::blocking`.
#[proc_macro_attribute]
pub fn blocking(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::policies::collect("blocking", &args.into(), item.into()).into()
}

/// See `weftwork::transactional`.
#[proc_macro_attribute]
pub fn transactional(args: TokenStream, item: TokenStream) -> TokenStream {
    attributes::policies::collect("transactional", &args.into(), item.into()).into()
}

/// The one pass of a stack of policies. For expansions only.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn policies(entries: TokenStream, item: TokenStream) -> TokenStream {
    attributes::policies::expand(entries.into(), &item.into()).into()
}

/// See `weftwork::generator!`.
#[proc_macro]
pub fn generator(input: TokenStream) -> TokenStream {
    bang::generator::expand(bang::generator::Kind::Plain, input.into()).into()
}

/// See `weftwork::try_generator!`.
#[proc_macro]
pub fn try_generator(input: TokenStream) -> TokenStream {
    bang::generator::expand(bang::generator::Kind::Fallible, input.into()).into()
}

/// See `weftwork::for_await!`.
#[proc_macro]
pub fn for_await(input: TokenStream) -> TokenStream {
    bang::for_await::expand(input.into()).into()
}

/// See `weftwork::gather!`.
#[proc_macro]
pub fn gather(input: TokenStream) -> TokenStream {
    bang::gather::expand(input.into()).into()
}

/// See `weftwork::as_completed!`.
#[proc_macro]
pub fn as_completed(input: TokenStream) -> TokenStream {
    bang::as_completed::expand(input.into()).into()
}

/// See `weftwork::race!`.
#[proc_macro]
pub fn race(input: TokenStream) -> TokenStream {
    bang::race::expand(input.into()).into()
}

/// See `weftwork::race_ok!`.
#[proc_macro]
pub fn race_ok(input: TokenStream) -> TokenStream {
    bang::race_ok::expand(input.into()).into()
}

/// See `weftwork::savepoint!`.
#[proc_macro]
pub fn savepoint(input: TokenStream) -> TokenStream {
    bang::savepoint::expand(input.into()).into()
}

/// See `weftwork::context!`.
#[proc_macro]
pub fn context(input: TokenStream) -> TokenStream {
    bang::context::expand(input.into()).into()
}

/// See `weftwork::with!`.
#[proc_macro]
pub fn with(input: TokenStream) -> TokenStream {
    bang::with::expand(input.into()).into()
}
