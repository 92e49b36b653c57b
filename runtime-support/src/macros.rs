//! The function-like macros. Each hands `$crate` to its procedural part, so that none needs to be told where weftwork is.
//! In braces, since a generator may be an item as well.

#[doc = include_str!("../doc/generator.md")]
#[macro_export]
macro_rules! generator {
    ($($body:tt)*) => { $crate::__private::generator! { $crate $($body)* } };
}

#[doc = include_str!("../doc/try_generator.md")]
#[macro_export]
macro_rules! try_generator {
    ($($body:tt)*) => { $crate::__private::try_generator! { $crate $($body)* } };
}

#[doc = include_str!("../doc/yield_err.md")]
#[macro_export]
macro_rules! yield_err {
    ($($error:tt)*) => {
        ::core::compile_error!("`yield_err!` delivers an error from the body of `try_generator!`: it stands nowhere else")
    };
}

#[doc = include_str!("../doc/for_await.md")]
#[macro_export]
macro_rules! for_await {
    ($($body:tt)*) => { $crate::__private::for_await!($crate $($body)*) };
}

#[doc = include_str!("../doc/gather.md")]
#[macro_export]
macro_rules! gather {
    ($($body:tt)*) => { $crate::__private::gather!($crate $($body)*) };
}

#[doc = include_str!("../doc/as_completed.md")]
#[macro_export]
macro_rules! as_completed {
    ($($body:tt)*) => { $crate::__private::as_completed!($crate $($body)*) };
}

#[doc = include_str!("../doc/race.md")]
#[macro_export]
macro_rules! race {
    ($($body:tt)*) => { $crate::__private::race!($crate $($body)*) };
}

#[doc = include_str!("../doc/race_ok.md")]
#[macro_export]
macro_rules! race_ok {
    ($($body:tt)*) => { $crate::__private::race_ok!($crate $($body)*) };
}

#[doc = include_str!("../doc/savepoint.md")]
#[macro_export]
macro_rules! savepoint {
    ($($body:tt)*) => { $crate::__private::savepoint!($crate $($body)*) };
}

#[doc = include_str!("../doc/context.md")]
#[macro_export]
macro_rules! context {
    ($($body:tt)*) => { $crate::__private::context!($crate $($body)*) };
}

#[doc = include_str!("../doc/with.md")]
#[macro_export]
macro_rules! with {
    ($($body:tt)*) => { $crate::__private::with!($crate $($body)*) };
}
