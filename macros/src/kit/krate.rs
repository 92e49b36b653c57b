//! Where the expansion finds weftwork: `::weftwork`, or what `crate = path` says.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser;

use super::errors::Errors;
use super::tokens::unwrap_invisible;

pub(crate) fn default_path() -> TokenStream {
    quote!(::weftwork)
}

/// The value of `crate = path` or `crate = "path"`.
pub(crate) fn from_option(value: &TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    let value = unwrap_invisible(value);
    let path = match syn::parse2::<syn::LitStr>(value.clone()) {
        Ok(text) => text.parse_with(syn::Path::parse_mod_style),
        Err(_) => syn::Path::parse_mod_style.parse2(value.clone()),
    };
    match path {
        Ok(path) => Some(quote!(#path)),
        Err(_) => {
            errors.at(&value, "`crate` takes the path under which weftwork is known here, `crate = some::path`");
            None
        }
    }
}
