async fn count(pool: &Pool) -> Result<u64, AppError> {
    with!(conn = connection(pool.clone()), async || -> Result<u64, AppError> {
        let rows = conn.rows("users").await?;
        Ok(rows.len())
    })
    .await
}
