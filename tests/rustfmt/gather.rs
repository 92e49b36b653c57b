//! Every documented form, as rustfmt leaves it.

async fn arms(id: u32) -> Result<(), Error> {
    let (user, orders) = gather!(fetch_user(id)?, fetch_orders(id)?).await?;
    let (a, b) = gather!(first(), second()).await;
    Ok(())
}

async fn comprehensions(ids: Vec<u32>, urls: impl Stream<Item = Url>) -> Result<(), Error> {
    let users = gather!(
        for id in ids {
            fetch_user(id)?
        },
        limit = 16
    )
    .await?;
    let results = gather!(for url in &urls {
        fetch(url)
    })
    .await;
    let pages = gather!(
        for await url in urls {
            get(url)?
        },
        limit = 8,
        spawn,
        errors = all
    )
    .await?;
    let all = gather!(..futures, limit = 8, progress = bar).await;
    let all = gather!(..futures?, error = AppError).await?;
    Ok(())
}

async fn in_order_of_completion(ids: &[u32]) -> Result<(), Error> {
    for_await!(for user in as_completed!(
        for id in ids {
            fetch(id)
        },
        limit = 8
    ) {
        save(user?).await;
    });
    as_completed!(..futures, spawn)
        .indexed()
        .for_each(async |(index, user)| save(user).await)
        .await;
    Ok(())
}
