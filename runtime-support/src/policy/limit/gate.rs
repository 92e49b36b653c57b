//! Where a permit comes from, and goes back to.

use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use super::core::Core;
use super::keyed::Entry;
use super::limiter::Limiter;

/// A way to a limiter.
pub trait Gate {
    /// The same, for a permit that stays longer than the call.
    type Kept: Gate + Send + Sync + 'static;
    fn core(&self) -> &Core;
    fn kept(&self) -> Self::Kept;
}

impl Gate for &Limiter {
    type Kept = Own;
    #[inline]
    fn core(&self) -> &Core {
        self.shared()
    }
    fn kept(&self) -> Own {
        Own(self.shared().clone())
    }
}

/// A way to a limiter that borrows nothing of it.
#[derive(Clone, Debug)]
pub struct Own(Arc<Core>);

impl Gate for Own {
    type Kept = Self;
    #[inline]
    fn core(&self) -> &Core {
        &self.0
    }
    fn kept(&self) -> Self {
        self.clone()
    }
}

/// What `shared = ` may name: a limiter, or what leads to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a limiter",
    label = "not a `Limiter`, nor what leads to one",
    note = "`shared = ..` names a `weftwork::Limiter`, or a `&`, `Arc`, `Rc`, `Box` or `LazyLock` of one"
)]
pub trait SharedLimiter {
    fn own(&self) -> Own;
}

#[diagnostic::do_not_recommend]
impl SharedLimiter for Limiter {
    #[inline]
    fn own(&self) -> Own {
        Own(self.shared().clone())
    }
}

/// They lead to what they hold.
macro_rules! lead_on {
    ($($pointer:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<L: SharedLimiter + ?Sized> SharedLimiter for $pointer {
            #[inline]
            fn own(&self) -> Own {
                (**self).own()
            }
        }
    )*};
}

lead_on!(&L, &mut L, Arc<L>, Rc<L>, Box<L>);

#[diagnostic::do_not_recommend]
impl<L: SharedLimiter, F: FnOnce() -> L> SharedLimiter for LazyLock<L, F> {
    fn own(&self) -> Own {
        (**self).own()
    }
}

/// `shared = `.
#[inline]
pub fn gate<L: SharedLimiter + ?Sized>(shared: &L) -> Own {
    shared.own()
}

/// For people: the gate of a limiter, or of a key.
#[derive(Debug)]
pub(super) enum AnyGate<'l> {
    Limiter(&'l Limiter),
    Key(Entry),
}

/// The same for a permit that stays.
#[derive(Debug)]
pub(super) enum AnyKept {
    Limiter(Own),
    Key(Entry),
}

impl Gate for AnyGate<'_> {
    type Kept = AnyKept;
    #[inline]
    fn core(&self) -> &Core {
        match self {
            Self::Limiter(limiter) => limiter.shared(),
            Self::Key(entry) => entry.core(),
        }
    }
    fn kept(&self) -> AnyKept {
        match self {
            Self::Limiter(limiter) => AnyKept::Limiter(limiter.kept()),
            Self::Key(entry) => AnyKept::Key(entry.kept()),
        }
    }
}

impl Gate for AnyKept {
    type Kept = Self;
    fn core(&self) -> &Core {
        match self {
            Self::Limiter(own) => own.core(),
            Self::Key(entry) => entry.core(),
        }
    }
    fn kept(&self) -> Self {
        match self {
            Self::Limiter(own) => Self::Limiter(own.kept()),
            Self::Key(entry) => Self::Key(entry.kept()),
        }
    }
}

/// So many permits, given back when this is dropped.
#[derive(Debug)]
pub(super) struct Held<G: Gate> {
    gate: G,
    weight: usize,
}

impl<G: Gate> Held<G> {
    #[inline]
    pub(super) fn new(gate: G, weight: usize) -> Self {
        Self { gate, weight }
    }

    #[inline]
    pub(super) fn core(&self) -> &Core {
        self.gate.core()
    }

    #[inline]
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// The same permits, for longer than the call.
    pub(super) fn keep(mut self) -> Held<G::Kept> {
        let gate = self.gate.kept();
        Held { gate, weight: std::mem::take(&mut self.weight) }
    }
}

impl<G: Gate> Drop for Held<G> {
    #[inline]
    fn drop(&mut self) {
        if self.weight > 0 {
            self.gate.core().give_back(self.weight);
        }
    }
}
