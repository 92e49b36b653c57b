//! What `gather!` and `as_completed!` share: `for item in items { future }` and the options behind it.

use proc_macro2::{Group, Punct, TokenStream, TokenTree};
use quote::quote;

use super::for_await::Loop;
use crate::kit::args::{Args, Grammar, key_of, unknown};
use crate::kit::errors::Errors;
use crate::kit::idents::binding;
use crate::kit::tokens::{argument, is_ident, regroup, split_at_commas, unwrap_invisible};

pub(crate) struct Comprehension {
    pub(crate) pattern: TokenStream,
    pub(crate) header: TokenStream,
    pub(crate) body: Group,
    /// The `?` at the end of the body.
    pub(crate) mark: Option<Punct>,
}

impl Comprehension {
    pub(crate) fn is_one(part: &TokenStream) -> bool {
        is_ident(part.clone().into_iter().next().as_ref(), "for")
    }

    pub(crate) fn read(part: &TokenStream, grammar: &Grammar, errors: &mut Errors) -> Option<Self> {
        let trees: Vec<TokenTree> = part.clone().into_iter().collect();
        if is_ident(trees.get(1), "await") {
            errors.at(
                &trees[1],
                format_args!(
                    "`{}` takes an iterator here, not a stream, for now\nwrite `for item in items {{ .. }}`",
                    grammar.name
                ),
            );
            return None;
        }
        let Some((found, length)) = Loop::read(&trees[1..], trees[0].span()) else {
            errors.at(&trees[0], format_args!("this comprehension is not complete\nwrite `{}`", grammar.example));
            return None;
        };
        let behind: TokenStream = trees[1 + length..].iter().cloned().collect();
        if !behind.is_empty() {
            errors.at(behind, format_args!("a comma is missing before this\nwrite `{}`", grammar.example));
        }
        let (body, mark) = take_mark(&found.body);
        Some(Self { pattern: found.pattern, header: argument(found.header), body, mark })
    }

    /// In:  `for PATTERN in HEADER { BODY }`
    /// Out: `loop { ROOM; let Some(item) = items.next() else { break }; START({ let PATTERN = item; BODY }) }`
    ///
    /// The input is pulled only when there is room. `continue` and `break` in the body act on this loop.
    pub(crate) fn pull(&self, krate: &TokenStream, room: &TokenStream, start: impl Fn(&Group) -> TokenStream) -> TokenStream {
        let pattern = &self.pattern;
        let (items, item) = (binding("items"), binding("item"));
        let body = self.body.stream();
        let start = start(&regroup(&self.body, quote!(let #pattern = #item; #body)));
        quote! {
            loop {
                #room
                let #krate::__private::Some(#item) = #items.next() else { break };
                #start
            }
        }
    }
}

/// Takes a trailing `?` off the last expression of a body.
fn take_mark(body: &Group) -> (Group, Option<Punct>) {
    let mut trees: Vec<TokenTree> = body.stream().into_iter().collect();
    match trees.last() {
        Some(TokenTree::Punct(punct)) if punct.as_char() == '?' => {
            let mark = punct.clone();
            trees.pop();
            (regroup(body, trees.into_iter().collect()), Some(mark))
        }
        _ => (body.clone(), None),
    }
}

/// Splits the arms or the comprehension from the options behind them.
pub(crate) fn split_options(input: TokenStream, grammar: &Grammar, errors: &mut Errors) -> (Vec<TokenStream>, Args) {
    let mut parts = split_at_commas(input);
    let is_option = |part: &TokenStream| key_of(part, grammar).is_some_and(|(_, value)| !value.is_empty());
    let first_option = parts.iter().rposition(|part| !is_option(part)).map_or(0, |last_arm| last_arm + 1);
    let options = parts.split_off(first_option);
    for early in parts.iter().filter(|part| is_option(part)) {
        if let Some((key, _)) = key_of(early, grammar) {
            if grammar.options.iter().any(|option| key == option) {
                errors.at(
                    &key,
                    format_args!("options of `{}` stand at the end\nmove `{key} = ..` behind the last arm", grammar.name),
                );
            } else {
                errors.at(&key, unknown(&key, grammar));
            }
        }
    }
    parts.retain(|part| !is_option(part));
    for empty in parts.iter().filter(|part| part.is_empty()) {
        errors.at(empty, format_args!("a comma without an arm before it\nwrite `{}`", grammar.example));
    }
    parts.retain(|part| !part.is_empty());
    let options = options.into_iter().map(|option| quote!(#option,)).collect();
    (parts, Args::parse(options, grammar, errors))
}

/// The value of `limit = ..`, as how many may exist at once.
pub(crate) fn at_once(args: &mut Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let Some(limit) = args.take("limit") else { return quote!(#krate::__private::AtOnce::ALL) };
    let value = limit.value;
    let literal = syn::parse2::<syn::LitInt>(unwrap_invisible(&value)).ok();
    if literal.is_some_and(|literal| literal.base10_digits() == "0") {
        errors.at(&value, "`limit` counts from 1 upwards, with zero nothing could ever run");
        return quote!(#krate::__private::AtOnce::ALL);
    }
    let value = argument(value);
    quote!(#krate::__private::at_once(#value))
}
