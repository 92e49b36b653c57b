fn connection(pool: Pool) -> Context<Connection, PoolError> {
    match weftwork::__private::lender() {
        (__lender, __lends) => {
            weftwork::__private::made(
                __lends,
                async move {
                    let conn = pool.get().await?;
                    let (conn, exit) = __lender.lend(conn).await;
                    if exit.is_ok() {
                        conn.release().await
                    } else {
                        conn.discard().await
                    }
                },
            )
        }
    }
}
