//! Random object graphs, collected again and again, compared with a model.

use std::collections::BTreeMap;

use genband::image::fixnum;
use runlight::sdu::Request;

use crate::image;
use crate::rig::Rig;

const LIST: u32 = 14 << 25;
const VECTOR: u32 = 17 << 25;
const LOCATIVE: u32 = 13 << 25;
const NIL: u32 = 3 << 25;
const POINTER: u32 = 0x1ff_ffff;

/// A value of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Value {
    Nil,
    Number(i64),
    /// An object.
    Object(usize),
    /// A locative to a word of an object.
    Word(usize, usize),
}

#[derive(Debug, Clone)]
enum Object {
    /// A cell: whatever its cdr code, a car and a cdr.
    Cell(Value, Value),
    Vector(Vec<Value>),
    Bytes(usize),
}

/// A generator of numbers, the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }
}

/// Machine and model side by side. What is on the machine's stack are the model's roots.
struct Pair {
    rig: Rig,
    objects: Vec<Object>,
    roots: Vec<Value>,
    /// What the value cells of some static symbols hold.
    cells: Vec<(u32, Value)>,
}

impl Pair {
    fn new(megabytes: u32, torture: u32, symbols: usize) -> Pair {
        let mut image = image();
        let cells = (0..symbols)
            .map(|i| (image.symbol(None, &format!("S{i}")) & POINTER, Value::Nil))
            .collect();
        for i in 0..symbols {
            let symbol = image.symbol(None, &format!("S{i}"));
            image.set_value(symbol, NIL);
        }
        let request = Request {
            torture,
            ..Request::default()
        };
        let rig = Rig::new(megabytes, request, image);
        Pair {
            rig,
            objects: Vec::new(),
            roots: Vec::new(),
            cells,
        }
    }

    fn word(&self, address: u32) -> u32 {
        self.rig
            .word(address)
            .unwrap_or_else(|| panic!("no page at {address:o}"))
    }

    /// The word of root `i`.
    fn root(&self, i: usize) -> u32 {
        self.rig.machine.state.pdl[i]
    }

    fn set_root(&mut self, i: usize, word: u32) {
        self.rig.machine.state.pdl[i] = word;
    }

    fn push_result(&mut self, value: Value) {
        let word = self.rig.register("m-t");
        self.rig.push(word);
        self.roots.push(value);
    }

    fn object(&mut self, object: Object) -> Value {
        self.objects.push(object);
        Value::Object(self.objects.len() - 1)
    }

    /// Where the machine keeps car and cdr of the cell at `address`, following what is to be followed.
    fn cell(&self, mut address: u32) -> (u32, u32) {
        loop {
            let word = self.word(address);
            if word >> 25 & 31 == 29 {
                address = word & POINTER;
                continue;
            }
            let cdr = match word >> 30 {
                0 => LIST | ((address + 1) & POINTER),
                2 => {
                    let cdr = self.word(address + 1);
                    assert_eq!(cdr >> 30, 1, "second half of the pair at {address:o}");
                    cdr & 0x3fff_ffff
                }
                3 => NIL,
                _ => panic!("CDR-ERROR in the cell at {address:o}"),
            };
            return (word & 0x3fff_ffff, cdr);
        }
    }

    /// Do machine and model agree on everything that the roots reach?
    fn compare(&self) {
        let mut found: BTreeMap<usize, u32> = BTreeMap::new();
        let mut work: Vec<(Value, u32)> = Vec::new();
        for (i, value) in self.roots.iter().enumerate() {
            work.push((*value, self.root(i)));
        }
        for (symbol, value) in &self.cells {
            work.push((*value, self.word(symbol + 1)));
        }
        while let Some((value, word)) = work.pop() {
            match value {
                Value::Nil => assert_eq!(word, NIL),
                Value::Number(n) => assert_eq!(word, fixnum(n)),
                Value::Word(id, index) => {
                    assert_eq!(word >> 25, LOCATIVE >> 25);
                    let object = VECTOR | ((word & POINTER) - 1 - index as u32);
                    work.push((Value::Object(id), object));
                }
                Value::Object(id) => {
                    if let Some(known) = found.get(&id) {
                        // A cell may be known by the address of one that was forwarded.
                        if *known != word {
                            assert_eq!(self.canonical(*known), self.canonical(word), "object {id}");
                        }
                        continue;
                    }
                    found.insert(id, word);
                    match &self.objects[id] {
                        Object::Cell(car, cdr) => {
                            assert_eq!(word >> 25, LIST >> 25, "object {id}: {word:o}");
                            let words = self.cell(word & POINTER);
                            work.push((*car, words.0));
                            work.push((*cdr, words.1));
                        }
                        Object::Vector(values) => {
                            assert_eq!(word >> 25, VECTOR >> 25);
                            let header = self.word(word);
                            assert_eq!(header & 0x3_ffff, values.len() as u32, "object {id}");
                            for (i, value) in values.iter().enumerate() {
                                work.push((*value, self.word(word + 1 + i as u32)));
                            }
                        }
                        Object::Bytes(n) => {
                            assert_eq!(self.word(word) & 0x3_ffff, *n as u32);
                        }
                    }
                }
            }
        }
        // Different objects are at different places.
        let mut places: Vec<u32> = found.values().map(|w| self.canonical(*w)).collect();
        places.sort_unstable();
        assert!(
            places.windows(2).all(|pair| pair[0] != pair[1]),
            "two objects in one place"
        );
    }

    fn canonical(&self, word: u32) -> u32 {
        let mut word = word;
        while word >> 25 & 31 == 14 && self.word(word) >> 25 & 31 == 29 {
            word = LIST | (self.word(word) & POINTER);
        }
        word & POINTER
    }

    fn step(&mut self, random: &mut Random) {
        let some = |pair: &Pair, random: &mut Random| random.below(pair.roots.len().max(1));
        if self.roots.len() < 3 {
            let n = random.below(1000) as i64 - 500;
            self.rig.push(fixnum(n));
            self.roots.push(Value::Number(n));
            return;
        }
        match random.below(16) {
            0..=3 => {
                let (x, y) = (some(self, random), some(self, random));
                self.rig.push(self.root(x));
                self.rig.push(self.root(y));
                self.rig.run("x-cons");
                let value = self.object(Object::Cell(self.roots[x], self.roots[y]));
                self.roots.push(value);
            }
            4 => {
                let n = 1 + random.below(12);
                let chosen: Vec<usize> = (0..n).map(|_| some(self, random)).collect();
                for i in &chosen {
                    self.rig.push(self.root(*i));
                }
                self.rig.set_register("m-2", n as u32);
                self.rig.run("test-list");
                let mut tail = Value::Nil;
                for i in chosen.iter().rev() {
                    tail = self.object(Object::Cell(self.roots[*i], tail));
                }
                self.push_result(tail);
            }
            5 => {
                let n = if random.below(30) == 0 {
                    9000
                } else {
                    random.below(20)
                };
                self.rig.set_register("m-2", n as u32);
                self.rig.run("test-vector");
                let value = self.object(Object::Vector(vec![Value::Nil; n]));
                self.push_result(value);
            }
            6 => {
                let n = random.below(50);
                self.rig.set_register("m-2", n as u32);
                self.rig.run("test-string");
                let value = self.object(Object::Bytes(n));
                self.push_result(value);
            }
            7 | 8 => {
                // Store into something.
                let (to, from) = (some(self, random), some(self, random));
                let word = self.root(to) & POINTER;
                let value = self.roots[from];
                let Value::Object(id) = self.roots[to] else {
                    return;
                };
                if let Object::Vector(values) = &mut self.objects[id]
                    && !values.is_empty()
                {
                    let i = random.below(values.len());
                    values[i] = value;
                    let value = self.root(from);
                    self.rig.set_register("m-t", value);
                    self.rig.set_register("m-1", word + 1 + i as u32);
                    self.rig.run("test-store");
                }
            }
            9 => {
                // RPLACD of a cell that is no full pair.
                let (to, from) = (some(self, random), some(self, random));
                let Value::Object(id) = self.roots[to] else {
                    return;
                };
                let value = self.roots[from];
                let word = self.root(to);
                if let Object::Cell(_, cdr) = &mut self.objects[id] {
                    let first = self.rig.word(word).expect("a cell");
                    if first >> 30 == 2 || first >> 25 & 31 == 29 {
                        return;
                    }
                    *cdr = value;
                    let value = self.root(from);
                    self.rig.set_register("m-a", word);
                    self.rig.set_register("m-b", value);
                    self.rig.run("test-replace-cdr");
                }
            }
            10 => {
                // The cdr of a cell becomes a root.
                let i = some(self, random);
                let Value::Object(id) = self.roots[i] else {
                    return;
                };
                if let Object::Cell(_, cdr) = self.objects[id] {
                    let word = self.cell(self.root(i) & POINTER).1;
                    self.rig.push(word);
                    self.roots.push(cdr);
                }
            }
            11 => {
                // A locative to a word of a vector.
                let i = some(self, random);
                let Value::Object(id) = self.roots[i] else {
                    return;
                };
                if let Object::Vector(values) = &self.objects[id]
                    && !values.is_empty()
                    && values.len() < 100
                {
                    let index = random.below(values.len());
                    let word = LOCATIVE | ((self.root(i) & POINTER) + 1 + index as u32);
                    self.rig.push(word);
                    self.roots.push(Value::Word(id, index));
                }
            }
            12 if !self.cells.is_empty() => {
                // A static symbol's value.
                let (cell, from) = (random.below(self.cells.len()), some(self, random));
                self.cells[cell].1 = self.roots[from];
                let (word, at) = (self.root(from), self.cells[cell].0 + 1);
                self.rig.set_register("m-t", word);
                self.rig.set_register("m-1", at);
                self.rig.run("test-store");
            }
            13 | 14 => {
                // Forget a root.
                let i = some(self, random);
                let last = self.roots.len() - 1;
                let word = self.root(last);
                self.set_root(i, word);
                self.roots.swap_remove(i);
                self.rig.pop();
            }
            _ => {
                while self.roots.len() > 40 {
                    self.roots.pop();
                    self.rig.pop();
                }
            }
        }
    }
}

fn run(megabytes: u32, torture: u32, steps: usize, collect_every: usize, seed: u64) {
    let mut pair = Pair::new(megabytes, torture, 20);
    let mut random = Random(seed);
    for step in 1..=steps {
        pair.step(&mut random);
        if step % collect_every == 0 {
            pair.compare();
            pair.rig.run("collect");
            pair.compare();
        }
    }
    pair.compare();
    assert!(pair.rig.register("a-gc-count") as usize >= steps / collect_every);
}

#[test]
fn graphs_survive_collections() {
    for seed in 0..4 {
        run(8, 0, 2000, 50, seed);
    }
}

#[test]
fn graphs_survive_torture() {
    for seed in 0..3 {
        run(8, 1, 1000, 100, seed + 1000);
    }
}
