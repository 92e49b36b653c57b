async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), BankError> {
    debit(&mut tx).await
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
