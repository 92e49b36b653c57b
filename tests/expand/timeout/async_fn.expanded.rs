/// Fetches one page.
///
/// Follows redirects.
///
/// Policies, outermost first:
/// - `timeout(5s)`
pub async fn fetch<'a>(&self, url: &'a Url) -> Result<Page<'a>, FetchError> {
    let from_elapsed: fn(_) -> _ = <Result<
        Page<'a>,
        FetchError,
    > as ::weftwork::FromElapsed>::from_elapsed;
    let call = ::weftwork::__private::call("fetch");
    call.around(
            ::weftwork::__private::timeout(
                "fetch",
                ::weftwork::__private::Duration::from_secs(5),
                from_elapsed,
                async move {
                    if false {
                        return {
                            ::weftwork::__private::returned::<
                                Result<Page<'a>, FetchError>,
                            >()
                        };
                    }
                    let reply = self.client.get(url).await?;
                    Ok(reply.page())
                },
            ),
        )
        .await
}
