//! `format`.

use crate::builtins::{output, put};
use crate::format_words::{cardinal, ordinal, roman};
use crate::function::{Builtin, MANY};
use crate::interp::{Exit, Lisp};
use crate::object::Obj;
use num_traits::{Signed, ToPrimitive};

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("FORMAT", 2, MANY, |l, a| {
        match &a[0] {
            Obj::Nil => {
                let t = l.format_to_string(&a[1], &a[2..])?;
                return Ok(Obj::string(&t));
            }
            Obj::Str(s) => {
                let s = crate::stream::Stream::new(crate::stream::Kind::IntoString(s.clone()));
                return to_stream(l, &s, &a[1], &a[2..]);
            }
            _ => {}
        }
        let s = output(l, a.first())?;
        to_stream(l, &s, &a[1], &a[2..])
    }),
    Builtin::f2("SI:%ROMAN", |l, x, old| {
        let n = l.index(&x)?;
        Ok(Obj::string(&roman(n, old.is_true())))
    }),
];

fn to_stream(
    l: &mut Lisp,
    s: &std::rc::Rc<crate::stream::Stream>,
    control: &Obj,
    args: &[Obj],
) -> crate::interp::Res {
    let mut st = State::new(args);
    st.column = if s.at_line_start() {
        Some(0)
    } else {
        s.column()
    };
    run_control(l, control, &mut st)?;
    put(l, s, &st.out)?;
    Ok(Obj::Nil)
}

/// What a directive is given.
#[derive(Clone, Debug, Default)]
struct Directive {
    op: char,
    params: Vec<Option<i64>>,
    colon: bool,
    at: bool,
}

/// Text taken apart: literal runs, directives, and blocks of them.
#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Simple(Directive, Vec<Slot>),
    /// `~{…~}`, `~(…~)`: the body; and whether the end has a colon.
    Block(Directive, Vec<Slot>, Vec<Piece>, bool),
    /// `~[…~;…~]`: the clauses, and the index of a default one.
    Choice(Directive, Vec<Slot>, Vec<Vec<Piece>>, bool),
}

/// A parameter that is known only at run time.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Slot {
    Known,
    Argument,
    Count,
}

struct State<'a> {
    args: &'a [Obj],
    next: usize,
    out: String,
    /// The column where `out` begins, if known.
    column: Option<usize>,
    /// `~^` was met.
    stop: bool,
}

impl<'a> State<'a> {
    fn new(args: &'a [Obj]) -> State<'a> {
        State {
            args,
            next: 0,
            out: String::new(),
            column: None,
            stop: false,
        }
    }
    fn current_column(&self) -> Option<usize> {
        match self.out.rfind('\n') {
            Some(i) => Some(self.out[i + 1..].chars().count()),
            None => Some(self.column? + self.out.chars().count()),
        }
    }
}

fn bad(l: &mut Lisp, m: &str) -> Exit {
    l.error(&format!("FORMAT: {m}"))
}

impl Lisp {
    pub(crate) fn format_to_string(&mut self, control: &Obj, args: &[Obj]) -> Result<String, Exit> {
        let mut st = State::new(args);
        st.column = Some(0);
        run_control(self, control, &mut st)?;
        Ok(st.out)
    }
}

fn run_control(l: &mut Lisp, control: &Obj, st: &mut State) -> Result<(), Exit> {
    if let Obj::Func(_) = control {
        let s = crate::stream::Stream::text();
        let mut args = vec![Obj::Stream(s.clone())];
        args.extend_from_slice(&st.args[st.next..]);
        l.apply(control, &args)?;
        if let crate::stream::Kind::Text(t) = &s.kind {
            st.out.push_str(&t.borrow());
        }
        return Ok(());
    }
    let text: Vec<char> = match control {
        Obj::Str(s) => s.to_chars(),
        _ => return Err(l.type_error(control, l.s.string.into())),
    };
    let mut at = 0;
    let (pieces, _) = parse(l, &text, &mut at, None)?;
    run(l, &pieces, st)
}

// ---- parsing

/// Pieces up to the closing character; and the directive that closed them.
fn parse(
    l: &mut Lisp,
    t: &[char],
    at: &mut usize,
    close: Option<char>,
) -> Result<(Vec<Piece>, Directive), Exit> {
    let mut out = Vec::new();
    let mut text = String::new();
    while *at < t.len() {
        let c = t[*at];
        *at += 1;
        if c != '~' {
            text.push(c);
            continue;
        }
        if !text.is_empty() {
            out.push(Piece::Text(std::mem::take(&mut text)));
        }
        let (d, slots) = directive(l, t, at)?;
        match d.op {
            '\n' => {
                if d.at {
                    text.push('\n');
                }
                if !d.colon {
                    while *at < t.len() && (t[*at] == ' ' || t[*at] == '\t') {
                        *at += 1;
                    }
                }
            }
            '{' | '(' | '<' => {
                let end = match d.op {
                    '{' => '}',
                    '(' => ')',
                    _ => '>',
                };
                if d.op == '<' {
                    return Err(bad(l, "~< is not provided"));
                }
                let (body, closer) = parse(l, t, at, Some(end))?;
                out.push(Piece::Block(d, slots, body, closer.colon));
            }
            '[' => {
                let mut clauses = Vec::new();
                let mut default = false;
                loop {
                    let (body, closer) = parse(l, t, at, Some(']'))?;
                    clauses.push(body);
                    if closer.op == ']' {
                        break;
                    }
                    default = closer.colon;
                }
                out.push(Piece::Choice(d, slots, clauses, default));
            }
            ';' if close == Some(']') => return Ok((out, d)),
            c if Some(c) == close => return Ok((out, d)),
            '}' | ')' | ']' | '>' | ';' => {
                return Err(bad(l, &format!("~{} has no beginning", d.op)));
            }
            _ => out.push(Piece::Simple(d, slots)),
        }
    }
    if !text.is_empty() {
        out.push(Piece::Text(text));
    }
    match close {
        None => Ok((out, Directive::default())),
        Some(c) => Err(bad(l, &format!("~{c} is missing"))),
    }
}

fn directive(l: &mut Lisp, t: &[char], at: &mut usize) -> Result<(Directive, Vec<Slot>), Exit> {
    let mut d = Directive::default();
    let mut slots = Vec::new();
    let mut push = |v: Option<i64>, s: Slot| {
        d.params.push(v);
        slots.push(s);
    };
    loop {
        let Some(&c) = t.get(*at) else {
            return Err(bad(l, "the control string ends inside a directive"));
        };
        match c {
            '0'..='9' | '-' | '+' => {
                let start = *at;
                *at += 1;
                while t.get(*at).is_some_and(char::is_ascii_digit) {
                    *at += 1;
                }
                let s: String = t[start..*at].iter().collect();
                match s.parse() {
                    Ok(n) => push(Some(n), Slot::Known),
                    Err(_) => return Err(bad(l, "a parameter is not a number")),
                }
            }
            '\'' => {
                let Some(&c) = t.get(*at + 1) else {
                    return Err(bad(l, "the control string ends inside a directive"));
                };
                *at += 2;
                push(Some(i64::from(u32::from(c))), Slot::Known);
            }
            'v' | 'V' => {
                *at += 1;
                push(None, Slot::Argument);
            }
            '#' => {
                *at += 1;
                push(None, Slot::Count);
            }
            ',' => push(None, Slot::Known),
            _ => break,
        }
        if t.get(*at) == Some(&',') {
            *at += 1;
        } else {
            break;
        }
    }
    while let Some(c) = t.get(*at) {
        match c {
            ':' => d.colon = true,
            '@' => d.at = true,
            _ => break,
        }
        *at += 1;
    }
    let Some(&c) = t.get(*at) else {
        return Err(bad(l, "the control string ends inside a directive"));
    };
    *at += 1;
    d.op = c.to_ascii_lowercase();
    Ok((d, slots))
}

// ---- running

fn run(l: &mut Lisp, pieces: &[Piece], st: &mut State) -> Result<(), Exit> {
    for p in pieces {
        if st.stop {
            return Ok(());
        }
        match p {
            Piece::Text(t) => st.out.push_str(t),
            Piece::Simple(d, slots) => {
                let d = resolve(l, d, slots, st)?;
                simple(l, &d, st)?;
            }
            Piece::Block(d, slots, body, once) => {
                let d = resolve(l, d, slots, st)?;
                if d.op == '(' {
                    case_block(l, &d, body, st)?;
                } else {
                    iterate(l, &d, body, *once, st)?;
                }
            }
            Piece::Choice(d, slots, clauses, default) => {
                let d = resolve(l, d, slots, st)?;
                choose(l, &d, clauses, *default, st)?;
            }
        }
    }
    Ok(())
}

fn take(l: &mut Lisp, st: &mut State) -> Result<Obj, Exit> {
    match st.args.get(st.next) {
        Some(x) => {
            st.next += 1;
            Ok(x.clone())
        }
        None => Err(bad(l, "too few arguments")),
    }
}

fn resolve(l: &mut Lisp, d: &Directive, slots: &[Slot], st: &mut State) -> Result<Directive, Exit> {
    let mut d = d.clone();
    for (p, s) in d.params.iter_mut().zip(slots) {
        match s {
            Slot::Known => {}
            Slot::Count => *p = Some((st.args.len() - st.next) as i64),
            Slot::Argument => {
                *p = match take(l, st)? {
                    Obj::Nil => None,
                    Obj::Fix(n) => Some(n),
                    Obj::Char(c) => Some(i64::from(u32::from(c))),
                    x => return Err(l.type_error(&x, l.s.integer.into())),
                }
            }
        }
    }
    Ok(d)
}

impl Directive {
    fn param(&self, i: usize) -> Option<i64> {
        self.params.get(i).copied().flatten()
    }
    fn number(&self, i: usize, default: i64) -> i64 {
        self.param(i).unwrap_or(default)
    }
    fn size(&self, i: usize, default: usize) -> usize {
        self.param(i)
            .map_or(default, |n| n.clamp(0, 100_000) as usize)
    }
    fn char(&self, i: usize, default: char) -> char {
        self.param(i)
            .and_then(|n| u32::try_from(n).ok())
            .and_then(char::from_u32)
            .unwrap_or(default)
    }
}

fn simple(l: &mut Lisp, d: &Directive, st: &mut State) -> Result<(), Exit> {
    match d.op {
        'a' | 's' => {
            let x = take(l, st)?;
            let mut t = if x.is_nil() && d.colon {
                "()".to_string()
            } else {
                l.text(&x, d.op == 's')?
            };
            let (width, step) = (d.size(0, 0), d.size(1, 1).max(1));
            let pad = d.char(3, ' ');
            let mut fill: String = std::iter::repeat_n(pad, d.size(2, 0)).collect();
            while t.chars().count() + fill.chars().count() < width {
                fill.extend(std::iter::repeat_n(pad, step));
            }
            if d.at {
                t.insert_str(0, &fill);
            } else {
                t.push_str(&fill);
            }
            st.out.push_str(&t);
        }
        'w' => {
            let x = take(l, st)?;
            let t = l.text(&x, true)?;
            st.out.push_str(&t);
        }
        'd' => integer(l, d, st, 10, 0)?,
        'b' => integer(l, d, st, 2, 0)?,
        'o' => integer(l, d, st, 8, 0)?,
        'x' => integer(l, d, st, 16, 0)?,
        'r' => match d.param(0) {
            Some(r) if (2..=36).contains(&r) => integer(l, d, st, r as u32, 1)?,
            Some(_) => return Err(bad(l, "~r wants a radix from 2 to 36")),
            None => words(l, d, st)?,
        },
        'c' => {
            let x = take(l, st)?;
            let Obj::Char(c) = x else {
                return Err(l.type_error(&x, l.s.character.into()));
            };
            if d.at {
                let t = l.text(&x, true)?;
                st.out.push_str(&t);
            } else if d.colon {
                match crate::chars::name(c) {
                    Some(n) => st.out.push_str(&n),
                    None => st.out.push(c),
                }
            } else {
                st.out.push(c);
            }
        }
        'p' => {
            if d.colon {
                st.next = st.next.saturating_sub(1);
            }
            let x = take(l, st)?;
            let one = crate::hash::eql(&x, &Obj::Fix(1));
            st.out.push_str(match (d.at, one) {
                (false, true) => "",
                (false, false) => "s",
                (true, true) => "y",
                (true, false) => "ies",
            });
        }
        '%' => st.out.extend(std::iter::repeat_n('\n', d.size(0, 1))),
        '&' => {
            let n = d.size(0, 1);
            if n > 0 {
                if st.current_column() != Some(0) {
                    st.out.push('\n');
                }
                st.out.extend(std::iter::repeat_n('\n', n - 1));
            }
        }
        '~' => st.out.extend(std::iter::repeat_n('~', d.size(0, 1))),
        '|' => st.out.extend(std::iter::repeat_n('\x0c', d.size(0, 1))),
        't' => {
            let (col, step) = (d.size(0, 1), d.size(1, 1));
            let now = st.current_column().unwrap_or(0);
            let n = if d.at {
                let to = now + col;
                col + if step > 0 {
                    (step - to % step) % step
                } else {
                    0
                }
            } else if now < col {
                col - now
            } else if step > 0 {
                step - (now - col) % step
            } else {
                0
            };
            st.out.extend(std::iter::repeat_n(' ', n));
        }
        '*' => {
            let n = d.size(0, usize::from(!d.at));
            let to = if d.at {
                Some(n)
            } else if d.colon {
                st.next.checked_sub(n)
            } else {
                Some(st.next + n)
            };
            match to {
                Some(i) if i <= st.args.len() => st.next = i,
                _ => return Err(bad(l, "~* goes beyond the arguments")),
            }
        }
        '?' => {
            let control = take(l, st)?;
            if d.at {
                run_control(l, &control, st)?;
                st.stop = false;
            } else {
                let args = take(l, st)?;
                let args = l.list_items(&args)?;
                let mut inner = State::new(&args);
                inner.column = st.current_column();
                run_control(l, &control, &mut inner)?;
                st.out.push_str(&inner.out);
            }
        }
        '^' => {
            let stop = match (d.param(0), d.param(1)) {
                (Some(a), Some(b)) => a == b,
                (Some(a), None) => a == 0,
                _ => st.next >= st.args.len(),
            };
            st.stop = stop;
        }
        'f' | '$' => fixed(l, d, st)?,
        'e' | 'g' => {
            let x = take(l, st)?;
            let t = l.text(&x, false)?;
            st.out.push_str(&t);
        }
        '_' | 'i' => {}
        c => return Err(bad(l, &format!("the directive ~{c} is not provided"))),
    }
    Ok(())
}

fn pad_left(t: String, width: usize, pad: char) -> String {
    let n = t.chars().count();
    if n >= width {
        return t;
    }
    let mut r: String = std::iter::repeat_n(pad, width - n).collect();
    r.push_str(&t);
    r
}

fn integer(
    l: &mut Lisp,
    d: &Directive,
    st: &mut State,
    base: u32,
    first: usize,
) -> Result<(), Exit> {
    let x = take(l, st)?;
    let width = d.size(first, 0);
    let pad = d.char(first + 1, ' ');
    let Some(n) = x.as_bigint() else {
        // Not an integer: as ~a in that base.
        let mark = l.binds.len();
        l.bind(l.s.print_base, Obj::Fix(base.into()));
        let t = l.text(&x, false);
        l.unbind_to(mark);
        st.out.push_str(&pad_left(t?, width, pad));
        return Ok(());
    };
    let digits = n.abs().to_str_radix(base).to_uppercase();
    let mut t = String::new();
    if n.is_negative() {
        t.push('-');
    } else if d.at {
        t.push('+');
    }
    if d.colon {
        let comma = d.char(first + 2, ',');
        let every = d.size(first + 3, 3).max(1);
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(every) {
                t.push(comma);
            }
            t.push(c);
        }
    } else {
        t.push_str(&digits);
    }
    st.out.push_str(&pad_left(t, width, pad));
    Ok(())
}

fn fixed(l: &mut Lisp, d: &Directive, st: &mut State) -> Result<(), Exit> {
    let x = take(l, st)?;
    if !crate::number::is_real(&x) {
        let t = l.text(&x, false)?;
        st.out.push_str(&pad_left(t, d.size(0, 0), ' '));
        return Ok(());
    }
    let money = d.op == '$';
    let places = if money {
        Some(d.size(0, 2))
    } else {
        d.param(1).map(|n| n.clamp(0, 1000) as usize)
    };
    let width = if money { d.size(2, 0) } else { d.size(0, 0) };
    let pad = if money {
        d.char(3, ' ')
    } else {
        d.char(4, ' ')
    };
    let v = crate::number::to_f64(&x) * 10f64.powi(if money { 0 } else { d.number(2, 0) as i32 });
    // With a number of places, the exact value is rounded.
    let mut t = match (places, &x) {
        (Some(p), _) => format!("{v:.p$}"),
        (None, Obj::Single(_)) => format!("{}", v as f32),
        (None, _) => format!("{v}"),
    };
    if !t.contains('.') {
        t.push('.');
        if places.is_none() {
            t.push('0');
        }
    }
    if d.at && v >= 0.0 {
        t.insert(0, '+');
    }
    if width > 0 && t.chars().count() > width {
        if let Some(r) = t.strip_prefix("0.") {
            t = format!(".{r}");
        } else if let Some(r) = t.strip_prefix("-0.") {
            t = format!("-.{r}");
        }
    }
    st.out.push_str(&pad_left(t, width, pad));
    Ok(())
}

fn case_block(l: &mut Lisp, d: &Directive, body: &[Piece], st: &mut State) -> Result<(), Exit> {
    let start = st.out.len();
    run(l, body, st)?;
    let text = st.out.split_off(start);
    let lower: String = text.chars().map(crate::chars::downcase).collect();
    let new = match (d.colon, d.at) {
        (false, false) => lower,
        (true, true) => text.chars().map(crate::chars::upcase).collect(),
        (all, _) => {
            let mut inside = false;
            let mut done = false;
            lower
                .chars()
                .map(|c| {
                    let first = c.is_alphanumeric() && !inside && !done;
                    inside = c.is_alphanumeric();
                    if first {
                        done = !all;
                        crate::chars::upcase(c)
                    } else {
                        c
                    }
                })
                .collect()
        }
    };
    st.out.push_str(&new);
    Ok(())
}

fn iterate(
    l: &mut Lisp,
    d: &Directive,
    body: &[Piece],
    once: bool,
    st: &mut State,
) -> Result<(), Exit> {
    let max = d.param(0).map_or(usize::MAX, |n| n.max(0) as usize);
    let control;
    let parsed;
    let body = if body.is_empty() {
        control = take(l, st)?;
        let text: Vec<char> = match &control {
            Obj::Str(s) => s.to_chars(),
            x => return Err(l.type_error(x, l.s.string.into())),
        };
        let mut at = 0;
        parsed = parse(l, &text, &mut at, None)?.0;
        &parsed
    } else {
        body
    };
    let items;
    let own = if d.at {
        None
    } else {
        let list = take(l, st)?;
        items = l.list_items(&list)?;
        Some(&items)
    };
    let mut n = 0;
    if d.colon {
        // Each argument is a list of its own.
        let lists: Vec<Obj> = match own {
            Some(v) => v.clone(),
            None => {
                let v = st.args[st.next..].to_vec();
                st.next = st.args.len();
                v
            }
        };
        for x in &lists {
            if n >= max {
                break;
            }
            n += 1;
            let args = l.list_items(x)?;
            let mut inner = State::new(&args);
            inner.column = st.current_column();
            run(l, body, &mut inner)?;
            st.out.push_str(&inner.out);
        }
        return Ok(());
    }
    match own {
        Some(v) => {
            let mut inner = State::new(v);
            inner.column = st.current_column();
            while n < max && (inner.next < v.len() || (once && n == 0)) {
                n += 1;
                run(l, body, &mut inner)?;
                if inner.stop {
                    break;
                }
            }
            st.out.push_str(&inner.out);
        }
        None => {
            while n < max && (st.next < st.args.len() || (once && n == 0)) {
                n += 1;
                run(l, body, st)?;
                if st.stop {
                    st.stop = false;
                    break;
                }
            }
        }
    }
    Ok(())
}

fn choose(
    l: &mut Lisp,
    d: &Directive,
    clauses: &[Vec<Piece>],
    default: bool,
    st: &mut State,
) -> Result<(), Exit> {
    let pick = if d.at {
        let x = take(l, st)?;
        if x.is_nil() {
            return Ok(());
        }
        st.next -= 1;
        Some(0)
    } else if d.colon {
        let x = take(l, st)?;
        Some(usize::from(x.is_true()))
    } else {
        let n = match d.param(0) {
            Some(n) => Some(n),
            None => match take(l, st)? {
                Obj::Fix(n) => Some(n),
                x => return Err(l.type_error(&x, l.s.integer.into())),
            },
        };
        let n = n.and_then(|n| usize::try_from(n).ok());
        match n {
            Some(n) if n < clauses.len() => Some(n),
            _ if default => Some(clauses.len() - 1),
            _ => None,
        }
    };
    match pick.and_then(|i| clauses.get(i)) {
        Some(c) => run(l, c, st),
        None => Ok(()),
    }
}

fn words(l: &mut Lisp, d: &Directive, st: &mut State) -> Result<(), Exit> {
    let x = take(l, st)?;
    let n = l.integer(&x)?;
    if d.at {
        let t = match n.to_usize() {
            Some(n) if (1..4000).contains(&n) => roman(n, d.colon),
            _ => n.to_string(),
        };
        st.out.push_str(&t);
        return Ok(());
    }
    let t = match cardinal(&n) {
        Some(t) if d.colon => ordinal(&t),
        Some(t) => t,
        None => n.to_string(),
    };
    st.out.push_str(&t);
    Ok(())
}
