//! D15: attributes, names, bodies and values that come out of a user's `macro_rules!`.
#![deny(warnings)]
use weftwork::{Elapsed, limit, timeout};

macro_rules! from_tokens {
    ($($t:tt)*) => { $($t)* };
}

from_tokens! {
    #[timeout(8s)]
    #[limit(4)]
    async fn tokens(value: u8) -> Result<u8, Elapsed> {
        Ok(value)
    }
}

macro_rules! from_item {
    ($item:item) => {
        #[timeout(8s)]
        $item
    };
}

from_item! {
    #[limit(4)]
    async fn item(value: u8) -> Result<u8, Elapsed> {
        Ok(value)
    }
}

macro_rules! from_fragments {
    ($vis:vis $name:ident $argument:ident: $ty:ty => $result:ty, $duration:expr, $count:literal, $body:block) => {
        #[timeout($duration)]
        #[limit($count)]
        $vis async fn $name($argument: $ty) -> $result $body
    };
}

from_fragments!(pub(crate) fragments value: u8 => Result<u8, Elapsed>, weftwork::secs(8), 4, { Ok(value) });
from_fragments!(literals _value: &str => Result<(), Elapsed>, 8s, 4, {
    tokio::task::yield_now().await;
    Ok(())
});

#[tokio::main]
async fn main() {
    assert_eq!(tokens(1).await, Ok(1));
    assert_eq!(item(1).await, Ok(1));
    assert_eq!(fragments(1).await, Ok(1));
    assert_eq!(literals("a").await, Ok(()));
}
