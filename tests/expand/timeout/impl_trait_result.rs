#[timeout(5s)]
async fn lines(text: impl Read) -> Result<impl Iterator<Item = Line>, ParseError> {
    Ok(split(text).await?.into_iter())
}
