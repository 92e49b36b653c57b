fn all(urls: impl Stream<Item = Url>) -> impl Stream<Item = Page> {
    as_completed!(for await url in urls { get(url) }, limit = 8, spawn)
}
