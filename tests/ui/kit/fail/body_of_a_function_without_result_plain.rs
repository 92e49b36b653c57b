//! D49: a value where none is declared.
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn fetch() -> Answer {
    1
}

struct Answer;

impl weftwork::FromElapsed for Answer {
    fn from_elapsed(_: Elapsed) -> Self {
        Self
    }
}

fn main() {
    let _call = fetch();
}
