try_generator!(
    async fn parsed(lines: impl Stream<Item = String>) -> impl Stream<Item = Result<u32, Error>> {
        for await line in lines {
            match line.parse() {
                Ok(number) => yield number,
                Err(error) => yield_err!(error.into()),
            }
        }
        yield ..more();
    }
);

fn numbers(text: &str) -> impl Iterator<Item = Result<u32, ParseIntError>> {
    try_generator!(move || {
        for word in text.split(' ') {
            yield word.parse()?;
        }
        yield ..rest();
    })
}
