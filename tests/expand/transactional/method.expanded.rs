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
        let ending = <Result<(), StoreError> as ::weftwork::FromTxError>::ending()
            .telling({
                use ::weftwork::__private::choose::*;
                (&&::weftwork::__private::in_words::<Result<(), StoreError>>()).by()
            });
        let call = ::weftwork::__private::call("rename");
        call.around(
                ::weftwork::__private::timeout(
                    "rename",
                    ::weftwork::__private::Duration::from_secs(5),
                    from_elapsed,
                    async move {
                        let mut transaction = {
                            let source = &self.pool;
                            ::weftwork::__private::transaction("rename", source)
                        };
                        let mut scope = match (&mut transaction).open().await {
                            ::weftwork::__private::Ok(scope) => scope,
                            ::weftwork::__private::Err(error) => {
                                return ending.failed(error);
                            }
                        };
                        let mut tx = ::weftwork::__private::lend(&mut scope.tx);
                        let _ = &mut tx;
                        let result = scope
                            .body
                            .run(async move {
                                if false {
                                    return {
                                        ::weftwork::__private::returned::<Result<(), StoreError>>()
                                    };
                                }
                                tx.execute(query(id, name)).await?;
                                Ok(())
                            })
                            .await;
                        scope.end(ending, result).await
                    },
                ),
            )
            .await
    }
}
