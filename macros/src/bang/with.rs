//! `with!(name = context, { .. })`: a body with contexts, which are cleaned up on every way out.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::split_crate;
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local_at};
use crate::kit::scan::{Piece, piece};
use crate::kit::tokens::{
    anchor, argument, group, is_ident, is_joint, is_punct, located, mentions, operand, regroup, split_at_commas, unwrap_invisible,
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
        let (bindings, mut body) = read(&parts, errors)?;
        let krate = krate.into_token_stream();
        body.block = regroup(&body.block, without_yields(body.block.stream(), &krate, errors));
        Some(emit(&bindings, &body, &krate))
    })
}

/// Keeps the contexts where the editor can see them, for what has no body to keep.
fn fallback(parts: &[TokenStream]) -> TokenStream {
    let bindings = parts.iter().filter_map(read_binding).filter(|binding| !binding.context.is_empty());
    let contexts: Vec<TokenStream> = bindings.map(|binding| argument(binding.context)).collect();
    match parts {
        [] => TokenStream::new(),
        _ => quote!(#(_ = #contexts;)* async {}),
    }
}

/// Where something is wrong, what may have been meant, so that nothing else is wrong with it.
fn read(parts: &[TokenStream], errors: &mut Errors) -> Option<(Vec<Binding>, Body)> {
    let Some((last, before)) = parts.split_last() else {
        errors.at(TokenStream::new(), format_args!("`with!` needs a context and a body\nwrite `{EXAMPLE}`"));
        return None;
    };
    let found = parts.iter().rposition(|part| read_body(part).is_some());
    let Some((body, position)) = found.and_then(|position| Some((read_body(&parts[position])?, position))) else {
        errors.at(last, format_args!("`with!` needs a body behind its contexts\nwrite `{EXAMPLE}`"));
        return None;
    };
    if position < before.len() {
        let rule = "the body of `with!` stands last, and no options behind it";
        errors.at(&parts[position], format_args!("{rule}\nwrite `{EXAMPLE}`"));
    } else if before.is_empty() {
        errors.at(last, format_args!("`with!` needs a context in front of its body\nwrite `{EXAMPLE}`"));
    }
    let mut bindings = Vec::new();
    for part in &parts[..position] {
        match read_binding(part) {
            Some(binding) if binding.context.is_empty() => {
                errors.at(part, format_args!("the context is missing\nwrite `{EXAMPLE}`"));
                return None;
            }
            Some(binding) => bindings.push(binding),
            None if read_body(part).is_some() => errors.at(part, format_args!("`with!` has one body\nwrite `{EXAMPLE}`")),
            None => bindings.push(unnamed(part, errors)),
        }
    }
    Some((bindings, body))
}

/// Says what is wrong with a part that is no `name = context`.
fn unnamed(part: &TokenStream, errors: &mut Errors) -> Binding {
    let meant = meant(part);
    let (name, context) = (&meant.name, shown(&meant.context));
    if name != "_" {
        errors.at(part, format_args!("a context of `with!` gets a plain name\nwrite `{name} = {context}`"));
    } else if context == shown(part) {
        errors.at(
            part,
            format_args!("a context of `with!` gets a name\nwrite `name = {context}`, or `_ = {context}` where it is not used"),
        );
    } else {
        errors.at(part, format_args!("a context of `with!` gets a name, and no pattern\nwrite `name = {context}`"));
    }
    meant
}

/// The name and the context in `mut name = context`, `name: T = context` and `context as name`.
fn meant(part: &TokenStream) -> Binding {
    let trees: Vec<TokenTree> = part.clone().into_iter().collect();
    if let [context @ .., as_, TokenTree::Ident(name)] = &trees[..] {
        if is_ident(Some(as_), "as") {
            return Binding { name: name.clone(), context: context.iter().cloned().collect() };
        }
    }
    let underscore = || Ident::new("_", Span::mixed_site());
    let equals = |&index: &usize| is_punct(trees.get(index), '=') && !is_joint(trees.get(index));
    let Some(equals) = (0..trees.len()).find(equals).filter(|&index| index + 1 < trees.len()) else {
        return Binding { name: underscore(), context: part.clone() };
    };
    let name = trees[..equals].iter().find_map(|tree| match tree {
        TokenTree::Ident(word) if ["let", "mut", "ref"].iter().any(|keyword| word == keyword) => None,
        other => Some(other),
    });
    let name = match name {
        Some(TokenTree::Ident(name)) => name.clone(),
        _ => underscore(),
    };
    Binding { name, context: trees[equals + 1..].iter().cloned().collect() }
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

/// A `yield` that is still there belongs to no generator: one around this has taken its own. Its value stays, without it.
fn without_yields(tokens: TokenStream, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    if !mentions(&tokens, "yield") {
        return tokens;
    }
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out: Vec<TokenTree> = Vec::new();
    let mut index = 0;
    while index < trees.len() {
        let mut length = 1;
        match piece(&trees, index) {
            Piece::Yield => {
                errors.at(
                    &trees[index],
                    "there is no generator around this `yield`\nin the body of `with!` it stands for that of a `generator!` around it; a context lends in `context!`",
                );
                let value = operand(&trees[index + 1..]);
                length += value.len();
                let value = without_yields(value.iter().cloned().collect(), krate, errors);
                out.extend(if value.is_empty() { quote!(()) } else { quote!(#krate::__private::drop(#value)) });
            }
            Piece::Foreign(foreign) => {
                length = foreign.min(trees.len() - index);
                out.extend(trees[index..index + length].iter().cloned());
            }
            _ => match &trees[index] {
                // A macro has its own rules.
                TokenTree::Group(inside) if index < 2 || !is_punct(trees.get(index - 1), '!') => {
                    out.push(regroup(inside, without_yields(inside.stream(), krate, errors)).into());
                }
                other => out.push(other.clone()),
            },
        }
        index += length;
    }
    out.into_iter().collect()
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
    // The block captures the value as what may be changed, even if it only looks: so it is `Send` where the value is. Not one that a
    // context behind it mentions, which may still borrow it.
    let is_last_use = |(place, name): &(usize, &Ident)| {
        let behind = &bindings[place + 1..];
        *name != "_" && !behind.iter().any(|binding| mentions(&binding.context, &name.to_string()))
    };
    let names = bindings.iter().map(|binding| &binding.name).enumerate();
    let lent = names.filter(is_last_use).map(|(_, name)| name);
    let block = regroup(&body.block, quote!(#(let #lent = &mut *#lent;)* #edge #statements));
    let innermost = quote!(async #move_ #block);
    let outermost =
        bindings.iter().rev().fold(innermost, |inner, context| level(context, &inner, body, move_.as_ref(), &private));
    // In braces: a function of nothing but an `async` block is one that clippy wants written as an `async fn`.
    quote!({ #outermost })
}

/// Whether a body can be seen to end in no way but a panic: with a `loop` that is not left, or a macro that panics.
fn never_ends(block: &Group) -> bool {
    let trees: Vec<TokenTree> = block.stream().into_iter().collect();
    let trees = if is_punct(trees.last(), ';') { &trees[..trees.len() - 1] } else { &trees[..] };
    if has_question(&block.stream()) || mentions(&block.stream(), "return") {
        return false;
    }
    match trees {
        [.., keyword, TokenTree::Group(body)] if is_ident(Some(keyword), "loop") => !mentions(&body.stream(), "break"),
        [.., TokenTree::Ident(name), bang, TokenTree::Group(_)] if is_punct(Some(bang), '!') => {
            ["panic", "todo", "unimplemented", "unreachable"].iter().any(|panics| name == panics)
        }
        _ => false,
    }
}

fn has_question(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|tree| match &tree {
        TokenTree::Group(inside) => has_question(&inside.stream()),
        tree => is_punct(Some(tree), '?'),
    })
}

fn level(
    Binding { name, context }: &Binding,
    inner: &TokenStream,
    body: &Body,
    move_: Option<&TokenStream>,
    private: &TokenStream,
) -> TokenStream {
    let [frame, errors, outcome, answer, below, convert] =
        ["frame", "errors", "outcome", "answer", "below", "convert"].map(binding);
    let fits = located(quote!(.fits()), body.block.span());
    // What such a body gives can not be told from its type, as it has none yet.
    let never = (body.output.is_none() && never_ends(&body.block)).then(|| quote!(let #answer = #answer.never();));
    let looked_at = if never.is_some() { quote!(#answer) } else { quote!(&#answer) };
    // Where a conversion is missing, rustc blames what the method is called on.
    let within = local_at("__within", anchor(context));
    let converted = located(quote!(#within.convert()), anchor(context));
    let context = argument(context.clone());
    // The user's own `_` for a `()` would be a pattern that clippy wants written as `()`.
    let name = if name == "_" { quote!(_) } else { name.to_token_stream() };
    // A method that takes `&mut self` is hidden by one of a trait that takes `&self`: hence the paths.
    quote! {
        async #move_ {
            let mut #frame = #private::frame(#private::plan(#context));
            let #errors = #frame.errors();
            let mut #outcome = #private::Outcome::NotBegun;
            let #answer = #outcome.answer();
            #never
            if #private::Frame::enter(&mut #frame).await {
                let (#below, #name) = #private::Frame::lend(&mut #frame);
                #outcome = #private::attempt(#below, #inner).await;
                #private::Frame::leave(&mut #frame, #answer.exit(&#outcome)).await;
            }
            let #within = #errors.within(#looked_at);
            let #within = #within #fits;
            let #convert = #converted;
            #outcome.conclude(&mut #frame, #answer.failure(), #convert)
        }
    }
}
