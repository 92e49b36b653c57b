//! Every documented form, as rustfmt leaves it.

fn connection(pool: Pool) -> Context<Connection, PoolError> {
    context!(async move {
        let conn = pool.get().await?;
        let (conn, exit) = yield conn;
        if exit.is_ok() {
            conn.release().await
        } else {
            conn.discard().await
        }
    })
}

fn lease(pool: &Pool) -> LocalContext<'_, ()> {
    context!(async {
        let lease = pool.lease().await;
        yield;
        lease.give_back().await;
    })
}

async fn work(pool: Pool) -> Result<u64, AppError> {
    with!(conn = connection(pool), { conn.count("users").await }).await?;
    with!(_ = lease(&pool), { pool.count("users").await }).await?;
    with!(conn = connection(pool.clone()), {
        let users = conn.users().await?;
        conn.count(users).await
    })
    .await?;
    with!(
        conn = connection(pool),
        async || -> Result<u64, AppError> {
            let users = conn.users().await?;
            Ok(users.len())
        }
    )
    .await?;
    with!(conn = connection(pool), async move {
        let users = conn.users().await?;
        conn.count(users).await
    })
    .await?;
    with!(
        source = connection(pool.clone()),
        target = connection(other.clone()),
        {
            target.copy(source).await?;
            target.flush().await
        }
    )
    .await?;
    with!(
        source = connection(pool).named("source").grace(secs(2)),
        target = connection(other).shielded(),
        { target.copy(source).await }
    )
    .await
}

async fn find(name: &str) -> Result<Option<Page>, Error> {
    for_await!('pages: for page in pages(&client) {
        let page = page?;
        for link in page.links() {
            if link.is_external() {
                continue 'pages;
            }
            if link.name() == name {
                return Ok(Some(page));
            }
        }
    });
    Ok(None)
}
