//! Reading, printing and streams.

use super::args::Keys;
use crate::function::{Builtin, MANY};
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;
use crate::stream::{Kind, Stream};
use crate::symbol::Sym;
use std::rc::Rc;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("PRIN1", 1, 2, |l, a| print(l, a, true, "", "")),
    Builtin::n("PRINC", 1, 2, |l, a| print(l, a, false, "", "")),
    Builtin::n("PRINT", 1, 2, |l, a| print(l, a, true, "\n", " ")),
    Builtin::n("PPRINT", 1, 2, |l, a| print(l, a, true, "\n", "")),
    Builtin::n("WRITE", 1, MANY, |l, a| {
        let stream = l.keyword.intern("STREAM");
        let mut out = Obj::Nil;
        for kv in a[1..].chunks(2) {
            if let [k, v] = kv
                && k.is_sym(stream)
            {
                out = v.clone();
            }
        }
        let t = write_with_keys(l, a)?;
        let s = output(l, Some(&out))?;
        put(l, &s, &t)?;
        Ok(a[0].clone())
    }),
    Builtin::n("WRITE-TO-STRING", 1, MANY, |l, a| {
        let t = write_with_keys(l, a)?;
        Ok(Obj::string(&t))
    }),
    Builtin::f1("PRIN1-TO-STRING", |l, x| {
        Ok(Obj::string(&l.text(&x, true)?))
    }),
    Builtin::f1("PRINC-TO-STRING", |l, x| {
        Ok(Obj::string(&l.text(&x, false)?))
    }),
    Builtin::n("TERPRI", 0, 1, |l, a| {
        let s = output(l, a.first())?;
        put(l, &s, "\n")?;
        Ok(Obj::Nil)
    }),
    Builtin::n("FRESH-LINE", 0, 1, |l, a| {
        let s = output(l, a.first())?;
        if s.at_line_start() {
            return Ok(Obj::Nil);
        }
        put(l, &s, "\n")?;
        Ok(l.t())
    }),
    Builtin::n("WRITE-CHAR", 1, 2, |l, a| {
        let c = super::chars::ch(l, &a[0])?;
        let s = output(l, a.get(1))?;
        put(l, &s, &c.to_string())?;
        Ok(a[0].clone())
    }),
    Builtin::n("WRITE-STRING", 1, MANY, |l, a| write_string(l, a, "")),
    Builtin::n("WRITE-LINE", 1, MANY, |l, a| write_string(l, a, "\n")),
    Builtin::n("FINISH-OUTPUT", 0, 1, |_, _| Ok(Obj::Nil)),
    Builtin::n("FORCE-OUTPUT", 0, 1, |_, _| Ok(Obj::Nil)),
    Builtin::n("READ", 0, 4, read),
    Builtin::n("READ-PRESERVING-WHITESPACE", 0, 4, |l, a| {
        let s = input(l, a.first())?;
        match l.read_toplevel(&s)? {
            Some(o) => Ok(o),
            None => end_of_file(l, a.get(1..).unwrap_or(&[])),
        }
    }),
    Builtin::n("READ-FROM-STRING", 1, MANY, |l, a| {
        let text = l.string_designator(&a[0])?;
        let (opts, rest) = a[1..].split_at((a.len() - 1).min(2));
        let s = l.s;
        let pw = l.keyword.intern("PRESERVE-WHITESPACE");
        let k = Keys::parse(l, rest, &[s.k_start, s.k_end, pw])?;
        let chars: Vec<char> = text.chars().collect();
        let (start, end) = l.bounds(k.get(s.k_start), k.get(s.k_end), chars.len())?;
        let part: String = chars[start..end].iter().collect();
        let f = l.file_index("string");
        let stream = Stream::input(f, &part);
        match l.read_toplevel(&stream)? {
            Some(o) => {
                if k.on(pw).is_none() {
                    skip_one_blank(&stream);
                }
                let at = stream.as_input().map_or(0, |i| i.offset());
                let v = vec![o, (start + at).into()];
                Ok(l.return_values(v))
            }
            None => {
                let v = end_of_file(l, opts)?;
                let v = vec![v, end.into()];
                Ok(l.return_values(v))
            }
        }
    }),
    Builtin::n("READ-CHAR", 0, 4, |l, a| {
        let s = input(l, a.first())?;
        match s.as_input().and_then(|i| i.next()) {
            Some(c) => Ok(Obj::Char(c)),
            None => end_of_file(l, a.get(1..).unwrap_or(&[])),
        }
    }),
    Builtin::n("PEEK-CHAR", 0, 5, |l, a| {
        let s = input(l, a.get(1))?;
        if let Some(i) = s.as_input() {
            match a.first() {
                None | Some(Obj::Nil) => {}
                Some(Obj::Char(want)) => {
                    while i.peek().is_some_and(|c| c != *want) {
                        i.next();
                    }
                }
                Some(_) => {
                    while i.peek().is_some_and(crate::reader::is_whitespace) {
                        i.next();
                    }
                }
            }
            if let Some(c) = i.peek() {
                return Ok(Obj::Char(c));
            }
        }
        end_of_file(l, a.get(2..).unwrap_or(&[]))
    }),
    Builtin::n("UNREAD-CHAR", 1, 2, |l, a| {
        let s = input(l, a.get(1))?;
        if let Some(i) = s.as_input() {
            i.unread();
        }
        Ok(Obj::Nil)
    }),
    Builtin::n("READ-LINE", 0, 4, |l, a| {
        let s = input(l, a.first())?;
        let mut text = String::new();
        let mut missing_newline = true;
        if let Some(i) = s.as_input() {
            while let Some(c) = i.next() {
                if c == '\n' {
                    missing_newline = false;
                    break;
                }
                text.push(c);
            }
        }
        let first = if missing_newline && text.is_empty() {
            end_of_file(l, a.get(1..).unwrap_or(&[]))?
        } else {
            Obj::string(&text)
        };
        let v = vec![first, l.boolean(missing_newline)];
        Ok(l.return_values(v))
    }),
    Builtin::n("MAKE-STRING-INPUT-STREAM", 1, 3, |l, a| {
        let chars: Vec<char> = l.string_designator(&a[0])?.chars().collect();
        let (s, e) = l.bounds(a.get(1), a.get(2), chars.len())?;
        let part: String = chars[s..e].iter().collect();
        let f = l.file_index("string");
        Ok(Obj::Stream(Stream::input(f, &part)))
    }),
    Builtin::n("MAKE-STRING-OUTPUT-STREAM", 0, MANY, |_, _| {
        Ok(Obj::Stream(Stream::text()))
    }),
    Builtin::f1("SI:%STREAM-INTO-STRING", |l, x| match &x {
        Obj::Str(s) if s.fill.get() != usize::MAX => {
            Ok(Obj::Stream(Stream::new(Kind::IntoString(s.clone()))))
        }
        _ => Err(l.error("WITH-OUTPUT-TO-STRING wants a string with a fill pointer")),
    }),
    Builtin::f1("GET-OUTPUT-STREAM-STRING", |l, x| {
        if let Obj::Stream(s) = &x
            && let Kind::Text(t) = &s.kind
        {
            let t = std::mem::take(&mut *t.borrow_mut());
            return Ok(Obj::string(&t));
        }
        Err(l.type_error(&x, l.s.stream.into()))
    }),
    Builtin::n("MAKE-BROADCAST-STREAM", 0, MANY, |l, a| {
        let v = a
            .iter()
            .map(|x| output(l, Some(x)))
            .collect::<Result<_, _>>()?;
        Ok(Obj::Stream(Stream::new(Kind::Broadcast(v))))
    }),
    Builtin::f1("STREAMP", |l, x| Ok(l.boolean(matches!(x, Obj::Stream(_))))),
    Builtin::f1("INPUT-STREAM-P", |l, x| {
        Ok(l.boolean(matches!(&x, Obj::Stream(s) if s.as_input().is_some())))
    }),
    Builtin::f1("OUTPUT-STREAM-P", |l, x| {
        Ok(l.boolean(matches!(&x, Obj::Stream(s) if s.as_input().is_none())))
    }),
    Builtin::f1("OPEN-STREAM-P", |l, x| {
        Ok(l.boolean(matches!(&x, Obj::Stream(s) if s.open.get())))
    }),
    Builtin::n("CLOSE", 1, 3, |l, a| match &a[0] {
        Obj::Stream(s) => {
            s.open.set(false);
            Ok(l.t())
        }
        x => Err(l.type_error(x, l.s.stream.into())),
    }),
    Builtin::n("OPEN", 1, MANY, open),
    Builtin::f1("PROBE-FILE", |l, x| {
        let p = l.string_designator(&x)?;
        Ok(if std::path::Path::new(&p).exists() {
            x
        } else {
            Obj::Nil
        })
    }),
    Builtin::f1("NAMESTRING", |l, x| match &x {
        Obj::Str(_) => Ok(x),
        _ => Err(l.type_error(&x, l.s.string.into())),
    }),
    Builtin::n("SI:STREAM-POSITION", 1, 1, |l, a| {
        let s = input(l, a.first())?;
        let v = match s.as_input() {
            Some(i) => vec![Obj::Fix(i.line().into()), Obj::Fix(i.column().into())],
            None => vec![Obj::Nil, Obj::Nil],
        };
        Ok(l.return_values(v))
    }),
];

/// The stream that a stream designator of an output function denotes.
pub(crate) fn output(l: &mut Lisp, x: Option<&Obj>) -> Result<Rc<Stream>, Exit> {
    let o = match x {
        None | Some(Obj::Nil) => l.s.standard_output.value().unwrap_or_default(),
        Some(Obj::Sym(s)) if *s == l.s.t => l.s.standard_output.value().unwrap_or_default(),
        Some(o) => o.clone(),
    };
    match o {
        Obj::Stream(s) => Ok(s),
        o => Err(l.type_error(&o, l.s.stream.into())),
    }
}

fn input(l: &mut Lisp, x: Option<&Obj>) -> Result<Rc<Stream>, Exit> {
    let o = match x {
        None | Some(Obj::Nil) => l.s.standard_input.value().unwrap_or_default(),
        Some(Obj::Sym(s)) if *s == l.s.t => l.s.standard_input.value().unwrap_or_default(),
        Some(o) => o.clone(),
    };
    match o {
        Obj::Stream(s) if s.as_input().is_some() => {
            if !s.open.get() {
                return Err(l.signal_named("STREAM-ERROR", "the stream is closed"));
            }
            Ok(s)
        }
        o => Err(l.type_error(&o, l.s.stream.into())),
    }
}

pub(crate) fn put(l: &mut Lisp, s: &Rc<Stream>, text: &str) -> Result<(), Exit> {
    if s.write(text) {
        Ok(())
    } else {
        Err(l.signal_named("STREAM-ERROR", "the stream does not take output"))
    }
}

fn print(l: &mut Lisp, a: &[Obj], escape: bool, before: &str, after: &str) -> Res {
    let t = l.text(&a[0], escape)?;
    let s = output(l, a.get(1))?;
    put(l, &s, &format!("{before}{t}{after}"))?;
    Ok(a[0].clone())
}

/// `write`: its keywords bind the printer's variables.
fn write_with_keys(l: &mut Lisp, a: &[Obj]) -> Result<String, Exit> {
    let s = l.s;
    let mark = l.binds.len();
    let mut escape = s.print_escape.value().is_none_or(|v| v.is_true());
    for kv in a[1..].chunks(2) {
        let [Obj::Sym(k), v] = kv else {
            l.unbind_to(mark);
            return Err(l.signal_named("PROGRAM-ERROR", "odd number of keyword arguments"));
        };
        let var: Option<Sym> = match k.name() {
            "BASE" => Some(s.print_base),
            "RADIX" => Some(s.print_radix),
            "CASE" => Some(s.print_case),
            "LENGTH" => Some(s.print_length),
            "LEVEL" => Some(s.print_level),
            "GENSYM" => Some(s.print_gensym),
            "ARRAY" => Some(s.print_array),
            "ESCAPE" => {
                escape = v.is_true();
                None
            }
            "READABLY" => {
                escape |= v.is_true();
                None
            }
            _ => None,
        };
        if let Some(var) = var {
            l.bind(var, v.clone());
        }
    }
    let r = l.text(&a[0], escape);
    l.unbind_to(mark);
    r
}

fn write_string(l: &mut Lisp, a: &[Obj], after: &str) -> Res {
    let s = l.s;
    let k = Keys::parse(l, a.get(2..).unwrap_or(&[]), &[s.k_start, s.k_end])?;
    let chars: Vec<char> = match &a[0] {
        Obj::Str(t) => t.to_chars(),
        x => return Err(l.type_error(x, l.s.string.into())),
    };
    let (b, e) = l.bounds(k.get(s.k_start), k.get(s.k_end), chars.len())?;
    let mut text: String = chars[b..e].iter().collect();
    text.push_str(after);
    let out = output(l, a.get(1))?;
    put(l, &out, &text)?;
    Ok(a[0].clone())
}

/// What the end of a stream gives: an error, or the value that was asked for.
fn end_of_file(l: &mut Lisp, opts: &[Obj]) -> Res {
    match opts.first() {
        None => Err(l.signal_named("END-OF-FILE", "the end of the stream was reached")),
        Some(x) if x.is_true() => {
            Err(l.signal_named("END-OF-FILE", "the end of the stream was reached"))
        }
        Some(_) => Ok(opts.get(1).cloned().unwrap_or_default()),
    }
}

/// `read` takes the blank that ends what it read.
fn skip_one_blank(s: &Rc<Stream>) {
    if let Some(i) = s.as_input()
        && i.peek().is_some_and(crate::reader::is_whitespace)
    {
        i.next();
    }
}

fn read(l: &mut Lisp, a: &[Obj]) -> Res {
    let s = input(l, a.first())?;
    match l.read_toplevel(&s)? {
        Some(o) => {
            skip_one_blank(&s);
            Ok(o)
        }
        None => end_of_file(l, a.get(1..).unwrap_or(&[])),
    }
}

fn open(l: &mut Lisp, a: &[Obj]) -> Res {
    let path = l.string_designator(&a[0])?;
    let direction = l.keyword.intern("DIRECTION");
    let missing = l.keyword.intern("IF-DOES-NOT-EXIST");
    let mut absent_is_nil = false;
    for kv in a[1..].chunks(2) {
        let [k, v] = kv else { continue };
        if k.is_sym(direction) && !v.is_sym(l.keyword.intern("INPUT")) {
            return Err(l.error("OPEN: only files for input are provided"));
        }
        if k.is_sym(missing) {
            absent_is_nil = v.is_nil();
        }
    }
    let bytes = match std::fs::read(&path) {
        Ok(b) => b,
        Err(e) if absent_is_nil && e.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Obj::Nil);
        }
        Err(e) => return Err(l.file_error(&path, &format!("cannot be read: {e}"))),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(l.file_error(&path, "is not UTF-8 text"));
    };
    let f = l.file_index(&path);
    Ok(Obj::Stream(Stream::input(f, &text)))
}
