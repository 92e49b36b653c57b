//! Collects every error of one expansion, so that two mistakes are reported in one pass.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors of one expansion. Dropping it without [`Errors::into_tokens`] is a bug in the macro.
#[derive(Debug)]
pub(crate) struct Errors {
    errors: Vec<syn::Error>,
    emitted: bool,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self { errors: Vec::new(), emitted: false }
    }

    /// Reports `message` under all of `tokens`. Nothing to underline means the macro's own name.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new_spanned(tokens, message));
    }

    /// Reports `message` at one span.
    pub(crate) fn at_span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new(span, message));
    }

    pub(crate) fn len(&self) -> usize {
        self.errors.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// All errors as `compile_error!` calls, to stand after the item or inside an expression.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        self.emitted = true;
        self.errors.iter().map(syn::Error::to_compile_error).collect()
    }

    #[cfg(test)]
    pub(crate) fn into_messages(mut self) -> Vec<String> {
        self.emitted = true;
        self.errors.iter().flat_map(|error| error.clone().into_iter().map(|one| one.to_string())).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(self.emitted || self.errors.is_empty() || std::thread::panicking(), "collected errors were forgotten");
    }
}
