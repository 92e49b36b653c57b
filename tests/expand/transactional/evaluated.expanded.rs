impl Store {
    ///
    /// Policies, outermost first:
    /// - `transactional(tx = self.pool, retry = self.attempts(), timeout = self.patience)`
    async fn rename(&self, id: Id, name: &str) -> Result<(), StoreError> {
        let ending = <Result<(), StoreError> as ::weftwork::FromTxError>::ending()
            .telling({
                use ::weftwork::__private::choose::*;
                (&&::weftwork::__private::in_words::<Result<(), StoreError>>()).by()
            });
        let call = ::weftwork::__private::call("rename");
        call.around(async move {
                let mut transaction = {
                    let options = ::weftwork::__private::TxOptions::new()
                        .timeout(self.patience)
                        .attempts({
                            let value: u32 = self.attempts();
                            value
                        });
                    let source = &self.pool;
                    ::weftwork::__private::transaction("rename", source).with(options)
                };
                loop {
                    let mut scope = match (&mut transaction).open().await {
                        ::weftwork::__private::Ok(scope) => scope,
                        ::weftwork::__private::Err(error) => return ending.failed(error),
                    };
                    let mut tx = ::weftwork::__private::lend(&mut scope.tx);
                    let _ = &mut tx;
                    let result = match scope
                        .body
                        .run_in_time(async {
                            if false {
                                return {
                                    ::weftwork::__private::returned::<Result<(), StoreError>>()
                                };
                            }
                            tx.execute(query(id, name)).await?;
                            Ok(())
                        })
                        .await
                    {
                        ::weftwork::__private::Ok(result) => result,
                        ::weftwork::__private::Err(error) => {
                            return scope.expire(ending, error).await;
                        }
                    };
                    match scope.end_or_again(ending, result).await {
                        ::weftwork::__private::Next::Done(result) => break result,
                        ::weftwork::__private::Next::Again(pause) => pause.over().await,
                    }
                }
            })
            .await
    }
}
