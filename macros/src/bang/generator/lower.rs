//! Rewrites a body: `yield`, `for await` and, in the fallible form, bare `return`. Everything else goes through as it is.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;

use super::{Form, Kind, label};
use crate::bang::comprehension;
use crate::bang::exits::Ways;
use crate::bang::for_await::Loop;
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local};
use crate::kit::scan::{Piece, is_with, piece, with_body};
use crate::kit::tokens::{argument, group, is_ident, is_punct, regroup};

/// What a body yields through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Handing {
    /// Straight into the slot: nothing else can yield meanwhile.
    Outlet,
    /// In a queue: nested blocks yield too.
    Yielder,
}

impl Handing {
    pub(super) fn handle(self) -> Ident {
        match self {
            Self::Outlet => binding("outlet"),
            Self::Yielder => binding("yielder"),
        }
    }

    /// The function that makes the stream or the iterator.
    pub(super) fn start(self, form: Form) -> Ident {
        local(match (self, form.kind, form.is_async) {
            (Self::Outlet, Kind::Plain, true) => "direct",
            (Self::Outlet, Kind::Fallible, true) => "try_direct",
            (Self::Outlet, Kind::Plain, false) => "direct_iter",
            (Self::Outlet, Kind::Fallible, false) => "try_direct_iter",
            (Self::Yielder, Kind::Plain, _) => "stream",
            (Self::Yielder, Kind::Fallible, _) => "try_stream",
        })
    }
}

/// Where in the body a token stands.
#[derive(Clone, Copy)]
pub(super) struct Level {
    pub(super) run: Run,
    /// In the arguments of a macro, where a `?` may be a mark of that macro's.
    in_macro: bool,
    /// Directly in braces that no macro is given: among statements, fields or the arms of a `match`.
    pub(super) in_braces: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// The body's own.
    Own,
    /// In an `async` block inside: `return` and `?` belong to that.
    Nested,
    /// In the body of a comprehension: that makes a future and waits for nothing, but its `async` blocks may.
    Making,
    /// In something that can not wait for the stream's consumer, such as a closure.
    Barred(&'static str),
}

impl Level {
    const OWN: Self = Self { run: Run::Own, in_macro: false, in_braces: true };

    fn barred(place: &'static str) -> Self {
        Self { run: Run::Barred(place), in_macro: false, in_braces: false }
    }

    /// In an `async` block on this level.
    fn nested(self, form: Form) -> Self {
        let run = match self.run {
            Run::Own | Run::Making if form.is_async => Run::Nested,
            Run::Own | Run::Making => Run::Barred("an `async` block"),
            run => run,
        };
        Self { run, in_macro: false, in_braces: true }
    }

    /// In the body of a comprehension on this level.
    fn making(self) -> Run {
        if matches!(self.run, Run::Barred(_)) { self.run } else { Run::Making }
    }

    /// In a value that stands on this level.
    pub(super) fn value(self) -> Self {
        Self { in_braces: false, ..self }
    }
}

pub(super) struct Lowering<'a> {
    pub(super) form: Form,
    pub(super) handing: Handing,
    pub(super) krate: &'a TokenStream,
    pub(super) errors: &'a mut Errors,
    /// Whether the label of the body's own level is used; an unused one would be a warning.
    pub(super) uses_label: bool,
    /// Whether the body's own level delegates: that takes its handle by `&mut`.
    pub(super) delegates: bool,
    /// How many loops over streams there have been.
    loops: usize,
    /// Whether the group at hand differs from the user's.
    pub(super) changed: bool,
}

/// A body that is ready to become a closure's.
pub(super) struct Lowered {
    pub(super) block: TokenStream,
    /// The closure's parameter.
    pub(super) handle: TokenStream,
}

/// The body as a block that starts with `prologue`, under the label of its own level.
pub(super) fn body(
    form: Form,
    handing: Handing,
    body: &Group,
    prologue: &TokenStream,
    krate: &TokenStream,
    errors: &mut Errors,
) -> Lowered {
    let mut lowering = Lowering { form, handing, krate, errors, uses_label: false, delegates: false, loops: 0, changed: false };
    let written = lowering.without_value(body.stream());
    let statements = lowering.tokens(written, Level::OWN);
    let lowered = regroup(body, quote!(#prologue #statements));
    let label = lowering.uses_label.then(label).map(|label| quote!(#label:));
    let (handle, mutable) = (handing.handle(), lowering.delegates.then(|| quote!(mut)));
    Lowered { block: quote!(#label #lowered), handle: quote!(#mutable #handle) }
}

impl Lowering<'_> {
    pub(super) fn tokens(&mut self, tokens: TokenStream, level: Level) -> TokenStream {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut out = Vec::new();
        let mut index = 0;
        while index < trees.len() {
            index += self.piece(&trees, index, level, &mut out);
        }
        out.into_iter().collect()
    }

    /// A group without anything of ours in it stays the user's own, with the spans of its delimiters.
    fn group(&mut self, found: &Group, level: Level) -> TokenTree {
        let changed_before = std::mem::take(&mut self.changed);
        let tokens = self.tokens(found.stream(), level);
        let group = if self.changed { regroup(found, tokens) } else { found.clone() };
        self.changed |= changed_before;
        group.into()
    }

    /// Lowers what starts at `index` and returns how many tokens that was.
    fn piece(&mut self, trees: &[TokenTree], index: usize, level: Level, out: &mut Vec<TokenTree>) -> usize {
        let piece = piece(trees, index);
        self.changed |= matches!(piece, Piece::Yield | Piece::YieldError | Piece::ForAwait);
        match piece {
            Piece::Yield => self.yield_expression(trees, index, level, out),
            Piece::YieldError => self.yield_error(trees, index, level, out),
            Piece::ForAwait => self.for_await(trees, index, level, out),
            Piece::Await if level.run == Run::Own && !self.form.is_async => {
                self.refuse_await(&trees[index]);
                out.push(trees[index].clone());
                1
            }
            Piece::Return if level.run == Run::Own => self.own_return(trees, index, out),
            Piece::Question if level.run == Run::Own && self.form.kind == Kind::Plain && !level.in_macro => {
                self.refuse_question(&trees[index], out)
            }
            Piece::AsyncBlock(block) => {
                out.extend(trees[index..index + block].iter().cloned());
                if let Some(found) = group(trees.get(index + block), Delimiter::Brace) {
                    out.push(self.group(found, level.nested(self.form)));
                }
                block + 1
            }
            Piece::Enclosed { place, head, length } => {
                out.extend(trees[index..index + head].iter().cloned());
                let inside = trees[index + head..index + length].iter().cloned().collect();
                out.extend(self.tokens(inside, Level::barred(place)));
                length
            }
            Piece::Foreign(length) => {
                let end = trees.len().min(index + length);
                out.extend(trees[index..end].iter().cloned());
                end - index
            }
            Piece::Other if comprehension::follows(&trees[..index]) => self.comprehension(&trees[index], level, out),
            Piece::Other if is_with(trees, index) => self.with(&trees[index], level, out),
            Piece::Return | Piece::Question | Piece::Await | Piece::Other => {
                let is_arguments = index >= 2 && is_punct(trees.get(index - 1), '!') && is_macro_name(&trees[index - 2]);
                let in_macro = level.in_macro || is_arguments;
                out.push(match &trees[index] {
                    TokenTree::Group(found) => {
                        let in_braces = found.delimiter() == Delimiter::Brace && !is_arguments;
                        self.group(found, Level { in_macro, in_braces, ..level })
                    }
                    other => other.clone(),
                });
                1
            }
        }
    }

    /// The arguments of `with!`, whose body becomes an `async` block.
    fn with(&mut self, arguments: &TokenTree, level: Level, out: &mut Vec<TokenTree>) -> usize {
        let TokenTree::Group(found) = arguments else {
            out.push(arguments.clone());
            return 1;
        };
        let level = level.nested(self.form);
        let changed_before = std::mem::take(&mut self.changed);
        let (before, body) = with_body(found);
        let in_front = Level { in_macro: true, in_braces: false, ..level };
        let mut lowered: Vec<TokenTree> = self.tokens(before.into_iter().collect(), in_front).into_iter().collect();
        lowered.extend(body.map(|body| self.group(&body, level)));
        let changed = std::mem::replace(&mut self.changed, changed_before);
        self.changed |= changed;
        out.push(if changed { regroup(found, lowered.into_iter().collect()).into() } else { found.clone().into() });
        1
    }

    /// The arguments of `gather!` and its sisters. A comprehension in there is theirs, `for await` included.
    fn comprehension(&mut self, arguments: &TokenTree, level: Level, out: &mut Vec<TokenTree>) -> usize {
        let TokenTree::Group(found) = arguments else {
            out.push(arguments.clone());
            return 1;
        };
        let level = Level { in_macro: true, in_braces: false, ..level };
        let trees: Vec<TokenTree> = found.stream().into_iter().collect();
        let Some((pattern, body)) = comprehension::places(&trees) else {
            out.push(self.group(found, level));
            return 1;
        };
        let changed_before = std::mem::take(&mut self.changed);
        let mut lowered = trees[..pattern].to_vec();
        lowered.extend(self.tokens(trees[pattern..body].iter().cloned().collect(), level.value()));
        if let Some(made) = group(trees.get(body), Delimiter::Brace) {
            lowered.push(self.group(made, Level { run: level.making(), in_macro: false, in_braces: true }));
        }
        lowered.extend(self.tokens(trees[body + 1..].iter().cloned().collect(), level));
        let changed = std::mem::replace(&mut self.changed, changed_before);
        self.changed |= changed;
        out.push(if changed { regroup(found, lowered.into_iter().collect()).into() } else { found.clone().into() });
        1
    }

    fn for_await(&mut self, trees: &[TokenTree], index: usize, level: Level, out: &mut Vec<TokenTree>) -> usize {
        if level.run == Run::Own && !self.form.is_async {
            self.refuse_await(&trees[index + 1]);
        }
        let Some((mut found, length)) = Loop::read(&trees[index + 2..], trees[index + 1].span()) else {
            self.errors.at(&trees[index], "this loop is not complete\nwrite `for await item in stream { .. }`");
            return 2 + self.broken_loop(&trees[index + 2..], level, out);
        };
        let has_label = out.len() >= 3 && is_punct(out.last(), ':') && is_punct(out.get(out.len() - 3), '\'');
        if has_label {
            found.label = out.drain(out.len() - 3..).collect();
        }
        // Loops inside do the same: the ways out of those lead through this one last.
        let is_plain = level.run == Run::Own && self.form.kind == Kind::Plain;
        let number = self.loops;
        self.loops += 1;
        let mut found = found.closing(number, Ways { questions: !is_plain, values: !is_plain }, self.krate);
        found.before = self.tokens(std::mem::take(&mut found.before), level);
        found.behind = self.tokens(std::mem::take(&mut found.behind), Level { in_braces: true, ..level });
        let read = &mut found.read;
        read.header = self.tokens(std::mem::take(&mut read.header), level.value());
        read.body = regroup(&read.body, self.tokens(read.body.stream(), Level { in_braces: true, ..level }));
        out.push(found.lower(self.krate).into());
        2 + length
    }

    /// Keeps the header of a loop that misses something, for the editor, and drops what makes no sense without the rest.
    fn broken_loop(&mut self, trees: &[TokenTree], level: Level, out: &mut Vec<TokenTree>) -> usize {
        let end = trees.iter().position(|tree| is_punct(Some(tree), ';')).unwrap_or(trees.len());
        if let Some(keyword) = trees[..end].iter().position(|tree| is_ident(Some(tree), "in")) {
            let header = self.tokens(trees[keyword + 1..end].iter().cloned().collect(), level);
            out.extend(if header.is_empty() { quote!(()) } else { quote!({ _ = #header; }) });
            return end;
        }
        let body = trees[..end].iter().position(|tree| group(Some(tree), Delimiter::Brace).is_some());
        out.extend(quote!({}));
        body.map_or(end, |body| body + 1)
    }

    /// In a fallible body `return;` ends the stream without an error; in a plain one nothing but `return;` does.
    fn own_return(&mut self, trees: &[TokenTree], index: usize, out: &mut Vec<TokenTree>) -> usize {
        out.push(trees[index].clone());
        if self.form.kind == Kind::Fallible {
            let is_bare = trees.get(index + 1).is_none_or(|next| is_punct(Some(next), ';') || is_punct(Some(next), ','));
            if is_bare {
                let krate = self.krate;
                self.changed = true;
                out.extend(quote!(#krate::__private::Ok(())));
            }
            return 1;
        }
        let Some(error) = group(trees.get(index + 2), Delimiter::Parenthesis).filter(|_| is_ident(trees.get(index + 1), "Err"))
        else {
            return 1;
        };
        let found: TokenStream = trees[index..index + 3].iter().cloned().collect();
        self.errors.at(found, "the items of `generator!` are plain, so it can not end with an error\nwrite `try_generator!`, whose last item an error may be");
        self.changed = true;
        // Keeps the tokens, and the type of the body.
        let (krate, error) = (self.krate, error.stream());
        out.extend(quote!({ let _ = #krate::__private::Some(#error); }));
        3
    }

    /// `await` on the own level of an iterator. The token stays: beneath, the body is an async one.
    fn refuse_await(&mut self, keyword: &TokenTree) {
        self.errors.at(
            keyword,
            "without `async` this is an iterator, which can not wait\nfor a stream write `async` in front, as in `async move { .. }` or `async fn`",
        );
    }

    /// In:  a body that ends in a value
    /// Out: the same without it, and an error. What only rustc can tell from a statement is left to rustc.
    fn without_value(&mut self, body: TokenStream) -> TokenStream {
        let trees: Vec<TokenTree> = body.clone().into_iter().collect();
        let start = last_statement(&trees);
        let value = &trees[start..];
        if !is_value(value) {
            return body;
        }
        let found: TokenStream = value.iter().cloned().collect();
        let is_fallible = self.form.kind == Kind::Fallible;
        // A variant alone would have no type: what it wraps is enough for the editor.
        let (inner, repair) = match value {
            [TokenTree::Ident(name)] if name == "None" => (quote!(()), "write `yield` before a value to deliver it"),
            [TokenTree::Ident(name), TokenTree::Group(wrapped)] => {
                let is_unit = wrapped.stream().to_string() == "()";
                let repair = match name.to_string().as_str() {
                    "Ok" if is_fallible && is_unit => "leave it out: the end of the body ends the stream",
                    "Err" if is_fallible => "to end the stream with the error, write `return` before it",
                    _ => "to deliver the value, write `yield` before it",
                };
                (argument(wrapped.stream()), repair)
            }
            _ => (found.clone(), "to deliver the value, write `yield` before it"),
        };
        self.errors.at(found, format_args!("a generator returns nothing, its items are its `yield`s\n{repair}"));
        let before = &trees[..start];
        quote!(#(#before)* { _ = #inner; })
    }

    /// In:  `VALUE?` in a plain generator
    /// Out: the same without `?`, as an expression of the same type, so that there is but one error.
    fn refuse_question(&mut self, question: &TokenTree, out: &mut Vec<TokenTree>) -> usize {
        self.errors.at(
            question,
            "the items of `generator!` are plain, so it can not end with an error\nwrite `try_generator!`, in which `?` works",
        );
        self.changed = true;
        out.extend(quote!(.into_iter().next().unwrap()));
        1
    }
}

/// Where the last statement of a block begins, or what its end gives.
fn last_statement(trees: &[TokenTree]) -> usize {
    let before = &trees[..trees.len().saturating_sub(1)];
    let end_of_another = |tree: &TokenTree| is_punct(Some(tree), ';') || group(Some(tree), Delimiter::Brace).is_some();
    before.iter().rposition(end_of_another).map_or(0, |index| index + 1)
}

/// Whether this can be nothing but a value: a literal, a name, a reference, or something that a variant wraps.
fn is_value(trees: &[TokenTree]) -> bool {
    let is_name = |ident: &Ident| !["return", "break", "continue", "yield"].iter().any(|keyword| ident == keyword);
    match trees {
        [TokenTree::Literal(_)] => true,
        [TokenTree::Ident(name)] => is_name(name),
        [TokenTree::Ident(name), TokenTree::Group(wrapped)] => {
            wrapped.delimiter() == Delimiter::Parenthesis && ["Some", "Ok", "Err"].iter().any(|variant| name == variant)
        }
        [TokenTree::Punct(and), rest @ ..] if and.as_char() == '&' => is_value(rest),
        _ => false,
    }
}

/// Whether a `!` behind this token calls a macro, unlike that of `if !(..)`.
fn is_macro_name(tree: &TokenTree) -> bool {
    let keywords = ["if", "while", "match", "return", "yield", "break", "in", "else", "let"];
    matches!(tree, TokenTree::Ident(ident) if !keywords.iter().any(|keyword| ident == keyword))
}

#[cfg(test)]
#[path = "lower_tests.rs"]
mod tests;
