//! Argument lists: bare values, `name = value` and single words, each option at most once.

use proc_macro2::{Ident, Spacing, Span, TokenStream, TokenTree};

use super::errors::Errors;
use super::messages::{names, near_miss};
use super::tokens::{is_punct, split_at_commas};

/// What a macro accepts besides its bare values.
pub(crate) struct Grammar {
    /// As the user writes it: `#[timeout]`, `gather!`.
    pub(crate) name: &'static str,
    /// One line of correct form.
    pub(crate) example: &'static str,
    pub(crate) options: &'static [&'static str],
    /// Those of them that may stand without a value.
    pub(crate) words: &'static [&'static str],
    /// Names that other libraries use, with what to write here.
    pub(crate) foreign: &'static [(&'static [&'static str], &'static str)],
}

/// An option as written: its key goes with its value, so that an error can stand at whichever is wrong.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) key: Ident,
    pub(crate) value: TokenStream,
}

#[derive(Debug, Default)]
pub(crate) struct Args {
    pub(crate) bare: Vec<TokenStream>,
    named: Vec<Named>,
    /// Something in the list was refused, and may have been meant for what is missing.
    refused: bool,
}

impl Args {
    pub(crate) fn parse(tokens: TokenStream, grammar: &Grammar, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        for part in parts(tokens, grammar, errors) {
            args.accept(part, grammar, errors);
        }
        args
    }

    /// A list that was read in another way.
    pub(crate) fn of(bare: Vec<TokenStream>, named: Vec<Named>) -> Self {
        Self { bare, named, refused: false }
    }

    /// Says at the macro's name that its list lacks something, unless that is the same mistake as one already reported.
    pub(crate) fn needs(&self, span: Span, message: &str, errors: &mut Errors) {
        if !self.refused {
            errors.at_span(span, message);
        }
    }

    /// Whether an option is not in the list, or was taken out of it.
    pub(crate) fn is_without(&self, key: &str) -> bool {
        !self.named.iter().any(|named| named.key == key)
    }

    /// Takes an option out of the list.
    pub(crate) fn take(&mut self, key: &str) -> Option<Named> {
        let index = self.named.iter().position(|named| named.key == key)?;
        Some(self.named.remove(index))
    }

    fn accept(&mut self, part: TokenStream, grammar: &Grammar, errors: &mut Errors) {
        let Some((key, value)) = key_of(&part, grammar) else {
            self.bare.push(part);
            return;
        };
        if !grammar.options.iter().any(|option| key == option) {
            self.refused = true;
            errors.at(&key, unknown(&key, grammar));
        } else if self.named.iter().any(|named| named.key == key) {
            errors.at(&key, format_args!("`{key}` is given twice\nleave one of them out"));
        } else if value.is_empty() && (part.into_iter().count() > 1 || !grammar.words.iter().any(|word| key == word)) {
            self.refused = true;
            errors.at(&key, format_args!("`{key}` needs a value, `{key} = ..`"));
        } else {
            self.named.push(Named { key, value });
        }
    }
}

/// Says where a comma has nothing before it.
pub(crate) fn refuse_stray_commas(tokens: &TokenStream, missing: &str, grammar: &Grammar, errors: &mut Errors) {
    let mut is_behind_something = false;
    for tree in tokens.clone() {
        let is_comma = is_punct(Some(&tree), ',');
        if is_comma && !is_behind_something {
            errors.at(&tree, format_args!("a comma without an {missing} before it\nwrite `{}`", grammar.example));
        }
        is_behind_something = !is_comma;
    }
}

/// Splits the list, and says where a comma is missing its argument and where an argument is missing its comma.
fn parts(tokens: TokenStream, grammar: &Grammar, errors: &mut Errors) -> Vec<TokenStream> {
    refuse_stray_commas(&tokens, "argument", grammar, errors);
    let parts = split_at_commas(tokens).into_iter().filter(|part| !part.is_empty());
    parts.flat_map(|part| split_at_missing_comma(part, grammar, errors)).collect()
}

/// Two arguments without a comma between them: an option behind a value, or a literal behind a literal. Read as one expression
/// they would be several errors of rustc's, in generated code.
pub(crate) fn split_at_missing_comma(part: TokenStream, grammar: &Grammar, errors: &mut Errors) -> Vec<TokenStream> {
    let trees: Vec<TokenTree> = part.clone().into_iter().collect();
    let starts_anew = |index: usize| match (&trees[index - 1], &trees[index]) {
        (TokenTree::Literal(_), TokenTree::Literal(_)) => true,
        (TokenTree::Punct(punct), _) if punct.as_char() != '?' => false,
        (_, TokenTree::Ident(key)) => grammar.options.iter().any(|option| key == option) && is_punct(trees.get(index + 1), '='),
        _ => false,
    };
    let Some(index) = (1..trees.len()).find(|index| starts_anew(*index)) else { return vec![part] };
    errors.at(&trees[index], format_args!("a comma is missing before `{}`", trees[index]));
    let (first, second) = trees.split_at(index);
    vec![first.iter().cloned().collect(), second.iter().cloned().collect()]
}

/// `key = value`, or a lone word that is the name of an option.
pub(crate) fn key_of(part: &TokenStream, grammar: &Grammar) -> Option<(Ident, TokenStream)> {
    let mut trees = part.clone().into_iter();
    let Some(TokenTree::Ident(key)) = trees.next() else { return None };
    match trees.next() {
        None => grammar.options.iter().any(|option| key == option).then(|| (key, TokenStream::new())),
        Some(TokenTree::Punct(punct)) if punct.as_char() == '=' && punct.spacing() == Spacing::Alone => {
            Some((key, trees.collect()))
        }
        Some(_) => None,
    }
}

pub(crate) fn unknown(key: &Ident, grammar: &Grammar) -> String {
    let found = key.to_string();
    let name = grammar.name;
    if let Some((_, ours)) = grammar.foreign.iter().find(|(theirs, _)| theirs.contains(&found.as_str())) {
        return format!("`{found}` is not an option of `{name}`\n{ours}");
    }
    if let Some(near) = near_miss(&found, grammar.options.iter().copied()) {
        return format!("`{found}` is not an option of `{name}`\ndid you mean `{near}`?");
    }
    match grammar.options {
        [] => format!("`{found}` is not an option of `{name}`, which has none\nwrite `{}`", grammar.example),
        [only] => format!("`{found}` is not an option of `{name}`\nits only option is `{only}`"),
        options => format!("`{found}` is not an option of `{name}`\nits options are {}", names(options.iter().copied())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    const GRAMMAR: Grammar = Grammar {
        name: "#[sample]",
        example: "#[sample(5)]",
        options: &["attempts", "crate", "spawn"],
        words: &["spawn"],
        foreign: &[(&["max_tries"], "it is called `attempts` here")],
    };

    fn read(tokens: TokenStream) -> (Args, Vec<String>) {
        let mut errors = Errors::new();
        let args = Args::parse(tokens, &GRAMMAR, &mut errors);
        (args, errors.into_messages())
    }

    #[test]
    fn bare_values_and_options_are_told_apart() {
        let (mut args, errors) = read(quote!(a == b, SLOW, attempts = 3, crate = x::y,));
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(args.bare.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a == b", "SLOW"]);
        assert_eq!(args.take("attempts").unwrap().value.to_string(), "3");
        assert!(args.take("attempts").is_none());
        assert_eq!(args.take("crate").unwrap().value.to_string(), "x :: y");
    }

    #[test]
    fn every_mistake_is_reported_in_one_pass() {
        let (_, errors) = read(quote!(attemps = 3, max_tries = 4, wholly_else = 5, attempts = 1, attempts = 2, attempts));
        assert_eq!(errors.len(), 5, "{errors:?}");
        assert!(errors[0].contains("did you mean `attempts`?"));
        assert!(errors[1].contains("called `attempts` here"));
        assert!(errors[2].contains("its options are `attempts`, `crate`, `spawn`"));
        assert!(errors[3].contains("given twice") && errors[4].contains("given twice"));
    }

    #[test]
    fn an_option_without_its_value_and_a_comma_without_its_argument_are_errors() {
        assert!(read(quote!(attempts)).1[0].contains("needs a value"));
        assert!(read(quote!(spawn)).1.is_empty());
        assert!(read(quote!(attempts =)).1[0].contains("needs a value"));
        assert!(read(quote!(spawn =)).1[0].contains("needs a value"));
        assert!(read(quote!(1, , 2)).1[0].contains("a comma without an argument"));
        assert!(read(quote!(, 2)).1[0].contains("a comma without an argument"));
    }

    #[test]
    fn d24_a_missing_comma_is_one_error_and_both_arguments_count() {
        for tokens in [quote!(5 attempts = 3), quote!(f(x) attempts = 3), quote!(SLOW attempts = 3)] {
            let (mut args, errors) = read(tokens.clone());
            assert!(errors.len() == 1 && errors[0].contains("comma is missing"), "{tokens}: {errors:?}");
            assert_eq!((args.bare.len(), args.take("attempts").is_some()), (1, true), "{tokens}");
        }
        assert_eq!(read(quote!("5s" "6s")).1.len(), 1);
        for tokens in [quote!(a.attempts == 3), quote!(x as u8), quote!(attempts == 3), quote!(if x { 1 } else { 2 })] {
            assert!(read(tokens.clone()).1.is_empty(), "{tokens}");
        }
    }

    #[test]
    fn d17_a_refused_option_and_what_it_was_meant_for_are_one_mistake() {
        let mut errors = Errors::new();
        Args::parse(quote!(max_tries = 3), &GRAMMAR, &mut errors).needs(Span::call_site(), "attempts are missing", &mut errors);
        assert_eq!(errors.into_messages().len(), 1);
    }
}
