//! Names of generated locals. `mixed_site` keeps them out of the user's reach, and the user's out of theirs.

use proc_macro2::{Ident, Span};

pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
