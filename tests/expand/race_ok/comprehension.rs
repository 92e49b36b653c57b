async fn first(mirrors: Vec<Mirror>) -> Result<Page, RaceError<Error>> {
    race_ok!(for mirror in &mirrors { mirror.page() }, stagger = 250ms).await
}
