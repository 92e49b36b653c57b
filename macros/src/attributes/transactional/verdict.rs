//! Whether the body's result commits, where `Ok` and `Err` alone do not say it: `rollback_if` and `commit_on`.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Pat, Token};

use crate::kit::args::Named;
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local_at};
use crate::kit::tokens::{argument, split_at_commas, unwrap_invisible};
use crate::kit::written::as_written;

const PATTERN: &str = "write `commit_on(BankError::Warning(_))`";

#[derive(Default)]
pub(super) struct Verdict {
    /// The question to the value, as the argument of a call.
    rollback_if: Option<TokenStream>,
    /// The pattern of the error, with its guard.
    commit_on: Option<TokenStream>,
    /// Both as the user wrote them.
    written: TokenStream,
}

impl Verdict {
    pub(super) fn read(rollback_if: Option<Named>, commit_on: Option<&Group>, errors: &mut Errors) -> Self {
        let mut verdict = Self::default();
        if let Some(Named { key, value }) = rollback_if {
            if syn::parse2::<syn::LitStr>(unwrap_invisible(&value)).is_ok() {
                errors.at(&value, format_args!("`{key}` is a path or a closure\nwrite it without quotes"));
            }
            verdict.written.extend(value.clone());
            verdict.rollback_if = Some(argument(value));
        }
        if let Some(list) = commit_on {
            let pattern = pattern(list, errors);
            verdict.written.extend(pattern.clone());
            verdict.commit_on = Some(pattern);
        }
        verdict
    }

    /// What is evaluated when the body is over.
    pub(super) fn behind(&self) -> Option<&TokenStream> {
        if self.is_plain() { None } else { Some(&self.written) }
    }

    /// `Ok` commits and `Err` does not.
    pub(super) fn is_plain(&self) -> bool {
        self.rollback_if.is_none() && self.commit_on.is_none()
    }

    /// Out: `match &result { Ok(value) => !holds(value, ROLLBACK_IF), Err(error) => match error { PATTERN => true, _ => false } }`
    pub(super) fn commits(&self, private: &TokenStream, result: &Ident) -> TokenStream {
        let (value, error) = (binding("value"), binding("error"));
        let of_value = match &self.rollback_if {
            Some(question) => {
                // What is wrong with the question is told at it.
                let start = question.clone().into_iter().next().map_or_else(Span::mixed_site, |first| first.span());
                let holds = local_at("holds", start);
                quote!(#private::Ok(#value) => !#private::#holds(#value, #question))
            }
            None => quote!(#private::Ok(_) => true),
        };
        let of_error = match &self.commit_on {
            // A pattern that takes every error leaves nothing to the last arm.
            Some(pattern) => quote! {
                #private::Err(#error) => match #error {
                    #pattern => true,
                    #[allow(unreachable_patterns)]
                    _ => false,
                }
            },
            None => quote!(#private::Err(_) => false),
        };
        quote!(match &#result { #of_value, #of_error })
    }
}

/// The pattern in `commit_on(..)`. After an error it takes nothing.
fn pattern(list: &Group, errors: &mut Errors) -> TokenStream {
    let nothing = quote!(_ if false);
    let parts = split_at_commas(list.stream());
    match parts.as_slice() {
        [] => errors.at(list, format_args!("`commit_on` needs a pattern of the errors that are committed\n{PATTERN}")),
        [pattern] => match with_guard.parse2(pattern.clone()) {
            Ok(()) => return pattern.clone(),
            Err(error) => errors.at_span(error.span(), format_args!("this is no pattern of an error\n{PATTERN}")),
        },
        [first, second, ..] => {
            let repair = format!("`commit_on({} | {})`", as_written(first), as_written(second));
            errors.at(second, format_args!("`commit_on` takes one pattern\nwrite `|` between them, {repair}"));
        }
    }
    nothing
}

/// As in the arm of a `match`.
fn with_guard(input: ParseStream<'_>) -> syn::Result<()> {
    Pat::parse_multi_with_leading_vert(input)?;
    if input.peek(Token![if]) {
        input.parse::<Token![if]>()?;
        input.parse::<Expr>()?;
    }
    if input.is_empty() { Ok(()) } else { Err(input.error("something behind the pattern")) }
}
