//! Runs a macro so that whatever happens the user's item or expression is still there, with the errors after it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;
use quote::quote;

use super::errors::Errors;
use super::idents::binding;

/// An attribute: the expansion, or the item as it was, then the errors.
pub(crate) fn attribute(name: &str, item: &TokenStream, expand: impl FnOnce(&mut Errors) -> Option<TokenStream>) -> TokenStream {
    let (expanded, errors) = run(name, expand);
    let errors = errors.into_tokens();
    let item = expanded.unwrap_or_else(|| item.clone());
    quote!(#item #errors)
}

/// An expression: the expansion, with the errors after it. `fallback` keeps the user's tokens where the editor can see them.
pub(crate) fn expression(
    name: &str,
    fallback: &TokenStream,
    expand: impl FnOnce(&mut Errors) -> Option<TokenStream>,
) -> TokenStream {
    let (expanded, errors) = run(name, expand);
    // One error alone is fit for the place of an item too, where the macro may stand as well.
    let is_bare = errors.len() == 1 && fallback.is_empty();
    let errors = errors.into_tokens();
    let value = binding("value");
    match expanded {
        Some(expanded) if errors.is_empty() => expanded,
        Some(expanded) => quote!({ let #value = #expanded; #errors #value }),
        None if is_bare => errors,
        None => quote!({ #errors #fallback }),
    }
}

fn run(name: &str, expand: impl FnOnce(&mut Errors) -> Option<TokenStream>) -> (Option<TokenStream>, Errors) {
    let mut errors = Errors::new();
    // A panic would lose the item and everything that uses it.
    let expanded = catch_unwind(AssertUnwindSafe(|| expand(&mut errors))).unwrap_or_else(|_| {
        errors.at_span(
            proc_macro2::Span::call_site(),
            format_args!("`{name}` failed on this input, which is a defect of weftwork\nplease report it with the input"),
        );
        None
    });
    (expanded, errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_keeps_the_item_and_becomes_an_error_after_it() {
        let tokens = attribute(
            "#[sample]",
            &quote!(
                fn f() {}
            ),
            |_| panic!("on purpose"),
        )
        .to_string();
        assert!(tokens.starts_with("fn f () { }") && tokens.contains("defect of weftwork"), "{tokens}");
    }

    #[test]
    fn errors_stand_after_the_expansion() {
        let tokens = attribute("#[sample]", &quote!(), |errors| {
            errors.at(quote!(x), "no");
            Some(quote!(
                fn g() {}
            ))
        });
        assert!(tokens.to_string().starts_with("fn g () { }"));
        assert!(tokens.to_string().contains("compile_error"));
    }
}
