//! `for await` in `gather!`.

use weftwork::gather;

async fn all(urls: impl futures::Stream<Item = u8>) {
    gather!(for await url in urls { async move { url } }, limit = 2).await;
}

fn main() {}
