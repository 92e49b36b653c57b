async fn first(ids: Vec<Id>) -> Option<User> {
    race!(for id in ids { fetch_user(id) }).await
}
