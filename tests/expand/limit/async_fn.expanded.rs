///
/// Policies, outermost first:
/// - `limit(5)`
async fn fetch(url: &Url) -> Page {
    ::weftwork::__private::limit(
            {
                static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::new(5);
                &LIMITER
            },
            move || async move {
                if false {
                    return { ::weftwork::__private::returned::<Page>() };
                }
                get(url).await
            },
        )
        .await
}
