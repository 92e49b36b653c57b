//! What the call that is polled holds: permits of its own, and those of whoever called it.
//!
//! A call that asks for more of a limiter than its own callers leave it would wait until they end, and they wait for it.

use std::cell::RefCell;

use super::core::Core;

thread_local! {
    /// Outermost first. What is polled by a task of its own starts a chain of its own, by nature.
    static CHAIN: RefCell<Vec<Link>> = const { RefCell::new(Vec::new()) };
}

/// A call that runs in a permit.
#[derive(Clone, Copy, Debug)]
struct Link {
    core: usize,
    weight: usize,
    name: &'static str,
}

/// Runs `run` as part of a call that holds this.
#[inline]
pub(super) fn within<R>(core: &Core, weight: usize, name: &'static str, run: impl FnOnce() -> R) -> R {
    let link = Link { core: core.address(), weight, name };
    // A thread that is at its end has no chain.
    let _pushed = CHAIN.try_with(|chain| chain.borrow_mut().push(link)).ok().map(|()| Pushed);
    run()
}

struct Pushed;

impl Drop for Pushed {
    #[inline]
    fn drop(&mut self) {
        let _ = CHAIN.try_with(|chain| chain.borrow_mut().pop());
    }
}

/// The names from the first call that holds some of it, if those that do leave less than `weight` of `limit`.
pub(super) fn leaves_less(core: &Core, limit: usize, weight: usize) -> Option<Vec<&'static str>> {
    let address = core.address();
    CHAIN
        .try_with(|chain| {
            let chain = chain.borrow();
            let first = chain.iter().position(|link| link.core == address)?;
            let own = chain.iter().filter(|link| link.core == address);
            let held = own.fold(weight, |held, link| held.saturating_add(link.weight));
            (held > limit).then(|| chain[first..].iter().map(|link| link.name).collect())
        })
        .ok()
        .flatten()
}
