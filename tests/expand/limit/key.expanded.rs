///
/// Policies, outermost first:
/// - `limit(2, key = user)`
async fn load(user: UserId) -> Page {
    let from_refusal: fn(_) -> _ = {
        use ::weftwork::__private::choose::*;
        (&&::weftwork::__private::answer::<Page>()).refused()
    };
    let call = ::weftwork::__private::call("load");
    call.around(
            ::weftwork::__private::limit(
                {
                    static LIMITER: ::weftwork::__private::KeyedLimiters = ::weftwork::__private::KeyedLimiters::new(
                        ::weftwork::Limiter::new(2),
                    );
                    use ::weftwork::__private::choose::*;
                    let gate = match &user {
                        __key_1 => {
                            ::weftwork::__private::keyed(
                                &LIMITER,
                                (&&::weftwork::__private::Probe(__key_1)).form(),
                            )
                        }
                    };
                    gate
                },
                const { &::weftwork::__private::turn("load") },
                from_refusal,
                move || async move {
                    if false {
                        return { ::weftwork::__private::returned::<Page>() };
                    }
                    get(user).await
                },
            ),
        )
        .await
}
