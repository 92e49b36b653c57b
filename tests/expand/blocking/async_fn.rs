#[timeout(30s)]
#[blocking(cpu)]
async fn digest(data: Vec<u8>) -> Result<Digest, Error> {
    Ok(hash(&data)?)
}
