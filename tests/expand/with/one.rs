async fn count(pool: &Pool) -> u64 {
    with!(conn = connection(pool.clone()), { conn.count("users").await }).await
}
