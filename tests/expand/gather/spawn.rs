async fn all(ids: Vec<Id>, bar: ProgressBar) -> Result<Vec<User>, AppError> {
    gather!(for id in ids { fetch_user(id)? }, spawn, error = AppError, progress = bar).await
}
