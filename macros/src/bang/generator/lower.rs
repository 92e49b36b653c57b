//! Rewrites a body: `yield`, `for await` and, in the fallible form, bare `return`. Everything else goes through as it is.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use super::scan::{Piece, piece};
use super::{Kind, label};
use crate::bang::for_await::Loop;
use crate::kit::errors::Errors;
use crate::kit::idents::local;
use crate::kit::tokens::{group, is_punct, regroup, split_at_commas};

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
            Self::Outlet => local("outlet"),
            Self::Yielder => local("yielder"),
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
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Own,
    /// In an `async` block inside: `return` and `?` belong to that.
    Nested,
}

struct Lowering<'a> {
    kind: Kind,
    handing: Handing,
    krate: &'a TokenStream,
    errors: &'a mut Errors,
    /// Whether the label of the body's own level is used; an unused one would be a warning.
    uses_label: bool,
}

/// The body as a block, under the label of its own level.
pub(super) fn body(kind: Kind, handing: Handing, body: &Group, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let mut lowering = Lowering { kind, handing, krate, errors, uses_label: false };
    let statements = lowering.tokens(body.stream(), Level::Own);
    // A reference can be moved into as many nested blocks as there are.
    let lend = (handing == Handing::Yielder).then(|| {
        let handle = handing.handle();
        quote!(let #handle = &#handle;)
    });
    let lowered = regroup(body, quote!(#lend #statements));
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

    /// Lowers what starts at `index` and returns how many tokens that was.
    fn piece(&mut self, trees: &[TokenTree], index: usize, level: Level, out: &mut Vec<TokenTree>) -> usize {
        match piece(trees, index) {
            Piece::Yield => self.yield_expression(trees, index, level, out),
            Piece::ForAwait => self.for_await(trees, index, level, out),
            Piece::Return if self.kind == Kind::Fallible && level == Level::Own => self.bare_return(trees, index, out),
            Piece::AsyncBlock(block) => {
                out.extend(trees[index..index + block].iter().cloned());
                if let Some(found) = group(trees.get(index + block), Delimiter::Brace) {
                    out.push(regroup(found, self.tokens(found.stream(), Level::Nested)).into());
                }
                block + 1
            }
            Piece::Closure(length) => {
                let closure: TokenStream = trees[index..index + length].iter().cloned().collect();
                out.extend(self.refuse_yields(closure));
                length
            }
            Piece::Foreign(length) => {
                let end = trees.len().min(index + length);
                out.extend(trees[index..end].iter().cloned());
                end - index
            }
            Piece::Return | Piece::Other => {
                out.push(match &trees[index] {
                    TokenTree::Group(found) => regroup(found, self.tokens(found.stream(), level)).into(),
                    other => other.clone(),
                });
                1
            }
        }
    }

    /// In:  `yield VALUE`
    /// Out: `{ if false { break 'body } let item = put(VALUE, &outlet); item.await }`
    ///
    /// The value's temporaries end before the body suspends. The dead `break` makes rustc refuse a macro that moves the
    /// `yield` to another level, where standing still would mean something else.
    fn yield_expression(&mut self, trees: &[TokenTree], index: usize, level: Level, out: &mut Vec<TokenTree>) -> usize {
        let operand = operand(&trees[index + 1..]);
        let keyword = trees[index].span();
        if is_punct(trees.get(index + 1), '.') && is_punct(trees.get(index + 2), '.') {
            let dots: TokenStream = trees[index..index + 3].iter().cloned().collect();
            self.errors.at(dots, "`yield ..` is kept for delegation, which is not there yet\nwrite `for await item in inner { yield item; }`, or `yield (..end)` for a range");
            out.extend(quote!(()));
            return 1 + operand.len();
        }
        let value =
            if operand.is_empty() { quote_spanned!(keyword=> ()) } else { self.tokens(operand.iter().cloned().collect(), level) };
        let (krate, handle, item) = (self.krate, self.handing.handle(), local("item"));
        let private = quote!(#krate::__private);
        let put = match (self.handing, self.kind) {
            (Handing::Outlet, Kind::Plain) => quote!(#private::put(#value, &#handle)),
            (Handing::Outlet, Kind::Fallible) => quote!(#private::put_ok(#value, &#handle)),
            (Handing::Yielder, Kind::Plain) => quote!(#handle.emit(#value)),
            (Handing::Yielder, Kind::Fallible) => quote!(#private::emit_ok(#handle, #value)),
        };
        let net = match self.handing {
            Handing::Outlet => {
                self.uses_label = true;
                let mut label = syn::Lifetime::new("'body", local("body").span());
                label.apostrophe = keyword.resolved_at(label.apostrophe);
                label.ident.set_span(keyword.resolved_at(label.ident.span()));
                quote!(if false { break #label; })
            }
            Handing::Yielder => TokenStream::new(),
        };
        out.extend(quote!({ #net let #item = #put; #item.await }));
        1 + operand.len()
    }

    fn for_await(&mut self, trees: &[TokenTree], index: usize, level: Level, out: &mut Vec<TokenTree>) -> usize {
        let Some((mut found, length)) = Loop::read(&trees[index + 2..]) else {
            self.errors.at(&trees[index], "this loop is not complete\nwrite `for await item in stream { .. }`");
            return 2;
        };
        let has_label = out.len() >= 3 && is_punct(out.last(), ':') && is_punct(out.get(out.len() - 3), '\'');
        if has_label {
            found.label = out.drain(out.len() - 3..).collect();
        }
        found.header = self.tokens(found.header, level);
        found.body = regroup(&found.body, self.tokens(found.body.stream(), level));
        out.extend(found.lower(self.krate));
        2 + length
    }

    /// In a fallible body `return;` ends the stream without an error.
    fn bare_return(&mut self, trees: &[TokenTree], index: usize, out: &mut Vec<TokenTree>) -> usize {
        out.push(trees[index].clone());
        let is_bare = trees.get(index + 1).is_none_or(|next| is_punct(Some(next), ';') || is_punct(Some(next), ','));
        if is_bare {
            let krate = self.krate;
            out.extend(quote!(#krate::__private::Ok(())));
        }
        1
    }

    /// A `yield` in a closure has nowhere to stand still.
    fn refuse_yields(&mut self, tokens: TokenStream) -> TokenStream {
        tokens
            .into_iter()
            .flat_map(|tree| match tree {
                TokenTree::Ident(ident) if ident == "yield" => {
                    self.errors.at(&ident, "`yield` stands in a closure, which can not wait for the stream's consumer\nuse a loop, or lend the handle of `weftwork::stream`");
                    // An expression of the same type, so that this is the only error.
                    quote!(_ =)
                }
                TokenTree::Group(found) => regroup(&found, self.refuse_yields(found.stream())).into_token_stream(),
                other => other.into_token_stream(),
            })
            .collect()
    }
}

/// The value behind a `yield`: up to the next semicolon or comma of the level.
fn operand(trees: &[TokenTree]) -> &[TokenTree] {
    let end = trees.iter().position(|tree| is_punct(Some(tree), ';')).unwrap_or(trees.len());
    let first = split_at_commas(trees[..end].iter().cloned().collect()).into_iter().next();
    &trees[..first.map_or(0, |first| first.into_iter().count())]
}
