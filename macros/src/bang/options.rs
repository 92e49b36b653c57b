//! The options behind the arms or the comprehension.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

use super::comprehension::{Children, Comprehension};
use crate::kit::args::{Args, Grammar, key_of, refuse_stray_commas, split_at_missing_comma, unknown};
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local_at};
use crate::kit::messages::near_miss;
use crate::kit::tokens::{anchor, argument, is_ident, is_punct, is_word, split_at_commas, unwrap_invisible};

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
        let error = args.take("error");
        if let Some(option) = error.as_ref().filter(|_| !is_marked) {
            errors.at(&option.key, "`error` is what the errors of what has a `?` behind it become, and here nothing has\nput the `?` behind what may fail, or leave the option out");
        }
        let error = error.map(|option| option.value);
        let all_errors = all_errors(args, is_marked, errors);
        let spawn = args.take("spawn");
        if let Some(value) = spawn.as_ref().map(|spawn| &spawn.value).filter(|value| !value.is_empty()) {
            errors.at(value, "`spawn` is a word and takes no value\nwrite `spawn`, or leave it out");
        }
        Self { error, all_errors, spawn: spawn.is_some(), progress: args.take("progress").map(|progress| progress.value) }
    }

    /// Whether nothing was asked for.
    pub(crate) fn is_plain(&self) -> bool {
        self.error.is_none() && !self.all_errors && !self.spawn && self.progress.is_none()
    }

    /// `within_poll` says whether they are made by a comprehension, and no arms.
    pub(crate) fn children<'a>(&self, within_poll: bool, krate: &'a TokenStream) -> Children<'a> {
        Children { krate, error: self.error.clone(), spawn: self.spawn, within_poll, contend: false }
    }

    /// What is made where the macro stands: `let tasks = tasks();`
    pub(crate) fn outside(&self, krate: &TokenStream) -> TokenStream {
        let (private, tasks, progress) = (quote!(#krate::__private), binding("tasks"), binding("progress"));
        let make_tasks = self.spawn.then(|| quote!(let #tasks = #private::tasks();));
        let take_progress = self.given_progress(krate).map(|value| quote!(let #progress = #value;));
        quote!(#make_tasks #take_progress)
    }

    /// `given(PROGRESS).progress()`
    fn given_progress(&self, krate: &TokenStream) -> Option<TokenStream> {
        let value = self.progress.as_ref()?;
        let (given, value) = (local_at("progress", anchor(value)), argument(value.clone()));
        Some(quote!(#krate::__private::given(#value).#given()))
    }

    /// The same for arms, of which there are `count`.
    pub(crate) fn outside_of_arms(&self, count: usize, krate: &TokenStream) -> Option<TokenStream> {
        let (private, tasks, progress) = (quote!(#krate::__private), binding("tasks"), binding("progress"));
        let make_tasks = self.spawn.then(|| quote!(let #tasks = #private::tasks();));
        let share_progress = self.given_progress(krate).map(|value| quote!(let #progress = #private::shared(#value, #count);));
        (self.spawn || self.progress.is_some()).then(|| quote!(#make_tasks #share_progress))
    }

    /// What an arm is given: its expression, or a future around that.
    pub(crate) fn around(&self, expr: &TokenStream, is_marked: bool, at: Span, krate: &TokenStream) -> TokenStream {
        let is_converted = is_marked && self.error.is_some();
        if !(is_converted || self.spawn || self.progress.is_some()) {
            return expr.clone();
        }
        let child = self.children(false, krate).child(expr, is_marked, at);
        if self.progress.is_none() {
            return child;
        }
        let (private, progress) = (quote!(#krate::__private), binding("progress"));
        let told = if is_marked { quote!(told_of_failure) } else { quote!(told) };
        quote!(#private::#told(#child, &#progress))
    }

    /// Arms with what waits for their tasks.
    pub(crate) fn supervised_arms(&self, name: &str, arms: TokenStream, krate: &TokenStream) -> TokenStream {
        if !self.spawn {
            return arms;
        }
        let supervised = self.supervised(arms, krate);
        quote!(#krate::__private::whole(#name, #supervised))
    }

    /// What the block of a comprehension does first, to own what was made outside.
    pub(crate) fn inside(&self) -> TokenStream {
        let tasks = binding("tasks");
        if self.spawn { quote!(let #tasks = #tasks;) } else { TokenStream::new() }
    }

    /// The engine with what watches it.
    pub(crate) fn watched(&self, engine: TokenStream, extent: &Ident, krate: &TokenStream) -> TokenStream {
        if self.progress.is_none() {
            return engine;
        }
        let progress = binding("progress");
        quote!(#krate::__private::watched(#engine, #progress, #extent))
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

/// Whether the option `errors = all` is there.
fn all_errors(args: &mut Args, is_marked: bool, errors: &mut Errors) -> bool {
    let Some(option) = args.take("errors") else { return false };
    let is_all = is_word(&unwrap_invisible(&option.value), "all");
    if !is_all {
        errors.at(&option.value, "`errors` takes `all`: everything runs to its end, and every error is returned\nwithout the option the first error ends it");
    } else if !is_marked {
        errors.at(&option.key, "`errors = all` is about what has a `?` behind it, and here nothing has\nput the `?` behind what may fail, or leave the option out");
    }
    is_all
}

/// Splits the arms or the comprehension from the options behind them.
pub(crate) fn split_options(input: TokenStream, grammar: &Grammar, errors: &mut Errors) -> (Vec<TokenStream>, Args) {
    refuse_stray_commas(&input, "arm", grammar, errors);
    // A user's `macro_rules!` hands over whole expressions in groups without delimiters.
    let parts = split_at_commas(input).into_iter().filter(|part| !part.is_empty());
    let parts = parts.map(|part| unwrap_invisible(&part));
    let mut parts: Vec<TokenStream> = parts.flat_map(|part| split_arm_from_option(part, grammar, errors)).collect();
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
        if let Some((key, value)) = key_of(early, grammar) {
            if value.is_empty() && grammar.words.iter().any(|word| key == word) {
                errors.at(
                    &key,
                    format_args!(
                        "options of `{}` stand at the end\nmove `{key}` behind the last arm, or write `({key})` if it is a variable",
                        grammar.name
                    ),
                );
            } else if grammar.options.iter().any(|option| key == option) {
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

/// An arm and an option without a comma between them. A loop says so itself, of whatever stands behind it.
fn split_arm_from_option(part: TokenStream, grammar: &Grammar, errors: &mut Errors) -> Vec<TokenStream> {
    if is_ident(part.clone().into_iter().next().as_ref(), "for") {
        return vec![part];
    }
    split_at_missing_comma(part, grammar, errors)
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
    fn d24_an_option_without_a_comma_before_it_is_one_error_and_counts() {
        for (arms, count) in [
            (quote!(a(), b()), 2),
            (quote!(a(), b), 2),
            (quote!(a()?, async { 1 }), 2),
            (quote!(a(), b()?), 2),
            (quote!(..futures), 1),
            (quote!(..futures?), 1),
        ] {
            let (parts, limit, errors) = split(quote!(#arms limit = 3));
            assert_eq!((parts.len(), limit.as_deref()), (count, Some("3")), "{arms}");
            assert_eq!(errors, ["a comma is missing before `limit`"], "{arms}");
        }
        for fine in [quote!(a.limit = 3), quote!(a(), limit == 3), quote!({ limit = 3 })] {
            assert!(split(fine.clone()).2.is_empty(), "{fine}");
        }
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
