//! P53, D36: every spelling of a count, and functions without a result.
#![deny(warnings)]
use weftwork::limit;

const PLACES: usize = 5;

mod settings {
    pub(crate) const fn places() -> usize {
        super::PLACES * 2
    }
}

macro_rules! spelled {
    ($($name:ident: $attribute:meta),+ $(,)?) => {$(
        #[$attribute]
        async fn $name() {}
    )+};
}

spelled! {
    literal: limit(5), suffix: limit(5usize), grouped: limit(1_000), hexadecimal: limit(0x10), constant: limit(PLACES),
    call: limit(settings::places()), sum: limit(PLACES + 1), comma: limit(5,), own_path: limit(5, crate = ::weftwork),
    own_path_in_text: limit(5, crate = "::weftwork"), block: limit({ const HALF: usize = PLACES / 2; HALF }),
}

// Parameters that are called like a part of the count's path.
struct Client;

impl Client {
    const PLACES: usize = 3;

    #[limit(Client::PLACES)]
    async fn fetch(&self, settings: u8, Client: Client) -> u8 {
        let Self = Client;
        settings
    }

    #[limit(settings::places() + self::PLACES)]
    async fn other(&self, settings: u8) -> u8 {
        settings
    }
}

// A function that never returns.
#[limit(1)]
async fn forever() -> ! {
    loop {
        tokio::task::yield_now().await;
    }
}

#[limit(1)]
async fn nor_this_one() -> std::convert::Infallible {
    std::future::pending().await
}

#[tokio::main]
async fn main() {
    literal().await;
    suffix().await;
    grouped().await;
    hexadecimal().await;
    constant().await;
    call().await;
    sum().await;
    comma().await;
    own_path().await;
    own_path_in_text().await;
    block().await;
    assert_eq!(Client.fetch(1, Client).await, 1);
    assert_eq!(Client.other(1).await, 1);
    drop(forever());
    drop(nor_this_one());
}
