//! Every macro with weftwork under another name. That it compiles is the test. One module a construct.

pub mod context;
pub mod gather;
pub mod generator;
pub mod policies;
pub mod policies_limit;
pub mod policies_retry;
pub mod tasks;
pub mod transactional;

/// weftwork as another crate might hand it on.
pub mod reexport {
    pub use woven as fabric;
}
