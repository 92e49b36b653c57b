//! The attributes. The policies among them stack and are expanded in one pass, see [`policies`].

pub(crate) mod blocking;
pub(crate) mod fallback;
pub(crate) mod limit;
pub(crate) mod policies;
pub(crate) mod retry;
pub(crate) mod timeout;
pub(crate) mod transactional;
