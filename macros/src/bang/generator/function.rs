//! The whole-function form: `generator!( pub async fn rows(&self) -> impl Stream<Item = Row> { .. } );`

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::visit_mut::VisitMut;
use syn::{GenericArgument, Ident, PathArguments, ReturnType, Type, TypeParamBound};

use super::{Form, Input, Kind, arguments, emit};
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::func::{Body, Func};
use crate::kit::tokens::{is_ident, is_punct, mentions};

/// Whether the input is a function and no expression.
pub(super) fn is_item(input: &TokenStream) -> bool {
    let trees: Vec<TokenTree> = input.clone().into_iter().take(3).collect();
    let starts = ["pub", "fn", "unsafe", "extern", "default"].iter().any(|keyword| is_ident(trees.first(), keyword));
    let is_const = is_ident(trees.first(), "const") && matches!(trees.get(1), Some(TokenTree::Ident(_)));
    let is_async =
        is_ident(trees.first(), "async") && ["fn", "unsafe", "extern"].iter().any(|keyword| is_ident(trees.get(1), keyword));
    // A `pub` that came through a fragment of `macro_rules!` stands in a group of its own.
    let is_fragment = matches!(trees.first(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None);
    starts || is_const || is_async || is_punct(trees.first(), '#') || is_fragment
}

/// In:  `ATTRIBUTES pub async fn name(ARGUMENTS) -> impl Stream<Item = T> { BODY }`
/// Out: the same function without `async`, with what [`emit`] makes of `async move || -> T { BODY }` for its body
pub(super) fn expand(kind: Kind, input: TokenStream, krate: &TokenStream) -> TokenStream {
    let name = kind.name();
    driver::attribute(name, &TokenStream::new(), |errors| {
        let mut func = read(name, input, errors)?;
        let form = Form { kind, is_async: func.sig.asyncness.take().is_some() };
        let item = item(form, &func.sig.output, &func.sig.ident, errors);
        if let Some(keyword) = func.sig.constness.take() {
            errors.at(keyword, format_args!("a function in `{name}` can not be `const`\nleave it out"));
        }
        let body = match &func.body {
            Body::Block(body) => body.clone(),
            Body::Missing(semi) => {
                errors.at(semi, format_args!("`{name}` needs a body here\na method without one is declared outside of `{name}`"));
                Group::new(Delimiter::Brace, TokenStream::new())
            }
        };
        let is_broken = !errors.is_empty();
        let has_item = item.is_some();
        let held = arguments::hold(&mut func.sig, &body.stream());
        let input = Input { form, capture: quote!(move), parameters: TokenStream::new(), item, held, body };
        let body = emit(&input, krate, errors);
        if is_broken {
            // Whatever else rustc had to say about the return type would be about the same mistake.
            func.sig.output = ReturnType::Default;
            // Without an item type nothing says what the error is.
            let is_known = has_item || kind == Kind::Plain;
            return Some(func.with_body(if is_known { quote!({ let _ = #body; }) } else { quote!({}) }));
        }
        Some(func.with_body(quote!({ #body })))
    })
}

/// One function and nothing else.
fn read(name: &str, input: TokenStream, errors: &mut Errors) -> Option<Func> {
    let example = format!("write `{name}(async fn items() -> impl Stream<Item = T> {{ .. yield item; .. }})`");
    let parser = |input: ParseStream<'_>| Ok((input.parse::<Func>()?, input.parse::<TokenStream>()?));
    match parser.parse2(input) {
        Ok((func, behind)) if behind.is_empty() => Some(func),
        Ok((func, behind)) => {
            errors.at(behind, format_args!("`{name}` takes one function, this stands behind it"));
            Some(func)
        }
        Err(error) => {
            errors.at_span(error.span(), format_args!("`{name}` takes a function here: {error}\n{example}"));
            None
        }
    }
}

/// The item type of `impl Stream<Item = T>` or `impl Iterator<Item = T>`, whichever `async` asks for.
fn item(form: Form, output: &ReturnType, name: &Ident, errors: &mut Errors) -> Option<TokenStream> {
    let returned = match output {
        ReturnType::Default => name.to_token_stream(),
        ReturnType::Type(_, returned) => returned.to_token_stream(),
    };
    let (right, wrong) = if form.is_async { ("Stream", "Iterator") } else { ("Iterator", "Stream") };
    let bounds: Vec<TypeParamBound> = match output {
        ReturnType::Type(_, returned) => match in_fragment(returned) {
            Type::ImplTrait(returned) => returned.bounds.iter().cloned().collect(),
            _ => Vec::new(),
        },
        ReturnType::Default => Vec::new(),
    };
    if let Some(bound) = bounds.iter().find_map(|bound| ending_in(bound, right)) {
        return item_of(bound);
    }
    let macro_name = form.kind.name();
    let item = if form.kind == Kind::Fallible { "Result<T, E>" } else { "T" };
    let other_way = if form.is_async { "leave out `async`" } else { "write `async fn`" };
    if let Some(bound) = bounds.iter().find_map(|bound| ending_in(bound, wrong)) {
        let keyword = if form.is_async { "an `async fn`" } else { "a function without `async`" };
        errors.at(
            returned,
            format_args!("{keyword} in `{macro_name}` returns `impl {right}<Item = {item}>`\n{other_way} to return `impl {wrong}<Item = {item}>`"),
        );
        return item_of(bound);
    }
    if mentions(&returned, "dyn") {
        let body = match form.is_async {
            true => format!("Box::pin({macro_name}(async move {{ .. }}))"),
            false => format!("Box::new({macro_name}(move || {{ .. }}))"),
        };
        errors.at(
            returned,
            format_args!("a function in `{macro_name}` returns what its body becomes, which is in no box\nwrite `impl {right}<Item = {item}>`, or `{body}` in a plain `fn`"),
        );
        return None;
    }
    errors.at(
        returned,
        format_args!("a function in `{macro_name}` returns what its body becomes\nwrite `async fn .. -> impl Stream<Item = {item}>`, or `fn .. -> impl Iterator<Item = {item}>`"),
    );
    None
}

/// The type itself, where it came through a fragment of `macro_rules!`.
fn in_fragment(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => in_fragment(&group.elem),
        ty => ty,
    }
}

/// The trait of a bound, if its name ends so (`FusedStream`).
fn ending_in<'a>(bound: &'a TypeParamBound, name: &str) -> Option<&'a syn::PathSegment> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    bound.path.segments.last().filter(|last| last.ident.to_string().ends_with(name))
}

/// Nothing where the type is left to inference: not written, or an `impl Trait` itself.
fn item_of(bound: &syn::PathSegment) -> Option<TokenStream> {
    struct Finds(bool);
    impl VisitMut for Finds {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            self.0 |= matches!(ty, Type::ImplTrait(_));
            syn::visit_mut::visit_type_mut(self, ty);
        }
    }
    let PathArguments::AngleBracketed(arguments) = &bound.arguments else { return None };
    let mut item = arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Item" => Some(assoc.ty.clone()),
        _ => None,
    })?;
    let mut opaque = Finds(false);
    opaque.visit_type_mut(&mut item);
    (!opaque.0).then(|| item.into_token_stream())
}
