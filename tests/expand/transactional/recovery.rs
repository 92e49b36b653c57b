#[transactional(
    tx,
    isolation = snapshot,
    read_only = true,
    retry = 0,
    propagation = "NESTED",
    commit_on(),
    commit_on(A),
    rollback_for = BankError,
    requires_new
)]
async fn transfer(tx: impl Begin<Sqlite>) -> Result<(), BankError> {
    debit(&mut tx).await
}
