//! Names of generated locals. `mixed_site` keeps them out of the user's reach, and the user's out of theirs.

use proc_macro2::{Ident, Span};

pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// A local in a pattern. There a name may also mean a constant, and constants of the user are in sight whatever the span: so
/// it has underscores that nobody else writes.
pub(crate) fn binding(name: &str) -> Ident {
    local(&format!("__{name}"))
}

/// A generated name about which an error stands at `at`.
pub(crate) fn local_at(name: &str, at: Span) -> Ident {
    Ident::new(name, Span::mixed_site().located_at(at))
}
