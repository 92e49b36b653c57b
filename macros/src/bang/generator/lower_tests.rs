//! What the rewriting keeps, completes and refuses.

use super::*;

/// The lowered body and the messages about it.
fn lowered(kind: Kind, tokens: TokenStream) -> (String, Vec<String>) {
    let mut errors = Errors::new();
    let nested = crate::kit::scan::yields_in_nested_blocks(&tokens);
    let handing = if nested { Handing::Yielder } else { Handing::Outlet };
    let group = Group::new(Delimiter::Brace, tokens);
    let lowered = body(Form { kind, is_async: true }, handing, &group, &quote!(), &quote!(weft), &mut errors);
    (lowered.block.to_string(), errors.into_messages())
}

fn words(tokens: &TokenStream) -> Vec<String> {
    tokens
        .clone()
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Group(found) => words(&found.stream()),
            other => vec![other.to_string()],
        })
        .collect()
}

#[test]
fn g113_a_half_typed_body_keeps_every_other_token() {
    for (written, kept) in [
        (quote!(let client = open(); client. yield before; let other = after(client);), ["client", "before", "after"]),
        (quote!(for await row in db. { yield row; } let other = after(), before), ["db", "before", "after"]),
        (quote!(let a = match before { A => yield, B => yield after. }; a), ["A", "before", "after"]),
        (quote!(items.map(|before| yield) after { yield | }), ["items", "before", "after"]),
        (quote!(async { before. yield } fn after yield; const = yield), ["async", "before", "after"]),
    ] {
        let tokens: TokenStream = lowered(Kind::Plain, written.clone()).0.parse().unwrap();
        let lowered = words(&tokens);
        for word in words(&written).iter().filter(|word| !["yield", "for", "await", "in"].contains(&word.as_str())) {
            let count = |words: &[String]| words.iter().filter(|other| *other == word).count();
            assert!(count(&lowered) >= count(&words(&written)), "`{word}` is lost in {lowered:?}");
        }
        assert!(kept.iter().all(|word| lowered.contains(&(*word).to_owned())), "{lowered:?}");
    }
}

#[test]
fn g113_a_loop_without_a_body_keeps_its_header_and_what_follows() {
    let (tokens, messages) = lowered(Kind::Plain, quote!(before; for await row in db.query(client.); after;));
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(["before", "db", "query", "client", "after"].iter().all(|word| tokens.contains(word)), "{tokens}");
    let (tokens, messages) = lowered(Kind::Plain, quote!(before; for await row { yield row; } after;));
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(["before", "after"].iter().all(|word| tokens.contains(word)), "{tokens}");
}

#[test]
fn g113_a_half_typed_function_keeps_its_signature_and_the_rest_of_its_body() {
    let written = quote! {
        /// Documented.
        pub async fn rows<'a>(&'a self, limit: usize) -> impl Stream<Item = Row> { before; client. yield after; last }
    };
    let expanded = super::super::expand(Kind::Plain, quote!(weft #written));
    for word in words(&written).iter().filter(|word| !["yield", "async"].contains(&word.as_str())) {
        assert!(words(&expanded).contains(word), "`{word}` is lost in {expanded}");
    }
    assert!(expanded.to_string().contains("pub fn rows < 'a > (& 'a self , limit : usize) -> impl Stream < Item = Row >"));
}

#[test]
fn g113_two_mistakes_give_two_errors() {
    let (_, messages) = lowered(Kind::Plain, quote!(f(|x| yield x); const A: () = yield 1; g()?; return Err(2);));
    assert_eq!(messages.len(), 4, "{messages:?}");
    assert!(messages[0].contains("a closure") && messages[1].contains("a constant"), "{messages:?}");
}

#[test]
fn g40_g45_a_question_mark_is_refused_only_where_it_would_end_the_body() {
    let errors = |tokens| lowered(Kind::Plain, tokens).1.len();
    assert_eq!(errors(quote!(f()?)), 1);
    assert_eq!(errors(quote!(if !(f()?) {} let a = b[c?] + d.await?;)), 3);
    assert_eq!(errors(quote!(async { f()? }; |x| x?; gather!(f()?); info!(?x); fn g<T: ?Sized>() {})), 0);
    assert_eq!(lowered(Kind::Fallible, quote!(f()?; g(h?);)).0, "{ f () ? ; g (h ?) ; }");
}

#[test]
fn g41_only_bare_returns_of_the_bodys_own_level_are_completed() {
    let count = |kind, tokens| lowered(kind, tokens).0.matches("Ok (())").count();
    let returns = quote! { return; if a { return } match b { 1 => return, _ => return Err(c) } return Ok(()); };
    assert_eq!(count(Kind::Fallible, returns.clone()), 4);
    assert_eq!(count(Kind::Plain, returns), 1);
    let elsewhere = quote! { async { return; }; |x| return; fn f() { return; } generator!(async { return; }); };
    assert_eq!(count(Kind::Fallible, elsewhere), 0);
}

#[test]
fn g14_an_inner_generator_stays_as_it_is() {
    let inner = "generator ! (async { yield 1 ; for await x in s { } })";
    for around in ["f (|x| INNER)", "async { INNER }", "fn g () { INNER }", "{ { INNER } }"] {
        let written: TokenStream = around.replace("INNER", inner).parse().unwrap();
        let (tokens, messages) = lowered(Kind::Plain, written);
        assert!(tokens.contains(inner) && messages.is_empty(), "{tokens} {messages:?}");
    }
}

#[test]
fn g114_groups_without_keywords_are_the_users_own() {
    let mut errors = Errors::new();
    let krate = quote!(weft);
    let mut lowering = Lowering {
        form: Form { kind: Kind::Plain, is_async: true },
        handing: Handing::Outlet,
        krate: &krate,
        errors: &mut errors,
        uses_label: false,
        delegates: false,
        loops: 0,
        changed: false,
    };
    let _ = lowering.group(&Group::new(Delimiter::Brace, quote!(a(b, { c }); return d;)), Level::OWN);
    assert!(!lowering.changed);
    let _ = lowering.group(&Group::new(Delimiter::Brace, quote!(a(b, { yield c }))), Level::OWN);
    assert!(lowering.changed);
}
