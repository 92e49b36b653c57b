//! Free functions: their arguments, results and bodies.

use super::under_each_stack;

macro_rules! s1_copy_arguments {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(patience))])?
        async fn f(patience: u64, value: u32) -> Result<u32, Late> {
            work().await;
            Ok(value + u32::try_from(patience - 2).unwrap())
        }
        async fn call() -> Result<u32, Late> {
            f(2, VALUE).await
        }
    };
}

macro_rules! s2_owned_argument_read {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(list[0]))])?
        async fn f(list: Vec<u64>) -> Result<u32, Late> {
            let copy = list.clone();
            work().await;
            Ok(u32::try_from(list.len() + copy.len()).unwrap() + 1)
        }
        async fn call() -> Result<u32, Late> {
            f(vec![2, 0, 0]).await
        }
    };
}

macro_rules! s3_owned_argument_consumed {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(list[0]))])?
        async fn f(list: Vec<u64>) -> Result<u32, Late> {
            work().await;
            Ok(list.into_iter().map(|one| one as u32).sum())
        }
        async fn call() -> Result<u32, Late> {
            f(vec![2, 5]).await
        }
    };
}

macro_rules! s4_borrowed_arguments {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(*patience)])?
        async fn f(text: &str, patience: &Duration) -> Result<u32, Late> {
            work().await;
            Ok(text.len() as u32 + patience.as_secs() as u32)
        }
        async fn call() -> Result<u32, Late> {
            f("seven", &secs(2)).await
        }
    };
}

macro_rules! s5_mutable_borrow {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(list.len() as u64))])?
        async fn f(list: &mut Vec<u32>) -> Result<(), Late> {
            list.push(0);
            work().await;
            list.push(VALUE);
            Ok(())
        }
        async fn call() -> Result<u32, Late> {
            let mut list = vec![0; 2];
            f(&mut list).await?;
            Ok(list[3])
        }
    };
}

macro_rules! s10_type_parameters {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(patience.into())])?
        async fn f<T, D>(value: T, patience: D) -> Result<u32, Late>
        where
            T: Into<u32> + Clone,
            D: Into<Duration> + Copy,
        {
            let copy = value.clone();
            work().await;
            let _patience: Duration = patience.into();
            Ok(copy.into() + value.into())
        }
        async fn call() -> Result<u32, Late> {
            Ok(f(3_u16, secs(2)).await? + 1)
        }
    };
}

macro_rules! s11_const_parameter {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(N as u64))])?
        async fn f<const N: usize>(list: [u32; N]) -> Result<[u32; N], Late> {
            work().await;
            Ok(list)
        }
        async fn call() -> Result<u32, Late> {
            f([3, 4]).await.map(|list| list.iter().sum())
        }
    };
}

macro_rules! s12_explicit_lifetimes {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(other.len() as u64))])?
        async fn f<'a, 'b: 'a>(list: &'b [u32], other: &'a str) -> Result<&'b u32, Late> {
            work().await;
            let _other = other;
            Ok(&list[0])
        }
        async fn call() -> Result<u32, Late> {
            let list = [VALUE];
            let found = {
                let other = String::from("ab");
                f(&list, &other).await?
            };
            Ok(*found)
        }
    };
}

macro_rules! s13_impl_trait_argument {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(list.size_hint().0 as u64))])?
        async fn f(list: impl Iterator<Item = u32>) -> Result<u32, Late> {
            work().await;
            Ok(list.sum())
        }
        async fn call() -> Result<u32, Late> {
            f([3, 4].into_iter()).await
        }
    };
}

macro_rules! s14_returns_impl_trait {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(2))])?
        async fn f(list: Vec<u32>) -> Result<impl Iterator<Item = u32>, Late> {
            work().await;
            if list.is_empty() {
                return Err(Late::Own(0));
            }
            Ok(list.into_iter().map(|one| one + 1))
        }
        async fn call() -> Result<u32, Late> {
            Ok(f(vec![2, 3]).await?.sum())
        }
    };
}

macro_rules! s15_returns_boxed_closure {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(2))])?
        async fn f(value: u32) -> Result<Box<dyn Fn() -> u32 + Send>, Late> {
            work().await;
            Ok(Box::new(move || value))
        }
        async fn call() -> Result<u32, Late> {
            f(VALUE).await.map(|get| get())
        }
    };
}

macro_rules! s16_patterns {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        struct Pair {
            left: u32,
            right: String,
        }
        $(#[$policy])*
        $(#[$inner(secs(u64::from(*last)))])?
        async fn f((first, _): (u32, u32), Pair { left, right: text }: Pair, [.., last]: &[u32; 3], _: u8) -> Result<u32, Late> {
            work().await;
            Ok(first + left + text.len() as u32 + last)
        }
        async fn call() -> Result<u32, Late> {
            f((1, 9), Pair { left: 1, right: "abc".into() }, &[9, 9, 2], 9).await
        }
    };
}

macro_rules! s17_mut_arguments {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(u64::from(count)))])?
        async fn f(mut count: u32, mut list: Vec<u32>) -> Result<u32, Late> {
            count += 1;
            list.push(count);
            work().await;
            list.push(1);
            Ok(list.iter().sum())
        }
        async fn call() -> Result<u32, Late> {
            f(2, vec![3]).await
        }
    };
}

macro_rules! s18_public_and_documented {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        /// Gives its argument back.
        #[must_use = "it worked for that"]
        $(#[$policy])*
        $(#[$inner(secs(2))])?
        /// After some work.
        pub(crate) async fn f(value: u32) -> Result<u32, Late> {
            work().await;
            Ok(value)
        }
        async fn call() -> Result<u32, Late> {
            f(VALUE).await
        }
    };
}

macro_rules! s24_inner_closures_and_blocks {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(2))])?
        async fn f(text: &str) -> Result<u32, Late> {
            let parse = |text: &str| -> Option<u32> {
                let first = text.split(' ').next()?;
                if first.is_empty() {
                    return None;
                }
                first.parse().ok()
            };
            let block = async {
                work().await;
                let value = parse(text).ok_or(Late::Own(1))?;
                if value == 0 {
                    return Err(Late::Own(2));
                }
                Ok(value)
            };
            Ok(block.await? + parse("").unwrap_or(0))
        }
        async fn call() -> Result<u32, Late> {
            assert_eq!(crate::at_pace(secs(0), f("a")).await, Err(Late::Own(1)));
            f("7 b").await
        }
    };
}

macro_rules! s25_early_return_and_labelled_loops {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(2))])?
        async fn f(way: u32) -> Result<u32, Late> {
            if way == 0 {
                return Ok(0);
            } else if way == 1 {
                return Err(Late::Own(1));
            }
            work().await;
            let mut count = 0;
            let found = 'outer: loop {
                loop {
                    count += 1;
                    if count == 3 {
                        continue 'outer;
                    }
                    if count == way {
                        break 'outer count;
                    }
                }
            };
            let value = 'block: {
                if found == way {
                    break 'block found;
                }
                0
            };
            Ok(value)
        }
        async fn call() -> Result<u32, Late> {
            assert_eq!((f(0).await, f(1).await), (Ok(0), Err(Late::Own(1))));
            f(VALUE).await
        }
    };
}

macro_rules! s26_return_type_alias {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        type Answer<T = u32> = std::result::Result<T, Late>;

        $(#[$policy])*
        $(#[$inner(secs(2))])?
        async fn f() -> Answer {
            work().await;
            Ok(VALUE)
        }
        async fn call() -> Result<u32, Late> {
            f().await
        }
    };
}

macro_rules! s26_io_result {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        use std::io;

        $(#[$policy])*
        $(#[$inner(secs(2))])?
        async fn f() -> io::Result<u32> {
            work().await;
            Ok(VALUE)
        }
        async fn call() -> Result<u32, Late> {
            f().await.map_err(|error| match error.downcast::<weftwork::Elapsed>() {
                Ok(elapsed) => elapsed.into(),
                Err(_) => Late::Own(0),
            })
        }
    };
}

macro_rules! s27_arguments_called_as_generated_code_might {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(state))])?
        #[allow(clippy::too_many_arguments, reason = "all the names at once")]
        async fn f(key: u32, result: u32, err: u32, e: u32, v: u32, value: u32, state: u64, attempt: u32) -> Result<u32, Late> {
            work().await;
            Ok(key + result + err + e + v + value + state as u32 + attempt)
        }
        $(#[$policy])*
        $(#[$inner(from_elapsed)])?
        async fn generated(from_elapsed: Duration, limiter: u32, future: u32, guard: u32, __weftwork: u32) -> Result<u32, Late> {
            #[allow(non_snake_case, reason = "the name of the generated static")]
            let LIMITER = limiter;
            work().await;
            Ok(LIMITER + future + guard + __weftwork + from_elapsed.as_secs() as u32)
        }
        async fn call() -> Result<u32, Late> {
            assert_eq!(crate::at_pace(secs(0), generated(secs(2), 1, 1, 1, 2)).await, Ok(VALUE));
            f(1, 1, 1, 1, 1, 0, 2, 0).await
        }
    };
}

macro_rules! s28_unsafe_function {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        $(#[$policy])*
        $(#[$inner(secs(2))])?
        async unsafe fn f(value: u32) -> Result<u32, Late> {
            work().await;
            Ok(value)
        }
        async fn call() -> Result<u32, Late> {
            // SAFETY: the function asks for nothing; it is `unsafe` to have the word in its signature.
            unsafe { f(VALUE) }.await
        }
    };
}

under_each_stack! {
    s1_copy_arguments s2_owned_argument_read s3_owned_argument_consumed s4_borrowed_arguments s5_mutable_borrow
    s10_type_parameters s11_const_parameter s12_explicit_lifetimes s13_impl_trait_argument s14_returns_impl_trait
    s15_returns_boxed_closure s16_patterns s17_mut_arguments s18_public_and_documented s24_inner_closures_and_blocks
    s25_early_return_and_labelled_loops s26_return_type_alias s26_io_result
    s27_arguments_called_as_generated_code_might s28_unsafe_function
}
