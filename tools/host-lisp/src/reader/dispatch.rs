//! The sharp-sign syntax.

use super::token::{parse_rational, take_token};
use super::{Item, State, is_terminating};
use crate::array::{ArrayObj, ElementType, VecObj};
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;
use crate::stream::Input;
use std::cell::RefCell;
use std::rc::Rc;

impl Lisp {
    pub(super) fn read_dispatch(
        &mut self,
        input: &Input,
        st: &mut State,
        at: u32,
    ) -> Result<Item, Exit> {
        let mut n: Option<u64> = None;
        while let Some(d) = input.peek().and_then(|c| c.to_digit(10)) {
            input.next();
            let v = n.unwrap_or(0).checked_mul(10);
            n = v.and_then(|v| v.checked_add(d.into()));
            if n.is_none() {
                return Err(self.reader_error(input, Some(at), "the number after # is too large"));
            }
        }
        let Some(c) = input.next() else {
            self.site = at;
            return Err(self.signal_named("END-OF-FILE", "the text ends after #"));
        };
        let form = match c {
            '\'' => {
                let f = self.read_form(input, st, "#'")?;
                Obj::list([Obj::Sym(self.s.function), f]).at(at)
            }
            '(' => {
                let l = self.read_list(input, st, at)?;
                let mut v = l.to_vec();
                if let Some(n) = n {
                    let n = n as usize;
                    if st.suppress {
                        return Ok(Item::Form(Obj::Nil));
                    }
                    if v.len() > n || (v.is_empty() && n > 0) || n > 1 << 24 {
                        let m = "the vector's elements do not fit its length";
                        return Err(self.reader_error(input, Some(at), m));
                    }
                    let last = v.last().cloned().unwrap_or_default();
                    v.resize(n, last);
                }
                Obj::vector(v)
            }
            '\\' => return self.read_char(input, st, at).map(Item::Form),
            ':' => {
                let Some(t) = take_token(input) else {
                    self.site = at;
                    return Err(self.signal_named("END-OF-FILE", "the text ends inside a symbol"));
                };
                self.uninterned(&t)
            }
            '.' => {
                let f = self.read_form(input, st, "#.")?;
                if st.suppress {
                    return Ok(Item::Form(Obj::Nil));
                }
                if self.s.read_eval.value().is_some_and(|v| v.is_nil()) {
                    return Err(self.reader_error(input, Some(at), "#. while *READ-EVAL* is NIL"));
                }
                let v = self.eval_toplevel(&f)?;
                self.one(v)
            }
            '+' | '-' => return self.read_conditional(input, st, c == '+'),
            '|' => {
                self.skip_comment(input, at)?;
                return Ok(Item::Nothing);
            }
            'b' | 'B' => self.read_radix(input, st, 2, at)?,
            'o' | 'O' => self.read_radix(input, st, 8, at)?,
            'x' | 'X' => self.read_radix(input, st, 16, at)?,
            'r' | 'R' => match n {
                Some(r @ 2..=36) => self.read_radix(input, st, r as u32, at)?,
                _ if st.suppress => self.read_radix(input, st, 36, at)?,
                _ => {
                    let m = "#r wants a radix from 2 to 36";
                    return Err(self.reader_error(input, Some(at), m));
                }
            },
            'c' | 'C' => {
                let f = self.read_form(input, st, "#c")?;
                if st.suppress {
                    return Ok(Item::Form(Obj::Nil));
                }
                match f.proper_list().as_deref() {
                    Some([re, im]) => self.complex(re.clone(), im.clone())?,
                    _ => {
                        let m = "#c wants a list of two reals";
                        return Err(self.reader_error(input, Some(at), m));
                    }
                }
            }
            's' | 'S' => {
                let f = self.read_form(input, st, "#s")?;
                if st.suppress {
                    return Ok(Item::Form(Obj::Nil));
                }
                self.site = at;
                self.make_structure_from_list(&f)?
            }
            'a' | 'A' => {
                let f = self.read_form(input, st, "#a")?;
                if st.suppress {
                    return Ok(Item::Form(Obj::Nil));
                }
                self.array_from_contents(n, &f, input, at)?
            }
            '*' => self.read_bits(input, st, n, at)?,
            '=' => {
                let f = self.read_form(input, st, "#n=")?;
                match n {
                    Some(n) => st.labels.push((n, f.clone())),
                    None => return Err(self.reader_error(input, Some(at), "#= wants a number")),
                }
                f
            }
            '#' => {
                let found = st.labels.iter().find(|(l, _)| Some(*l) == n);
                match found {
                    Some((_, o)) => o.clone(),
                    None => {
                        let m = "a label of #n= must be complete before #n# \
                                 (circular structure is not provided)";
                        return Err(self.reader_error(input, Some(at), m));
                    }
                }
            }
            ')' | ' ' | '\n' | '\t' | '<' => {
                let m = "this is no readable syntax: # and a blank, a parenthesis or <";
                return Err(self.reader_error(input, Some(at), m));
            }
            c => {
                if st.suppress {
                    self.read_form(input, st, "#")?;
                    return Ok(Item::Form(Obj::Nil));
                }
                return Err(self.reader_error(
                    input,
                    Some(at),
                    &format!("#{c} is not provided by this reader"),
                ));
            }
        };
        Ok(Item::Form(form))
    }

    fn read_char(&mut self, input: &Input, st: &State, at: u32) -> Res {
        let Some(first) = input.next() else {
            self.site = at;
            return Err(self.signal_named("END-OF-FILE", "the text ends after #\\"));
        };
        let mut name = String::from(first);
        while let Some(c) = input.peek() {
            if is_terminating(c) {
                break;
            }
            name.push(c);
            input.next();
        }
        let mut it = name.chars();
        if let (Some(c), None) = (it.next(), it.next()) {
            return Ok(Obj::Char(c));
        }
        if st.suppress {
            return Ok(Obj::Nil);
        }
        match crate::chars::named(&name) {
            Some(c) => Ok(Obj::Char(c)),
            None => {
                Err(self.reader_error(input, Some(at), &format!("no character is named {name}")))
            }
        }
    }

    fn read_conditional(
        &mut self,
        input: &Input,
        st: &mut State,
        want: bool,
    ) -> Result<Item, Exit> {
        let old = self.s.package_var.value();
        self.s.package_var.set_value(Obj::Package(self.keyword));
        let suppress = std::mem::replace(&mut st.suppress, false);
        let test = self.read_form(input, st, "#+ or #-");
        st.suppress = suppress;
        self.s.package_var.set_value(old.unwrap_or_default());
        let test = test?;
        let holds = suppress || self.feature(&test)?;
        if holds == want && !suppress {
            let f = self.read_form(input, st, "a feature expression")?;
            return Ok(Item::Form(f));
        }
        st.suppress = true;
        let r = self.read_form(input, st, "a feature expression");
        st.suppress = suppress;
        r?;
        Ok(Item::Nothing)
    }

    fn feature(&mut self, test: &Obj) -> Result<bool, Exit> {
        let s = self.s;
        match test {
            Obj::Sym(f) => {
                let list = s.features.value().unwrap_or_default();
                Ok(list.iter().any(|x| x.is_sym(*f)))
            }
            Obj::Cons(c) => {
                let op = c.car();
                let args = c.cdr().to_vec();
                if op.is_sym(s.k_and) {
                    for a in &args {
                        if !self.feature(a)? {
                            return Ok(false);
                        }
                    }
                    Ok(true)
                } else if op.is_sym(s.k_or) {
                    for a in &args {
                        if self.feature(a)? {
                            return Ok(true);
                        }
                    }
                    Ok(false)
                } else if op.is_sym(s.k_not) && args.len() == 1 {
                    Ok(!self.feature(&args[0])?)
                } else {
                    Err(self.signal_named("READER-ERROR", "a feature expression is AND, OR or NOT"))
                }
            }
            _ => Err(self.signal_named("READER-ERROR", "a feature must be a symbol")),
        }
    }

    fn skip_comment(&mut self, input: &Input, at: u32) -> Result<(), Exit> {
        let mut depth = 1;
        while let Some(c) = input.next() {
            match (c, input.peek()) {
                ('|', Some('#')) => {
                    input.next();
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                ('#', Some('|')) => {
                    input.next();
                    depth += 1;
                }
                _ => {}
            }
        }
        self.site = at;
        Err(self.signal_named(
            "END-OF-FILE",
            "the text ends inside the comment that begins here",
        ))
    }

    fn read_radix(&mut self, input: &Input, st: &State, radix: u32, at: u32) -> Res {
        let t: String = match take_token(input) {
            Some(t) => t.chars.iter().map(|c| c.0).collect(),
            None => String::new(),
        };
        if st.suppress {
            return Ok(Obj::Nil);
        }
        let r = if t.ends_with('.') {
            None
        } else {
            parse_rational(&t, radix)
        };
        match r {
            Some(Ok(n)) => Ok(n),
            Some(Err(m)) => Err(self.reader_error(input, Some(at), &m)),
            None => {
                let m = format!("{t} is not a rational number in base {radix}");
                Err(self.reader_error(input, Some(at), &m))
            }
        }
    }

    fn read_bits(&mut self, input: &Input, st: &State, n: Option<u64>, at: u32) -> Res {
        let t: Vec<char> = match take_token(input) {
            Some(t) => t.chars.iter().map(|c| c.0).collect(),
            None => Vec::new(),
        };
        if st.suppress {
            return Ok(Obj::Nil);
        }
        let bits: Option<Vec<Obj>> = t
            .iter()
            .map(|c| c.to_digit(2).map(|d| Obj::Fix(d.into())))
            .collect();
        let Some(mut bits) = bits else {
            return Err(self.reader_error(input, Some(at), "#* wants bits"));
        };
        if let Some(n) = n {
            let n = n as usize;
            if bits.len() > n || (bits.is_empty() && n > 0) || n > 1 << 24 {
                let m = "the bits do not fit the length";
                return Err(self.reader_error(input, Some(at), m));
            }
            let last = bits.last().cloned().unwrap_or_default();
            bits.resize(n, last);
        }
        let mut v = VecObj::new(bits);
        v.element_type = ElementType::Bit;
        Ok(Obj::Vector(Rc::new(v)))
    }

    fn array_from_contents(
        &mut self,
        rank: Option<u64>,
        contents: &Obj,
        input: &Input,
        at: u32,
    ) -> Res {
        let Some(rank) = rank else {
            return Err(self.reader_error(input, Some(at), "#a wants a rank"));
        };
        let bad = |l: &mut Lisp| {
            l.reader_error(
                input,
                Some(at),
                "the contents of the array are not rectangular",
            )
        };
        let mut dims = Vec::new();
        let mut items = vec![contents.clone()];
        for _ in 0..rank {
            let mut next = Vec::new();
            let mut dim = None;
            for x in &items {
                let Some(v) = crate::builtins::sequence_items(x) else {
                    return Err(bad(self));
                };
                if dim.is_some_and(|d| d != v.len()) {
                    return Err(bad(self));
                }
                dim = Some(v.len());
                next.extend(v);
            }
            dims.push(dim.unwrap_or(0));
            items = next;
        }
        if rank == 1 {
            return Ok(Obj::vector(items));
        }
        Ok(Obj::Array(Rc::new(ArrayObj {
            dims: RefCell::new(dims),
            items: RefCell::new(items),
            adjustable: false,
            element_type: ElementType::T,
        })))
    }
}
