fn fibonacci() -> impl Iterator<Item = u64> {
    generator!(move || -> u64 {
        let (mut a, mut b) = (0, 1);
        loop {
            yield a;
            (a, b) = (b, a + b);
        }
    })
}

fn words(text: &str) -> usize {
    generator!({
        for word in text.split(' ') {
            yield word.len();
        }
    })
    .sum()
}
