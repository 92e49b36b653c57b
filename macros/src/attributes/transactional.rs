//! `#[transactional(tx)]`: the layer that begins a transaction, binds `tx`, and ends it as the body's result says.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

use super::policies::Site;
use crate::kit::args::{Args, Grammar};
use crate::kit::errors::Errors;
use crate::kit::idents::local;

pub(crate) const GRAMMAR: Grammar = Grammar {
    name: "#[transactional]",
    example: "#[transactional(tx = self.pool)]",
    options: &["tx", "crate"],
    words: &["tx"],
    foreign: &[
        (
            &["pool", "on", "source", "conn", "connection", "db"],
            "the source is the value of `tx`, `#[transactional(tx = self.pool)]`",
        ),
        (&["rollback_for", "no_rollback_for", "read_write", "times"], "every `Err` rolls back, every `Ok` commits"),
    ],
};

pub(crate) struct Transactional {
    /// `tx` as the user wrote it: what the body calls the transaction.
    name: Ident,
    source: TokenStream,
}

impl Transactional {
    pub(crate) fn plan(args: &mut Args, site: &Site<'_>, errors: &mut Errors) -> Option<Self> {
        for bare in &args.bare {
            errors.at(bare, format_args!("`#[transactional]` takes the transaction's source by name\nwrite `tx = {bare}`"));
        }
        let Some(option) = args.take("tx") else {
            if args.bare.is_empty() {
                args.needs(site.span, "`#[transactional]` needs to know what to begin on\nwrite `#[transactional(tx)]` with a parameter `tx: impl Begin<Sqlite>`, or `#[transactional(tx = self.pool)]`", errors);
            }
            return None;
        };
        let name = option.key;
        if option.value.is_empty() && !site.parameters.iter().any(|parameter| parameter == "tx") {
            errors.at(
                &name,
                format_args!(
                    "`{}` has no parameter `tx` to begin on\nadd `tx: impl Begin<Sqlite>`, or write `tx = self.pool`",
                    site.function
                ),
            );
            return None;
        }
        let source = source(&name, option.value);
        Some(Self { name, source })
    }

    /// In:  `INNER`
    /// Out: `async move { let mut scope = begin("name", SOURCE).await or return; let mut tx = scope.tx(); let result = INNER.await; scope.end(result).await }`
    ///
    /// The body has a reference: it can neither take the transaction away nor end it.
    pub(crate) fn wrap(&self, site: &Site<'_>, inner: &TokenStream) -> TokenStream {
        let Site { krate, function, .. } = site;
        let Self { name, source } = self;
        let (scope, error, result) = (local("scope"), local("error"), local("result"));
        let from_tx_error = from_tx_error();
        let private = quote!(#krate::__private);
        quote! {
            async move {
                let mut #scope = match #private::begin(#function, #source).await {
                    #private::Ok(#scope) => #scope,
                    #private::Err(#error) => return #from_tx_error(#error),
                };
                let mut #name = #scope.tx();
                // Whether the body borrows it mutably, or uses it at all, is not a question of style.
                let _ = &mut #name;
                let #result = #inner.await;
                #scope.end(#result).await
            }
        }
    }
}

/// A name is handed over, as a function call would; of anything longer, such as `self.pool`, only a reference is needed.
fn source(name: &Ident, value: TokenStream) -> TokenStream {
    let mut trees = value.clone().into_iter();
    match (trees.next(), trees.next()) {
        (None, _) => quote!(#name),
        (Some(TokenTree::Ident(_)), None) => value,
        (Some(TokenTree::Punct(punct)), Some(_)) if punct.as_char() == '&' => value,
        _ => quote!(&#value),
    }
}

/// The conversion, named once on the return type.
pub(crate) fn from_tx_error() -> Ident {
    local("from_tx_error")
}
