//! The return type: where a bound on it is stated, and the edge that gives the body its type back.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::visit_mut::VisitMut;
use syn::{GenericArgument, PathArguments, ReturnType, Signature, Type, TypeParamBound};

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
            ReturnType::Type(_, ty) => match &**ty {
                Type::ImplTrait(future) => {
                    future.bounds.iter().find_map(written_output).map(|output| Self(erase_impl_trait(output)))
                }
                ty => Some(Self(quote!(<#ty as #krate::__private::Future>::Output))),
            },
        }
    }

    /// Never taken. With it rustc knows what the body has to give, so that coercions work and a type error stands at the
    /// user's expression.
    pub(crate) fn edge(&self, krate: &TokenStream) -> TokenStream {
        quote!(if false { return #krate::__private::returned::<#self>(); })
    }
}

/// `T` of `Future<Output = T>`.
fn written_output(bound: &TypeParamBound) -> Option<&Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let PathArguments::AngleBracketed(arguments) = &bound.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(&assoc.ty),
        _ => None,
    })
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

    fn of_async(sig: Signature) -> String {
        Output::of_async(&sig).to_token_stream().to_string()
    }

    #[test]
    fn impl_trait_is_left_to_inference() {
        assert_eq!(of_async(syn::parse_quote!(async fn f() -> Result<impl Iterator<Item = u8>, E>)), "Result < _ , E >");
        assert_eq!(of_async(syn::parse_quote!(async fn f())), "()");
    }

    #[test]
    fn a_future_written_by_hand_tells_its_output() {
        let of = |sig: Signature| Output::of_future(&sig, &quote!(w)).map(|output| output.to_token_stream().to_string());
        assert_eq!(
            of(syn::parse_quote!(fn f() -> impl Future<Output = io::Result<u8>> + Send)),
            Some("io :: Result < u8 >".into())
        );
        assert_eq!(
            of(syn::parse_quote!(fn f() -> Boxed<u8>)),
            Some("< Boxed < u8 > as w :: __private :: Future > :: Output".into())
        );
        assert_eq!(of(syn::parse_quote!(fn f())), None);
    }
}
