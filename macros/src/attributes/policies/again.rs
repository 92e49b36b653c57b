//! What a layer that runs its inside more than once has: how often, and the arguments that each time gets a copy of.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::plan::Site;
use crate::kit::errors::Errors;
use crate::kit::func::Func;
use crate::kit::messages::near_miss;
use crate::kit::tokens::{evaluated, is_ident, split_at_commas, unwrap_invisible};

/// A layer that runs its inside again.
pub(crate) struct Again {
    /// The words that ask for it: rustc says there what can not be moved twice.
    pub(crate) span: Span,
    /// The arguments that every attempt has a copy of.
    pub(crate) cloned: Vec<Ident>,
    /// Those of them that the body may change.
    mutable: Vec<Ident>,
}

impl Again {
    pub(crate) fn new(span: Span, cloned: Vec<Ident>, func: &Func) -> Self {
        Self { span, mutable: cloned.iter().filter(|name| func.is_mut(name)).cloned().collect(), cloned }
    }

    /// Out: `let mut request = cloned(&request); ..`, each at the name in `clone(..)`.
    pub(crate) fn copies(&self, krate: &TokenStream) -> TokenStream {
        let copy = |name: &Ident| {
            let mutability = self.mutable.contains(name).then(|| quote!(mut));
            let copy = quote_spanned!(name.span().resolved_at(Span::mixed_site())=> ::__private::cloned(&#name));
            quote!(let #mutability #name = #krate #copy;)
        };
        self.cloned.iter().map(copy).collect()
    }
}

/// The list of `clone(..)`, if it is one.
pub(crate) fn clone_list(part: &TokenStream) -> Option<Group> {
    let trees: Vec<TokenTree> = part.clone().into_iter().collect();
    match trees.as_slice() {
        [word, TokenTree::Group(list)] if is_ident(Some(word), "clone") && list.delimiter() == Delimiter::Parenthesis => {
            Some(list.clone())
        }
        _ => None,
    }
}

/// Adds the names in a `clone(..)` to those found before.
pub(crate) fn read_clones(list: &Group, cloned: &mut Vec<Ident>, func: &Func, site: &Site<'_>, errors: &mut Errors) {
    for name in split_at_commas(list.stream()) {
        match syn::parse2::<Ident>(name.clone()) {
            Ok(name) if cloned.contains(&name) => errors.at(&name, format_args!("`{name}` is cloned already")),
            Ok(name) if func.bindings().contains(&name) => cloned.push(name),
            _ if is_ident(name.clone().into_iter().next().as_ref(), "self") => {
                errors.at(
                    &name,
                    "`self` can not be cloned for every attempt: it has one name in the body\nclone it inside the body",
                );
            }
            Ok(wrong) => errors.at(&wrong, unknown_argument(&wrong, func, site)),
            Err(_) => errors.at(&name, "`clone(..)` takes names of arguments, `clone(request, key)`"),
        }
    }
}

fn unknown_argument(wrong: &Ident, func: &Func, site: &Site<'_>) -> String {
    let names: Vec<String> = func.bindings().iter().map(ToString::to_string).filter(|name| name != "self").collect();
    let near = near_miss(&wrong.to_string(), names.iter().map(String::as_str));
    let near = near.map(|near| format!("\ndid you mean `{near}`?")).unwrap_or_default();
    format!("`{}` has no argument `{wrong}`{near}", site.function)
}

/// How often in all. A literal is checked here, and anything else is evaluated; the second value says which it is. `first` names what
/// counts too, and `example` a number that makes sense.
pub(crate) fn attempts(value: &TokenStream, name: &str, first: &str, example: u32, errors: &mut Errors) -> (TokenStream, bool) {
    let inner = unwrap_invisible(value);
    let Ok(literal) = syn::parse2::<syn::Lit>(inner.clone()) else {
        return (evaluated(value.clone(), &quote!(u32)), false);
    };
    let count = if let syn::Lit::Int(int) = &literal { int.base10_parse::<u32>().ok() } else { None };
    if count.is_none_or(|count| count == 0) {
        errors.at(&inner, format_args!("`{name}` counts from 1 upwards, the first {first} too\nwrite `{name} = {example}`"));
    }
    (inner, true)
}
