//! P10, D14: other attributes above, between and below, each with its usual effect and no warning.
#![deny(warnings)]
#![deny(missing_docs, unused_must_use, deprecated, unused_attributes)]
#![allow(dead_code)]

use weftwork::{Elapsed, limit, timeout};

/// Above.
#[must_use = "the answer matters"]
#[timeout(8s)]
/// Between.
#[inline]
#[limit(4)]
#[allow(unused_variables)]
#[timeout(2s)]
#[deprecated = "use something else"]
/// Below.
pub async fn marked(unused: u8) -> Result<u8, Elapsed> {
    #![allow(unused_mut)]
    let mut one = 1;
    Ok(one)
}

#[cfg(any())]
#[timeout(8s)]
async fn left_out() -> NoSuchType {}

#[cfg_attr(all(), timeout(8s))]
#[cfg_attr(any(), limit(0))]
async fn chosen(#[allow(unused)] argument: u8, #[cfg(any())] gone: u8) -> Result<u8, Elapsed> {
    Ok(1)
}

#[expect(deprecated)]
#[tokio::main]
async fn main() {
    assert_eq!(marked(1).await, Ok(1));
    assert_eq!(chosen(1).await, Ok(1));
}
