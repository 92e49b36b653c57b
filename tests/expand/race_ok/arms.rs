async fn all_at_once(id: Id) -> Result<User, RaceError<Error>> {
    race_ok!(primary(id), replica(id)).await
}

async fn one_after_another(id: Id) -> Result<User, RaceError<Error>> {
    race_ok!(primary(id), replica(id), stagger = 250ms).await
}
