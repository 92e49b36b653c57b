//! Every documented form, as rustfmt leaves it.

fn stream() -> impl Stream<Item = u32> {
    generator!(async {
        yield 1;
    })
}

fn owning(text: String) -> impl Stream<Item = Row> {
    generator!(async move {
        for await row in client.rows(&text).await {
            if row.is_empty() {
                return;
            }
            yield row;
        }
        yield ..client.more();
        yield (..3);
        async { yield 3 }.await;
    })
}

fn ascribed() -> impl Stream<Item = u8> {
    generator!(async move || -> u8 {
        yield "1".parse().unwrap();
    })
}

fn fallible(db: &Db) -> impl Stream<Item = Result<Row, DbError>> {
    try_generator!(async move {
        for await row in db.query("SELECT ..").await? {
            match row {
                Ok(row) => yield row,
                Err(error) => yield_err!(error),
            }
        }
    })
}

fn iterators() {
    let plain = generator!({
        yield 1;
        yield ..[2, 3];
    });
    let fib = generator!(move || -> u64 {
        let (mut a, mut b) = (0, 1);
        loop {
            yield a;
            (a, b) = (b, a + b);
        }
    });
    let borrowed = try_generator!(|| {
        yield text.parse()?;
    });
}

async fn caller(client: &Client) -> Result<(), Error> {
    for_await!(for page in pages(client) {
        process(page).await?;
    });
    for_await!('pages: for page in pages(client) {
        break 'pages;
    });
    Ok(())
}

generator!(
    /// A whole function.
    #[must_use]
    pub async fn rows<'a, T: Row>(db: &'a Db, table: &str) -> impl Stream<Item = T> + 'a
    where
        T: Clone,
    {
        for await row in db.query(table) {
            yield row;
        }
    }
);

generator!(
    fn letters(text: &str) -> impl Iterator<Item = char> {
        yield ..text.chars();
    }
);

impl Table {
    generator!(
        /// A method.
        pub async fn rows(&self) -> impl Stream<Item = &Row> {
            for row in &self.rows {
                yield row;
            }
        }
    );

    try_generator!(
        fn parsed(self: Box<Self>) -> impl Iterator<Item = Result<u32, Error>> {
            yield self.text.parse()?;
            yield_err!(Error::End);
        }
    );

    fn other(&self) -> impl Stream<Item = u32> {
        generator!(async move {
            yield self.count;
        })
    }
}

trait Source {
    generator!(
        async fn twice(&self) -> impl Stream<Item = Self::Row> {
            yield self.row();
            yield self.row();
        }
    );
}
