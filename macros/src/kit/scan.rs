//! Finds what belongs to a body: token by token, so that a half-typed body keeps everything else.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use crate::kit::tokens::{group, is_ident, is_punct};

/// What starts at a token of a body.
pub(crate) enum Piece {
    Yield,
    /// `yield_err!(..)`
    YieldError,
    /// `.await`, at the keyword.
    Await,
    /// `for await`
    ForAwait,
    Return,
    /// A `?` behind an expression.
    Question,
    /// `async [move] { .. }`: so many tokens up to the block.
    AsyncBlock(usize),
    /// Something whose inside is no part of the body's own run: `head` tokens that go through, and `length` in all.
    Enclosed {
        place: &'static str,
        head: usize,
        length: usize,
    },
    /// Left as it is: a generator of its own.
    Foreign(usize),
    Other,
}

/// Looks at the token at `index`.
pub(crate) fn piece(trees: &[TokenTree], index: usize) -> Piece {
    let before = index.checked_sub(1).map(|before| &trees[before]);
    match &trees[index] {
        TokenTree::Ident(ident) if ident == "yield" => Piece::Yield,
        TokenTree::Ident(ident) if ident == "yield_err" && is_punct(trees.get(index + 1), '!') => Piece::YieldError,
        TokenTree::Ident(ident) if ident == "await" && is_punct(before, '.') => Piece::Await,
        TokenTree::Ident(ident) if ident == "return" => Piece::Return,
        TokenTree::Ident(ident) if ident == "for" && is_ident(trees.get(index + 1), "await") => Piece::ForAwait,
        TokenTree::Ident(ident) if ident == "async" => async_piece(trees, index),
        TokenTree::Ident(ident) if ident == "fn" => nested_function(trees, index),
        TokenTree::Ident(ident) if ident == "const" || ident == "static" => constant(trees, index, before),
        TokenTree::Ident(ident) if ident == "macro_rules" && is_punct(trees.get(index + 1), '!') => Piece::Foreign(4),
        TokenTree::Ident(ident) if has_own_yields(ident) && is_punct(trees.get(index + 1), '!') => Piece::Foreign(3),
        TokenTree::Punct(punct) if punct.as_char() == '|' && starts_expression(before) => closure(trees, index),
        TokenTree::Punct(punct) if punct.as_char() == '?' && ends_expression(before) => Piece::Question,
        _ => Piece::Other,
    }
}

/// The macros in which a `yield` is their own.
fn has_own_yields(name: &Ident) -> bool {
    ["generator", "try_generator", "context"].iter().any(|own| name == own)
}

fn async_piece(trees: &[TokenTree], index: usize) -> Piece {
    let after = index + 1 + usize::from(is_ident(trees.get(index + 1), "move"));
    if group(trees.get(after), Delimiter::Brace).is_some() {
        return Piece::AsyncBlock(after - index);
    }
    if is_punct(trees.get(after), '|') {
        if let Piece::Enclosed { place, head, length } = closure(trees, after) {
            return Piece::Enclosed { place, head: after - index + head, length: after - index + length };
        }
    }
    Piece::Other
}

/// `fn name(..) -> T { .. }` up to its body.
fn nested_function(trees: &[TokenTree], index: usize) -> Piece {
    if !matches!(trees.get(index + 1), Some(TokenTree::Ident(_))) {
        return Piece::Other;
    }
    match trees[index..].iter().position(|tree| group(Some(tree), Delimiter::Brace).is_some()) {
        Some(body) => Piece::Enclosed { place: "a nested `fn`", head: body, length: body + 1 },
        None => Piece::Other,
    }
}

/// `const NAME: T = ..`, `static NAME: T = ..` up to the semicolon, or `const { .. }`.
fn constant(trees: &[TokenTree], index: usize, before: Option<&TokenTree>) -> Piece {
    let is_item = |ident: &Ident| {
        let function = ["fn", "async", "unsafe", "extern", "move"].iter().any(|keyword| ident == keyword);
        // `*const T` and `<const N: usize>` are none.
        !function && !matches!(before, Some(TokenTree::Punct(punct)) if punct.as_char() != ';')
    };
    let length = match trees.get(index + 1) {
        Some(TokenTree::Group(found)) if found.delimiter() == Delimiter::Brace => 2,
        Some(TokenTree::Ident(ident)) if is_item(ident) => {
            trees[index..].iter().position(|tree| is_punct(Some(tree), ';')).unwrap_or(trees.len() - index)
        }
        _ => return Piece::Other,
    };
    Piece::Enclosed { place: "a constant", head: 1, length }
}

/// A closure from its first `|`: parameters, then a block or everything up to the next comma or semicolon.
fn closure(trees: &[TokenTree], index: usize) -> Piece {
    let Some(close) = trees[index + 1..].iter().position(|tree| is_punct(Some(tree), '|')) else { return Piece::Other };
    let body = index + close + 2;
    // A type behind `->` asks for a block, and may have commas.
    if is_punct(trees.get(body), '-') && is_punct(trees.get(body + 1), '>') {
        let Some(block) = trees[body..].iter().position(|tree| group(Some(tree), Delimiter::Brace).is_some()) else {
            return Piece::Other;
        };
        let head = body + block - index;
        return Piece::Enclosed { place: "a closure", head, length: head + 1 };
    }
    let length = trees[body..]
        .iter()
        .position(|tree| is_punct(Some(tree), ',') || is_punct(Some(tree), ';'))
        .unwrap_or(trees.len() - body);
    let is_pattern = trees[body..body + length].windows(2).any(|pair| is_punct(pair.first(), '=') && is_punct(pair.get(1), '>'));
    if is_pattern {
        return Piece::Other;
    }
    Piece::Enclosed { place: "a closure", head: body - index, length: body + length - index }
}

/// Whether a `?` behind this token belongs to an expression, unlike those of `?Sized` and `info!(?value)`.
fn ends_expression(before: Option<&TokenTree>) -> bool {
    match before {
        None => false,
        // `>` closes the types of `None::<T>`.
        Some(TokenTree::Punct(punct)) => matches!(punct.as_char(), '?' | '>'),
        Some(_) => true,
    }
}

/// Whether a `|` behind this token opens a closure and is no operator.
fn starts_expression(before: Option<&TokenTree>) -> bool {
    match before {
        None => true,
        Some(TokenTree::Punct(punct)) => !matches!(punct.as_char(), '?' | '|'),
        Some(TokenTree::Ident(ident)) => ["move", "return", "yield", "break", "in", "match", "if", "while", "else", "static"]
            .iter()
            .any(|keyword| ident == keyword),
        Some(_) => false,
    }
}

/// Whether the arguments of `with!` stand at `index`: they become an `async` block.
pub(crate) fn is_with(trees: &[TokenTree], index: usize) -> bool {
    index >= 2 && is_punct(trees.get(index - 1), '!') && is_ident(trees.get(index - 2), "with")
}

/// What stands in front of the body of `with!`, and that: whatever form it has, it becomes a block of its own.
pub(crate) fn with_body(arguments: &Group) -> (Vec<TokenTree>, Option<Group>) {
    let mut trees: Vec<TokenTree> = arguments.stream().into_iter().collect();
    if is_punct(trees.last(), ',') {
        trees.pop();
    }
    let body = group(trees.last(), Delimiter::Brace).cloned();
    if body.is_some() {
        trees.pop();
    }
    (trees, body)
}

/// Whether a nested `async` block yields: then several yields may wait at once.
pub(crate) fn yields_in_nested_blocks(body: &TokenStream) -> bool {
    fn search(tokens: TokenStream, nested: bool) -> bool {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut index = 0;
        while index < trees.len() {
            let (length, found) = match piece(&trees, index) {
                Piece::Yield | Piece::YieldError => (1, nested),
                Piece::AsyncBlock(block) => (
                    block + 1,
                    group(trees.get(index + block), Delimiter::Brace).is_some_and(|block| search(block.stream(), true)),
                ),
                Piece::Enclosed { length, .. } | Piece::Foreign(length) => (length, false),
                Piece::ForAwait | Piece::Await | Piece::Return | Piece::Question => (1, false),
                Piece::Other => match &trees[index] {
                    TokenTree::Group(group) if is_with(&trees, index) => {
                        let (_, body) = with_body(group);
                        (1, body.is_some_and(|body| search(body.stream(), true)))
                    }
                    TokenTree::Group(group) => (1, search(group.stream(), nested)),
                    _ => (1, false),
                },
            };
            if found {
                return true;
            }
            index += length;
        }
        false
    }
    search(body.clone(), false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn closures(tokens: TokenStream) -> usize {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        (0..trees.len()).filter(|index| matches!(piece(&trees, *index), Piece::Enclosed { place: "a closure", .. })).count()
    }

    #[test]
    fn closures_are_told_from_operators_and_patterns() {
        assert_eq!(closures(quote!(let f = |x| x + 1;)), 1);
        assert_eq!(
            closures(
                quote!(map(move |x| x))
                    .into_iter()
                    .nth(1)
                    .map(|tree| match tree {
                        TokenTree::Group(group) => group.stream(),
                        _ => quote!(),
                    })
                    .unwrap()
            ),
            1
        );
        assert_eq!(closures(quote!(a | b)), 0);
        assert_eq!(closures(quote!(f(x)? | b)), 0);
        assert_eq!(closures(quote!(| A | B => 1, C | D => 2)), 0);
        assert_eq!(closures(quote!(let f = || 1; a || b)), 1);
    }

    #[test]
    fn only_yields_in_visible_blocks_are_nested() {
        assert!(!yields_in_nested_blocks(&quote!(yield 1; if a { yield 2; })));
        assert!(yields_in_nested_blocks(&quote!(join!(async {
            yield 1;
        }))));
        assert!(yields_in_nested_blocks(&quote!(
            with!(a = b(), {
                yield 1;
            })
            .await
        )));
        assert!(yields_in_nested_blocks(&quote!(let a = async move { if b { yield 1; } };)));
        assert!(!yields_in_nested_blocks(&quote!(let a = async move { generator!(async { yield 1; }) };)));
    }
}
