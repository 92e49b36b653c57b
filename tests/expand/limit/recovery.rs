#[limit(0)]
async fn fetch(url: &Url) -> Page {
    get(url).await
}

#[limit(places)]
async fn argument(places: usize) -> Page {
    get(places).await
}

#[limit(5, key = url)]
const fn unfinished() {}
