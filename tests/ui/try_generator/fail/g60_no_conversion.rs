//! G60, G61: delegation to what does not fit.

use weftwork::try_generator;

struct Wrong;

fn main() {
    let _ = try_generator!(async || -> Result<u8, Wrong> {
        yield ..[Ok(1), Err("text")];
    });
    let _ = try_generator!(async || -> Result<u8, Wrong> {
        yield ..["text"];
    });
    let _ = try_generator!(|| -> Result<u8, Wrong> {
        yield ..["text"];
    });
    let _ = try_generator!(async || -> Result<u8, Wrong> {
        async {
            yield ..["text"];
            Ok::<(), Wrong>(())
        }
        .await?;
    });
    let _ = try_generator!(async || -> Result<u8, Wrong> {
        yield ..5;
    });
    let _ = try_generator!(|| -> Result<u8, Wrong> {
        yield ..[Ok(1), Err("text")];
    });
    let _ = try_generator!(|| -> Result<u8, Wrong> {
        yield ..futures::stream::iter([1]);
    });
}
