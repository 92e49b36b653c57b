///
/// Policies, outermost first:
/// - `limit(4)`
fn fetch(&self, url: Url) -> Pin<Box<dyn Future<Output = Page> + Send + '_>> {
    let client = self.client.clone();
    Box::pin(async move {
        let from_refusal: fn(_) -> _ = {
            use ::weftwork::__private::choose::*;
            (&&::weftwork::__private::answer::<Page>()).refused()
        };
        let call = ::weftwork::__private::call("fetch");
        call.around(
                ::weftwork::__private::limit(
                    {
                        static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::new(
                            4,
                        );
                        &LIMITER
                    },
                    const { &::weftwork::__private::turn("fetch") },
                    from_refusal,
                    move || async move {
                        if false {
                            return { ::weftwork::__private::returned::<Page>() };
                        }
                        client.get(url).await
                    },
                ),
            )
            .await
    })
}
