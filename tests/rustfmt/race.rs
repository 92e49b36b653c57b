//! Every documented form, as rustfmt leaves it.

async fn races(client: &Client) -> Result<User, RaceError<ApiError>> {
    let first = race!(a(), b()).await;
    let event = race!(async { Event::Page(client.page().await) }, async {
        closed.await;
        Event::Closed
    })
    .await;
    race!(&mut first, &mut second).await;
    race!(
        client.get("https://first.example/with/a/rather/long/path"),
        client.get("https://second.example/with/a/rather/long/path"),
    )
    .await;
    race_ok!(primary(), replica()).await?;
    race_ok!(primary(), replica(), stagger = 250ms).await?;
    race_ok!(primary(), replica(), stagger = self.config.patience).await?;
    race_ok!(primary(), replica(), stagger = "1.5s").await
}

async fn gathers() -> Result<(User, Vec<Order>), GatherErrors<ApiError>> {
    gather!(fetch_user(id)?, fetch_orders(id)).await?;
    gather!(fetch_user(id)?, fetch_orders(id)?, errors = all).await
}
