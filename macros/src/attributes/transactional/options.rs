//! The options that become a `TxOptions`: what is asked of the transaction itself.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::attributes::policies::{Site, attempts};
use crate::kit::args::{Args, Named};
use crate::kit::duration;
use crate::kit::errors::Errors;
use crate::kit::messages::{names, near_miss};
use crate::kit::tokens::unwrap_invisible;
use crate::kit::written::as_written;

/// An option whose value is one of a few words.
struct Choice {
    /// What the value is, with its article.
    what: &'static str,
    /// The type in `__private`.
    ty: &'static str,
    /// What is written, and the variant that it is.
    words: &'static [(&'static str, &'static str)],
}

const ISOLATION: Choice = Choice {
    what: "an isolation",
    ty: "Isolation",
    words: &[
        ("read_uncommitted", "ReadUncommitted"),
        ("read_committed", "ReadCommitted"),
        ("repeatable_read", "RepeatableRead"),
        ("serializable", "Serializable"),
    ],
};

const PROPAGATION: Choice = Choice {
    what: "a propagation",
    ty: "Propagation",
    words: &[("required", "Required"), ("nested", "Nested"), ("requires_new", "RequiresNew")],
};

/// What is asked of the transaction.
pub(super) struct Options {
    /// `.read_only().attempts(5)`, empty where nothing is asked.
    calls: TokenStream,
    /// All values are literals.
    is_constant: bool,
    pub(super) has_timeout: bool,
    /// The word `retry`, if it is there.
    pub(super) retry: Option<Span>,
}

impl Options {
    pub(super) fn read(args: &mut Args, site: &Site<'_>, errors: &mut Errors) -> Self {
        let mut options = Self::none();
        let private = site.krate;
        let private = quote!(#private::__private);
        if let Some(isolation) = args.take("isolation") {
            let value = ISOLATION.read(&isolation, &private, errors);
            options.calls.extend(quote!(.isolation(#value)));
        }
        if let Some(read_only) = args.take("read_only") {
            if !read_only.value.is_empty() {
                errors.at(&read_only.value, "`read_only` stands alone\nwrite `read_only`, or leave it out");
            }
            options.calls.extend(quote!(.read_only()));
        }
        if let Some(propagation) = args.take("propagation") {
            let value = PROPAGATION.read(&propagation, &private, errors);
            options.calls.extend(quote!(.propagation(#value)));
        }
        if let Some(timeout) = args.take("timeout") {
            options.has_timeout = true;
            options.is_constant &= duration::is_literal(&timeout.value);
            let limit = duration::parse(&timeout.value, site.krate, errors);
            options.calls.extend(quote!(.timeout(#limit)));
        }
        if let Some(Named { key, value }) = args.take("retry") {
            options.retry = Some(key.span());
            let (count, is_literal) = attempts(&value, "retry", "run", 5, errors);
            options.is_constant &= is_literal;
            // The caller that a panic about zero names is the word.
            options.calls.extend(quote_spanned!(key.span()=> .attempts(#count)));
        }
        options
    }

    /// Nothing is asked.
    pub(super) fn none() -> Self {
        Self { calls: TokenStream::new(), is_constant: true, has_timeout: false, retry: None }
    }

    /// The `TxOptions`, if anything is asked.
    pub(super) fn value(&self, private: &TokenStream) -> Option<TokenStream> {
        let calls = &self.calls;
        (!calls.is_empty()).then(|| quote!(#private::TxOptions::new()#calls))
    }

    /// Whether it can be made when the program is.
    pub(super) fn is_constant(&self) -> bool {
        self.is_constant
    }
}

impl Choice {
    /// The variant. After an error it is the first one, so that what uses it can be written.
    fn read(&self, option: &Named, private: &TokenStream, errors: &mut Errors) -> TokenStream {
        let value = unwrap_invisible(&option.value);
        let written = as_written(&value);
        let found = self.words.iter().find(|(word, _)| *word == written);
        if found.is_none() {
            let (key, what, words) = (&option.key, self.what, self.words.iter().map(|(word, _)| *word));
            let repair = match near_miss(&as_word(&written), words.clone()) {
                Some(near) => format!("did you mean `{key} = {near}`?"),
                None => format!("it is one of {}", names(words)),
            };
            errors.at(&value, format_args!("`{written}` is not {what}\n{repair}"));
        }
        let (_, variant) = found.unwrap_or(&self.words[0]);
        let (ty, variant) = (Ident::new(self.ty, Span::mixed_site()), Ident::new(variant, Span::mixed_site()));
        quote!(#private::#ty::#variant)
    }
}

/// What may have been meant by `Isolation::ReadCommitted`, `"READ COMMITTED"` or `read-committed`.
fn as_word(written: &str) -> String {
    let last = written.rsplit("::").next().unwrap_or(written).trim_matches(['"', ' ', '\'']);
    let (mut word, mut before) = (String::new(), ' ');
    for letter in last.chars() {
        let is_gap = matches!(letter, ' ' | '-' | '_');
        if (is_gap || letter.is_uppercase() && before.is_lowercase()) && !word.ends_with('_') {
            word.push('_');
        }
        if !is_gap {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t45_other_ways_to_write_a_word_lead_to_it() {
        for (written, word) in [
            ("Isolation::ReadCommitted", "read_committed"),
            ("\"READ COMMITTED\"", "read_committed"),
            ("repeatable - read", "repeatable_read"),
            ("SERIALIZABLE", "serializable"),
            ("requiresNew", "requires_new"),
        ] {
            assert_eq!(as_word(written), word);
        }
    }
}
