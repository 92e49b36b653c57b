//! Rewrites a body: `yield`, `for await` and, in the fallible form, bare `return`. Everything else goes through as it is.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use super::scan::{Piece, piece};
use super::{Kind, label};
use crate::bang::for_await::Loop;
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local};
use crate::kit::tokens::{group, is_ident, is_punct, located, regroup, split_at_commas};

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

    /// The function that makes the stream.
    pub(super) fn start(self, kind: Kind) -> Ident {
        local(match (self, kind) {
            (Self::Outlet, Kind::Plain) => "direct",
            (Self::Outlet, Kind::Fallible) => "try_direct",
            (Self::Yielder, Kind::Plain) => "stream",
            (Self::Yielder, Kind::Fallible) => "try_stream",
        })
    }
}

/// Where in the body a token stands.
#[derive(Clone, Copy)]
struct Level {
    run: Run,
    /// In the arguments of a macro, where a `?` may be a mark of that macro's.
    in_macro: bool,
    /// Directly in braces that no macro is given: among statements, fields or the arms of a `match`.
    in_braces: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    /// The body's own.
    Own,
    /// In an `async` block inside: `return` and `?` belong to that.
    Nested,
    /// In something that can not wait for the stream's consumer, such as a closure.
    Barred(&'static str),
}

impl Level {
    const OWN: Self = Self { run: Run::Own, in_macro: false, in_braces: true };

    fn barred(place: &'static str) -> Self {
        Self { run: Run::Barred(place), in_macro: false, in_braces: false }
    }

    /// In an `async` block on this level.
    fn nested(self) -> Self {
        Self { run: if self.run == Run::Own { Run::Nested } else { self.run }, in_macro: false, in_braces: true }
    }
}

struct Lowering<'a> {
    kind: Kind,
    handing: Handing,
    krate: &'a TokenStream,
    errors: &'a mut Errors,
    /// Whether the label of the body's own level is used; an unused one would be a warning.
    uses_label: bool,
    /// Whether the group at hand differs from the user's.
    changed: bool,
}

/// The body as a block that starts with `prologue`, under the label of its own level.
pub(super) fn body(
    kind: Kind,
    handing: Handing,
    body: &Group,
    prologue: &TokenStream,
    krate: &TokenStream,
    errors: &mut Errors,
) -> TokenStream {
    let mut lowering = Lowering { kind, handing, krate, errors, uses_label: false, changed: false };
    let statements = lowering.tokens(body.stream(), Level::OWN);
    // A reference can be moved into as many nested blocks as there are.
    let lend = (handing == Handing::Yielder).then(|| {
        let handle = handing.handle();
        quote!(let #handle = &#handle;)
    });
    let lowered = regroup(body, quote!(#prologue #lend #statements));
    if lowering.uses_label {
        let label = label();
        quote!(#label: #lowered)
    } else {
        lowered.into_token_stream()
    }
}

impl Lowering<'_> {
    fn tokens(&mut self, tokens: TokenStream, level: Level) -> TokenStream {
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
        self.changed |= matches!(piece, Piece::Yield | Piece::ForAwait);
        match piece {
            Piece::Yield => self.yield_expression(trees, index, level, out),
            Piece::ForAwait => self.for_await(trees, index, level, out),
            Piece::Return if level.run == Run::Own => self.own_return(trees, index, out),
            Piece::Question if level.run == Run::Own && self.kind == Kind::Plain && !level.in_macro => {
                self.refuse_question(&trees[index], out)
            }
            Piece::AsyncBlock(block) => {
                out.extend(trees[index..index + block].iter().cloned());
                if let Some(found) = group(trees.get(index + block), Delimiter::Brace) {
                    out.push(self.group(found, level.nested()));
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
            Piece::Return | Piece::Question | Piece::Other => {
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

    /// In:  `yield VALUE`
    /// Out: `{ if false { break 'body } let item = put_as(accepts(&outlet), VALUE, &outlet); item.await }`
    ///
    /// The value's temporaries end before the body suspends. The dead `break` makes rustc refuse a macro that moves the
    /// `yield` to another level, where standing still would mean something else. The first argument says what the value has to
    /// be, so that a wrong one is an error at the value; the outlet itself comes last, since it may not be held over an
    /// `await` in the value.
    fn yield_expression(&mut self, trees: &[TokenTree], index: usize, level: Level, out: &mut Vec<TokenTree>) -> usize {
        let operand = operand(&trees[index + 1..]);
        let length = 1 + operand.len();
        let keyword = trees[index].span();
        if let Run::Barred(place) = level.run {
            self.errors.at(&trees[index], format_args!("`yield` stands in {place}, which can not wait for the stream's consumer\nuse a loop, or lend the handle of `weftwork::stream`"));
            // An expression of the same type, so that this is the only error.
            let value = self.tokens(operand.iter().cloned().collect(), Level { in_braces: false, ..level });
            out.extend(if value.is_empty() { quote!(()) } else { quote!((_ = #value)) });
            return length;
        }
        if is_punct(trees.get(index + 1), '.') && is_punct(trees.get(index + 2), '.') {
            let dots: TokenStream = trees[index..index + 3].iter().cloned().collect();
            self.errors.at(dots, "`yield ..` is kept for delegation, which is not there yet\nwrite `for await item in inner { yield item; }`, or `yield (..end)` for a range");
            out.extend(quote!(()));
            return length;
        }
        let value = if operand.is_empty() {
            quote_spanned!(keyword=> ())
        } else {
            self.tokens(operand.iter().cloned().collect(), Level { in_braces: false, ..level })
        };
        let (krate, handle, item) = (self.krate, self.handing.handle(), binding("item"));
        let private = quote!(#krate::__private);
        let (function, before, behind) = match (self.handing, self.kind) {
            (Handing::Outlet, Kind::Plain) => {
                (quote!(#private::put_as), quote!(#private::accepts(&#handle),), quote!(, &#handle))
            }
            (Handing::Outlet, Kind::Fallible) => {
                (quote!(#private::put_ok), quote!(#private::accepts(&#handle),), quote!(, &#handle))
            }
            (Handing::Yielder, Kind::Plain) => (quote!(#handle.emit), quote!(), quote!()),
            (Handing::Yielder, Kind::Fallible) => (quote!(#private::emit_ok), quote!(#handle,), quote!()),
        };
        let (before, behind) = (located(before, keyword), located(behind, keyword));
        let arguments = located(quote!(()), keyword).into_iter().map(|parentheses| match &parentheses {
            TokenTree::Group(parentheses) => regroup(parentheses, quote!(#before #value #behind)).into(),
            other => TokenTree::clone(other),
        });
        let net = match self.handing {
            Handing::Outlet => {
                self.uses_label = true;
                let label = label();
                quote!(if false { break #label; })
            }
            Handing::Yielder => TokenStream::new(),
        };
        let mut statements = located(quote!(#net let #item = #function), keyword);
        statements.extend(arguments);
        statements.extend(located(quote!(; #item.await), keyword));
        let is_statement = level.in_braces && out.last().is_none_or(|before| is_punct(Some(before), ';') || is_block(before));
        // Errors about the whole of it stand at the keyword too.
        let mut block = Group::new(Delimiter::Brace, statements);
        block.set_span(keyword);
        out.push(block.into());
        if is_statement && index + length == trees.len() {
            // A value of type `()` at the end of a block: clippy would miss the semicolon, and put it behind the keyword.
            out.extend(quote!(;));
        }
        length
    }

    fn for_await(&mut self, trees: &[TokenTree], index: usize, level: Level, out: &mut Vec<TokenTree>) -> usize {
        let Some((mut found, length)) = Loop::read(&trees[index + 2..], trees[index + 1].span()) else {
            self.errors.at(&trees[index], "this loop is not complete\nwrite `for await item in stream { .. }`");
            return 2 + self.broken_loop(&trees[index + 2..], level, out);
        };
        let has_label = out.len() >= 3 && is_punct(out.last(), ':') && is_punct(out.get(out.len() - 3), '\'');
        if has_label {
            found.label = out.drain(out.len() - 3..).collect();
        }
        found.header = self.tokens(found.header, Level { in_braces: false, ..level });
        found.body = regroup(&found.body, self.tokens(found.body.stream(), Level { in_braces: true, ..level }));
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
        if self.kind == Kind::Fallible {
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

fn is_block(tree: &TokenTree) -> bool {
    group(Some(tree), Delimiter::Brace).is_some()
}

/// Whether a `!` behind this token calls a macro, unlike that of `if !(..)`.
fn is_macro_name(tree: &TokenTree) -> bool {
    let keywords = ["if", "while", "match", "return", "yield", "break", "in", "else", "let"];
    matches!(tree, TokenTree::Ident(ident) if !keywords.iter().any(|keyword| ident == keyword))
}

/// The value behind a `yield`: up to the next semicolon or comma of the level.
fn operand(trees: &[TokenTree]) -> &[TokenTree] {
    let end = trees.iter().position(|tree| is_punct(Some(tree), ';')).unwrap_or(trees.len());
    let first = split_at_commas(trees[..end].iter().cloned().collect()).into_iter().next();
    &trees[..first.map_or(0, |first| first.into_iter().count())]
}

#[cfg(test)]
#[path = "lower_tests.rs"]
mod tests;
