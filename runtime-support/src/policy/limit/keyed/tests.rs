//! What only the inside shows: what is kept, and keys whose hashes meet.

use std::sync::Arc;

use super::limiter::{KeyedLimiters, keyed};
use super::map::{Entry, Shard};
use crate::policy::limit::gate::Gate;
use crate::policy::limit::limiter::Limiter;

#[test]
fn p62_a_million_keys_leave_no_more_than_a_thousand() {
    let left_by = |keys: u32| {
        let limiters = KeyedLimiters::new(Limiter::new(1));
        (0..keys).for_each(|key| drop(keyed(&limiters, key)));
        limiters.kept()
    };
    let ((kept, room), (few_kept, few_room)) = (left_by(1_000_000), left_by(1_000));
    assert!(kept <= 1000 && few_kept <= 1000, "{kept} {few_kept}");
    // The tables double.
    assert!(room <= few_room + few_room / 8, "{room} {few_room}");
}

#[test]
fn p62_a_hundred_thousand_at_once_leave_no_more_either() {
    let limiters = KeyedLimiters::new(Limiter::new(1));
    let entries: Vec<Entry> = (0..100_000_u32).map(|key| keyed(&limiters, key)).collect();
    assert_eq!(limiters.kept().0, 100_000);
    drop(entries);
    let (kept, room) = limiters.kept();
    assert!(kept <= 1000 && room <= 2000, "{kept} {room}");
    assert_eq!(limiters.len(), 0);
}

#[test]
fn p60_keys_whose_hashes_meet_are_two() {
    let shard = Arc::new(Shard::default());
    let each = Limiter::new(1);
    let enter = |key: &str| shard.enter(7, &key, || each.another());
    let (a, b) = (enter("a"), enter("b"));
    assert_ne!(a.core().address(), b.core().address());
    assert_eq!(a.core().address(), enter("a").core().address());
    assert_eq!(b.core().address(), enter("b").core().address());
    // The first one goes: the second one is still found.
    drop(a);
    assert_eq!(shard.sweep(), 1);
    assert_eq!(b.core().address(), enter("b").core().address());
    let other = enter("a");
    assert_ne!(b.core().address(), other.core().address());
    drop((b, other));
    assert_eq!(shard.sweep(), 0);
}

#[test]
fn p63_a_key_that_is_asked_for_by_whoever_holds_it_already_stays() {
    let shard = Arc::new(Shard::default());
    let each = Limiter::new(1);
    let first = shard.enter(7, &"a", || each.another());
    let kept = first.kept();
    drop(first);
    assert_eq!(shard.sweep(), 1);
    assert_eq!(kept.core().address(), shard.enter(7, &"a", || each.another()).core().address());
    drop(kept);
    assert_eq!(shard.sweep(), 0);
}
