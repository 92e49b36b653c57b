async fn both(id: Id) -> Result<(User, Vec<Order>), GatherErrors<Error>> {
    gather!(fetch_user(id)?, fetch_orders(id), errors = all).await
}
