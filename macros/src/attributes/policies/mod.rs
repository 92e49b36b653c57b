//! The stack of policies on one function: collected from the top, expanded once, in written order.
//!
//! rustc expands the top attribute first. If each rewrote the body, the bottom one would end up outermost. So each takes
//! itself off and adds its tokens to one hidden attribute at the end of the list, and that one, expanded last, emits all layers.

mod again;
mod plan;
mod shape;
mod stack;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Attribute;
use syn::parse::Parser;

use crate::kit::args::{Grammar, key_of};
use crate::kit::driver;
use crate::kit::errors::Errors;
use crate::kit::func::Func;
use crate::kit::krate;
use crate::kit::tokens::split_at_commas;

pub(crate) use self::again::{Again, attempts, clone_list, read_clones};
pub(crate) use self::plan::Site;
pub(crate) use self::stack::{Around, Code};

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

// ---- expanding ----

/// The hidden attribute: `entries` are those collected, outermost first.
pub(crate) fn expand(entries: TokenStream, item: &TokenStream) -> TokenStream {
    let entries = plan::read_entries(entries);
    let name = entries.first().map_or_else(|| "policies".to_owned(), |entry| entry.name.to_string());
    driver::attribute(&name, item, |errors| {
        let Ok(func) = syn::parse2::<Func>(item.clone()) else {
            shape::wrong_item(&name, item, errors);
            return None;
        };
        let attribute = entries.first().map_or_else(Span::call_site, |entry| entry.name.span());
        let mut krate = krate::default_path();
        let found = shape::Shape::of(&func);
        let layers = plan::plan(&entries, &func, found.as_ref(), &mut krate, errors);
        let output = shape::check(&name, attribute, &func, found.as_ref(), &krate, errors)?;
        Some(stack::emit(func, &found?, &output, &layers?, &entries, &krate))
    })
}

#[cfg(test)]
mod tests {
    use super::plan::read_entries;
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
