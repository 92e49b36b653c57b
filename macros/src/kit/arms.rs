//! Arms of `gather!` and its sisters: split at top-level commas, each with an optional trailing `?`.

use proc_macro2::{Ident, Punct, TokenStream, TokenTree};
use quote::quote;

use super::errors::Errors;
use super::idents::local_at;
use super::tokens::{anchor, argument, is_joint, is_punct};

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

impl Arm {
    /// The arm's value, once it is made.
    pub(crate) fn binding(&self, index: usize) -> Ident {
        self.name(&format!("__arm_{index}"))
    }

    /// A generated name about which an error stands at the arm as a whole.
    pub(crate) fn name(&self, name: &str) -> Ident {
        local_at(name, anchor(&self.expr))
    }
}

/// The arms of a race: there has to be one at least, and none has a mark or a handler. `name` is the macro's, `example` one line of
/// correct form.
pub(crate) fn racing(parts: Vec<TokenStream>, name: &str, example: &str, errors: &mut Errors) -> Vec<Arm> {
    let arms: Vec<Arm> = parts.into_iter().map(Arm::new).collect();
    if arms.is_empty() && errors.is_empty() {
        errors.at(TokenStream::new(), format_args!("`{name}` needs something to race\nwrite `{example}`"));
    }
    for mark in arms.iter().filter_map(|arm| arm.mark.as_ref()) {
        errors.at(mark, no_mark(name, example));
    }
    arms
}

/// In:  arms `a()`, `b()`, and what is made of them when they are `arm_0`, `arm_1`
/// Out: `match (a(), b()) { (arm_0, arm_1) => MADE }`
///
/// What arms borrow from temporaries lives as long as the whole statement this way, as in a call. A block would end it.
pub(crate) fn with_arms(arms: &[Arm], made: &TokenStream) -> TokenStream {
    let (exprs, names) = (arms.iter().map(|arm| &arm.expr), (0..arms.len()).map(|index| arms[index].binding(index)));
    quote!(match (#(#exprs,)*) { (#(#names,)*) => #made })
}

/// What is wrong with a `?` behind what races.
pub(crate) fn no_mark(name: &str, example: &str) -> String {
    format!("an arm of `{name}` has no `?`\nawait the result with `?` instead, `{example}.await?`")
}

/// In:  arms that race, whose values are `arm_0` and `arm_1`
/// Out: `both(entrant(arm_0, output).METHOD(), entrant(arm_1, output).METHOD())`
pub(crate) fn entrants(arms: &[Arm], output: &Ident, method: &str, private: &TokenStream) -> TokenStream {
    let leaf = |(index, arm): (usize, &Arm)| {
        let (value, method) = (arm.binding(index), arm.name(method));
        quote!(#private::entrant(#value, #output).#method())
    };
    let leaves: Vec<TokenStream> = arms.iter().enumerate().map(leaf).collect();
    tree(&leaves, &|left, right| quote!(#private::both(#left, #right)))
}

/// Says at the first `=>` that outcomes are looked at behind a race. Nothing else in such an input means what it looks like.
pub(crate) fn has_handler(input: &TokenStream, name: &str, errors: &mut Errors) -> bool {
    let trees: Vec<TokenTree> = input.clone().into_iter().collect();
    let is_arrow = |pair: &&[TokenTree]| is_punct(pair.first(), '=') && is_joint(pair.first()) && is_punct(pair.get(1), '>');
    let Some([equals, greater]) = trees.windows(2).find(is_arrow) else { return false };
    errors.at(
        quote!(#equals #greater),
        format_args!("an arm of `{name}` is a future alone, without a pattern or a handler\nlook at the outcome behind it, `match {name}(..).await {{ .. }}`"),
    );
    true
}

/// A balanced tree: its depth grows with the logarithm, so that hundreds of arms stay far from the recursion limit.
pub(crate) fn tree(leaves: &[TokenStream], both: &dyn Fn(TokenStream, TokenStream) -> TokenStream) -> TokenStream {
    match leaves {
        [] => quote!(()),
        [leaf] => leaf.clone(),
        leaves => {
            let (left, right) = leaves.split_at(leaves.len().div_ceil(2));
            both(tree(left, both), tree(right, both))
        }
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

    #[test]
    fn an_arrow_at_the_top_level_is_a_handler() {
        let found = |tokens: TokenStream| {
            let mut errors = Errors::new();
            let found = has_handler(&tokens, "race!", &mut errors);
            assert_eq!(errors.into_messages().len(), usize::from(found), "{tokens}");
            found
        };
        for handled in [quote!(x = a() => x, b()), quote!(_ = a() => {} y = b() => {}), quote!(a(), b() => c)] {
            assert!(found(handled.clone()), "{handled}");
        }
        for plain in [quote!(a(), b()), quote!(match x { y => z }, a >= b, c = > d), quote!()] {
            assert!(!found(plain.clone()), "{plain}");
        }
    }
}
