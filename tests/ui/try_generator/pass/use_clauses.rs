//! G9 and G13: what is captured is what the signature says.

use futures_core::Stream;
use weftwork::{generator, try_generator};

struct Text(String);

impl Text {
    fn words(&self) -> impl Stream<Item = &str> + use<'_> {
        generator!(async {
            for word in self.0.split(' ') {
                yield word;
            }
        })
    }

    fn count(&self) -> impl Stream<Item = Result<usize, String>> + use<> {
        let count = self.0.len();
        try_generator!(async move {
            yield count;
        })
    }
}

fn main() {
    let count = {
        let text = Text("a b".into());
        drop(text.words());
        text.count()
    };
    drop(count);
}
