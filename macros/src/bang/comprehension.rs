//! What `gather!` and `as_completed!` share: `for item in items { future }` and the options behind it.

use proc_macro2::{Group, Punct, Span, TokenStream, TokenTree};
use quote::quote;

use super::for_await::Loop;
use crate::kit::args::{Args, Grammar, key_of, refuse_stray_commas, unknown};
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local_at};
use crate::kit::tokens::{anchor, argument, is_ident, is_punct, regroup, split_at_commas, unwrap_invisible};

pub(crate) struct Comprehension {
    pub(crate) pattern: TokenStream,
    pub(crate) header: TokenStream,
    pub(crate) body: Group,
    /// Where an error about the header as a whole stands.
    pub(crate) input: Span,
    /// The `?` at the end of the body.
    pub(crate) mark: Option<Punct>,
}

impl Comprehension {
    pub(crate) fn is_one(part: &TokenStream) -> bool {
        is_ident(part.clone().into_iter().next().as_ref(), "for")
    }

    pub(crate) fn read(part: &TokenStream, grammar: &Grammar, errors: &mut Errors) -> Option<Self> {
        let mut trees: Vec<TokenTree> = part.clone().into_iter().collect();
        // So does `$body:block`.
        if let Some(body) = trees.pop() {
            trees.extend(unwrap_invisible(&body.into()));
        }
        if is_ident(trees.get(1), "await") {
            errors.at(
                &trees[1],
                format_args!(
                    "`{}` takes an iterator here, not a stream, for now\nwrite `for item in items {{ .. }}`",
                    grammar.name
                ),
            );
            return None;
        }
        let Some((found, length)) = Loop::read(&trees[1..], trees[0].span()) else {
            errors.at(part, format_args!("this comprehension is not complete\nwrite `{}`", example(grammar)));
            return None;
        };
        let behind: TokenStream = trees[1 + length..].iter().cloned().collect();
        if !behind.is_empty() {
            errors.at(behind, format_args!("a comma is missing before this\nwrite `{}`", example(grammar)));
        }
        let (body, mark) = take_mark(&found.body);
        let input = anchor(&found.header);
        Some(Self { pattern: found.pattern, header: argument(found.header), body, input, mark })
    }

    /// In:  `for PATTERN in HEADER { .. }`
    /// Out: `given(HEADER).items()`
    pub(crate) fn items(&self, krate: &TokenStream) -> TokenStream {
        let (header, items) = (&self.header, local_at("items", self.input));
        quote!(#krate::__private::given(#header).#items())
    }

    /// In:  `{ BODY }`
    /// Out: `given({ BODY }).child()`
    pub(crate) fn child(&self, body: &Group, krate: &TokenStream) -> TokenStream {
        let (private, child) = (quote!(#krate::__private), local_at("child", body.span()));
        match &self.mark {
            Some(_) => quote!(#private::marked(#body, #private::PhantomData).#child()),
            None => quote!(#private::given(#body).#child()),
        }
    }

    /// In:  `for PATTERN in HEADER { BODY }`
    /// Out: `loop { ROOM; let Some(item) = Items::next(&mut items) else { break }; START({ let PATTERN = item; BODY }) }`
    ///
    /// The input is pulled only when there is room. `continue` and `break` in the body act on this loop. What takes `&mut self` is
    /// called by its path: as a method, one of a user's trait that takes `&self` would be found first.
    pub(crate) fn pull(&self, krate: &TokenStream, room: &TokenStream, start: impl Fn(&Group) -> TokenStream) -> TokenStream {
        let (pattern, private) = (&self.pattern, quote!(#krate::__private));
        let (items, item) = (binding("items"), binding("item"));
        let body = self.body.stream();
        let start = start(&regroup(&self.body, quote!(let #pattern = #item; #body)));
        quote! {
            loop {
                #room
                let #private::Some(#item) = #private::Items::next(&mut #items) else { break };
                #start
            }
        }
    }
}

fn example(grammar: &Grammar) -> String {
    format!("{}(for item in items {{ work(item) }}, limit = 8)", grammar.name)
}

/// Takes a trailing `?` off the last expression of a body.
fn take_mark(body: &Group) -> (Group, Option<Punct>) {
    let mut trees: Vec<TokenTree> = body.stream().into_iter().collect();
    match trees.last() {
        Some(TokenTree::Punct(punct)) if punct.as_char() == '?' => {
            let mark = punct.clone();
            trees.pop();
            (regroup(body, trees.into_iter().collect()), Some(mark))
        }
        _ => (body.clone(), None),
    }
}

/// Splits the arms or the comprehension from the options behind them.
pub(crate) fn split_options(input: TokenStream, grammar: &Grammar, errors: &mut Errors) -> (Vec<TokenStream>, Args) {
    refuse_stray_commas(&input, "arm", grammar, errors);
    // A user's `macro_rules!` hands over whole expressions in groups without delimiters.
    let parts = split_at_commas(input).into_iter().filter(|part| !part.is_empty());
    let mut parts: Vec<TokenStream> = parts.map(|part| unwrap_invisible(&part)).collect();
    // Among arms a lone word is a variable that holds a future.
    let has_arms = !parts.first().is_some_and(Comprehension::is_one);
    let is_option = |part: &TokenStream| key_of(part, grammar).is_some() && !(has_arms && part.clone().into_iter().count() == 1);
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
    fn c23_the_mark_is_the_last_question_mark_of_the_body() {
        let read = |part: TokenStream| {
            let mut errors = Errors::new();
            let read = Comprehension::read(&part, &GRAMMAR, &mut errors).expect("it is complete");
            assert!(errors.is_empty());
            (read.body.to_string(), read.mark.is_some())
        };
        assert_eq!(
            read(quote!(for x in xs {
                g(x)?;
                f(x)?
            })),
            ("{ g (x) ? ; f (x) }".into(), true)
        );
        assert_eq!(
            read(quote!(for x in xs {
                g(x)?;
                f(x)
            })),
            ("{ g (x) ? ; f (x) }".into(), false)
        );
        assert_eq!(
            read(quote!(for (a, b) in match x {
                y => y,
            } {
                f(a, b)
            })),
            ("{ f (a , b) }".into(), false)
        );
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
