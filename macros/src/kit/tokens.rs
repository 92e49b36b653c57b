//! Small questions about token streams. No grammar: that is what keeps half-typed code alive.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::quote_spanned;

/// Splits at the commas of the top level, those in generics (where nothing can be compared, and in a type behind `->`) apart.
/// A trailing comma adds no part.
pub(crate) fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part: Vec<TokenTree> = Vec::new();
    let mut angles = 0_usize;
    let mut in_type = false;
    for tree in tokens {
        if let TokenTree::Punct(punct) = &tree {
            let behind = |wanted| matches!(part.last(), Some(TokenTree::Punct(last)) if last.as_char() == wanted);
            match punct.as_char() {
                ',' if angles == 0 => {
                    parts.push(part.drain(..).collect());
                    in_type = false;
                    continue;
                }
                '<' if angles > 0 || in_type || starts_expression(part.last()) => angles += 1,
                '>' if behind('-') && is_joint(part.last()) => in_type |= angles == 0,
                '>' if angles > 0 => angles -= 1,
                _ => {}
            }
        } else if group(Some(&tree), Delimiter::Brace).is_some() {
            in_type = false;
        }
        part.push(tree);
    }
    if !part.is_empty() {
        parts.push(part.into_iter().collect());
    }
    parts
}

pub(crate) fn is_joint(tree: Option<&TokenTree>) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.spacing() == Spacing::Joint)
}

/// Whether a `<` behind this token opens a path, `<T as Trait>::f()`, and compares nothing.
fn starts_expression(before: Option<&TokenTree>) -> bool {
    match before {
        None => true,
        Some(TokenTree::Punct(punct)) => !matches!(punct.as_char(), '<' | '>' | '?'),
        Some(TokenTree::Ident(ident)) => ["return", "yield", "break", "in", "match", "if", "as"].iter().any(|word| ident == word),
        Some(_) => false,
    }
}

pub(crate) fn is_punct(tree: Option<&TokenTree>, wanted: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

pub(crate) fn is_ident(tree: Option<&TokenTree>, wanted: &str) -> bool {
    matches!(tree, Some(TokenTree::Ident(ident)) if ident == wanted)
}

/// Whether this is one identifier and nothing else.
pub(crate) fn is_word(tokens: &TokenStream, wanted: &str) -> bool {
    let mut trees = tokens.clone().into_iter();
    is_ident(trees.next().as_ref(), wanted) && trees.next().is_none()
}

/// The group behind `tree` if it has this delimiter.
pub(crate) fn group(tree: Option<&TokenTree>, delimiter: Delimiter) -> Option<&Group> {
    match tree {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

/// The same delimiters with the same spans around other tokens.
pub(crate) fn regroup(group: &Group, tokens: TokenStream) -> Group {
    let mut new = Group::new(group.delimiter(), tokens);
    new.set_span(group.span());
    new
}

/// Generated tokens as if they stood at `at`, so that errors about them do; what their names mean stays as it is.
///
/// The parts of a path behind `$crate` come from another macro than that. A span from the one to the other would be the whole
/// call of the outer macro, so they are taken for its own: items are found from there as well.
pub(crate) fn located(tokens: TokenStream, at: Span) -> TokenStream {
    let mut path: Option<Span> = None;
    let mut behind_colon = false;
    tokens
        .into_iter()
        .map(|mut tree| {
            match &tree {
                TokenTree::Group(found) => {
                    tree = TokenTree::Group(Group::new(found.delimiter(), located(found.stream(), at)));
                    path = None;
                }
                TokenTree::Ident(ident) if ident == "$crate" => path = Some(ident.span()),
                TokenTree::Ident(_) if behind_colon => {}
                TokenTree::Punct(punct) if punct.as_char() == ':' => {}
                _ => path = None,
            }
            behind_colon = is_punct(Some(&tree), ':');
            tree.set_span(at.resolved_at(path.unwrap_or_else(|| tree.span())));
            tree
        })
        .collect()
}

/// An expression that becomes the argument of a call. Where parentheses or braces stand around all of it, rustc would call
/// them unneeded, though they may mean something to the macro or be the user's own choice: delimiters that belong to the
/// expansion are left in peace. The error location stays.
pub(crate) fn argument(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(mut group)), None) => {
            group.set_span(Span::mixed_site().located_at(group.span()));
            TokenTree::Group(group).into()
        }
        _ => tokens,
    }
}

/// A reference to what an expression gives. It begins where the expression does, so that rustc underlines that and no more.
pub(crate) fn lent(expression: &TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = unwrap_invisible(expression).into_iter().collect();
    let start = trees.first().map_or_else(Span::mixed_site, |first| first.span().resolved_at(Span::mixed_site()));
    let expression: TokenStream = if binds_weakly(&trees) {
        let mut group = Group::new(Delimiter::Parenthesis, trees.into_iter().collect());
        group.set_span(start);
        TokenTree::from(group).into()
    } else {
        trees.into_iter().collect()
    };
    quote_spanned!(start=> &#expression)
}

/// Whether a `&` in front would be read as belonging to its first operand: it has an operator between two of them.
fn binds_weakly(trees: &[TokenTree]) -> bool {
    let prefixes = trees.iter().take_while(|tree| matches!(tree, TokenTree::Punct(punct) if "&*!-".contains(punct.as_char())));
    let rest = &trees[prefixes.count()..];
    rest.iter().any(|tree| match tree {
        TokenTree::Punct(punct) => {
            !".:?".contains(punct.as_char()) || (punct.as_char() == '.' && punct.spacing() == Spacing::Joint)
        }
        TokenTree::Ident(word) => word == "as",
        _ => false,
    })
}

/// Where an error about an expression as a whole stands, as spans can not be joined: at its last group, the arguments of a call
/// or a block, where no editor looks for a name, or else at its first token.
pub(crate) fn anchor(tokens: &TokenStream) -> Span {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    match (trees.first(), trees.last()) {
        (_, Some(TokenTree::Group(last))) => last.span(),
        (Some(first), _) => first.span(),
        _ => Span::mixed_site(),
    }
}

/// The value behind a keyword such as `yield`: up to the next semicolon or comma of the level.
pub(crate) fn operand(trees: &[TokenTree]) -> &[TokenTree] {
    let end = trees.iter().position(|tree| is_punct(Some(tree), ';')).unwrap_or(trees.len());
    let first = split_at_commas(trees[..end].iter().cloned().collect()).into_iter().next();
    &trees[..first.map_or(0, |first| first.into_iter().count())]
}

/// Looks through the invisible groups that `macro_rules!` fragments arrive in.
pub(crate) fn unwrap_invisible(tokens: &TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => unwrap_invisible(&group.stream()),
        _ => tokens.clone(),
    }
}

/// Whether an identifier of this name stands anywhere inside.
pub(crate) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

/// Whether a variable of this name is used anywhere inside. Fields, methods and parts of paths have names of their own.
pub(crate) fn mentions_variable(tokens: &TokenStream, name: &str) -> bool {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    trees.iter().enumerate().any(|(index, tree)| match tree {
        TokenTree::Ident(ident) if ident == name => {
            let before = |back: usize| index.checked_sub(back).and_then(|index| trees.get(index));
            let is_member = is_punct(before(1), '.') && !is_punct(before(2), '.');
            let is_in_path = is_punct(before(1), ':') && is_punct(before(2), ':');
            let is_path = is_punct(trees.get(index + 1), ':') && is_punct(trees.get(index + 2), ':');
            !is_member && !is_in_path && !is_path
        }
        TokenTree::Group(group) => mentions_variable(&group.stream(), name),
        _ => false,
    })
}

/// Whether a variable of this name is read anywhere inside, in a format string as well.
pub(crate) fn reads(tokens: &TokenStream, name: &str) -> bool {
    mentions_variable(tokens, name) || formats(tokens, &format!("{{{}", name.trim_start_matches("r#")))
}

fn formats(tokens: &TokenStream, placeholder: &str) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Literal(literal) => literal.to_string().contains(placeholder),
        TokenTree::Group(group) => formats(&group.stream(), placeholder),
        _ => false,
    })
}

/// The same tokens with another identifier in place of each one of this name.
pub(crate) fn replaced(tokens: TokenStream, name: &str, by: &Ident) -> TokenStream {
    let replace = |tree| match tree {
        TokenTree::Ident(ident) if ident == name => {
            TokenTree::Ident(Ident::new(&by.to_string(), by.span().located_at(ident.span())))
        }
        TokenTree::Group(group) => TokenTree::Group(regroup(&group, replaced(group.stream(), name, by))),
        other => other,
    };
    tokens.into_iter().map(replace).collect()
}

/// A value of the user's for a call that is awaited. What it borrows for its own evaluation, such as the guard of a lock, is gone when
/// it is there, and not kept until the call has ended.
pub(crate) fn evaluated(value: TokenStream, ty: &TokenStream) -> TokenStream {
    let may_borrow = value.clone().into_iter().any(|tree| matches!(tree, TokenTree::Group(_)));
    if !may_borrow {
        return value;
    }
    let (own, value) = (super::idents::local("value"), argument(value));
    quote::quote!({ let #own: #ty = #value; #own })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn parts(tokens: TokenStream) -> Vec<String> {
        split_at_commas(tokens).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn commas_split_at_the_top_level_only() {
        assert_eq!(parts(quote!(a(b, c), [d, e], f)).len(), 3);
        assert_eq!(parts(quote!(a::<B, C>(), d)).len(), 2);
        assert_eq!(parts(quote!(a::<fn(B) -> C, D>(), e)).len(), 2);
        assert_eq!(parts(quote!(a < b, c > d)).len(), 2);
        assert_eq!(parts(quote!(tx, async || -> Result<(), E> { a < b }, c)).len(), 3);
        assert_eq!(parts(quote!(a << b, c >> d)).len(), 2);
        assert_eq!(parts(quote!(<A<B, C>>::new(), &<B as D<E, F>>::G, h)).len(), 3);
        assert_eq!(parts(quote!(a, b,)).len(), 2);
        assert_eq!(parts(quote!()).len(), 0);
    }

    #[test]
    fn format_strings_read_variables() {
        assert!(reads(&quote!(format!("{user}: {}", 1)), "user"));
        assert!(reads(&quote!(format!("{user:?}")), "user"));
        assert!(!reads(&quote!(format!("user")), "user"));
    }

    #[test]
    fn variables_are_told_from_members_and_paths() {
        for used in [quote!(places), quote!(max(1, places + 2)), quote!(1..places), quote!(places.len())] {
            assert!(mentions_variable(&used, "places"), "{used}");
        }
        for other in [quote!(config.places), quote!(places::COUNT), quote!(settings::places()), quote!("places")] {
            assert!(!mentions_variable(&other, "places"), "{other}");
        }
    }
}
