///
/// Policies, outermost first:
/// - `transactional(tx, isolation = snapshot, read_only = true, retry = 0, propagation = "NESTED", commit_on(), commit_on(A), rollback_for = BankError, requires_new)`
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), BankError> {
    let ending = <Result<(), BankError> as ::weftwork::FromTxError>::ending()
        .telling({
            use ::weftwork::__private::choose::*;
            (&&::weftwork::__private::in_words::<Result<(), BankError>>()).by()
        });
    let call = ::weftwork::__private::call("transfer");
    call.around(async move {
            let mut transaction = {
                let source = tx;
                ::weftwork::__private::transaction("transfer", source)
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
                            ::weftwork::__private::returned::<Result<(), BankError>>()
                        };
                    }
                    debit(&mut tx).await
                })
                .await;
            scope.end(ending, result).await
        })
        .await
}
::core::compile_error! {
    "`rollback_for` is not an option of `#[transactional]`\nevery `Err` rolls back; which ones commit says `commit_on(..)`, and which `Ok` does not says `rollback_if = |value| ..`"
}
::core::compile_error! {
    "`commit_on` is given twice\nwrite one, with `|` between the patterns"
}
::core::compile_error! {
    "`requires_new` is not an option of `#[transactional]`\na transaction of its own is `propagation = requires_new`"
}
::core::compile_error! {
    "`snapshot` is not an isolation\nit is one of `read_uncommitted`, `read_committed`, `repeatable_read`, `serializable`"
}
::core::compile_error! {
    "`read_only` stands alone\nwrite `read_only`, or leave it out"
}
::core::compile_error! {
    "`\"NESTED\"` is not a propagation\ndid you mean `propagation = nested`?"
}
::core::compile_error! {
    "`retry` counts from 1 upwards, the first run too\nwrite `retry = 5`"
}
::core::compile_error! {
    "`commit_on` needs a pattern of the errors that are committed\nwrite `commit_on(BankError::Warning(_))`"
}
