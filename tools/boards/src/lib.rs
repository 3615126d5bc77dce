//! The boards on the NuBus and their registers, declared once.
//!
//! On the Lambda each board answered at its own slot of the NuBus, at byte
//! addresses `Fs000000` to `FsFFFFFF`, and carried a configuration ROM at the
//! top of the slot from which software learnt what it had found. This crate
//! keeps both ideas and one simplification: every device register is one 32-bit
//! word, and registers are *numbered*; register `n` of a slot is the word at
//! byte address `slot base + 4 * n`. All registers of a board lie in the first
//! page (256 words) of its slot, so microcode needs one map entry a board.
//!
//! [`table`] is the one truth. From it derive
//! * the Rust constants that the emulated boards use ([`console::DATA_IN`](table::console::DATA_IN) …),
//! * the micro-assembler's symbols ([`symbols`]) and the Lisp constants ([`lisp_source`]),
//! * the tables of `docs/boards.md` ([`markdown`]).
//!
//! The crate is apart from the emulator because the build needs it: microcode is
//! assembled by a build script, which cannot use the crate that it builds.

pub mod table;

pub use table::{BOARDS, clock, config, console, disk, hostfile, memory, processor, sdu};

/// What a bus cycle may do to a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads answer; a write is ignored.
    Read,
    /// Writes act; a read gives 0.
    Write,
    /// Both.
    ReadWrite,
}

impl Access {
    /// How the register map shows it.
    pub fn letters(self) -> &'static str {
        match self {
            Access::Read => "R",
            Access::Write => "W",
            Access::ReadWrite => "RW",
        }
    }
}

/// A 32-bit register of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Register {
    /// The name of the Rust constant.
    pub name: &'static str,
    /// Register number: its word offset in the slot.
    pub number: u32,
    /// Read, write or both.
    pub access: Access,
    /// One line of meaning.
    pub meaning: &'static str,
}

/// A number that a register can hold, or a bit of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// The name of the Rust constant.
    pub name: &'static str,
    /// The number, or for a bit its mask.
    pub value: u32,
    /// One line of meaning.
    pub meaning: &'static str,
}

/// A kind of board: what its configuration ROM says and what its registers are.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// Short name, lower case; the prefix of its symbols.
    pub name: &'static str,
    /// The kind number in the configuration ROM; 0 for what is no board of its own.
    pub kind: u32,
    /// The slot (F0–FF) where the standard machine has it.
    pub slot: u8,
    /// What it is and how it is driven.
    pub about: &'static str,
    /// Its registers, by number.
    pub registers: &'static [Register],
    /// Numbers and bits used in them.
    pub values: &'static [Value],
}

/// The byte address at which a slot begins. `slot` is F0–FF.
pub const fn slot_base(slot: u8) -> u32 {
    (slot as u32) << 24
}

/// The byte address of a slot's configuration ROM: the last page of the slot.
pub const fn config_base(slot: u8) -> u32 {
    slot_base(slot) + 0x00ff_fc00
}

/// Words of a configuration ROM that say something; the rest of its page is 0.
pub const CONFIG_WORDS: usize = 8;

/// Bytes of a configuration ROM's name.
pub const CONFIG_NAME_BYTES: usize = 16;

impl Board {
    /// The register with this number.
    pub fn register(&self, number: u32) -> Option<&'static Register> {
        self.registers.iter().find(|r| r.number == number)
    }

    /// The words of this board's configuration ROM, from word 0.
    pub fn config_rom(&self) -> [u32; CONFIG_WORDS] {
        let mut rom = [0; CONFIG_WORDS];
        rom[config::MAGIC as usize] = config::MAGIC_NUMBER;
        rom[config::KIND as usize] = self.kind;
        rom[config::REVISION as usize] = 1;
        rom[config::REGISTER_COUNT as usize] =
            self.registers.last().map_or(0, |last| last.number + 1);
        for (i, byte) in self.name.bytes().enumerate().take(CONFIG_NAME_BYTES) {
            rom[config::NAME as usize + i / 4] |= u32::from(byte) << (8 * (i % 4));
        }
        rom
    }

    /// The symbol of one of its names: `console` and `DATA_IN` give `console-data-in`.
    fn symbol(&self, name: &str) -> String {
        format!("{}-{}", self.name, name.to_lowercase().replace('_', "-"))
    }
}

/// Every name of the register map with its number, in table order: registers by
/// their word offset in the slot, values as they are, and for each board
/// `NAME-board-kind` and `NAME-slot`. The micro-assembler and the cold load take
/// these as symbols.
pub fn symbols() -> Vec<(String, u32)> {
    let mut all = Vec::new();
    for board in BOARDS {
        if board.kind != 0 {
            all.push((board.symbol("BOARD_KIND"), board.kind));
            all.push((board.symbol("SLOT"), u32::from(board.slot)));
        }
        all.extend(
            board
                .registers
                .iter()
                .map(|r| (board.symbol(r.name), r.number)),
        );
        all.extend(board.values.iter().map(|v| (board.symbol(v.name), v.value)));
    }
    all
}

/// The same as Lisp source: one `(defconstant NAME VALUE "meaning")` a name, in
/// the package that is current where the file is loaded.
pub fn lisp_source() -> String {
    let mut text = String::from(
        ";;; The boards' registers (word offsets in their slots) and the numbers they hold.\n\
         ;;; Generated from tools/boards/src/table.rs, by its test `generated_files_are_current`.\n",
    );
    let line = |symbol: String, value: u32, meaning: &str| {
        let meaning = meaning.replace('\\', "\\\\").replace('"', "\\\"");
        format!("(defconstant {symbol} #x{value:X} \"{meaning}\")\n")
    };
    for board in BOARDS {
        text.push('\n');
        if board.kind != 0 {
            text += &line(
                board.symbol("BOARD_KIND"),
                board.kind,
                "In the configuration ROM.",
            );
            text += &line(
                board.symbol("SLOT"),
                u32::from(board.slot),
                "Of the standard machine.",
            );
        }
        for r in board.registers {
            text += &line(board.symbol(r.name), r.number, r.meaning);
        }
        for v in board.values {
            text += &line(board.symbol(v.name), v.value, v.meaning);
        }
    }
    text
}

/// The register map as the tables of `docs/boards.md`.
pub fn markdown() -> String {
    let mut text = String::new();
    for board in BOARDS {
        if board.kind != 0 {
            text += &format!(
                "### {} — kind {}, slot {:X}\n\n{}\n\n",
                board.name, board.kind, board.slot, board.about
            );
        } else {
            text += &format!("### {}\n\n{}\n\n", board.name, board.about);
        }
        if !board.registers.is_empty() {
            text += "| register | number | access | meaning |\n|---|---|---|---|\n";
            for r in board.registers {
                text += &format!(
                    "| `{}` | {} | {} | {} |\n",
                    board.symbol(r.name),
                    r.number,
                    r.access.letters(),
                    r.meaning
                );
            }
            text.push('\n');
        }
        if !board.values.is_empty() {
            text += "| value | number | meaning |\n|---|---|---|\n";
            for v in board.values {
                let number = if v.value < 100 {
                    format!("{}", v.value)
                } else {
                    format!("#x{:X}", v.value)
                };
                text += &format!(
                    "| `{}` | {} | {} |\n",
                    board.symbol(v.name),
                    number,
                    v.meaning
                );
            }
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn names_and_numbers_are_unique() {
        let mut names = BTreeSet::new();
        for (name, _) in symbols() {
            assert!(names.insert(name.clone()), "{name} is declared twice");
        }
        let mut kinds = BTreeSet::new();
        for board in BOARDS {
            assert!(
                board.kind == 0 || kinds.insert(board.kind),
                "kind of {}",
                board.name
            );
            let numbers: BTreeSet<_> = board.registers.iter().map(|r| r.number).collect();
            assert_eq!(numbers.len(), board.registers.len(), "{}", board.name);
            assert!(
                numbers.iter().all(|n| *n < 256),
                "{} leaves its page",
                board.name
            );
            assert!(
                board.registers.is_sorted_by_key(|r| r.number),
                "{}",
                board.name
            );
        }
    }

    #[test]
    fn a_configuration_rom_tells_what_the_board_is() {
        let rom = console::BOARD.config_rom();
        assert_eq!(rom[config::MAGIC as usize], config::MAGIC_NUMBER);
        assert_eq!(rom[config::KIND as usize], console::BOARD.kind);
        assert_eq!(rom[config::NAME as usize].to_le_bytes(), *b"cons");
    }

    /// The files that derive from the table are checked in, so that a reader has
    /// them; `UPDATE_GENERATED=1 cargo test -p boards` writes them anew.
    #[test]
    fn generated_files_are_current() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let lisp = root.join("tables/boards.lisp");
        let docs = root.join("docs/boards.md");
        let prose = std::fs::read_to_string(&docs).expect("docs/boards.md");
        let mark = "<!-- generated from tools/boards/src/table.rs; do not edit below -->\n";
        let (head, _) = prose
            .split_once(mark)
            .expect("docs/boards.md has lost its mark");
        let wanted = [
            (lisp, lisp_source()),
            (docs, format!("{head}{mark}\n{}", markdown())),
        ];
        for (path, text) in wanted {
            if std::env::var_os("UPDATE_GENERATED").is_some() {
                std::fs::create_dir_all(path.parent().expect("parent")).expect("directory");
                std::fs::write(&path, &text).expect("write");
            }
            let present = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                present == text,
                "{} is not current: see this test",
                path.display()
            );
        }
    }
}
