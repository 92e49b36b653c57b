async fn count(pool: &Pool) -> u64 {
    with!(_ = lease(pool.clone()), { pool.count("users").await }).await
}
