#[timeout(250ms)]
#[timeout("1.5s")]
#[timeout(2min)]
#[timeout(7ns)]
#[timeout(secs(5))]
async fn fetch() -> io::Result<()> {
    get().await
}
