#[timeout(8s)]
#[inline]
#[limit(1)]
#[tokio::test(start_paused = true)]
async fn answers() -> Result<(), Error> {
    assert!(ask());
    Ok(())
}
