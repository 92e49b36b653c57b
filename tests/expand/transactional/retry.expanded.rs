///
/// Policies, outermost first:
/// - `transactional(tx, retry = 5, clone(to, receipt))`
async fn transfer(
    tx: impl Begin<Postgres>,
    from: Account,
    to: Account,
    receipt: Receipt,
) -> Result<Receipt, BankError> {
    let ending = <Result<Receipt, BankError> as ::weftwork::FromTxError>::ending()
        .telling({
            use ::weftwork::__private::choose::*;
            (&&::weftwork::__private::in_words::<Result<Receipt, BankError>>()).by()
        });
    let call = ::weftwork::__private::call("transfer");
    call.around(async move {
            let mut transaction = {
                let source = tx;
                ::weftwork::__private::transaction("transfer", source)
                    .with(const { ::weftwork::__private::TxOptions::new().attempts(5) })
            };
            loop {
                let mut scope = match (&mut transaction).open().await {
                    ::weftwork::__private::Ok(scope) => scope,
                    ::weftwork::__private::Err(error) => return ending.failed(error),
                };
                let mut tx = ::weftwork::__private::lend(&mut scope.tx);
                let _ = &mut tx;
                let to = ::weftwork::__private::cloned(&to);
                let mut receipt = ::weftwork::__private::cloned(&receipt);
                let result = scope
                    .body
                    .run(async {
                        if false {
                            ::weftwork::__private::moved((receipt, to));
                            return {
                                ::weftwork::__private::returned::<
                                    Result<Receipt, BankError>,
                                >()
                            };
                        }
                        debit(&mut tx, &from).await?;
                        receipt.add(to);
                        Ok(receipt)
                    })
                    .await;
                match scope.end_or_again(ending, result).await {
                    ::weftwork::__private::Next::Done(result) => break result,
                    ::weftwork::__private::Next::Again(pause) => pause.over().await,
                }
            }
        })
        .await
}
