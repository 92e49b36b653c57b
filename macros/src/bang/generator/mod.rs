//! `generator!` and `try_generator!`: async bodies that `yield`.

mod lower;
mod scan;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::split_crate;
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::local;
use crate::kit::tokens::{group, is_ident, is_punct};

/// Which of the two macros.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Fallible,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "generator!",
            Self::Fallible => "try_generator!",
        }
    }
}

/// `async [move] { .. }` or `async [move] || [-> T] { .. }`.
struct Input {
    capture: TokenStream,
    item: Option<TokenStream>,
    body: Group,
}

pub(crate) fn expand(kind: Kind, input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    driver::expression(kind.name(), &TokenStream::new(), |errors| {
        let input = read(kind, &input, errors)?;
        Some(emit(kind, &input, &krate, errors))
    })
}

fn read(kind: Kind, input: &TokenStream, errors: &mut Errors) -> Option<Input> {
    let name = kind.name();
    let trees: Vec<TokenTree> = input.clone().into_iter().collect();
    if !is_ident(trees.first(), "async") {
        errors
            .at(trees.first(), format_args!("`{name}` takes an async block\nwrite `{name}(async move {{ .. yield item; .. }})`"));
        return None;
    }
    let has_move = is_ident(trees.get(1), "move");
    let capture = if has_move { quote!(move) } else { TokenStream::new() };
    let rest = &trees[1 + usize::from(has_move)..];
    let (item, rest) = if is_punct(rest.first(), '|') { closure(kind, rest, errors)? } else { (None, rest) };
    let Some(body) = group(rest.first(), Delimiter::Brace) else {
        errors.at(
            rest.first().or(trees.last()),
            format_args!("`{name}` needs a body here\nwrite `{name}(async move {{ .. yield item; .. }})`"),
        );
        return None;
    };
    let behind: TokenStream = rest[1..].iter().cloned().collect();
    if !behind.is_empty() && behind.to_string() != "," {
        errors.at(behind, format_args!("`{name}` takes one async block, this stands behind it"));
    }
    Some(Input { capture, item, body: body.clone() })
}

/// Reads `|| [-> T]`, and returns the type and what follows.
fn closure<'a>(kind: Kind, trees: &'a [TokenTree], errors: &mut Errors) -> Option<(Option<TokenStream>, &'a [TokenTree])> {
    let close = 1 + trees[1..].iter().position(|tree| is_punct(Some(tree), '|'))?;
    let parameters: TokenStream = trees[1..close].iter().cloned().collect();
    if !parameters.is_empty() {
        errors.at(
            parameters,
            format_args!("the closure of `{}` has no parameters\nuse the variables around it, they are captured", kind.name()),
        );
    }
    let rest = &trees[close + 1..];
    if !(is_punct(rest.first(), '-') && is_punct(rest.get(1), '>')) {
        return Some((None, rest));
    }
    let body = rest.iter().rposition(|tree| group(Some(tree), Delimiter::Brace).is_some()).unwrap_or(rest.len());
    Some((Some(rest[2..body].iter().cloned().collect()), &rest[body..]))
}

/// In:  `async move { BODY }`
/// Out: `direct(async move |outlet| 'body: { BODY })`, or `stream(async move |yielder| { BODY })` if nested blocks yield too.
fn emit(kind: Kind, input: &Input, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let Input { capture, item, body } = input;
    let handing = if scan::yields_in_nested_blocks(&body.stream()) { lower::Handing::Yielder } else { lower::Handing::Outlet };
    let body = lower::body(kind, handing, body, krate, errors);
    let handle = handing.handle();
    let private = quote!(#krate::__private);
    let ascribed = item.as_ref().map(|item| ascribe(kind, item, krate));
    match kind {
        Kind::Plain => {
            let start = handing.start(kind);
            quote!(#private::#start #ascribed (async #capture |#handle| #body))
        }
        Kind::Fallible => {
            let start = handing.start(kind);
            // The `if` makes the end reachable in rustc's eyes, and wants a body without a value.
            quote!(#private::#start #ascribed (async #capture |#handle| { if true { #body } #private::Ok(()) }))
        }
    }
}

/// The item type as a turbofish. The fallible form takes the type of a whole item, `Result<T, E>`, apart by projection.
fn ascribe(kind: Kind, item: &TokenStream, krate: &TokenStream) -> TokenStream {
    match kind {
        Kind::Plain => quote!(::<#item, _>),
        Kind::Fallible => {
            quote!(::<<#item as #krate::__private::Fallible>::Ok, <#item as #krate::__private::Fallible>::Err, _>)
        }
    }
}

/// The label of a generator's own level.
fn label() -> TokenStream {
    let name = syn::Lifetime::new("'body", local("body").span());
    quote!(#name)
}
