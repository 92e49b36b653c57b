//! `generator!` and `try_generator!`: bodies that `yield`, as streams and as iterators.

mod arguments;
mod function;
mod lower;
mod read;
mod yields;

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::split_crate;
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::local;
use crate::kit::scan::yields_in_nested_blocks;
use crate::kit::tokens::split_at_commas;

/// Which of the two macros.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Fallible,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "generator!",
            Self::Fallible => "try_generator!",
        }
    }
}

/// What a body becomes.
#[derive(Clone, Copy)]
struct Form {
    kind: Kind,
    /// A stream; else an iterator.
    is_async: bool,
}

/// `[async] [move] { .. }` or `[async] [move] || [-> T] { .. }`.
struct Input {
    form: Form,
    capture: TokenStream,
    /// Not allowed; kept so that their uses are no errors as well.
    parameters: TokenStream,
    item: Option<TokenStream>,
    /// What is taken in though the body may not name it.
    held: TokenStream,
    body: Group,
}

pub(crate) fn expand(kind: Kind, input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    if function::is_item(&input) {
        return function::expand(kind, input, &krate);
    }
    driver::expression(kind.name(), &TokenStream::new(), |errors| {
        let input = read::read(kind, &input, errors)?;
        Some(emit(&input, &krate, errors))
    })
}

/// In:  `async move { BODY }`
/// Out: `direct(async move |outlet| 'body: { if false { return; } BODY })`, or `stream(async move |yielder| { .. })` if nested
/// blocks yield too; `direct_iter(..)` for an iterator; and `try_direct(async move |outlet| { if true { BODY } Ok(()) })` in the
/// fallible form.
///
/// The dead `return` says what a body gives before the first of the user's own does, so that a wrong one is an error where it
/// stands. The `if` wants a body without a value, and makes what follows reachable in rustc's eyes.
fn emit(input: &Input, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let Input { form, capture, parameters, item, held, body } = input;
    let meets = form.is_async && yields_in_nested_blocks(&body.stream());
    let handing = if meets { lower::Handing::Yielder } else { lower::Handing::Outlet };
    let start = handing.start(*form);
    let private = quote!(#krate::__private);
    let ascribed = item.as_ref().map(|item| ascribe(form.kind, item, krate));
    let parameters = split_at_commas(parameters.clone());
    let returned = match (form.kind, item) {
        (Kind::Plain, _) => quote!(),
        (Kind::Fallible, None) => quote!(#private::Ok(())),
        (Kind::Fallible, Some(item)) => {
            quote!(#private::returned::<#private::Result<(), <#item as #private::Fallible>::Err>>())
        }
    };
    let prologue = quote!(#(let #parameters = #private::returned();)* #held if false { return #returned; });
    let lower::Lowered { block, handle } = lower::body(*form, handing, body, &prologue, krate, errors);
    let block = match form.kind {
        Kind::Plain => block,
        Kind::Fallible => quote!({ if true { #block } #private::Ok(()) }),
    };
    quote!(#private::#start #ascribed (async #capture |#handle| #block))
}

/// The item type as a turbofish. The fallible form takes the type of a whole item, `Result<T, E>`, apart by projection.
fn ascribe(kind: Kind, item: &TokenStream, krate: &TokenStream) -> TokenStream {
    match kind {
        Kind::Plain => quote!(::<#item, _>),
        Kind::Fallible => {
            quote!(::<<#item as #krate::__private::Fallible>::Ok, <#item as #krate::__private::Fallible>::Err, _>)
        }
    }
}

/// The label of a generator's own level.
fn label() -> TokenStream {
    let name = syn::Lifetime::new("'body", local("body").span());
    quote!(#name)
}
