async fn process_all(url: Url) -> Result<(), Error> {
    for_await!(for page in pages(&client, url) {
        process(page).await?;
    });
    Ok(())
}
