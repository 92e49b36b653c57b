//! What the attribute's code is made of, written by hand: gates, turns, keys and refusals of every form.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::{Future, pending};
use std::pin::pin;
use std::sync::{Arc, LazyLock};

use weftwork::__private::{self as p, KeyedLimiters};
use weftwork::{LimitExceeded, LimitReason, Limiter, millis, secs};
use weftwork_tests::{panic_within, poll_once};

/// The entry of a key, as `key = ` finds it.
macro_rules! entry {
    ($limiters:expr, ($($part:expr),+ $(,)?)) => {{
        use p::choose::*;
        let gate = p::keyed(&$limiters, ($((&&p::Probe(&$part)).form(),)+));
        gate
    }};
    ($limiters:expr, $key:expr) => {{
        use p::choose::*;
        let gate = match &($key) {
            key => p::keyed(&$limiters, (&&p::Probe(key)).form()),
        };
        gate
    }};
}

/// Whether a call through the second gate waits for one through the first.
macro_rules! share {
    ($first:expr, $second:expr) => {{
        let mut first = pin!(p::limit($first, p::turn("first"), p::refuse, || pending::<()>()));
        let mut second = pin!(p::limit($second, p::turn("second"), p::refuse, || async {}));
        assert!(poll_once(first.as_mut()).is_pending());
        poll_once(second.as_mut()).is_pending()
    }};
}

#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct UserId(u32);

#[tokio::test]
async fn p58_a_shared_limiter_may_be_a_value_or_what_leads_to_it() {
    static STATIC: Limiter = Limiter::new(1);
    static LAZY: LazyLock<Limiter> = LazyLock::new(|| Limiter::new(1));
    struct Owns {
        own: Limiter,
        lent: &'static Limiter,
        shared: Arc<Limiter>,
    }
    let this = Owns { own: Limiter::new(1), lent: &STATIC, shared: Arc::new(Limiter::new(1)) };
    let this = &this;
    assert!(share!(p::gate(&this.own), p::gate(&this.own)));
    assert!(share!(p::gate(&STATIC), &STATIC));
    assert!(share!(p::gate(&this.lent), p::gate(&STATIC)));
    assert!(share!(p::gate(&this.shared), p::gate(&*this.shared)));
    assert!(share!(p::gate(&LAZY), p::gate(&*LAZY)));
    assert!(!share!(p::gate(&this.own), p::gate(&STATIC)));
}

#[tokio::test]
async fn p58_a_gate_does_not_borrow_what_it_came_from() {
    struct Owns(Limiter, u32);
    impl Owns {
        async fn count(&mut self) -> u32 {
            let gate = p::gate(&self.0);
            p::limit(gate, p::turn("count"), p::refuse, move || async move {
                self.1 += 1;
                self.1
            })
            .await
        }
    }
    let mut owns = Owns(Limiter::new(1), 0);
    assert_eq!((owns.count().await, owns.count().await, owns.0.available()), (1, 2, 1));
}

#[tokio::test]
async fn p60_p61_keys_of_every_form() {
    static LIMITERS: KeyedLimiters = KeyedLimiters::new(Limiter::new(1));
    fn lends(name: &str) -> (&str, Option<&str>) {
        (name, Some(name))
    }
    let (ada, bob) = (String::from("ada"), String::from("bob"));
    let (ada_str, user) = (ada.as_str(), UserId(7));

    assert!(share!(entry!(LIMITERS, ada_str), entry!(LIMITERS, "ada")));
    assert!(share!(entry!(LIMITERS, &ada), entry!(LIMITERS, ada_str)));
    assert!(share!(entry!(LIMITERS, ada.clone()), entry!(LIMITERS, Cow::Borrowed("ada"))));
    assert!(!share!(entry!(LIMITERS, ada_str), entry!(LIMITERS, bob.as_str())));
    assert!(share!(entry!(LIMITERS, user), entry!(LIMITERS, &user)));
    assert!(!share!(entry!(LIMITERS, UserId(1)), entry!(LIMITERS, UserId(2))));
    assert!(share!(entry!(LIMITERS, Some(ada_str)), entry!(LIMITERS, Some("ada"))));
    assert!(!share!(entry!(LIMITERS, Some(ada_str)), entry!(LIMITERS, None::<&str>)));
    assert!(share!(entry!(LIMITERS, Some(user.clone())), entry!(LIMITERS, Some(UserId(7)))));
    assert!(share!(entry!(LIMITERS, lends(&ada)), entry!(LIMITERS, lends("ada"))));
    assert!(!share!(entry!(LIMITERS, lends(&ada)), entry!(LIMITERS, lends(&bob))));
    assert!(share!(entry!(LIMITERS, (user, ada_str, 5)), entry!(LIMITERS, (UserId(7), "ada", 5))));
    assert!(!share!(entry!(LIMITERS, (user, ada_str, 5)), entry!(LIMITERS, (UserId(7), "ada", 6))));
    // Equal digits of another type are another key.
    assert!(!share!(entry!(LIMITERS, 7_u32), entry!(LIMITERS, 7_u64)));
    assert_eq!(LIMITERS.len(), 0);
}

#[tokio::test]
async fn p43_p61_one_map_for_all_types_of_a_generic_function() {
    use std::hash::Hash;
    async fn f<K: Hash + Eq + Clone + Send + Sync + 'static>(key: K) -> Result<(), LimitExceeded> {
        static LIMITERS: KeyedLimiters = KeyedLimiters::new(Limiter::new(1));
        let gate = entry!(LIMITERS, key);
        let turn = p::turn("f").max_waiting(0);
        p::limit(gate, turn, Err, move || async move {
            let _key = key;
            tokio::task::yield_now().await;
            Ok(())
        })
        .await
    }
    let mut first = pin!(f(1_u32));
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(pin!(f("1"))).is_pending());
    assert!(poll_once(pin!(f(2_u32))).is_pending());
    assert_eq!(f(1_u32).await.unwrap_err().reason(), LimitReason::QueueFull);
}

#[tokio::test]
async fn p61_a_key_that_borrows_an_argument_does_not_keep_it() {
    static LIMITERS: KeyedLimiters = KeyedLimiters::new(Limiter::rate(10, secs(1)).burst(2));
    async fn f(name: String) -> String {
        let gate = entry!(LIMITERS, Some(name.trim_end()));
        p::limit(gate, p::turn("f"), p::refuse, move || async move { name }).await
    }
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(is_send(f(String::from("ada "))).await, "ada ");
    assert_eq!(LIMITERS.len(), 1);
}

#[tokio::test(start_paused = true)]
#[allow(clippy::needless_borrow, reason = "the depth of the reference chooses")]
async fn p52_a_refusal_is_converted_where_it_can_be_and_a_panic_elsewhere() {
    use p::choose::*;
    #[derive(Debug)]
    struct Mine(LimitReason);
    impl From<LimitExceeded> for Mine {
        fn from(refusal: LimitExceeded) -> Self {
            Self(refusal.reason())
        }
    }
    static ONE: Limiter = Limiter::new(1);
    async fn heavy<T>(refused: fn(LimitExceeded) -> T) -> T {
        p::limit(&ONE, p::turn("heavy").weight(2).wait(millis(5)), refused, || pending()).await
    }
    let converted = (&&p::answer::<Result<u32, Mine>>()).refused();
    assert_eq!(heavy(converted).await.unwrap_err().0, LimitReason::TooHeavy);
    let no_result = (&&p::answer::<u32>()).refused();
    assert_eq!(panic_within(heavy(no_result)).await, "`heavy` can never start: it asks for 2 of 1");
    let no_conversion = (&&p::answer::<Result<u32, Infallible>>()).refused();
    assert_eq!(panic_within(heavy(no_conversion)).await, "`heavy` can never start: it asks for 2 of 1");
}

#[test]
fn p61_what_a_call_adds_to_its_future_does_not_grow_with_the_arguments() {
    static ONE: Limiter = Limiter::new(1);
    fn size<F: Future>(_: F) -> usize {
        size_of::<F>()
    }
    let payload = [0_u8; 4096];
    let plain = size(async move {
        tokio::task::yield_now().await;
        payload[0]
    });
    let turn = p::turn("f").weight(2).max_waiting(1).wait(secs(1));
    let under = size(p::limit(&ONE, turn, p::refuse, move || async move {
        tokio::task::yield_now().await;
        payload[0]
    }));
    assert!(under <= plain + 512, "{plain} became {under}");
}
