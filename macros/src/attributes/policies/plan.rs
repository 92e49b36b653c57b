//! The layers of a stack, read from its attributes.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};

use super::shape::Shape;
use crate::attributes::blocking::{self, Blocking};
use crate::attributes::fallback::{self, Fallback};
use crate::attributes::limit::{self, Limit};
use crate::attributes::retry::{self, Retry};
use crate::attributes::timeout::{self, Timeout};
use crate::attributes::transactional::{self, Transactional};
use crate::kit::args::{Args, Grammar};
use crate::kit::errors::Errors;
use crate::kit::func::Func;
use crate::kit::krate;
use crate::kit::tokens::replaced;

/// What every layer of a stack knows about its place.
pub(crate) struct Site<'a> {
    pub(crate) krate: &'a TokenStream,
    /// The attribute, for errors about what is missing in it.
    pub(crate) span: Span,
    pub(crate) function: &'a str,
    pub(crate) parameters: &'a [String],
    pub(crate) generics: &'a [String],
}

pub(super) enum Layer {
    Timeout(Timeout),
    Limit(Box<Limit>),
    Retry(Box<Retry>),
    Fallback(Fallback),
    Blocking(Blocking),
    Transactional(Box<Transactional>),
}

/// One attribute of the stack as collected.
pub(super) struct Entry {
    pub(super) name: Ident,
    pub(super) args: TokenStream,
}

pub(super) fn read_entries(entries: TokenStream) -> Vec<Entry> {
    let mut trees = entries.into_iter();
    let mut read = Vec::new();
    while let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(args))) = (trees.next(), trees.next()) {
        read.push(Entry { name, args: args.stream() });
    }
    read
}

/// All layers, or `None` if one of them could not be read: a policy runs as it is written or not at all. What a transaction binds for the
/// body stays bound all the same, or each use of it would be another error.
pub(super) fn plan(
    entries: &[Entry],
    func: &Func,
    shape: Option<&Shape>,
    krate: &mut TokenStream,
    errors: &mut Errors,
) -> Option<Vec<Layer>> {
    refuse_twice(entries, errors);
    let mut read = Vec::new();
    for entry in entries {
        // Where the body calls its receiver by another name, so do the attributes.
        let args = match shape.and_then(Shape::receiver) {
            Some(receiver) => replaced(entry.args.clone(), "self", receiver),
            None => entry.args.clone(),
        };
        let mut args =
            if entry.name == "fallback" { fallback::read(args, errors) } else { Args::parse(args, grammar(&entry.name), errors) };
        if let Some(option) = args.take("crate") {
            if let Some(path) = krate::from_option(&option.value, errors) {
                *krate = path;
            }
        }
        read.push((entry, args));
    }
    let function = func.sig.ident.to_string();
    let (parameters, generics) = (func.parameter_names(), func.generic_names());
    let layers: Vec<Option<Layer>> = read
        .iter_mut()
        .map(|(entry, args)| {
            let span = entry.name.span();
            let site = Site { krate, span, function: &function, parameters: &parameters, generics: &generics };
            match entry.name.to_string().as_str() {
                "timeout" => Timeout::plan(args, &site, errors).map(Layer::Timeout),
                "retry" => Retry::plan(args, func, &site, errors).map(Box::new).map(Layer::Retry),
                "fallback" => Fallback::plan(args, &site, errors).map(Layer::Fallback),
                "blocking" => Blocking::plan(args, func, shape.is_some(), &site, errors).map(Layer::Blocking),
                "transactional" => Transactional::plan(args, func, &site, errors).map(Box::new).map(Layer::Transactional),
                _ => Limit::plan(args, &site, errors).map(Box::new).map(Layer::Limit),
            }
        })
        .collect();
    if errors.is_empty() {
        return layers.into_iter().collect();
    }
    let transaction = layers.into_iter().flatten().find(|layer| matches!(layer, Layer::Transactional(_)))?;
    Some(vec![transaction])
}

fn grammar(name: &Ident) -> &'static Grammar {
    match name.to_string().as_str() {
        "timeout" => &timeout::GRAMMAR,
        "retry" => &retry::GRAMMAR,
        "blocking" => &blocking::GRAMMAR,
        "transactional" => &transactional::GRAMMAR,
        _ => &limit::GRAMMAR,
    }
}

/// What a function can have once, and what stands where it can not be.
fn refuse_twice(entries: &[Entry], errors: &mut Errors) {
    if let Some(second) = entries.iter().filter(|entry| entry.name == "transactional").nth(1) {
        errors.at_span(second.name.span(), "a function is `#[transactional]` once\nremove this one");
    }
    let blocking = entries.iter().position(|entry| entry.name == "blocking");
    let below = blocking.map_or(&[][..], |blocking| &entries[blocking + 1..]);
    for entry in below {
        let name = &entry.name;
        if name == "blocking" {
            errors.at_span(name.span(), "a function is `#[blocking]` once\nremove this one");
        } else {
            let message =
                format_args!("the thread of `#[blocking]` can hold no policy that awaits\nmove `#[{name}]` above `#[blocking]`");
            errors.at_span(name.span(), message);
        }
    }
}
