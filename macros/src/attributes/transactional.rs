//! `#[transactional(tx)]`: the layer that begins a transaction, binds `tx`, and ends it as the body's result says.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::policies::{Around, Code, Site};
use crate::kit::args::{Args, Grammar};
use crate::kit::errors::Errors;
use crate::kit::idents::local;
use crate::kit::tokens::mentions;

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
        (&["rollback_for", "no_rollback_for"], "every `Err` rolls back, every `Ok` commits"),
        (&["read_write"], "every transaction may read and write"),
        (&["times", "attempts", "retries"], "the body runs once, repeat the call instead"),
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
    /// Out: `async move { let source = SOURCE; let mut scope = begin("name", source).await or return; let mut tx = lend(&mut scope.tx); let result = INNER.await; scope.end(result).await }`
    ///
    /// The body has it on loan: it can neither take the transaction away nor end it. What it tries stands at the `tx` of the
    /// attribute and where it tries it.
    pub(crate) fn wrap(&self, around: &Around<'_>, inner: Code) -> Code {
        let Around { site, capture, .. } = around;
        let Site { krate, .. } = site;
        let inner = inner.into_future(around);
        let Self { name, source } = self;
        // In a block of their own: what is borrowed for the source is given back when the transaction has begun.
        let (own_source, begun) = (local("source"), local("begun"));
        let (scope, error, result, ending) = (local("scope"), local("error"), local("result"), ending());
        let private = quote!(#krate::__private);
        let begin = self.begin(site);
        let span = name.span().resolved_at(Span::mixed_site());
        let own_scope = Ident::new("scope", span);
        let lend = quote_spanned!(span=> (&mut #own_scope.tx));
        let end = quote_spanned!(span=> #own_scope.end(#ending, #result));
        Code::Future(quote! {
            async #capture {
                let #begun = {
                    let #own_source = #source;
                    #begin
                };
                let mut #scope = match #begun {
                    #private::Ok(#scope) => #scope,
                    #private::Err(#error) => return #ending.failed(#error),
                };
                let mut #name = #private::lend #lend;
                // Whether the body borrows it mutably, or uses it at all, is not a question of style.
                let _ = &mut #name;
                let #result = #inner.await;
                #end.await
            }
        })
    }
}

impl Transactional {
    /// Out: `begin("name", source).await`
    ///
    /// All of it stands at the one token that names the source. rustc says twice that this is nothing to begin on, for the argument
    /// and for the future, and drops the second where it stands at the same place.
    fn begin(&self, site: &Site<'_>) -> TokenStream {
        let Site { krate, function, .. } = site;
        let span = self.place(site);
        let source = Ident::new("source", span);
        let begin = quote_spanned!(span=> ::__private::begin(#function, #source).await);
        // A `$crate` is found by its span.
        let krate = if mentions(krate, "$crate") { (*krate).clone() } else { respanned((*krate).clone(), span) };
        quote!(#krate #begin)
    }

    /// What says most in an error: `pool` of `self.pool`.
    fn place(&self, site: &Site<'_>) -> Span {
        let names = self.source.clone().into_iter().filter(|tree| matches!(tree, TokenTree::Ident(_)));
        names.last().map_or(site.span, |name| name.span()).resolved_at(Span::mixed_site())
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

fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let respan = |mut tree: TokenTree| {
        tree.set_span(span);
        tree
    };
    tokens.into_iter().map(respan).collect()
}

/// How the function's result tells of a transaction, stated once on the return type.
pub(crate) fn ending() -> Ident {
    local("ending")
}
