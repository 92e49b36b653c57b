///
/// Policies, outermost first:
/// - `transactional(tx, isolation = serializable, read_only, propagation = nested, timeout = 2s)`
async fn report(tx: impl Begin<Postgres>, day: Day) -> Result<Report, ReportError> {
    let ending = <Result<Report, ReportError> as ::weftwork::FromTxError>::ending()
        .telling({
            use ::weftwork::__private::choose::*;
            (&&::weftwork::__private::in_words::<Result<Report, ReportError>>()).by()
        });
    let call = ::weftwork::__private::call("report");
    call.around(async move {
            let mut transaction = {
                let source = tx;
                ::weftwork::__private::transaction("report", source)
                    .with(const {
                        ::weftwork::__private::TxOptions::new()
                            .isolation(::weftwork::__private::Isolation::Serializable)
                            .read_only()
                            .propagation(::weftwork::__private::Propagation::Nested)
                            .timeout(::weftwork::__private::Duration::from_secs(2))
                    })
            };
            let mut scope = match (&mut transaction).open().await {
                ::weftwork::__private::Ok(scope) => scope,
                ::weftwork::__private::Err(error) => return ending.failed(error),
            };
            let mut tx = ::weftwork::__private::lend(&mut scope.tx);
            let _ = &mut tx;
            let result = match scope
                .body
                .run_in_time(async move {
                    if false {
                        return {
                            ::weftwork::__private::returned::<
                                Result<Report, ReportError>,
                            >()
                        };
                    }
                    Report::read(&mut tx, day).await
                })
                .await
            {
                ::weftwork::__private::Ok(result) => result,
                ::weftwork::__private::Err(error) => {
                    return scope.expire(ending, error).await;
                }
            };
            scope.end(ending, result).await
        })
        .await
}
