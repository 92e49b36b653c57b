#[timeout(8)]
#[inline]
#[limit(0)]
#[timeout(crate = "no path")]
async fn fetch() -> Result<(), FetchError> {
    get().await
}
