//! Methods with every kind of receiver, and methods of generic types.

use super::under_each_stack;

macro_rules! s6_by_reference {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        struct Config {
            slow: Duration,
        }
        struct Client {
            config: Config,
            value: u32,
        }
        impl Client {
            $(#[$policy])*
            $(#[$inner(self.config.slow)])?
            async fn f(&self) -> Result<u32, Late> {
                work().await;
                let _config = &self.config.slow;
                Ok(self.value)
            }
        }
        async fn call() -> Result<u32, Late> {
            Client { config: Config { slow: secs(2) }, value: VALUE }.f().await
        }
    };
}

macro_rules! s7_by_mutable_reference {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        struct Counter {
            count: u32,
            patience: Duration,
        }
        impl Counter {
            $(#[$policy])*
            $(#[$inner(self.patience)])?
            async fn f(&mut self, by: u32) -> Result<(), Late> {
                self.count += by;
                work().await;
                self.count += self.patience.as_secs() as u32;
                Ok(())
            }
        }
        async fn call() -> Result<u32, Late> {
            let mut counter = Counter { count: 2, patience: secs(2) };
            counter.f(3).await?;
            Ok(counter.count)
        }
    };
}

macro_rules! s8_by_value {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        struct Owner {
            list: Vec<u32>,
            patience: Duration,
        }
        impl Owner {
            $(#[$policy])*
            $(#[$inner(self.patience)])?
            async fn reads(self) -> Result<u32, Late> {
                work().await;
                Ok(self.list.len() as u32 + self.patience.as_secs() as u32)
            }
            $(#[$policy])*
            $(#[$inner(self.patience)])?
            async fn consumes(mut self) -> Result<Vec<u32>, Late> {
                self.list.push(self.patience.as_secs() as u32);
                Ok(self.list)
            }
        }
        async fn call() -> Result<u32, Late> {
            let owner = || Owner { list: vec![1], patience: secs(2) };
            let list = owner().consumes().await?;
            Ok(owner().reads().await? + list.len() as u32 + list[1])
        }
    };
}

macro_rules! s9_by_arc_and_other_pointers {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        use std::pin::Pin;
        use std::rc::Rc;
        use std::sync::Arc;

        struct Shared(u32, Duration);
        impl Shared {
            $(#[$policy])*
            $(#[$inner(self.1)])?
            async fn arc(self: Arc<Self>) -> Result<u32, Late> {
                work().await;
                Ok(self.0 + self.1.as_secs() as u32)
            }
            $(#[$policy])*
            $(#[$inner(self.1)])?
            async fn boxed(self: Box<Self>) -> Result<u32, Late> {
                Ok(self.0 + self.1.as_secs() as u32)
            }
            $(#[$policy])*
            $(#[$inner(self.1)])?
            async fn rc(self: Rc<Self>) -> Result<u32, Late> {
                Ok(self.0 + self.1.as_secs() as u32)
            }
            $(#[$policy])*
            $(#[$inner(self.1)])?
            async fn pinned(self: Pin<&mut Self>) -> Result<u32, Late> {
                self.get_mut().0 = 0;
                Ok(0)
            }
        }
        async fn call() -> Result<u32, Late> {
            let shared = || Shared(1, secs(2));
            let mut pinned = shared();
            Pin::new(&mut pinned).pinned().await?;
            let others = Box::new(shared()).boxed().await? + Rc::new(shared()).rc().await?;
            Ok(Arc::new(shared()).arc().await? + others + pinned.0 - 2)
        }
    };
}

macro_rules! s21_generic_impl {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        struct Pool<'a, T, const N: usize> {
            list: &'a [T; N],
            patience: Duration,
        }
        impl<'a, T: Copy + Into<u32>, const N: usize> Pool<'a, T, N>
        where
            T: Default,
        {
            $(#[$policy])*
            $(#[$inner(self.patience)])?
            async fn f<U: Into<u32>>(&self, other: U) -> Result<u32, Late> {
                work().await;
                let sum = self.list.iter().map(|&one| one.into()).sum::<u32>();
                Ok(sum + other.into() + T::default().into() + self.patience.as_secs() as u32)
            }
            $(#[$policy])*
            $(#[$inner(secs(N as u64))])?
            async fn first(&self) -> Result<&'a T, Late> {
                Ok(&self.list[0])
            }
        }
        async fn call() -> Result<u32, Late> {
            let list = [1_u16, 2];
            let first = Pool { list: &list, patience: secs(2) }.first().await?;
            assert_eq!(*first, 1);
            Pool { list: &list, patience: secs(2) }.f(2_u8).await
        }
    };
}

macro_rules! s30_returns_a_borrow_of_itself {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        struct Buffer(Vec<u32>);
        impl Buffer {
            $(#[$policy])*
            $(#[$inner(secs(self.0.len() as u64))])?
            async fn f(&mut self) -> Result<&mut u32, Late> {
                work().await;
                self.0.last_mut().ok_or(Late::Own(1))
            }
        }
        async fn call() -> Result<u32, Late> {
            let mut buffer = Buffer(vec![0, 6]);
            *buffer.f().await? += 1;
            Ok(buffer.0[1])
        }
    };
}

under_each_stack! {
    s6_by_reference s7_by_mutable_reference s8_by_value s9_by_arc_and_other_pointers s21_generic_impl
    s30_returns_a_borrow_of_itself
}
