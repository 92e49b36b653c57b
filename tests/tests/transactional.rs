//! `#[transactional]` on SQLite: forms and joining.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use sqlx::{Sqlite, SqlitePool};
use tokio::sync::Notify;
use weftwork::{Begin, Tx, TxError, gather, transactional};
use weftwork_tests::store::{Store, StoreError, put};

/// Two rows, or an error between them.
#[transactional(tx)]
async fn both(tx: impl Begin<Sqlite>, a: i64, b: i64) -> Result<i64, StoreError> {
    put(&mut tx, a).await?;
    if b < 0 {
        return Err(StoreError::Own("no"));
    }
    put(&mut tx, b).await?;
    Ok(a + b)
}

/// A row, and then nothing until it is dropped.
#[transactional(tx)]
async fn wait(tx: impl Begin<Sqlite>, started: &Notify) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    started.notify_one();
    std::future::pending().await
}

#[tokio::test]
async fn t1_ok_commits_and_nothing_is_seen_before() {
    #[transactional(tx)]
    async fn looking(tx: impl Begin<Sqlite>, store: &Store) -> Result<Vec<i64>, StoreError> {
        put(&mut tx, 1).await?;
        Ok(store.rows().await)
    }
    for store in Store::both(2).await {
        assert!(looking(&store.pool, &store).await.unwrap().is_empty());
        assert_eq!(store.rows().await, [1]);
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t2_t8_every_way_out_of_the_body() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Way {
        Last,
        Return,
        QuestionMark,
        ErrLast,
        ErrReturn,
    }
    #[transactional(tx)]
    async fn leave(tx: impl Begin<Sqlite>, n: i64, way: Way) -> Result<i64, StoreError> {
        put(&mut tx, n).await?;
        let from_block = 'label: {
            if way == Way::Last {
                break 'label n;
            }
            -n
        };
        if way == Way::Return {
            return Ok(n);
        }
        if way == Way::ErrReturn {
            return Err(StoreError::Own("return"));
        }
        if way == Way::QuestionMark {
            Err(StoreError::Own("?"))?;
        }
        if way == Way::ErrLast { Err(StoreError::Own("last")) } else { Ok(from_block) }
    }
    for store in Store::both(2).await {
        assert_eq!(leave(&store.pool, 1, Way::Last).await.unwrap(), 1);
        assert_eq!(leave(&store.pool, 2, Way::Return).await.unwrap(), 2);
        for (way, text) in [(Way::QuestionMark, "?"), (Way::ErrReturn, "return"), (Way::ErrLast, "last")] {
            assert_eq!(leave(&store.pool, 3, way).await.unwrap_err().to_string(), text);
        }
        assert_eq!(store.rows().await, [1, 2]);
        store.assert_whole().await;
    }
}

mod t3_shapes {
    use super::*;

    pub(super) struct Service {
        pub(super) pool: SqlitePool,
        pub(super) count: i64,
    }

    /// Kept.
    impl Service {
        /// Kept too.
        #[must_use = "kept"]
        #[transactional(tx = self.pool)]
        pub(super) async fn by_ref<'a, T: AsRef<str> + ?Sized>(&'a self, n: i64, text: &'a T) -> Result<&'a str, StoreError> {
            put(&mut tx, n).await?;
            Ok(text.as_ref())
        }
        #[transactional(tx = self.pool)]
        pub(super) async fn by_mut(&mut self, n: impl Into<i64>) -> Result<&mut i64, StoreError> {
            put(&mut tx, n.into()).await?;
            self.count += 1;
            Ok(&mut self.count)
        }
        #[transactional(tx = self.pool)]
        pub(super) async fn by_value(self, n: i64) -> Result<i64, StoreError> {
            put(&mut tx, n).await?;
            Ok(self.count)
        }
        #[transactional(tx = &self.pool)]
        pub(super) async fn by_box(self: Box<Self>, n: i64) -> Result<impl Iterator<Item = i64>, StoreError> {
            put(&mut tx, n).await?;
            Ok(std::iter::once(self.count))
        }
        /// Nothing is said about `Sync`.
        #[transactional(tx = self.pool)]
        pub(super) async fn cell(&self, cell: Cell<i64>) -> Result<i64, StoreError> {
            put(&mut tx, cell.get()).await?;
            cell.set(cell.get() + 1);
            put(&mut tx, cell.get()).await?;
            Ok(cell.get())
        }
    }

    #[async_trait::async_trait]
    pub(super) trait Boxed {
        async fn boxed(&self, n: i64) -> Result<(), StoreError>;
    }

    #[async_trait::async_trait]
    impl Boxed for Service {
        #[transactional(tx = self.pool)]
        async fn boxed(&self, n: i64) -> Result<(), StoreError> {
            put(&mut tx, n).await
        }
    }

    pub(super) trait Plain {
        fn pool(&self) -> &SqlitePool;
        #[transactional(tx = self.pool())]
        #[allow(async_fn_in_trait)]
        async fn plain(&self, n: i64) -> Result<(), StoreError> {
            put(&mut tx, n).await
        }
    }

    impl Plain for Service {
        fn pool(&self) -> &SqlitePool {
            &self.pool
        }
    }
}

#[tokio::test]
async fn t3_t4_shapes_of_functions() {
    use t3_shapes::{Boxed, Plain, Service};
    fn send<T: Send>(future: T) -> T {
        future
    }
    let [store, _] = Store::both(2).await;
    let mut service = Service { pool: store.pool.clone(), count: 7 };
    assert_eq!(send(service.by_ref(1, "text")).await.unwrap(), "text");
    assert_eq!(*send(service.by_mut(2_i32)).await.unwrap(), 8);
    assert_eq!(send(service.cell(Cell::new(3))).await.unwrap(), 4);
    send(service.boxed(5)).await.unwrap();
    send(service.plain(6)).await.unwrap();
    let boxed = Box::new(Service { pool: store.pool.clone(), count: 9 });
    assert_eq!(send(boxed.by_box(7)).await.unwrap().next(), Some(9));
    assert_eq!(send(service.by_value(8)).await.unwrap(), 8);
    send(both(&store.pool, 9, 10)).await.unwrap();
    assert_eq!(store.rows().await, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
}

#[tokio::test]
async fn t4_every_source() {
    let [store, _] = Store::both(2).await;
    both(&store.pool, 1, 2).await.unwrap();
    both(store.pool.clone(), 3, 4).await.unwrap();
    both(store.pool.acquire().await.unwrap(), 5, 6).await.unwrap();
    both(store.outside().await, 7, 8).await.unwrap();
    assert_eq!(store.rows().await, [1, 2, 3, 4, 5, 6, 7, 8]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t5_t6_one_call_is_one_transaction() {
    struct Outer(SqlitePool, SqlitePool);
    impl Outer {
        #[transactional(tx = self.0)]
        async fn outer(&self) -> Result<(), StoreError> {
            put(&mut tx, 1).await?;
            self.inner().await?;
            Err(StoreError::Own("outer"))
        }
        #[transactional(tx = self.1)]
        async fn inner(&self) -> Result<(), StoreError> {
            put(&mut tx, 2).await
        }
    }
    // Two files: on one SQLite file the second writer would wait for the first.
    let [first, second] = Store::both(1).await;
    Outer(first.pool.clone(), second.pool.clone()).outer().await.unwrap_err();
    assert!(first.rows().await.is_empty());
    assert_eq!(second.rows().await, [2]);
    both(&first.pool, 1, 2).await.unwrap();
    both(&first.pool, 3, -1).await.unwrap_err();
    assert_eq!(first.rows().await, [1, 2]);
}

#[tokio::test]
async fn t9_t10_a_joined_call_is_a_part_of_the_callers() {
    async fn helper(tx: &mut Tx<Sqlite>, n: i64) -> Result<(), StoreError> {
        put(tx, n).await?;
        put(&mut *tx, n + 1).await?;
        both(&mut *tx, n + 2, n + 3).await?;
        both(tx, n + 4, n + 5).await?;
        Ok(())
    }
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Sqlite>, store: &Store, fails: bool) -> Result<(), StoreError> {
        both(&mut tx, 1, 2).await?;
        assert!(store.rows().await.is_empty());
        helper(&mut tx, 10).await?;
        helper(&mut tx, 20).await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM t").fetch_one(&mut tx).await?;
        assert_eq!(count, 14);
        if fails { Err(StoreError::Own("outer")) } else { Ok(()) }
    }
    for store in Store::both(2).await {
        outer(&store.pool, &store, true).await.unwrap_err();
        assert!(store.rows().await.is_empty());
        outer(&store.pool, &store, false).await.unwrap();
        assert_eq!(store.rows().await.len(), 14);
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t11_t12_a_joined_call_that_fails() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Sqlite>, swallow: bool) -> Result<(), StoreError> {
        put(&mut tx, 100).await?;
        match both(&mut tx, 1, -1).await {
            Err(error) if !swallow => Err(error),
            _ => Ok(()),
        }
    }
    /// The second failure stands in a savepoint that is undone: the first one is not undone by that.
    #[transactional(tx)]
    async fn twice(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        both(&mut tx, 1, -1).await.unwrap_err();
        weftwork::savepoint!(tx, { both(&mut tx, 2, -1).await }).await.unwrap_err();
        put(&mut tx, 3).await
    }
    for store in Store::both(2).await {
        assert!(matches!(outer(&store.pool, false).await, Err(StoreError::Own("no"))));
        let error = outer(&store.pool, true).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Doomed { function: "both", .. })), "{error:?}");
        let error = twice(&store.pool).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Doomed { function: "both", .. })), "{error:?}");
        assert!(store.rows().await.is_empty());
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t12_a_joined_call_that_is_dropped_or_panics() {
    #[transactional(tx)]
    async fn dropped(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        let started = Notify::new();
        tokio::select! {
            _ = wait(&mut tx, &started) => unreachable!(),
            () = started.notified() => {}
        }
        put(&mut tx, 2).await
    }
    #[transactional(tx)]
    async fn panicked(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        #[transactional(tx)]
        async fn panicking(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
            put(&mut tx, 1).await?;
            panic!("on purpose")
        }
        assert!(AssertUnwindSafe(panicking(&mut tx)).catch_unwind().await.is_err());
        put(&mut tx, 2).await
    }
    for store in Store::both(2).await {
        let error = dropped(&store.pool).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Doomed { function: "wait", .. })), "{error:?}");
        let error = panicked(&store.pool).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Doomed { function: "panicking", .. })), "{error:?}");
        assert!(store.rows().await.is_empty());
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t38_t82_writers_wait_for_each_other() {
    for store in Store::both(10).await {
        let added = gather!(for n in 0..10 {
            both(&store.pool, n, n + 10)?
        })
        .await
        .unwrap();
        assert_eq!(added.len(), 10);
        assert_eq!(store.rows().await, (0..20).collect::<Vec<_>>());
        store.assert_whole().await;
    }
}

#[test]
fn t83_nothing_is_spawned_unless_something_is_cut() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // The pool's own tasks run elsewhere.
    let other = runtime();
    let [store, _] = other.block_on(Store::both(1));
    let runtime = runtime();
    runtime.block_on(async {
        both(store.outside().await, 1, 2).await.unwrap();
        both(store.outside().await, 3, -1).await.unwrap_err();
        assert_eq!(runtime.metrics().num_alive_tasks(), 0);
    });
    drop(store);
}
