//! The options behind the arms or the comprehension.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

use super::comprehension::{Children, Comprehension};
use crate::kit::args::{Args, Grammar, key_of, refuse_stray_commas, unknown};
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local_at};
use crate::kit::messages::near_miss;
use crate::kit::tokens::{anchor, argument, is_punct, split_at_commas, unwrap_invisible};

/// What was asked for, but for what belongs to one macro alone.
pub(crate) struct Options {
    /// The type that errors are converted to.
    error: Option<TokenStream>,
    /// Everything runs to its end, and every error is returned.
    pub(crate) all_errors: bool,
    spawn: bool,
    progress: Option<TokenStream>,
}

impl Options {
    /// `is_marked` says whether anything can fail.
    pub(crate) fn read(args: &mut Args, is_marked: bool, errors: &mut Errors) -> Self {
        let mut of_marks = |key: &str| {
            let named = args.take(key)?;
            if !is_marked {
                errors.at(&named.key, format_args!("`{key}` is about what fails, and nothing here is marked with a `?`\nwrite a `?` behind what may fail, or leave `{key}` out"));
                return None;
            }
            Some(named.value)
        };
        let error = of_marks("error");
        let all = of_marks("errors");
        let all_errors = all.is_some();
        if let Some(value) = all.filter(|value| value.to_string() != "all") {
            errors.at(value, "`errors` takes `all`: everything runs to its end, and every error is returned");
        }
        let spawn = args.take("spawn");
        if let Some(value) = spawn.as_ref().map(|spawn| &spawn.value).filter(|value| !value.is_empty()) {
            errors.at(value, "`spawn` is a word and takes no value\nwrite `spawn`, or leave it out");
        }
        Self { error, all_errors, spawn: spawn.is_some(), progress: args.take("progress").map(|progress| progress.value) }
    }

    pub(crate) fn children<'a>(&self, krate: &'a TokenStream) -> Children<'a> {
        Children { krate, error: self.error.clone(), spawn: self.spawn }
    }

    /// What is made where the macro stands: `let tasks = tasks();`
    pub(crate) fn outside(&self, krate: &TokenStream) -> TokenStream {
        let (private, tasks, progress) = (quote!(#krate::__private), binding("tasks"), binding("progress"));
        let make_tasks = self.spawn.then(|| quote!(let #tasks = #private::tasks();));
        let take_progress = self.progress.as_ref().map(|value| {
            let (given, value) = (local_at("progress", anchor(value)), argument(value.clone()));
            quote!(let #progress = #private::given(#value).#given();)
        });
        quote!(#make_tasks #take_progress)
    }

    /// What the block of a comprehension does first, to own what was made outside.
    pub(crate) fn inside(&self) -> TokenStream {
        let tasks = binding("tasks");
        if self.spawn { quote!(let #tasks = #tasks;) } else { TokenStream::new() }
    }

    /// The engine with what watches it.
    pub(crate) fn watched(&self, engine: TokenStream, extent: &Ident) -> TokenStream {
        if self.progress.is_none() {
            return engine;
        }
        let progress = binding("progress");
        quote!(#engine.watched(#progress, #extent))
    }

    /// The engine with what waits for its tasks.
    pub(crate) fn supervised(&self, engine: TokenStream, krate: &TokenStream) -> TokenStream {
        if !self.spawn {
            return engine;
        }
        let tasks = binding("tasks");
        quote!(#krate::__private::supervised(#engine, &#tasks))
    }
}

/// Splits the arms or the comprehension from the options behind them.
pub(crate) fn split_options(input: TokenStream, grammar: &Grammar, errors: &mut Errors) -> (Vec<TokenStream>, Args) {
    refuse_stray_commas(&input, "arm", grammar, errors);
    // A user's `macro_rules!` hands over whole expressions in groups without delimiters.
    let parts = split_at_commas(input).into_iter().filter(|part| !part.is_empty());
    let mut parts: Vec<TokenStream> = parts.map(|part| unwrap_invisible(&part)).collect();
    // Among arms a lone word is a variable that holds a future, but for those that are options.
    let has_arms = !parts.first().is_some_and(Comprehension::is_one);
    parts.retain(|part| {
        let Some(word) = misspelt(part, grammar).filter(|_| !has_arms) else { return true };
        errors.at(&word, unknown(&word, grammar));
        false
    });
    let is_option = |part: &TokenStream| {
        let is_variable = has_arms && part.clone().into_iter().count() == 1;
        key_of(part, grammar).is_some_and(|(key, _)| !is_variable || grammar.words.iter().any(|word| key == word))
    };
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
    let options = options.into_iter().map(|option| quote!(#option,)).collect();
    (parts, Args::parse(options, grammar, errors))
}

/// A lone word that is nearly the name of an option.
fn misspelt(part: &TokenStream, grammar: &Grammar) -> Option<Ident> {
    let mut trees = part.clone().into_iter();
    let (Some(TokenTree::Ident(word)), None) = (trees.next(), trees.next()) else { return None };
    let is_option = grammar.options.iter().any(|option| word == option);
    near_miss(&word.to_string(), grammar.options.iter().copied()).filter(|_| !is_option).map(|_| word)
}

/// The value of `limit = ..`, as how many may exist at once.
pub(crate) fn at_once(args: &mut Args, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let Some(limit) = args.take("limit") else { return quote!(#krate::__private::AtOnce::ALL) };
    let value = limit.value;
    if let Some(message) = no_count(&unwrap_invisible(&value)) {
        errors.at(&value, message);
        return quote!(#krate::__private::AtOnce::ALL);
    }
    let value = argument(value);
    quote!(#krate::__private::at_once(#value))
}

/// What is wrong with a literal as a count. Everything else is left to the compiler.
fn no_count(value: &TokenStream) -> Option<&'static str> {
    let trees: Vec<TokenTree> = value.clone().into_iter().collect();
    let [.., TokenTree::Literal(literal)] = trees.as_slice() else { return None };
    let literal = syn::parse_str::<syn::Lit>(&literal.to_string()).ok()?;
    let is_negative = is_punct(trees.first(), '-');
    match literal {
        syn::Lit::Int(count) if trees.len() == 1 && count.base10_digits() == "0" => {
            Some("`limit` counts from 1 upwards, with zero nothing could ever run")
        }
        syn::Lit::Int(_) if !is_negative => None,
        _ if trees.len() == 1 || (is_negative && trees.len() == 2) => Some("`limit` is a count from 1 upwards"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAMMAR: Grammar = Grammar {
        name: "sample!",
        example: "sample!(for item in items { work(item) })",
        options: &["limit"],
        words: &[],
        foreign: &[],
    };

    /// The parts, the value of `limit`, and the errors.
    fn split(input: TokenStream) -> (Vec<String>, Option<String>, Vec<String>) {
        let mut errors = Errors::new();
        let (parts, mut args) = split_options(input, &GRAMMAR, &mut errors);
        let limit = args.take("limit").map(|limit| limit.value.to_string());
        (parts.iter().map(ToString::to_string).collect(), limit, errors.into_messages())
    }

    #[test]
    fn c129_options_stand_at_the_end() {
        let (parts, limit, errors) = split(quote!(
            for x in xs {
                f(x)
            },
            limit = 3,
        ));
        assert_eq!((parts.len(), limit.as_deref(), errors.len()), (1, Some("3"), 0));
        let (parts, limit, errors) = split(quote!(
            limit = 3,
            for x in xs {
                f(x)
            }
        ));
        assert_eq!((parts.len(), limit), (1, None));
        assert!(errors[0].contains("behind the last arm"), "{errors:?}");
    }

    #[test]
    fn a_lone_word_is_a_variable_among_arms_and_an_option_behind_a_comprehension() {
        let (parts, _, errors) = split(quote!(a(), limit));
        assert_eq!((parts, errors.len()), (vec!["a ()".into(), "limit".into()], 0));
        let (parts, _, errors) = split(quote!(
            for x in xs {
                f(x)
            },
            limit
        ));
        assert_eq!(parts.len(), 1);
        assert!(errors[0].contains("needs a value"), "{errors:?}");
    }

    #[test]
    fn d36_literals_that_are_no_count() {
        for (value, is_wrong) in [
            (quote!(0), true),
            (quote!(0usize), true),
            (quote!(0x0), true),
            (quote!(-1), true),
            (quote!(1.5), true),
            (quote!("4"), true),
            (quote!(4), false),
            (quote!(0 + 4), false),
            (quote!(jobs - 1), false),
            (quote!(f("4")), false),
        ] {
            assert_eq!(no_count(&value).is_some(), is_wrong, "{value}");
        }
    }
}
