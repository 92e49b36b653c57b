//! `shared = `: one limiter for several functions, or one for each instance. Cases P57 and P58.

use std::future::pending;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use futures::FutureExt;
use futures::future::join;
use tokio::time::sleep;
use weftwork::{LimitExceeded, LimitReason, Limiter, limit, secs};
use weftwork_tests::{Log, poll_once, timed};

use super::{begun, waits_for};

#[tokio::test(start_paused = true)]
async fn p57_two_functions_are_counted_together_in_one_line() {
    static DB: Limiter = Limiter::new(2);
    #[limit(shared = DB)]
    async fn read(log: &Log, name: &str) {
        log.note(name);
        sleep(secs(1)).await;
    }
    #[limit(shared = DB)]
    async fn write(log: &Log, name: &str) {
        log.note(name);
        sleep(secs(1)).await;
    }
    let log = Log::new();
    let calls = [begun(read(&log, "r1")), begun(write(&log, "w1")), begun(write(&log, "w2")), begun(read(&log, "r2"))];
    let metrics = DB.metrics();
    assert_eq!((metrics.in_use, metrics.waiting, metrics.limit), (2, 2, 2));
    // A permit taken by hand stands in the same line.
    let by_hand = begun(DB.acquire().map(|permit| {
        log.note(format!("hand:{}", DB.metrics().in_use));
        drop(permit);
    }));
    let last = begun(read(&log, "r3"));
    let ((), took) = timed(async {
        futures::future::join_all(calls).await;
        join(by_hand, last).await;
    })
    .await;
    assert_eq!((log.text().as_str(), took), ("r1 w1 w2 r2 hand:2 r3", secs(3)));
    assert_eq!(DB.available(), 2);
}

#[tokio::test(start_paused = true)]
async fn p57_a_permit_held_by_hand_keeps_calls_out() {
    static DB: Limiter = Limiter::new(1);
    #[limit(shared = DB, max_waiting = 0)]
    async fn read() -> Result<(), LimitExceeded> {
        Ok(())
    }
    let permit = DB.acquire().await;
    assert_eq!(read().await.unwrap_err().reason(), LimitReason::QueueFull);
    drop(permit);
    read().await.unwrap();
}

struct Client<'a> {
    own: Limiter,
    lent: &'a Limiter,
    counted: Arc<Limiter>,
    boxed: Box<Limiter>,
    local: Rc<Limiter>,
}

impl<'a> Client<'a> {
    fn new(lent: &'a Limiter) -> Self {
        let [own, counted, boxed, local] = [(); 4].map(|()| Limiter::new(1));
        Self { own, lent, counted: Arc::new(counted), boxed: Box::new(boxed), local: Rc::new(local) }
    }

    #[limit(shared = self.own)]
    async fn by_own(&self) {
        pending().await
    }

    #[limit(shared = self.lent)]
    async fn by_lent(&self) {
        pending().await
    }

    #[limit(shared = self.counted)]
    async fn by_counted(&self) {
        pending().await
    }

    #[limit(shared = self.boxed)]
    async fn by_boxed(&self) {
        pending().await
    }

    #[limit(shared = self.local)]
    async fn by_local(&self) {
        pending().await
    }

    #[limit(shared = *self.local)]
    async fn by_what_is_behind(&self) {
        pending().await
    }

    #[limit(shared = self.limiter())]
    async fn by_call(&self) {
        pending().await
    }

    fn limiter(&self) -> &Limiter {
        &self.own
    }
}

#[tokio::test]
async fn p58_a_field_is_a_limiter_of_each_instance() {
    let lent = Limiter::new(1);
    let (one, two) = (Client::new(&lent), Client::new(&lent));
    let is_inside = |limiter: &Limiter| limiter.available() == 0;
    macro_rules! per_instance {
        ($($method:ident $field:ident),+) => {$({
            let _inside = begun(one.$method());
            assert!(is_inside(&one.$field) && !is_inside(&two.$field), stringify!($method));
            let _beside = begun(two.$method());
            assert!(is_inside(&two.$field), stringify!($method));
            let _waits = begun(one.$method());
            assert_eq!((one.$field.metrics().waiting, two.$field.metrics().waiting), (1, 0), stringify!($method));
        })+};
    }
    per_instance!(by_own own, by_counted counted, by_boxed boxed, by_local local, by_what_is_behind local, by_call own);
    // Two that were lent the same one share it.
    let _inside = begun(one.by_lent());
    let _waits = begun(two.by_lent());
    assert_eq!((lent.metrics().in_use, lent.metrics().waiting), (1, 1));
}

#[tokio::test]
async fn p58_an_argument_a_generic_one_and_one_made_late() {
    static LAZY: LazyLock<Limiter> = LazyLock::new(|| Limiter::new(1));
    #[limit(shared = gate)]
    async fn argument(gate: &Limiter) {
        pending().await
    }
    #[limit(shared = gate)]
    async fn owned(gate: Arc<Limiter>) {
        // The body may consume it: the call has a way of its own to the limiter.
        drop(gate);
        pending().await
    }
    #[limit(shared = gate.as_ref())]
    async fn generic<G: AsRef<Limiter>>(gate: G) {
        pending().await
    }
    #[limit(shared = LAZY)]
    async fn lazy() {
        pending().await
    }
    let (one, two) = (Arc::new(Limiter::new(1)), Limiter::new(1));
    assert!(!waits_for(argument(&one), argument(&two)) || two.available() == 1);
    {
        let _inside = begun(owned(one.clone()));
        let _waits = begun(generic(one.clone()));
        assert_eq!((one.metrics().in_use, one.metrics().waiting), (1, 1));
    }
    let _inside = begun(lazy());
    assert_eq!(LAZY.available(), 0);
}

#[tokio::test]
async fn p58_the_body_may_change_what_the_limiter_is_in() {
    struct Owns(Limiter, u32);
    impl Owns {
        #[limit(shared = self.0)]
        async fn count(&mut self) -> u32 {
            tokio::task::yield_now().await;
            self.1 += 1;
            self.1
        }

        #[limit(shared = self.0)]
        async fn replaces(&mut self) -> usize {
            self.0 = Limiter::new(7);
            self.0.available()
        }

        #[limit(shared = self.0)]
        async fn consumes(self) -> u32 {
            drop(self.0);
            self.1
        }
    }
    let mut owns = Owns(Limiter::new(1), 0);
    assert_eq!((owns.count().await, owns.count().await, owns.0.available()), (1, 2, 1));
    // The permit is one of the limiter that was there before.
    assert_eq!((owns.replaces().await, owns.0.available()), (7, 7));
    assert_eq!(owns.consumes().await, 2);
}

#[tokio::test(start_paused = true)]
async fn p57_options_stand_on_each_function_for_itself() {
    static DB: Limiter = Limiter::new(1).named("db");
    #[limit(shared = DB, wait = 1s)]
    async fn impatient() -> Result<(), LimitExceeded> {
        sleep(secs(5)).await;
        Ok(())
    }
    #[limit(shared = DB)]
    async fn patient() {}
    let runs = begun(impatient());
    let (refusal, took) = timed(impatient()).await;
    let refusal = refusal.unwrap_err();
    assert_eq!((refusal.function(), refusal.limiter(), took), (Some("impatient"), Some("db"), secs(1)));
    let mut waits = begun(patient());
    runs.await.unwrap();
    assert!(poll_once(waits.as_mut()).is_ready());
}
