async fn audited(tx: &mut Tx<Sqlite>, cents: i64) {
    async {
        let ending = weftwork::__private::ending();
        let mut scope = match weftwork::__private::savepoint(&mut *tx).await {
            weftwork::__private::Ok(scope) => scope,
            weftwork::__private::Err(error) => return ending.failed(error),
        };
        let mut tx = weftwork::__private::lend(&mut scope.tx);
        let _ = &mut tx;
        let result = scope.body.run(async { audit(&mut tx, cents).await }).await;
        scope.end(ending, result).await
    }
        .await
        .ok();
}
