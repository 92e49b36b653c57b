//! Streams of other items than plain integers, and bodies that do more than count.

use super::items::{fold, fold_record, fold_result, fold_text};
use super::kit::{boxed, pinned};
use super::{ASYNC_FN_STREAM, ASYNC_STREAM, ASYNK_STRIM, BY_HAND, FAUXGEN, GENAWAITER, ITEMS, UNFOLD};
use super::{async_fn_stream, async_stream, asynk_strim, by_hand, fauxgen, genawaiter, items, ours, unfold};
use crate::measure::Bench;

/// Of the cases whose items cost more than an integer.
const FEWER: u64 = ITEMS / 10;

pub(super) fn run(bench: &mut Bench<'_>) {
    records(bench);
    texts(bench);
    fallible(bench);
    pauses(bench);
    nested(bench);
    handle(bench);
}

fn records(bench: &mut Bench<'_>) {
    let expected = (0..FEWER).map(items::Record::new).fold(0, fold_record);
    bench
        .case("200-byte items, static", expected)
        .per_item(FEWER)
        .ours(pinned(FEWER, ours::records, fold_record))
        .peer(ASYNC_STREAM, pinned(FEWER, async_stream::records, fold_record))
        .peer(ASYNC_FN_STREAM, pinned(FEWER, async_fn_stream::records, fold_record))
        .peer(GENAWAITER, pinned(FEWER, genawaiter::records, fold_record))
        .peer(FAUXGEN, pinned(FEWER, fauxgen::records, fold_record))
        .peer(ASYNK_STRIM, pinned(FEWER, asynk_strim::records, fold_record))
        .peer(UNFOLD, pinned(FEWER, unfold::records, fold_record))
        .peer(BY_HAND, pinned(FEWER, by_hand::records, fold_record))
        .time();
    bench
        .case("200-byte items, boxed", expected)
        .per_item(FEWER)
        .ours(boxed(FEWER, ours::records, fold_record))
        .peer(ASYNC_STREAM, boxed(FEWER, async_stream::records, fold_record))
        .peer(ASYNC_FN_STREAM, boxed(FEWER, async_fn_stream::records, fold_record))
        .peer(GENAWAITER, boxed(FEWER, genawaiter::records, fold_record))
        .peer(FAUXGEN, boxed(FEWER, fauxgen::records, fold_record))
        .peer(ASYNK_STRIM, boxed(FEWER, asynk_strim::records, fold_record))
        .peer(UNFOLD, boxed(FEWER, unfold::records, fold_record))
        .peer(BY_HAND, boxed(FEWER, by_hand::records, fold_record))
        .time();
}

fn texts(bench: &mut Bench<'_>) {
    let expected = (0..FEWER).map(items::text).fold(0, fold_text);
    bench
        .case("`String` items, static", expected)
        .per_item(FEWER)
        .ours(pinned(FEWER, ours::texts, fold_text))
        .peer(ASYNC_STREAM, pinned(FEWER, async_stream::texts, fold_text))
        .peer(ASYNC_FN_STREAM, pinned(FEWER, async_fn_stream::texts, fold_text))
        .peer(GENAWAITER, pinned(FEWER, genawaiter::texts, fold_text))
        .peer(FAUXGEN, pinned(FEWER, fauxgen::texts, fold_text))
        .peer(ASYNK_STRIM, pinned(FEWER, asynk_strim::texts, fold_text))
        .peer(UNFOLD, pinned(FEWER, unfold::texts, fold_text))
        .peer(BY_HAND, pinned(FEWER, by_hand::texts, fold_text))
        .time();
    bench
        .case("`String` items, boxed", expected)
        .per_item(FEWER)
        .ours(boxed(FEWER, ours::texts, fold_text))
        .peer(ASYNC_STREAM, boxed(FEWER, async_stream::texts, fold_text))
        .peer(ASYNC_FN_STREAM, boxed(FEWER, async_fn_stream::texts, fold_text))
        .peer(GENAWAITER, boxed(FEWER, genawaiter::texts, fold_text))
        .peer(FAUXGEN, boxed(FEWER, fauxgen::texts, fold_text))
        .peer(ASYNK_STRIM, boxed(FEWER, asynk_strim::texts, fold_text))
        .peer(UNFOLD, boxed(FEWER, unfold::texts, fold_text))
        .peer(BY_HAND, boxed(FEWER, by_hand::texts, fold_text))
        .time();
}

fn fallible(bench: &mut Bench<'_>) {
    let expected = (0..FEWER).map(items::check).fold(0, fold_result);
    bench
        .case("`?` with every item, static", expected)
        .per_item(FEWER)
        .ours(pinned(FEWER, ours::fallible, fold_result))
        .peer(ASYNC_STREAM, pinned(FEWER, async_stream::fallible, fold_result))
        .peer(ASYNC_FN_STREAM, pinned(FEWER, async_fn_stream::fallible, fold_result))
        .peer(GENAWAITER, pinned(FEWER, genawaiter::fallible, fold_result))
        .peer(FAUXGEN, pinned(FEWER, fauxgen::fallible, fold_result))
        .peer(ASYNK_STRIM, pinned(FEWER, asynk_strim::fallible, fold_result))
        .peer(UNFOLD, pinned(FEWER, unfold::fallible, fold_result))
        .peer(BY_HAND, pinned(FEWER, by_hand::fallible, fold_result))
        .time();
    bench
        .case("`?` with every item, boxed", expected)
        .per_item(FEWER)
        .ours(boxed(FEWER, ours::fallible, fold_result))
        .peer(ASYNC_STREAM, boxed(FEWER, async_stream::fallible, fold_result))
        .peer(ASYNC_FN_STREAM, boxed(FEWER, async_fn_stream::fallible, fold_result))
        .peer(GENAWAITER, boxed(FEWER, genawaiter::fallible, fold_result))
        .peer(FAUXGEN, boxed(FEWER, fauxgen::fallible, fold_result))
        .peer(ASYNK_STRIM, boxed(FEWER, asynk_strim::fallible, fold_result))
        .peer(UNFOLD, boxed(FEWER, unfold::fallible, fold_result))
        .peer(BY_HAND, boxed(FEWER, by_hand::fallible, fold_result))
        .time();
}

fn pauses(bench: &mut Bench<'_>) {
    let expected = (0..FEWER).fold(0, fold);
    bench
        .case("one await in ten items, static", expected)
        .per_item(FEWER)
        .ours(pinned(FEWER, ours::pauses, fold))
        .peer(ASYNC_STREAM, pinned(FEWER, async_stream::pauses, fold))
        .peer(ASYNC_FN_STREAM, pinned(FEWER, async_fn_stream::pauses, fold))
        .peer(GENAWAITER, pinned(FEWER, genawaiter::pauses, fold))
        .peer(FAUXGEN, pinned(FEWER, fauxgen::pauses, fold))
        .peer(ASYNK_STRIM, pinned(FEWER, asynk_strim::pauses, fold))
        .peer(UNFOLD, pinned(FEWER, unfold::pauses, fold))
        .peer(BY_HAND, pinned(FEWER, by_hand::pauses, fold))
        .time();
    bench
        .case("one await in ten items, boxed", expected)
        .per_item(FEWER)
        .ours(boxed(FEWER, ours::pauses, fold))
        .peer(ASYNC_STREAM, boxed(FEWER, async_stream::pauses, fold))
        .peer(ASYNC_FN_STREAM, boxed(FEWER, async_fn_stream::pauses, fold))
        .peer(GENAWAITER, boxed(FEWER, genawaiter::pauses, fold))
        .peer(FAUXGEN, boxed(FEWER, fauxgen::pauses, fold))
        .peer(ASYNK_STRIM, boxed(FEWER, asynk_strim::pauses, fold))
        .peer(UNFOLD, boxed(FEWER, unfold::pauses, fold))
        .peer(BY_HAND, boxed(FEWER, by_hand::pauses, fold))
        .time();
}

fn nested(bench: &mut Bench<'_>) {
    let expected = (0..FEWER).fold(0, fold);
    bench
        .case("three streams in each other, static", expected)
        .per_item(FEWER)
        .ours(pinned(FEWER, ours::nested, fold))
        .peer(ASYNC_STREAM, pinned(FEWER, async_stream::nested, fold))
        .peer(ASYNC_FN_STREAM, pinned(FEWER, async_fn_stream::nested, fold))
        .peer(GENAWAITER, pinned(FEWER, genawaiter::nested, fold))
        .peer(FAUXGEN, pinned(FEWER, fauxgen::nested, fold))
        .peer(ASYNK_STRIM, pinned(FEWER, asynk_strim::nested, fold))
        .peer(BY_HAND, pinned(FEWER, by_hand::nested, fold))
        .time();
    bench
        .case("three streams in each other, boxed", expected)
        .per_item(FEWER)
        .ours(boxed(FEWER, ours::nested, fold))
        .peer(ASYNC_STREAM, boxed(FEWER, async_stream::nested, fold))
        .peer(ASYNC_FN_STREAM, boxed(FEWER, async_fn_stream::nested, fold))
        .peer(GENAWAITER, boxed(FEWER, genawaiter::nested, fold))
        .peer(FAUXGEN, boxed(FEWER, fauxgen::nested, fold))
        .peer(ASYNK_STRIM, boxed(FEWER, asynk_strim::nested, fold))
        .peer(BY_HAND, boxed(FEWER, by_hand::nested, fold))
        .time();
}

/// By the handle, as the peers that have one.
fn handle(bench: &mut Bench<'_>) {
    let expected = (0..ITEMS).fold(0, fold);
    bench
        .case("integers by the handle, static", expected)
        .per_item(ITEMS)
        .ours(pinned(ITEMS, ours::handle, fold))
        .peer(ASYNC_FN_STREAM, pinned(ITEMS, async_fn_stream::integers, fold))
        .peer(GENAWAITER, pinned(ITEMS, genawaiter::integers, fold))
        .peer(ASYNK_STRIM, pinned(ITEMS, asynk_strim::integers, fold))
        .time()
        .allocations();
    bench
        .case("integers by the handle, boxed", expected)
        .per_item(ITEMS)
        .ours(boxed(ITEMS, ours::handle, fold))
        .peer(ASYNC_FN_STREAM, boxed(ITEMS, async_fn_stream::integers, fold))
        .peer(GENAWAITER, boxed(ITEMS, genawaiter::integers, fold))
        .peer(ASYNK_STRIM, boxed(ITEMS, asynk_strim::integers, fold))
        .time()
        .allocations();
}
