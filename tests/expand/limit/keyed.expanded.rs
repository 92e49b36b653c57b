///
/// Policies, outermost first:
/// - `limit(100 / s, burst = 20, key = (tenant, path.as_str()))`
/// - `limit(shared = self.gate, weight = rows.len(), wait = 500ms)`
async fn store(
    &self,
    tenant: u32,
    path: String,
    rows: Vec<Row>,
) -> Result<(), StoreError> {
    let from_refusal: fn(_) -> _ = <Result<
        (),
        StoreError,
    > as ::weftwork::FromLimitExceeded>::from_limit_exceeded;
    let call = ::weftwork::__private::call("store");
    call.around(
            ::weftwork::__private::limit(
                {
                    static LIMITER: ::weftwork::__private::KeyedLimiters = ::weftwork::__private::KeyedLimiters::new(
                        ::weftwork::Limiter::rate(
                                100,
                                ::weftwork::__private::Duration::from_secs(1),
                            )
                            .burst(20),
                    );
                    use ::weftwork::__private::choose::*;
                    let gate = match (&tenant, &path.as_str()) {
                        (__key_1, __key_2) => {
                            ::weftwork::__private::keyed(
                                &LIMITER,
                                (
                                    (&&::weftwork::__private::Probe(__key_1)).form(),
                                    (&&::weftwork::__private::Probe(__key_2)).form(),
                                ),
                            )
                        }
                    };
                    gate
                },
                const { &::weftwork::__private::turn("store") },
                from_refusal,
                move || ::weftwork::__private::limit(
                    {
                        let gate = ::weftwork::__private::gate(&self.gate);
                        gate
                    },
                    ::weftwork::__private::turn("store")
                        .weight({
                            let value: usize = rows.len();
                            value
                        })
                        .wait(::weftwork::__private::Duration::from_millis(500)),
                    from_refusal,
                    move || async move {
                        if false {
                            return {
                                ::weftwork::__private::returned::<Result<(), StoreError>>()
                            };
                        }
                        self.insert(path, rows).await
                    },
                ),
            ),
        )
        .await
}
