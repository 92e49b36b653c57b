//! Arms of `gather!` and its sisters: split at top-level commas, each with an optional trailing `?`.

use proc_macro2::{Punct, TokenStream, TokenTree};

use super::tokens::argument;

/// One arm: an expression that gives a future, and the mark behind it.
pub(crate) struct Arm {
    pub(crate) expr: TokenStream,
    pub(crate) mark: Option<Punct>,
}

impl Arm {
    /// Takes a trailing `?` off. Nothing else is looked at: a half-typed arm goes through as it is.
    pub(crate) fn new(tokens: TokenStream) -> Self {
        let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mark = match trees.last() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == '?' && trees.len() > 1 => Some(punct.clone()),
            _ => None,
        };
        if mark.is_some() {
            trees.pop();
        }
        Self { expr: argument(trees.into_iter().collect()), mark }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn c9_c10_only_the_last_question_mark_is_the_mark() {
        let read = |tokens| {
            let arm = Arm::new(tokens);
            (arm.expr.to_string(), arm.mark.is_some())
        };
        assert_eq!(read(quote!(f(x?)?)), ("f (x ?)".into(), true));
        assert_eq!(read(quote!(f(x?))), ("f (x ?)".into(), false));
        assert_eq!(read(quote!((open()?))), ("(open () ?)".into(), false));
        assert_eq!(read(quote!(open()??)), ("open () ?".into(), true));
    }
}
