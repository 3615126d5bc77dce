//! Lays Lisp objects out in the words of a load band.
//!
//! Objects go to one of two static spaces: *boxed* (symbols, lists, vectors, instances:
//! every word a tagged word) and *code* (functions, strings, numbers). Layouts and
//! addresses come from `tables/objects.lisp`.

use std::collections::HashMap;

use microword::{CdrCode, DataType};
use tables::Tables;

use crate::band::{PAGE_WORDS, Run};

/// A word of 32 bits: cdr code, data type, pointer.
pub type Word = u32;

const POINTER: u32 = 0x01ff_ffff;

/// A canonical word of this type.
pub fn word(data_type: DataType, pointer: u32) -> Word {
    (data_type as u32) << 25 | (pointer & POINTER)
}

/// A fixnum.
///
/// # Panics
/// When the number does not fit 25 bits.
pub fn fixnum(n: i64) -> Word {
    assert!((-(1 << 24)..1 << 24).contains(&n), "{n} is not a fixnum");
    word(DataType::Fix, n as u32)
}

/// A character.
pub fn character(c: char) -> Word {
    word(DataType::Character, c as u32)
}

fn pointer(w: Word) -> u32 {
    w & POINTER
}

/// A compiled function, before it has an address.
#[derive(Debug, Clone, Default)]
pub struct Function {
    /// Required arguments.
    pub required: u32,
    /// Optional arguments.
    pub optional: u32,
    /// Takes a rest list.
    pub rest: bool,
    /// The rest list is parsed as keywords.
    pub keys: bool,
    /// Local 0 is the lexical environment.
    pub environment: bool,
    /// Locals, the environment included.
    pub locals: u32,
    /// Name.
    pub name: Word,
    /// Property list.
    pub debug_info: Word,
    /// Liveness vector or NIL.
    pub liveness: Word,
    /// Constants, the first at displacement 7.
    pub constants: Vec<Word>,
    /// Code.
    pub halfwords: Vec<u16>,
}

/// A load band in the making.
pub struct ImageBuilder {
    tables: Tables,
    resident: Vec<Word>,
    boxed: Vec<Word>,
    code: Vec<Word>,
    symbols: HashMap<(Option<String>, String), Word>,
    symbol_order: Vec<Word>,
}

impl ImageBuilder {
    /// An image with NIL, T and the support vector's symbols.
    pub fn new(tables: Tables) -> Self {
        let resident = tables.objects.constant("tables-origin") as usize;
        let mut image = Self {
            tables,
            resident: vec![fixnum(0); resident],
            boxed: Vec::new(),
            code: Vec::new(),
            symbols: HashMap::new(),
            symbol_order: Vec::new(),
        };
        for (name, key) in [("NIL", "nil-address"), ("T", "t-address")] {
            let address = image.constant(key);
            let w = word(DataType::Symbol, address);
            image
                .symbols
                .insert((Some("COMMON-LISP".into()), name.into()), w);
            image.symbol_order.push(w);
            let cells = image.symbol_cells(name, w);
            image.resident[address as usize..][..cells.len()].copy_from_slice(&cells);
            image.set_value(w, w);
        }
        let origin = image.constant("support-vector");
        for (slot, support) in image.tables.support.clone().into_iter().enumerate() {
            let symbol = image.named_symbol(&support.symbol);
            image.resident[origin as usize + slot] = symbol;
        }
        image
    }

    /// The tables in use.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    fn constant(&self, name: &str) -> u32 {
        self.tables.objects.constant(name) as u32
    }

    /// The symbol NIL.
    pub fn nil(&self) -> Word {
        word(DataType::Symbol, self.constant("nil-address"))
    }

    /// The symbol T.
    pub fn t(&self) -> Word {
        word(DataType::Symbol, self.constant("t-address"))
    }

    /// A symbol written as in the tables: `si:%trap`, `:key`, `quote` (of common-lisp).
    pub fn named_symbol(&mut self, text: &str) -> Word {
        let upper = text.to_uppercase();
        match upper.split_once(':') {
            Some(("", name)) => self.symbol(Some("KEYWORD"), name),
            Some((package, name)) => self.symbol(Some(package), name.trim_start_matches(':')),
            None => self.symbol(Some("COMMON-LISP"), &upper),
        }
    }

    /// The symbol of this name in this package (`None`: one uninterned symbol a name).
    pub fn symbol(&mut self, package: Option<&str>, name: &str) -> Word {
        let key = (package.map(str::to_string), name.to_string());
        if let Some(&w) = self.symbols.get(&key) {
            return w;
        }
        let address = self.boxed_origin() + self.boxed.len() as u32;
        let w = word(DataType::Symbol, address);
        let cells = self.symbol_cells(name, w);
        self.boxed.extend(cells);
        if package == Some("KEYWORD") {
            self.set_value(w, w);
        }
        self.symbols.insert(key, w);
        self.symbol_order.push(w);
        w
    }

    /// A symbol of its own, without a home.
    pub fn uninterned_symbol(&mut self, name: &str) -> Word {
        let address = self.boxed_origin() + self.boxed.len() as u32;
        let w = word(DataType::Symbol, address);
        let cells = self.symbol_cells(name, w);
        self.boxed.extend(cells);
        w
    }

    /// Every symbol with its home package's name, in the order of their making.
    pub fn symbols(&self) -> Vec<(Option<String>, String, Word)> {
        let mut by_word: HashMap<Word, (Option<String>, String)> =
            self.symbols.iter().map(|(k, w)| (*w, k.clone())).collect();
        self.symbol_order
            .iter()
            .filter_map(|w| by_word.remove(w).map(|(package, name)| (package, name, *w)))
            .collect()
    }

    fn symbol_cells(&mut self, name: &str, symbol: Word) -> [Word; 5] {
        let name = self.string(name);
        let unbound = word(DataType::Null, pointer(symbol));
        let nil = self.nil();
        [
            word(DataType::SymbolHeader, pointer(name)),
            unbound,
            unbound,
            nil,
            nil,
        ]
    }

    /// Sets a symbol's value.
    pub fn set_value(&mut self, symbol: Word, value: Word) {
        let at = pointer(symbol) + self.constant("symbol-value");
        *self.cell(at) = value;
    }

    /// Sets a symbol's function cell.
    pub fn set_function(&mut self, symbol: Word, function: Word) {
        let at = pointer(symbol) + self.constant("symbol-function");
        *self.cell(at) = function;
    }

    /// Sets a symbol's property list.
    pub fn set_plist(&mut self, symbol: Word, list: Word) {
        let at = pointer(symbol) + self.constant("symbol-plist");
        *self.cell(at) = list;
    }

    /// Sets a symbol's package cell.
    pub fn set_package(&mut self, symbol: Word, package: Word) {
        let at = pointer(symbol) + self.constant("symbol-package");
        *self.cell(at) = package;
    }

    /// Sets a word of the system communication area, by the name of its layout entry.
    pub fn set_communication(&mut self, entry: &str, value: Word) {
        let at =
            self.constant("system-communication-area") + self.constant(&format!("sysca-{entry}"));
        *self.cell(at) = value;
    }

    /// A word that has been laid out.
    ///
    /// # Panics
    /// When nothing is at that address.
    pub fn cell(&mut self, address: u32) -> &mut Word {
        let (boxed, code) = (self.boxed_origin(), self.code_origin());
        if address < self.resident.len() as u32 {
            &mut self.resident[address as usize]
        } else if address >= code {
            &mut self.code[(address - code) as usize]
        } else {
            &mut self.boxed[(address - boxed) as usize]
        }
    }

    fn boxed_origin(&self) -> u32 {
        self.constant("static-origin")
    }

    fn code_origin(&self) -> u32 {
        self.constant("static-code-origin")
    }

    fn put_boxed(&mut self, words: &[Word]) -> u32 {
        let address = self.boxed_origin() + self.boxed.len() as u32;
        self.boxed.extend_from_slice(words);
        assert!(
            address + (words.len() as u32) < self.code_origin(),
            "static boxed space is full"
        );
        address
    }

    fn put_code(&mut self, words: &[Word]) -> u32 {
        let address = self.code_origin() + self.code.len() as u32;
        self.code.extend_from_slice(words);
        let end = self.constant("stacks-origin");
        assert!(
            address + (words.len() as u32) < end,
            "static code space is full"
        );
        address
    }

    /// A full pair.
    pub fn cons(&mut self, car: Word, cdr: Word) -> Word {
        let cells = [
            with_cdr(car, CdrCode::Normal),
            with_cdr(cdr, CdrCode::Error),
        ];
        word(DataType::List, self.put_boxed(&cells))
    }

    /// A cdr-coded list; NIL when empty.
    pub fn list(&mut self, items: &[Word]) -> Word {
        let Some((last, init)) = items.split_last() else {
            return self.nil();
        };
        let mut cells: Vec<Word> = init.iter().map(|w| with_cdr(*w, CdrCode::Next)).collect();
        cells.push(with_cdr(*last, CdrCode::Nil));
        word(DataType::List, self.put_boxed(&cells))
    }

    /// A cdr-coded list with a tail other than NIL.
    pub fn dotted_list(&mut self, items: &[Word], tail: Word) -> Word {
        let Some((last, init)) = items.split_last() else {
            return tail;
        };
        let mut cells: Vec<Word> = init.iter().map(|w| with_cdr(*w, CdrCode::Next)).collect();
        cells.push(with_cdr(*last, CdrCode::Normal));
        cells.push(with_cdr(tail, CdrCode::Error));
        word(DataType::List, self.put_boxed(&cells))
    }

    fn array_header(&self, array_type: &str, length: usize) -> Vec<Word> {
        let field = |name: &str| self.tables.objects.field(name).position;
        let code = self.tables.objects.constant(&format!("art-{array_type}")) as u32;
        let base = code << field("array-header-type") | 1 << field("array-header-simple");
        if length < 1 << self.tables.objects.field("array-header-length").width {
            vec![word(DataType::ArrayHeader, base | length as u32)]
        } else {
            let long = base | 1 << field("array-header-long");
            vec![word(DataType::ArrayHeader, long), fixnum(length as i64)]
        }
    }

    /// A string: bytes when every character is below 256, else one character a word.
    pub fn string(&mut self, text: &str) -> Word {
        let chars: Vec<u32> = text.chars().map(u32::from).collect();
        let words = if chars.iter().all(|c| *c < 256) {
            let mut words = self.array_header("string", chars.len());
            words.extend(chars.chunks(4).map(|four| {
                four.iter()
                    .enumerate()
                    .fold(0, |sum, (i, c)| sum | c << (8 * i))
            }));
            words
        } else {
            let mut words = self.array_header("fat-string", chars.len());
            words.extend(chars);
            words
        };
        word(DataType::ArrayPointer, self.put_code(&words))
    }

    /// A simple vector.
    pub fn simple_vector(&mut self, items: &[Word]) -> Word {
        let mut words = self.array_header("q", items.len());
        words.extend_from_slice(items);
        word(DataType::ArrayPointer, self.put_boxed(&words))
    }

    /// A simple unboxed array from its packed data words.
    pub fn unboxed_array(&mut self, array_type: &str, length: usize, data: &[u32]) -> Word {
        let mut words = self.array_header(array_type, length);
        words.extend_from_slice(data);
        word(DataType::ArrayPointer, self.put_code(&words))
    }

    /// A full array (its first word's low six bits, then words 1 to 4 and the dimensions).
    pub fn full_array(&mut self, array_type: &str, bits: u32, body: &[Word]) -> Word {
        let position = self.tables.objects.field("array-header-type").position;
        let code = self.tables.objects.constant(&format!("art-{array_type}")) as u32;
        let mut words = vec![word(
            DataType::ArrayHeader,
            code << position | (bits & 0o77),
        )];
        words.extend_from_slice(body);
        word(DataType::ArrayPointer, self.put_boxed(&words))
    }

    fn number_header(&self, kind: &str, rest: u32) -> Word {
        let code = self.constant(&format!("header-type-{kind}"));
        let position = self.tables.objects.field("header-type").position;
        word(DataType::Header, code << position | rest)
    }

    /// A bignum from its magnitude, least significant digit first.
    pub fn bignum(&mut self, negative: bool, digits: &[u32]) -> Word {
        let sign = u32::from(negative) << self.tables.objects.field("bignum-sign").position;
        let mut words = vec![self.number_header("bignum", sign | digits.len() as u32)];
        words.extend_from_slice(digits);
        word(DataType::ExtendedNumber, self.put_code(&words))
    }

    /// A single float.
    pub fn single(&mut self, x: f32) -> Word {
        let words = [self.number_header("single-float", 0), x.to_bits()];
        word(DataType::ExtendedNumber, self.put_code(&words))
    }

    /// A double float.
    pub fn double(&mut self, x: f64) -> Word {
        let bits = x.to_bits();
        let words = [
            self.number_header("double-float", 0),
            bits as u32,
            (bits >> 32) as u32,
        ];
        word(DataType::ExtendedNumber, self.put_code(&words))
    }

    /// A ratio.
    pub fn ratio(&mut self, numerator: Word, denominator: Word) -> Word {
        let words = [self.number_header("ratio", 0), numerator, denominator];
        word(DataType::ExtendedNumber, self.put_code(&words))
    }

    /// A complex number.
    pub fn complex(&mut self, real: Word, imaginary: Word) -> Word {
        let words = [self.number_header("complex", 0), real, imaginary];
        word(DataType::ExtendedNumber, self.put_code(&words))
    }

    /// An instance; `layout` is its layout's instance word.
    pub fn instance(&mut self, layout: Word, slots: &[Word]) -> Word {
        let mut words = vec![word(DataType::InstanceHeader, pointer(layout))];
        words.extend_from_slice(slots);
        word(DataType::Instance, self.put_boxed(&words))
    }

    /// A function.
    pub fn function(&mut self, f: &Function) -> Word {
        let field = |name: &str| self.tables.objects.field(name).clone();
        let first = self.constant("fef-constants");
        let code = first + f.constants.len() as u32 + 2;
        let length = code + f.halfwords.len().div_ceil(2) as u32;
        let general = self.constant("fef-nargs-general");
        let simple = f.optional == 0 && !f.rest && !f.environment;
        let simple = simple && f.required < general && f.locals < 16 && code < 256;
        let nargs = if simple { f.required } else { general };
        let put = |name: &str, value: u32| {
            let field = field(name);
            assert!(value >> field.width == 0, "{name} {value} fits its field");
            value << field.position
        };
        let mut rest = put("fef-header-nargs", nargs);
        if simple {
            rest |= put("fef-header-locals", f.locals) | put("fef-header-entry", code);
        }
        let arguments = put("fef-arguments-required", f.required)
            | put("fef-arguments-optional", f.optional)
            | put("fef-arguments-rest", f.rest.into())
            | put("fef-arguments-keys", f.keys.into())
            | put("fef-arguments-environment", f.environment.into())
            | put("fef-arguments-locals", f.locals);
        let mut words = vec![
            self.number_header("fef", rest),
            fixnum(length.into()),
            fixnum(code.into()),
            fixnum(arguments.into()),
            f.name,
            f.debug_info,
            f.liveness,
        ];
        words.extend_from_slice(&f.constants);
        words.extend([self.nil(), self.nil()]);
        words.extend(
            f.halfwords
                .chunks(2)
                .map(|pair| u32::from(pair[0]) | pair.get(1).map_or(0, |h| u32::from(*h) << 16)),
        );
        word(DataType::FefPointer, self.put_code(&words))
    }

    /// Code from instruction names and operands (0 where there is none).
    ///
    /// # Panics
    /// When the table has no such instruction or the operand does not fit.
    pub fn assemble(&self, code: &[(&str, i32)]) -> Vec<u16> {
        code.iter()
            .flat_map(|(name, operand)| {
                self.tables
                    .encode(name, *operand)
                    .unwrap_or_else(|| panic!("no instruction {name} with operand {operand}"))
            })
            .collect()
    }

    /// The runs of the band.
    pub fn finish(mut self) -> Vec<Run> {
        let boxed_free = self.boxed_origin() + self.boxed.len() as u32;
        let code_free = self.code_origin() + self.code.len() as u32;
        self.set_communication("static-free", fixnum(boxed_free.into()));
        self.set_communication("static-code-free", fixnum(code_free.into()));
        // The free rest of a boxed page must be tagged words too; CDR may look at the
        // word after the last cell.
        let whole = (self.boxed.len() + 1).next_multiple_of(PAGE_WORDS);
        self.boxed.resize(whole, fixnum(0));
        vec![
            Run {
                address: 0,
                words: self.resident,
            },
            Run {
                address: self.tables.objects.constant("static-origin") as u32,
                words: self.boxed,
            },
            Run {
                address: self.tables.objects.constant("static-code-origin") as u32,
                words: self.code,
            },
        ]
    }
}

fn with_cdr(w: Word, code: CdrCode) -> Word {
    (w & 0x3fff_ffff) | (code as u32) << 30
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> ImageBuilder {
        ImageBuilder::new(Tables::load().unwrap())
    }

    #[test]
    fn symbols_are_interned_and_unbound() {
        let mut image = image();
        let a = image.symbol(Some("SI"), "FOO");
        assert_eq!(a, image.named_symbol("si:foo"));
        assert_ne!(a, image.symbol(Some("CL-USER"), "FOO"));
        assert_eq!(
            *image.cell(pointer(a) + 1),
            word(DataType::Null, pointer(a))
        );
        let key = image.named_symbol(":test");
        assert_eq!(*image.cell(pointer(key) + 1), key);
        assert_eq!(image.nil(), 3 << 25);
        assert_eq!(image.t(), 3 << 25 | 8);
    }

    #[test]
    fn lists_are_cdr_coded() {
        let mut image = image();
        let list = image.list(&[fixnum(1), fixnum(-1)]);
        assert_eq!(*image.cell(pointer(list)), 5 << 25 | 1);
        assert_eq!(
            *image.cell(pointer(list) + 1),
            3 << 30 | 5 << 25 | 0x1ff_ffff
        );
        let pair = image.cons(fixnum(1), fixnum(2));
        assert_eq!(*image.cell(pointer(pair)) >> 30, 2);
        assert_eq!(*image.cell(pointer(pair) + 1) >> 30, 1);
    }

    #[test]
    fn a_simple_function_has_its_entry_in_the_header() {
        let mut image = image();
        let halfwords = image.assemble(&[("push-arg", 0), ("return", 1)]);
        let name = image.named_symbol("identity");
        let f = Function {
            required: 1,
            name,
            halfwords,
            ..Function::default()
        };
        let f = image.function(&f);
        let header = *image.cell(pointer(f));
        assert_eq!(header >> 14 & 31, 1);
        assert_eq!(header & 0x3fc, 9 * 4);
        assert_eq!(*image.cell(pointer(f) + 9), 0o66 << 22 | 1 << 16 | 0o200);
    }
}
