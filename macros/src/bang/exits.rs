//! The ways out of a loop over a stream: in front of each the stream is closed.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;

use crate::kit::idents::local_at;
use crate::kit::scan::{Piece, piece};
use crate::kit::tokens::{group, is_ident, is_punct, located, operand, regroup};

/// Macros whose arguments are expressions of the body's own.
const TRANSPARENT: [&str; 16] = [
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
    "panic",
    "print",
    "println",
    "vec",
    "write",
];

pub(super) struct Exits<'a> {
    /// The pinned stream.
    pub(super) stream: &'a Ident,
    pub(super) krate: &'a TokenStream,
    /// Labels that are no way out: the loop's own, and those in its body.
    pub(super) labels: Vec<String>,
    /// Whether there is a `?`.
    pub(super) asks: bool,
    /// Whether the group at hand differs from the user's.
    changed: bool,
}

impl<'a> Exits<'a> {
    pub(super) fn new(stream: &'a Ident, krate: &'a TokenStream, own_label: &TokenStream) -> Self {
        let labels = own_label.clone().into_iter().nth(1).map(|label| label.to_string()).into_iter().collect();
        Self { stream, krate, labels, asks: false, changed: false }
    }

    /// In:  `VALUE?`, `return VALUE`, `break 'outside`
    /// Out: `VALUE.__or_close(&mut stream).await?`, `{ close(&mut stream).await; return VALUE; }`, and so on
    pub(super) fn tokens(&mut self, tokens: TokenStream) -> TokenStream {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut out: Vec<TokenTree> = Vec::new();
        let mut index = 0;
        while index < trees.len() {
            index += self.piece(&trees, index, &mut out);
        }
        out.into_iter().collect()
    }

    fn piece(&mut self, trees: &[TokenTree], index: usize, out: &mut Vec<TokenTree>) -> usize {
        let tree = &trees[index];
        let as_it_is = match piece(trees, index) {
            Piece::Question => {
                self.question(tree, out);
                return 1;
            }
            Piece::Return => return self.leave(trees, index, 1, out),
            Piece::AsyncBlock(block) => block + 1,
            Piece::Enclosed { length, .. } | Piece::Foreign(length) => length,
            _ if is_ident(Some(tree), "break") || is_ident(Some(tree), "continue") => match label(&trees[index + 1..]) {
                Some(label) if !self.labels.contains(&label) => return self.leave(trees, index, 3, out),
                _ => 1,
            },
            _ => {
                if let (Some(label), true) = (label(&trees[index..]), is_punct(trees.get(index + 2), ':')) {
                    self.labels.push(label);
                }
                out.push(match tree {
                    TokenTree::Group(found) if is_looked_into(trees, index) => self.group(found),
                    other => other.clone(),
                });
                return 1;
            }
        };
        let end = trees.len().min(index + as_it_is);
        out.extend(trees[index..end].iter().cloned());
        end - index
    }

    /// A group without a way out stays the user's own.
    fn group(&mut self, found: &Group) -> TokenTree {
        let (changed_before, labels_before) = (std::mem::take(&mut self.changed), self.labels.len());
        let tokens = self.tokens(found.stream());
        self.labels.truncate(labels_before);
        let group = if self.changed { regroup(found, tokens) } else { found.clone() };
        self.changed |= changed_before;
        group.into()
    }

    /// A loop around this one may have been here already: it is left after this one.
    fn question(&mut self, question: &TokenTree, out: &mut Vec<TokenTree>) {
        self.changed = true;
        self.asks = true;
        let mut behind = Vec::new();
        while let [.., dot, name, TokenTree::Group(_), dot_2, await_] = &out[..] {
            let is_ours = is_punct(Some(dot), '.') && is_ident(Some(name), "__or_close");
            if !(is_ours && is_punct(Some(dot_2), '.') && is_ident(Some(await_), "await")) {
                break;
            }
            let start = out.len() - 5;
            behind.splice(0..0, out.drain(start..));
        }
        let stream = self.stream;
        let or_close = local_at("__or_close", question.span());
        out.extend(located(quote!(.), question.span()));
        out.push(or_close.into());
        out.extend(located(quote!((&mut #stream).await), question.span()));
        out.extend(behind);
        out.push(question.clone());
    }

    /// `keyword` tokens and what is behind them. A loop around this one may have been here already: it is left after this one.
    fn leave(&mut self, trees: &[TokenTree], index: usize, keyword: usize, out: &mut Vec<TokenTree>) -> usize {
        self.changed = true;
        let at = trees[index].span();
        let value = operand(&trees[index + keyword..]);
        let (krate, stream) = (self.krate, self.stream);
        let behind = if is_closing(out) { std::mem::take(out) } else { Vec::new() };
        let mut statements = located(quote!(#krate::__private::close(&mut #stream).await;), at);
        statements.extend(behind);
        statements.extend(trees[index..index + keyword].iter().cloned());
        statements.extend(self.tokens(value.iter().cloned().collect()));
        statements.extend(quote!(;));
        let mut block = Group::new(Delimiter::Brace, statements);
        block.set_span(at);
        out.push(block.into());
        keyword + value.len()
    }
}

/// Whether these are what `leave` puts in front of a way out, and nothing else: the start of its block.
fn is_closing(trees: &[TokenTree]) -> bool {
    let [.., private, _, _, close, TokenTree::Group(_), dot, await_, semicolon] = trees else { return false };
    is_ident(Some(private), "__private")
        && is_ident(Some(close), "close")
        && is_punct(Some(dot), '.')
        && is_ident(Some(await_), "await")
        && is_punct(Some(semicolon), ';')
}

/// The name behind `'`.
fn label(trees: &[TokenTree]) -> Option<String> {
    is_punct(trees.first(), '\'').then(|| trees.get(1).map(ToString::to_string)).flatten()
}

/// Whether what stands in the group at `index` belongs to the body's own run: of macros that is known of a few.
fn is_looked_into(trees: &[TokenTree], index: usize) -> bool {
    let is_arguments = index >= 2 && is_punct(trees.get(index - 1), '!') && matches!(&trees[index - 2], TokenTree::Ident(_));
    if !is_arguments {
        return true;
    }
    let keywords = ["if", "while", "match", "return", "in", "else"];
    let name = trees[index - 2].to_string();
    group(trees.get(index), Delimiter::None).is_none()
        && (keywords.contains(&name.as_str()) || TRANSPARENT.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::format_ident;

    fn exits(tokens: TokenStream) -> String {
        let (stream, krate) = (format_ident!("s"), quote!(k));
        Exits::new(&stream, &krate, &quote!('own:)).tokens(tokens).to_string()
    }

    #[test]
    fn each_way_out_closes_first() {
        assert_eq!(exits(quote!(a(b)?;)), "a (b) . __or_close (& mut s) . await ? ;");
        assert_eq!(exits(quote!(return 1;)), "{ k :: __private :: close (& mut s) . await ; return 1 ; } ;");
        assert_eq!(exits(quote!(break 'out;)), "{ k :: __private :: close (& mut s) . await ; break 'out ; } ;");
        assert_eq!(exits(quote!(println!("{}", a?))), "println ! (\"{}\" , a . __or_close (& mut s) . await ?)");
    }

    #[test]
    fn what_stays_in_the_loop_is_left_alone() {
        for tokens in [
            quote!(break;),
            quote!(continue 'own;),
            quote!('inner: loop {
                break 'inner;
            }),
            quote!(let f = || a?;),
            quote!(let f = async { a? };),
            quote!(gather!(a?, b?)),
            quote!(if !(a) {}),
        ] {
            assert_eq!(exits(tokens.clone()), tokens.to_string());
        }
    }

    #[test]
    fn of_nested_loops_the_inner_one_closes_first() {
        let (outer, inner, krate) = (format_ident!("o"), format_ident!("i"), quote!(k));
        let tokens = Exits::new(&outer, &krate, &quote!()).tokens(quote!(a?));
        let tokens = Exits::new(&inner, &krate, &quote!()).tokens(tokens);
        assert_eq!(tokens.to_string(), "a . __or_close (& mut i) . await . __or_close (& mut o) . await ?");
        for leaves in [quote!(return 1), quote!(break 'out), quote!(continue 'out)] {
            let outermost = format_ident!("oo");
            let mut tokens = leaves;
            for stream in [&outermost, &outer, &inner] {
                tokens = Exits::new(stream, &krate, &quote!()).tokens(tokens);
            }
            // In blocks of each other.
            let text: Vec<String> = tokens.to_string().split([' ', ';', '{', '}']).map(String::from).collect();
            let closes: Vec<&str> =
                text.windows(2).filter(|pair| pair[0] == "mut").map(|pair| pair[1].trim_end_matches(')')).collect();
            assert_eq!(closes, ["i", "o", "oo"], "{tokens}");
        }
    }
}
