//! What a key may be: every form, and every way to write it. Case P61.

use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;

use tokio::task::yield_now;
use weftwork::limit;
use weftwork_tests::poll_once;

use super::begun;

/// Whether a call waits for another one, where both would go on after one turn.
fn share(first: impl Future, second: impl Future) -> bool {
    let _first = begun(first);
    let mut second = begun(second);
    poll_once(second.as_mut()).is_pending()
}

#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct UserId(u32);

#[derive(Debug)]
struct User {
    id: UserId,
    name: String,
    email: Option<String>,
}

fn ada() -> User {
    User { id: UserId(1), name: "ada".into(), email: None }
}

fn bob() -> User {
    User { id: UserId(2), name: "bob".into(), email: Some("b@example".into()) }
}

/// Calls of equal keys wait for each other, and those of different keys do not.
macro_rules! tell_apart {
    ($($test:ident: ($($parameter:tt)*) [$($key:tt)+]; $one:tt, $other:tt;)+) => {$(
        #[tokio::test]
        async fn $test() {
            #[limit(1, key = $($key)+)]
            async fn load($($parameter)*) {
                yield_now().await;
            }
            assert!(share(load $one, load $one), "equal keys");
            assert!(!share(load $one, load $other), "different keys");
        }
    )+};
}

tell_apart! {
    p61_lent_text: (name: &str) [name]; ("ada"), ("bob");
    p61_owned_text: (name: String) [name]; ("ada".into()), ("bob".into());
    p61_text_of_an_owned_one: (name: String) [name.trim()]; ("ada ".into()), ("bob".into());
    p61_a_temporary: (name: &str) [name.to_lowercase()]; ("Ada"), ("bob");
    p61_a_reference_to_a_temporary: (name: &str) [&name.to_lowercase()]; ("Ada"), ("bob");
    p61_text_of_either_kind: (name: &str) [Cow::from(name)]; ("ada"), ("bob");
    p61_bytes: (name: &[u8]) [name]; (b"ada"), (b"bob");
    p61_an_array: (id: [u8; 2]) [id]; ([1, 2]), ([2, 1]);
    p61_a_number: (id: u64) [id]; (1), (2);
    p61_a_number_behind_a_reference: (id: &u64) [id]; (&1), (&2);
    p61_a_number_out_of_it: (id: &u64) [*id % 10]; (&11), (&2);
    p61_a_sum: (one: u64, two: u64) [one + two]; (1, 2), (2, 2);
    p61_a_cast: (id: u8) [id as u64]; (1), (2);
    p61_a_comparison: (id: u8) [id > 5 && id != 9]; (6), (9);
    p61_a_negation: (id: i8) [-id]; (1), (2);
    p61_parts_with_operators: (id: u8) [(id % 2, *&id / 10)]; (11), (21);
    p61_a_closure_that_is_called: (id: u8) [(|id: u8| id / 10)(id)]; (11), (21);
    p61_a_type_of_ones_own: (id: UserId) [id]; (UserId(1)), (UserId(2));
    p61_one_behind_an_arc: (id: Arc<UserId>) [id]; (Arc::new(UserId(1))), (Arc::new(UserId(2)));
    p61_a_field: (user: User) [user.id]; (ada()), (bob());
    p61_a_reference_to_a_field: (user: User) [&user.id]; (ada()), (bob());
    p61_some_text: (name: Option<&str>) [name]; (Some("ada")), (None);
    p61_some_owned_text: (name: Option<String>) [name]; (Some("ada".into())), (None);
    p61_some_text_of_a_field: (user: User) [user.email.as_deref()]; (ada()), (bob());
    p61_parts_owned: (name: String, id: u64) [(name, id)];
        ("ada".into(), 1), ("ada".into(), 2);
    p61_parts_of_both_kinds: (user: User, tenant: &str) [(user.id, tenant, &user.name, user.email.as_deref(), 7_u8)];
        (ada(), "x"), (ada(), "y");
    p61_parts_within_parts: (user: &User, id: &u64) [((&user.name, *id), Some((id, user.name.as_str())), ())];
        (&ONE, &1), (&ONE, &2);
    p61_one_part: (name: String) [(name,)]; ("ada".into()), ("bob".into());
    p61_in_parentheses: (name: String) [(name)]; ("ada".into()), ("bob".into());
    p61_a_block: (name: String) [{ let length = name.len(); length }]; ("ada".into()), ("adam".into());
    p61_nothing_and_something: (flag: bool) [flag.then_some(())]; (true), (false);
}

#[tokio::test]
async fn d15_p61_a_key_that_came_through_a_macro_fragment() {
    macro_rules! loads {
        ($name:ident($id:ident), $key:expr) => {
            #[limit(1, key = $key)]
            async fn $name($id: &u64) {
                yield_now().await;
            }
        };
    }
    loads!(plain(id), id);
    loads!(operators(id), *id % 10);
    loads!(parts(id), (*id / 10, id));
    assert!(share(plain(&1), plain(&1)) && !share(plain(&1), plain(&2)));
    assert!(share(operators(&1), operators(&11)) && !share(operators(&1), operators(&2)));
    assert!(share(parts(&1), parts(&1)) && !share(parts(&1), parts(&2)));
}

static ONE: std::sync::LazyLock<User> = std::sync::LazyLock::new(ada);

impl User {
    #[limit(1, key = (self.id, tenant, self.name))]
    async fn load(&mut self, tenant: &str) {
        self.name.push_str(tenant);
        yield_now().await;
    }

    #[limit(1, key = self.name)]
    async fn consumes(self) -> String {
        yield_now().await;
        self.name
    }
}

#[tokio::test]
async fn p61_a_method_with_a_field_of_its_receiver() {
    let (mut one, mut same, mut other) = (ada(), ada(), bob());
    assert!(share(one.load("x"), same.load("x")));
    // The first one has changed its name by now.
    assert!(!share(ada().load("x"), same.load("y")));
    assert!(!share(ada().load("x"), other.load("x")));
    assert!(share(ada().consumes(), ada().consumes()));
    assert_eq!(bob().consumes().await, "bob");
}

#[tokio::test]
async fn p61_a_key_keeps_nothing_borrowed_and_the_call_can_be_spawned() {
    #[limit(4, key = (name.trim(), tags.first()))]
    async fn load(name: String, tags: Vec<u8>) -> (String, Vec<u8>) {
        yield_now().await;
        (name, tags)
    }
    let task = tokio::spawn(load("ada ".into(), vec![1]));
    assert_eq!(task.await.unwrap(), ("ada ".into(), vec![1]));
}

#[tokio::test]
async fn p61_owned_and_lent_text_are_one_key() {
    #[limit(1, key = K::from_ref(&key))]
    async fn load<K: Text>(key: K) {
        yield_now().await;
    }
    trait Text: Sized {
        fn from_ref(this: &Self) -> &str;
    }
    impl Text for &str {
        fn from_ref(this: &Self) -> &str {
            this
        }
    }
    impl Text for String {
        fn from_ref(this: &Self) -> &str {
            this
        }
    }
    assert!(share(load("ada"), load(String::from("ada"))));
    assert!(!share(load("ada"), load(String::from("bob"))));
}
