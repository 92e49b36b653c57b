//! `savepoint!(tx, { .. })`: a part of a transaction that can be undone alone.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::split_crate;
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::local;
use crate::kit::tokens::{group, is_ident, is_punct, located, regroup, split_at_commas};

const EXAMPLE: &str = "savepoint!(tx, { .. })";

struct Input {
    /// What the block calls the transaction, and what it is set on.
    tx: Ident,
    block: proc_macro2::Group,
    /// `T` of `async || -> T { .. }`.
    output: Option<TokenStream>,
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (krate, input) = split_crate(input);
    driver::expression("savepoint!", &TokenStream::new(), |errors| Some(emit(&read(input, errors)?, &krate)))
}

fn read(input: TokenStream, errors: &mut Errors) -> Option<Input> {
    let parts = split_at_commas(input);
    let first = parts.first().cloned().unwrap_or_default();
    let mut name = first.clone().into_iter();
    let (Some(TokenTree::Ident(tx)), None) = (name.next(), name.next()) else {
        errors.at(first, format_args!("`savepoint!` takes the transaction by its name\nwrite `{EXAMPLE}`"));
        return None;
    };
    let body: Vec<TokenTree> = parts.get(1).cloned().unwrap_or_default().into_iter().collect();
    for behind in parts.iter().skip(2) {
        errors.at(behind, format_args!("`savepoint!` has no options\nwrite `{EXAMPLE}`"));
    }
    let Some(block) = group(body.last(), Delimiter::Brace) else {
        let place = parts.get(1).filter(|part| !part.is_empty()).unwrap_or(&first);
        errors.at(place, format_args!("`savepoint!` needs a block\nwrite `{EXAMPLE}`"));
        return None;
    };
    match &body[..body.len() - 1] {
        [] => Some(Input { tx, block: block.clone(), output: None }),
        [asyncness, bar, bar_2, minus, arrow, output @ ..]
            if is_ident(Some(asyncness), "async")
                && is_punct(Some(bar), '|')
                && is_punct(Some(bar_2), '|')
                && is_punct(Some(minus), '-')
                && is_punct(Some(arrow), '>') =>
        {
            Some(Input { tx, block: block.clone(), output: Some(output.iter().cloned().collect()) })
        }
        other => {
            let other: TokenStream = other.iter().cloned().collect();
            errors.at(other, format_args!("`savepoint!` takes a block\nwrite `{EXAMPLE}`, or `savepoint!(tx, async || -> Result<T, E> {{ .. }})` to name its type"));
            None
        }
    }
}

/// In:  `tx, { BLOCK }`
/// Out: `async { let mut scope = savepoint(&mut *tx).await or return; let mut tx = lend(&mut scope.tx); let result = scope.body.run(async { BLOCK }).await; scope.end(result).await }`
///
/// The bound on the result stands at its type where that is named, else at the block.
fn emit(input: &Input, krate: &TokenStream) -> TokenStream {
    let Input { tx, block, output } = input;
    let private = quote!(#krate::__private);
    let (scope, error, result, ending) = (local("scope"), local("error"), local("result"), local("ending"));
    let how = match output {
        Some(output) => quote!(<#output as #krate::FromTxError>::ending()),
        None => located(quote!(#private::ending()), block.span()),
    };
    let at_tx = tx.span().resolved_at(Span::mixed_site());
    let own_scope = Ident::new("scope", at_tx);
    let outer = quote_spanned!(at_tx=> &mut *#tx);
    let lend = quote_spanned!(at_tx=> (&mut #own_scope.tx));
    let end = quote_spanned!(at_tx=> #own_scope.end(#ending, #result));
    let statements = block.stream();
    let edge = output.as_ref().map(|output| quote!(if false { return #private::returned::<#output>(); }));
    let block = regroup(block, quote!(#edge #statements));
    quote! {
        async {
            let #ending = #how;
            let mut #scope = match #private::savepoint(#outer).await {
                #private::Ok(#scope) => #scope,
                #private::Err(#error) => return #ending.failed(#error),
            };
            let mut #tx = #private::lend #lend;
            // Whether the block borrows it mutably, or uses it at all, is not a question of style.
            let _ = &mut #tx;
            let #result = #scope.body.run(async #block).await;
            #end.await
        }
    }
}
