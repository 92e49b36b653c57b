//! `#[limit]` with every option.
#![no_implicit_prelude]

type Answer = ::core::result::Result<u8, ::weftwork::LimitExceeded>;

static DB: ::weftwork::Limiter = ::weftwork::Limiter::new(5);

#[::weftwork::limit(5, max_waiting = 64, wait = 500ms)]
async fn refuses() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::limit(5, weight = weight)]
async fn weighs(weight: usize) {}

#[::weftwork::limit(100/s)]
async fn rate() -> u8 {
    1
}

#[::weftwork::limit("10/min", burst = 20, wait = ::weftwork::secs(1))]
async fn rate_that_refuses() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::limit(5, key = name)]
async fn key(name: &str) {}

#[::weftwork::limit(5, key = (name, id % 2, ::core::option::Option::Some(id)))]
async fn key_of_parts(name: ::std::string::String, id: u64) {}

#[::weftwork::limit(shared = DB)]
async fn shared() {}

struct Client {
    gate: ::std::sync::Arc<::weftwork::Limiter>,
    id: u8,
}

impl Client {
    #[::weftwork::limit(shared = self.gate)]
    #[::weftwork::limit(5, key = self.id)]
    async fn method(&mut self) -> u8 {
        self.id
    }
}

#[::weftwork::limit(1)]
async fn forever() -> ! {
    loop {
        shared().await;
    }
}
