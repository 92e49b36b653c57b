//! `with!(name = context, { .. })`: a body with contexts, which are cleaned up on every way out.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::split_crate;
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::binding;
use crate::kit::scan::{Piece, piece};
use crate::kit::tokens::{
    anchor, argument, group, is_ident, is_joint, is_punct, located, regroup, split_at_commas, unwrap_invisible,
};

const EXAMPLE: &str = "with!(conn = connection(pool), { .. })";

/// `name = context`
struct Binding {
    /// An identifier or `_`.
    name: Ident,
    context: TokenStream,
}

/// `{ .. }`, `async move { .. }` or `async || -> T { .. }`
struct Body {
    is_move: bool,
    /// `T`
    output: Option<TokenStream>,
    block: Group,
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    let parts = split_at_commas(input);
    driver::expression("with!", &fallback(&parts), |errors| {
        let (bindings, body) = read(&parts, errors)?;
        refuse_yields(&body.block.stream(), errors);
        Some(emit(&bindings, &body, &krate.into_token_stream()))
    })
}

/// Keeps the contexts and the body where the editor can see them.
fn fallback(parts: &[TokenStream]) -> TokenStream {
    let Some((last, bindings)) = parts.split_last() else { return TokenStream::new() };
    let contexts = bindings.iter().filter_map(|part| Some(read_binding(part)?.context)).map(argument);
    let body = read_body(last).map(|body| body.block);
    if bindings.is_empty() && body.is_none() {
        return TokenStream::new();
    }
    quote!(#(_ = #contexts;)* async { #body })
}

fn read(parts: &[TokenStream], errors: &mut Errors) -> Option<(Vec<Binding>, Body)> {
    let Some((last, before)) = parts.split_last() else {
        errors.at(TokenStream::new(), format_args!("`with!` needs a context and a body\nwrite `{EXAMPLE}`"));
        return None;
    };
    let body = match (read_body(last), before.iter().find(|part| read_body(part).is_some())) {
        (Some(body), _) => Some(body),
        (None, Some(body)) => {
            errors.at(body, format_args!("the body of `with!` stands last\nwrite `{EXAMPLE}`"));
            return None;
        }
        (None, None) => {
            errors.at(last, format_args!("`with!` needs a body behind its contexts\nwrite `{EXAMPLE}`"));
            return None;
        }
    };
    if before.is_empty() {
        errors.at(last, format_args!("`with!` needs a context in front of its body\nwrite `{EXAMPLE}`"));
        return None;
    }
    let mut bindings = Vec::new();
    for part in before {
        match read_binding(part) {
            Some(binding) if binding.context.is_empty() => {
                errors.at(part, format_args!("the context is missing\nwrite `{EXAMPLE}`"));
            }
            Some(binding) => bindings.push(binding),
            None if read_body(part).is_some() => errors.at(part, format_args!("`with!` has one body\nwrite `{EXAMPLE}`")),
            None => errors.at(
                part,
                format_args!(
                    "a context of `with!` gets a name\nwrite `name = {part}`, or `_ = {part}` where it is not used",
                    part = shown(part)
                ),
            ),
        }
    }
    (bindings.len() == before.len()).then_some(())?;
    Some((bindings, body?))
}

/// As it was written, but for spaces.
fn shown(part: &TokenStream) -> String {
    let mut text = part.to_string();
    for tight in [" (", " .", ". ", "( ", " )", " ,", " ::", ":: ", "& "] {
        text = text.replace(tight, tight.trim());
    }
    text
}

fn read_binding(part: &TokenStream) -> Option<Binding> {
    let trees: Vec<TokenTree> = part.clone().into_iter().collect();
    let [TokenTree::Ident(name), equals, context @ ..] = &trees[..] else { return None };
    if !is_punct(Some(equals), '=') || is_joint(Some(equals)) {
        return None;
    }
    Some(Binding { name: name.clone(), context: context.iter().cloned().collect() })
}

fn read_body(part: &TokenStream) -> Option<Body> {
    let mut trees: Vec<TokenTree> = part.clone().into_iter().collect();
    // So does `$body:block`.
    if let Some(last) = trees.pop() {
        trees.extend(unwrap_invisible(&last.into()));
    }
    let (last, before) = trees.split_last()?;
    let block = group(Some(last), Delimiter::Brace)?.clone();
    let [asyncness, rest @ ..] = before else { return Some(Body { is_move: false, output: None, block }) };
    if !is_ident(Some(asyncness), "async") {
        return None;
    }
    let is_move = is_ident(rest.first(), "move");
    match &rest[usize::from(is_move)..] {
        [] => Some(Body { is_move, output: None, block }),
        [bar, bar_2] if is_punct(Some(bar), '|') && is_punct(Some(bar_2), '|') => Some(Body { is_move, output: None, block }),
        [bar, bar_2, minus, arrow, output @ ..]
            if is_punct(Some(bar), '|')
                && is_punct(Some(bar_2), '|')
                && is_punct(Some(minus), '-')
                && is_punct(Some(arrow), '>') =>
        {
            Some(Body { is_move, output: Some(output.iter().cloned().collect()), block })
        }
        _ => None,
    }
}

/// A `yield` that is still there belongs to no generator: one around this has taken its own.
fn refuse_yields(tokens: &TokenStream, errors: &mut Errors) {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut index = 0;
    while index < trees.len() {
        match piece(&trees, index) {
            Piece::Yield => errors.at(
                &trees[index],
                "there is no generator around this `yield`\nin the body of `with!` it stands for that of a `generator!` around it; a context lends in `context!`",
            ),
            Piece::Foreign(length) => {
                index += length;
                continue;
            }
            // A macro has its own rules.
            _ if index >= 2 && is_punct(trees.get(index - 1), '!') => {}
            _ => {
                if let TokenTree::Group(inside) = &trees[index] {
                    refuse_yields(&inside.stream(), errors);
                }
            }
        }
        index += 1;
    }
}

/// In:  `name = CONTEXT, { BODY }`
/// Out: an `async` block that enters CONTEXT, lends its value to `async { BODY }`, cleans up, and gives the body's result
///
/// Of several contexts the second one and what follows are the body of the first.
fn emit(bindings: &[Binding], body: &Body, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let move_ = body.is_move.then(|| quote!(move));
    let output = &body.output;
    let statements = body.block.stream();
    let edge = output.as_ref().map(|output| quote!(if false { return #private::returned::<#output>(); }));
    let block = regroup(&body.block, quote!(#edge #statements));
    let innermost = quote!(async #move_ #block);
    let outermost =
        bindings.iter().rev().fold(innermost, |inner, context| level(context, &inner, body, move_.as_ref(), &private));
    // In braces: a function of nothing but an `async` block is one that clippy wants written as an `async fn`.
    quote!({ #outermost })
}

fn level(
    Binding { name, context }: &Binding,
    inner: &TokenStream,
    body: &Body,
    move_: Option<&TokenStream>,
    private: &TokenStream,
) -> TokenStream {
    let (frame, outcome, answer, below, convert) =
        (binding("frame"), binding("outcome"), binding("answer"), binding("below"), binding("convert"));
    let fits = located(quote!(.fits()), body.block.span());
    let converted = located(quote!(.convert()), anchor(context));
    let context = argument(context.clone());
    // The user's own `_` for a `()` would be a pattern that clippy wants written as `()`.
    let name = if name == "_" { quote!(_) } else { name.to_token_stream() };
    // A method that takes `&mut self` is hidden by one of a trait that takes `&self`: hence the paths.
    quote! {
        async #move_ {
            let mut #frame = #private::frame(#private::plan(#context));
            let mut #outcome = #private::Outcome::NotBegun;
            let #answer = #outcome.answer();
            if #private::Frame::enter(&mut #frame).await {
                let (#below, #name) = #private::Frame::lend(&mut #frame);
                #outcome = #private::attempt(#below, #inner).await;
                #private::Frame::leave(&mut #frame, #answer.exit(&#outcome)).await;
            }
            let #convert = #frame.errors().within(&#answer) #fits #converted;
            #outcome.conclude(&mut #frame, #answer.failure(), #convert)
        }
    }
}
