//! `savepoint!(tx, { .. })`: a part of a transaction that can be undone alone.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;

use super::split_crate;
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::idents::local;
use crate::kit::tokens::{group, is_ident, is_punct, regroup, split_at_commas};

const EXAMPLE: &str = "savepoint!(tx, { .. })";

struct Input {
    /// What the block calls the transaction, and what it is set on.
    tx: TokenTree,
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
    let mut name = parts.first().cloned().unwrap_or_default().into_iter();
    let tx = match (name.next(), name.next()) {
        (Some(tx @ TokenTree::Ident(_)), None) => tx,
        (first, _) => {
            errors.at(first, format_args!("`savepoint!` takes the transaction by its name\nwrite `{EXAMPLE}`"));
            return None;
        }
    };
    let body: Vec<TokenTree> = parts.get(1).cloned().unwrap_or_default().into_iter().collect();
    for behind in parts.iter().skip(2) {
        errors.at(behind, format_args!("`savepoint!` has no options\nwrite `{EXAMPLE}`"));
    }
    let Some(block) = group(body.last(), Delimiter::Brace) else {
        errors.at(body.first().unwrap_or(&tx), format_args!("`savepoint!` needs a block\nwrite `{EXAMPLE}`"));
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
        [other, ..] => {
            errors.at(other, format_args!("`savepoint!` takes a block\nwrite `{EXAMPLE}`, or `savepoint!(tx, async || -> Result<T, E> {{ .. }})` to name its type"));
            None
        }
    }
}

/// In:  `tx, { BLOCK }`
/// Out: `async { let mut scope = savepoint(&mut *tx).await or return; let mut tx = scope.tx(); let result = async { BLOCK }.await; scope.end(result).await }`
fn emit(input: &Input, krate: &TokenStream) -> TokenStream {
    let Input { tx, block, output } = input;
    let private = quote!(#krate::__private);
    let (scope, error, result) = (local("scope"), local("error"), local("result"));
    let statements = block.stream();
    let edge = output.as_ref().map(|output| quote!(if false { return #private::returned::<#output>(); }));
    let block = regroup(block, quote!(#edge #statements));
    quote! {
        async {
            let mut #scope = match #private::savepoint(&mut *#tx).await {
                #private::Ok(#scope) => #scope,
                #private::Err(#error) => return #krate::FromTxError::from_tx_error(#error),
            };
            let mut #tx = #scope.tx();
            // Whether the block borrows it mutably, or uses it at all, is not a question of style.
            let _ = &mut #tx;
            let #result = async #block.await;
            #scope.end(#result).await
        }
    }
}
