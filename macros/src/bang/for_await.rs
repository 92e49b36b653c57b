//! `for_await!(for item in stream { .. })`: a loop over a stream, in any async function.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;

use super::exits::{Exits, Ways, numbered};
use super::split_crate;
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::binding;
use crate::kit::tokens::{group, is_ident, is_punct, regroup};

const EXAMPLE: &str = "for_await!(for item in stream { .. })";

/// A loop taken apart; nothing of it is parsed.
pub(crate) struct Loop {
    /// `'name:` in front, if there is one.
    pub(crate) label: TokenStream,
    pub(crate) pattern: TokenStream,
    pub(crate) header: TokenStream,
    pub(crate) body: Group,
    /// Of the keyword that awaits, where an error stands if nothing can be awaited there.
    keyword: Span,
}

impl Loop {
    /// Reads the tokens behind `for [await]`, and returns how many they are.
    pub(crate) fn read(trees: &[TokenTree], keyword: Span) -> Option<(Self, usize)> {
        let pattern = trees.iter().position(|tree| is_ident(Some(tree), "in"))?;
        let body = pattern + 1 + body_position(&trees[pattern + 1..])?;
        let read = Self {
            label: TokenStream::new(),
            pattern: trees[..pattern].iter().cloned().collect(),
            header: trees[pattern + 1..body].iter().cloned().collect(),
            body: group(trees.get(body), Delimiter::Brace)?.clone(),
            keyword,
        };
        (!read.pattern.is_empty() && !read.header.is_empty()).then_some((read, body + 1))
    }

    /// The same with its ways out leading to where the stream is closed. `number` tells it from other loops of one expansion.
    pub(crate) fn closing(mut self, number: usize, ways: Ways, krate: &TokenStream) -> Closing {
        let mut exits = Exits::new(krate, ways, number, &self.label);
        self.body = regroup(&self.body, exits.tokens(self.body.stream()));
        let label = exits.are_there().then(|| exits.label());
        Closing { read: self, number, label, before: exits.before, behind: exits.behind }
    }
}

/// A loop whose stream is closed on every way out.
pub(crate) struct Closing {
    pub(crate) read: Loop,
    number: usize,
    /// Of the block around the loop, if there are ways out of it.
    label: Option<TokenStream>,
    /// What has to be known of the way that was taken.
    pub(crate) before: TokenStream,
    /// How it goes on.
    pub(crate) behind: TokenStream,
}

impl Closing {
    /// In:  `'label: for PATTERN in HEADER { BODY }`
    /// Out: `{ match pin!(looped(HEADER)) { mut stream => { 'label: while let Some(item) = next(&mut stream).await { let PATTERN = item; BODY } close(&mut stream).await; } }; }`
    ///
    /// Ways out of the loop lead to the end of a block `'exit` around it, and go on behind `close`.
    ///
    /// `match` keeps temporaries of the header alive, and the semicolon lets go of them at the end of the loop, both as a plain
    /// `for` does. The pattern stands in a `let`, where one that does not match everything is an error.
    pub(crate) fn lower(&self, krate: &TokenStream) -> Group {
        let Self { read: Loop { label, pattern, header, body, keyword }, number, label: exit, before, behind } = self;
        let (stream, item) = (numbered("stream", *number), binding("item"));
        let statements = body.stream();
        let body = regroup(body, quote!(let #pattern = #item; #statements));
        let private = quote!(#krate::__private);
        let await_here = Ident::new("await", *keyword);
        let mut whole = quote! {
            #label while let #private::Some(#item) = #private::next(&mut #stream).#await_here #body
        };
        if let Some(exit) = exit {
            whole = quote!(#before #exit: { #whole });
        }
        let lowered = quote! {
            match #private::pin!(#private::looped(#private::async_iterable(#header))) {
                mut #stream => {
                    #whole
                    #private::close(&mut #stream).#await_here;
                    #behind
                }
            };
        };
        regroup(&body, lowered)
    }
}

/// The first block of a loop header that is not part of its expression.
pub(super) fn body_position(trees: &[TokenTree]) -> Option<usize> {
    let mut opened_by_keyword = false;
    for (index, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(ident) if takes_a_block(ident) => opened_by_keyword = true,
            TokenTree::Group(found) if found.delimiter() == Delimiter::Brace => {
                // `{ .. } {`, `f::<{ .. }>()`, `{ .. }.await`
                let before = index.checked_sub(1).map(|before| &trees[before]);
                let goes_on = ['.', '?', '>'].iter().any(|operator| is_punct(trees.get(index + 1), *operator));
                if !opened_by_keyword && !goes_on && before.is_some() {
                    return Some(index);
                }
                opened_by_keyword = is_ident(trees.get(index + 1), "else");
            }
            _ => {}
        }
    }
    None
}

/// Keywords whose block belongs to the expression, `for x in match y { .. } { .. }`.
fn takes_a_block(ident: &Ident) -> bool {
    ["match", "if", "unsafe", "loop", "while", "async", "const", "else"].iter().any(|keyword| ident == keyword)
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    // A loop without a body still has a header, in which the editor completes.
    let header: TokenStream = input.clone().into_iter().skip_while(|tree| !is_ident(Some(tree), "in")).skip(1).collect();
    let fallback = if header.is_empty() { header } else { quote!(_ = #header;) };
    driver::expression("for_await!", &fallback, |errors| {
        let read = read(&input, errors)?;
        Some(TokenTree::Group(read.closing(0, Ways::ALL, &krate).lower(&krate)).into())
    })
}

fn read(input: &TokenStream, errors: &mut Errors) -> Option<Loop> {
    let trees: Vec<TokenTree> = input.clone().into_iter().collect();
    let after_label = if is_punct(trees.first(), '\'') && is_punct(trees.get(2), ':') { 3 } else { 0 };
    let Some(keyword) = trees.get(after_label).filter(|tree| is_ident(Some(tree), "for")) else {
        errors.at(trees.get(after_label), format_args!("`for_await!` takes a loop over a stream\nwrite `{EXAMPLE}`"));
        return None;
    };
    let start = after_label + 1 + usize::from(is_ident(trees.get(after_label + 1), "await"));
    let Some((mut read, used)) = Loop::read(&trees[start..], keyword.span()) else {
        errors.at(keyword, format_args!("this loop is not complete\nwrite `{EXAMPLE}`"));
        return None;
    };
    read.label = trees[..after_label].iter().cloned().collect();
    let rest: TokenStream = trees[start + used..].iter().cloned().collect();
    if !rest.is_empty() && rest.to_string() != ";" {
        errors.at(rest, "`for_await!` takes one loop, this stands behind it\nmove it out of the macro");
    }
    Some(read)
}
