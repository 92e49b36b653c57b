async fn find(url: Url, name: &str) -> Result<Option<Page>, Error> {
    for_await!('pages: for page in pages(&client, url) {
        let page = page?;
        if page.is_last() {
            break;
        }
        for link in page.links() {
            if link.is_external() {
                continue 'pages;
            }
            if link.name() == name {
                return Ok(Some(page));
            }
        }
    });
    Ok(None)
}
