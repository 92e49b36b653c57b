///
/// Policies, outermost first:
/// - `limit(1)`
async fn serve() -> ! {
    ::weftwork::__private::limit(
            {
                static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::new(1);
                &LIMITER
            },
            move || async move {
                loop {
                    accept().await;
                }
            },
        )
        .await
}
