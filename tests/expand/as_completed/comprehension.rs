async fn first(ids: Vec<Id>) -> Option<User> {
    as_completed!(for id in ids { fetch_user(id) }, limit = 8).next().await
}
