//! The same context in every form that one can have, so that the same cases can be put to all of them.

use tokio::task::yield_now;
use weftwork::{AsyncContext, Context, Exit, LocalContext, context, local_context};
use weftwork_tests::Log;

/// What the contexts of these tests fail with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) &'static str);

/// What a part of a context does, apart from noting that it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    /// Its work.
    Well,
    /// Fails with this.
    Fails(&'static str),
    /// Panics with this.
    Panics(&'static str),
}

impl Does {
    async fn run(self) -> Result<(), Broken> {
        yield_now().await;
        match self {
            Self::Well => Ok(()),
            Self::Fails(what) => Err(Broken(what)),
            Self::Panics(what) => panic!("{what}"),
        }
    }
}

/// What a context does: notes `+name` when its set-up begins, lends its name, and notes `-name:exit` when its clean-up begins and
/// `.name` when that is through.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) log: Log,
    pub(crate) name: &'static str,
    /// The name under which it is reported.
    pub(crate) called: &'static str,
    pub(crate) enter: Does,
    pub(crate) exit: Does,
}

impl Script {
    pub(crate) fn new(log: &Log, name: &'static str) -> Self {
        Self { log: log.clone(), name, called: name, enter: Does::Well, exit: Does::Well }
    }

    pub(crate) fn called(self, called: &'static str) -> Self {
        Self { called, ..self }
    }

    pub(crate) fn enter(self, enter: Does) -> Self {
        Self { enter, ..self }
    }

    pub(crate) fn exit(self, exit: Does) -> Self {
        Self { exit, ..self }
    }

    async fn set_up(&self) -> Result<String, Broken> {
        self.log.note(format!("+{}", self.name));
        self.enter.run().await?;
        Ok(self.name.to_owned())
    }

    async fn clean_up(&self, value: &str, exit: Exit) -> Result<(), Broken> {
        self.log.note(format!("-{value}:{exit:?}"));
        self.exit.run().await?;
        yield_now().await;
        self.log.note(format!(".{}", self.name));
        Ok(())
    }
}

/// `context!`
pub(crate) fn by_macro(script: &Script) -> Context<String, Broken> {
    let script = script.clone();
    let called = script.called;
    let made: Context<_, _> = context!(async move {
        let value = script.set_up().await?;
        let (value, exit) = yield value;
        script.clean_up(&value, exit).await
    });
    made.named(called)
}

/// The function behind it.
pub(crate) fn by_function(script: &Script) -> Context<String, Broken> {
    let script = script.clone();
    let called = script.called;
    let made = context(async move |lender| {
        let value = script.set_up().await?;
        let (value, exit) = lender.lend(value).await;
        script.clean_up(&value, exit).await
    });
    made.named(called)
}

/// With another error at first.
pub(crate) fn by_map_err(script: &Script) -> Context<String, Broken> {
    let script = script.clone();
    let called = script.called;
    let made: Context<String, &'static str> = context!(async move {
        let value = script.set_up().await.map_err(|Broken(what)| what)?;
        let (value, exit) = yield value;
        script.clean_up(&value, exit).await.map_err(|Broken(what)| what)
    });
    made.map_err(Broken).named(called)
}

/// With a set-up that is not cut in half.
pub(crate) fn by_shielded(script: &Script) -> Context<String, Broken> {
    by_macro(script).shielded()
}

/// A type of its own.
pub(crate) fn by_class(script: &Script) -> Script {
    script.clone()
}

impl AsyncContext for Script {
    type Value = String;
    type Error = Broken;

    async fn enter(&mut self) -> Result<String, Broken> {
        self.set_up().await
    }

    async fn exit(self, value: String, exit: Exit) -> Result<(), Broken> {
        self.clean_up(&value, exit).await
    }
}

/// `context!` over what is borrowed.
pub(crate) fn by_local(script: &Script) -> LocalContext<'_, String, Broken> {
    let made: LocalContext<'_, _, _> = context!(async {
        let value = script.set_up().await?;
        let (value, exit) = yield value;
        script.clean_up(&value, exit).await
    });
    made.named(script.called)
}

/// The function behind that.
pub(crate) fn by_local_function(script: &Script) -> LocalContext<'_, String, Broken> {
    let made = local_context(async move |lender| {
        let value = script.set_up().await?;
        let (value, exit) = lender.lend(value).await;
        script.clean_up(&value, exit).await
    });
    made.named(script.called)
}

/// Makes each case a test for each form, with contexts made by `$make`, on both kinds of runtime.
macro_rules! in_the_forms {
    ([$($form:ident)*] $cases:tt) => {
        $($crate::forms::in_the_forms!(@ $form $cases);)*
    };
    (@ $form:ident { $(async fn $name:ident($make:ident) $body:block)* }) => {
        mod $form {
            #[allow(unused_imports, reason = "not every group of cases uses everything")]
            use super::*;
            $(
                #[test]
                fn $name() {
                    use $crate::forms::$form as $make;
                    weftwork_tests::on_both_runtimes(|| async $body);
                }
            )*
        }
    };
}

/// In every form whose clean-up runs on all ways out.
macro_rules! in_every_form {
    ($($cases:tt)*) => {
        $crate::forms::in_the_forms!([by_macro by_function by_map_err by_shielded by_class] { $($cases)* });
    };
}

/// In the forms that borrow too, for ways out that run their clean-up.
macro_rules! in_borrowing_forms_too {
    ($($cases:tt)*) => {
        $crate::forms::in_the_forms!(
            [by_macro by_function by_map_err by_shielded by_class by_local by_local_function] { $($cases)* }
        );
    };
}

/// In every form that can be given a name.
macro_rules! in_named_forms {
    ($($cases:tt)*) => {
        $crate::forms::in_the_forms!([by_macro by_function by_map_err by_shielded] { $($cases)* });
    };
}

pub(crate) use {in_borrowing_forms_too, in_every_form, in_named_forms, in_the_forms};
