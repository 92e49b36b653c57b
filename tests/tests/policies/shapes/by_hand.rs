//! Functions that return their future by hand. What stands before the `async` block runs at the call, outside of the policies.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{advance, sleep};
use weftwork::{limit, secs, timeout};
use weftwork_tests::{Log, timed};

use super::{Late, under_each_stack};

macro_rules! s31_boxed_future {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        use std::future::Future;
        use std::pin::Pin;

        $(#[$policy])*
        $(#[$inner(*patience)])?
        fn f<'a>(text: &'a str, patience: &'a Duration) -> Pin<Box<dyn Future<Output = Result<u32, Late>> + Send + 'a>> {
            let length = text.len() as u32;
            Box::pin(async move {
                work().await;
                if text.is_empty() {
                    return Err(Late::Own(1));
                }
                Ok(length + patience.as_secs() as u32)
            })
        }
        async fn call() -> Result<u32, Late> {
            f("seven", &secs(2)).await
        }
    };
}

macro_rules! s31_boxed_through_an_alias {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        use futures::FutureExt;
        use futures::future::{BoxFuture, LocalBoxFuture};

        struct Client(u32, Duration);
        impl Client {
            $(#[$policy])*
            $(#[$inner(self.1)])?
            fn f<'a>(&'a self, add: &'a u32) -> BoxFuture<'a, Result<u32, Late>> {
                async move {
                    work().await;
                    Ok(self.local().await? + *add + self.1.as_secs() as u32)
                }
                .boxed()
            }
            $(#[$policy])*
            $(#[$inner(self.1)])?
            fn local_only(&self) -> LocalBoxFuture<'_, Result<u32, Late>> {
                async { Ok(self.0) }.boxed_local()
            }
            async fn local(&self) -> Result<u32, Late> {
                Ok(self.0)
            }
        }
        async fn call() -> Result<u32, Late> {
            assert_eq!(Client(1, secs(2)).local_only().await, Ok(1));
            Client(2, secs(2)).f(&3).await
        }
    };
}

macro_rules! s32_impl_future {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        use std::future::Future;

        $(#[$policy])*
        $(#[$inner(secs(*patience))])?
        fn f(value: Vec<u32>, patience: &u64) -> impl Future<Output = Result<u32, Late>> + Send {
            let sum: u32 = value.iter().sum();
            async move {
                work().await;
                Ok(sum + value.len() as u32 + *patience as u32)
            }
        }
        async fn call() -> Result<u32, Late> {
            f(vec![1, 2], &2).await
        }
    };
}

macro_rules! s32_impl_future_in_a_trait {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        use std::future::Future;

        trait Service {
            fn f(&self) -> impl Future<Output = Result<u32, Late>> + Send;
        }
        struct Plain(u32);
        impl Service for Plain {
            $(#[$policy])*
            $(#[$inner(secs(2))])?
            fn f(&self) -> impl Future<Output = Result<u32, Late>> + Send {
                async {
                    work().await;
                    Ok(self.0)
                }
            }
        }
        async fn call() -> Result<u32, Late> {
            Plain(VALUE).f().await
        }
    };
}

under_each_stack! { s31_boxed_future s31_boxed_through_an_alias s32_impl_future s32_impl_future_in_a_trait }

// ---- P111 ----

/// `f` notes what it does in `log`; its block waits for as long as it is told.
macro_rules! the_block_alone_is_under_the_policies {
    ($test:ident: $(#[$attribute:meta])* fn $f:ident $($function:tt)*) => {
        #[tokio::test(start_paused = true)]
        async fn $test() {
            $(#[$attribute])*
            fn $f $($function)*

            let log = Log::new();
            let future = $f(&log, secs(1));
            assert_eq!(log.text(), "call");
            advance(secs(60)).await;
            assert_eq!(timed(future).await, (Ok(()), secs(1)));
            assert_eq!(log.text(), "call policies block");

            // Two more calls, the second one never polled: it holds no place.
            let hanging = $f(&log, secs(60));
            let _unpolled = $f(&log, secs(60));
            assert_eq!(log.text(), "call policies block call call");
            assert_eq!(timed(hanging).await.1, secs(2));
        }
    };
}

the_block_alone_is_under_the_policies! {
    p111_s31_a_boxed_future:
    #[timeout(8s)]
    #[limit(1)]
    #[timeout({ log.note("policies"); secs(2) })]
    fn f<'a>(log: &'a Log, work: Duration) -> Pin<Box<dyn Future<Output = Result<(), Late>> + Send + 'a>> {
        log.note("call");
        let note = "block";
        Box::pin(async move {
            log.note(note);
            sleep(work).await;
            Ok(())
        })
    }
}

the_block_alone_is_under_the_policies! {
    p111_s32_an_impl_future:
    #[timeout(8s)]
    #[limit(1)]
    #[timeout({ log.note("policies"); secs(2) })]
    fn f(log: &Log, work: Duration) -> impl Future<Output = Result<(), Late>> + Send {
        log.note("call");
        let note = "block";
        async move {
            log.note(note);
            sleep(work).await;
            Ok(())
        }
    }
}
