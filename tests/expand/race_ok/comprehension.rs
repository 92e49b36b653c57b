async fn quickest(mirrors: &[Url]) -> Result<Page, RaceError<Error>> {
    race_ok!(for mirror in mirrors { load(mirror) }, stagger = 250ms).await
}
