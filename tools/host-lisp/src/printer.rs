//! The printer.

use crate::array::ElementType;
use crate::chars::{downcase, upcase};
use crate::interp::{Exit, Lisp};
use crate::object::Obj;
use crate::symbol::{Access, Sym};
use num_bigint::BigInt;

/// What the `*print-…*` variables say.
pub(crate) struct Style {
    pub(crate) escape: bool,
    base: u32,
    radix: bool,
    gensym: bool,
    array: bool,
    case: Case,
    length: Option<usize>,
    level: Option<usize>,
    double_default: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Case {
    Up,
    Down,
    Capital,
}

impl Style {
    pub(crate) fn current(l: &Lisp, escape: bool) -> Style {
        let s = l.s;
        let limit = |v: Sym| match v.value() {
            Some(Obj::Fix(n)) if n >= 0 => Some(n as usize),
            _ => None,
        };
        let on = |v: Sym| v.value().is_some_and(|v| v.is_true());
        Style {
            escape,
            base: match s.print_base.value() {
                Some(Obj::Fix(b)) if (2..=36).contains(&b) => b as u32,
                _ => 10,
            },
            radix: on(s.print_radix),
            gensym: on(s.print_gensym),
            array: on(s.print_array),
            case: match s.print_case.value() {
                Some(c) if c.is_sym(s.k_downcase) => Case::Down,
                Some(c) if c.is_sym(s.k_capitalize) => Case::Capital,
                _ => Case::Up,
            },
            length: limit(s.print_length),
            level: limit(s.print_level),
            double_default: s
                .read_default_float
                .value()
                .is_some_and(|v| v.is_sym(s.double_float) || v.is_sym(s.long_float)),
        }
    }
}

/// Text of an object, in the current style; what goes wrong inside a
/// user-defined print function shows as a mark.
pub(crate) fn plain(l: &mut Lisp, o: &Obj, escape: bool) -> String {
    let mut out = String::new();
    let st = Style::current(l, escape);
    if write(l, o, &st, 0, &mut out).is_err() {
        l.pending = None;
        out.push_str("#<error while printing>");
    }
    out
}

impl Lisp {
    /// Text of an object.
    pub(crate) fn text(&mut self, o: &Obj, escape: bool) -> Result<String, Exit> {
        let mut out = String::new();
        let st = Style::current(self, escape);
        write(self, o, &st, 0, &mut out)?;
        Ok(out)
    }
}

fn write(l: &mut Lisp, o: &Obj, st: &Style, depth: usize, out: &mut String) -> Result<(), Exit> {
    l.check_stack()?;
    match o {
        Obj::Nil => {
            let nil = l.s.nil;
            symbol(l, nil, st, out);
        }
        Obj::Sym(s) => symbol(l, *s, st, out),
        Obj::Fix(_) | Obj::Big(_) => {
            if let Some(n) = o.as_bigint() {
                integer(&n, st.base, st.radix, out);
            }
        }
        Obj::Ratio(r) => {
            if st.radix {
                radix_prefix(st.base, out);
            }
            out.push_str(&r.numer().to_str_radix(st.base).to_uppercase());
            out.push('/');
            out.push_str(&r.denom().to_str_radix(st.base).to_uppercase());
        }
        Obj::Single(f) => out.push_str(&float_text(
            f64::from(*f),
            &format!("{f:e}"),
            if st.double_default { Some('f') } else { None },
        )),
        Obj::Double(d) => out.push_str(&float_text(
            *d,
            &format!("{d:e}"),
            if st.double_default { None } else { Some('d') },
        )),
        Obj::Complex(c) => {
            out.push_str("#C(");
            write(l, &c.0, st, depth, out)?;
            out.push(' ');
            write(l, &c.1, st, depth, out)?;
            out.push(')');
        }
        Obj::Char(c) => {
            if st.escape {
                out.push_str("#\\");
                match crate::chars::name(*c) {
                    Some(n) if *c != ' ' => out.push_str(&n),
                    _ if *c == ' ' => out.push_str("Space"),
                    _ => out.push(*c),
                }
            } else {
                out.push(*c);
            }
        }
        Obj::Str(s) => {
            if st.escape {
                out.push('"');
                for c in s.to_chars() {
                    if c == '"' || c == '\\' {
                        out.push('\\');
                    }
                    out.push(c);
                }
                out.push('"');
            } else {
                out.extend(s.to_chars());
            }
        }
        Obj::Cons(_) => return list(l, o, st, depth, out),
        Obj::Vector(v) => {
            if v.element_type == ElementType::Bit {
                out.push_str("#*");
                for b in v.to_vec() {
                    out.push(if matches!(b, Obj::Fix(1)) { '1' } else { '0' });
                }
            } else if !st.array {
                out.push_str("#<VECTOR>");
            } else if st.level.is_some_and(|m| depth >= m) {
                out.push('#');
            } else {
                out.push_str("#(");
                items(l, &v.to_vec(), st, depth + 1, out)?;
                out.push(')');
            }
        }
        Obj::Array(a) => {
            let dims = a.dimensions();
            out.push_str(&format!("#{}A", dims.len()));
            array(l, &dims, &a.to_vec(), st, depth, out)?;
        }
        Obj::Struct(i) => {
            let class = i.class;
            let report = crate::object::CellGet::get_clone(&class.report);
            if class.condition {
                if st.escape {
                    out.push_str(&format!("#<{}>", class.name.name()));
                } else {
                    let m = l.condition_message(o);
                    out.push_str(&m);
                }
            } else if report.is_true() {
                let s = crate::stream::Stream::text();
                let args = [o.clone(), Obj::Stream(s.clone()), Obj::Fix(depth as i64)];
                l.apply(&report, &args)?;
                if let crate::stream::Kind::Text(t) = &s.kind {
                    out.push_str(&t.borrow());
                }
            } else if st.level.is_some_and(|m| depth >= m) {
                out.push('#');
            } else {
                out.push_str("#S(");
                symbol(l, class.name, st, out);
                let names: Vec<Sym> = class.slots.borrow().iter().map(|s| s.name).collect();
                for (k, n) in names.iter().enumerate() {
                    out.push_str(" :");
                    let name = case_name(n.name(), st.case);
                    out.push_str(&name);
                    out.push(' ');
                    write(l, &i.get(k), st, depth + 1, out)?;
                }
                out.push(')');
            }
        }
        Obj::Hash(h) => {
            out.push_str(&format!(
                "#<HASH-TABLE {} {}>",
                format!("{:?}", h.test).to_uppercase(),
                h.len()
            ));
        }
        Obj::Func(f) => out.push_str(&format!("#<FUNCTION {}>", f.name())),
        Obj::Package(p) => out.push_str(&format!("#<PACKAGE {}>", p.name())),
        Obj::Stream(_) => out.push_str("#<STREAM>"),
        Obj::Env(_) => out.push_str("#<ENVIRONMENT>"),
        Obj::Foreign(f) => out.push_str(&format!("#<{}>", f.name)),
        Obj::Unbound => out.push_str("#<UNBOUND>"),
        Obj::VarBox(_) | Obj::Values => out.push_str("#<INTERNAL>"),
    }
    Ok(())
}

fn items(l: &mut Lisp, v: &[Obj], st: &Style, depth: usize, out: &mut String) -> Result<(), Exit> {
    for (i, x) in v.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        if st.length.is_some_and(|m| i >= m) {
            out.push_str("...");
            break;
        }
        write(l, x, st, depth, out)?;
    }
    Ok(())
}

fn array(
    l: &mut Lisp,
    dims: &[usize],
    v: &[Obj],
    st: &Style,
    depth: usize,
    out: &mut String,
) -> Result<(), Exit> {
    let Some((n, rest)) = dims.split_first() else {
        return match v.first() {
            Some(x) => write(l, x, st, depth, out),
            None => Ok(()),
        };
    };
    let size: usize = rest.iter().product();
    out.push('(');
    for i in 0..*n {
        if i > 0 {
            out.push(' ');
        }
        array(l, rest, &v[i * size..(i + 1) * size], st, depth + 1, out)?;
    }
    out.push(')');
    Ok(())
}

fn list(l: &mut Lisp, o: &Obj, st: &Style, depth: usize, out: &mut String) -> Result<(), Exit> {
    if st.level.is_some_and(|m| depth >= m) {
        out.push('#');
        return Ok(());
    }
    let s = l.s;
    if o.cdr().is_cons() && o.cddr().is_nil() {
        let prefix = match o.car() {
            Obj::Sym(x) if x == s.quote => "'",
            Obj::Sym(x) if x == s.function => "#'",
            Obj::Sym(x) if x == s.comma => ",",
            Obj::Sym(x) if x == s.comma_at => ",@",
            _ => "",
        };
        if !prefix.is_empty() {
            out.push_str(prefix);
            return write(l, &o.cadr(), st, depth, out);
        }
    }
    out.push('(');
    let mut rest = o.clone();
    let mut n = 0;
    while let Obj::Cons(c) = &rest {
        if n > 0 {
            out.push(' ');
        }
        if st.length.is_some_and(|m| n >= m) {
            out.push_str("...)");
            return Ok(());
        }
        write(l, &c.car(), st, depth + 1, out)?;
        n += 1;
        let next = c.cdr();
        rest = next;
    }
    if rest.is_true() {
        out.push_str(" . ");
        write(l, &rest, st, depth + 1, out)?;
    }
    out.push(')');
    Ok(())
}

// ---- numbers

fn radix_prefix(base: u32, out: &mut String) {
    match base {
        2 => out.push_str("#b"),
        8 => out.push_str("#o"),
        16 => out.push_str("#x"),
        b => out.push_str(&format!("#{b}r")),
    }
}

pub(crate) fn integer(n: &BigInt, base: u32, radix: bool, out: &mut String) {
    if radix && base != 10 {
        radix_prefix(base, out);
    }
    if base == 10 {
        out.push_str(&n.to_string());
    } else {
        out.push_str(&n.to_str_radix(base).to_uppercase());
    }
    if radix && base == 10 {
        out.push('.');
    }
}

/// The text of a float from its shortest digits in scientific form.
pub(crate) fn float_text(d: f64, scientific: &str, marker: Option<char>) -> String {
    if d.is_nan() {
        return "#<NAN>".into();
    }
    if d.is_infinite() {
        return if d > 0.0 {
            "#<INFINITY>"
        } else {
            "#<-INFINITY>"
        }
        .into();
    }
    let (mantissa, exp) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exp: i32 = exp.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(m) => ("-", m),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let mut out = String::from(sign);
    if d == 0.0 || (-3..7).contains(&exp) {
        if exp < 0 {
            out.push_str("0.");
            out.push_str(&"0".repeat((-exp - 1) as usize));
            out.push_str(&digits);
        } else {
            let whole = exp as usize + 1;
            if digits.len() <= whole {
                out.push_str(&digits);
                out.push_str(&"0".repeat(whole - digits.len()));
                out.push_str(".0");
            } else {
                out.push_str(&digits[..whole]);
                out.push('.');
                out.push_str(&digits[whole..]);
            }
        }
        if let Some(m) = marker {
            out.push(m);
            out.push('0');
        }
    } else {
        out.push_str(&digits[..1]);
        out.push('.');
        out.push_str(if digits.len() > 1 { &digits[1..] } else { "0" });
        out.push(marker.unwrap_or('e'));
        out.push_str(&exp.to_string());
    }
    out
}

// ---- symbols

fn case_name(name: &str, case: Case) -> String {
    match case {
        Case::Up => name.to_string(),
        Case::Down => name.chars().map(downcase).collect(),
        Case::Capital => {
            let mut inside = false;
            name.chars()
                .map(|c| {
                    let r = if inside { downcase(c) } else { upcase(c) };
                    inside = c.is_alphanumeric();
                    r
                })
                .collect()
        }
    }
}

/// Would the reader take the name for something else than this symbol?
fn needs_bars(l: &mut Lisp, name: &str) -> bool {
    if name.is_empty() || name.chars().all(|c| c == '.') {
        return true;
    }
    let odd = |c: char| {
        crate::reader::is_terminating(c) || matches!(c, '|' | '\\' | ':') || upcase(c) != c
    };
    if name.chars().any(odd) || name.starts_with('#') {
        return true;
    }
    l.parse_number(name).is_some()
}

fn name_text(l: &mut Lisp, name: &str, case: Case) -> String {
    if !needs_bars(l, name) {
        return case_name(name, case);
    }
    let mut r = String::from("|");
    for c in name.chars() {
        if c == '|' || c == '\\' {
            r.push('\\');
        }
        r.push(c);
    }
    r.push('|');
    r
}

fn symbol(l: &mut Lisp, s: Sym, st: &Style, out: &mut String) {
    if !st.escape {
        out.push_str(&case_name(s.name(), st.case));
        return;
    }
    match s.package() {
        None => {
            if st.gensym {
                out.push_str("#:");
            }
        }
        Some(p) if p.keyword => out.push(':'),
        Some(p) => {
            let current = l.current_package();
            let here = current.find(s.name()).is_some_and(|(x, _)| x == s);
            if !here {
                let n = p.name();
                let n = name_text(l, &n, st.case);
                out.push_str(&n);
                let ext = p
                    .present(s.name())
                    .is_some_and(|(_, a)| a == Access::External);
                out.push_str(if ext { ":" } else { "::" });
            }
        }
    }
    let n = name_text(l, s.name(), st.case);
    out.push_str(&n);
}
