async fn both(id: Id) -> Result<(User, Vec<Order>), Error> {
    gather!(fetch_user(id)?, fetch_orders(id)?).await
}
