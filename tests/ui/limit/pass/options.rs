//! P49 to P72: every spelling of every option.
#![deny(warnings)]
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use weftwork::{LimitExceeded, Limiter, limit, millis, secs};

const COUNT: usize = 5;
const WAIT: Duration = secs(1);
static SHARED: Limiter = Limiter::new(5);
static LAZY: LazyLock<Limiter> = LazyLock::new(|| Limiter::new(5));

macro_rules! spelled {
    ($($name:ident: $attribute:meta),+ $(,)?) => {
        $(
            #[$attribute]
            async fn $name() -> Result<u8, LimitExceeded> {
                Ok(1)
            }
        )+
        async fn all() {
            $(assert_eq!($name().await.unwrap(), 1);)+
        }
    };
}

spelled! {
    max_waiting: limit(5, max_waiting = 64),
    max_waiting_constant: limit(5, max_waiting = COUNT * 2),
    none_waiting: limit(5, max_waiting = 0),
    wait: limit(5, wait = 500ms),
    wait_in_text: limit(5, wait = "1.5s"),
    wait_expression: limit(5, wait = WAIT / 2),
    no_wait: limit(5, wait = 0s),
    both: limit(5, max_waiting = 64, wait = 500ms,),
    options_first: limit(wait = 500ms, 5),
    weight: limit(5, weight = 2),
    no_weight: limit(5, weight = 0),
    weight_expression: limit(5, weight = { COUNT - 1 }),
    rate: limit(100/s),
    rate_with_spaces: limit(1_000 / min),
    rate_in_text: limit("100/s"),
    rate_in_text_with_burst: limit("10/min", burst = COUNT),
    burst: limit(5/ms, burst = 20),
    burst_constant: limit(1000/h, burst = COUNT + 1, wait = 1s, weight = 2),
    shared: limit(shared = SHARED),
    shared_path: limit(shared = self::SHARED, weight = 2, wait = 1s),
    shared_reference: limit(shared = &SHARED),
    shared_lazy: limit(shared = LAZY),
    key: limit(5, key = COUNT),
    key_text: limit(5, key = "a key".trim()),
    key_of_a_rate: limit(100/s, burst = 20, key = (COUNT, 'c')),
}

// ---- the arguments ----

#[derive(Clone, Debug, Hash, PartialEq, Eq)]
enum Tenant {
    Own,
    Other(u32),
}

#[limit(5, key = name)]
async fn key_of_text(name: &str) -> usize {
    name.len()
}

#[limit(5, key = name)]
async fn key_that_is_consumed(name: String) -> String {
    name
}

#[limit(5, key = tenant)]
async fn key_of_ones_own(tenant: Tenant) -> Tenant {
    tenant
}

#[limit(5, key = (tenant, name.as_str(), *id, Some(id)))]
async fn key_of_parts(tenant: &Tenant, name: String, id: &u64) -> String {
    format!("{tenant:?} {name} {id}")
}

#[limit(100, key = id, weight = rows.len(), max_waiting = most, wait = patience)]
async fn all_of_arguments(id: Option<u8>, rows: Vec<u8>, most: usize, patience: Duration) -> Result<usize, LimitExceeded> {
    Ok(rows.len() + most + usize::from(id.unwrap_or(0)) + patience.subsec_nanos() as usize)
}

struct Client<'a> {
    own: Limiter,
    lent: &'a Limiter,
    counted: Arc<Limiter>,
    id: u32,
}

impl Client<'_> {
    #[limit(shared = self.own)]
    #[limit(shared = self.lent)]
    #[limit(shared = self.counted)]
    #[limit(5, key = self.id)]
    async fn method(&mut self) -> u32 {
        self.id += 1;
        self.id
    }
}

#[tokio::main]
async fn main() {
    all().await;
    assert_eq!(key_of_text("ab").await, 2);
    assert_eq!(key_that_is_consumed("ab".into()).await, "ab");
    assert_eq!(key_of_ones_own(Tenant::Own).await, Tenant::Own);
    assert_eq!(key_of_parts(&Tenant::Other(1), "ab".into(), &7).await, "Other(1) ab 7");
    assert_eq!(all_of_arguments(None, vec![1], 2, millis(0)).await.unwrap(), 3);
    let mut client = Client { own: Limiter::new(1), lent: &SHARED, counted: Arc::new(Limiter::new(1)), id: 1 };
    assert_eq!(client.method().await, 2);
}
