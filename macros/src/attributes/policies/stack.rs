//! The layers around the body, written from the inside out.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Attribute;

use super::again::Again;
use super::crate_option;
use super::plan::{Entry, Layer, Site};
use super::shape::Shape;
use crate::attributes::{limit, retry, timeout, transactional};
use crate::kit::func::Func;
use crate::kit::idents::local;
use crate::kit::returns::{Output, asked};
use crate::kit::tokens::{reads, regroup, split_at_commas};
use crate::kit::written::as_written;

/// What is written so far.
pub(crate) enum Code {
    /// An expression that makes a future.
    Future(TokenStream),
    /// Statements that await by themselves and end in the output.
    Inline(TokenStream),
}

impl Code {
    pub(crate) fn into_future(self, around: &Around<'_>) -> TokenStream {
        let Around { capture, moves, edge, .. } = around;
        match self {
            Self::Future(future) => future,
            Self::Inline(code) => {
                let keyword = Ident::new("async", *moves);
                quote!(#keyword #capture { #edge #code })
            }
        }
    }

    /// For a layer that is inline itself.
    pub(crate) fn into_watched(self, around: &Around<'_>) -> TokenStream {
        around.watched(self.into_future(around))
    }

    /// The whole function.
    fn into_inline(self) -> TokenStream {
        match self {
            Self::Future(future) => {
                let call = call();
                quote!(#call.around(#future).await)
            }
            Self::Inline(code) => code,
        }
    }
}

/// The call as a tracing subscriber sees it.
fn call() -> Ident {
    local("call")
}

/// What a layer needs to know to be written.
pub(crate) struct Around<'a> {
    pub(crate) site: Site<'a>,
    /// How blocks and closures at this place capture: by `move`, or what the body uses as it uses it.
    pub(crate) capture: TokenStream,
    /// How a block that stands in place of the layer itself captures.
    pub(crate) own_capture: TokenStream,
    /// Where rustc says what can not be moved into them: at the `#[retry]` above, if there is one.
    pub(crate) moves: Span,
    /// What the function's future gives.
    pub(crate) output: &'a Output,
    /// The edge that tells rustc what a block gives.
    edge: TokenStream,
    /// Nothing is around this layer.
    is_outermost: bool,
}

impl Around<'_> {
    /// What the outermost layer awaits belongs to the span of the call; all else does by standing inside of that.
    pub(crate) fn watched(&self, future: TokenStream) -> TokenStream {
        let call = call();
        if self.is_outermost { quote!(#call.around(#future)) } else { future }
    }
}

/// In:  `async fn f(..) -> R { BODY }`
/// Out: `async fn f(..) -> R { OUTER(INNER(async move { BODY })).await }`
pub(super) fn emit(
    mut func: Func,
    shape: &Shape,
    output: &Output,
    layers: &[Layer],
    entries: &[Entry],
    krate: &TokenStream,
) -> TokenStream {
    let stack = Stack { func: &func, shape, output, layers, krate };
    let (prelude, code) = (stack.prelude(), stack.layered().into_inline());
    let body = match shape {
        Shape::Async(_) => quote!({ #prelude #code }),
        Shape::Tail(tail) => {
            let (keyword, capture) = (&tail.keyword, &tail.capture);
            tail.replace(quote!(#keyword #capture { #prelude #code }))
        }
        Shape::Rebound(tail, rebound) => {
            let (keyword, capture, statements) = (&tail.keyword, &tail.capture, rebound.replace(&quote!({ #prelude #code })));
            tail.replace(quote!(#keyword #capture { #statements }))
        }
    };
    func.attrs.extend(documentation(entries));
    let owned = layers.iter().flat_map(Layer::rebinds);
    func.without_mut(&owned.cloned().collect::<Vec<_>>());
    func.with_body(body)
}

struct Stack<'a> {
    func: &'a Func,
    shape: &'a Shape,
    output: &'a Output,
    layers: &'a [Layer],
    krate: &'a TokenStream,
}

impl Stack<'_> {
    /// The layers around the body, the first one outermost.
    fn layered(&self) -> Code {
        let function = self.func.sig.ident.to_string();
        let around = |place: usize| Around {
            site: Site { krate: self.krate, span: Span::call_site(), function: &function, parameters: &[], generics: &[] },
            capture: self.capture_inside(self.up_to(place)),
            own_capture: self.capture_inside(&self.layers[..place]),
            moves: self
                .up_to(place)
                .iter()
                .rev()
                .find_map(Layer::again)
                .map_or_else(Span::mixed_site, |again| again.span.resolved_at(Span::mixed_site())),
            output: self.output,
            edge: self.output.edge(self.krate),
            is_outermost: place == 0,
        };
        let body = self.body(&around(self.layers.len()));
        self.layers.iter().enumerate().rev().fold(body, |inner, (place, layer)| {
            let around = around(place);
            match layer {
                Layer::Timeout(timeout) => timeout.wrap(&around, inner),
                Layer::Limit(limit) => limit.wrap(&around, inner),
                Layer::Retry(retry) => retry.wrap(&around, inner),
                Layer::Fallback(fallback) => fallback.wrap(&around, inner),
                Layer::Transactional(transactional) => transactional.wrap(&around, inner),
                // It is the body.
                Layer::Blocking(_) => inner,
            }
        })
    }

    /// The user's statements, as something that runs once or for every attempt.
    fn body(&self, around: &Around<'_>) -> Code {
        let Around { capture, edge, .. } = around;
        let block = self.shape.body();
        let (moved, statements) = (self.moved(), block.stream());
        if let Some(Layer::Blocking(blocking)) = self.layers.last() {
            let keyword =
                self.repeated().last().map_or_else(Span::mixed_site, |again| again.span.resolved_at(Span::mixed_site()));
            // The thread has all arguments until it ends, as the body of an `async fn` does.
            let owned = self.func.bindings();
            let edge = if owned.is_empty() { quote!(#edge) } else { self.owned(&owned) };
            return blocking.body(around, self.output, &regroup(block, quote!(#edge #statements)), keyword);
        }
        let keyword = self.keyword();
        let block = regroup(block, if moved.is_empty() { quote!(#edge #statements) } else { quote!(#moved #statements) });
        Code::Future(quote!(#keyword #capture #block))
    }

    /// The user's own `async`: with a generated one rustc forgets the names of what the body captures. Of a body that runs again it
    /// stands at the `retry`, since that is where rustc says what can not be moved twice.
    fn keyword(&self) -> TokenTree {
        let own = match self.shape {
            Shape::Async(_) => self.func.sig.asyncness.map_or_else(Span::mixed_site, |keyword| keyword.span),
            Shape::Tail(tail) | Shape::Rebound(tail, _) => tail.keyword.span(),
        };
        let span = self.repeated().last().map_or(own, |again| again.span.resolved_at(own));
        Ident::new("async", span).into()
    }

    /// The layers that run the body again.
    fn repeated(&self) -> impl DoubleEndedIterator<Item = &Again> {
        self.layers.iter().filter_map(Layer::again)
    }

    /// The layers above what stands inside of the one at `place`.
    fn up_to(&self, place: usize) -> &[Layer] {
        self.layers.get(..=place).unwrap_or(self.layers)
    }

    /// How blocks and closures inside of these layers capture. What runs again borrows, and so does what leaves arguments to a layer that
    /// reads them behind the body.
    fn capture_inside(&self, above: &[Layer]) -> TokenStream {
        let runs_again = above.iter().any(|layer| layer.again().is_some());
        if runs_again || self.is_read_behind() { TokenStream::new() } else { self.own_capture() }
    }

    fn own_capture(&self) -> TokenStream {
        match self.shape {
            Shape::Async(_) => quote!(move),
            Shape::Tail(tail) | Shape::Rebound(tail, _) => tail.capture.to_token_stream(),
        }
    }

    /// Whether a layer reads arguments when the body is over.
    fn is_read_behind(&self) -> bool {
        self.func.bindings().iter().any(|name| self.reads_behind(name))
    }

    fn reads_behind(&self, name: &Ident) -> bool {
        let name = self.name_in_body(name);
        self.layers.iter().filter_map(Layer::behind).any(|tokens| reads(tokens, &name.to_string()))
    }

    fn name_in_body<'n>(&'n self, name: &'n Ident) -> &'n Ident {
        if name == "self" { self.shape.receiver().unwrap_or(name) } else { name }
    }

    /// An edge that is never taken. It makes a block that borrows own what nobody else needs: so the argument need not be `Sync`.
    fn moved(&self) -> TokenStream {
        let statements = self.shape.body().stream();
        let is_used = |name: &&Ident| reads(&statements, &self.name_in_body(name).to_string());
        let names: Vec<Ident> = if self.repeated().next().is_some() {
            let names: BTreeSet<&Ident> = self.layers.iter().flat_map(Layer::rebinds).collect();
            // What a transaction begins on is not the body's any more.
            let is_left = |name: &&Ident| !self.layers.iter().any(|layer| layer.consumes(name));
            names.into_iter().filter(is_left).cloned().collect()
        } else if self.is_read_behind() && !self.own_capture().is_empty() {
            let names = self.func.bindings();
            let names = names.iter().filter(is_used).filter(|name| !self.reads_behind(name));
            names.map(|name| self.name_in_body(name).clone()).collect()
        } else {
            Vec::new()
        };
        if names.is_empty() { TokenStream::new() } else { self.owned(&names) }
    }

    /// An edge that is never taken, in which a body owns all of these.
    fn owned(&self, names: &[Ident]) -> TokenStream {
        let (krate, output) = (self.krate, self.output);
        let value = if output.is_never() { quote!({ loop {} }) } else { output.value(krate).into_token_stream() };
        // A name with an underscore says that the body does not use it, which is no reason to be rid of it.
        let is_unused = names.iter().any(|name| name.to_string().starts_with('_'));
        let allow = is_unused.then(|| quote!(#[allow(clippy::used_underscore_binding)]));
        quote!(if false { #allow #krate::__private::moved((#(#names,)*)); return #value; })
    }

    /// What the layers share: each conversion is named once, on the user's return type, so that a missing one is one error. It is
    /// kept as a pointer, for the function item would ask for the bound once more wherever it is used.
    fn prelude(&self) -> TokenStream {
        let Self { output, krate, .. } = self;
        let any = |is_one: fn(&Layer) -> bool| self.layers.iter().any(is_one);
        let from_elapsed = any(|layer| matches!(layer, Layer::Timeout(timeout) if timeout.converts())).then(|| {
            let from_elapsed = timeout::from_elapsed();
            quote!(let #from_elapsed: fn(_) -> _ = <#output as #krate::FromElapsed>::from_elapsed;)
        });
        let from_refusal = any(|layer| matches!(layer, Layer::Limit(_))).then(|| self.refusal());
        let look = any(|layer| matches!(layer, Layer::Retry(_) | Layer::Fallback(_))).then(|| {
            let (look, found) = (retry::look(), asked(&output.to_token_stream(), &quote!(#krate::__private::HasError), "LOOK"));
            quote!(let #look = #found;)
        });
        let ending = any(|layer| matches!(layer, Layer::Transactional(_))).then(|| self.ending());
        let (call, function) = (call(), self.func.sig.ident.to_string());
        quote!(#from_elapsed #from_refusal #look #ending let #call = #krate::__private::call(#function);)
    }
}

impl Stack<'_> {
    /// A refusal that the function has asked for has to be one of its results. Any other is a defect of the program: one of its results
    /// where it can be, or else a panic.
    fn refusal(&self) -> TokenStream {
        let Self { output, krate, .. } = self;
        let (private, from_refusal) = (quote!(#krate::__private), limit::from_refusal());
        let found = if self.layers.iter().any(|layer| matches!(layer, Layer::Limit(limit) if limit.converts())) {
            quote!(<#output as #krate::FromLimitExceeded>::from_limit_exceeded)
        } else if output.is_named() && !output.is_never() {
            quote!({
                use #private::choose::*;
                (&&#private::answer::<#output>()).refused()
            })
        } else {
            quote!(#private::refuse)
        };
        quote!(let #from_refusal: fn(_) -> _ = #found;)
    }
}

impl Stack<'_> {
    /// How the result tells of a transaction. The text of an error that a joined call ends with is chosen by what the error can do.
    fn ending(&self) -> TokenStream {
        let Self { output, krate, .. } = self;
        let (private, ending) = (quote!(#krate::__private), transactional::ending());
        let telling = (output.is_named() && !output.is_never()).then(|| {
            quote!(.telling({
                use #private::choose::*;
                (&&#private::in_words::<#output>()).by()
            }))
        });
        quote!(let #ending = <#output as #krate::FromTxError>::ending()#telling;)
    }
}

impl Layer {
    /// How it runs its inside again, if it does.
    fn again(&self) -> Option<&Again> {
        match self {
            Self::Retry(retry) => Some(&retry.again),
            Self::Transactional(transactional) => transactional.again.as_ref(),
            _ => None,
        }
    }

    /// What it evaluates when the body is over.
    fn behind(&self) -> Option<&TokenStream> {
        match self {
            Self::Timeout(timeout) => timeout.or.as_ref(),
            Self::Fallback(fallback) => Some(&fallback.written),
            Self::Transactional(transactional) => transactional.behind(),
            _ => None,
        }
    }

    /// Whether this argument is handed over before the body runs.
    fn consumes(&self, name: &Ident) -> bool {
        matches!(self, Self::Transactional(transactional) if transactional.consumes(name))
    }

    /// The arguments of which every attempt has its own.
    fn rebinds(&self) -> &[Ident] {
        self.again().map_or(&[], |again| &again.cloned)
    }
}

/// A paragraph behind the user's own documentation, one line a policy.
fn documentation(entries: &[Entry]) -> Vec<Attribute> {
    let mut lines = vec![String::new(), " Policies, outermost first:".to_owned()];
    lines.extend(entries.iter().map(|entry| match without_crate(&entry.args) {
        args if args.is_empty() => format!(" - `{}`", entry.name),
        args => format!(" - `{}({args})`", entry.name),
    }));
    lines.iter().map(|line| syn::parse_quote!(#[doc = #line])).collect()
}

/// Where weftwork is found is nothing that a reader of the documentation needs to know.
fn without_crate(args: &TokenStream) -> String {
    let parts = split_at_commas(args.clone());
    let told = parts.iter().filter(|part| crate_option(part).is_none()).map(as_written);
    told.collect::<Vec<_>>().join(", ")
}
