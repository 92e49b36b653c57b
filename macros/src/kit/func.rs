//! A function as attributes, signature and opaque body. The body is never parsed: what rustc makes of it is its own affair.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::visit::Visit;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Signature, Token, Visibility};

use super::tokens::{group, is_ident, is_punct, regroup};

pub(crate) struct Func {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Block(Group),
    /// A required method of a trait.
    Missing(Token![;]),
}

impl Parse for Func {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let defaultness = if input.peek(Token![default]) { Some(input.parse()?) } else { None };
        let sig = input.parse()?;
        let body = if input.peek(Token![;]) {
            Body::Missing(input.parse()?)
        } else {
            match input.parse::<TokenTree>()? {
                TokenTree::Group(block) if block.delimiter() == Delimiter::Brace => {
                    let (inner, rest) = lift_inner_attributes(block.stream());
                    attrs.extend(inner);
                    Body::Block(regroup(&block, rest))
                }
                other => return Err(syn::Error::new_spanned(other, "expected the body of the function")),
            }
        };
        Ok(Self { attrs, vis, defaultness, sig, body })
    }
}

impl Func {
    /// The function with another body; all else as it was written.
    pub(crate) fn with_body(&self, body: impl ToTokens) -> TokenStream {
        let Self { attrs, vis, defaultness, sig, .. } = self;
        quote!(#(#attrs)* #vis #defaultness #sig #body)
    }

    /// The names that the parameters bind, the receiver's included.
    pub(crate) fn parameter_names(&self) -> Vec<String> {
        fn collect(tokens: TokenStream, names: &mut Vec<String>) {
            for tree in tokens {
                match tree {
                    TokenTree::Ident(ident) => names.push(ident.to_string()),
                    TokenTree::Group(group) => collect(group.stream(), names),
                    _ => {}
                }
            }
        }
        let mut names = Vec::new();
        for input in &self.sig.inputs {
            match input {
                syn::FnArg::Receiver(_) => names.push("self".to_owned()),
                syn::FnArg::Typed(typed) => collect(typed.pat.to_token_stream(), &mut names),
            }
        }
        names
    }

    /// What the parameters bind, the receiver included. One that may be configured out is left alone.
    pub(crate) fn bindings(&self) -> Vec<Ident> {
        struct Bindings(Vec<Ident>);
        impl<'ast> Visit<'ast> for Bindings {
            fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
                // With a capital letter it is a constant, or a struct without fields.
                if !pattern.ident.to_string().starts_with(char::is_uppercase) {
                    self.0.push(pattern.ident.clone());
                }
                syn::visit::visit_pat_ident(self, pattern);
            }
        }
        let mut bindings = Bindings(Vec::new());
        for input in &self.sig.inputs {
            match input {
                syn::FnArg::Receiver(receiver) => bindings.0.push(Ident::new("self", receiver.self_token.span)),
                syn::FnArg::Typed(typed) if is_conditional(&typed.attrs) => {}
                syn::FnArg::Typed(typed) => bindings.visit_pat(&typed.pat),
            }
        }
        bindings.0
    }

    /// Takes the `mut` off parameters that the body has anew.
    pub(crate) fn without_mut(&mut self, names: &[Ident]) {
        struct WithoutMut<'n>(&'n [Ident]);
        impl VisitMut for WithoutMut<'_> {
            fn visit_pat_ident_mut(&mut self, pattern: &mut syn::PatIdent) {
                if self.0.contains(&pattern.ident) {
                    pattern.mutability = None;
                }
                syn::visit_mut::visit_pat_ident_mut(self, pattern);
            }
        }
        for input in &mut self.sig.inputs {
            if let syn::FnArg::Typed(typed) = input {
                WithoutMut(names).visit_pat_mut(&mut typed.pat);
            }
        }
    }

    /// Whether a parameter is bound `mut`.
    pub(crate) fn is_mut(&self, name: &Ident) -> bool {
        struct IsMut<'n>(&'n Ident, bool);
        impl<'ast> Visit<'ast> for IsMut<'_> {
            fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
                self.1 |= pattern.ident == *self.0 && pattern.mutability.is_some();
                syn::visit::visit_pat_ident(self, pattern);
            }
        }
        let mut visitor = IsMut(name, false);
        visitor.visit_signature(&self.sig);
        visitor.1
    }

    /// The names of the function's own type and const parameters.
    pub(crate) fn generic_names(&self) -> Vec<String> {
        let types = self.sig.generics.type_params().map(|parameter| parameter.ident.to_string());
        let consts = self.sig.generics.const_params().map(|parameter| parameter.ident.to_string());
        types.chain(consts).collect()
    }
}

/// Whether there is a `cfg` among the attributes.
pub(crate) fn is_conditional(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"))
}

impl ToTokens for Func {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match &self.body {
            Body::Block(block) => self.with_body(block),
            Body::Missing(semi) => self.with_body(semi),
        });
    }
}

/// `#![..]` at the start of a body belongs to the function; inside a generated block it would be in the wrong place.
fn lift_inner_attributes(body: TokenStream) -> (Vec<Attribute>, TokenStream) {
    let trees: Vec<TokenTree> = body.clone().into_iter().collect();
    let mut start = 0;
    let mut attrs = TokenStream::new();
    while is_punct(trees.get(start), '#')
        && is_punct(trees.get(start + 1), '!')
        && group(trees.get(start + 2), Delimiter::Bracket).is_some()
    {
        attrs.extend([trees[start].clone(), trees[start + 2].clone()]);
        start += 3;
    }
    if start == 0 {
        return (Vec::new(), body);
    }
    match syn::parse::Parser::parse2(Attribute::parse_outer, attrs) {
        Ok(attrs) => (attrs, trees.into_iter().skip(start).collect()),
        Err(_) => (Vec::new(), body),
    }
}

/// The `async` block that a hand-written boxed or `impl Future` function ends in.
pub(crate) struct AsyncTail {
    /// The user's `async`, and the `move` behind it if there is one.
    pub(crate) keyword: TokenTree,
    pub(crate) capture: Option<TokenTree>,
    pub(crate) block: Group,
    path: Vec<Step>,
}

/// How to get back from the block to the whole body.
enum Step {
    /// Tokens before and after, at the same level.
    Around(TokenStream, TokenStream),
    /// One group further out.
    Inside(Group),
}

/// Finds `async { .. }`, `Box::pin(async { .. })` or `async { .. }.boxed()` at the end of a body.
pub(crate) fn async_tail(body: &Group) -> Option<AsyncTail> {
    let trees: Vec<TokenTree> = body.stream().into_iter().collect();
    let mut tail = tail_of(&trees)?;
    tail.path.push(Step::Inside(body.clone()));
    Some(tail)
}

fn tail_of(trees: &[TokenTree]) -> Option<AsyncTail> {
    let end = without_boxed(trees);
    match trees.get(end.checked_sub(1)?)? {
        TokenTree::Group(block) if block.delimiter() == Delimiter::Brace => {
            let before = trees.get(end.checked_sub(2)?);
            let capture = before.filter(|tree| is_ident(Some(tree), "move")).cloned();
            let keyword = if capture.is_some() { end.checked_sub(3)? } else { end - 2 };
            is_ident(trees.get(keyword), "async").then(|| AsyncTail {
                keyword: trees[keyword].clone(),
                capture,
                block: block.clone(),
                path: vec![Step::Around(collect(&trees[..keyword]), collect(&trees[end..]))],
            })
        }
        TokenTree::Group(arguments)
            if arguments.delimiter() == Delimiter::Parenthesis && is_ident(trees.get(end.checked_sub(2)?), "pin") =>
        {
            let inner: Vec<TokenTree> = arguments.stream().into_iter().collect();
            let inner = if is_punct(inner.last(), ',') { &inner[..inner.len() - 1] } else { &inner };
            let mut tail = tail_of(inner)?;
            if !matches!(&tail.path[..], [Step::Around(before, _)] if before.is_empty()) {
                return None;
            }
            tail.path.push(Step::Inside(arguments.clone()));
            tail.path.push(Step::Around(collect(&trees[..end - 1]), collect(&trees[end..])));
            Some(tail)
        }
        _ => None,
    }
}

/// The end of the tail without `.boxed()` or `.boxed_local()` behind it.
fn without_boxed(trees: &[TokenTree]) -> usize {
    let count = trees.len();
    let is_boxed = count >= 4
        && group(trees.last(), Delimiter::Parenthesis).is_some_and(|arguments| arguments.stream().is_empty())
        && (is_ident(trees.get(count - 2), "boxed") || is_ident(trees.get(count - 2), "boxed_local"))
        && is_punct(trees.get(count - 3), '.');
    if is_boxed { count - 3 } else { count }
}

fn collect(trees: &[TokenTree]) -> TokenStream {
    trees.iter().cloned().collect()
}

impl AsyncTail {
    /// The whole body with `future` in place of the `async` block.
    pub(crate) fn replace(&self, future: TokenStream) -> TokenStream {
        self.path.iter().fold(future, |inner, step| match step {
            Step::Around(before, after) => quote!(#before #inner #after),
            Step::Inside(group) => regroup(group, inner).into_token_stream(),
        })
    }
}

/// What `#[async_trait]` makes of a body: the arguments bound anew, and the body as the value of a `let`.
pub(crate) struct Rebound {
    before: TokenStream,
    pub(crate) block: Group,
    after: TokenStream,
    /// What it calls the receiver.
    pub(crate) receiver: Option<Ident>,
}

/// Finds `let __self = self; .. let __ret: T = { .. }; __ret`, or `let _: () = { .. };` at the end, in such a block.
pub(crate) fn rebound(block: &Group) -> Option<Rebound> {
    let trees: Vec<TokenTree> = block.stream().into_iter().collect();
    let at = |index: usize| trees.get(index);
    let is_value = |index: &usize| {
        group(at(*index), Delimiter::Brace).is_some() && is_punct(at(*index + 1), ';') && is_punct(at(index.wrapping_sub(1)), '=')
    };
    let place = (1..trees.len()).rev().find(is_value)?;
    let start = (0..place).rev().find(|index| is_ident(at(*index), "let"))?;
    let is_unit = is_ident(at(start + 1), "_") && place == start + 5 && place + 2 == trees.len();
    if !(is_ident(at(start + 1), "__ret") || is_unit) {
        return None;
    }
    let receiver = trees[..start].windows(3).find_map(|window| match window {
        [TokenTree::Ident(name), equals, own] if is_punct(Some(equals), '=') && is_ident(Some(own), "self") => Some(name.clone()),
        _ => None,
    });
    let block = group(at(place), Delimiter::Brace)?.clone();
    Some(Rebound { before: collect(&trees[..place]), block, after: collect(&trees[place + 1..]), receiver })
}

impl Rebound {
    /// The statements with another value in place of the body.
    pub(crate) fn replace(&self, value: &TokenStream) -> TokenStream {
        let Self { before, after, .. } = self;
        quote!(#before #value #after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(body: TokenStream) -> Option<(bool, String)> {
        let group = Group::new(Delimiter::Brace, body);
        async_tail(&group).map(|tail| (tail.capture.is_some(), tail.replace(quote!(HERE)).to_string()))
    }

    #[test]
    fn every_form_of_a_hand_written_future_is_found() {
        assert_eq!(tail(quote!(async { 1 })), Some((false, "{ HERE }".into())));
        assert_eq!(tail(quote!(let a = 1; async move { a })), Some((true, "{ let a = 1 ; HERE }".into())));
        assert_eq!(tail(quote!(Box::pin(async move { 1 }))), Some((true, "{ Box :: pin (HERE) }".into())));
        assert_eq!(
            tail(quote!(a(); ::std::boxed::Box::pin(async { 1 },))),
            Some((false, "{ a () ; :: std :: boxed :: Box :: pin (HERE) }".into()))
        );
        assert_eq!(tail(quote!(async { 1 }.boxed())), Some((false, "{ HERE . boxed () }".into())));
        assert_eq!(tail(quote!(Box::pin(self.other()))), None);
        assert_eq!(tail(quote!(Box::pin(wrap(async { 1 })))), None);
        assert_eq!(tail(quote!({ 1 })), None);
        assert_eq!(tail(quote!()), None);
    }

    #[test]
    fn the_body_in_an_async_trait_is_found() {
        let block: Group = syn::parse2(quote!({
            if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<u8> {
                return __ret;
            }
            let mut __self = self;
            let key = key;
            let __ret: u8 = { __self.get(key) };
            __ret
        }))
        .unwrap();
        let found = rebound(&block).unwrap();
        assert_eq!(found.receiver.as_ref().unwrap(), "__self");
        assert_eq!(found.block.stream().to_string(), "__self . get (key)");
        assert!(found.replace(&quote!(HERE)).to_string().ends_with("let __ret : u8 = HERE ; __ret"));
        let unit: Group = syn::parse2(quote!({
            let key = key;
            let _: () = {
                put(key);
            };
        }))
        .unwrap();
        assert!(rebound(&unit).is_some_and(|found| found.receiver.is_none()));
        let by_hand: Group = syn::parse2(quote!({
            let answer = { ask() };
            answer
        }))
        .unwrap();
        assert!(rebound(&by_hand).is_none());
    }

    #[test]
    fn inner_attributes_move_to_the_function() {
        let func: Func = syn::parse_quote!(
            fn f() {
                #![allow(unused)]
                body
            }
        );
        assert_eq!(func.to_token_stream().to_string(), "# [allow (unused)] fn f () { body }");
    }
}
