//! What users get to read in `cargo expand`: `tests/expand/<construct>/<case>.rs` beside `<case>.expanded.rs`.
//!
//! Run with `UPDATE_EXPECT=1` to write the second files anew, and read what changed. An input is a file of items with our
//! attributes on them and our macros in their bodies. Ours alone are expanded, in rustc's order: the top attribute first, a
//! macro before what is inside it.

use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, File, ImplItem, Item, Macro, Meta, Stmt, TraitItem};

use crate::attributes::policies;
use crate::bang;

#[test]
fn expansions_are_as_recorded() {
    let update = env::var_os("UPDATE_EXPECT").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/expand");
    let (mut count, mut changed) = (0, Vec::new());
    for input in inputs(&folder) {
        let expanded = expand_file(&fs::read_to_string(&input).unwrap());
        let recorded = input.with_extension("expanded.rs");
        if update {
            fs::write(&recorded, &expanded).unwrap();
        }
        if fs::read_to_string(&recorded).unwrap_or_default() != expanded {
            changed.push(format!("{}:\n{expanded}", input.display()));
        }
        count += 1;
    }
    assert!(count > 0, "no inputs in {}", folder.display());
    assert!(changed.is_empty(), "run with UPDATE_EXPECT=1 and read the difference\n\n{}", changed.join("\n"));
}

fn inputs(folder: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let files = entries(folder).into_iter().flat_map(|construct| entries(&construct));
    let mut inputs: Vec<PathBuf> = files.filter(|file| !file.to_string_lossy().ends_with(".expanded.rs")).collect();
    inputs.sort();
    inputs
}

fn expand_file(text: &str) -> String {
    let mut file = syn::parse_file(text).unwrap();
    Expand.visit_file_mut(&mut file);
    prettyplease::unparse(&file)
}

struct Expand;

impl VisitMut for Expand {
    fn visit_file_mut(&mut self, file: &mut File) {
        expand_macros(&mut file.items, |item| if let Item::Macro(call) = item { Some(&call.mac) } else { None });
        expand_each(&mut file.items, item_attrs);
        visit_mut::visit_file_mut(self, file);
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        expand_macros(&mut item.items, |item| if let ImplItem::Macro(call) = item { Some(&call.mac) } else { None });
        expand_each(&mut item.items, impl_item_attrs);
        visit_mut::visit_item_impl_mut(self, item);
    }

    fn visit_item_trait_mut(&mut self, item: &mut syn::ItemTrait) {
        expand_macros(&mut item.items, |item| if let TraitItem::Macro(call) = item { Some(&call.mac) } else { None });
        expand_each(&mut item.items, trait_item_attrs);
        visit_mut::visit_item_trait_mut(self, item);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Macro(call) = expr {
            if let Some(expanded) = bang(&call.mac) {
                *expr = parse(&expanded);
            }
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        if let Stmt::Macro(call) = stmt {
            if let Some(expanded) = bang(&call.mac) {
                *stmt = Stmt::Expr(parse(&expanded), call.semi_token);
            }
        }
        visit_mut::visit_stmt_mut(self, stmt);
    }
}

/// An expansion as syntax. Text that does not parse would not compile either.
fn parse<T: Parse>(tokens: &TokenStream) -> T {
    syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error} in the expansion\n{tokens}"))
}

// ---- attributes ----

/// Puts the expansion of each item in its place: the item, and the errors after it.
fn expand_each<T: Parse + ToTokens>(items: &mut Vec<T>, attrs: fn(&mut T) -> Option<&mut Vec<Attribute>>) {
    while let Some((index, attr)) = items.iter_mut().enumerate().find_map(|(index, item)| Some((index, take_ours(attrs(item)?)?)))
    {
        let expanded = attribute(&attr, items[index].to_token_stream());
        items.splice(index..=index, all.parse2(expanded).unwrap());
    }
}

/// Puts what a macro of ours among the items expands to in its place.
fn expand_macros<T: Parse>(items: &mut Vec<T>, call: fn(&T) -> Option<&Macro>) {
    while let Some((index, expanded)) = items.iter().enumerate().find_map(|(index, item)| Some((index, bang(call(item)?)?))) {
        items.splice(index..=index, all.parse2(expanded).unwrap());
    }
}

fn all<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(input.parse()?);
    }
    Ok(items)
}

/// The topmost attribute of ours.
fn take_ours(attrs: &mut Vec<Attribute>) -> Option<Attribute> {
    let index = attrs.iter().position(|attr| OURS.contains(&last_segment(attr.path()).as_str()))?;
    Some(attrs.remove(index))
}

const OURS: [&str; 7] = ["timeout", "limit", "retry", "fallback", "blocking", "transactional", "policies"];

fn attribute(attr: &Attribute, item: TokenStream) -> TokenStream {
    let args = match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    match last_segment(attr.path()).as_str() {
        "policies" => policies::expand(args, &item),
        name => policies::collect(OURS.iter().find(|ours| **ours == name).unwrap(), &args, item),
    }
}

fn item_attrs(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Fn(item) => Some(&mut item.attrs),
        Item::Struct(item) => Some(&mut item.attrs),
        Item::Impl(item) => Some(&mut item.attrs),
        _ => None,
    }
}

fn impl_item_attrs(item: &mut ImplItem) -> Option<&mut Vec<Attribute>> {
    if let ImplItem::Fn(item) = item { Some(&mut item.attrs) } else { None }
}

fn trait_item_attrs(item: &mut TraitItem) -> Option<&mut Vec<Attribute>> {
    if let TraitItem::Fn(item) = item { Some(&mut item.attrs) } else { None }
}

fn last_segment(path: &syn::Path) -> String {
    path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
}

// ---- function-like macros ----

/// The expansion of one of ours, `weftwork` standing for the `$crate` that its `macro_rules!` puts in front.
fn bang(call: &Macro) -> Option<TokenStream> {
    let arguments = &call.tokens;
    let input = quote!(weftwork #arguments);
    Some(match last_segment(&call.path).as_str() {
        "generator" => bang::generator::expand(bang::generator::Kind::Plain, input),
        "try_generator" => bang::generator::expand(bang::generator::Kind::Fallible, input),
        "for_await" => bang::for_await::expand(input),
        "gather" => bang::gather::expand(input),
        "as_completed" => bang::as_completed::expand(input),
        "race" => bang::race::expand(input),
        "race_ok" => bang::race_ok::expand(input),
        "context" => bang::context::expand(input),
        "with" => bang::with::expand(input),
        "savepoint" => bang::savepoint::expand(input),
        _ => return None,
    })
}
