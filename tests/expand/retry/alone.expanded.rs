///
/// Policies, outermost first:
/// - `retry(attempts = 3)`
async fn fetch(url: &Url) -> io::Result<Page> {
    let look = <io::Result<Page> as ::weftwork::__private::HasError>::LOOK;
    let call = ::weftwork::__private::call("fetch");
    let mut retry = ::weftwork::__private::retrying(
            "fetch",
            &const { ::weftwork::__private::Retry::attempts(3) },
        )
        .proven(look);
    loop {
        let output = call
            .around(
                retry
                    .attempt(async {
                        if false {
                            return {
                                ::weftwork::__private::returned::<io::Result<Page>>()
                            };
                        }
                        get(url).await
                    }),
            )
            .await;
        match ::weftwork::__private::Retrying::next(&mut retry, output) {
            ::weftwork::__private::Next::Done(output) => break output,
            ::weftwork::__private::Next::Again(pause) => call.around(pause.over()).await,
        }
    }
}
