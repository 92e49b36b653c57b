//! What the call that is polled holds: permits of its own, and those of whoever called it.
//!
//! A call that asks for more of a limiter than its own callers leave it would wait until they end, and they wait for it.

use std::array;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

use tokio::task::{Id, try_id};

use super::core::Core;

/// Of more than so many in each other, the others are written down elsewhere.
const FIRST: usize = 16;

thread_local! {
    /// Outermost first. What is polled by a task of its own starts a chain of its own, by nature.
    static CHAIN: Chain = const { Chain { len: Cell::new(0), first: [const { Cell::new(Link::NONE) }; FIRST] } };
    static REST: RefCell<Vec<Link>> = const { RefCell::new(Vec::new()) };
}

/// Without a destructor: so it costs nothing to look for it.
struct Chain {
    len: Cell<usize>,
    first: [Cell<Link>; FIRST],
}

/// A call that runs in a permit.
#[derive(Clone, Copy, Debug)]
struct Link {
    of: usize,
    weight: usize,
    name: &'static str,
    /// One that is polled by another one, as in a `LocalSet`, has a chain of its own.
    task: Option<Id>,
}

impl Link {
    const NONE: Self = Self { of: 0, weight: 0, name: "", task: None };
}

/// Runs `run` as part of a call that holds this.
#[inline]
pub(super) fn within<R>(core: &Core, weight: usize, name: &'static str, run: impl FnOnce() -> R) -> R {
    holding(core.address(), weight, name, run)
}

/// The same with anything else of which there is only so much, by a number that nothing else has.
#[inline]
pub(crate) fn holding<R>(of: usize, weight: usize, name: &'static str, run: impl FnOnce() -> R) -> R {
    push(Link { of, weight, name, task: try_id() });
    let _pushed = Pushed;
    run()
}

#[inline]
fn push(link: Link) {
    CHAIN.with(|chain| {
        let len = chain.len.get();
        chain.len.set(len + 1);
        match chain.first.get(len) {
            Some(place) => place.set(link),
            None => push_rest(link),
        }
    });
}

#[cold]
fn push_rest(link: Link) {
    // A thread that is at its end has no more.
    let _ = REST.try_with(|rest| rest.borrow_mut().push(link));
}

#[cold]
fn pop_rest() {
    let _ = REST.try_with(|rest| rest.borrow_mut().pop());
}

/// What a call holds, for what goes on without it and keeps it: its clean-ups, and the thread that it waits for.
#[derive(Debug)]
pub(crate) struct Links(Vec<Link>);

impl Links {
    /// Those of this moment, if there are any.
    #[inline]
    pub(crate) fn current() -> Option<Arc<Self>> {
        if CHAIN.with(|chain| chain.len.get()) == 0 { None } else { Self::copy() }
    }

    #[cold]
    fn copy() -> Option<Arc<Self>> {
        let links = links();
        (!links.is_empty()).then(|| Arc::new(Self(links)))
    }

    /// Runs `run` as part of the same call.
    pub(crate) fn within<R>(this: Option<&Self>, run: impl FnOnce() -> R) -> R {
        let links = this.map_or(&[][..], |links| &links.0);
        let task = try_id();
        let _pushed: Vec<Pushed> = links
            .iter()
            .map(|link| {
                push(Link { task, ..*link });
                Pushed
            })
            .collect();
        run()
    }
}

struct Pushed;

impl Drop for Pushed {
    #[inline]
    fn drop(&mut self) {
        CHAIN.with(|chain| {
            let len = chain.len.get() - 1;
            chain.len.set(len);
            if len >= FIRST {
                pop_rest();
            }
        });
    }
}

fn links() -> Vec<Link> {
    let (len, first) = CHAIN.with(|chain| (chain.len.get(), array::from_fn::<_, FIRST, _>(|index| chain.first[index].get())));
    let mut links = first[..len.min(FIRST)].to_vec();
    let _ = REST.try_with(|rest| links.extend_from_slice(&rest.borrow()));
    let task = try_id();
    links.retain(|link| link.task == task);
    links
}

/// Whether no call that holds a permit is polled now.
#[inline]
pub(super) fn is_empty() -> bool {
    CHAIN.with(|chain| chain.len.get()) == 0
}

/// The names from the first call that holds some of it, if those that do leave less than `weight` of `limit`.
pub(super) fn leaves_less(core: &Core, limit: usize, weight: usize) -> Option<Vec<&'static str>> {
    leaves_less_of(core.address(), limit, weight)
}

/// The same of anything else.
pub(crate) fn leaves_less_of(of: usize, limit: usize, weight: usize) -> Option<Vec<&'static str>> {
    let links = links();
    let first = links.iter().position(|link| link.of == of)?;
    let own = links.iter().filter(|link| link.of == of);
    let held = own.fold(weight, |held, link| held.saturating_add(link.weight));
    (held > limit).then(|| links[first..].iter().map(|link| link.name).collect())
}
