//! What the streams deliver, what they do on the way, and what becomes of their items.
//!
//! Each item is looked at ([`black_box`]), so that the compiler can not merge the steps of several. The checksums depend on the
//! order.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

/// 200 bytes.
pub(super) struct Record {
    id: u64,
    payload: [u8; 192],
}

impl Record {
    pub(super) fn new(n: u64) -> Self {
        Self { id: n, payload: [n as u8; 192] }
    }
}

/// A text on the heap.
pub(super) fn text(n: u64) -> String {
    "the quick brown fox"[..8 + (n % 8) as usize].to_owned()
}

#[derive(Debug)]
pub(super) struct Failure;

/// Can fail, and never does.
pub(super) fn check(n: u64) -> Result<u64, Failure> {
    if black_box(n) == u64::MAX { Err(Failure) } else { Ok(n) }
}

/// Pending once, and wakes itself.
pub(super) fn pause() -> Pause {
    Pause { over: false }
}

pub(super) struct Pause {
    over: bool,
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.over {
            return Poll::Ready(());
        }
        self.over = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Of integers: one rotation and one xor, beside the two instructions of the look.
pub(super) fn fold(sum: u64, item: u64) -> u64 {
    sum.rotate_left(1) ^ black_box(item)
}

#[expect(clippy::needless_pass_by_value, reason = "items are given away, as by any stream")]
pub(super) fn fold_record(sum: u64, record: Record) -> u64 {
    let record = black_box(&record);
    sum.rotate_left(1) ^ record.id ^ u64::from(record.payload[191])
}

#[expect(clippy::needless_pass_by_value, reason = "items are given away, as by any stream")]
pub(super) fn fold_text(sum: u64, text: String) -> u64 {
    let text = black_box(&text);
    sum.rotate_left(1) ^ text.len() as u64
}

pub(super) fn fold_result(sum: u64, item: Result<u64, Failure>) -> u64 {
    // Nothing fails; the wrong sum would be noticed.
    item.map_or(u64::MAX, |item| fold(sum, item))
}
