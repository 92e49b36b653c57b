impl Store {
    ///
    /// Policies, outermost first:
    /// - `timeout(5s)`
    /// - `transactional(tx = self.pool)`
    async fn rename(&self, id: Id, name: &str) -> Result<(), StoreError> {
        let from_elapsed: fn(_) -> _ = <Result<
            (),
            StoreError,
        > as ::weftwork::FromElapsed>::from_elapsed;
        let from_tx_error: fn(_) -> _ = <Result<
            (),
            StoreError,
        > as ::weftwork::FromTxError>::from_tx_error;
        ::weftwork::__private::timeout(
                "rename",
                ::weftwork::__private::Duration::from_secs(5),
                from_elapsed,
                async move {
                    let (scope, mut tx) = match ::weftwork::__private::begin(
                            "rename",
                            &self.pool,
                        )
                        .await
                    {
                        ::weftwork::__private::Ok(begun) => begun,
                        ::weftwork::__private::Err(error) => return from_tx_error(error),
                    };
                    let result = async move {
                        if false {
                            return {
                                ::weftwork::__private::returned::<Result<(), StoreError>>()
                            };
                        }
                        tx.execute(query(id, name)).await?;
                        Ok(())
                    }
                        .await;
                    scope.end(result).await
                },
            )
            .await
    }
}
