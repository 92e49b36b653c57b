//! Reads the block and closure forms. The body stays as it is.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;

use super::{Form, Input, Kind};
use crate::kit::errors::Errors;
use crate::kit::tokens::{group, is_ident, is_punct};

pub(super) fn read(kind: Kind, input: &TokenStream, errors: &mut Errors) -> Option<Input> {
    let name = kind.name();
    let trees: Vec<TokenTree> = input.clone().into_iter().collect();
    let is_async = is_ident(trees.first(), "async");
    let rest = &trees[usize::from(is_async)..];
    let has_move = is_ident(rest.first(), "move");
    let capture = if has_move { quote!(move) } else { TokenStream::new() };
    let rest = &rest[usize::from(has_move)..];
    let is_closure = is_punct(rest.first(), '|');
    if !is_async && !is_closure && (has_move || group(rest.first(), Delimiter::Brace).is_none()) {
        errors.at(
            trees.first(),
            format_args!(
                "`{name}` takes a body that yields\nwrite `{name}(async move {{ .. yield item; .. }})`, or without `async` for an iterator `{name}(move || {{ .. }})`"
            ),
        );
        return None;
    }
    let form = Form { kind, is_async };
    let example = if is_async { "async move" } else { "move ||" };
    let (parameters, item, rest) = if is_closure { closure(form, rest, errors)? } else { (TokenStream::new(), None, rest) };
    let Some(body) = group(rest.first(), Delimiter::Brace) else {
        errors.at(
            rest.first().or(trees.last()),
            format_args!("`{name}` needs a body here\nwrite `{name}({example} {{ .. yield item; .. }})`"),
        );
        return None;
    };
    let behind: TokenStream = rest[1..].iter().cloned().collect();
    if !behind.is_empty() && behind.to_string() != "," {
        errors.at(behind, format_args!("`{name}` takes one body, this stands behind it"));
    }
    Some(Input { form, capture, parameters, item, held: TokenStream::new(), body: body.clone() })
}

/// A closure's parameters and item type, and what follows.
type Closure<'a> = (TokenStream, Option<TokenStream>, &'a [TokenTree]);

/// Reads `|| [-> T]`.
fn closure<'a>(form: Form, trees: &'a [TokenTree], errors: &mut Errors) -> Option<Closure<'a>> {
    let name = form.kind.name();
    let Some(close) = trees[1..].iter().position(|tree| is_punct(Some(tree), '|')) else {
        let keyword = if form.is_async { "async " } else { "" };
        errors.at(
            &trees[0],
            format_args!("this closure is not complete\nwrite `{name}({keyword}move || -> T {{ .. yield item; .. }})`"),
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
