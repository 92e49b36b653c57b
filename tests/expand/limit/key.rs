#[limit(2, key = user)]
async fn load(user: UserId) -> Page {
    get(user).await
}
