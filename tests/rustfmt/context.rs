//! Every documented form, as rustfmt leaves it.

fn connection(pool: Pool) -> Context<Connection, DbError> {
    context!(async move {
        let conn = pool.acquire().await?;
        let (conn, exit) = yield conn;
        if exit.is_ok() {
            conn.close().await
        } else {
            conn.discard().await
        }
    })
}

fn lease(number: u64) -> Context<()> {
    let lease: Context<()> = context!(async move {
        yield ();
        give_back(number).await;
    });
    lease.shielded().named("lease").grace(secs(2))
}

impl Pool {
    fn connection(&self) -> LocalContext<'_, Connection, DbError> {
        context!(async {
            let (conn, _) = yield self.take().await?;
            self.put(conn).await
        })
    }
}

async fn users(pool: Pool) -> Result<Vec<Row>, AppError> {
    let rows = with!(conn = connection(pool), dir = scratch_dir(), {
        conn.query(dir.path()).await
    })
    .await?;
    with!(_ = lease(7).named("seven"), { work().await }).await;
    let name = with!(
        session = DatabaseSession { pool },
        async || -> Result<String, AppError> {
            let row = session.row("SELECT ..").await?;
            Ok(row.name())
        }
    )
    .await?;
    tokio::spawn(with!(_ = lease(7), async move { serve(rows).await }));
    with!(stack = ExitStack::new(), {
        let a = stack.enter(connection(pool)).await?;
        stack.push(async |exit| log(exit).await);
        stack.defer(async { notify().await });
        a.query("SELECT ..").await
    })
    .await
}

fn rows(pool: Pool) -> impl Stream<Item = Row> {
    generator!(async move {
        with!(conn = connection(pool), async {
            for await row in conn.rows() {
                yield row;
            }
        })
        .await;
    })
}

async fn without_macros(pool: Pool) -> Result<usize, DbError> {
    with(connection(pool), async |conn| conn.count().await).await
}
