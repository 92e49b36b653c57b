//! The stack of policies on one function: collected from the top, expanded once, in written order.
//!
//! rustc expands the top attribute first. If each rewrote the body, the bottom one would end up outermost. So each takes
//! itself off and adds its tokens to one hidden attribute at the end of the list, and that one, expanded last, emits all layers.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Attribute;
use syn::parse::Parser;

use super::limit::{self, Limit};
use super::timeout::{self, Timeout};
use super::transactional::{self, Transactional};
use crate::kit::args::{Args, Grammar, key_of};
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::func::{Body, Func, async_tail};
use crate::kit::krate;
use crate::kit::messages;
use crate::kit::returns::Output;
use crate::kit::tokens::{is_punct, mentions, regroup, split_at_commas};
use crate::kit::written::as_written;

/// The hidden attribute's name under `__private`.
const HIDDEN: &str = "policies";

// ---- collecting ----

/// Adds the attribute `name` with its arguments to the hidden attribute of `item`.
pub(crate) fn collect(name: &str, args: &TokenStream, item: TokenStream) -> TokenStream {
    let split = |input: syn::parse::ParseStream<'_>| Ok((input.call(Attribute::parse_outer)?, input.parse::<TokenStream>()?));
    let Ok((mut attrs, rest)) = split.parse2(item.clone()) else { return item };
    let entry = Ident::new(name, Span::call_site());
    let entry = quote!(#entry(#args));
    let own_krate = crate_option(args);

    let hidden = attrs.iter().position(is_hidden).map(|index| attrs.remove(index));
    let (krate, entries) = match &hidden {
        Some(hidden) => (own_krate.unwrap_or_else(|| krate_of(hidden)), arguments(hidden)),
        None => (own_krate.unwrap_or_else(krate::default_path), TokenStream::new()),
    };
    // Underlined with the path, should that lead somewhere else.
    let path_end = krate.clone().into_iter().last().map_or_else(Span::mixed_site, |last| last.span());
    let door = Ident::new("__private", path_end.resolved_at(Span::mixed_site()));
    let hidden = Ident::new(HIDDEN, Span::mixed_site());
    let hidden: Attribute = syn::parse_quote!(#[#krate::#door::#hidden(#entries #entry)]);
    // An entry attribute makes the function synchronous: what wraps the body has to come before it.
    let place = attrs.iter().position(is_entry).unwrap_or(attrs.len());
    attrs.insert(place, hidden);
    quote!(#(#attrs)* #rest)
}

fn is_hidden(attr: &Attribute) -> bool {
    let segments = &attr.path().segments;
    segments.len() >= 2 && segments[segments.len() - 1].ident == HIDDEN && segments[segments.len() - 2].ident == "__private"
}

fn is_entry(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "test" || last.ident == "main")
}

fn arguments(attr: &Attribute) -> TokenStream {
    attr.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default()
}

/// The path in front of `::__private::policies`.
fn krate_of(hidden: &Attribute) -> TokenStream {
    let trees: Vec<TokenTree> = hidden.path().to_token_stream().into_iter().collect();
    // `:: __private :: policies` are three colons-pairs and two names: six tokens.
    trees[..trees.len().saturating_sub(6)].iter().cloned().collect()
}

fn crate_option(args: &TokenStream) -> Option<TokenStream> {
    let only_crate = Grammar { name: "", example: "", options: &["crate"], words: &[], foreign: &[] };
    let value =
        split_at_commas(args.clone()).iter().filter_map(|part| key_of(part, &only_crate)).find(|(key, _)| key == "crate")?.1;
    let mut errors = Errors::new();
    let path = krate::from_option(&value, &mut errors);
    // The hidden attribute reads the option again and reports what is wrong with it.
    drop(errors.into_tokens());
    path
}

// ---- planning ----

/// What every layer of a stack knows about its place.
pub(crate) struct Site<'a> {
    pub(crate) krate: &'a TokenStream,
    /// The attribute, for errors about what is missing in it.
    pub(crate) span: Span,
    pub(crate) function: &'a str,
    pub(crate) parameters: &'a [String],
    pub(crate) generics: &'a [String],
}

enum Layer {
    Timeout(Timeout),
    Limit(Limit),
    Transactional(Transactional),
}

/// One attribute of the stack as collected.
struct Entry {
    name: Ident,
    args: TokenStream,
}

/// The hidden attribute: `entries` are those collected, outermost first.
pub(crate) fn expand(entries: TokenStream, item: &TokenStream) -> TokenStream {
    let entries = read_entries(entries);
    let name = entries.first().map_or_else(|| "policies".to_owned(), |entry| entry.name.to_string());
    driver::attribute(&name, item, |errors| {
        let Ok(func) = syn::parse2::<Func>(item.clone()) else {
            wrong_item(&name, item, errors);
            return None;
        };
        let mut krate = krate::default_path();
        let layers = plan(&entries, &func, &mut krate, errors);
        let attribute = entries.first().map_or_else(Span::call_site, |entry| entry.name.span());
        let shape = shape(&name, attribute, &func, &krate, errors)?;
        Some(emit(func, &shape, &layers?, &entries, &krate))
    })
}

fn read_entries(entries: TokenStream) -> Vec<Entry> {
    let mut trees = entries.into_iter();
    let mut read = Vec::new();
    while let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(args))) = (trees.next(), trees.next()) {
        read.push(Entry { name, args: args.stream() });
    }
    read
}

/// All layers, or `None` if one of them could not be read: a policy runs as it is written or not at all.
fn plan(entries: &[Entry], func: &Func, krate: &mut TokenStream, errors: &mut Errors) -> Option<Vec<Layer>> {
    let mut read = Vec::new();
    if let Some(second) = entries.iter().filter(|entry| entry.name == "transactional").nth(1) {
        errors.at_span(second.name.span(), "a function is `#[transactional]` once\nremove this one");
    }
    for entry in entries {
        let mut args = Args::parse(entry.args.clone(), grammar(&entry.name), errors);
        if let Some(option) = args.take("crate") {
            if let Some(path) = krate::from_option(&option.value, errors) {
                *krate = path;
            }
        }
        read.push((entry, args));
    }
    let function = func.sig.ident.to_string();
    let (parameters, generics) = (func.parameter_names(), func.generic_names());
    let layers: Vec<Option<Layer>> = read
        .iter_mut()
        .map(|(entry, args)| {
            let span = entry.name.span();
            let site = Site { krate, span, function: &function, parameters: &parameters, generics: &generics };
            match entry.name.to_string().as_str() {
                "timeout" => Timeout::plan(args, &site, errors).map(Layer::Timeout),
                "transactional" => Transactional::plan(args, &site, errors).map(Layer::Transactional),
                _ => Limit::plan(args, &site, errors).map(Layer::Limit),
            }
        })
        .collect();
    if errors.is_empty() { layers.into_iter().collect() } else { None }
}

fn grammar(name: &Ident) -> &'static Grammar {
    match name.to_string().as_str() {
        "timeout" => &timeout::GRAMMAR,
        "transactional" => &transactional::GRAMMAR,
        _ => &limit::GRAMMAR,
    }
}

// ---- checking ----

/// How the function comes by its future.
enum Shape {
    Async(Output),
    /// By hand, in an `async` block at its end.
    Tail(Output),
}

fn shape(name: &str, attribute: Span, func: &Func, krate: &TokenStream, errors: &mut Errors) -> Option<Shape> {
    let sig = &func.sig;
    if let Some(constness) = &sig.constness {
        errors.at(constness, format_args!("`#[{name}]` goes on an `async fn`, which can not be `const`"));
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, format_args!("`#[{name}]` goes on an `async fn`, which can not be `extern`"));
    }
    let body = match &func.body {
        Body::Block(body) => body,
        Body::Missing(semi) => {
            errors.at(
                semi,
                format_args!(
                    "`#[{name}]` has no body to act on here\nput it on the implementation, or give `{}` a default body",
                    sig.ident
                ),
            );
            return None;
        }
    };
    if sig.constness.is_some() || sig.abi.is_some() {
        return None;
    }
    if sig.asyncness.is_some() {
        return Some(Shape::Async(Output::of_async(sig)));
    }
    if let (Some(_), Some(output)) = (async_tail(body), Output::of_future(sig, krate)) {
        return Some(Shape::Tail(output));
    }
    if mentions(&body.stream(), "block_on") {
        errors.at_span(attribute, messages::below_entry(name));
    } else {
        errors.at(
            sig.fn_token,
            format_args!(
                "`#[{name}]` goes on an `async fn`, or on a function that ends in an `async` block\nwrite `async fn {}`",
                sig.ident
            ),
        );
    }
    None
}

/// Something that is no function: the error stands at the word that says what it is.
fn wrong_item(name: &str, item: &TokenStream, errors: &mut Errors) {
    const KEYWORDS: &[&str] =
        &["struct", "enum", "union", "trait", "impl", "mod", "const", "static", "type", "use", "extern", "macro_rules"];
    let keyword = item
        .clone()
        .into_iter()
        .find(|tree| matches!(tree, TokenTree::Ident(ident) if KEYWORDS.iter().any(|known| ident == known)));
    match keyword {
        Some(keyword) => errors.at(&keyword, format_args!("`#[{name}]` goes on a function, not on `{keyword}`")),
        None if item.clone().into_iter().any(|tree| is_punct(Some(&tree), '!')) => {
            errors.at(item.clone().into_iter().next(), format_args!("`#[{name}]` goes on a function, not on a macro call"));
        }
        None => errors.at(item.clone().into_iter().next(), format_args!("`#[{name}]` goes on a function")),
    }
}

// ---- emitting ----

/// In:  `async fn f(..) -> R { BODY }`
/// Out: `async fn f(..) -> R { OUTER(INNER(async move { BODY })).await }`
fn emit(mut func: Func, shape: &Shape, layers: &[Layer], entries: &[Entry], krate: &TokenStream) -> TokenStream {
    let Body::Block(body) = &func.body else { return func.to_token_stream() };
    let body = match shape {
        Shape::Async(output) => {
            let edge = output.edge(krate);
            let statements = body.stream();
            let block = regroup(body, quote!(#edge #statements));
            let prelude = prelude(layers, output, krate);
            // The user's own keyword: with a generated one rustc forgets the names of what the body captures.
            let keyword = &func.sig.asyncness;
            let future = wrap(&func, layers, krate, &quote!(move), quote!(#keyword move #block));
            quote!({ #prelude #future.await })
        }
        Shape::Tail(output) => {
            let Some(tail) = async_tail(body) else { return func.to_token_stream() };
            let edge = output.edge(krate);
            let statements = tail.block.stream();
            let block = regroup(&tail.block, quote!(#edge #statements));
            let prelude = prelude(layers, output, krate);
            let (keyword, capture) = (&tail.keyword, tail.capture.to_token_stream());
            let future = wrap(&func, layers, krate, &capture, quote!(#keyword #capture #block));
            tail.replace(quote!(#keyword #capture { #prelude #future.await }))
        }
    };
    func.attrs.extend(documentation(entries));
    func.with_body(body)
}

/// What the layers share: each conversion is named once, on the user's return type, so that a missing one is one error. It is
/// kept as a pointer, for the function item would ask for the bound once more wherever it is used.
fn prelude(layers: &[Layer], output: &Output, krate: &TokenStream) -> TokenStream {
    let has_timeout = layers.iter().any(|layer| matches!(layer, Layer::Timeout(_)));
    let from_elapsed = has_timeout.then(|| {
        let from_elapsed = timeout::from_elapsed();
        quote!(let #from_elapsed: fn(_) -> _ = <#output as #krate::FromElapsed>::from_elapsed;)
    });
    let has_transaction = layers.iter().any(|layer| matches!(layer, Layer::Transactional(_)));
    let ending = has_transaction.then(|| {
        let ending = transactional::ending();
        quote!(let #ending = <#output as #krate::FromTxError>::ending();)
    });
    quote!(#from_elapsed #ending)
}

/// The layers around `body`, the first one outermost. Closures capture as `body` does.
fn wrap(func: &Func, layers: &[Layer], krate: &TokenStream, capture: &TokenStream, body: TokenStream) -> TokenStream {
    let function = func.sig.ident.to_string();
    let site = Site { krate, span: Span::call_site(), function: &function, parameters: &[], generics: &[] };
    layers.iter().rev().fold(body, |inner, layer| match layer {
        Layer::Timeout(timeout) => timeout.wrap(&site, &inner),
        Layer::Limit(limit) => limit.wrap(&site, capture, &inner),
        Layer::Transactional(transactional) => transactional.wrap(&site, &inner),
    })
}

/// A paragraph behind the user's own documentation, one line a policy.
fn documentation(entries: &[Entry]) -> Vec<Attribute> {
    let mut lines = vec![String::new(), " Policies, outermost first:".to_owned()];
    lines.extend(entries.iter().map(|entry| format!(" - `{}({})`", entry.name, without_crate(&entry.args))));
    lines.iter().map(|line| syn::parse_quote!(#[doc = #line])).collect()
}

/// Where weftwork is found is nothing that a reader of the documentation needs to know.
fn without_crate(args: &TokenStream) -> String {
    let parts = split_at_commas(args.clone());
    let told = parts.iter().filter(|part| crate_option(part).is_none()).map(as_written);
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Delimiter;

    fn collected(item: TokenStream, attributes: &[(&str, TokenStream)]) -> String {
        let item = attributes.iter().fold(item, |item, (name, args)| collect(name, args, item));
        item.to_string().replace(' ', "")
    }

    #[test]
    fn the_hidden_attribute_holds_the_stack_in_written_order() {
        let tokens = collected(
            quote!(
                #[must_use]
                async fn f() {}
            ),
            &[("timeout", quote!(1s)), ("limit", quote!(2))],
        );
        assert_eq!(tokens, "#[must_use]#[::weftwork::__private::policies(timeout(1s)limit(2))]asyncfnf(){}");
    }

    #[test]
    fn p11_it_stands_before_an_entry_attribute() {
        let tokens = collected(
            quote!(
                #[inline]
                #[tokio::test]
                async fn f() {}
            ),
            &[("timeout", quote!(1s)), ("limit", quote!(2))],
        );
        assert_eq!(tokens, "#[inline]#[::weftwork::__private::policies(timeout(1s)limit(2))]#[tokio::test]asyncfnf(){}");
    }

    #[test]
    fn p128_crate_on_one_attribute_serves_the_stack() {
        let tokens = collected(
            quote!(
                async fn f() {}
            ),
            &[("timeout", quote!(1s)), ("limit", quote!(2, crate = a::b)), ("timeout", quote!(3s))],
        );
        assert_eq!(tokens, "#[a::b::__private::policies(timeout(1s)limit(2,crate=a::b)timeout(3s))]asyncfnf(){}");
    }

    #[test]
    fn groups_without_arguments_are_entries_too() {
        assert_eq!(read_entries(quote!(timeout() limit(1))).len(), 2);
        assert!(
            matches!(quote!(timeout()).into_iter().nth(1), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
        );
    }
}
