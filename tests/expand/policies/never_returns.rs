#[limit(1)]
async fn serve() -> ! {
    loop {
        accept().await;
    }
}
