//! Whose turn it is, in the order of their wakes: those that the owner took from the bell, in a list over their links.

use super::bell::{NOBODY, SHUT, Stack};
use super::sync::{AtomicU32, Ordering};

/// The keys of the first and the last child. The links are the owner's, so they need no order in memory.
pub(super) struct Round {
    /// [`NOBODY`] if there is none.
    front: u32,
    back: u32,
}

impl Round {
    pub(super) const fn new() -> Self {
        Self { front: NOBODY, back: NOBODY }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.front == NOBODY
    }

    /// Takes those in who were woken meanwhile, behind those who wait already.
    #[inline]
    pub(super) fn append<'l>(&mut self, Stack(top): Stack, link: impl Fn(u32) -> &'l AtomicU32) {
        if top == NOBODY {
            return;
        }
        if self.is_empty() && top != SHUT && link(top).load(Ordering::Relaxed) == NOBODY {
            // Most often there is one.
            (self.front, self.back) = (top, top);
        } else {
            self.append_many(top, link);
        }
    }

    fn append_many<'l>(&mut self, top: u32, link: impl Fn(u32) -> &'l AtomicU32) {
        let (mut child, mut front) = (top, NOBODY);
        while child != NOBODY && child != SHUT {
            let link = link(child);
            let below = link.load(Ordering::Relaxed);
            link.store(front, Ordering::Relaxed);
            front = child;
            child = below;
        }
        if front == NOBODY {
            return;
        }
        if self.is_empty() {
            self.front = front;
        } else {
            link(self.back).store(front, Ordering::Relaxed);
        }
        self.back = top;
    }

    /// The first child. [`pop`](Self::pop) it with its link.
    #[inline]
    pub(super) fn front(&self) -> Option<u32> {
        (self.front != NOBODY).then_some(self.front)
    }

    /// Takes the first child out, whose link may be used for something else from then on.
    #[inline]
    pub(super) fn pop(&mut self, link: &AtomicU32) {
        self.front = link.load(Ordering::Relaxed);
    }
}

#[cfg(all(test, not(weftwork_loom)))]
mod tests {
    use super::*;

    /// Children that were woken in this order, as the bell stacks them.
    fn stack(links: &[AtomicU32], children: &[u32]) -> Stack {
        children.iter().fold(Stack(NOBODY), |Stack(below), child| {
            links[*child as usize].store(below, Ordering::Relaxed);
            Stack(*child)
        })
    }

    fn next(round: &mut Round, links: &[AtomicU32]) -> Option<u32> {
        let child = round.front()?;
        round.pop(&links[child as usize]);
        Some(child)
    }

    #[test]
    fn everybody_has_a_turn_in_the_order_of_their_wakes() {
        let links: [AtomicU32; 10] = Default::default();
        let link = |child: u32| &links[child as usize];
        let mut round = Round::new();
        round.append(Stack(NOBODY), link);
        assert!(round.is_empty());
        round.append(stack(&links, &[3, 7, 9, 1]), link);
        assert_eq!([next(&mut round, &links), next(&mut round, &links)], [Some(3), Some(7)]);
        // Those who wait go first; 3 comes again.
        round.append(stack(&links, &[8]), link);
        round.append(stack(&links, &[3, 2]), link);
        round.append(Stack(SHUT), link);
        let turns: Vec<u32> = std::iter::from_fn(|| next(&mut round, &links)).collect();
        assert_eq!(turns, [9, 1, 8, 3, 2]);
        assert!(round.is_empty());
        round.append(stack(&links, &[5, 4]), link);
        let turns: Vec<u32> = std::iter::from_fn(|| next(&mut round, &links)).collect();
        assert_eq!(turns, [5, 4]);
    }
}
