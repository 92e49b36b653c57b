async fn audited(tx: &mut Tx<Sqlite>, cents: i64) {
    savepoint!(tx, { audit(&mut tx, cents).await }).await.ok();
}
