//! Every shape that can run again under `#[retry]`, alone and in stacks. What the body consumes stands in `clone(..)`; the shapes for
//! that take what is above the `#[retry]` and what is below. The refusals of the table stand in `tests/ui/retry/fail` and
//! `tests/ui/policies/fail`.

/// The shape under `#[retry]` alone, above a `#[timeout]` and below one.
macro_rules! under_each_retry {
    ($($shape:ident)+) => {$(
        mod $shape {
            mod alone {
                use crate::shapes::prelude::*;
                $shape!(#[retry(attempts = 2)]);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value() {
                    crate::shapes::gives_its_value(call).await;
                }
            }
            mod above_timeout {
                use crate::shapes::prelude::*;
                $shape!(#[retry(attempts = 2)] #[timeout(8s)]);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_and_ends_in_time_twice() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::expires_twice(call, secs(8)).await;
                }
            }
            mod below_timeout {
                use crate::shapes::prelude::*;
                $shape!(#[timeout(8s)] #[retry(attempts = 2)]);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_and_ends_in_time_once() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::expires(call, secs(8)).await;
                }
            }
            mod in_the_stack_of_the_reference {
                use crate::shapes::prelude::*;
                $shape!(#[fallback(error => Err(error.seen()))] #[timeout(60s)] #[retry(attempts = 2, backoff = 1s..2s, when = Seen::is_late)] #[limit(4)]; timeout);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_to_four_at_once() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::admits_four(call).await;
                }
            }
        }
    )+};
}

/// The same for a shape that writes its own `#[retry]`, with `clone(..)`.
macro_rules! under_each_clone {
    ($($shape:ident)+) => {$(
        mod $shape {
            mod alone {
                use crate::shapes::prelude::*;
                $shape!({} {});
                #[tokio::test(start_paused = true)]
                async fn gives_its_value() {
                    crate::shapes::gives_its_value(call).await;
                }
            }
            mod above_timeout {
                use crate::shapes::prelude::*;
                $shape!({} {#[timeout(8s)]});
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_and_ends_in_time_twice() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::expires_twice(call, secs(8)).await;
                }
            }
            mod below_timeout {
                use crate::shapes::prelude::*;
                $shape!({#[timeout(8s)]} {});
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_and_ends_in_time_once() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::expires(call, secs(8)).await;
                }
            }
            mod in_a_stack {
                use crate::shapes::prelude::*;
                $shape!({#[fallback(error => Err(error.seen()))] #[timeout(60s)]} {#[limit(4)] #[timeout(8s)]});
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_to_four_at_once_and_what_the_arm_makes_of_an_error() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::admits_four(call).await;
                    crate::shapes::is_seen(call, secs(16)).await;
                }
            }
        }
    )+};
}

under_each_retry! {
    s1_copy_arguments s2_owned_argument_read s4_borrowed_arguments s5_mutable_borrow s11_const_parameter s12_explicit_lifetimes
    s15_returns_boxed_closure s16_patterns s17_mut_arguments s18_public_and_documented s24_inner_closures_and_blocks
    s25_early_return_and_labelled_loops s26_return_type_alias s26_io_result
    s27_arguments_called_as_generated_code_might s28_unsafe_function
    s6_by_reference s7_by_mutable_reference
    s19_native_trait_method s20_default_method s22_async_trait_by_reference s23_async_trait_not_send
    s31_boxed_future s31_boxed_through_an_alias s32_impl_future s32_impl_future_in_a_trait
}

macro_rules! s3_owned_argument_cloned {
    ({$(#[$above:meta])*} {$(#[$below:meta])*}) => {
        $(#[$above])*
        #[retry(attempts = 2, clone(list, text))]
        $(#[$below])*
        async fn f(list: Vec<u32>, mut text: String, read: String) -> Result<u32, Late> {
            work().await;
            text.push('!');
            let sum: u32 = list.into_iter().sum();
            Ok(sum + text.into_bytes().len() as u32 + read.len() as u32)
        }
        async fn call() -> Result<u32, Late> {
            f(vec![1, 2], "a".into(), "ab".into()).await
        }
    };
}

macro_rules! s8_by_value_read {
    ({$(#[$above:meta])*} {$(#[$below:meta])*}) => {
        struct Owner {
            list: Vec<u32>,
        }
        impl Owner {
            $(#[$above])*
            #[retry(attempts = 2)]
            $(#[$below])*
            async fn reads(self) -> Result<u32, Late> {
                work().await;
                Ok(self.list.iter().sum())
            }
            $(#[$above])*
            #[retry(attempts = 2)]
            $(#[$below])*
            async fn clones(mut self) -> Result<Vec<u32>, Late> {
                self.list.push(1);
                Ok(self.list.clone())
            }
        }
        async fn call() -> Result<u32, Late> {
            let owner = || Owner { list: vec![5] };
            Ok(owner().reads().await? + owner().clones().await?.len() as u32)
        }
    };
}

macro_rules! s9_by_arc_read {
    ({$(#[$above:meta])*} {$(#[$below:meta])*}) => {
        use std::rc::Rc;
        use std::sync::Arc;

        struct Shared(u32);
        impl Shared {
            $(#[$above])*
            #[retry(attempts = 2)]
            $(#[$below])*
            async fn arc(self: Arc<Self>) -> Result<u32, Late> {
                work().await;
                Ok(self.0)
            }
            $(#[$above])*
            #[retry(attempts = 2)]
            $(#[$below])*
            async fn boxed(self: Box<Self>) -> Result<u32, Late> {
                Ok(self.0)
            }
            $(#[$above])*
            #[retry(attempts = 2)]
            $(#[$below])*
            async fn rc(self: Rc<Self>) -> Result<u32, Late> {
                Ok(self.0)
            }
        }
        async fn call() -> Result<u32, Late> {
            Ok(Arc::new(Shared(2)).arc().await? + Box::new(Shared(2)).boxed().await? + Rc::new(Shared(3)).rc().await?)
        }
    };
}

macro_rules! s10_type_parameters_cloned {
    ({$(#[$above:meta])*} {$(#[$below:meta])*}) => {
        $(#[$above])*
        #[retry(attempts = 2, clone(value))]
        $(#[$below])*
        async fn f<T>(value: T, other: &T) -> Result<u32, Late>
        where
            T: Into<u32> + Clone,
        {
            work().await;
            Ok(value.into() + other.clone().into())
        }
        async fn call() -> Result<u32, Late> {
            f(3_u16, &4).await
        }
    };
}

macro_rules! s13_impl_trait_argument_cloned {
    ({$(#[$above:meta])*} {$(#[$below:meta])*}) => {
        $(#[$above])*
        #[retry(attempts = 2, clone(list))]
        $(#[$below])*
        async fn f(list: impl Iterator<Item = u32> + Clone) -> Result<u32, Late> {
            work().await;
            Ok(list.sum())
        }
        async fn call() -> Result<u32, Late> {
            f([3, 4].into_iter()).await
        }
    };
}

macro_rules! s14_returns_impl_trait_cloned {
    ({$(#[$above:meta])*} {$(#[$below:meta])*}) => {
        $(#[$above])*
        #[retry(attempts = 2, clone(list))]
        $(#[$below])*
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

macro_rules! s16_patterns_cloned {
    ({$(#[$above:meta])*} {$(#[$below:meta])*}) => {
        struct Pair {
            left: u32,
            right: String,
        }
        $(#[$above])*
        #[retry(attempts = 2, clone(text))]
        $(#[$below])*
        async fn f((first, _): (u32, u32), Pair { left, right: text }: Pair) -> Result<u32, Late> {
            work().await;
            Ok(first + left + text.into_bytes().len() as u32)
        }
        async fn call() -> Result<u32, Late> {
            f((1, 9), Pair { left: 1, right: "abcde".into() }).await
        }
    };
}

macro_rules! s21_generic_impl_cloned {
    ({$(#[$above:meta])*} {$(#[$below:meta])*}) => {
        struct Pool<'a, T, const N: usize>(&'a [T; N]);
        impl<'a, T: Copy + Into<u32>, const N: usize> Pool<'a, T, N> {
            $(#[$above])*
            #[retry(attempts = 2, clone(other))]
            $(#[$below])*
            async fn f<U: Into<u32> + Clone>(&self, other: U) -> Result<u32, Late> {
                work().await;
                Ok(self.0.iter().map(|&one| one.into()).sum::<u32>() + other.into())
            }
            $(#[$above])*
            #[retry(attempts = 2)]
            $(#[$below])*
            async fn first(&self) -> Result<&'a T, Late> {
                Ok(&self.0[0])
            }
        }
        async fn call() -> Result<u32, Late> {
            let list = [1_u16, 2];
            let first = Pool(&list).first().await?;
            Ok(Pool(&list).f(3_u8).await? + u32::from(*first))
        }
    };
}

macro_rules! s23_async_trait_by_mutable_reference_cloned {
    ({$(#[$above:meta])*} {$(#[$below:meta])*}) => {
        #[async_trait::async_trait]
        trait Service: Send {
            async fn f(&mut self, list: Vec<u32>, (one, _): (u32, u32)) -> Result<u32, Late>;
        }
        struct Plain(u32);
        #[async_trait::async_trait]
        impl Service for Plain {
            $(#[$above])*
            #[retry(attempts = 2, clone(list))]
            $(#[$below])*
            async fn f(&mut self, list: Vec<u32>, (one, _): (u32, u32)) -> Result<u32, Late> {
                self.0 += 1;
                work().await;
                let sum: u32 = list.into_iter().sum();
                Ok(self.0 + sum + one)
            }
        }
        async fn call() -> Result<u32, Late> {
            let mut service: Box<dyn Service> = Box::new(Plain(2));
            service.f(vec![1, 2], (1, 9)).await
        }
    };
}

macro_rules! s32_impl_future_cloned {
    ({$(#[$above:meta])*} {$(#[$below:meta])*}) => {
        use std::future::Future;

        $(#[$above])*
        #[retry(attempts = 2, clone(value))]
        $(#[$below])*
        fn f(value: Vec<u32>, add: &u32) -> impl Future<Output = Result<u32, Late>> + Send {
            async move {
                work().await;
                Ok(value.into_iter().sum::<u32>() + *add)
            }
        }
        async fn call() -> Result<u32, Late> {
            f(vec![1, 2], &4).await
        }
    };
}

under_each_clone! {
    s3_owned_argument_cloned s8_by_value_read s9_by_arc_read s10_type_parameters_cloned s13_impl_trait_argument_cloned
    s14_returns_impl_trait_cloned s16_patterns_cloned s21_generic_impl_cloned s23_async_trait_by_mutable_reference_cloned s32_impl_future_cloned
}
