//! What the attempts share and what each has of its own. Cases P86 to P89 and P112.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use async_trait::async_trait;
use tokio::task::yield_now;
use weftwork::{attempt, limit, retry, secs, timeout};
use weftwork_tests::{Log, poll_once};

use super::{Failed, signed};

/// Counts its clones and those that are left.
#[derive(Debug)]
struct Counted<'a> {
    clones: &'a AtomicUsize,
    alive: &'a AtomicUsize,
}

impl<'a> Counted<'a> {
    fn new(clones: &'a AtomicUsize, alive: &'a AtomicUsize) -> Self {
        alive.fetch_add(1, SeqCst);
        Self { clones, alive }
    }
}

impl Clone for Counted<'_> {
    fn clone(&self) -> Self {
        self.clones.fetch_add(1, SeqCst);
        Self::new(self.clones, self.alive)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, SeqCst);
    }
}

fn fail_before(number: u32) -> Result<u32, Failed> {
    if attempt() < number { Err(Failed::Own(attempt())) } else { Ok(attempt()) }
}

#[tokio::test]
async fn p86_what_a_failed_attempt_has_changed_the_next_one_finds_changed() {
    struct Client {
        calls: u32,
    }
    impl Client {
        #[retry(attempts = 4)]
        async fn fetch(&mut self, list: &mut Vec<u32>, mut count: u32, mut owned: Vec<u32>) -> Result<u32, Failed> {
            self.calls += 1;
            yield_now().await;
            list.push(self.calls);
            count += 10;
            owned.push(count);
            if owned.len() == 3 { Ok(owned.iter().sum()) } else { Err(Failed::Own(count)) }
        }
    }
    let (mut client, mut list) = (Client { calls: 0 }, Vec::new());
    assert_eq!(signed(client.fetch(&mut list, 0, Vec::new()).await), 60);
    assert_eq!((client.calls, list), (3, vec![1, 2, 3]));
}

#[tokio::test]
async fn p87_what_the_body_only_reads_is_never_cloned() {
    #[retry(attempts = 4)]
    async fn fetch(counted: Counted<'_>, (left, _right): (Counted<'_>, u8)) -> Result<u32, Failed> {
        yield_now().await;
        assert_eq!(counted.alive.load(SeqCst) + left.clones.load(SeqCst), 2);
        fail_before(4)
    }
    let (clones, alive) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let new = || Counted::new(&clones, &alive);
    assert_eq!(signed(fetch(new(), (new(), 1)).await), 4);
    assert_eq!((clones.into_inner(), alive.into_inner()), (0, 0));
}

#[tokio::test]
async fn p88_each_attempt_owns_a_value_and_none_is_cloned_before_it_is_needed() {
    #[retry(attempts = 4, clone(counted))]
    async fn fetch(counted: Counted<'_>, succeeds: u32) -> Result<u32, Failed> {
        let (clones, alive) = (counted.clones, counted.alive);
        assert_eq!(clones.load(SeqCst), attempt() as usize, "one for each attempt");
        // The one that came in, and the one of this attempt.
        assert_eq!(alive.load(SeqCst), 2);
        drop(counted);
        assert_eq!(alive.load(SeqCst), 1);
        yield_now().await;
        fail_before(succeeds)
    }
    for (succeeds, expected) in [(1, 1), (3, 3), (9, -4)] {
        let (clones, alive) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let call = fetch(Counted::new(&clones, &alive), succeeds);
        assert_eq!(clones.load(SeqCst), 0);
        assert_eq!(signed(call.await), expected);
        assert_eq!((clones.into_inner(), alive.into_inner()), (expected.unsigned_abs() as usize, 0));
    }
}

#[tokio::test]
async fn p88_clones_go_with_a_call_that_is_dropped() {
    #[retry(attempts = 4, clone(counted))]
    async fn fetch(counted: Counted<'_>) -> Result<u32, Failed> {
        std::future::pending::<()>().await;
        drop(counted);
        Ok(1)
    }
    let (clones, alive) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut call = Box::pin(fetch(Counted::new(&clones, &alive)));
    assert!(poll_once(call.as_mut()).is_pending());
    assert_eq!((clones.load(SeqCst), alive.load(SeqCst)), (1, 2));
    drop(call);
    assert_eq!(alive.into_inner(), 0);
}

#[tokio::test]
async fn p88_a_clone_may_be_changed_and_each_attempt_starts_anew() {
    #[retry(attempts = 3, clone(list, name))]
    async fn fetch(mut list: Vec<u32>, mut name: String, log: &Log) -> Result<(Vec<u32>, String), Failed> {
        list.push(attempt());
        name.push('!');
        log.note(format!("{name}{list:?}"));
        if attempt() < 3 { Err(Failed::Own(1)) } else { Ok((list, name)) }
    }
    let log = Log::new();
    let result = fetch(vec![0], "a".into(), &log).await.ok().unwrap();
    assert_eq!(result, (vec![0, 3], String::from("a!")));
    assert_eq!(log.text(), "a![0, 1] a![0, 2] a![0, 3]");
}

#[tokio::test]
async fn p88_parts_of_patterns_and_generic_arguments_are_cloned_too() {
    #[retry(attempts = 2, clone(left, value))]
    async fn fetch<T: Clone + Into<String>>((left, right): (String, u8), value: T) -> Result<String, Failed> {
        if attempt() == 1 {
            drop((left, value));
            return Err(Failed::Own(1));
        }
        Ok(left + &value.into() + &right.to_string())
    }
    assert_eq!(fetch(("a".into(), 1), "b").await.ok().unwrap(), "ab1");
}

// ---- under other layers ----

#[tokio::test(start_paused = true)]
async fn p6_p88_owned_arguments_under_retries_limits_and_timeouts_in_every_place() {
    macro_rules! stacks {
        (($text:ident, $list:ident, $gone:ident): $($rest:tt)+) => {
            stacks!(@ [$text $list $gone] $($rest)+)
        };
        (@ $names:tt $($name:ident: $(#[$attribute:meta])+)+) => {$(
            stacks!(@@ $names $name $(#[$attribute])+);
        )+};
        (@@ [$text:ident $list:ident $gone:ident] $name:ident $(#[$attribute:meta])+) => {{
            // Reads one argument, changes another, and consumes the third.
            $(#[$attribute])+
            async fn $name($text: String, mut $list: Vec<u8>, $gone: String) -> Result<u32, Failed> {
                $list.push($text.len() as u8);
                yield_now().await;
                drop($gone);
                if $list.len() < 3 { Err(Failed::Own(1)) } else { Ok($list.len() as u32) }
            }
            assert_eq!(signed($name("a".into(), Vec::new(), "b".into()).await), 3, stringify!($name));
            let task = tokio::spawn($name("a".into(), Vec::new(), "b".into()));
            assert_eq!(signed(task.await.unwrap()), 3, stringify!($name));
        }};
    }
    stacks! { (text, list, gone):
        alone: #[retry(attempts = 3, clone(gone))]
        below_timeout: #[timeout(8s)] #[retry(attempts = 3, clone(gone))]
        above_timeout: #[retry(attempts = 3, clone(gone))] #[timeout(2s)]
        below_limit: #[limit(4)] #[retry(attempts = 3, clone(gone))]
        above_limit: #[retry(attempts = 3, clone(gone))] #[limit(4, key = text.as_str(), weight = text.len())]
        between_timeouts: #[timeout(8s)] #[retry(attempts = 3, clone(gone))] #[timeout(2s)]
        between_limits: #[limit(4, key = text)] #[retry(attempts = 3, clone(gone))] #[limit(100/s, wait = 1s)]
        above_two: #[retry(attempts = 3, clone(gone))] #[limit(4)] #[timeout(2s)]
        above_two_the_other_way: #[retry(attempts = 3, clone(gone))] #[timeout(2s)] #[limit(4)]
        twice: #[retry(attempts = 2, clone(gone))] #[retry(attempts = 2, clone(gone))]
        twice_with_others: #[limit(4)] #[retry(attempts = 2, clone(gone))] #[timeout(2s)] #[retry(attempts = 2, clone(gone))] #[limit(4)]
        three_times: #[retry(attempts = 3, clone(gone))] #[retry(attempts = 1, clone(gone))] #[retry(attempts = 1, clone(gone))]
        above_fallback: #[retry(attempts = 3, clone(gone))] #[weftwork::fallback(|error| Err(error))]
        below_fallback: #[weftwork::fallback(|error| Err(error))] #[retry(attempts = 3, clone(gone))]
        between_fallbacks: #[weftwork::fallback(|error| Err(error))] #[retry(attempts = 3, clone(gone))] #[weftwork::fallback(|error| Err(error))]
    }
}

#[tokio::test(start_paused = true)]
async fn p6_p86_borrowed_arguments_under_two_retries() {
    struct Client(u32);
    impl Client {
        #[retry(attempts = 2, backoff = constant(1s))]
        #[weftwork::fallback(|error| Err(error))]
        #[retry(attempts = 2)]
        #[limit(1)]
        async fn fetch(&mut self, list: &mut Vec<u32>, name: String) -> Result<u32, Failed> {
            self.0 += 1;
            list.push(self.0);
            if name.len() + list.len() < 4 { Err(Failed::Own(self.0)) } else { Ok(self.0) }
        }
    }
    let (mut client, mut list) = (Client(0), Vec::new());
    assert_eq!(signed(client.fetch(&mut list, "a".into()).await), 3);
    assert_eq!((client.0, list), (3, vec![1, 2, 3]));
}

// ---- other shapes ----

#[tokio::test]
async fn s19_s22_s23_methods_of_traits() {
    #[async_trait]
    trait Boxed {
        async fn by_reference(&self, name: &str) -> Result<u32, Failed>;
        async fn by_mutable_reference(&mut self, name: String) -> Result<u32, Failed>;
    }
    struct Client(u32);
    #[async_trait]
    impl Boxed for Client {
        #[retry(attempts = 3)]
        async fn by_reference(&self, name: &str) -> Result<u32, Failed> {
            yield_now().await;
            fail_before(name.len() as u32 + self.0)
        }

        #[retry(attempts = 3, clone(name))]
        #[limit(4, key = self.0 % 2)]
        async fn by_mutable_reference(&mut self, name: String) -> Result<u32, Failed> {
            self.0 += 1;
            yield_now().await;
            drop(name);
            fail_before(3)
        }
    }
    let mut client = Client(1);
    assert_eq!(signed(client.by_reference("ab").await), 3);
    assert_eq!((signed(client.by_mutable_reference("ab".into()).await), client.0), (3, 4));
}

#[tokio::test]
async fn s31_s32_p111_futures_made_by_hand() {
    #[retry(attempts = 3)]
    fn boxed<'a>(log: &'a Log, name: String) -> Pin<Box<dyn Future<Output = Result<u32, Failed>> + Send + 'a>> {
        // What stands before the block runs once, at the call.
        log.note("made");
        let length = name.len();
        Box::pin(async move {
            log.note(format!("{name}{length}"));
            fail_before(3)
        })
    }
    #[retry(attempts = 3)]
    #[limit(4)]
    fn plain(log: &Log) -> impl Future<Output = Result<u32, Failed>> + Send {
        log.note("made");
        async {
            log.note("body");
            fail_before(2)
        }
    }
    let log = Log::new();
    let (one, two) = (boxed(&log, "a".into()), plain(&log));
    assert_eq!(log.text(), "made made");
    assert_eq!((signed(one.await), signed(two.await)), (3, 2));
    assert_eq!(log.text(), "made made a1 a1 a1 body body");
}

#[tokio::test]
async fn s12_s14_s15_what_is_returned() {
    #[retry(attempts = 2)]
    async fn borrows<'a>(list: &'a [String], _other: &str) -> Result<&'a str, Failed> {
        fail_before(2).map(|index| list[index as usize - 2].as_str())
    }
    #[retry(attempts = 2)]
    async fn iterates(to: u32) -> Result<impl Iterator<Item = u32>, Failed> {
        fail_before(2).map(|from| from..to)
    }
    #[retry(attempts = 2)]
    #[limit(4)]
    async fn closes() -> Result<Box<dyn Fn() -> u32 + Send>, Failed> {
        let number = fail_before(2)?;
        Ok(Box::new(move || number))
    }
    assert_eq!(borrows(&["a".into()], "b").await.ok(), Some("a"));
    assert_eq!(iterates(5).await.ok().unwrap().sum::<u32>(), 9);
    assert_eq!(closes().await.ok().unwrap()(), 2);
}

#[tokio::test]
async fn p112_what_is_send_and_not_sync_is_named_in_clone() {
    #[retry(attempts = 3, clone(cell))]
    async fn fetch(cell: Cell<u32>) -> Result<u32, Failed> {
        yield_now().await;
        cell.set(cell.get() + 1);
        if attempt() < 3 { Err(Failed::Own(1)) } else { Ok(cell.get()) }
    }
    #[timeout(8s)]
    #[retry(attempts = 3, clone(cell))]
    #[limit(4)]
    #[timeout(secs(2))]
    async fn stacked(cell: Cell<u32>) -> Result<u32, Failed> {
        yield_now().await;
        cell.set(cell.get() + 1);
        if attempt() < 3 { Err(Failed::Own(1)) } else { Ok(cell.get()) }
    }
    assert_eq!(signed(tokio::spawn(fetch(Cell::new(6))).await.unwrap()), 7);
    assert_eq!(signed(tokio::spawn(stacked(Cell::new(6))).await.unwrap()), 7);
}

#[tokio::test]
async fn s27_arguments_that_are_called_like_generated_names() {
    #[retry(attempts = retry, clone(output, pause))]
    #[limit(4, key = key_1)]
    async fn fetch(retry: u32, output: String, pause: String, call: u32, proof: u32, key_1: u32) -> Result<u32, Failed> {
        drop((output, pause));
        fail_before(call + proof + key_1 + retry - 3)
    }
    assert_eq!(signed(fetch(3, "a".into(), "b".into(), 1, 1, 1).await), 3);
}
