//! The linker: carries out the compiler's load actions (`lisp/compiler/toplevel.lisp`) on an
//! image.

use std::collections::HashMap;

use host_lisp::{Lisp, Obj};

use crate::image::{Function, Word, fixnum};
use crate::objects::Objects;

/// A function's place in the band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Address of its first word.
    pub address: u32,
    /// Length in words.
    pub words: u32,
    /// Its name, as printed.
    pub name: String,
}

/// Puts load actions into an image.
pub struct Linker<'a> {
    lisp: &'a mut Lisp,
    /// Where objects go.
    pub objects: Objects,
    /// Property lists of symbols, in the order of their making.
    plists: Vec<(Word, Vec<(Word, Word)>)>,
    plist_of: HashMap<Word, usize>,
    layouts: HashMap<Word, Word>,
    layout_of_layouts: Word,
    setf_symbols: HashMap<Word, Word>,
    functions: HashMap<Word, Word>,
    initial: Vec<Word>,
    placed: Vec<Placed>,
}

const POINTER: u32 = 0x01ff_ffff;

const SPECIAL_OPERATORS: &str = "block catch eval-when flet function go if labels let let* \
    load-time-value locally macrolet multiple-value-call multiple-value-prog1 progn progv quote \
    return-from setq symbol-macrolet tagbody the throw unwind-protect";

impl<'a> Linker<'a> {
    /// A linker into this image. The layout of layouts is made at once.
    pub fn new(lisp: &'a mut Lisp, mut objects: Objects) -> Self {
        let image = &mut objects.image;
        let nil = image.nil();
        let name = image.named_symbol("si:layout");
        let slots = [name, fixnum(6), fixnum(0), nil, nil, nil];
        let layout = image.instance(nil, &slots);
        let ancestors = image.simple_vector(&[layout]);
        let address = layout & POINTER;
        let header = *image.cell(address) & !POINTER | address;
        *image.cell(address) = header;
        *image.cell(address + 4) = ancestors;
        let variable = image.named_symbol("si:%layout-of-layouts");
        image.set_value(variable, layout);
        image.set_communication("layout-of-layouts", layout);
        let mut linker = Self {
            lisp,
            objects,
            plists: Vec::new(),
            plist_of: HashMap::new(),
            layouts: HashMap::from([(name, layout)]),
            layout_of_layouts: layout,
            setf_symbols: HashMap::new(),
            functions: HashMap::new(),
            initial: Vec::new(),
            placed: Vec::new(),
        };
        let property = linker.objects.image.named_symbol("si:layout");
        linker.put(name, property, layout);
        linker
    }

    fn put(&mut self, symbol: Word, indicator: Word, value: Word) {
        let at = *self.plist_of.entry(symbol).or_insert_with(|| {
            self.plists.push((symbol, Vec::new()));
            self.plists.len() - 1
        });
        let plist = &mut self.plists[at].1;
        match plist.iter_mut().find(|(i, _)| *i == indicator) {
            Some(entry) => entry.1 = value,
            None => plist.push((indicator, value)),
        }
    }

    /// Function cells of the special operators: `(special . name)`.
    pub fn special_operators(&mut self) {
        for name in SPECIAL_OPERATORS.split_whitespace() {
            let image = &mut self.objects.image;
            let mark = image.named_symbol("special");
            let symbol = image.named_symbol(name);
            let pair = image.cons(mark, symbol);
            image.set_function(symbol, pair);
        }
    }

    /// Every function of an instruction (`:function` in the table) that the world does not define.
    pub fn stubs(&mut self) {
        let instructions = self.objects.image.tables().macroinstructions.clone();
        for i in &instructions {
            let (Some(function), Some(args)) = (&i.function, i.args) else {
                continue;
            };
            let symbol = self.objects.image.named_symbol(function);
            if self.functions.contains_key(&symbol) {
                continue;
            }
            let args = i32::from(args);
            let mut code: Vec<(&str, i32)> = (0..args).rev().map(|d| ("push-arg", d)).collect();
            code.push((&i.name, 0));
            let mut constants = Vec::new();
            match i.results {
                Some(0) => {
                    constants.push(self.objects.image.nil());
                    code.extend([("push-constant", 7), ("return", args)]);
                }
                Some(1) => code.push(("return", args)),
                Some(n) => code.push(("return-values", n.into())),
                None => code.push(("return-mv", 0)),
            }
            let halfwords = self.objects.image.assemble(&code);
            let function = Function {
                required: args as u32,
                name: symbol,
                debug_info: self.objects.image.nil(),
                liveness: self.objects.image.nil(),
                constants,
                halfwords,
                ..Function::default()
            };
            let printed = i.function.clone().unwrap_or_default().to_uppercase();
            let word = self.place(&function, printed);
            self.functions.insert(symbol, word);
            self.objects.image.set_function(symbol, word);
        }
    }

    fn place(&mut self, function: &Function, name: String) -> Word {
        let word = self.objects.image.function(function);
        let address = word & POINTER;
        let words = *self.objects.image.cell(address + 1) & POINTER;
        self.placed.push(Placed {
            address,
            words,
            name,
        });
        word
    }

    /// Makes the layouts that `actions` define: before anything refers to them.
    pub fn layouts(&mut self, actions: &Obj) -> Result<(), String> {
        for action in actions.iter() {
            let parts: Vec<Obj> = action.iter().collect();
            if keyword(parts.first()) == Some("LAYOUT") {
                self.layout(&parts)?;
            }
        }
        Ok(())
    }

    fn layout(&mut self, parts: &[Obj]) -> Result<(), String> {
        let [_, name, included, count, description] = parts else {
            return Err("a :layout action of another length".into());
        };
        let name_word = self.objects.object(name)?;
        let included_word = self.objects.object(included)?;
        let description = self.entry(description, &[])?;
        let mut ancestors = Vec::new();
        if included.is_true() {
            let parent = *self.layouts.get(&included_word).ok_or_else(|| {
                let (name, included) = (self.lisp.print(name), self.lisp.print(included));
                format!("the layout {name} includes {included}, which is not defined before it")
            })?;
            let vector = *self.objects.image.cell((parent & POINTER) + 4) & POINTER;
            let depth = *self.objects.image.cell((parent & POINTER) + 3) & POINTER;
            for i in 0..=depth {
                ancestors.push(*self.objects.image.cell(vector + 1 + i));
            }
        }
        let count = fixnum(count.as_i64().unwrap_or(0));
        let depth = fixnum(ancestors.len() as i64);
        let image = &mut self.objects.image;
        let nil = image.nil();
        let layout = image.instance(
            self.layout_of_layouts,
            &[name_word, count, depth, nil, description, nil],
        );
        ancestors.push(layout);
        let ancestors = image.simple_vector(&ancestors);
        *image.cell((layout & POINTER) + 4) = ancestors;
        let property = image.named_symbol("si:layout");
        let slots = image.named_symbol("compiler:slot-count");
        self.layouts.insert(name_word, layout);
        self.put(name_word, property, layout);
        self.put(name_word, slots, count);
        Ok(())
    }

    /// Carries out the actions of a file.
    pub fn file(&mut self, actions: &Obj) -> Result<(), String> {
        self.objects.begin_file();
        for action in actions.iter() {
            let parts: Vec<Obj> = action.iter().collect();
            self.action(&parts)?;
        }
        Ok(())
    }

    fn action(&mut self, parts: &[Obj]) -> Result<(), String> {
        match (keyword(parts.first()), parts) {
            (Some("FUNCTION"), [_, name, description]) => {
                let symbol = self.function_symbol(name)?;
                let function = self.description(description)?;
                self.functions.insert(symbol, function);
                self.objects.image.set_function(symbol, function);
            }
            (Some("MACRO"), [_, name, description]) => {
                let symbol = self.objects.object(name)?;
                let function = self.description(description)?;
                let image = &mut self.objects.image;
                let mark = image.named_symbol("si:macro");
                let pair = image.cons(mark, function);
                image.set_function(symbol, pair);
            }
            (Some("VARIABLE"), [_, name, entry]) => {
                let symbol = self.objects.object(name)?;
                let value = self.entry(entry, &[])?;
                self.objects.image.set_value(symbol, value);
            }
            (Some("CONSTANT"), [_, name, entry]) => {
                let symbol = self.objects.object(name)?;
                let value = self.entry(entry, &[])?;
                let image = &mut self.objects.image;
                image.set_value(symbol, value);
                let list = image.list(&[value]);
                let constant = image.named_symbol("compiler:constant");
                self.put(symbol, constant, list);
            }
            (Some("DECLAIM"), [_, specifier]) => self.declaim(specifier)?,
            (Some("LAYOUT"), _) => {}
            (Some("EVALUATE"), [_, description]) => {
                let function = self.description(description)?;
                self.initial.push(function);
            }
            _ => return Err("a load action of unknown kind".into()),
        }
        Ok(())
    }

    fn declaim(&mut self, specifier: &Obj) -> Result<(), String> {
        let mut names = specifier.iter();
        let Some(Obj::Sym(kind)) = names.next() else {
            return Ok(());
        };
        let (indicator, value) = match kind.name() {
            "SPECIAL" => ("special", "t"),
            "INLINE" => ("compiler:inline", ":inline"),
            "NOTINLINE" => ("compiler:inline", ":notinline"),
            _ => return Ok(()),
        };
        let indicator = match indicator {
            // The compiler's symbol INLINE is the standard's.
            "compiler:inline" => self.objects.image.named_symbol("inline"),
            other => self.objects.image.named_symbol(other),
        };
        let value = self.objects.image.named_symbol(value);
        for name in names {
            if name.is_symbol() {
                let symbol = self.objects.object(&name)?;
                self.put(symbol, indicator, value);
            }
        }
        Ok(())
    }

    /// The symbol in whose function cell the function NAME lives.
    fn function_symbol(&mut self, name: &Obj) -> Result<Word, String> {
        if name.is_symbol() {
            return self.objects.object(name);
        }
        let place = name.iter().nth(1).unwrap_or_default();
        self.setf_symbol(&place)
    }

    fn setf_symbol(&mut self, place: &Obj) -> Result<Word, String> {
        let symbol = self.objects.object(place)?;
        // Some places are set by a function of another name: property si:setf-inverse.
        let inverse = self.lisp.intern("SI", "SETF-INVERSE");
        let inverse = inverse.map_err(|e| e.to_string())?.into();
        let inverse = self
            .lisp
            .call_named("COMMON-LISP", "GET", &[place.clone(), inverse])
            .map_err(|e| e.to_string())?;
        if inverse.is_true() {
            return self.objects.object(&inverse);
        }
        if let Some(w) = self.setf_symbols.get(&symbol) {
            return Ok(*w);
        }
        let text = format!("(SETF {})", self.lisp.display(place));
        let image = &mut self.objects.image;
        let w = image.uninterned_symbol(&text);
        let property = image.named_symbol("si:setf-function");
        self.setf_symbols.insert(symbol, w);
        self.put(symbol, property, w);
        Ok(w)
    }

    /// A constant entry: `(kind . value)`.
    fn entry(&mut self, entry: &Obj, lifted: &[Word]) -> Result<Word, String> {
        let Obj::Cons(pair) = entry else {
            return Err("a constant entry that is no pair".into());
        };
        let value = pair.cdr();
        match keyword(Some(&pair.car())) {
            Some("OBJECT") => self.objects.object(&value),
            Some("FUNCTION") => self.inner(&value, lifted),
            Some("LIFTED") => value
                .as_i64()
                .and_then(|i| lifted.get(usize::try_from(i).ok()?).copied())
                .ok_or_else(|| "a lifted function that is not there".into()),
            Some("SETF") => self.setf_symbol(&value),
            Some("LAYOUT") => {
                let name = self.objects.object(&value)?;
                self.layouts
                    .get(&name)
                    .copied()
                    .ok_or_else(|| format!("there is no layout {}", self.lisp.print(&value)))
            }
            Some("CELL") => match &value {
                Obj::Cons(c) => Ok(self.objects.cell(c)),
                _ => Err("a cell that is no cons".into()),
            },
            _ => Err("a constant entry of unknown kind".into()),
        }
    }

    /// An outermost function with its lifted ones.
    fn description(&mut self, d: &Obj) -> Result<Word, String> {
        let parts = vector(d)?;
        let lifted: Vec<Obj> = parts.get(12).cloned().unwrap_or_default().iter().collect();
        let mut symbols = Vec::new();
        for f in &lifted {
            let name = vector(f)
                .ok()
                .and_then(|p| p.get(1).cloned())
                .map(|n| n.iter().nth(2).unwrap_or(n))
                .unwrap_or_default();
            let text = self.lisp.display(&name);
            symbols.push(self.objects.image.uninterned_symbol(&text));
        }
        for (symbol, f) in symbols.iter().zip(&lifted) {
            if f.is_true() {
                let word = self.inner(f, &symbols)?;
                self.objects.image.set_function(*symbol, word);
            }
        }
        self.inner(d, &symbols)
    }

    fn inner(&mut self, d: &Obj, lifted: &[Word]) -> Result<Word, String> {
        let parts = vector(d)?;
        let [
            _,
            name,
            required,
            optional,
            rest,
            keys,
            environment,
            locals,
            debug,
            liveness,
            constants,
            halfwords,
            ..,
        ] = &parts[..]
        else {
            return Err("a function description of another length".into());
        };
        let mut words = Vec::new();
        for entry in constants.iter() {
            words.push(self.entry(&entry, lifted)?);
        }
        let first = self
            .objects
            .image
            .tables()
            .objects
            .constant("fef-constants");
        let code = first + words.len() as i64 + 2;
        let function = Function {
            required: number(required)?,
            optional: number(optional)?,
            rest: rest.is_true(),
            keys: keys.is_true(),
            environment: environment.is_true(),
            locals: number(locals)?,
            name: self.objects.object(name)?,
            debug_info: self.objects.object(debug)?,
            liveness: self.liveness(liveness, code)?,
            constants: words,
            halfwords: halfwords
                .iter()
                .map(|h| number(&h).and_then(|n| u16::try_from(n).map_err(|e| e.to_string())))
                .collect::<Result<_, String>>()?,
        };
        let printed = self.lisp.print(name);
        Ok(self.place(&function, printed))
    }

    /// Triples of return address (byte offset in the function) and two masks.
    fn liveness(&mut self, triples: &Obj, code: i64) -> Result<Word, String> {
        let mut items = Vec::new();
        for triple in triples.iter() {
            let numbers: Vec<i64> = triple.iter().filter_map(|o| o.as_i64()).collect();
            let [position, low, high] = numbers[..] else {
                return Err("liveness that is no triple".into());
            };
            // Masks are 24 bits wide and so never negative.
            items.extend([fixnum(code * 4 + position * 2), fixnum(low), fixnum(high)]);
        }
        Ok(if items.is_empty() {
            self.objects.image.nil()
        } else {
            self.objects.vector(items)
        })
    }

    /// Property lists into their symbols, initial functions into the communication area.
    pub fn finish(mut self) -> (Objects, Vec<Placed>) {
        self.objects.begin_file();
        for (symbol, plist) in std::mem::take(&mut self.plists) {
            let words: Vec<Word> = plist.into_iter().flat_map(|(i, v)| [i, v]).collect();
            let list = self.objects.image.list(&words);
            self.objects.image.set_plist(symbol, list);
        }
        let list = self.objects.image.list(&self.initial);
        self.objects.image.set_communication("init-functions", list);
        self.placed.sort_by_key(|p| p.address);
        (self.objects, self.placed)
    }
}

fn keyword(o: Option<&Obj>) -> Option<&'static str> {
    match o {
        Some(Obj::Sym(s)) => Some(s.name()),
        _ => None,
    }
}

fn vector(o: &Obj) -> Result<Vec<Obj>, String> {
    match o {
        Obj::Vector(v) => Ok(v.to_vec()),
        _ => Err("a function description that is no vector".into()),
    }
}

fn number(o: &Obj) -> Result<u32, String> {
    o.as_i64()
        .and_then(|n| u32::try_from(n).ok())
        .ok_or_else(|| format!("{o:?} where a count should be"))
}
