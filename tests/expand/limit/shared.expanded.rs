///
/// Policies, outermost first:
/// - `limit(shared = self.gate)`
async fn store(&self, rows: Vec<Row>) -> usize {
    let from_refusal: fn(_) -> _ = {
        use ::weftwork::__private::choose::*;
        (&&::weftwork::__private::answer::<usize>()).refused()
    };
    let call = ::weftwork::__private::call("store");
    call.around(
            ::weftwork::__private::limit(
                {
                    let gate = ::weftwork::__private::gate(&self.gate);
                    gate
                },
                const { &::weftwork::__private::turn("store") },
                from_refusal,
                move || async move {
                    if false {
                        return { ::weftwork::__private::returned::<usize>() };
                    }
                    self.insert(rows).await
                },
            ),
        )
        .await
}
///
/// Policies, outermost first:
/// - `limit(shared = DB, weight = rows.len(), max_waiting = 64)`
async fn refusing(rows: Vec<Row>) -> Result<usize, StoreError> {
    let from_refusal: fn(_) -> _ = <Result<
        usize,
        StoreError,
    > as ::weftwork::FromLimitExceeded>::from_limit_exceeded;
    let call = ::weftwork::__private::call("refusing");
    call.around(
            ::weftwork::__private::limit(
                {
                    let gate = ::weftwork::__private::gate(&DB);
                    gate
                },
                ::weftwork::__private::turn("refusing")
                    .weight({
                        let value: usize = rows.len();
                        value
                    })
                    .max_waiting(64),
                from_refusal,
                move || async move {
                    if false {
                        return {
                            ::weftwork::__private::returned::<
                                Result<usize, StoreError>,
                            >()
                        };
                    }
                    insert(rows).await
                },
            ),
        )
        .await
}
