#[transactional(tx, retry = 5, clone(to, receipt))]
async fn transfer(tx: impl Begin<Postgres>, from: Account, to: Account, mut receipt: Receipt) -> Result<Receipt, BankError> {
    debit(&mut tx, &from).await?;
    receipt.add(to);
    Ok(receipt)
}
