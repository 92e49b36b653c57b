//! `#[fallback(Error::NotFound => Ok(None))]`: the layer that gives a value where a call has failed.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Arm, ExprClosure, Token};

use super::policies::{Around, Code, Site};
use super::retry::look;
use crate::kit::args::{Args, Named};
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local};
use crate::kit::tokens::regroup;

const FORM: &str = "`#[fallback]` takes match arms over the error, or one closure\nwrite `#[fallback(Error::NotFound => Ok(None))]` or `#[fallback(|error| cached().ok_or(error))]`";

pub(crate) struct Fallback {
    handler: Handler,
    /// All of it, as the user wrote it.
    pub(crate) written: TokenStream,
}

enum Handler {
    Arms(Vec<Arm>),
    Closure(TokenStream),
}

/// Its list is one of arms: their commas may be left out behind a block.
pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Args {
    let (mut bare, mut named) = (Vec::new(), Vec::new());
    let list = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if input.peek(Token![crate]) && input.peek2(Token![=]) {
                let key = input.call(<proc_macro2::Ident as syn::ext::IdentExt>::parse_any)?;
                input.parse::<Token![=]>()?;
                named.push(Named { key, value: input.parse::<syn::Path>()?.into_token_stream() });
            } else if input.peek(Token![|]) || input.peek(Token![move]) || input.peek(Token![async]) {
                bare.push(input.parse::<ExprClosure>()?.into_token_stream());
            } else {
                bare.push(input.parse::<Arm>()?.into_token_stream());
                continue;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    if let Err(error) = list.parse2(tokens) {
        errors.at_span(error.span(), format_args!("{error}\n{FORM}"));
    }
    Args::of(bare, named)
}

impl Fallback {
    pub(crate) fn plan(args: &Args, site: &Site<'_>, errors: &mut Errors) -> Option<Self> {
        let (closures, arms): (Vec<_>, Vec<_>) =
            args.bare.iter().partition(|part| syn::parse2::<ExprClosure>((*part).clone()).is_ok());
        let written = args.bare.iter().cloned().collect();
        let handler = match (closures.as_slice(), arms.as_slice()) {
            ([], []) => {
                if errors.is_empty() {
                    args.needs(site.span, FORM, errors);
                }
                return None;
            }
            ([], arms) => Handler::Arms(arms.iter().filter_map(|arm| syn::parse2((*arm).clone()).ok()).collect()),
            ([closure], []) => Handler::Closure((*closure).clone()),
            ([_, second, ..], _) => {
                errors.at(second, "a second closure\nwrite one `#[fallback]` for each");
                return None;
            }
            ([closure], _) => {
                errors.at(closure, "a closure beside match arms\nwrite one `#[fallback]` for each");
                return None;
            }
        };
        Some(Self { handler, written })
    }

    /// In:  `INNER`
    /// Out: `match look.at(INNER.await) { Ok(value) => Ok(value), Err(error) => match error { ARMS, error => Err(error) } }`
    ///
    /// It stands behind the block that borrows, so the arms may read what the body does not consume.
    pub(crate) fn wrap(&self, around: &Around<'_>, inner: Code) -> Code {
        let Site { krate, function, .. } = around.site;
        let private = quote!(#krate::__private);
        let (inner, look, value, error) = (inner.into_watched(around), look(), local("value"), binding("error"));
        let handled = match &self.handler {
            Handler::Closure(closure) => quote!(#private::fall_back(#function, #error, #closure)),
            Handler::Arms(arms) => {
                let arms = arms.iter().map(|arm| told(arm, &private, function));
                quote!(match #error { #(#arms)* #error => #private::Err(#error), })
            }
        };
        Code::Inline(quote! {
            match #look.at(#inner.await) {
                #private::Ok(#value) => #private::Ok(#value),
                #private::Err(#error) => #handled,
            }
        })
    }
}

/// The arm, which says that it runs.
fn told(arm: &Arm, private: &TokenStream, function: &str) -> TokenStream {
    // The pattern has its guard with it.
    let Arm { attrs, pat, body, .. } = arm;
    let tells = quote!(#private::fell_back(#function););
    let body = body.to_token_stream();
    // A block in a block would be one too many for rustc.
    let mut trees = body.clone().into_iter();
    let body = match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(block)), None) if block.delimiter() == Delimiter::Brace => {
            let statements = block.stream();
            regroup(&block, quote!(#tells #statements)).into_token_stream()
        }
        _ => quote!({ #tells #body }),
    };
    quote!(#(#attrs)* #pat => #body)
}
