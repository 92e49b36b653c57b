//! Every shape that can go to a thread, under `#[blocking]`, `#[blocking(cpu)]` and below other policies. Nothing here needs a clock.
//! The refusals of the table stand in `tests/ui/blocking/fail`.

/// The shape in a module for each stack. `call` gives its value.
macro_rules! under_each_stack {
    ($($shape:ident)+) => {$(
        mod $shape {
            under_each_stack!(@stack on_the_pool $shape #[blocking]);
            under_each_stack!(@stack on_the_cores $shape #[blocking(cpu)]);
            under_each_stack!(@stack below_others $shape #[fallback(error => Err(error.seen()))] #[timeout(8s)] #[limit(4)] #[blocking]);
        }
    )+};
    (@stack $name:ident $shape:ident $($stack:tt)+) => {
        mod $name {
            #[allow(unused_imports, reason = "not every shape uses all")]
            use crate::shapes::prelude::*;
            $shape!($($stack)+);
            #[tokio::test]
            async fn gives_its_value() {
                assert_eq!(call().await, Ok(VALUE));
            }
        }
    };
}

macro_rules! s1_copy_arguments {
    ($(#[$policy:meta])*) => {
        $(#[$policy])*
        async fn f(one: u32, other: u32) -> Result<u32, Late> {
            Ok(one + other)
        }
        async fn call() -> Result<u32, Late> {
            f(3, 4).await
        }
    };
}

macro_rules! s2_s3_owned_arguments {
    ($(#[$policy:meta])*) => {
        $(#[$policy])*
        async fn f(list: Vec<u32>, text: String, name: &'static str) -> Result<u32, Late> {
            let sum: u32 = list.into_iter().sum();
            Ok(sum + text.len() as u32 + name.len() as u32)
        }
        async fn call() -> Result<u32, Late> {
            f(vec![1, 2], "ab".into(), "ab").await
        }
    };
}

macro_rules! s8_s9_by_value_and_by_arc {
    ($(#[$policy:meta])*) => {
        use std::sync::Arc;

        struct Owner(Vec<u32>);
        impl Owner {
            $(#[$policy])*
            async fn reads(self) -> Result<u32, Late> {
                Ok(self.0.len() as u32)
            }
            $(#[$policy])*
            async fn consumes(mut self) -> Result<Vec<u32>, Late> {
                self.0.push(1);
                Ok(self.0)
            }
            $(#[$policy])*
            async fn arc(self: Arc<Self>, add: u32) -> Result<u32, Late> {
                Ok(self.0.len() as u32 + add)
            }
            $(#[$policy])*
            async fn boxed(self: Box<Self>) -> Result<u32, Late> {
                Ok(self.0.len() as u32)
            }
        }
        async fn call() -> Result<u32, Late> {
            let owner = || Owner(vec![1]);
            let consumed = owner().consumes().await?.len() as u32;
            Ok(owner().reads().await? + consumed + Arc::new(owner()).arc(2).await? + Box::new(owner()).boxed().await?)
        }
    };
}

macro_rules! s10_s11_s13_generics {
    ($(#[$policy:meta])*) => {
        $(#[$policy])*
        async fn f<T, const N: usize>(value: T, list: [u32; N], more: impl Iterator<Item = u32> + Send + 'static) -> Result<u32, Late>
        where
            T: Into<u32> + Send + 'static,
        {
            Ok(value.into() + list.iter().sum::<u32>() + more.sum::<u32>())
        }
        async fn call() -> Result<u32, Late> {
            f(1_u16, [1, 2], [3].into_iter()).await
        }
    };
}

macro_rules! s14_s15_results {
    ($(#[$policy:meta])*) => {
        $(#[$policy])*
        async fn lists(list: Vec<u32>) -> Result<impl Iterator<Item = u32>, Late> {
            if list.is_empty() {
                return Err(Late::Own(0));
            }
            Ok(list.into_iter().map(|one| one + 1))
        }
        $(#[$policy])*
        async fn boxes(value: u32) -> Result<Box<dyn Fn() -> u32 + Send>, Late> {
            Ok(Box::new(move || value))
        }
        async fn call() -> Result<u32, Late> {
            Ok(lists(vec![1, 2]).await?.sum::<u32>() + boxes(2).await?())
        }
    };
}

macro_rules! s16_s17_patterns_and_mut {
    ($(#[$policy:meta])*) => {
        struct Pair {
            left: u32,
            right: String,
        }
        $(#[$policy])*
        async fn f((first, _): (u32, u32), Pair { left, right: mut text }: Pair, mut list: Vec<u32>, _: u8) -> Result<u32, Late> {
            text.push('!');
            list.push(left);
            Ok(first + text.len() as u32 + list.len() as u32)
        }
        async fn call() -> Result<u32, Late> {
            f((1, 9), Pair { left: 1, right: "abc".into() }, vec![0], 9).await
        }
    };
}

macro_rules! s18_s26_public_documented_and_aliased {
    ($(#[$policy:meta])*) => {
        type Answer<T = u32> = std::result::Result<T, Late>;

        /// Gives its argument back.
        #[must_use = "it worked for that"]
        $(#[$policy])*
        /// After some work.
        pub(crate) async fn f(value: u32) -> Answer {
            Ok(value)
        }
        $(#[$policy])*
        async fn io() -> std::io::Result<u32> {
            Ok(0)
        }
        async fn call() -> Result<u32, Late> {
            assert_eq!(io().await.unwrap(), 0);
            f(VALUE).await
        }
    };
}

macro_rules! s19_s20_s21_methods_of_traits_and_generic_types {
    ($(#[$policy:meta])*) => {
        trait Service: Sized + Send + 'static {
            fn value(&self) -> u32;

            async fn f(self) -> Result<u32, Late>;

            $(#[$policy])*
            async fn inherited(self, add: u32) -> Result<u32, Late> {
                Ok(self.value() + add)
            }
        }
        struct Plain<T>(T);
        impl<T: Copy + Into<u32> + Send + 'static> Service for Plain<T> {
            fn value(&self) -> u32 {
                self.0.into()
            }
            $(#[$policy])*
            async fn f(self) -> Result<u32, Late> {
                Ok(self.value())
            }
        }
        impl<T: Send + 'static> Plain<T>
        where
            T: Into<u32>,
        {
            $(#[$policy])*
            async fn generic<U: Into<u32> + Send + 'static>(self, other: U) -> Result<u32, Late> {
                Ok(self.0.into() + other.into())
            }
        }
        async fn call() -> Result<u32, Late> {
            Ok(Plain(1_u16).f().await? + Plain(1_u8).inherited(1).await? + Plain(2_u32).generic(2_u8).await?)
        }
    };
}

macro_rules! s24_s25_inner_blocks_and_loops {
    ($(#[$policy:meta])*) => {
        $(#[$policy])*
        async fn f(way: u32) -> Result<u32, Late> {
            if way == 0 {
                return Err(Late::Own(1));
            }
            let parse = |text: &str| -> Option<u32> {
                let first = text.split(' ').next()?;
                first.parse().ok()
            };
            // Of another place: it is not awaited here.
            let _later = async {
                tokio::task::yield_now().await;
                Err::<(), _>(Late::Own(2))?;
                Ok::<_, Late>(())
            };
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
            Ok(found + parse("x y").unwrap_or(0))
        }
        async fn call() -> Result<u32, Late> {
            assert!(f(0).await.is_err());
            f(VALUE).await
        }
    };
}

macro_rules! s27_arguments_called_as_generated_code_might {
    ($(#[$policy:meta])*) => {
        $(#[$policy])*
        #[allow(clippy::too_many_arguments, reason = "all the names at once")]
        async fn f(key: u32, result: u32, err: u32, e: u32, v: u32, value: u32, state: u32, attempt: u32) -> Result<u32, Late> {
            Ok(key + result + err + e + v + value + state + attempt)
        }
        async fn call() -> Result<u32, Late> {
            f(1, 1, 1, 1, 1, 1, 1, 0).await
        }
    };
}

macro_rules! s28_unsafe_function {
    ($(#[$policy:meta])*) => {
        $(#[$policy])*
        async unsafe fn f(value: u32) -> Result<u32, Late> {
            Ok(value)
        }
        async fn call() -> Result<u32, Late> {
            // SAFETY: the function asks for nothing; it is `unsafe` to have the word in its signature.
            unsafe { f(VALUE) }.await
        }
    };
}

under_each_stack! {
    s1_copy_arguments s2_s3_owned_arguments s8_s9_by_value_and_by_arc s10_s11_s13_generics s14_s15_results
    s16_s17_patterns_and_mut s18_s26_public_documented_and_aliased s19_s20_s21_methods_of_traits_and_generic_types
    s24_s25_inner_blocks_and_loops s27_arguments_called_as_generated_code_might s28_unsafe_function
}

mod without_a_result {
    use weftwork::{blocking, limit};

    #[blocking]
    async fn nothing(list: Vec<u8>) {
        drop(list);
    }
    #[limit(1)]
    #[blocking]
    async fn number() -> usize {
        7
    }

    #[tokio::test]
    async fn s1_no_result_is_needed() {
        nothing(vec![1]).await;
        assert_eq!(number().await, 7);
    }
}
