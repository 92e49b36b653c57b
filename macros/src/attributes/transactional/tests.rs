use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::attributes::policies;
use crate::kit::tokens::is_ident;

/// What `#[transactional(ARGUMENTS)]` is refused with, on a function with the parameters `tx`, `name` and `retri`.
fn refusals(arguments: &TokenStream) -> Vec<String> {
    let item = quote!(
        async fn f(tx: Source, name: String, retri: Source) -> Answer {
            body(&mut tx, name).await
        }
    );
    messages(policies::expand(quote!(transactional(#arguments)), &item))
}

/// The texts of all `compile_error!`.
fn messages(expansion: TokenStream) -> Vec<String> {
    let trees: Vec<TokenTree> = expansion.into_iter().collect();
    let error = |three: &[TokenTree]| match (is_ident(three.first(), "compile_error"), three.last()) {
        (true, Some(TokenTree::Group(text))) => Some(syn::parse2::<syn::LitStr>(text.stream()).unwrap().value()),
        _ => None,
    };
    trees.windows(3).filter_map(error).collect()
}

fn only_refusal(arguments: &TokenStream) -> String {
    let refusals = refusals(arguments);
    assert_eq!(refusals.len(), 1, "{arguments}: {refusals:?}");
    refusals.into_iter().next().unwrap()
}

#[test]
fn t37_t45_every_option_is_read() {
    for arguments in [
        quote!(tx, isolation = read_uncommitted),
        quote!(tx, isolation = repeatable_read, read_only, retry = 5, timeout = 2s, propagation = required),
        quote!(tx, retry = 5u32, timeout = "2s"),
        quote!(tx, retry = 1, timeout = 0s),
        quote!(tx, retry = most(), timeout = self.patience, clone(name)),
        quote!(tx, rollback_if = Answer::is_refused),
        quote!(tx, rollback_if = |value: &Answer| value.is_refused(), commit_on(_)),
        quote!(tx, commit_on(| A | B { .. } | C(1..=3) if f(x))),
        quote!(commit_on(Map::<A, B>::Full), tx = self.pool),
    ] {
        let refusals = refusals(&arguments);
        assert!(refusals.is_empty(), "{arguments}: {refusals:?}");
    }
}

#[test]
fn t45_foreign_names_lead_to_ours() {
    for (arguments, ours) in [
        (quote!(rollback_for = E), "`commit_on(..)`"),
        (quote!(rollback_for(E)), "`commit_on(..)`"),
        (quote!(no_rollback_for = E), "it is called `commit_on(..)` here"),
        (quote!(read_write), "every transaction may write, except `read_only`"),
        (quote!(readOnly), "it is called `read_only` here"),
        (quote!(readonly = true), "it is called `read_only` here"),
        (quote!(times = 3), "it is called `retry` here, and counts the first run too"),
        (quote!(max_attempts = 3), "it is called `retry` here, and counts the first run too"),
        (quote!(backoff = 50ms..2s), "for others put `#[retry]` above"),
        (quote!(isolation_level = serializable), "it is called `isolation` here"),
        (quote!(timeout_seconds = 3), "it is called `timeout` here"),
        (quote!(deadline = 3s), "it is called `timeout` here"),
        (quote!(nested), "`propagation = nested`"),
        (quote!(savepoint), "`propagation = nested`"),
        (quote!(requires_new), "`propagation = requires_new`"),
        (quote!(propagate = nested), "`propagation = nested`"),
        (quote!(clone = name), "`clone(name)`"),
        (quote!(isolatoin = serializable), "did you mean `isolation`?"),
        (quote!(commit_onn(E)), "did you mean `commit_on`?"),
        (quote!(red_only), "did you mean `read_only`?"),
        (quote!(retry(5)), "write `retry = 5`"),
        (quote!(read_only(true)), "write `read_only`"),
        (quote!(commit_on = E::Warning), "in parentheses"),
        (quote!(commit_on), "in parentheses"),
    ] {
        // The missing source is no second mistake where something was refused, as it may have been meant for it.
        for arguments in [quote!(tx, #arguments), quote!(#arguments, tx = self.pool)] {
            let refusal = only_refusal(&arguments);
            assert!(refusal.contains(ours), "{arguments}: {refusal}");
        }
    }
}

#[test]
fn t45_a_word_that_is_none_of_the_list_is_one_error() {
    for (arguments, repair) in [
        (quote!(tx, isolation = snapshot), "one of `read_uncommitted`, `read_committed`, `repeatable_read`, `serializable`"),
        (quote!(tx, isolation = Isolation::Serializable), "did you mean `isolation = serializable`?"),
        (quote!(tx, isolation = "READ COMMITTED"), "did you mean `isolation = read_committed`?"),
        (quote!(tx, isolation = serialisable), "did you mean `isolation = serializable`?"),
        (quote!(tx, isolation), "needs a value"),
        (quote!(tx, propagation = mandatory), "it is one of `required`, `nested`, `requires_new`"),
        (quote!(tx, propagation = REQUIRES_NEW), "did you mean `propagation = requires_new`?"),
        (quote!(tx, read_only = false), "`read_only` stands alone"),
    ] {
        let refusal = only_refusal(&arguments);
        assert!(refusal.contains(repair), "{arguments}: {refusal}");
    }
}

#[test]
fn t44_attempts_count_from_one() {
    for count in [quote!(0), quote!(0u32), quote!(1.5), quote!("5"), quote!(5000000000)] {
        let refusal = only_refusal(&quote!(tx, retry = #count));
        assert!(refusal.contains("counts from 1 upwards, the first run too"), "{count}: {refusal}");
    }
}

#[test]
fn t29_what_commits_is_one_pattern() {
    for (list, said) in [
        (quote!(commit_on()), "needs a pattern"),
        (quote!(commit_on(A, B)), "`commit_on(A | B)`"),
        (quote!(commit_on(A => true)), "this is no pattern"),
        (quote!(commit_on(a + b)), "this is no pattern"),
        (quote!(commit_on(A if)), "this is no pattern"),
        (quote!(commit_on(A), commit_on(B)), "given twice"),
        (quote!(rollback_if = "is_err"), "without quotes"),
        (quote!(rollback_if = f, rollback_if = g), "given twice"),
    ] {
        let refusal = only_refusal(&quote!(tx, #list));
        assert!(refusal.contains(said), "{list}: {refusal}");
    }
}

#[test]
fn t77_copies_belong_to_attempts() {
    for (arguments, said) in [
        (quote!(tx, clone(name)), "add `retry = 5`"),
        (quote!(tx, retry = 5, clone(nam)), "did you mean `name`?"),
        (quote!(tx, retry = 5, clone(tx)), "each attempt has its own"),
        (quote!(tx, times = 5, clone(name)), "it is called `retry` here"),
    ] {
        let refusal = only_refusal(&arguments);
        assert!(refusal.contains(said), "{arguments}: {refusal}");
    }
}

#[test]
fn t45_all_mistakes_are_reported_in_one_pass() {
    let arguments =
        quote!(txx = 1, isolation = snapshot, read_only = true, retry = 0, timeout = 5, commit_on(), rollback_if = "f");
    assert_eq!(refusals(&arguments).len(), 7);
    assert_eq!(refusals(&quote!(isolation = snapshot)).len(), 2, "a source is missing as well");
    assert_eq!(refusals(&quote!(self.pool, isolation = snapshot)).len(), 2, "the source is there, without its name");
    assert!(only_refusal(&quote!(retri)).contains("write `tx = retri`"));
}

#[test]
fn t46_a_function_that_does_not_await_is_one_error_beside_those_of_the_options() {
    let item = quote!(
        fn f(tx: Source) -> Answer {
            body()
        }
    );
    let found = messages(policies::expand(quote!(transactional(tx, retry = 0)), &item));
    assert!(found.len() == 2 && found.iter().any(|found| found.contains("goes on an `async fn`")), "{found:?}");
}
