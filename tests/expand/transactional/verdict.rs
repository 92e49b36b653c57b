#[transactional(tx, rollback_if = Response::is_error)]
async fn answer(tx: impl Begin<Sqlite>) -> Result<Response, BankError> {
    respond(&mut tx).await
}

#[transactional(tx, commit_on(BankError::Warning(_) | BankError::Late { days } if *days < grace))]
async fn pay(tx: impl Begin<Sqlite>, grace: u32) -> Result<(), BankError> {
    debit(&mut tx).await
}
