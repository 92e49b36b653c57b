//! Rates: `100/s`, `10/min`.

use proc_macro2::{TokenStream, TokenTree};

use super::errors::Errors;
use super::tokens::{is_punct, located, unwrap_invisible};

/// So many units in so much time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) count: u64,
    pub(crate) unit: &'static str,
}

const UNITS: [&str; 4] = ["ms", "s", "min", "h"];

/// Whether the tokens have the shape of a rate, right or wrong: something, a slash, and a unit, or what might be meant for one.
pub(crate) fn looks_like_one(value: &TokenStream) -> bool {
    let tokens = out_of_text(value);
    let is_text = tokens.is_some();
    let Some((count, unit)) = halves(&tokens.unwrap_or_else(|| unwrap_invisible(value))) else { return false };
    match unit.as_slice() {
        [TokenTree::Ident(unit)] => {
            matches!(count.as_slice(), [TokenTree::Literal(_)]) || is_text || UNITS.iter().any(|known| unit == known)
        }
        // `100/5s`: a number with a unit of time is no count.
        [TokenTree::Literal(unit)] => UNITS.iter().any(|known| unit.to_string().ends_with(known)),
        _ => false,
    }
}

pub(crate) fn parse(value: &TokenStream, errors: &mut Errors) -> Option<Rate> {
    let tokens = out_of_text(value).unwrap_or_else(|| unwrap_invisible(value));
    let Some((count, unit)) = halves(&tokens) else {
        errors.at(value, "a rate is a count and a unit of time, `100/s`");
        return None;
    };
    let unit = unit.into_iter().next()?;
    let Some(unit_name) = UNITS.into_iter().find(|known| matches!(&unit, TokenTree::Ident(unit) if unit == known)) else {
        errors.at(&unit, format_args!("`{unit}` is not a unit of a rate\nthe units are `ms`, `s`, `min` and `h`"));
        return None;
    };
    let [TokenTree::Literal(count)] = count.as_slice() else {
        let count: TokenStream = count.into_iter().collect();
        errors.at(
            &count,
            "a rate is written in digits, `100/s`\nfor any other write `shared = ..` with a `Limiter::rate` of your own",
        );
        return None;
    };
    match count.to_string().replace('_', "").parse::<u64>() {
        Ok(0) | Err(_) => {
            errors.at(count, "a rate counts from 1 upwards, `100/s`");
            None
        }
        Ok(count) => Some(Rate { count, unit: unit_name }),
    }
}

/// What stands before the last slash, and what behind it.
fn halves(tokens: &TokenStream) -> Option<(Vec<TokenTree>, Vec<TokenTree>)> {
    // The count may come out of a macro by example, in an invisible group.
    let mut count: Vec<TokenTree> = tokens.clone().into_iter().flat_map(|tree| unwrap_invisible(&tree.into())).collect();
    let slash = count.iter().rposition(|tree| is_punct(Some(tree), '/'))?;
    let unit = count.split_off(slash + 1);
    count.pop();
    Some((count, unit)).filter(|(count, unit)| !count.is_empty() && !unit.is_empty())
}

/// `"100/s"`, where rustfmt is to format the attribute: what is written in it, as if it stood there.
fn out_of_text(value: &TokenStream) -> Option<TokenStream> {
    let text = syn::parse2::<syn::LitStr>(unwrap_invisible(value)).ok()?;
    Some(located(text.value().parse().ok()?, text.span()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Rate>, Vec<String>) {
        let mut errors = Errors::new();
        let rate = parse(&text.parse().unwrap(), &mut errors);
        (rate, errors.into_messages())
    }

    #[test]
    fn d35_rates() {
        assert_eq!(read("100/s").0, Some(Rate { count: 100, unit: "s" }));
        assert_eq!(read("1_000 / min").0, Some(Rate { count: 1000, unit: "min" }));
        assert_eq!(read("\"100/s\"").0, Some(Rate { count: 100, unit: "s" }));
        for (text, meant) in [
            ("100", "a count and a unit"),
            ("100/x", "`x` is not a unit"),
            ("0/s", "from 1 upwards"),
            ("1.5/s", "from 1 upwards"),
            ("100/5s", "`5s` is not a unit"),
            ("SPEED/s", "written in digits"),
            ("\"100/sec\"", "`sec` is not a unit"),
        ] {
            let (rate, errors) = read(text);
            assert!(rate.is_none() && errors.len() == 1 && errors[0].contains(meant), "{text}: {errors:?}");
        }
    }

    #[test]
    fn d35_what_is_meant_for_a_rate() {
        for text in ["100/s", "100/x", "SPEED/s", "self.speed/min", "100/5s", "\"100/s\"", "\"100/x\""] {
            assert!(looks_like_one(&text.parse().unwrap()), "{text}");
        }
        for text in ["5", "PLACES / 2", "PLACES / half", "\"5\"", "\"/s\"", "\"five\"", "halves()"] {
            assert!(!looks_like_one(&text.parse().unwrap()), "{text}");
        }
    }
}
