async fn all(id: Id, bar: ProgressBar) -> Result<(User, Vec<Order>), AppError> {
    gather!(fetch_user(id)?, fetch_orders(id), error = AppError, spawn, progress = bar).await
}

async fn converted(id: Id) -> Result<(User, Vec<Order>), AppError> {
    gather!(fetch_user(id)?, fetch_orders(id)?, error = AppError).await
}

async fn watched(id: Id, bar: ProgressBar) -> Result<(User, Vec<Order>), GatherErrors<Error>> {
    gather!(fetch_user(id)?, fetch_orders(id), errors = all, progress = bar).await
}
