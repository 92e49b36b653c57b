//! `#[fallback(Error::NotFound => Ok(None))]`: the layer that gives a value where a call has failed.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Arm, ExprClosure, Token};

use super::policies::{Around, Code, Site};
use super::retry::look;
use crate::kit::args::{Args, Named};
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local, local_at};
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
                let mut value = TokenStream::new();
                while !input.is_empty() && !input.peek(Token![,]) {
                    value.extend([input.parse::<TokenTree>()?]);
                }
                named.push(Named { key, value });
            } else if input.peek(Token![|]) || input.peek(Token![move]) || input.peek(Token![async]) {
                bare.push(input.parse::<ExprClosure>()?.into_token_stream());
            } else {
                bare.push(arm(input)?.into_token_stream());
                continue;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    if let Err(error) = list.parse2(tokens) {
        errors.at_span(error.span(), error);
    }
    Args::of(bare, named)
}

/// One arm. What is wrong with it is told in the words of a user, and at a token of theirs.
fn arm(input: ParseStream<'_>) -> syn::Result<Arm> {
    let written = input.fork();
    input.parse::<Arm>().map_err(|error| {
        let is_cut_off = input.is_empty();
        let rest: TokenStream = written.parse().unwrap_or_default();
        let message = match error.to_string() {
            expected if expected == "expected `=>`" => format!("`=>` is missing\n{FORM}"),
            expected if expected == "expected `,`" => format!("`,` is missing between two arms\n{FORM}"),
            _ if is_cut_off => format!("this arm has no value\n{FORM}"),
            _ => format!("this is no arm\n{FORM}"),
        };
        if is_cut_off { syn::Error::new_spanned(rest, message) } else { syn::Error::new(error.span(), message) }
    })
}

fn is_async(closure: &TokenStream) -> bool {
    syn::parse2::<ExprClosure>(closure.clone()).is_ok_and(|closure| closure.asyncness.is_some())
}

/// Where something of the user's begins.
fn start(tokens: &TokenStream) -> Span {
    tokens.clone().into_iter().next().map_or_else(Span::mixed_site, |first| first.span())
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
            ([closure], []) if is_async(closure) => {
                errors.at(closure, "a closure of `#[fallback]` can not await, a match arm can\nwrite `#[fallback(error => ..)]`");
                return None;
            }
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
    /// Out: `match look.at(INNER.await) { Ok(value) => look.back(Ok(value)), Err(error) => match error { ARMS, error => look.back(Err(error)) } }`
    ///
    /// It stands behind the block that borrows, so the arms may read what the body does not consume.
    pub(crate) fn wrap(&self, around: &Around<'_>, inner: Code) -> Code {
        let Site { krate, function, .. } = around.site;
        let private = quote!(#krate::__private);
        let (inner, look, value, error) = (inner.into_watched(around), look(), local("value"), binding("error"));
        let handled = match &self.handler {
            // What is wrong with the closure is told at the closure.
            Handler::Closure(closure) => {
                let output = around.output;
                let fall_back = local_at("fall_back", start(closure));
                quote!(#private::#fall_back::<_, #output>(#function, #error, #closure))
            }
            Handler::Arms(arms) => {
                let arms = arms.iter().map(|arm| told(arm, &private, function));
                quote!(match #error { #(#arms)* #error => #look.back(#private::Err(#error)), })
            }
        };
        Code::Inline(quote! {
            match #look.at(#inner.await) {
                #private::Ok(#value) => #look.back(#private::Ok(#value)),
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
