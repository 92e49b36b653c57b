//! The ways out of a loop over a stream. Each leads to one place behind the loop, where the stream is closed first: by then the
//! body's locals are gone and what it gives is evaluated, as when a plain loop is left.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;

use crate::kit::idents::binding;
use crate::kit::operand::operand_start;
use crate::kit::scan::{Piece, piece};
use crate::kit::tokens::{argument, group, is_ident, is_punct, located, operand, regroup};

/// Macros whose arguments are expressions of the body's own.
const TRANSPARENT: [&str; 18] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "for_await",
    "format",
    "matches",
    "panic",
    "print",
    "println",
    "vec",
    "write",
    "writeln",
];

/// Which ways out are led behind the loop. The others stay as they are, for somebody else to refuse.
#[derive(Clone, Copy)]
pub(crate) struct Ways {
    pub(crate) questions: bool,
    pub(crate) values: bool,
}

impl Ways {
    pub(crate) const ALL: Self = Self { questions: true, values: true };
}

pub(super) struct Exits<'a> {
    krate: &'a TokenStream,
    ways: Ways,
    /// Tells the names of this loop from those of others in one expansion.
    number: usize,
    /// Labels that are no way out: the loop's own, and those in its body.
    labels: Vec<String>,
    /// How many ways out there are.
    count: usize,
    /// Where those are kept that have been taken.
    pub(super) before: TokenStream,
    /// Goes on with the one that was taken.
    pub(super) behind: TokenStream,
    /// Whether the loop returns a value.
    returns: bool,
    /// Whether the group at hand differs from the user's.
    changed: bool,
}

impl<'a> Exits<'a> {
    pub(super) fn new(krate: &'a TokenStream, ways: Ways, number: usize, own_label: &TokenStream) -> Self {
        let labels = own_label.clone().into_iter().nth(1).map(|label| label.to_string()).into_iter().collect();
        let (before, behind) = (TokenStream::new(), TokenStream::new());
        Self { krate, ways, number, labels, count: 0, before, behind, returns: false, changed: false }
    }

    pub(super) fn are_there(&self) -> bool {
        self.count > 0
    }

    /// Of the block from whose end the ways out go on.
    pub(super) fn label(&self) -> TokenStream {
        let name = numbered("exit", self.number);
        let mut tick = Punct::new('\'', Spacing::Joint);
        tick.set_span(Span::mixed_site());
        quote!(#tick #name)
    }

    /// In:  `VALUE?`, `return VALUE`, `break 'outside`
    /// Out: what was left, kept for behind the loop, and `break 'exit`
    pub(super) fn tokens(&mut self, tokens: TokenStream) -> TokenStream {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let labels_before = self.labels.len();
        let mut out: Vec<TokenTree> = Vec::new();
        let mut index = 0;
        while index < trees.len() {
            index += self.piece(&trees, index, &mut out);
        }
        self.labels.truncate(labels_before);
        out.into_iter().collect()
    }

    fn piece(&mut self, trees: &[TokenTree], index: usize, out: &mut Vec<TokenTree>) -> usize {
        let tree = &trees[index];
        let as_it_is = match piece(trees, index) {
            Piece::Question if self.ways.questions => {
                self.question(tree, out);
                return 1;
            }
            Piece::Return => {
                let value = operand(&trees[index + 1..]);
                if value.is_empty() || self.ways.values {
                    return self.leave(trees, index, 1, out);
                }
                1
            }
            Piece::AsyncBlock(block) => block + 1,
            Piece::Enclosed { length, .. } | Piece::Foreign(length) => length,
            _ if is_ident(Some(tree), "break") || is_ident(Some(tree), "continue") => match label(&trees[index + 1..]) {
                Some(label) if !self.labels.contains(&label) => return self.leave(trees, index, 3, out),
                _ => 1,
            },
            _ => {
                self.other(trees, index, out);
                return 1;
            }
        };
        let end = trees.len().min(index + as_it_is);
        out.extend(trees[index..end].iter().cloned());
        end - index
    }

    fn other(&mut self, trees: &[TokenTree], index: usize, out: &mut Vec<TokenTree>) {
        let tree = &trees[index];
        if let (Some(label), true) = (label(&trees[index..]), is_punct(trees.get(index + 2), ':')) {
            self.labels.push(label);
        }
        let TokenTree::Group(found) = tree else {
            out.push(tree.clone());
            return;
        };
        if !is_looked_into(trees, index) {
            out.push(tree.clone());
            return;
        }
        // One without a way out stays the user's own.
        let changed_before = std::mem::take(&mut self.changed);
        let tokens = self.tokens(found.stream());
        out.push(if self.changed { regroup(found, tokens) } else { found.clone() }.into());
        self.changed |= changed_before;
        let is_labelled = found.delimiter() == Delimiter::Brace && labelled(trees, index);
        if is_labelled {
            self.labels.pop();
        }
    }

    /// In:  `VALUE?`
    /// Out: `go(match split(VALUE) { Ok(value) => value, Err(gone) => { left = Some(gone); break 'exit; } })`
    ///
    /// A call around it, since a `match` at the start of a statement would be all of that.
    fn question(&mut self, question: &TokenTree, out: &mut Vec<TokenTree>) {
        let Some(start) = operand_start(out) else {
            out.push(question.clone());
            return;
        };
        let value = argument(out.drain(start..).collect());
        let (private, label, left) = (self.private(), self.label(), self.kept());
        let (gone, kept) = (binding("gone"), binding("value"));
        self.before.extend(quote!(let mut #left = #private::None;));
        self.behind.extend(quote!(if let #private::Some(#gone) = #left { match #gone #question {} }));
        let split = located(quote!(#private::split), question.span());
        out.extend(quote! {
            #private::go(match #split(#value) {
                #private::Ok(#kept) => #kept,
                #private::Err(#gone) => { #left = #private::Some(#gone); break #label; }
            })
        });
    }

    /// `keyword` tokens and what is behind them.
    fn leave(&mut self, trees: &[TokenTree], index: usize, keyword: usize, out: &mut Vec<TokenTree>) -> usize {
        let mut way = trees[index..index + keyword].to_vec();
        let at = way[0].span();
        // What goes on behind the loop is ours: as the user's own, clippy might find it unneeded there.
        way[0].set_span(Span::mixed_site().located_at(at));
        let value = operand(&trees[index + keyword..]);
        let (private, label) = (self.private(), self.label());
        let kept = binding("value");
        let statements = if value.is_empty() {
            let left = self.kept();
            self.before.extend(quote!(let mut #left = false;));
            self.behind.extend(quote!(if #left { #(#way)*; }));
            quote!(#left = true; break #label;)
        } else {
            let is_return = is_ident(way.first(), "return");
            let left = if is_return { self.returned() } else { self.kept() };
            if !is_return || !std::mem::replace(&mut self.returns, true) {
                let go_on = quote!(if let #private::Some(#kept) = #left { #(#way)* #kept; });
                // What is returned has its type from the function, before the first value is seen.
                let typed = is_return.then(|| quote!(if false { #go_on }));
                self.before.extend(quote!(let mut #left = #private::None; #typed));
                self.behind.extend(go_on);
            }
            let value = self.tokens(value.iter().cloned().collect());
            quote!(#left = #private::Some(#value); break #label;)
        };
        self.changed = true;
        self.count += 1;
        let mut block = Group::new(Delimiter::Brace, statements);
        block.set_span(at);
        out.push(block.into());
        keyword + value.len()
    }

    fn private(&self) -> TokenStream {
        let krate = self.krate;
        quote!(#krate::__private)
    }

    /// Where the next way out is kept.
    fn kept(&mut self) -> Ident {
        self.changed = true;
        self.count += 1;
        numbered(&format!("left_{}", self.count), self.number)
    }

    fn returned(&self) -> Ident {
        numbered("returned", self.number)
    }
}

/// A local of the loop with this number. The first one goes without.
pub(super) fn numbered(name: &str, number: usize) -> Ident {
    if number == 0 { binding(name) } else { binding(&format!("{name}_in_{number}")) }
}

/// The name behind `'`.
fn label(trees: &[TokenTree]) -> Option<String> {
    is_punct(trees.first(), '\'').then(|| trees.get(1).map(ToString::to_string)).flatten()
}

/// Whether the block at `index` is that of a `'label:`, as far back as its statement goes.
fn labelled(trees: &[TokenTree], index: usize) -> bool {
    let before = &trees[..index];
    let start = before.iter().rposition(|tree| is_punct(Some(tree), ';') || group(Some(tree), Delimiter::Brace).is_some());
    let statement = &before[start.map_or(0, |start| start + 1)..];
    statement.windows(3).any(|window| label(window).is_some() && is_punct(window.get(2), ':'))
}

/// Whether what stands in the group at `index` belongs to the body's own run: of macros that is known of a few.
fn is_looked_into(trees: &[TokenTree], index: usize) -> bool {
    let is_arguments = index >= 2 && is_punct(trees.get(index - 1), '!') && matches!(&trees[index - 2], TokenTree::Ident(_));
    if !is_arguments {
        return true;
    }
    let keywords = ["if", "while", "match", "return", "in", "else"];
    let name = trees[index - 2].to_string();
    keywords.contains(&name.as_str()) || TRANSPARENT.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exits(tokens: TokenStream) -> (String, String) {
        let krate = quote!(k);
        let mut exits = Exits::new(&krate, Ways::ALL, 0, &quote!('own:));
        let tokens = exits.tokens(tokens).to_string();
        (tokens, exits.behind.to_string())
    }

    #[test]
    fn each_way_out_goes_on_behind_the_loop() {
        let (body, behind) = exits(quote!(let x = &a.b(c)?.d;));
        assert!(body.starts_with("let x = & k :: __private :: go (match k :: __private :: split (a . b (c))"), "{body}");
        assert!(body.ends_with("break '__exit ; } }) . d ;"), "{body}");
        assert_eq!(behind, "if let k :: __private :: Some (__gone) = __left_1 { match __gone ? { } }");
        let (body, behind) = exits(quote!(return 1;));
        assert_eq!(body, "{ __returned = k :: __private :: Some (1) ; break '__exit ; } ;");
        assert_eq!(behind, "if let k :: __private :: Some (__value) = __returned { return __value ; }");
        let (body, behind) = exits(quote!(break 'out;));
        assert_eq!(body, "{ __left_1 = true ; break '__exit ; } ;");
        assert_eq!(behind, "if __left_1 { break 'out ; }");
        assert!(exits(quote!(println!("{}", a?))).0.contains("split (a)"));
        assert!(exits(quote!('a: loop { break 'a } break 'a)).1.contains("break 'a"));
    }

    #[test]
    fn what_stays_in_the_loop_is_left_alone() {
        for tokens in [
            quote!(break;),
            quote!(continue 'own;),
            quote!('inner: loop {
                if x {
                    break 'inner;
                }
            }),
            quote!('inner: for x in y {
                for z in x {
                    continue 'inner;
                }
            }),
            quote!(let f = || a?;),
            quote!(let f = |a| -> Result<B, C> { return a?; };),
            quote!(let f = async { a? };),
            quote!(gather!(a?, b?)),
            quote!(if !(a) {}),
            quote!(
                macro_rules! m {
                    ($($x:tt)?) => {
                        $x?
                    };
                }
            ),
        ] {
            assert_eq!(exits(tokens.clone()).0, tokens.to_string());
        }
    }
}
