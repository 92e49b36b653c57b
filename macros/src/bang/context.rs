//! `context!(async move { .. yield value; .. })`: sets up, lends, cleans up.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;

use super::for_await::body_position;
use super::split_crate;
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::binding;
use crate::kit::scan::{Piece, piece};
use crate::kit::tokens::{group, is_ident, is_punct, located, mentions, operand, regroup};

const EXAMPLE: &str = "context!(async move { let value = open().await?; let (value, exit) = yield value; value.close().await })";

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    let trees: Vec<TokenTree> = input.into_iter().collect();
    driver::expression("context!", &TokenStream::new(), |errors| {
        let Some((asyncness, body)) = read(&trees) else {
            let place: TokenStream = trees.iter().cloned().collect();
            errors.at(place, format_args!("`context!` takes one `async` block\nwrite `{EXAMPLE}`"));
            // What may have been meant, so that nothing else is wrong with it.
            let body = trees.iter().find_map(|tree| group(Some(tree), Delimiter::Brace))?;
            return Some(emit(&quote!(async move), body, &krate, errors));
        };
        Some(emit(&asyncness, body, &krate, errors))
    })
}

/// `async` or `async move`, and the block behind it, which has to be all.
fn read(trees: &[TokenTree]) -> Option<(TokenStream, &Group)> {
    let (last, before) = trees.split_last()?;
    let is_async = match before {
        [asyncness] => is_ident(Some(asyncness), "async"),
        [asyncness, move_] => is_ident(Some(asyncness), "async") && is_ident(Some(move_), "move"),
        _ => false,
    };
    let body = group(Some(last), Delimiter::Brace).filter(|_| is_async)?;
    Some((before.iter().cloned().collect(), body))
}

/// In:  `async move { SET_UP; let (value, exit) = yield VALUE; CLEAN_UP }`
/// Out: `match lender() { (lender, lends) => made(lends, async move { SET_UP; let (value, exit) = lender.lend(VALUE).await; CLEAN_UP }) }`
fn emit(asyncness: &TokenStream, body: &Group, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let is_whole = errors.is_empty();
    let mut lowering = Lowering { krate, errors, yielded: false, refused: false };
    let statements = lowering.tokens(body.stream(), Level::OWN);
    let Lowering { yielded, refused, .. } = lowering;
    if !yielded && !refused && is_whole {
        errors.at(body, format_args!("a context lends its value once, and this has no `yield`\nwrite `{EXAMPLE}`"));
    }
    let block = regroup(body, statements);
    let private = quote!(#krate::__private);
    let (lender, lends) = (binding("lender"), binding("lends"));
    quote! {
        match #private::lender() {
            (#lender, #lends) => #private::made(#lends, #asyncness #block),
        }
    }
}

/// Where in the body a token stands.
#[derive(Clone, Copy)]
struct Level {
    /// What does not let a `yield` be reached once, and by the context itself.
    barred: Option<&'static str>,
    /// Directly in braces: among statements.
    in_braces: bool,
}

impl Level {
    const OWN: Self = Self { barred: None, in_braces: true };
}

struct Lowering<'a> {
    krate: &'a TokenStream,
    errors: &'a mut Errors,
    yielded: bool,
    refused: bool,
}

impl Lowering<'_> {
    fn tokens(&mut self, tokens: TokenStream, level: Level) -> TokenStream {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut out: Vec<TokenTree> = Vec::new();
        let mut index = 0;
        // The body of a loop whose keyword has been passed.
        let mut loop_body = None;
        while index < trees.len() {
            if let Some(behind) = loop_behind(&trees, index) {
                loop_body = loop_body.or(behind);
            }
            let length = match piece(&trees, index) {
                Piece::Yield => self.yield_expression(&trees, index, level, &mut out),
                Piece::AsyncBlock(block) => {
                    out.extend(trees[index..index + block].iter().cloned());
                    self.group(
                        &trees[index + block],
                        Level { barred: Some("a nested `async` block"), in_braces: true },
                        &mut out,
                    );
                    block + 1
                }
                Piece::Enclosed { place, head, length } => {
                    out.extend(trees[index..index + head].iter().cloned());
                    let inside = trees[index + head..index + length].iter().cloned().collect();
                    out.extend(self.tokens(inside, Level { barred: Some(place), in_braces: false }));
                    length
                }
                Piece::Foreign(length) => {
                    let end = trees.len().min(index + length);
                    out.extend(trees[index..end].iter().cloned());
                    end - index
                }
                _ => {
                    let in_loop = loop_body == Some(index);
                    if in_loop {
                        loop_body = None;
                    }
                    let barred = level.barred.or(in_loop.then_some("a loop"));
                    let in_braces = group(trees.get(index), Delimiter::Brace).is_some();
                    self.group(&trees[index], Level { barred, in_braces }, &mut out);
                    1
                }
            };
            index += length;
        }
        out.into_iter().collect()
    }

    /// A token; a group is looked into. One without a `yield` stays the user's own.
    fn group(&mut self, tree: &TokenTree, level: Level, out: &mut Vec<TokenTree>) {
        let TokenTree::Group(found) = tree else {
            out.push(tree.clone());
            return;
        };
        let tokens = self.tokens(found.stream(), level);
        out.push(if mentions(&found.stream(), "yield") { regroup(found, tokens) } else { found.clone() }.into());
    }

    /// In:  `yield VALUE`
    /// Out: `lender.lend(VALUE).await`, dropped at once where it is a statement of its own
    fn yield_expression(&mut self, trees: &[TokenTree], index: usize, level: Level, out: &mut Vec<TokenTree>) -> usize {
        let value = operand(&trees[index + 1..]);
        let length = 1 + value.len();
        let keyword = &trees[index];
        let at = keyword.span();
        let is_refused = self.refuse(keyword, level);
        let value: TokenStream = value.iter().cloned().collect();
        let value =
            if value.is_empty() { located(quote!(()), at) } else { self.tokens(value, Level { in_braces: false, ..level }) };
        let krate = self.krate;
        if is_refused {
            // Of the same type, so that nothing else is wrong with it.
            out.extend(quote!(#krate::__private::not_lent(#value)));
            return length;
        }
        let lender = binding("lender");
        let starts = |before: &TokenTree| is_punct(Some(before), ';') || group(Some(before), Delimiter::Brace).is_some();
        let is_statement = level.in_braces && out.last().is_none_or(starts) && is_punct(trees.get(index + length), ';');
        let mut lent = located(quote!(#lender.lend), at);
        lent.extend([with_arguments(value, at)]);
        lent.extend(located(quote!(.await), at));
        // Nobody wants the value back: whatever type it has, it may be dropped unused.
        out.extend(if is_statement { quote!(#krate::__private::drop(#lent)) } else { quote!(#lent) });
        length
    }

    /// Whether a `yield` can not stand here.
    fn refuse(&mut self, keyword: &TokenTree, level: Level) -> bool {
        if let Some(place) = level.barred {
            self.errors.at(
                keyword,
                format_args!(
                    "a context lends its value once, and this `yield` stands in {place}\nput it on the body's own level"
                ),
            );
        } else if std::mem::replace(&mut self.yielded, true) {
            self.errors.at(
                keyword,
                "a context lends its value once, and this is a second `yield`\nchoose the value first, then `yield` it",
            );
        } else {
            return false;
        }
        self.refused = true;
        true
    }
}

fn with_arguments(value: TokenStream, at: Span) -> TokenTree {
    let mut arguments = Group::new(Delimiter::Parenthesis, value);
    arguments.set_span(at);
    arguments.into()
}

/// The position of the body of a loop whose keyword stands at `index`.
fn loop_behind(trees: &[TokenTree], index: usize) -> Option<Option<usize>> {
    let behind = index + 1;
    let header = |from: usize| trees.get(from..).and_then(body_position).map(|body| from + body);
    if is_ident(trees.get(index), "loop") {
        return Some(group(trees.get(behind), Delimiter::Brace).map(|_| behind));
    }
    if is_ident(trees.get(index), "while") || is_ident(trees.get(index), "for") {
        return Some(header(behind));
    }
    None
}
