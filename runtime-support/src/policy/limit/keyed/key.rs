//! What may be a key.
//!
//! A key is kept as an owned value, and found by anything that compares with that: so a copy is made for a new entry only. References,
//! `Option`s and tuples are taken apart; everything else is a value as a whole. What is both, as a reference that lives
//! for ever, can not be told by traits alone, so the caller asks for a form first and for a value second.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64,
    NonZeroU128, NonZeroUsize,
};

/// A key, in the form in which it is asked for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key",
    label = "not a key",
    note = "keys are values that are `Hash + Eq + Clone + Send + Sync + 'static`, references to such, and `Option`s and tuples of those"
)]
pub trait Key {
    /// How it is kept.
    type Kept: Send + Sync + 'static;
    fn hash_into<H: Hasher>(&self, hasher: &mut H);
    fn is(&self, kept: &Self::Kept) -> bool;
    fn keep(&self) -> Self::Kept;
}

/// An owned value, lent here.
#[derive(Debug)]
pub struct Value<'k, T>(pub(super) &'k T);

impl<T: Hash + Eq + Clone + Send + Sync + 'static> Key for Value<'_, T> {
    type Kept = T;
    #[inline]
    fn hash_into<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
    #[inline]
    fn is(&self, kept: &T) -> bool {
        self.0 == kept
    }
    fn keep(&self) -> T {
        self.0.clone()
    }
}

/// Something that is a key by its form, lent here.
#[derive(Debug)]
pub struct Form<'k, T>(&'k T);

impl<T: Key> Key for Form<'_, T> {
    type Kept = T::Kept;
    #[inline]
    fn hash_into<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash_into(hasher);
    }
    #[inline]
    fn is(&self, kept: &T::Kept) -> bool {
        self.0.is(kept)
    }
    fn keep(&self) -> T::Kept {
        self.0.keep()
    }
}

impl<T> Key for &T
where
    T: Hash + Eq + ToOwned + ?Sized,
    T::Owned: Send + Sync + 'static,
{
    type Kept = T::Owned;
    #[inline]
    fn hash_into<H: Hasher>(&self, hasher: &mut H) {
        (**self).hash(hasher);
    }
    #[inline]
    fn is(&self, kept: &T::Owned) -> bool {
        **self == *kept.borrow()
    }
    fn keep(&self) -> T::Owned {
        (**self).to_owned()
    }
}

impl<T> Key for &mut T
where
    T: Hash + Eq + ToOwned + ?Sized,
    T::Owned: Send + Sync + 'static,
{
    type Kept = T::Owned;
    fn hash_into<H: Hasher>(&self, hasher: &mut H) {
        (**self).hash(hasher);
    }
    fn is(&self, kept: &T::Owned) -> bool {
        **self == *kept.borrow()
    }
    fn keep(&self) -> T::Owned {
        (**self).to_owned()
    }
}

impl<T> Key for Cow<'_, T>
where
    T: Hash + Eq + ToOwned + ?Sized,
    T::Owned: Send + Sync + 'static,
{
    type Kept = T::Owned;
    fn hash_into<H: Hasher>(&self, hasher: &mut H) {
        (**self).hash(hasher);
    }
    fn is(&self, kept: &T::Owned) -> bool {
        **self == *kept.borrow()
    }
    fn keep(&self) -> T::Owned {
        (**self).to_owned()
    }
}

impl<K: Key> Key for Option<K> {
    type Kept = Option<K::Kept>;
    fn hash_into<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u8(u8::from(self.is_some()));
        if let Some(key) = self {
            key.hash_into(hasher);
        }
    }
    fn is(&self, kept: &Self::Kept) -> bool {
        match (self, kept) {
            (Some(key), Some(kept)) => key.is(kept),
            (None, None) => true,
            _ => false,
        }
    }
    fn keep(&self) -> Self::Kept {
        self.as_ref().map(Key::keep)
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),*))*) => {$(
        impl<$($name: Key),*> Key for ($($name,)*) {
            type Kept = ($($name::Kept,)*);
            fn hash_into<H: Hasher>(&self, hasher: &mut H) {
                $(self.$index.hash_into(hasher);)*
            }
            fn is(&self, kept: &Self::Kept) -> bool {
                $(self.$index.is(&kept.$index))&&*
            }
            fn keep(&self) -> Self::Kept {
                ($(self.$index.keep(),)*)
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, I 7)
}

/// Values that may stand beside a reference in a tuple.
macro_rules! values {
    ($($value:ty),* $(,)?) => {$(
        impl Key for $value {
            type Kept = Self;
            #[inline]
            fn hash_into<H: Hasher>(&self, hasher: &mut H) {
                self.hash(hasher);
            }
            #[inline]
            fn is(&self, kept: &Self) -> bool {
                self == kept
            }
            fn keep(&self) -> Self {
                self.clone()
            }
        }
    )*};
}

values! {
    (), bool, char, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize,
    NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize,
    String, Box<str>, std::sync::Arc<str>, std::path::PathBuf, std::ffi::OsString, Vec<u8>, std::time::Duration,
    std::net::IpAddr, std::net::Ipv4Addr, std::net::Ipv6Addr, std::net::SocketAddr, std::any::TypeId, std::thread::ThreadId,
}

/// Something of which the form is not known: `(&&Probe(&key)).form()`.
pub struct Probe<'k, T>(pub &'k T);

impl<T> Clone for Probe<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Probe<'_, T> {}

impl<T> fmt::Debug for Probe<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Probe")
    }
}

/// The first choice.
pub trait KeyByForm<'k> {
    /// As what it is looked up.
    type Key: Key + 'k;
    /// Lends it.
    fn form(&self) -> Self::Key;
}

impl<'k, T: Key> KeyByForm<'k> for &Probe<'k, T> {
    type Key = Form<'k, T>;
    #[inline]
    fn form(&self) -> Form<'k, T> {
        Form(self.0)
    }
}

/// The second one.
pub trait KeyByValue<'k> {
    /// As what it is looked up.
    type Key: Key + 'k;
    /// Lends it.
    fn form(&self) -> Self::Key;
}

impl<'k, T: Hash + Eq + Clone + Send + Sync + 'static> KeyByValue<'k> for Probe<'k, T> {
    type Key = Value<'k, T>;
    #[inline]
    fn form(&self) -> Value<'k, T> {
        Value(self.0)
    }
}

/// The last one, for what is neither: it says so in the user's words.
pub trait NoKey<'k> {
    /// What it is.
    type Value;
    /// Never called.
    fn form(self) -> Never<'k, Self::Value>
    where
        Self::Value: IsKey;
}

impl<'k, T> NoKey<'k> for Probe<'k, T> {
    type Value = T;
    fn form(self) -> Never<'k, T>
    where
        T: IsKey,
    {
        Never(self.0)
    }
}

/// What a key has to be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key",
    label = "not a key",
    note = "a key is a value that is `Hash + Eq + Clone + Send + Sync + 'static`, a reference to one, or an `Option` or tuple of those"
)]
pub trait IsKey {}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Clone + Send + Sync + 'static> IsKey for T {}

/// Stands for a key after it has been said that there is none, so that nothing else is said.
#[derive(Debug)]
pub struct Never<'k, T>(#[allow(dead_code, reason = "it is never made")] &'k T);

impl<T> Key for Never<'_, T> {
    type Kept = ();
    fn hash_into<H: Hasher>(&self, _: &mut H) {}
    fn is(&self, _: &()) -> bool {
        true
    }
    fn keep(&self) {}
}
