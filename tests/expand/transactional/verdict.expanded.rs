///
/// Policies, outermost first:
/// - `transactional(tx, rollback_if = Response::is_error)`
async fn answer(tx: impl Begin<Sqlite>) -> Result<Response, BankError> {
    let ending = <Result<Response, BankError> as ::weftwork::FromTxError>::ending()
        .telling({
            use ::weftwork::__private::choose::*;
            (&&::weftwork::__private::in_words::<Result<Response, BankError>>()).by()
        });
    let call = ::weftwork::__private::call("answer");
    call.around(async move {
            let mut transaction = {
                let source = tx;
                ::weftwork::__private::transaction("answer", source)
            };
            let mut scope = match (&mut transaction).open().await {
                ::weftwork::__private::Ok(scope) => scope,
                ::weftwork::__private::Err(error) => return ending.failed(error),
            };
            let mut tx = ::weftwork::__private::lend(&mut scope.tx);
            let _ = &mut tx;
            let result = scope
                .body
                .run(async move {
                    if false {
                        return {
                            ::weftwork::__private::returned::<
                                Result<Response, BankError>,
                            >()
                        };
                    }
                    respond(&mut tx).await
                })
                .await;
            let commits = match &result {
                ::weftwork::__private::Ok(__value) => {
                    !::weftwork::__private::holds(__value, Response::is_error)
                }
                ::weftwork::__private::Err(_) => false,
            };
            scope.end_as(commits, ending, result).await
        })
        .await
}
///
/// Policies, outermost first:
/// - `transactional(tx, commit_on(BankError::Warning(_) | BankError::Late { days } if *days < grace))`
async fn pay(tx: impl Begin<Sqlite>, grace: u32) -> Result<(), BankError> {
    let ending = <Result<(), BankError> as ::weftwork::FromTxError>::ending()
        .telling({
            use ::weftwork::__private::choose::*;
            (&&::weftwork::__private::in_words::<Result<(), BankError>>()).by()
        });
    let call = ::weftwork::__private::call("pay");
    call.around(async {
            let mut transaction = {
                let source = tx;
                ::weftwork::__private::transaction("pay", source)
            };
            let mut scope = match (&mut transaction).open().await {
                ::weftwork::__private::Ok(scope) => scope,
                ::weftwork::__private::Err(error) => return ending.failed(error),
            };
            let mut tx = ::weftwork::__private::lend(&mut scope.tx);
            let _ = &mut tx;
            let result = scope
                .body
                .run(async {
                    if false {
                        ::weftwork::__private::moved((tx,));
                        return {
                            ::weftwork::__private::returned::<Result<(), BankError>>()
                        };
                    }
                    debit(&mut tx).await
                })
                .await;
            let commits = match &result {
                ::weftwork::__private::Ok(_) => true,
                ::weftwork::__private::Err(__error) => {
                    match __error {
                        BankError::Warning(_)
                        | BankError::Late { days } if *days < grace => true,
                        #[allow(unreachable_patterns)]
                        _ => false,
                    }
                }
            };
            scope.end_as(commits, ending, result).await
        })
        .await
}
