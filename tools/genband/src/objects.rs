//! Objects of the evaluator as words of the band.
//!
//! What is `eql`, and strings, lists and vectors with the same contents, is laid out once
//! for each file.

use std::collections::HashMap;
use std::rc::Rc;

use host_lisp::{Cons, Obj, Sym};
use num_bigint::{BigInt, Sign};

use crate::image::{ImageBuilder, Word, character, fixnum};

const DEEPEST: usize = 5_000;

/// What has been laid out for the file at hand.
#[derive(Default)]
struct Shared {
    integers: HashMap<BigInt, Word>,
    singles: HashMap<u32, Word>,
    doubles: HashMap<u64, Word>,
    strings: HashMap<String, Word>,
    lists: HashMap<(Vec<Word>, Word), Word>,
    vectors: HashMap<Vec<Word>, Word>,
}

/// Lays out objects.
pub struct Objects {
    /// The image they go to.
    pub image: ImageBuilder,
    uninterned: Vec<(Sym, Word)>,
    cells: HashMap<usize, (Rc<Cons>, Word)>,
    shared: Shared,
}

impl Objects {
    /// Into this image.
    pub fn new(image: ImageBuilder) -> Self {
        Self {
            image,
            uninterned: Vec::new(),
            cells: HashMap::new(),
            shared: Shared::default(),
        }
    }

    /// From here on nothing is shared with what was laid out before.
    pub fn begin_file(&mut self) {
        self.shared = Shared::default();
    }

    /// A symbol of the evaluator.
    pub fn symbol(&mut self, symbol: Sym) -> Word {
        match symbol.package() {
            Some(package) => self.image.symbol(Some(&package.name()), symbol.name()),
            None => {
                if let Some((_, w)) = self.uninterned.iter().find(|(s, _)| *s == symbol) {
                    return *w;
                }
                let w = self.image.uninterned_symbol(symbol.name());
                self.uninterned.push((symbol, w));
                w
            }
        }
    }

    /// The cons that is to be this very one wherever it is met.
    pub fn cell(&mut self, cons: &Rc<Cons>) -> Word {
        let key = Rc::as_ptr(cons) as usize;
        if let Some((_, w)) = self.cells.get(&key) {
            return *w;
        }
        let nil = self.image.nil();
        let w = self.image.cons(nil, nil);
        self.cells.insert(key, (cons.clone(), w));
        w
    }

    /// Any constant. The error says what kind of object cannot be laid out.
    pub fn object(&mut self, o: &Obj) -> Result<Word, String> {
        self.nested(o, 0)
    }

    fn nested(&mut self, o: &Obj, depth: usize) -> Result<Word, String> {
        if depth > DEEPEST {
            return Err("a constant is circular, or nested too deeply".into());
        }
        Ok(match o {
            Obj::Nil => self.image.nil(),
            Obj::Sym(s) => self.symbol(*s),
            Obj::Fix(_) | Obj::Big(_) => self.integer(&o.as_bigint().unwrap_or_default()),
            Obj::Char(c) => character(*c),
            Obj::Single(x) => {
                let image = &mut self.image;
                let singles = &mut self.shared.singles;
                *singles
                    .entry(x.to_bits())
                    .or_insert_with(|| image.single(*x))
            }
            Obj::Double(x) => {
                let image = &mut self.image;
                let doubles = &mut self.shared.doubles;
                *doubles
                    .entry(x.to_bits())
                    .or_insert_with(|| image.double(*x))
            }
            Obj::Ratio(r) => {
                let numerator = self.integer(r.numer());
                let denominator = self.integer(r.denom());
                self.image.ratio(numerator, denominator)
            }
            Obj::Complex(c) => {
                let real = self.nested(&c.0, depth + 1)?;
                let imaginary = self.nested(&c.1, depth + 1)?;
                self.image.complex(real, imaginary)
            }
            Obj::Str(s) => {
                let text = s.to_string();
                self.string(&text)
            }
            Obj::Cons(_) => self.list(o, depth)?,
            Obj::Vector(v) => {
                let items: Result<Vec<Word>, String> = v
                    .to_vec()
                    .iter()
                    .map(|x| self.nested(x, depth + 1))
                    .collect();
                self.vector(items?)
            }
            _ => return Err(format!("{o:?} cannot be a constant of the band")),
        })
    }

    /// An integer.
    pub fn integer(&mut self, n: &BigInt) -> Word {
        if let Ok(small) = i64::try_from(n)
            && (-(1 << 24)..1 << 24).contains(&small)
        {
            return fixnum(small);
        }
        let image = &mut self.image;
        *self.shared.integers.entry(n.clone()).or_insert_with(|| {
            let (sign, digits) = n.to_u32_digits();
            image.bignum(sign == Sign::Minus, &digits)
        })
    }

    /// A string.
    pub fn string(&mut self, text: &str) -> Word {
        if let Some(w) = self.shared.strings.get(text) {
            return *w;
        }
        let w = self.image.string(text);
        self.shared.strings.insert(text.into(), w);
        w
    }

    /// A simple vector of words.
    pub fn vector(&mut self, items: Vec<Word>) -> Word {
        if let Some(w) = self.shared.vectors.get(&items) {
            return *w;
        }
        let w = self.image.simple_vector(&items);
        self.shared.vectors.insert(items, w);
        w
    }

    /// A list of words.
    pub fn word_list(&mut self, items: Vec<Word>, tail: Word) -> Word {
        if items.is_empty() {
            return tail;
        }
        let key = (items, tail);
        if let Some(w) = self.shared.lists.get(&key) {
            return *w;
        }
        let w = if tail == self.image.nil() {
            self.image.list(&key.0)
        } else {
            self.image.dotted_list(&key.0, tail)
        };
        self.shared.lists.insert(key, w);
        w
    }

    fn list(&mut self, o: &Obj, depth: usize) -> Result<Word, String> {
        let mut items = Vec::new();
        let mut rest = o.clone();
        while let Obj::Cons(c) = &rest {
            if items.len() > 1 << 20 {
                return Err("a list constant is circular, or too long".into());
            }
            items.push(self.nested(&c.car(), depth + 1)?);
            let next = c.cdr();
            rest = next;
        }
        let tail = self.nested(&rest, depth + 1)?;
        Ok(self.word_list(items, tail))
    }
}
