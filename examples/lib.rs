//! Programs written with weftwork.

#![forbid(unsafe_code)]

pub mod linkcheck;
pub mod server;
