//! Durations: `250ms`, `1.5s`, `"5s"`, or any expression of type `Duration`.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::quote;

use super::errors::Errors;
use super::tokens::{evaluated, unwrap_invisible};

const UNITS: &str = "the units are `ns`, `us`, `ms`, `s`, `min` and `h`";

/// An expression of type `Duration` that borrows nothing. After an error it is zero, so that what uses it still compiles.
pub(crate) fn parse(value: &TokenStream, krate: &TokenStream, errors: &mut Errors) -> TokenStream {
    let inner = unwrap_invisible(value);
    let trees: Vec<TokenTree> = inner.clone().into_iter().collect();
    let nanoseconds = match trees.as_slice() {
        [TokenTree::Literal(literal)] => match of_literal(literal) {
            Some(read) => read,
            None => return of_expression(value, krate),
        },
        [TokenTree::Literal(literal), TokenTree::Ident(unit)] => Err(format!("a duration is one token\nwrite `{literal}{unit}`")),
        [TokenTree::Punct(minus), TokenTree::Literal(_)] if minus.as_char() == '-' => {
            Err("a duration can not be negative".to_owned())
        }
        _ => return of_expression(value, krate),
    };
    match nanoseconds {
        Ok(nanoseconds) => emit(nanoseconds, krate),
        Err(message) => {
            errors.at(&inner, message);
            emit(0, krate)
        }
    }
}

/// Whether it is written as a literal.
pub(crate) fn is_literal(value: &TokenStream) -> bool {
    matches!(unwrap_invisible(value).into_iter().collect::<Vec<_>>().as_slice(), [TokenTree::Literal(_)])
}

/// A literal in nanoseconds, if it is one and right.
pub(crate) fn nanoseconds(value: &TokenStream) -> Option<u128> {
    match unwrap_invisible(value).into_iter().collect::<Vec<_>>().as_slice() {
        [TokenTree::Literal(literal)] => of_literal(literal)?.ok(),
        _ => None,
    }
}

fn of_expression(value: &TokenStream, krate: &TokenStream) -> TokenStream {
    evaluated(value.clone(), &quote!(#krate::__private::Duration))
}

/// Reads a literal; `None` if it is of a kind that is no duration and that rustc had better judge.
fn of_literal(literal: &Literal) -> Option<Result<u128, String>> {
    let text = literal.to_string();
    if let Ok(string) = syn::parse_str::<syn::LitStr>(&text) {
        return Some(of_text(string.value().trim()));
    }
    text.starts_with(|first: char| first.is_ascii_digit()).then(|| of_text(&text))
}

/// `1.5s` in nanoseconds.
fn of_text(text: &str) -> Result<u128, String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim_start());
    let number = number.replace('_', "");
    if text.starts_with('-') {
        return Err("a duration can not be negative".to_owned());
    }
    if number.is_empty() {
        return Err(format!("`{text}` is not a duration, such as `250ms` or `5s`\nan expression stands without quotes"));
    }
    let factor = factor(text, &number, unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let too_long = || format!("`{text}` is longer than a `Duration` can be");
    let mut nanoseconds = whole.parse::<u128>().ok().and_then(|whole| whole.checked_mul(factor)).ok_or_else(too_long)?;
    let mut place = factor;
    for digit in fraction.chars() {
        let digit = digit.to_digit(10).ok_or_else(|| format!("`{text}` is not a duration, such as `1.5s`"))?;
        place /= 10;
        nanoseconds += u128::from(digit) * place;
    }
    if nanoseconds / 1_000_000_000 > u128::from(u64::MAX) { Err(too_long()) } else { Ok(nanoseconds) }
}

/// Nanoseconds in one `unit`.
fn factor(text: &str, number: &str, unit: &str) -> Result<u128, String> {
    let meant = match unit {
        "ns" => return Ok(1),
        "us" => return Ok(1_000),
        "ms" => return Ok(1_000_000),
        "s" => return Ok(1_000_000_000),
        "min" => return Ok(60_000_000_000),
        "h" => return Ok(3_600_000_000_000),
        "" => return Err(format!("a duration needs a unit\nwrite `{number}s`")),
        "m" | "M" => return Err(format!("`{text}` could be minutes or milliseconds\nwrite `{number}min` or `{number}ms`")),
        "sec" | "secs" | "S" | "second" | "seconds" => "s",
        "mins" | "minute" | "minutes" => "min",
        "hr" | "hrs" | "H" | "hour" | "hours" => "h",
        "msec" | "millis" | "milliseconds" => "ms",
        "micros" | "\u{b5}s" => "us",
        "nanos" => "ns",
        _ => {
            if let Some((hours, minutes)) = unit
                .strip_prefix('h')
                .and_then(|rest| Some((number.parse::<u64>().ok()?, rest.strip_suffix('m')?.parse::<u64>().ok()?)))
            {
                return Err(format!("a duration has one unit\nwrite `{}min`", hours * 60 + minutes));
            }
            return Err(format!("`{}` is not a unit of time\n{UNITS}", unit.trim()));
        }
    };
    Err(format!("`{unit}` is not a unit of time, did you mean `{number}{meant}`?\n{UNITS}"))
}

/// The shortest constructor that says it.
fn emit(nanoseconds: u128, krate: &TokenStream) -> TokenStream {
    let whole = |nanoseconds: u128| u64::try_from(nanoseconds).ok().map(Literal::u64_unsuffixed);
    let duration = quote!(#krate::__private::Duration);
    for (unit, constructor) in
        [(1_000_000_000, quote!(from_secs)), (1_000_000, quote!(from_millis)), (1_000, quote!(from_micros))]
    {
        if let (0, Some(count)) = (nanoseconds % unit, whole(nanoseconds / unit)) {
            return quote!(#duration::#constructor(#count));
        }
    }
    let seconds = whole(nanoseconds / 1_000_000_000);
    let rest = whole(nanoseconds % 1_000_000_000);
    quote!(#duration::new(#seconds, #rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Vec<String>) {
        let mut errors = Errors::new();
        let tokens = parse(&text.parse().unwrap(), &quote!(w), &mut errors);
        (tokens.to_string().replace(' ', "").replace("w::__private::Duration::", ""), errors.into_messages())
    }

    #[test]
    fn p28_every_spelling_of_a_duration() {
        for (text, meant) in [
            ("250ms", "from_millis(250)"),
            ("5s", "from_secs(5)"),
            ("1.5s", "from_millis(1500)"),
            ("2min", "from_secs(120)"),
            ("1h", "from_secs(3600)"),
            ("\"5s\"", "from_secs(5)"),
            ("\"1.5 s\"", "from_millis(1500)"),
            ("0s", "from_secs(0)"),
            ("1_000us", "from_millis(1)"),
            ("7ns", "new(0,7)"),
            ("secs(5)", "{letvalue:w::__private::Duration=secs(5);value}"),
            ("self.config.slow", "self.config.slow"),
        ] {
            let (tokens, errors) = read(text);
            assert_eq!((tokens.as_str(), errors.len()), (meant, 0), "{text}: {errors:?}");
        }
    }

    #[test]
    fn p121_d28_to_d31_a_wrong_duration_says_what_to_write() {
        for (text, meant) in [
            ("5", "write `5s`"),
            ("5m", "`5min` or `5ms`"),
            ("5sec", "did you mean `5s`?"),
            ("5S", "did you mean `5s`?"),
            ("1h30m", "write `90min`"),
            ("5 s", "write `5s`"),
            ("-5s", "can not be negative"),
            ("\"-5s\"", "can not be negative"),
            ("\"5 parsecs\"", "`parsecs` is not a unit of time"),
            ("\"soon\"", "`soon` is not a duration"),
            ("99999999999999999999999h", "longer than a `Duration` can be"),
        ] {
            let (_, errors) = read(text);
            assert!(errors.len() == 1 && errors[0].contains(meant), "{text}: {errors:?}");
        }
    }
}
