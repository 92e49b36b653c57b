//! What the macros that run futures together share: `for item in items { future }`, `..futures`, and the options behind them.

use proc_macro2::{Delimiter, Group, Punct, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::for_await::Loop;
use crate::kit::args::Grammar;
use crate::kit::arms::Arm;
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local_at};
use crate::kit::scan::{Piece, piece};
use crate::kit::tokens::{anchor, argument, is_ident, is_punct, located, regroup, unwrap_invisible};

pub(crate) struct Comprehension {
    pattern: TokenStream,
    header: TokenStream,
    body: Group,
    /// Where an error about the header as a whole stands.
    input: Span,
    /// Goes through a stream.
    awaits: bool,
    /// The `?` at the end.
    pub(crate) mark: Option<Punct>,
}

/// How the futures of a comprehension become its children.
pub(crate) struct Children<'a> {
    pub(crate) krate: &'a TokenStream,
    /// The type that errors are converted to.
    pub(crate) error: Option<TokenStream>,
    /// Whether each is a task of its own.
    pub(crate) spawn: bool,
    /// Whether they are made within a poll, where a task starts at once.
    pub(crate) within_poll: bool,
    /// Whether each has to give a `Result`, of which the first `Ok` is looked for.
    pub(crate) contend: bool,
}

impl Comprehension {
    pub(crate) fn is_one(part: &TokenStream) -> bool {
        let mut trees = part.clone().into_iter();
        let (first, second) = (trees.next(), trees.next());
        is_ident(first.as_ref(), "for") || is_splat(first.as_ref(), second.as_ref())
    }

    pub(crate) fn read(part: &TokenStream, grammar: &Grammar, errors: &mut Errors) -> Option<Self> {
        let mut trees: Vec<TokenTree> = part.clone().into_iter().collect();
        if is_splat(trees.first(), trees.get(1)) {
            return Self::read_splat(part, &trees[2..], grammar, errors);
        }
        // So does `$body:block`.
        if let Some(body) = trees.pop() {
            trees.extend(unwrap_invisible(&body.into()));
        }
        let awaits = is_ident(trees.get(1), "await");
        let start = 1 + usize::from(awaits);
        let Some((found, length)) = trees.get(start..).and_then(|behind| Loop::read(behind, trees[0].span())) else {
            errors.at(part, format_args!("this comprehension is not complete\nwrite `{}`", example(grammar)));
            return None;
        };
        let behind: TokenStream = trees[start + length..].iter().cloned().collect();
        if !behind.is_empty() {
            errors.at(behind, format_args!("a comma is missing before this\nwrite `{}`", example(grammar)));
        }
        let (body, mark) = take_mark(&found.body);
        let input = anchor(&found.header);
        let read = Self { pattern: found.pattern, header: argument(found.header), body, input, awaits, mark };
        read.is_body_fine(grammar, errors).then_some(read)
    }

    /// In:  `..FUTURES?`
    /// Out: `for future in FUTURES { future? }`
    fn read_splat(part: &TokenStream, trees: &[TokenTree], grammar: &Grammar, errors: &mut Errors) -> Option<Self> {
        let Arm { expr, mark } = Arm::new(trees.iter().cloned().collect());
        if expr.is_empty() {
            errors.at(part, format_args!("there is nothing behind the dots\nwrite `{}(..futures)`", grammar.name));
            return None;
        }
        let input = anchor(&expr);
        let future = local_at("__future", input);
        let mut body = Group::new(Delimiter::Brace, quote!(#future));
        body.set_span(Span::mixed_site().located_at(input));
        Some(Self { pattern: quote!(#future), header: expr, body, input, awaits: false, mark })
    }

    /// The body makes a future, and is asked for it again and again: it waits for nothing itself, and only where a future may fail
    /// it may do so as well.
    fn is_body_fine(&self, grammar: &Grammar, errors: &mut Errors) -> bool {
        let (name, before) = (grammar.name, errors.len());
        for (tree, piece) in own_pieces(self.body.stream()) {
            match piece {
                Piece::Await => errors.at(
                    tree,
                    format_args!("the body of a comprehension makes a future and awaits nothing\nput what it has to await into an `async move {{ .. }}`"),
                ),
                Piece::Return => errors.at(
                    tree,
                    format_args!("`return` does not leave a comprehension\n`break` ends the input of `{name}`, `continue` skips an item"),
                ),
                Piece::Question if self.mark.is_none() => errors.at(
                    tree,
                    format_args!("there is nobody to take this error\n{}", if grammar.options.contains(&"errors") {
                        "a `?` behind the last expression of the body makes its failure that of the whole, and this one too"
                    } else {
                        "put the `?` into an `async move { .. }`, which makes the error an output"
                    }),
                ),
                _ => {}
            }
        }
        errors.len() == before
    }

    /// Says at the mark that there is none where nothing fails as a whole.
    pub(crate) fn refuse_mark(&self, message: &str, errors: &mut Errors) {
        if let Some(mark) = &self.mark {
            errors.at(mark, message);
        }
    }

    /// In:  `for PATTERN in HEADER { .. }`, and what is made of its items
    /// Out: `match given(HEADER).items() { items => MADE }`
    ///
    /// What the header borrows from temporaries lives as long as the whole statement this way, as that of a loop does.
    pub(crate) fn with_items(&self, made: &TokenStream, krate: &TokenStream) -> TokenStream {
        let (private, header, items) = (quote!(#krate::__private), &self.header, binding("items"));
        let read = local_at("items", self.input);
        let input = if self.awaits {
            quote!(#private::source(#private::async_iterable(#header)))
        } else {
            quote!(#private::given(#header).#read())
        };
        quote!(match #input { #items => #made })
    }

    /// The type of the input, once it is inside.
    pub(crate) fn source(&self, krate: &TokenStream) -> TokenStream {
        if self.awaits { quote!(#krate::__private::Awaited) } else { quote!(#krate::__private::Items) }
    }

    /// `let mut items = items;`
    ///
    /// For a block that is not `move`: so it owns the input, and borrows everything else that the body names.
    pub(crate) fn inside(&self, krate: &TokenStream) -> TokenStream {
        let (private, items) = (quote!(#krate::__private), binding("items"));
        if self.awaits {
            return quote! {
                let #items = #private::pin!(#items);
                let mut #items = #private::awaited(#items);
            };
        }
        quote!(let mut #items = #items;)
    }

    /// In:  `for PATTERN in HEADER { BODY }`
    /// Out: `each(|| { let mut child = None; while child.is_none() { let Some(item) = Items::next(&mut items) else { break }; child = Some(given({ let PATTERN = item; BODY }).child()); } pulled(child) })`
    ///
    /// `continue` and `break` in the body act on this loop. What takes `&mut self` is called by its path: as a method, one of a
    /// user's trait that takes `&self` would be found first.
    pub(crate) fn pull(&self, children: &Children<'_>) -> TokenStream {
        let (krate, private) = (children.krate, children.private());
        let (items, item, child) = (binding("items"), binding("item"), binding("child"));
        let (error, cx) = (binding("error"), binding("cx"));
        let (error_type, made) = (self.mark.is_some().then(|| children.error_type()), self.child(children));
        let (source, arguments) = (self.source(krate), self.awaits.then(|| quote!(, #cx)));
        let next = quote!(#source::next(&mut #items #arguments));
        let mut pulled = quote!(#source::pulled(&#items, #child));
        if self.mark.is_some() {
            pulled = quote!(#private::fallible(#pulled, #error));
        }
        // What borrows from a local of the body is refused here.
        let pulled = located(pulled, self.body.span());
        let pull = quote!({
            #error_type
            let mut #child = #private::None;
            while #private::Option::is_none(&#child) {
                let #private::Some(#item) = #next else { break };
                #child = #private::Some(#made);
            }
            #pulled
        });
        if self.awaits { quote!(#private::each_awaited(|#cx| #pull)) } else { quote!(#private::each(|| #pull)) }
    }

    /// In:  `{ BODY }`
    /// Out: `given({ let PATTERN = item; BODY }).child()`
    fn child(&self, children: &Children<'_>) -> TokenStream {
        let (pattern, item, body) = (&self.pattern, binding("item"), self.body.stream());
        let body = regroup(&self.body, quote!(let #pattern = #item; #body));
        children.child(&body.into_token_stream(), self.mark.is_some(), self.body.span())
    }
}

impl Children<'_> {
    fn private(&self) -> TokenStream {
        let krate = self.krate;
        quote!(#krate::__private)
    }

    /// `let error = PhantomData;`: the one type of all errors.
    pub(crate) fn error_type(&self) -> TokenStream {
        let (private, error) = (self.private(), binding("error"));
        let of = self.error.as_ref().map(|error| quote!(::<#error>));
        quote!(let #error = #private::PhantomData #of;)
    }

    /// In:  `EXPR`
    /// Out: `given(EXPR).child()`, and with a mark `marked(EXPR, error).child()`
    pub(crate) fn child(&self, expr: &TokenStream, is_marked: bool, at: Span) -> TokenStream {
        let (private, error, child) = (self.private(), binding("error"), quote!(.child()));
        let child = match (is_marked, &self.error) {
            _ if self.contend => {
                let output = quote!(#private::PhantomData::<#private::Result<_, _>>);
                call(&quote!(#private::entrant), &quote!(#expr, #output), &child, at)
            }
            (false, _) => call(&quote!(#private::given), expr, &child, at),
            (true, None) => call(&quote!(#private::marked), &quote!(#expr, #error), &child, at),
            (true, Some(_)) => call(&quote!(#private::converted), &quote!(#expr, #error), &child, at),
        };
        if !self.spawn {
            return child;
        }
        let tasks = binding("tasks");
        let method = match (self.within_poll, is_marked) {
            (true, false) => quote!(.running(&#tasks)),
            (true, true) => quote!(.failing_running(&#tasks)),
            (false, false) => quote!(.task(&#tasks)),
            (false, true) => quote!(.failing_task(&#tasks)),
        };
        call(&quote!(#private::given), &child, &method, at)
    }
}

/// `FUNCTION(ARGUMENTS)METHOD`: an error about it stands at `at`, wherever in it rustc sees the reason.
fn call(function: &TokenStream, arguments: &TokenStream, method: &TokenStream, at: Span) -> TokenStream {
    let [function, method] = [function, method].map(|tokens| located(tokens.clone(), at));
    let mut arguments = Group::new(Delimiter::Parenthesis, arguments.clone());
    arguments.set_span(Span::mixed_site().located_at(at));
    quote!(#function #arguments #method)
}

fn example(grammar: &Grammar) -> String {
    let limit = if grammar.options.contains(&"limit") { ", limit = 8" } else { "" };
    format!("{}(for item in items {{ work(item) }}{limit})", grammar.name)
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

/// `..` in front of futures.
fn is_splat(first: Option<&TokenTree>, second: Option<&TokenTree>) -> bool {
    is_punct(first, '.') && is_punct(second, '.')
}

/// Says at what stands beside a comprehension that it stands alone.
pub(crate) fn refuse_others(parts: &[TokenStream], comprehension: usize, name: &str, errors: &mut Errors) {
    if parts.len() > 1 {
        let second = if comprehension == 0 { 1 } else { comprehension };
        errors.at(&parts[second], format_args!("a comprehension stands alone\nnest another `{name}` for this"));
    }
}

/// Where the header of a comprehension begins in the arguments of a macro, and where its body is.
pub(crate) fn places(arguments: &[TokenTree]) -> Option<(usize, usize)> {
    if !is_ident(arguments.first(), "for") {
        return None;
    }
    let start = 1 + usize::from(is_ident(arguments.get(1), "await"));
    let (found, length) = Loop::read(arguments.get(start..)?, arguments[0].span())?;
    let body = start + length - 1;
    Some((body - found.header.into_iter().count(), body))
}

/// Whether behind these tokens stand the arguments of a macro that takes a comprehension.
pub(crate) fn follows(before: &[TokenTree]) -> bool {
    let [.., TokenTree::Ident(name), TokenTree::Punct(bang)] = before else { return false };
    bang.as_char() == '!' && ["gather", "as_completed", "race", "race_ok"].iter().any(|ours| name == ours)
}

/// The tokens of a body that say something about its own run: what stands in `async` blocks, in closures and functions and in
/// the arguments of macros apart.
fn own_pieces(body: TokenStream) -> Vec<(TokenTree, Piece)> {
    let trees: Vec<TokenTree> = body.into_iter().collect();
    let (mut found, mut index) = (Vec::new(), 0);
    while index < trees.len() {
        let at = index;
        let piece = piece(&trees, at);
        index += match &piece {
            Piece::AsyncBlock(block) => block + 1,
            Piece::Enclosed { length, .. } | Piece::Foreign(length) => *length,
            _ => 1,
        };
        match (&trees[at], piece) {
            (tree, piece @ (Piece::Await | Piece::Return | Piece::Question)) => found.push((tree.clone(), piece)),
            (TokenTree::Group(group), Piece::Other) if !is_of_macro(&trees[..at]) => {
                found.extend(own_pieces(group.stream()));
            }
            _ => {}
        }
    }
    found
}

/// Whether behind these tokens stand the arguments of a macro: `name!`, and not a `!` that negates.
fn is_of_macro(before: &[TokenTree]) -> bool {
    let [.., TokenTree::Ident(name), TokenTree::Punct(bang)] = before else { return false };
    bang.as_char() == '!' && !["if", "while", "match", "in", "return", "break", "else"].iter().any(|keyword| name == keyword)
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

    #[test]
    fn what_is_negated_belongs_to_the_body_and_arguments_of_macros_do_not() {
        let found = |body: TokenStream| own_pieces(body).len();
        assert_eq!(found(quote!(if !(ready(x).await) { continue } f(x))), 1);
        assert_eq!(found(quote!(let y = !(check(x)?); f(y))), 1);
        assert_eq!(found(quote!(f(format!(x?), vec![x.await]))), 0);
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
                g(x);
                f(x)
            })),
            ("{ g (x) ; f (x) }".into(), false)
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
}
