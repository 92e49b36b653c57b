//! `generator!` and `try_generator!`: async bodies that `yield`.

mod lower;
mod scan;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::split_crate;
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::local;
use crate::kit::tokens::{group, is_ident, is_punct, split_at_commas};

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
    /// Not allowed; kept so that their uses are no errors as well.
    parameters: TokenStream,
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
    let (parameters, item, rest) =
        if is_punct(rest.first(), '|') { closure(kind, rest, errors)? } else { (TokenStream::new(), None, rest) };
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
    Some(Input { capture, parameters, item, body: body.clone() })
}

/// A closure's parameters and item type, and what follows.
type Closure<'a> = (TokenStream, Option<TokenStream>, &'a [TokenTree]);

/// Reads `|| [-> T]`.
fn closure<'a>(kind: Kind, trees: &'a [TokenTree], errors: &mut Errors) -> Option<Closure<'a>> {
    let name = kind.name();
    let Some(close) = trees[1..].iter().position(|tree| is_punct(Some(tree), '|')) else {
        errors.at(
            &trees[0],
            format_args!("this closure is not complete\nwrite `{name}(async move || -> T {{ .. yield item; .. }})`"),
        );
        return None;
    };
    let parameters: TokenStream = trees[1..=close].iter().cloned().collect();
    if !parameters.is_empty() {
        errors.at(
            &parameters,
            format_args!("the closure of `{name}` has no parameters\nuse the variables around it, they are captured"),
        );
    }
    let rest = &trees[close + 2..];
    if !(is_punct(rest.first(), '-') && is_punct(rest.get(1), '>')) {
        return Some((parameters, None, rest));
    }
    let body = rest.iter().rposition(|tree| group(Some(tree), Delimiter::Brace).is_some()).unwrap_or(rest.len());
    Some((parameters, Some(rest[2..body].iter().cloned().collect()), &rest[body..]))
}

/// In:  `async move { BODY }`
/// Out: `direct(async move |outlet| 'body: { if false { return; } BODY })`, or `stream(async move |yielder| { .. })` if nested
/// blocks yield too; and `try_direct(async move |outlet| { if true { BODY } Ok(()) })` in the fallible form.
///
/// The dead `return` says what a body gives before the first of the user's own does, so that a wrong one is an error where it
/// stands. The `if` wants a body without a value, and makes what follows reachable in rustc's eyes.
fn emit(kind: Kind, input: &Input, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let Input { capture, parameters, item, body } = input;
    let handing = if scan::yields_in_nested_blocks(&body.stream()) { lower::Handing::Yielder } else { lower::Handing::Outlet };
    let (handle, start) = (handing.handle(), handing.start(kind));
    let private = quote!(#krate::__private);
    let ascribed = item.as_ref().map(|item| ascribe(kind, item, krate));
    let parameters = split_at_commas(parameters.clone());
    let returned = match (kind, item) {
        (Kind::Plain, _) => quote!(),
        (Kind::Fallible, None) => quote!(#private::Ok(())),
        (Kind::Fallible, Some(item)) => {
            quote!(#private::returned::<#private::Result<(), <#item as #private::Fallible>::Err>>())
        }
    };
    let prologue = quote!(#(let #parameters = #private::returned();)* if false { return #returned; });
    let body = lower::body(kind, handing, body, &prologue, krate, errors);
    let body = match kind {
        Kind::Plain => body,
        Kind::Fallible => quote!({ if true { #body } #private::Ok(()) }),
    };
    quote!(#private::#start #ascribed (async #capture |#handle| #body))
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
