//! Methods of traits: implemented, inherited, and boxed by `async_trait`.

use super::under_each_stack;

macro_rules! s19_native_trait_method {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        trait Service {
            async fn f(&self, add: u32) -> Result<u32, Late>;
        }
        struct Plain(u32, Duration);
        impl Service for Plain {
            $(#[$policy])*
            $(#[$inner(self.1)])?
            async fn f(&self, add: u32) -> Result<u32, Late> {
                work().await;
                Ok(self.0 + add + self.1.as_secs() as u32)
            }
        }
        async fn call() -> Result<u32, Late> {
            Plain(2, secs(2)).f(3).await
        }
    };
}

macro_rules! s20_default_method {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        trait Service {
            fn value(&self) -> u32;

            $(#[$policy])*
            $(#[$inner(secs(u64::from(self.value()) - 5))])?
            async fn f(&self) -> Result<u32, Late> {
                work().await;
                Ok(self.value())
            }
        }
        struct Plain;
        impl Service for Plain {
            fn value(&self) -> u32 {
                VALUE
            }
        }
        async fn call() -> Result<u32, Late> {
            Plain.f().await
        }
    };
}

macro_rules! s22_async_trait_by_reference {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        #[async_trait::async_trait]
        trait Service: Sync {
            async fn f(&self, text: &str) -> Result<u32, Late>;

            $(#[$policy])*
            $(#[$inner(secs(2))])?
            async fn inherited(&self, text: &str) -> Result<u32, Late> {
                Ok(text.len() as u32)
            }
        }
        struct Plain(u32, Duration);
        #[async_trait::async_trait]
        impl Service for Plain {
            $(#[$policy])*
            $(#[$inner(self.1)])?
            async fn f(&self, text: &str) -> Result<u32, Late> {
                work().await;
                let inherited = self.inherited(text).await?;
                if inherited == 0 {
                    return Err(Late::Own(1));
                }
                Ok(self.0 + inherited + self.1.as_secs() as u32)
            }
        }
        async fn call() -> Result<u32, Late> {
            let service: &dyn Service = &Plain(2, secs(2));
            service.f("abc").await
        }
    };
}

macro_rules! s23_async_trait_by_mutable_reference {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        #[async_trait::async_trait]
        trait Service: Send {
            async fn f(&mut self, list: Vec<u32>, (one, _): (u32, u32)) -> Result<u32, Late>;
            async fn no_result(&mut self);
        }
        struct Plain(u32);
        #[async_trait::async_trait]
        impl Service for Plain {
            $(#[$policy])*
            $(#[$inner(secs(list.len() as u64))])?
            async fn f(&mut self, list: Vec<u32>, (one, _): (u32, u32)) -> Result<u32, Late> {
                self.0 += 1;
                work().await;
                let sum: u32 = list.into_iter().sum();
                self.no_result().await;
                Ok(self.0 + sum + one)
            }
            async fn no_result(&mut self) {
                self.0 += 1;
            }
        }
        async fn call() -> Result<u32, Late> {
            let mut service: Box<dyn Service> = Box::new(Plain(1));
            service.f(vec![1, 2], (1, 9)).await
        }
    };
}

macro_rules! s23_async_trait_not_send {
    ($(#[$policy:meta])* $(; $inner:ident)?) => {
        use std::rc::Rc;

        #[async_trait::async_trait(?Send)]
        trait Service {
            async fn f(&self, value: Rc<u32>) -> Result<u32, Late>;
        }
        struct Plain;
        #[async_trait::async_trait(?Send)]
        impl Service for Plain {
            $(#[$policy])*
            $(#[$inner(secs(2))])?
            async fn f(&self, value: Rc<u32>) -> Result<u32, Late> {
                work().await;
                Ok(*value)
            }
        }
        async fn call() -> Result<u32, Late> {
            Plain.f(Rc::new(VALUE)).await
        }
    };
}

under_each_stack! {
    s19_native_trait_method s20_default_method s22_async_trait_by_reference s23_async_trait_by_mutable_reference
    s23_async_trait_not_send
}
