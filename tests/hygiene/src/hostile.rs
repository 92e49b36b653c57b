//! Every name of the prelude, and a few that generated code might like, as something else.

mod context;
mod gather;
mod policies;
mod policies_limit;
mod policies_retry;
mod transactional;

/// What each construct's module imports.
mod names {
    #![allow(non_upper_case_globals, non_snake_case, clippy::wrong_self_convention)]

    macro_rules! types {
        ($($name:ident)+) => { $(pub(crate) struct $name;)+ };
    }
    types! { Result Option Box Vec String Duration Pin Context Poll Instant Limiter Elapsed FromElapsed Semaphore }

    pub(crate) const None: u8 = 0;
    pub(crate) const Some: u8 = 1;
    pub(crate) fn Ok() {}
    pub(crate) fn Err() {}
    pub(crate) fn drop() {}
    pub(crate) fn limit() {}
    pub(crate) fn timeout() {}
    pub(crate) fn returned() {}

    /// Each trait has its model's method, on every type.
    macro_rules! traits {
        ($($name:ident $method:ident)+) => { $(
            pub(crate) trait $name {
                fn $method(&self) -> u8 {
                    0
                }
            }
            impl<T: ?::core::marker::Sized> $name for T {}
        )+ };
    }
    traits! {
        Send send Sync sync Sized sized Future poll IntoFuture into_future From from Into into TryFrom try_from
        Default default Clone clone Copy copy Drop drop Iterator next IntoIterator into_iter Fn call FnMut call_mut
        FnOnce call_once ToOwned to_owned ToString to_string AsRef as_ref PartialEq eq
    }

    /// A crate and a module of ours under the name of others.
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod tokio {}
    pub(crate) mod weftwork {}
    pub(crate) mod __private {}
}
