//! Tokens: numbers and symbols.

use super::{Item, State, is_terminating};
use crate::chars::upcase;
use crate::interp::{Exit, Lisp, Res};
use crate::number::{ratio_to_f32, ratio_to_f64};
use crate::object::Obj;
use crate::stream::Input;
use crate::symbol::{Access, Sym};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Num, Zero};

/// The characters of a token, with the escaped ones marked.
pub(crate) struct Token {
    pub(crate) chars: Vec<(char, bool)>,
    pub(crate) escaped: bool,
}

impl Token {
    fn text(&self) -> String {
        self.chars.iter().map(|c| c.0).collect()
    }
    fn folded(&self) -> String {
        let fold = |&(c, esc): &(char, bool)| if esc { c } else { upcase(c) };
        self.chars.iter().map(fold).collect()
    }
}

/// Takes a token from the input; `None` when the text ends inside `|…|`.
pub(crate) fn take_token(input: &Input) -> Option<Token> {
    let mut t = Token {
        chars: Vec::new(),
        escaped: false,
    };
    while let Some(c) = input.peek() {
        if is_terminating(c) {
            break;
        }
        input.next();
        match c {
            '\\' => {
                t.escaped = true;
                t.chars.push((input.next()?, true));
            }
            '|' => {
                t.escaped = true;
                loop {
                    match input.next()? {
                        '|' => break,
                        '\\' => t.chars.push((input.next()?, true)),
                        c => t.chars.push((c, true)),
                    }
                }
            }
            c => t.chars.push((c, false)),
        }
    }
    Some(t)
}

impl Lisp {
    pub(super) fn read_token(&mut self, input: &Input, st: &State, at: u32) -> Result<Item, Exit> {
        let Some(t) = take_token(input) else {
            self.site = at;
            return Err(self.signal_named("END-OF-FILE", "the text ends inside a symbol"));
        };
        if !t.escaped {
            let text = t.text();
            if text == "." {
                return Ok(Item::Dot);
            }
            if st.suppress {
                return Ok(Item::Form(Obj::Nil));
            }
            if text.chars().all(|c| c == '.') {
                return Err(self.reader_error(input, Some(at), "a token of dots only"));
            }
            if let Some(n) = self.parse_number(&text) {
                let n = n.map_err(|m| self.reader_error(input, Some(at), &m))?;
                return Ok(Item::Form(n));
            }
        }
        if st.suppress {
            return Ok(Item::Form(Obj::Nil));
        }
        let s = self.symbol_token(&t, input, at)?;
        Ok(Item::Form(s))
    }

    fn symbol_token(&mut self, t: &Token, input: &Input, at: u32) -> Res {
        let colon = t.chars.iter().position(|&(c, esc)| c == ':' && !esc);
        let Some(i) = colon else {
            return Ok(self.current_package().intern(&t.folded()).into());
        };
        let part = |r: &[(char, bool)]| {
            Token {
                chars: r.to_vec(),
                escaped: false,
            }
            .folded()
        };
        let package = part(&t.chars[..i]);
        let double = t.chars.get(i + 1) == Some(&(':', false));
        let rest = &t.chars[i + 1 + usize::from(double)..];
        if rest.iter().any(|&(c, esc)| c == ':' && !esc) {
            return Err(self.reader_error(input, Some(at), "too many colons in a symbol"));
        }
        let name = part(rest);
        if i == 0 {
            return Ok(Obj::Sym(self.keyword.intern(&name)));
        }
        let Some(p) = self.find_package(&package) else {
            let m = format!("there is no package named {package} (reading {package}:{name})");
            return Err(self.reader_error(input, Some(at), &m));
        };
        if double {
            return Ok(p.intern(&name).into());
        }
        match p.find(&name) {
            Some((s, Access::External)) => Ok(s.into()),
            // In such a package everything accessible may be named.
            Some((s, _)) if p.is_born_external() => Ok(s.into()),
            None if p.is_born_external() => Ok(p.intern(&name).into()),
            Some(_) => {
                let m = format!("{name} is not exported from {package}");
                Err(self.reader_error(input, Some(at), &m))
            }
            None => {
                let m = format!("there is no symbol {name} in {package}");
                Err(self.reader_error(input, Some(at), &m))
            }
        }
    }

    /// A number, if the token is one; `Some(Err)` when it is one that cannot be.
    pub(crate) fn parse_number(&mut self, t: &str) -> Option<Result<Obj, String>> {
        let base = match self.s.read_base.value() {
            Some(Obj::Fix(b)) if (2..=36).contains(&b) => b as u32,
            _ => 10,
        };
        let first = t.trim_start_matches(['+', '-']).chars().next()?;
        if !first.is_digit(base) && !first.is_ascii_digit() && first != '.' {
            return None;
        }
        if let Some(r) = parse_rational(t, base) {
            return Some(r);
        }
        let double = self
            .s
            .read_default_float
            .value()
            .is_some_and(|v| v.is_sym(self.s.double_float) || v.is_sym(self.s.long_float));
        parse_float(t, double)
    }

    /// An uninterned symbol's name, after `#:`.
    pub(super) fn uninterned(&mut self, t: &Token) -> Obj {
        Obj::Sym(Sym::uninterned(&t.folded()))
    }
}

fn parse_int(t: &str, base: u32) -> Option<BigInt> {
    let digits = t.strip_prefix(['+', '-']).unwrap_or(t);
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let n = BigInt::from_str_radix(digits, base).ok()?;
    Some(if t.starts_with('-') { -n } else { n })
}

/// An integer or a ratio in a base; a trailing point means decimal.
pub(crate) fn parse_rational(t: &str, base: u32) -> Option<Result<Obj, String>> {
    if let Some(d) = t.strip_suffix('.') {
        return parse_int(d, 10).map(|n| Ok(Obj::int(n)));
    }
    if let Some((n, d)) = t.split_once('/') {
        let n = parse_int(n, base)?;
        if d.starts_with(['+', '-']) {
            return None;
        }
        let d = parse_int(d, base)?;
        if d.is_zero() {
            return Some(Err(format!("the ratio {t} has a denominator of zero")));
        }
        return Some(Ok(Obj::rational(BigRational::new(n, d))));
    }
    parse_int(t, base).map(|n| Ok(Obj::int(n)))
}

/// A float: digits, a point with digits behind it, perhaps an exponent.
fn parse_float(t: &str, default_double: bool) -> Option<Result<Obj, String>> {
    let body = t.strip_prefix(['+', '-']).unwrap_or(t);
    let at = body.find(|c: char| c.is_ascii_alphabetic());
    let (mantissa, exponent) = match at {
        Some(i) => (&body[..i], Some(&body[i..])),
        None => (body, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((w, f)) => (w, Some(f)),
        None => (mantissa, None),
    };
    let digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    if !digits(whole) || !digits(fraction.unwrap_or("")) {
        return None;
    }
    if whole.is_empty() && fraction.unwrap_or("").is_empty() {
        return None;
    }
    let mut double = default_double;
    let mut exp = 0i64;
    match exponent {
        // Without exponent there must be digits behind the point.
        None => {
            if fraction.unwrap_or("").is_empty() {
                return None;
            }
        }
        Some(e) => {
            match e.chars().next()?.to_ascii_lowercase() {
                'e' => {}
                'd' | 'l' => double = true,
                'f' | 's' => double = false,
                _ => return None,
            }
            let n = &e[1..];
            let d = n.strip_prefix(['+', '-']).unwrap_or(n);
            if d.is_empty() || !digits(d) {
                return None;
            }
            exp = match n.parse() {
                Ok(n) => n,
                Err(_) => return Some(Err(format!("the exponent of {t} is too large"))),
            };
        }
    }
    if exp.abs() > 5000 {
        return Some(Err(format!("the float {t} is out of range")));
    }
    let text = format!("{whole}{}", fraction.unwrap_or(""));
    let n = BigInt::from_str_radix(&text, 10).ok()?;
    let shift = exp - fraction.map_or(0, str::len) as i64;
    let ten = |n: i64| num_traits::pow::Pow::pow(BigInt::from(10), n.unsigned_abs());
    let r = if shift >= 0 {
        BigRational::from_integer(n * ten(shift))
    } else {
        BigRational::new(n, ten(shift))
    };
    let negative = t.starts_with('-');
    let o = if double {
        let d = ratio_to_f64(&r);
        Obj::Double(if negative { -d } else { d })
    } else {
        let f = ratio_to_f32(&r);
        Obj::Single(if negative { -f } else { f })
    };
    let lost = match o {
        Obj::Double(d) => !d.is_finite() || (d == 0.0 && !r.is_zero()),
        Obj::Single(f) => !f.is_finite() || (f == 0.0 && !r.is_zero()),
        _ => false,
    };
    if lost {
        return Some(Err(format!("the float {t} is out of range")));
    }
    Some(Ok(o))
}
