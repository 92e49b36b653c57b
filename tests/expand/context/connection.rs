fn connection(pool: Pool) -> Context<Connection, PoolError> {
    context!(async move {
        let conn = pool.get().await?;
        let (conn, exit) = yield conn;
        if exit.is_ok() { conn.release().await } else { conn.discard().await }
    })
}
