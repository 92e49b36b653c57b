async fn audited(tx: &mut Tx<Sqlite>, cents: i64) {
    async {
        let (scope, mut tx) = match weftwork::__private::savepoint(&mut tx).await {
            weftwork::__private::Ok(set) => set,
            weftwork::__private::Err(error) => {
                return weftwork::FromTxError::from_tx_error(error);
            }
        };
        let result = async { audit(&mut tx, cents).await }.await;
        weftwork::__private::drop(tx);
        scope.end(result).await
    }
        .await
        .ok();
}
