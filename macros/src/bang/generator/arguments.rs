//! The arguments of a whole function: the body takes all of them in, and drops them in the order of an `async fn`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{FnArg, Ident, Pat, Signature};

use crate::kit::idents::binding;
use crate::kit::tokens::mentions;

/// What the body starts with.
///
/// Arguments that it names anyway need only be named in the right order. For any other the body has to do what that of an
/// `async fn` does, which keeps them twice.
pub(super) fn hold(sig: &mut Signature, body: &TokenStream) -> TokenStream {
    let mut names = Vec::new();
    let takes_all = sig.inputs.iter().all(|argument| match argument {
        FnArg::Receiver(receiver) => {
            names.push(Ident::new("self", receiver.self_token.span));
            true
        }
        FnArg::Typed(typed) => binds_all(&typed.pat, &mut names),
    });
    let is_named = |name: &Ident| name == "self" || mentions(body, &name.to_string());
    if takes_all && names.iter().all(is_named) { mention(&names) } else { rebind(sig, body) }
}

/// Whether all of the argument ends up in variables; an `async fn` keeps what does not, the one of `_: Guard` for example.
fn binds_all(pattern: &Pat, names: &mut Vec<Ident>) -> bool {
    match pattern {
        Pat::Ident(name) => {
            names.push(name.ident.clone());
            is_plain(name)
        }
        Pat::Paren(inner) => binds_all(&inner.pat, names),
        Pat::Tuple(tuple) => tuple.elems.iter().all(|inner| binds_all(inner, names)),
        Pat::TupleStruct(tuple) => tuple.elems.iter().all(|inner| binds_all(inner, names)),
        Pat::Struct(fields) => fields.rest.is_none() && fields.fields.iter().all(|field| binds_all(&field.pat, names)),
        _ => false,
    }
}

/// By value, and no unit struct.
fn is_plain(name: &syn::PatIdent) -> bool {
    name.by_ref.is_none() && name.subpat.is_none() && !name.ident.to_string().starts_with(char::is_uppercase)
}

/// What a body mentions it takes in, and drops it in this order.
fn mention(names: &[Ident]) -> TokenStream {
    if names.is_empty() {
        return TokenStream::new();
    }
    let names = names.iter().rev();
    quote!(let _ = (#(&#names,)*);)
}

/// In:  `name(mut a: A, _: B)`
/// Out: `name(a: A, argument1: B)`, and `let mut a = a; let argument1 = argument1; let _ = argument1;` for the body
fn rebind(sig: &mut Signature, body: &TokenStream) -> TokenStream {
    let mut statements = TokenStream::new();
    for (index, argument) in sig.inputs.iter_mut().enumerate() {
        let typed = match argument {
            FnArg::Receiver(receiver) => {
                let name = &receiver.self_token;
                statements.extend(quote!(let _ = &#name;));
                continue;
            }
            FnArg::Typed(typed) => typed,
        };
        let written = &typed.pat;
        let pattern: Pat = match &**written {
            Pat::Ident(name) if is_plain(name) => {
                let name = &name.ident;
                let text = name.to_string();
                // `_guard` only has to live, and clippy minds both its use and another variable of that name.
                statements.extend(if text.starts_with('_') && !mentions(body, &text) {
                    let held = binding(&format!("argument{index}"));
                    quote!(#[allow(clippy::used_underscore_binding)] let #held = #name;)
                } else {
                    quote!(let #written = #name;)
                });
                syn::parse_quote!(#name)
            }
            written => {
                let name = binding(&format!("argument{index}"));
                // Nothing else needs a variable that is `mut`, and an `allow` is an error where the lint is forbidden.
                let mutable = written.to_token_stream().to_string().contains("ref mut").then(|| quote!(mut));
                statements.extend(quote!(let #mutable #name = #name; let #written = #name;));
                syn::parse_quote!(#name)
            }
        };
        *typed.pat = pattern;
    }
    statements
}
