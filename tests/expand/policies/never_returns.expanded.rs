///
/// Policies, outermost first:
/// - `limit(1)`
async fn serve() -> ! {
    let from_refusal: fn(_) -> _ = ::weftwork::__private::refuse;
    let call = ::weftwork::__private::call("serve");
    call.around(
            ::weftwork::__private::limit(
                {
                    static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::new(1);
                    &LIMITER
                },
                ::weftwork::__private::turn("serve"),
                from_refusal,
                move || async move {
                    loop {
                        accept().await;
                    }
                },
            ),
        )
        .await
}
