//! How a function comes by its future, and what is no function for a policy.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

use crate::kit::errors::Errors;
use crate::kit::func::{AsyncTail, Body, Func, Rebound, async_tail, rebound};
use crate::kit::messages;
use crate::kit::returns::Output;
use crate::kit::tokens::{is_punct, mentions};

pub(super) enum Shape {
    /// An `async fn`.
    Async(Group),
    /// By hand, in an `async` block at its end.
    Tail(AsyncTail),
    /// The same as `#[async_trait]` writes it: the arguments are bound anew in front of the body.
    Rebound(AsyncTail, Rebound),
}

impl Shape {
    pub(super) fn of(func: &Func) -> Option<Self> {
        let Body::Block(body) = &func.body else { return None };
        if func.sig.asyncness.is_some() {
            return Some(Self::Async(body.clone()));
        }
        let tail = async_tail(body)?;
        Some(match rebound(&tail.block) {
            Some(rebound) => Self::Rebound(tail, rebound),
            None => Self::Tail(tail),
        })
    }

    /// What the body calls its receiver, if not `self`.
    pub(super) fn receiver(&self) -> Option<&Ident> {
        if let Self::Rebound(_, rebound) = self { rebound.receiver.as_ref() } else { None }
    }

    /// The user's own statements.
    pub(super) fn body(&self) -> &Group {
        match self {
            Self::Async(body) => body,
            Self::Tail(tail) => &tail.block,
            Self::Rebound(_, rebound) => &rebound.block,
        }
    }
}

/// What the function's future gives, if a policy can act on the function.
pub(super) fn check(
    name: &str,
    attribute: Span,
    func: &Func,
    shape: Option<&Shape>,
    krate: &TokenStream,
    errors: &mut Errors,
) -> Option<Output> {
    let sig = &func.sig;
    if let Some(constness) = &sig.constness {
        errors.at(constness, format_args!("`#[{name}]` goes on an `async fn`, which can not be `const`"));
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, format_args!("`#[{name}]` goes on an `async fn`, which can not be `extern`"));
    }
    let body = match &func.body {
        Body::Block(body) => body,
        Body::Missing(semi) => {
            errors.at(
                semi,
                format_args!(
                    "`#[{name}]` has no body to act on here\nput it on the implementation, or give `{}` a default body",
                    sig.ident
                ),
            );
            return None;
        }
    };
    if sig.constness.is_some() || sig.abi.is_some() {
        return None;
    }
    if sig.asyncness.is_some() {
        return Some(Output::of_async(sig));
    }
    if let (Some(_), Some(output)) = (shape, Output::of_future(sig, krate)) {
        return Some(output);
    }
    if mentions(&body.stream(), "block_on") {
        errors.at_span(attribute, messages::below_entry(name));
    } else {
        // A thread takes no future that is written by hand.
        let or = if name == "blocking" { "" } else { ", or on a function that ends in an `async` block" };
        errors.at(sig.fn_token, format_args!("`#[{name}]` goes on an `async fn`{or}\nwrite `async fn {}`", sig.ident));
    }
    None
}

/// Something that is no function: the error stands at the word that says what it is.
pub(super) fn wrong_item(name: &str, item: &TokenStream, errors: &mut Errors) {
    const KEYWORDS: &[&str] =
        &["struct", "enum", "union", "trait", "impl", "mod", "const", "static", "type", "use", "extern", "macro_rules"];
    let keyword = item
        .clone()
        .into_iter()
        .find(|tree| matches!(tree, TokenTree::Ident(ident) if KEYWORDS.iter().any(|known| ident == known)));
    match keyword {
        Some(keyword) => errors.at(&keyword, format_args!("`#[{name}]` goes on a function, not on `{keyword}`")),
        None if item.clone().into_iter().any(|tree| is_punct(Some(&tree), '!')) => {
            errors.at(item.clone().into_iter().next(), format_args!("`#[{name}]` goes on a function, not on a macro call"));
        }
        None => errors.at(item.clone().into_iter().next(), format_args!("`#[{name}]` goes on a function")),
    }
}
