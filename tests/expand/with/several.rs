async fn copy(from: &Pool, to: &Pool, ids: Vec<Id>) -> Result<(), AppError> {
    with!(source = connection(from.clone()), target = connection(to.clone()), async move {
        for id in ids {
            target.insert(source.load(id).await?).await?;
        }
        target.flush().await
    })
    .await
}
