//! The return type: where a bound on it is stated, and the edge that gives the body its type back.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit_mut::VisitMut;
use syn::{GenericArgument, PathArguments, ReturnType, Signature, Type, TypeParamBound};

use super::tokens::mentions;

/// What the function's future gives, in the user's own tokens; `impl Trait` inside is left to inference.
#[derive(Clone)]
pub(crate) struct Output(TokenStream);

impl ToTokens for Output {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

impl Output {
    /// Of an `async fn`: what is written behind `->`, or `()` at the function's name.
    pub(crate) fn of_async(sig: &Signature) -> Self {
        match &sig.output {
            ReturnType::Default => {
                let name = sig.ident.span();
                Self(quote_spanned!(name=> ()))
            }
            ReturnType::Type(_, ty) => Self(erase_impl_trait(ty)),
        }
    }

    /// Of a function that returns a future by hand: seen through aliases by projection, or read from `impl Future<Output = T>`.
    pub(crate) fn of_future(sig: &Signature, krate: &TokenStream) -> Option<Self> {
        match &sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => match written_output(ty) {
                Some(output) => Some(Self(erase_impl_trait(output))),
                None if matches!(**ty, Type::ImplTrait(_)) => None,
                None => Some(Self(projection(ty, krate))),
            },
        }
    }

    /// Never taken. With it rustc knows what the body has to give, so that coercions work and a type error stands at the
    /// user's expression. What rustc has to say about the edge itself, it says at the return type.
    pub(crate) fn edge(&self, krate: &TokenStream) -> TokenStream {
        if self.is_never() {
            // A body that never ends gives no value to have a type.
            return TokenStream::new();
        }
        let value = self.value(krate);
        quote!(if false { return #value; })
    }

    /// Whether the function never returns.
    pub(crate) fn is_never(&self) -> bool {
        self.0.to_string() == "!"
    }

    /// Whether all of it is named: nothing is left to inference.
    pub(crate) fn is_named(&self) -> bool {
        !mentions(&self.0, "_")
    }

    /// A value for an edge that is never taken. rustc underlines what stands behind `return`, and a pair of braces can have the
    /// span it should.
    pub(crate) fn value(&self, krate: &TokenStream) -> Group {
        let mut value = Group::new(Delimiter::Brace, quote!(#krate::__private::returned::<#self>()));
        value.set_span(ends(&self.0).0);
        value
    }
}

/// `T` of `impl Future<Output = T>` and of `Pin<Box<dyn Future<Output = T>>>`.
fn written_output(ty: &Type) -> Option<&Type> {
    match ty {
        Type::ImplTrait(future) => future.bounds.iter().find_map(output_of_bound),
        Type::TraitObject(future) => future.bounds.iter().find_map(output_of_bound),
        Type::Path(path) => {
            let pointer = path.path.segments.last().filter(|last| last.ident == "Pin" || last.ident == "Box")?;
            let PathArguments::AngleBracketed(arguments) = &pointer.arguments else { return None };
            match arguments.args.first()? {
                GenericArgument::Type(inner) => written_output(inner),
                _ => None,
            }
        }
        _ => None,
    }
}

fn output_of_bound(bound: &TypeParamBound) -> Option<&Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let PathArguments::AngleBracketed(arguments) = &bound.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(&assoc.ty),
        _ => None,
    })
}

/// Sees through an alias of the user's. An error about it stands at the alias.
fn projection(ty: &Type, krate: &TokenStream) -> TokenStream {
    let (first, last) = ends(&ty.to_token_stream());
    let open = quote_spanned!(first=> <);
    let output = quote_spanned!(last=> Output);
    quote!(#open #ty as #krate::__private::Future>::#output)
}

/// `<T as Contract>::CONSTANT`. Where `T` does not keep to the contract, rustc says so at `T`.
pub(crate) fn asked(ty: &TokenStream, contract: &TokenStream, constant: &str) -> TokenStream {
    let (first, last) = ends(ty);
    let (open, constant) = (quote_spanned!(first=> <), proc_macro2::Ident::new(constant, last));
    quote!(#open #ty as #contract>::#constant)
}

/// Where a type begins and ends, for generated tokens around it that have to be underlined with it.
fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut spans = tokens.clone().into_iter().map(|tree| tree.span());
    let first = spans.next().unwrap_or_else(Span::mixed_site);
    let last = spans.last().unwrap_or(first);
    (first.resolved_at(Span::mixed_site()), last.resolved_at(Span::mixed_site()))
}

fn erase_impl_trait(ty: &Type) -> TokenStream {
    struct Erase;
    impl VisitMut for Erase {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if matches!(ty, Type::ImplTrait(_)) {
                *ty = syn::parse_quote!(_);
            } else {
                syn::visit_mut::visit_type_mut(self, ty);
            }
        }
    }
    let mut ty = ty.clone();
    Erase.visit_type_mut(&mut ty);
    ty.into_token_stream()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_async(sig: &Signature) -> String {
        Output::of_async(sig).to_token_stream().to_string()
    }

    #[test]
    fn impl_trait_is_left_to_inference() {
        assert_eq!(of_async(&syn::parse_quote!(async fn f() -> Result<impl Iterator<Item = u8>, E>)), "Result < _ , E >");
        assert_eq!(of_async(&syn::parse_quote!(async fn f())), "()");
    }

    #[test]
    fn a_future_written_by_hand_tells_its_output() {
        let of = |sig: Signature| Output::of_future(&sig, &quote!(w)).map(|output| output.to_token_stream().to_string());
        assert_eq!(
            of(syn::parse_quote!(fn f() -> impl Future<Output = io::Result<u8>> + Send)),
            Some("io :: Result < u8 >".into())
        );
        assert_eq!(
            of(syn::parse_quote!(fn f() -> ::core::pin::Pin<Box<dyn Future<Output = Answer<'_>> + Send>>)),
            Some("Answer < '_ >".into())
        );
        assert_eq!(
            of(syn::parse_quote!(fn f() -> Boxed<u8>)),
            Some("< Boxed < u8 > as w :: __private :: Future > :: Output".into())
        );
        assert_eq!(of(syn::parse_quote!(fn f())), None);
    }
}
