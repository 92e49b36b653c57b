///
/// Policies, outermost first:
/// - `retry(attempts = self.attempts(), after = Error::retry_after, clone(request, key))`
async fn send(&self, request: Request, key: Key, name: &str) -> Result<Reply, Error> {
    let look = <Result<Reply, Error> as ::weftwork::__private::HasError>::LOOK;
    let call = ::weftwork::__private::call("send");
    let mut retry = ::weftwork::__private::retrying(
            "send",
            ::weftwork::__private::Retry::attempts({
                let value: u32 = self.attempts();
                value
            }),
        )
        .proven(look);
    loop {
        let output = {
            let mut request = ::weftwork::__private::cloned(&request);
            let key = ::weftwork::__private::cloned(&key);
            call.around(
                    retry
                        .attempt(async {
                            if false {
                                ::weftwork::__private::moved((key, request));
                                return {
                                    ::weftwork::__private::returned::<Result<Reply, Error>>()
                                };
                            }
                            request.sign(key);
                            self.post(request, name).await
                        }),
                )
                .await
        };
        match ::weftwork::__private::Retrying::next_after(
            &mut retry,
            output,
            Error::retry_after,
        ) {
            ::weftwork::__private::Next::Done(output) => break output,
            ::weftwork::__private::Next::Again(pause) => call.around(pause.over()).await,
        }
    }
}
