//! `#[timeout]` and `#[limit]`.
#![no_implicit_prelude]

struct Late(::weftwork::Elapsed);

impl ::core::convert::From<::weftwork::Elapsed> for Late {
    fn from(elapsed: ::weftwork::Elapsed) -> Self {
        Late(elapsed)
    }
}

type Answer = ::core::result::Result<u8, Late>;

#[::weftwork::timeout(5s)]
async fn timeout() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::timeout(::weftwork::secs(5))]
async fn timeout_by_expression() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::limit(5)]
async fn limit() {}

struct Client {
    slow: ::core::time::Duration,
}

impl Client {
    #[::weftwork::timeout(8s)]
    #[::weftwork::limit(4)]
    #[::weftwork::timeout(self.slow)]
    async fn stack(&self) -> Answer {
        Answer::Ok(1)
    }

    #[::weftwork::timeout(8s)]
    #[::weftwork::limit(4)]
    fn by_hand(&self) -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = Answer> + '_>> {
        ::std::boxed::Box::pin(async move { Answer::Ok(if self.slow.is_zero() { 1 } else { 2 }) })
    }

    #[::weftwork::timeout(8s)]
    #[::weftwork::limit(4)]
    fn by_impl_future(&self) -> impl ::core::future::Future<Output = Answer> {
        let client = self;
        async { client.stack().await }
    }
}

trait Service {
    #[::weftwork::timeout(8s)]
    #[::weftwork::limit(4)]
    async fn serve(&self) -> Answer {
        Answer::Ok(1)
    }
}

#[::weftwork::fallback(Late(_) => Answer::Ok(2))]
#[::weftwork::timeout(8s, or = Answer::Ok(3))]
#[::weftwork::retry(attempts = 2, backoff = 50ms..2s, jitter, when = |_| true, clone(text))]
#[::weftwork::limit(4)]
#[::weftwork::timeout(2s)]
async fn every_layer(text: ::std::string::String) -> Answer {
    ::core::mem::drop(text);
    Answer::Ok(1)
}

#[::weftwork::fallback(|_| Answer::Ok(2))]
async fn closure() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::timeout(8s)]
#[::weftwork::blocking(cpu)]
async fn on_a_thread(list: ::std::vec::Vec<u8>) -> Answer {
    ::core::mem::drop(list);
    Answer::Ok(1)
}
