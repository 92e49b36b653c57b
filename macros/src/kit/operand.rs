//! What a `?` belongs to.

use proc_macro2::{Delimiter, TokenTree};

use super::tokens::{is_ident, is_joint, is_punct};

/// Where the expression begins behind which a `?` stands: that binds as strongly as a method call. `None` if it can not be told.
pub(crate) fn operand_start(trees: &[TokenTree]) -> Option<usize> {
    let mut end = trees.len();
    loop {
        let last = trees.get(end.checked_sub(1)?)?;
        let before = end - 1;
        let goes_on = match last {
            TokenTree::Group(found) if found.delimiter() == Delimiter::Brace => match block_start(trees, before)? {
                Step::Start(start) => return Some(start),
                Step::On(to) => to,
            },
            TokenTree::Group(_) => match behind_what(trees, before) {
                Behind::Nothing => return Some(before),
                Behind::Callee => before,
                Behind::Macro => return Some(path_start(trees, before - 2)),
            },
            TokenTree::Ident(word) if word == "await" && is_dot(trees, before) => before - 1,
            TokenTree::Ident(word) if is_keyword(&word.to_string()) => return None,
            TokenTree::Ident(_) | TokenTree::Literal(_) if is_dot(trees, before) => before - 1,
            TokenTree::Ident(_) => return Some(path_start(trees, before)),
            TokenTree::Literal(_) => return Some(before),
            TokenTree::Punct(punct) if punct.as_char() == '?' => before,
            TokenTree::Punct(punct) if punct.as_char() == '>' => {
                let start = generics_start(trees, before)?;
                if !is_path_separator(trees, start) {
                    return Some(start);
                }
                start - 2
            }
            TokenTree::Punct(_) => return None,
        };
        end = goes_on;
    }
}

enum Behind {
    Nothing,
    /// Something that is called or indexed.
    Callee,
    /// `name!`
    Macro,
}

/// What stands in front of parentheses or brackets at `index`.
fn behind_what(trees: &[TokenTree], index: usize) -> Behind {
    let Some(before) = index.checked_sub(1).map(|before| &trees[before]) else { return Behind::Nothing };
    let is_word = |tree: &TokenTree| matches!(tree, TokenTree::Ident(word) if word == "await" || !is_keyword(&word.to_string()));
    match before {
        TokenTree::Punct(punct) if punct.as_char() == '!' && index >= 2 && is_word(&trees[index - 2]) => Behind::Macro,
        TokenTree::Punct(punct) if punct.as_char() == '>' && !is_arrow(trees, index - 1) => Behind::Callee,
        TokenTree::Punct(punct) if punct.as_char() == '?' => Behind::Callee,
        TokenTree::Group(found) if found.delimiter() != Delimiter::Brace => Behind::Callee,
        TokenTree::Literal(_) if is_dot(trees, index - 1) => Behind::Callee,
        tree if is_word(tree) => Behind::Callee,
        _ => Behind::Nothing,
    }
}

enum Step {
    Start(usize),
    On(usize),
}

/// Where the expression begins whose block stands at `index`.
fn block_start(trees: &[TokenTree], index: usize) -> Option<Step> {
    let Some(before) = index.checked_sub(1) else { return Some(Step::Start(0)) };
    match &trees[before] {
        TokenTree::Ident(word) if word == "else" => return Some(Step::On(before)),
        TokenTree::Punct(punct) if punct.as_char() != '>' && punct.as_char() != '?' => return Some(Step::Start(index)),
        TokenTree::Group(found) if found.delimiter() == Delimiter::Brace => return Some(Step::Start(index)),
        _ => {}
    }
    let headed = ["match", "if", "while", "for", "loop", "unsafe", "async", "const"];
    let statement = trees[..index].iter().rposition(|tree| is_punct(Some(tree), ';')).map_or(0, |end| end + 1);
    let keyword = (statement..index).rev().find(|at| headed.iter().any(|word| is_ident(trees.get(*at), word)));
    match keyword {
        Some(at) if at > 0 && is_ident(trees.get(at - 1), "else") => Some(Step::On(at - 1)),
        Some(at) => Some(Step::Start(at)),
        // A value with fields.
        None => matches!(&trees[before], TokenTree::Ident(_)).then(|| Step::Start(path_start(trees, before))),
    }
}

/// Where the path begins that ends at `index`.
fn path_start(trees: &[TokenTree], index: usize) -> usize {
    let mut start = index;
    while is_path_separator(trees, start) {
        start -= 2;
        let Some(before) = start.checked_sub(1) else { break };
        start = match &trees[before] {
            TokenTree::Ident(word) if !is_keyword(&word.to_string()) => before,
            TokenTree::Punct(punct) if punct.as_char() == '>' => match generics_start(trees, before) {
                Some(open) if is_path_separator(trees, open) => match trees.get(open.wrapping_sub(3)) {
                    Some(TokenTree::Ident(_)) => open - 3,
                    _ => return open,
                },
                Some(open) => return open,
                None => return start,
            },
            _ => return start,
        };
    }
    start
}

/// The `<` to the `>` at `index`.
fn generics_start(trees: &[TokenTree], index: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for at in (0..=index).rev() {
        match &trees[at] {
            TokenTree::Punct(punct) if punct.as_char() == '>' && !is_arrow(trees, at) => depth += 1,
            TokenTree::Punct(punct) if punct.as_char() == '<' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => return None,
            _ => {}
        }
    }
    None
}

/// Whether the `>` at `index` is that of `->` or `=>`.
fn is_arrow(trees: &[TokenTree], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|before| trees.get(before));
    is_joint(before) && (is_punct(before, '-') || is_punct(before, '='))
}

/// Whether a `.` stands in front of `index`, and not `..`.
fn is_dot(trees: &[TokenTree], index: usize) -> bool {
    let at = |back: usize| index.checked_sub(back).and_then(|at| trees.get(at));
    is_punct(at(1), '.') && !is_punct(at(2), '.')
}

/// Whether `::` stands in front of `index`.
fn is_path_separator(trees: &[TokenTree], index: usize) -> bool {
    let at = |back: usize| index.checked_sub(back).and_then(|at| trees.get(at));
    is_punct(at(1), ':') && is_punct(at(2), ':')
}

/// Words that are no value and no part of a path.
fn is_keyword(word: &str) -> bool {
    const WORDS: [&str; 24] = [
        "as", "async", "await", "break", "const", "continue", "else", "for", "if", "in", "let", "loop", "match", "move", "mut",
        "ref", "return", "static", "unsafe", "use", "where", "while", "yield", "dyn",
    ];
    WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::TokenStream;
    use quote::quote;

    /// What is left before the operand, and the operand.
    fn split(tokens: TokenStream) -> (String, String) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let start = operand_start(&trees).expect("it can be told");
        let text = |trees: &[TokenTree]| trees.iter().cloned().collect::<TokenStream>().to_string();
        (text(&trees[..start]), text(&trees[start..]))
    }

    #[test]
    fn a_question_mark_binds_as_strongly_as_a_call() {
        for (before, operand) in [
            (quote!(let x =), quote!(a)),
            (quote!(let x = &mut), quote!(a.b.0[1].c(d).await)),
            (quote!(1 +), quote!(a::b::<C, D>::e(f))),
            (quote!(x = -), quote!(<A as B>::c())),
            (quote!(return), quote!("x".parse::<u8>())),
            (quote!(a; b;), quote!(c()?.d()?.e)),
            (quote!(let x = !), quote!(::k::f(g))),
            (
                quote!(let x =),
                quote!(match a {
                    B => c,
                }),
            ),
            (
                quote!(a; let x =),
                quote!(if let Some(b) = c {
                    d
                } else if e {
                    f
                } else {
                    g
                }),
            ),
            (quote!(let x =), quote!(unsafe { a })),
            (quote!(let x =), quote!(async move { a }.await)),
            (quote!(let x =), quote!({ a })),
            (quote!(let x =), quote!(a::B { c }.d)),
            (quote!(let x =), quote!(vec![a].b())),
            (quote!(let x =), quote!(a::b!(c))),
            (quote!(let x =), quote!((a, b).c())),
            (quote!(let x =), quote!(None::<()>)),
            (quote!(f(a),), quote!(self.b())),
            (quote!(A => ), quote!(b.c)),
            (quote!(if x {}), quote!((a)(b))),
        ] {
            let all = quote!(#before #operand);
            assert_eq!(split(all), (before.to_string(), operand.to_string()));
        }
    }
}
