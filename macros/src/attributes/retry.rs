//! `#[retry(attempts = 4)]`: the layer that runs a body again when it has failed.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::policies::{Again, Around, Code, Site, attempts, clone_list, read_clones};
use crate::kit::args::{Args, Grammar};
use crate::kit::duration;
use crate::kit::errors::Errors;
use crate::kit::func::Func;
use crate::kit::idents::local;
use crate::kit::tokens::{argument, evaluated, group, is_ident, is_punct, lent, split_at_commas, unwrap_invisible};

pub(crate) const GRAMMAR: Grammar = Grammar {
    name: "#[retry]",
    example: "#[retry(attempts = 4, backoff = 50ms..2s, jitter)]",
    options: &["attempts", "within", "backoff", "jitter", "when", "after", "budget", "crate"],
    words: &["jitter"],
    foreign: &[
        (
            &["max_tries", "max_attempts", "tries", "times", "retries", "max_retries", "max", "count", "n"],
            "it is called `attempts` here, and counts the first call too",
        ),
        (
            &["max_elapsed", "max_elapsed_time", "max_delay", "max_time", "timeout", "stop_after", "total"],
            "all attempts and pauses together last `within = 10s`",
        ),
        (
            &["delay", "wait", "interval", "sleep", "exponential", "min_delay"],
            "the pauses are `backoff = 50ms..2s` or `backoff = constant(100ms)`",
        ),
        (
            &["on", "retry_if", "if", "predicate", "condition", "retry_on"],
            "which errors are retried says `when = Error::is_transient`",
        ),
        (&["retry_after", "hint"], "a delay out of the error is `after = Error::retry_after`"),
        (&["key", "shared", "weight", "max_waiting", "burst"], "it is one of `#[limit]`"),
        (&["or"], "it is one of `#[timeout]`"),
        (&["randomize", "random"], "it is called `jitter` here"),
        (&["clone", "clones", "cloned"], "the arguments that each attempt gets a clone of are `clone(name)`"),
    ],
};

pub(crate) struct Retry {
    pub(crate) again: Again,
    settings: TokenStream,
    is_constant: bool,
    when: Option<TokenStream>,
    after: Option<TokenStream>,
}

impl Retry {
    pub(crate) fn plan(args: &mut Args, func: &Func, site: &Site<'_>, errors: &mut Errors) -> Option<Self> {
        let before = errors.len();
        let cloned = cloned(args, func, site, errors);
        let mut settings = Settings { krate: site.krate, tokens: TokenStream::new(), is_constant: true };
        let (attempts, within) = (args.take("attempts"), args.take("within"));
        match (&attempts, &within) {
            (Some(attempts), _) => {
                let value = settings.count(&attempts.value, "attempts", errors);
                // A zero that only rustc sees is reported there.
                let span = attempts.key.span().resolved_at(Span::mixed_site());
                let krate = site.krate;
                settings.tokens = quote_spanned!(span=> #krate::__private::Retry::attempts(#value));
            }
            (None, Some(within)) => {
                let (krate, value) = (site.krate, settings.duration(&within.value, errors));
                settings.tokens = quote!(#krate::__private::Retry::lasting(#value));
            }
            // What was refused may have been meant for it.
            (None, None) if errors.len() > before => {}
            (None, None) => args.needs(
                site.span,
                "without an end this would be an endless retry\nwrite `attempts = 4`, or `within = 10s`, or both",
                errors,
            ),
        }
        if let (Some(_), Some(within)) = (&attempts, &within) {
            let value = settings.duration(&within.value, errors);
            settings.add(&quote!(.within(#value)));
        }
        let backoff = args.take("backoff");
        if let Some(backoff) = &backoff {
            let value = settings.backoff(&backoff.value, errors);
            settings.add(&quote!(.backoff(#value)));
        }
        if let Some(jitter) = args.take("jitter") {
            if !jitter.value.is_empty() {
                errors.at(&jitter.value, "`jitter` stands alone: each pause is a random part of the computed one");
            }
            if backoff.is_none() {
                errors.at(&jitter.key, "`jitter` varies the pauses of a `backoff`, and there is none\nadd `backoff = 50ms..2s`");
            }
            settings.add(&quote!(.jitter()));
        }
        if let Some(budget) = args.take("budget") {
            let value = reference(&budget.value);
            settings.add(&quote!(.budget(#value)));
            settings.is_constant = false;
        }
        let (when, after) = (args.take("when"), args.take("after"));
        for option in [&when, &after].into_iter().flatten() {
            if syn::parse2::<syn::LitStr>(unwrap_invisible(&option.value)).is_ok() {
                errors.at(&option.value, format_args!("`{}` is a path or a closure\nwrite it without quotes", option.key));
            }
        }
        (errors.len() == before).then(|| Self {
            again: Again::new(site.span, cloned, func),
            settings: settings.tokens,
            is_constant: settings.is_constant,
            when: when.map(|option| argument(option.value)),
            after: after.map(|option| argument(option.value)),
        })
    }

    /// In:  `INNER`
    /// Out: `let mut retry = retrying("name", &const { SETTINGS }).proven(look); loop { match Retrying::next(&mut retry, retry.attempt(INNER).await) { .. } }`
    pub(crate) fn wrap(&self, around: &Around<'_>, inner: Code) -> Code {
        let Site { krate, function, .. } = around.site;
        let private = quote!(#krate::__private);
        let (retry, output, pause, look) = (local("retry"), local("output"), local("pause"), look());
        let settings = &self.settings;
        let settings = if self.is_constant { quote!(&const { #settings }) } else { settings.clone() };
        let copies = self.again.copies(krate);
        let inner = inner.into_future(around);
        let (attempt, over) = (around.watched(quote!(#retry.attempt(#inner))), around.watched(quote!(#pause.over())));
        // By its path: a trait of the user's may have a method `next` for everything.
        let next = match (&self.when, &self.after) {
            (None, None) => quote!(next(&mut #retry, #output)),
            (Some(when), None) => quote!(next_when(&mut #retry, #output, #when)),
            (None, Some(after)) => quote!(next_after(&mut #retry, #output, #after)),
            (Some(when), Some(after)) => quote!(next_with(&mut #retry, #output, #when, #after)),
        };
        let output_of_attempt = quote!(#attempt.await);
        let output_of_attempt = if copies.is_empty() { output_of_attempt } else { quote!({ #copies #output_of_attempt }) };
        Code::Inline(quote! {
            let mut #retry = #private::retrying(#function, #settings).proven(#look);
            loop {
                let #output = #output_of_attempt;
                match #private::Retrying::#next {
                    #private::Next::Done(#output) => break #output,
                    #private::Next::Again(#pause) => #over.await,
                }
            }
        })
    }
}

/// What looks into the function's result, named once for all layers that do.
pub(crate) fn look() -> Ident {
    local("look")
}

/// The names in `clone(..)`.
fn cloned(args: &Args, func: &Func, site: &Site<'_>, errors: &mut Errors) -> Vec<Ident> {
    let mut cloned: Vec<Ident> = Vec::new();
    for part in &args.bare {
        if let Some(list) = clone_list(part) {
            read_clones(&list, &mut cloned, func, site, errors);
            continue;
        }
        let mut trees = part.clone().into_iter();
        match (trees.next(), trees.next()) {
            (Some(TokenTree::Literal(number)), None) if args.is_without("attempts") => {
                errors.at(number.clone(), format_args!("how often is `attempts = {number}`"));
            }
            (Some(TokenTree::Literal(number)), None) => {
                errors.at(number, "how often is said by `attempts`\nleave one of them out");
            }
            _ => errors.at(part, format_args!("`#[retry]` takes options by name, and `clone(..)`\nwrite `{}`", GRAMMAR.example)),
        }
    }
    cloned
}

/// The value that says how to retry.
struct Settings<'a> {
    krate: &'a TokenStream,
    tokens: TokenStream,
    /// All of it are literals.
    is_constant: bool,
}

impl Settings<'_> {
    fn add(&mut self, call: &TokenStream) {
        self.tokens.extend(call.clone());
    }

    fn count(&mut self, value: &TokenStream, name: &str, errors: &mut Errors) -> TokenStream {
        let (count, is_literal) = attempts(value, name, "call", 4, errors);
        self.is_constant &= is_literal;
        count
    }

    fn duration(&mut self, value: &TokenStream, errors: &mut Errors) -> TokenStream {
        self.is_constant &= duration::is_literal(value);
        duration::parse(value, self.krate, errors)
    }

    fn backoff(&mut self, value: &TokenStream, errors: &mut Errors) -> TokenStream {
        let private = self.krate;
        let private = quote!(#private::__private);
        let trees: Vec<TokenTree> = unwrap_invisible(value).into_iter().collect();
        if let [word, TokenTree::Group(list)] = trees.as_slice() {
            if is_ident(Some(word), "constant") && group(trees.last(), Delimiter::Parenthesis).is_some() {
                if split_at_commas(list.stream()).len() != 1 {
                    errors.at(list, "a constant backoff is one duration\nwrite `backoff = constant(100ms)`");
                    return quote!(#private::Backoff::constant(#private::Duration::ZERO));
                }
                let pause = self.duration(&list.stream(), errors);
                return quote!(#private::Backoff::constant(#pause));
            }
        }
        let dots = (0..trees.len()).find(|index| is_punct(trees.get(*index), '.') && is_punct(trees.get(index + 1), '.'));
        let Some(dots) = dots else {
            if duration::is_literal(value) {
                let trees = unwrap_invisible(value);
                let repair = match duration::nanoseconds(&trees) {
                    Some(_) => format!("write `{trees}..2s` or `constant({trees})`"),
                    None => "write `backoff = 50ms..2s` or `backoff = constant(100ms)`".to_owned(),
                };
                errors.at(&trees, format_args!("a backoff is a range, or constant\n{repair}"));
            }
            self.is_constant = false;
            return evaluated(value.clone(), &quote!(#private::Backoff));
        };
        let end = dots + 2 + usize::from(is_punct(trees.get(dots + 2), '='));
        let (from, to): (TokenStream, TokenStream) =
            (trees[..dots].iter().cloned().collect(), trees[end..].iter().cloned().collect());
        if from.is_empty() || to.is_empty() {
            errors.at(value, "a backoff has a first and a longest pause\nwrite `backoff = 50ms..2s`");
            return quote!(#private::Backoff::constant(#private::Duration::ZERO));
        }
        if duration::nanoseconds(&from).zip(duration::nanoseconds(&to)).is_some_and(|(from, to)| from > to) {
            errors.at(&from, "the first pause is longer than the longest one\nwrite the shorter one first, `50ms..2s`");
        }
        if duration::nanoseconds(&from) == Some(0) {
            errors.at(&from, "pauses that begin at zero never grow\nwrite `backoff = 50ms..2s`, or leave `backoff` out");
        }
        let (from, to) = (self.duration(&from, errors), self.duration(&to, errors));
        quote!(#private::Backoff::doubling(#from, #to))
    }
}

/// A budget stands for all calls, so it is borrowed.
fn reference(value: &TokenStream) -> TokenStream {
    if is_punct(value.clone().into_iter().next().as_ref(), '&') { value.clone() } else { lent(value) }
}
