///
/// Policies, outermost first:
/// - `limit(5)`
async fn fetch(url: &Url) -> Page {
    let from_refusal: fn(_) -> _ = {
        use ::weftwork::__private::choose::*;
        (&&::weftwork::__private::answer::<Page>()).refused()
    };
    let call = ::weftwork::__private::call("fetch");
    call.around(
            ::weftwork::__private::limit(
                {
                    static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::new(5);
                    &LIMITER
                },
                const { &::weftwork::__private::turn("fetch") },
                from_refusal,
                move || async move {
                    if false {
                        return { ::weftwork::__private::returned::<Page>() };
                    }
                    get(url).await
                },
            ),
        )
        .await
}
