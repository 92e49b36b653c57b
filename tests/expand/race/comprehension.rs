async fn quickest(mirrors: &[Url]) -> Option<Page> {
    race!(for mirror in mirrors { load(mirror) }).await
}
