//! `#[limit(n)]`: the layer that lets so many calls run at once, or so many begin in a time.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use super::policies::{Around, Code, Site};
use crate::kit::args::{Args, Grammar, Named};
use crate::kit::duration;
use crate::kit::errors::Errors;
use crate::kit::idents::{binding, local};
use crate::kit::rate::{self, Rate};
use crate::kit::tokens::{anchor, evaluated, is_punct, lent, mentions, mentions_variable, split_at_commas, unwrap_invisible};

pub(crate) const GRAMMAR: Grammar = Grammar {
    name: "#[limit]",
    example: "#[limit(5)]",
    options: &["key", "shared", "weight", "max_waiting", "wait", "burst", "crate"],
    words: &[],
    foreign: &[
        (&["calls", "concurrency", "max_concurrent", "permits", "n", "max", "value"], "the count stands alone, `#[limit(5)]`"),
        (&["rps", "per_second", "rate", "per_minute", "quota"], "a rate stands alone, `#[limit(100/s)]`"),
        (&["by", "per", "group_by"], "each key has a limit of its own with `key = ..`"),
        (&["cost", "tokens", "units", "permits_per_call"], "what a call counts for is `weight = ..`"),
        (&["queue", "max_queue", "queue_size", "max_pending", "capacity"], "how many may wait is `max_waiting = 64`"),
        (&["timeout", "max_wait", "acquire_timeout", "wait_for"], "how long a call may wait is `wait = 500ms`"),
        (&["semaphore", "limiter", "with"], "a `Limiter` of yours is `shared = LIMITER`"),
        (&["attempts", "within", "backoff", "jitter", "when", "after", "budget"], "it is one of `#[retry]`"),
        (&["or"], "it is one of `#[timeout]`"),
    ],
};

pub(crate) struct Limit {
    gate: Gate,
    weight: Option<TokenStream>,
    max_waiting: Option<TokenStream>,
    wait: Option<TokenStream>,
    /// Every call asks for the same.
    is_constant: bool,
}

/// Which limiter a call goes through.
enum Gate {
    /// One of the function's own, made so.
    Own(TokenStream),
    /// One for each key.
    Keyed { limiter: TokenStream, key: TokenStream },
    /// A value of the user's.
    Shared(TokenStream),
}

impl Limit {
    pub(crate) fn plan(args: &mut Args, site: &Site<'_>, errors: &mut Errors) -> Option<Self> {
        let before = errors.len();
        let [key, shared, burst] = ["key", "shared", "burst"].map(|option| args.take(option));
        let [weight, max_waiting, wait] = ["weight", "max_waiting", "wait"].map(|option| args.take(option));
        let is_constant = [&weight, &max_waiting].into_iter().flatten().all(|count| is_integer(&count.value))
            && wait.iter().all(|wait| duration::nanoseconds(&wait.value).is_some());
        let [weight, max_waiting] = [weight, max_waiting].map(|count| Some(evaluated(count?.value, &quote!(usize))));
        let wait = wait.map(|wait| duration::parse(&wait.value, site.krate, errors));
        let gate = match shared {
            Some(shared) => Self::shared(&shared, args, key.as_ref().or(burst.as_ref()), errors),
            None => Self::own(args, key, burst.as_ref(), site, errors),
        };
        (errors.len() == before).then_some(Self { gate: gate?, weight, max_waiting, wait, is_constant })
    }

    fn shared(shared: &Named, args: &Args, other: Option<&Named>, errors: &mut Errors) -> Option<Gate> {
        if let Some(count) = args.bare.first() {
            errors.at(count, "a shared limiter has a count of its own\nleave one of them out");
        }
        if let Some(other) = other {
            let name = &other.key;
            errors.at(name, format_args!("a shared limiter can not have a `{name}` here\nleave one of them out"));
        }
        Some(Gate::Shared(shared.value.clone()))
    }

    fn own(args: &Args, key: Option<Named>, burst: Option<&Named>, site: &Site<'_>, errors: &mut Errors) -> Option<Gate> {
        let [count, rest @ ..] = args.bare.as_slice() else {
            args.needs(
                site.span,
                "`#[limit]` needs a count\nwrite `#[limit(5)]`, `#[limit(100/s)]` or `#[limit(shared = LIMITER)]`",
                errors,
            );
            return None;
        };
        for second in rest {
            errors.at(second, "a second count\nwrite one `#[limit]` for each");
        }
        let limiter = limiter(count, burst, site, errors)?;
        if let Some(text) = key.as_ref().and_then(|key| syn::parse2::<syn::LitStr>(unwrap_invisible(&key.value)).ok()) {
            errors.at(&text, "one text is one key for all calls\nwrite the expression without quotes, `key = user.id`");
        }
        Some(match key {
            Some(key) => Gate::Keyed { limiter, key: key.value },
            None => Gate::Own(limiter),
        })
    }

    /// Whether it needs a conversion from `LimitExceeded`. Without `max_waiting` and `wait` a refusal is a defect of the program, and a
    /// panic where nothing converts it.
    pub(crate) fn converts(&self) -> bool {
        self.max_waiting.is_some() || self.wait.is_some()
    }

    /// In:  `INNER`
    /// Out: `limit({ static LIMITER: Limiter = Limiter::new(count); &LIMITER }, const { &turn("name") }, from_refusal, move || INNER)`
    ///
    /// The closure makes the inner future once there is a permit; until then it holds the arguments and nothing else. It
    /// captures as the block inside does: a future written by hand without `move` may borrow what lives longer than itself.
    pub(crate) fn wrap(&self, around: &Around<'_>, inner: Code) -> Code {
        let capture = &around.capture;
        let Site { krate, function, .. } = around.site;
        let private = quote!(#krate::__private);
        let gate = self.gate(krate);
        let weight = self.weight.as_ref().map(|weight| quote!(.weight(#weight)));
        let max_waiting = self.max_waiting.as_ref().map(|most| quote!(.max_waiting(#most)));
        let wait = self.wait.as_ref().map(|wait| quote!(.wait(#wait)));
        let turn = quote!(#private::turn(#function)#weight #max_waiting #wait);
        // A call that is lent a constant has less to move.
        let turn = if self.is_constant { quote!(const { &#turn }) } else { turn };
        let refused = from_refusal();
        let inner = inner.into_future(around);
        let bars = quote_spanned!(around.moves=> ||);
        Code::Future(quote!(#private::limit(#gate, #turn, #refused, #capture #bars #inner)))
    }

    fn gate(&self, krate: &TokenStream) -> TokenStream {
        let private = quote!(#krate::__private);
        match &self.gate {
            Gate::Own(limiter) => in_static(limiter, &quote!(#krate::Limiter), &quote!(), |limiter| quote!(&#limiter)),
            Gate::Keyed { limiter, key } => {
                let limiters = quote!(#private::KeyedLimiters::new(#limiter));
                in_static(&limiters, &quote!(#private::KeyedLimiters), key, |limiters| {
                    let (gate, form) = (local("gate"), Key::of(key));
                    let (value, pattern, form) = (form.value(), form.pattern(&mut 0), form.form(&mut 0, &private));
                    // What the key borrows is given back when it has been looked up.
                    quote! {
                        use #private::choose::*;
                        let #gate = match #value {
                            #pattern => #private::keyed(&#limiters, #form),
                        };
                        #gate
                    }
                })
            }
            Gate::Shared(shared) => {
                let gate = local("gate");
                let span = anchor(shared).resolved_at(Span::mixed_site());
                let borrowed = quote_spanned!(span=> (&#shared));
                quote!({ let #gate = #private::gate #borrowed; #gate })
            }
        }
    }
}

/// A key as it is written. The parts of a tuple are looked at one by one, so that owned values may stand beside references.
enum Key {
    One(TokenStream),
    Tuple(Vec<Key>),
}

impl Key {
    fn of(key: &TokenStream) -> Self {
        let inner = unwrap_invisible(key);
        let trees: Vec<TokenTree> = inner.clone().into_iter().collect();
        match trees.as_slice() {
            [TokenTree::Group(tuple)] if tuple.delimiter() == Delimiter::Parenthesis => {
                let parts = split_at_commas(tuple.stream());
                let is_tuple = parts.len() > 1 || is_punct(tuple.stream().into_iter().last().as_ref(), ',');
                if is_tuple { Self::Tuple(parts.iter().map(Self::of).collect()) } else { Self::One(inner) }
            }
            _ => Self::One(inner),
        }
    }

    /// `&key`, or `(&one, &other)`.
    fn value(&self) -> TokenStream {
        match self {
            Self::One(key) => lent(key),
            Self::Tuple(parts) => {
                let parts = parts.iter().map(Self::value);
                quote!((#(#parts,)*))
            }
        }
    }

    fn pattern(&self, next: &mut usize) -> TokenStream {
        match self {
            Self::One(_) => part(next).to_token_stream(),
            Self::Tuple(parts) => {
                let parts = parts.iter().map(|part| part.pattern(next));
                quote!((#(#parts,)*))
            }
        }
    }

    /// How it is looked up. What is no key is said at the user's expression.
    fn form(&self, next: &mut usize, private: &TokenStream) -> TokenStream {
        match self {
            Self::One(key) => {
                let (name, span) = (part(next), anchor(key).resolved_at(Span::mixed_site()));
                quote_spanned!(span=> (&&#private::Probe(#name)).form())
            }
            Self::Tuple(parts) => {
                let parts = parts.iter().map(|part| part.form(next, private));
                quote!((#(#parts,)*))
            }
        }
    }
}

fn part(next: &mut usize) -> Ident {
    *next += 1;
    binding(&format!("key_{next}"))
}

fn is_integer(value: &TokenStream) -> bool {
    matches!(syn::parse2(unwrap_invisible(value)), Ok(syn::Lit::Int(_)))
}

/// The limiter in a static of its own. Items have no hygiene: a constant of the same name in the count would be this static.
fn in_static(
    value: &TokenStream,
    ty: &TokenStream,
    beside: &TokenStream,
    then: impl FnOnce(&Ident) -> TokenStream,
) -> TokenStream {
    let mut name = "LIMITER".to_owned();
    while mentions(value, &name) || mentions(beside, &name) {
        name.push('_');
    }
    let limiter = local(&name);
    let then = then(&limiter);
    quote!({
        static #limiter: #ty = #value;
        #then
    })
}

/// What all limits of one stack share to refuse a call.
pub(crate) fn from_refusal() -> Ident {
    local("from_refusal")
}

/// `Limiter::new(5)`, or `Limiter::rate(100, second).burst(20)`.
fn limiter(count: &TokenStream, burst: Option<&Named>, site: &Site<'_>, errors: &mut Errors) -> Option<TokenStream> {
    let krate = site.krate;
    let inner = unwrap_invisible(count);
    if rate::looks_like_one(&inner) {
        let Rate { count, unit } = rate::parse(&inner, errors)?;
        let per = duration::parse(&format!("1{unit}").parse().ok()?, krate, errors);
        let burst = burst.map(|burst| {
            check_count(&burst.value, "burst", "a burst is how many calls may come at once, from 1 upwards", site, errors);
            let burst = &burst.value;
            quote!(.burst(#burst))
        });
        let count = proc_macro2::Literal::u64_unsuffixed(count);
        return Some(quote!(#krate::Limiter::rate(#count, #per)#burst));
    }
    if let Some(burst) = burst {
        errors.at(
            &burst.key,
            format_args!(
                "a `burst` belongs to a rate, and `{inner}` counts calls that run at once\nwrite `#[limit(100/s, burst = 20)]`"
            ),
        );
    }
    check_count(count, "count", "`#[limit]` takes a count from 1 upwards, `#[limit(5)]`", site, errors)
        .then(|| quote!(#krate::Limiter::new(#count)))
}

/// One limiter serves all calls: its numbers are literals or constants.
fn check_count(count: &TokenStream, what: &str, rule: &str, site: &Site<'_>, errors: &mut Errors) -> bool {
    let inner = unwrap_invisible(count);
    if let Ok(literal) = syn::parse2::<syn::Lit>(inner.clone()) {
        let is_count = matches!(&literal, syn::Lit::Int(int) if int.base10_parse::<usize>().is_ok_and(|count| count > 0) && matches!(int.suffix(), "" | "usize"));
        if !is_count {
            errors.at(&inner, rule);
        }
        return is_count;
    }
    if inner.to_string().starts_with('-') {
        errors.at(&inner, rule);
        return false;
    }
    let variable = site.parameters.iter().find(|name| mentions_variable(&inner, name));
    let own = Some("Self".to_owned()).filter(|name| mentions(&inner, name));
    let generic = || site.generics.iter().find(|name| mentions(&inner, name));
    if let Some(name) = variable.or_else(generic).or(own.as_ref()) {
        errors.at(
            &inner,
            format_args!(
                "one limiter serves all calls of `{}`, its {what} can not depend on `{name}`\nwrite a literal or a constant, or `shared = ..` with a `Limiter` of your own",
                site.function
            ),
        );
        return false;
    }
    true
}
