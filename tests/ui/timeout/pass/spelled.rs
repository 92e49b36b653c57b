//! P28: every spelling of a duration, and a trailing comma.
#![deny(warnings)]
use std::time::Duration;
use weftwork::{Elapsed, secs, timeout};

const PATIENCE: Duration = secs(5);

macro_rules! spelled {
    ($($name:ident: $attribute:meta),+ $(,)?) => {$(
        #[$attribute]
        async fn $name() -> Result<(), Elapsed> {
            Ok(())
        }
    )+};
}

spelled! {
    nanoseconds: timeout(5ns), microseconds: timeout(5us), milliseconds: timeout(250ms), seconds: timeout(5s),
    fraction: timeout(1.5s), minutes: timeout(2min), hours: timeout(1h), zero: timeout(0s), grouped: timeout(1_000ms),
    text: timeout("5s"), text_with_space: timeout("1.5 s"), call: timeout(secs(5)), constant: timeout(PATIENCE),
    sum: timeout(PATIENCE * 2 + secs(1)), comma: timeout(5s,), own_path: timeout(5s, crate = ::weftwork),
    own_path_in_text: timeout(5s, crate = "weftwork",), block: timeout({ let half = PATIENCE / 2; half }),
    longest: timeout(Duration::MAX), conditional: timeout(if cfg!(test) { secs(1) } else { PATIENCE }),
}

#[tokio::main]
async fn main() {
    let all = async {
        nanoseconds().await?;
        microseconds().await?;
        milliseconds().await?;
        seconds().await?;
        fraction().await?;
        minutes().await?;
        hours().await?;
        zero().await?;
        grouped().await?;
        text().await?;
        text_with_space().await?;
        call().await?;
        constant().await?;
        sum().await?;
        comma().await?;
        own_path().await?;
        own_path_in_text().await?;
        block().await?;
        longest().await?;
        conditional().await
    };
    let done: Result<(), Elapsed> = all.await;
    done.unwrap();
}
