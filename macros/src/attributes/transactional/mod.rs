//! `#[transactional(tx)]`: the layer that begins a transaction, binds `tx`, and ends it as the body's result says.

mod options;
#[cfg(test)]
mod tests;
mod verdict;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use self::options::Options;
use self::verdict::Verdict;
use super::policies::{Again, Around, Code, Site, read_clones};
use crate::kit::args::{Args, Grammar, unknown};
use crate::kit::errors::Errors;
use crate::kit::func::Func;
use crate::kit::idents::local;
use crate::kit::messages::near_miss;
use crate::kit::tokens::{group, is_word, mentions};
use crate::kit::written::as_written;

/// What others call the source.
const SOURCES: &[&str] = &["pool", "on", "source", "conn", "connection", "db"];

pub(crate) const GRAMMAR: Grammar = Grammar {
    name: "#[transactional]",
    example: "#[transactional(tx = self.pool)]",
    options: &["tx", "isolation", "read_only", "retry", "timeout", "rollback_if", "commit_on", "propagation", "crate"],
    words: &["tx", "read_only", "commit_on"],
    foreign: &[
        (SOURCES, "the source is the value of `tx`, `#[transactional(tx = self.pool)]`"),
        (
            &["rollback_for", "rollback_on", "rollback"],
            "every `Err` rolls back; which ones commit says `commit_on(..)`, and which `Ok` does not says `rollback_if = |value| ..`",
        ),
        (&["no_rollback_for", "no_rollback_on", "dont_rollback_on", "commit_if"], "it is called `commit_on(..)` here"),
        (&["readonly", "readOnly"], "it is called `read_only` here"),
        (&["read_write", "readwrite", "writable"], "every transaction may write, except `read_only`"),
        (
            &["times", "attempts", "retries", "max_retries", "max_attempts"],
            "it is called `retry` here, and counts the first run too",
        ),
        (
            &["backoff", "jitter", "delay"],
            "the pauses of `retry` grow from 10ms to 1s, at random; for others put `#[retry]` above",
        ),
        (&["isolation_level", "level"], "it is called `isolation` here, `isolation = serializable`"),
        (&["timeout_seconds", "deadline", "within"], "it is called `timeout` here, `timeout = 2s`"),
        (&["propagate", "nested", "savepoint"], "a part that can be undone alone is `propagation = nested`"),
        (&["requires_new"], "a transaction of its own is `propagation = requires_new`"),
        (&["required"], "to join is `propagation = required`, and what is done without it"),
        (&["clone", "clones", "cloned"], "the arguments that each attempt of `retry` gets a clone of are `clone(name)`"),
    ],
};

pub(crate) struct Transactional {
    /// `tx` as the user wrote it: what the body calls the transaction.
    name: Ident,
    source: TokenStream,
    options: Options,
    verdict: Verdict,
    /// With `retry`.
    pub(crate) again: Option<Again>,
}

impl Transactional {
    pub(crate) fn plan(args: &mut Args, func: &Func, site: &Site<'_>, errors: &mut Errors) -> Option<Self> {
        let before = errors.len();
        let lists = Lists::read(args, site, errors);
        let options = Options::read(args, site, errors);
        let again = again(args, &lists, options.retry, func, site, errors);
        if let Some(named) = args.take("commit_on") {
            errors.at(&named.key, "`commit_on` has its pattern in parentheses\nwrite `commit_on(BankError::Warning(_))`");
        }
        let verdict = Verdict::read(args.take("rollback_if"), lists.commit_on.as_ref().map(|(_, list)| list), errors);
        let (name, source) = begun_on(args, &lists, site, errors)?;
        if errors.len() == before {
            return Some(Self { name, source, options, verdict, again });
        }
        // It goes without its options, so that the body still has what it calls the transaction.
        Some(Self { name, source, options: Options::none(), verdict: Verdict::default(), again: None })
    }

    /// What is evaluated when the body is over.
    pub(crate) fn behind(&self) -> Option<&TokenStream> {
        self.verdict.behind()
    }

    /// Whether it begins on this argument itself. `tx` is bound anew for the body.
    pub(crate) fn consumes(&self, name: &Ident) -> bool {
        *name != self.name && is_word(&self.source, &name.to_string())
    }

    /// In:  `INNER`
    /// Out: `async move { let mut transaction = { let source = SOURCE; transaction("name", source) }; RUN }`, where RUN is
    ///      `let mut scope = transaction.open().await or return; let mut tx = lend(&mut scope.tx); let result = scope.body.run(INNER).await; scope.end(ending, result).await`
    /// With `retry` it is `loop { RUN }`, which ends in `match scope.end_or_again(..).await { Done(result) => break result, Again(pause) => pause.over().await }`
    ///
    /// The body has it on loan: it can neither take the transaction away nor end it. What it tries stands at the `tx` of the
    /// attribute and where it tries it.
    pub(crate) fn wrap(&self, around: &Around<'_>, inner: Code) -> Code {
        let Around { site, own_capture: capture, .. } = around;
        let (transaction, own_transaction) = (local("transaction"), self.transaction(site));
        let run = self.run(around, inner);
        let run = if self.again.is_some() { quote!(loop { #run }) } else { run };
        Code::Future(quote! {
            async #capture {
                let mut #transaction = #own_transaction;
                #run
            }
        })
    }

    fn run(&self, around: &Around<'_>, inner: Code) -> TokenStream {
        let Around { site, .. } = around;
        let Site { krate, .. } = site;
        let inner = inner.into_future(around);
        let name = &self.name;
        let (transaction, scope, error, result, ending) =
            (local("transaction"), local("scope"), local("error"), local("result"), ending());
        let private = quote!(#krate::__private);
        let span = name.span().resolved_at(Span::mixed_site());
        let own_scope = Ident::new("scope", span);
        let lend = quote_spanned!(span=> (&mut #own_scope.tx));
        let copies = self.again.as_ref().map(|again| again.copies(krate));
        let ran = if self.options.has_timeout {
            quote! {
                match #scope.body.run_in_time(#inner).await {
                    #private::Ok(#result) => #result,
                    #private::Err(#error) => return #scope.expire(#ending, #error).await,
                }
            }
        } else {
            quote!(#scope.body.run(#inner).await)
        };
        let end = self.end(&private);
        // A reference, since a trait of the user's may have a method `open` for everything that takes a shared one.
        quote! {
            let mut #scope = match (&mut #transaction).open().await {
                #private::Ok(#scope) => #scope,
                #private::Err(#error) => return #ending.failed(#error),
            };
            let mut #name = #private::lend #lend;
            // Whether the body borrows it mutably, or uses it at all, is not a question of style.
            let _ = &mut #name;
            #copies
            let #result = #ran;
            #end
        }
    }

    /// Out: `scope.end(ending, result).await`
    fn end(&self, private: &TokenStream) -> TokenStream {
        let (commits, ending, result, pause) = (local("commits"), ending(), local("result"), local("pause"));
        let span = self.name.span().resolved_at(Span::mixed_site());
        let own_scope = Ident::new("scope", span);
        let (said, verdict) = if self.verdict.is_plain() {
            (None, None)
        } else {
            let verdict = self.verdict.commits(private, &result);
            (Some(quote!(let #commits = #verdict;)), Some(quote!(#commits,)))
        };
        let method = match (verdict.is_some(), self.again.is_some()) {
            (false, false) => "end",
            (true, false) => "end_as",
            (false, true) => "end_or_again",
            (true, true) => "end_as_or_again",
        };
        let method = Ident::new(method, span);
        let end = quote_spanned!(span=> #own_scope.#method(#verdict #ending, #result));
        if self.again.is_none() {
            return quote!(#said #end.await);
        }
        quote! {
            #said
            match #end.await {
                #private::Next::Done(#result) => break #result,
                #private::Next::Again(#pause) => #pause.over().await,
            }
        }
    }
}

impl Transactional {
    /// Out: `{ let source = SOURCE; transaction("name", source).with(OPTIONS) }`
    ///
    /// In a block of its own: what is borrowed for the source is given back when the transaction has begun. The call stands at the one
    /// token that names the source, since rustc says there that this is nothing to begin on.
    fn transaction(&self, site: &Site<'_>) -> TokenStream {
        let Site { krate, function, .. } = site;
        let private = quote!(#krate::__private);
        let (source, own_source, options) = (&self.source, local("source"), local("options"));
        let (first, with) = match self.options.value(&private) {
            None => (None, None),
            Some(value) if self.options.is_constant() => (None, Some(quote!(.with(const { #value })))),
            Some(value) => (Some(quote!(let #options = #value;)), Some(quote!(.with(#options)))),
        };
        let span = self.place(site);
        let source_there = Ident::new("source", span);
        let transaction = quote_spanned!(span=> ::__private::transaction(#function, #source_there));
        // A `$crate` is found by its span.
        let krate = if mentions(krate, "$crate") { (*krate).clone() } else { respanned((*krate).clone(), span) };
        quote!({ #first let #own_source = #source; #krate #transaction #with })
    }

    /// What says most in an error: `pool` of `self.pool`.
    fn place(&self, site: &Site<'_>) -> Span {
        let names = self.source.clone().into_iter().filter(|tree| matches!(tree, TokenTree::Ident(_)));
        names.last().map_or(site.span, |name| name.span()).resolved_at(Span::mixed_site())
    }
}

/// What the list holds in parentheses behind a word.
#[derive(Default)]
struct Lists {
    commit_on: Option<(Ident, Group)>,
    clones: Vec<(Ident, Group)>,
    /// Something else was refused, and may have been meant for what is missing.
    refused: bool,
    /// A source without its name.
    source: Option<TokenStream>,
}

impl Lists {
    fn read(args: &Args, site: &Site<'_>, errors: &mut Errors) -> Self {
        let mut lists = Self::default();
        for part in &args.bare {
            let mut trees = part.clone().into_iter();
            let (word, list, rest) = (trees.next(), trees.next(), trees.next());
            match (word, group(list.as_ref(), Delimiter::Parenthesis), rest) {
                (Some(TokenTree::Ident(word)), Some(list), None) if word == "commit_on" => {
                    if lists.commit_on.is_some() {
                        errors.at(&word, "`commit_on` is given twice\nwrite one, with `|` between the patterns");
                    }
                    lists.commit_on.get_or_insert((word, list.clone()));
                }
                (Some(TokenTree::Ident(word)), Some(list), None) if word == "clone" => lists.clones.push((word, list.clone())),
                (Some(TokenTree::Ident(word)), list, None) if !site.parameters.contains(&word.to_string()) => {
                    lists.refuse(part, &word, list, errors);
                }
                _ => lists.refuse_source(part, errors),
            }
        }
        lists
    }

    /// A word, or a word with a list: an option that was written in another way, or the source.
    fn refuse(&mut self, part: &TokenStream, word: &Ident, list: Option<&Group>, errors: &mut Errors) {
        let text = word.to_string();
        let is_foreign = GRAMMAR.foreign.iter().any(|(theirs, _)| theirs.contains(&text.as_str()) && *theirs != SOURCES);
        if GRAMMAR.options.contains(&text.as_str()) && list.is_some() {
            self.refused = true;
            let value = list.map(|list| as_written(&list.stream())).unwrap_or_default();
            let repair = if text == "read_only" { text.clone() } else { format!("{text} = {value}") };
            errors.at(word, format_args!("`{text}` has no list\nwrite `{repair}`"));
        } else if is_foreign || near_miss(&text, GRAMMAR.options.iter().copied()).is_some() {
            self.refused = true;
            errors.at(word, unknown(word, &GRAMMAR));
        } else {
            self.refuse_source(part, errors);
        }
    }

    fn refuse_source(&mut self, part: &TokenStream, errors: &mut Errors) {
        self.refused = true;
        self.source.get_or_insert_with(|| part.clone());
        let written = as_written(part);
        errors.at(part, format_args!("`#[transactional]` takes the transaction's source by name\nwrite `tx = {written}`"));
    }
}

/// With `retry`: what its attempts get copies of.
fn again(args: &Args, lists: &Lists, retry: Option<Span>, func: &Func, site: &Site<'_>, errors: &mut Errors) -> Option<Again> {
    let mut cloned = Vec::new();
    for (word, list) in &lists.clones {
        if retry.is_none() {
            if !lists.refused {
                args.needs(
                    word.span(),
                    "`clone(..)` is for the attempts of a `retry`, and there is none\nadd `retry = 5`",
                    errors,
                );
            }
            continue;
        }
        read_clones(list, &mut cloned, func, site, errors);
    }
    for transaction in cloned.iter().filter(|name| *name == "tx") {
        errors.at(transaction, "`tx` is the transaction, and each attempt has its own\nleave it out");
    }
    Some(Again::new(retry?, cloned, func))
}

/// What the body calls the transaction, and what that begins on.
fn begun_on(args: &mut Args, lists: &Lists, site: &Site<'_>, errors: &mut Errors) -> Option<(Ident, TokenStream)> {
    let Some(option) = args.take("tx") else {
        if !lists.refused {
            args.needs(site.span, "`#[transactional]` needs to know what to begin on\nwrite `#[transactional(tx)]` with a parameter `tx: impl Begin<Sqlite>`, or `#[transactional(tx = self.pool)]`", errors);
        }
        return lists.source.as_ref().and_then(|nameless| named(nameless, site));
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
    Some((name, source))
}

/// A source that is an argument or a part of one, where its name was forgotten: so that the body has its `tx` all the same.
fn named(nameless: &TokenStream, site: &Site<'_>) -> Option<(Ident, TokenStream)> {
    let first = nameless.clone().into_iter().find(|tree| matches!(tree, TokenTree::Ident(_)))?;
    let name = Ident::new("tx", first.span());
    site.parameters.contains(&first.to_string()).then(|| (name.clone(), source(&name, nameless.clone())))
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
