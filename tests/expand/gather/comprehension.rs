async fn all(ids: Vec<Id>) -> Result<Vec<User>, Error> {
    gather!(for id in ids { fetch_user(id)? }, limit = 16).await
}
