//! `#[blocking]`: the body runs on a thread that may block.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit::{self, Visit};
use syn::{Lifetime, ParenthesizedGenericArguments, Receiver, ReceiverKind, Type, TypeFnPtr, TypeReference};

use super::policies::{Around, Code, Site};
use crate::kit::args::{Args, Grammar};
use crate::kit::errors::Errors;
use crate::kit::func::{Body, Func, is_conditional};
use crate::kit::returns::{Output, asked};
use crate::kit::scan::{Piece, piece};

pub(crate) const GRAMMAR: Grammar = Grammar {
    name: "#[blocking]",
    example: "#[blocking]",
    options: &["cpu", "crate"],
    words: &["cpu"],
    foreign: &[(
        &["io", "thread", "pool"],
        "`#[blocking]` alone is for work that waits, `#[blocking(cpu)]` for work that computes",
    )],
};

pub(crate) struct Blocking {
    /// The word `cpu`.
    cpu: Option<Ident>,
    /// The types of the arguments, which move to the thread.
    types: Vec<Type>,
}

impl Blocking {
    pub(crate) fn plan(args: &mut Args, func: &Func, is_future: bool, site: &Site<'_>, errors: &mut Errors) -> Option<Self> {
        let before = errors.len();
        for bare in &args.bare {
            errors.at(
                bare,
                "`#[blocking]` takes nothing, or `cpu` for work that computes\nwrite `#[blocking]` or `#[blocking(cpu)]`",
            );
        }
        let cpu = args.take("cpu");
        if let Some(cpu) = cpu.as_ref().filter(|cpu| !cpu.value.is_empty()) {
            errors
                .at(&cpu.value, "`cpu` stands alone: the pool has as many threads as there are cores\nwrite `#[blocking(cpu)]`");
        }
        let cpu = cpu.map(|option| option.key);
        if func.sig.asyncness.is_none() {
            if !is_future {
                // That is an error of every policy.
                return None;
            }
            errors.at(
                func.sig.fn_token,
                format_args!("`#[blocking]` moves the body of an `async fn`\nwrite `async fn {}`", func.sig.ident),
            );
            return None;
        }
        refuse_borrows(func, errors);
        if let Body::Block(body) = &func.body {
            refuse_awaits(&body.stream(), site, errors);
        }
        let types = func.sig.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) if is_conditional(&typed.attrs) => None,
            syn::FnArg::Typed(typed) => Some((*typed.ty).clone()),
            syn::FnArg::Receiver(receiver) => Some(receiver_type(receiver).cloned().unwrap_or_else(|| own_type(receiver))),
        });
        let types = types.filter(|ty| !matches!(ty, Type::ImplTrait(_))).collect();
        (errors.len() == before).then_some(Self { cpu, types })
    }

    /// In:  `{ BODY }`
    /// Out: `blocking(Threads, "name", (<A as Movable<_>>::PROOF,), <R as Movable<_>>::PROOF, move || { BODY })`
    ///
    /// What the arguments and the result have to be is asked at their own types. The proof of it goes along: where it fails, rustc
    /// says nothing more of the closure.
    pub(crate) fn body(&self, around: &Around<'_>, output: &Output, block: &Group, span: Span) -> Code {
        let Site { krate, function, .. } = around.site;
        let private = quote!(#krate::__private);
        let types = &self.types;
        // Of an `impl Trait` in it nothing is known here: the closure is asked about that.
        let is_asked = !output.is_never() && output.is_named();
        let result = if is_asked { proof(&output.to_token_stream(), &private) } else { quote!(()) };
        let proofs = types.iter().map(|ty| proof(&ty.to_token_stream(), &private));
        let proof = quote!((#(#proofs,)*), #result);
        let pool = match &self.cpu {
            // Without the feature the error stands there.
            Some(cpu) => Ident::new("Cpu", cpu.span().resolved_at(Span::mixed_site())),
            None => Ident::new("Threads", Span::mixed_site()),
        };
        let closure = quote_spanned!(span=> move || #block);
        Code::Future(quote!(#private::blocking(#private::#pool, #function, #proof, #closure)))
    }
}

/// Asks whether a type may move to a thread.
fn proof(ty: &TokenStream, private: &TokenStream) -> TokenStream {
    asked(ty, &quote!(#private::Movable<_>), "PROOF")
}

/// The thread may outlive the caller, and with it everything that is borrowed from there.
fn refuse_borrows(func: &Func, errors: &mut Errors) {
    const MESSAGE: &str = "the body of a `#[blocking]` function moves to another thread, which may outlive what is borrowed here\ntake it by value or in an `Arc`";
    for input in &func.sig.inputs {
        match input {
            syn::FnArg::Receiver(receiver) if matches!(receiver.kind, ReceiverKind::Reference(..)) => {
                errors.at(receiver, MESSAGE);
            }
            syn::FnArg::Receiver(receiver) => match receiver_type(receiver) {
                Some(ty) if borrows(ty) => errors.at(ty, MESSAGE),
                _ => {}
            },
            syn::FnArg::Typed(typed) if borrows(&typed.ty) => errors.at(&typed.ty, MESSAGE),
            syn::FnArg::Typed(_) => {}
        }
    }
}

/// `Arc<Self>` of `self: Arc<Self>`.
fn receiver_type(receiver: &Receiver) -> Option<&Type> {
    if let ReceiverKind::Typed(_, ty) = &receiver.kind { Some(ty) } else { None }
}

/// `Self` of `self`, to be underlined there.
fn own_type(receiver: &Receiver) -> Type {
    let span = receiver.self_token.span;
    syn::parse_quote_spanned!(span=> Self)
}

fn borrows(ty: &Type) -> bool {
    struct Borrows(bool);
    impl<'ast> Visit<'ast> for Borrows {
        fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
            self.0 |= reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static");
            visit::visit_type(self, &reference.elem);
        }
        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            self.0 |= lifetime.ident != "static";
        }
        // What a function takes is none of its own.
        fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}
        fn visit_parenthesized_generic_arguments(&mut self, _: &'ast ParenthesizedGenericArguments) {}
    }
    let mut found = Borrows(false);
    Visit::visit_type(&mut found, ty);
    found.0
}

/// A thread can not await. What an inner block or closure awaits is its own affair.
fn refuse_awaits(body: &TokenStream, site: &Site<'_>, errors: &mut Errors) {
    let trees: Vec<TokenTree> = body.clone().into_iter().collect();
    let mut index = 0;
    while index < trees.len() {
        index += match piece(&trees, index) {
            Piece::AsyncBlock(head) => head + 1,
            Piece::Enclosed { length, .. } | Piece::Foreign(length) => length,
            Piece::Await | Piece::ForAwait => {
                let message = "the body of a `#[blocking]` function runs on a thread, where nothing can be awaited";
                errors.at(&trees[index], format_args!("{message}\nawait it in the caller of `{}`", site.function));
                1
            }
            _ => {
                if let TokenTree::Group(group) = &trees[index] {
                    refuse_awaits(&group.stream(), site, errors);
                }
                1
            }
        };
    }
}
