//! What becomes of a `yield`: of one value, of all items of another stream, of an error.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::lower::{Handing, Level, Lowering, Run};
use super::{Kind, label};
use crate::kit::idents::{binding, local};
use crate::kit::tokens::{argument, group, is_punct, located, operand, regroup, split_at_commas};

/// What is handed over.
#[derive(Clone, Copy)]
enum What {
    Item,
    Error,
}

impl Lowering<'_> {
    /// `yield VALUE` or `yield ..INNER`; returns how many tokens that was.
    pub(super) fn yield_expression(
        &mut self,
        trees: &[TokenTree],
        index: usize,
        level: Level,
        out: &mut Vec<TokenTree>,
    ) -> usize {
        let operand = operand(&trees[index + 1..]);
        let length = 1 + operand.len();
        if self.is_barred(&trees[index], "yield", operand, level, out) {
            return length;
        }
        let keyword = trees[index].span();
        let lowered = if is_punct(operand.first(), '.') && is_punct(operand.get(1), '.') {
            let dots: TokenStream = trees[index..index + 3].iter().cloned().collect();
            self.delegation(&dots, &operand[2..], keyword, level)
        } else {
            self.single(What::Item, operand, keyword, level)
        };
        push_statement(lowered, level, index + length == trees.len(), out);
        length
    }

    /// `yield_err!(ERROR)`
    pub(super) fn yield_error(&mut self, trees: &[TokenTree], index: usize, level: Level, out: &mut Vec<TokenTree>) -> usize {
        without_path(out);
        let name: TokenStream = trees[index..index + 2].iter().cloned().collect();
        let arguments = match trees.get(index + 2) {
            Some(TokenTree::Group(arguments)) => Some(arguments.stream()),
            _ => None,
        };
        let length = 2 + usize::from(arguments.is_some());
        let mut parts = split_at_commas(arguments.unwrap_or_default()).into_iter();
        let error: Vec<TokenTree> = parts.next().into_iter().flatten().collect();
        if self.is_barred(&trees[index], "yield_err!", &error, level, out) {
            return length;
        }
        let mut mistake = None;
        if self.form.kind == Kind::Plain {
            mistake = Some(
                "the items of `generator!` are plain, so none can be an error\nwrite `try_generator!`, whose items are `Result`s",
            );
        } else if error.is_empty() {
            mistake = Some("`yield_err!` needs the error that it delivers\nwrite `yield_err!(error)`");
        }
        let lowered = if let Some(mistake) = mistake {
            self.errors.at(&name, mistake);
            let error = self.tokens(error.into_iter().collect(), level.value());
            Group::new(Delimiter::Brace, if error.is_empty() { error } else { quote!(_ = #error;) })
        } else {
            self.single(What::Error, &error, trees[index].span(), level)
        };
        let behind: TokenStream = parts.collect();
        if !behind.is_empty() {
            self.errors.at(behind, "`yield_err!` takes one error, this stands behind it");
        }
        push_statement(lowered, level, index + length == trees.len(), out);
        length
    }

    /// Refuses what stands where nothing can wait, and puts an expression of the same type there, so that this is the only error.
    fn is_barred(&mut self, at: &TokenTree, name: &str, value: &[TokenTree], level: Level, out: &mut Vec<TokenTree>) -> bool {
        let place = match level.run {
            Run::Barred(place) => place,
            Run::Making => "the body of a comprehension, in front of its future",
            Run::Own | Run::Nested => return false,
        };
        let (made, function) = if self.form.is_async { ("stream", "stream") } else { ("iterator", "iter") };
        let repair = match level.run {
            Run::Making if self.form.is_async => String::from("put it into an `async move { .. }`, which can"),
            _ => format!("use a loop, or lend the handle of `weftwork::{function}`"),
        };
        self.errors.at(at, format_args!("`{name}` stands in {place}, which can not wait for the {made}'s consumer\n{repair}"));
        let is_delegation = is_punct(value.first(), '.') && is_punct(value.get(1), '.');
        let value = if is_delegation { &value[2..] } else { value };
        let value = self.tokens(value.iter().cloned().collect(), level.value());
        out.extend(if value.is_empty() { quote!(()) } else { quote!((_ = #value)) });
        true
    }

    /// In:  `yield VALUE`
    /// Out: `{ if false { break 'body } let item = put_as(accepts(&outlet), VALUE, &outlet); item.await }`
    ///
    /// The value's temporaries end before the body suspends. The first argument says what the value has to be, so that a wrong one
    /// is an error at the value; the outlet itself comes last, since it may not be held over an `await` in the value.
    fn single(&mut self, what: What, value: &[TokenTree], keyword: Span, level: Level) -> Group {
        let value = if value.is_empty() {
            quote_spanned!(keyword=> ())
        } else {
            self.tokens(value.iter().cloned().collect(), level.value())
        };
        let (krate, handle, item) = (self.krate, self.handing.handle(), binding("item"));
        let function = local(match (self.handing, what, self.form.kind) {
            (Handing::Outlet, What::Item, Kind::Plain) => "put_as",
            (Handing::Outlet, What::Item, Kind::Fallible) => "put_ok",
            (Handing::Outlet, What::Error, _) => "put_err",
            (Handing::Yielder, What::Item, Kind::Plain) => "emit",
            (Handing::Yielder, What::Item, Kind::Fallible) => "emit_ok",
            (Handing::Yielder, What::Error, _) => "emit_err",
        });
        let private = quote!(#krate::__private);
        let (function, before, behind) = match (self.handing, what, self.form.kind) {
            (Handing::Outlet, ..) => (quote!(#private::#function), quote!(#private::accepts(&#handle),), quote!(, &#handle)),
            (Handing::Yielder, What::Item, Kind::Plain) => (quote!(#handle.#function), quote!(), quote!()),
            (Handing::Yielder, ..) => (quote!(#private::#function), quote!(#handle,), quote!()),
        };
        let call = call(&function, &before, &value, &behind, keyword);
        let net = self.net();
        let mut statements = located(quote!(#net let #item =), keyword);
        statements.extend(call);
        statements.extend(located(quote!(; #item.await), keyword));
        braces(statements, keyword)
    }

    /// In:  `yield ..INNER`
    /// Out: `{ if false { break 'body } put_all(accepts(&outlet), INNER, &mut outlet).await; }`, with a `?` in the fallible form
    ///
    /// Here temporaries of the value live until its last item is delivered, as those in the header of a `for` do.
    fn delegation(&mut self, dots: &TokenStream, inner: &[TokenTree], keyword: Span, level: Level) -> Group {
        if inner.is_empty() || is_punct(inner.first(), '=') {
            self.errors.at(
                dots,
                "`yield ..inner` delivers the items of another stream or iterator, which is missing here\na range as a value is written `yield (..end)`",
            );
            return braces(TokenStream::new(), keyword);
        }
        let inner = self.tokens(inner.iter().cloned().collect(), level.value());
        let (krate, handle) = (self.krate, self.handing.handle());
        let private = quote!(#krate::__private);
        let function = local(match (self.handing, self.form.is_async, self.form.kind) {
            (Handing::Outlet, true, Kind::Plain) => "put_all",
            (Handing::Outlet, true, Kind::Fallible) => "put_all_ok",
            (Handing::Outlet, false, Kind::Plain) => "put_each",
            (Handing::Outlet, false, Kind::Fallible) => "put_each_ok",
            (Handing::Yielder, _, Kind::Plain) => "emit_all",
            (Handing::Yielder, _, Kind::Fallible) => "emit_all_ok",
        });
        let (accepts, handle) = match self.handing {
            Handing::Outlet => {
                self.delegates = true;
                (quote!(#private::accepts(&#handle),), quote!(, &mut #handle))
            }
            Handing::Yielder => (quote!(#private::accepts_emitted(#handle),), quote!(, #handle)),
        };
        let call = call(&quote!(#private::#function), &accepts, &inner, &handle, keyword);
        let question = (self.form.kind == Kind::Fallible).then(|| quote!(?));
        let mut statements = located(self.net(), keyword);
        statements.extend(call);
        statements.extend(located(quote!(.await #question;), keyword));
        braces(statements, keyword)
    }

    /// A dead `break` makes rustc refuse a macro that moves the `yield` to another level, where standing still would mean
    /// something else.
    fn net(&mut self) -> TokenStream {
        if self.handing == Handing::Yielder {
            return TokenStream::new();
        }
        self.uses_label = true;
        let label = label();
        quote!(if false { break #label; })
    }
}

/// `function(before VALUE behind)`, all but the value as if it stood at the keyword.
fn call(function: &TokenStream, before: &TokenStream, value: &TokenStream, behind: &TokenStream, keyword: Span) -> TokenStream {
    let (before, behind) = (located(before.clone(), keyword), located(behind.clone(), keyword));
    // The parentheses of `yield (..3)` and `yield ..(0..3)` are needed.
    let is_parenthesised = group(value.clone().into_iter().next().as_ref(), Delimiter::Parenthesis).is_some();
    let value = if is_parenthesised { argument(value.clone()) } else { value.clone() };
    let mut tokens = located(function.clone(), keyword);
    for mut parentheses in located(quote!(()), keyword) {
        if let TokenTree::Group(empty) = &parentheses {
            parentheses = regroup(empty, quote!(#before #value #behind)).into();
        }
        tokens.extend([parentheses]);
    }
    tokens
}

/// A block about which errors stand at the keyword too.
fn braces(statements: TokenStream, keyword: Span) -> Group {
    let mut block = Group::new(Delimiter::Brace, statements);
    block.set_span(keyword);
    block
}

/// A value of type `()` at the end of a block gets its semicolon: clippy would miss it, and put it behind the keyword.
fn push_statement(block: Group, level: Level, is_last: bool, out: &mut Vec<TokenTree>) {
    let starts = |before: &TokenTree| is_punct(Some(before), ';') || group(Some(before), Delimiter::Brace).is_some();
    let is_statement = level.in_braces && out.last().is_none_or(starts);
    out.push(block.into());
    if is_statement && is_last {
        out.extend(quote!(;));
    }
}

/// Takes `weftwork::` off before the name of a macro.
fn without_path(out: &mut Vec<TokenTree>) {
    while out.len() >= 2 && is_punct(out.last(), ':') && is_punct(out.get(out.len() - 2), ':') {
        out.truncate(out.len() - 2);
        if matches!(out.last(), Some(TokenTree::Ident(_))) {
            out.pop();
        }
    }
    if is_punct(out.last(), '$') {
        out.pop();
    }
}
