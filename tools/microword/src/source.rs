//! Functional sources: what an M source of 100–177 reads.

use crate::Boards;

/// One row of the table of functional sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceInfo {
    /// The source.
    pub source: Source,
    /// The M-source codes that name it; the first is the one an assembler emits.
    pub codes: &'static [u8],
    /// LMI's name.
    pub name: &'static str,
    /// Other names that sources use for it.
    pub aliases: &'static [&'static str],
    /// The board it belongs to; empty for the processor itself.
    pub board: Boards,
    /// What reading it gives, and what else reading it does.
    pub meaning: &'static str,
}

macro_rules! sources {
    ($($variant:ident [$($code:literal)*] $name:literal [$($alias:literal)*] $board:expr, $meaning:literal;)*) => {
        /// A functional source.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Source {
            $(#[doc = $meaning] $variant,)*
        }

        /// Every functional source, in the order of the codes.
        pub const SOURCES: &[SourceInfo] = &[$(SourceInfo {
            source: Source::$variant,
            codes: &[$($code),*],
            name: $name,
            aliases: &[$($alias),*],
            board: $board,
            meaning: $meaning,
        }),*];

        impl Source {
            /// The source that an M-source field of 100–177 names, if it is defined.
            pub const fn from_code(code: u64) -> Option<Source> {
                match code {
                    $($($code)|* => Some(Source::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

const CORE: Boards = Boards::empty();
const ACCELERATOR: Boards = Boards::ACCELERATOR;
const CYCLE_COUNTER: Boards = Boards::CYCLE_COUNTER;
const STACK_WINDOW: Boards = Boards::STACK_WINDOW;

sources! {
    InterruptPointer [0o100] "INTERRUPT-POINTER" [] CORE, "the vector that the last interrupt test found";
    MacroIrDisplacement [0o101] "MACRO-IR-DISPLACEMENT" ["MACRO.IR.DISPLACEMENT"] CORE, "current half-word<5:0>";
    StatCounter [0o102] "STAT-COUNTER" [] CORE, "main statistics counter";
    MacroIr [0o103] "MACRO-IR" ["MACRO.IR"] CORE, "the current half-word";
    MidRam [0o104] "MACRO-IR-DECODE-RAM" ["MACRO.IR.DECODE.RAM" "MID"] CORE, "decode word at RG-MODE<29:28> ‖ half-word<15:6>";
    Spy [0o105] "SPY-REG" [] CORE, "the register that a spy outside writes";
    Product [0o106 0o146] "MULTIPLIER" ["MULTIPLIER-FT"] CORE, "product of the halves last written to the multiplier";
    RgMode [0o107] "RG-MODE" [] CORE, "mode register";
    DispatchConstant [0o110] "READ-I-ARG" ["DISPATCH-CONSTANT"] CORE, "constant of the last DISPATCH";
    MicroStack [0o111] "MICRO-STACK-PNTR-AND-DATA" [] CORE, "pointer<31:24>, word<18:0> of the micro-stack's top";
    MicroStackPop [0o112] "MICRO-STACK-PNTR-AND-DATA-POP" [] CORE, "the same, then pops";
    CramMap [0o113] "CRAM-MAP" ["CRAM-ADR-MAP"] CORE, "control-memory map entry of the pending page";
    CacheAddress [0o120] "CACHE-ADDRESS" [] CORE, "0: there is no cache to look into";
    Md [0o121 0o161] "MD" ["READ-MEMORY-DATA" "MD-NO-HOLD"] CORE, "memory data";
    Vma [0o122] "VMA" [] CORE, "virtual memory address";
    Level1Map [0o123] "L1-MAP" [] CORE, "level-1 map entry of the address in MD";
    Level2Control [0o124] "L2-MAP-CONTROL" [] CORE, "level-2 control word of the address in MD";
    Level2Page [0o125] "L2-MAP-PHYSICAL-PAGE" [] CORE, "level-2 physical-page word of the address in MD";
    Lc [0o126] "LOCATION-COUNTER" ["LC"] CORE, "byte address of the next macroinstruction";
    PdlIndex [0o130] "PDL-BUFFER-INDEX" ["PDL-INDEX" "PI"] CORE, "PDL buffer index";
    Q [0o131] "Q-R" ["Q"] CORE, "Q";
    PdlPointer [0o132] "PDL-BUFFER-POINTER" ["PDL-POINTER" "PP"] CORE, "PDL buffer pointer";
    DpMode [0o135] "DP-MODE" [] CORE, "data-path mode";
    PdlPop [0o136] "C-PDL-BUFFER-POINTER-POP" ["PDL-POP"] CORE, "PDL[PP], then PP - 1";
    PdlAtIndex [0o137] "C-PDL-BUFFER-INDEX" ["PDL-INDEX-INDIRECT"] CORE, "PDL[PI]";
    StatCounterAux [0o142] "STAT-COUNTER-AUX" [] CORE, "auxiliary statistics counter";
    MidRamMisc [0o144] "MID-MISC" ["MACRO-IR-DECODE-RAM-MISC"] CORE, "decode word with the MISC area enabled";
    AcceleratorLow [0o150] "ACCELERATOR-RESULT-LOW" [] ACCELERATOR, "result<31:0>";
    AcceleratorHigh [0o151] "ACCELERATOR-RESULT-HIGH" [] ACCELERATOR, "result<63:32>";
    AcceleratorRemainder [0o152] "ACCELERATOR-REMAINDER" [] ACCELERATOR, "remainder of a division";
    AcceleratorStatus [0o153] "ACCELERATOR-STATUS" [] ACCELERATOR, "comparison and exception flags";
    CycleLow [0o154] "CYCLE-COUNTER-LOW" [] CYCLE_COUNTER, "cycles<31:0> before this instruction; latches <63:32>";
    CycleHigh [0o155] "CYCLE-COUNTER-HIGH" [] CYCLE_COUNTER, "cycles<63:32> as latched by the last reading of the low half";
    WindowBase [0o156] "STACK-WINDOW-BASE" [] STACK_WINDOW, "virtual address that PDL buffer word 0 stands for";
    WindowLow [0o157] "STACK-WINDOW-LOW" [] STACK_WINDOW, "lowest virtual address in the window";
    WindowHigh [0o160] "STACK-WINDOW-HIGH" [] STACK_WINDOW, "first virtual address above the window";
    BoardsPresent [0o162] "BOARDS" [] CORE, "which optional boards there are: 0 accelerator, 1 cycle counter, 2 stack window";
    PdlTop [0o176] "C-PDL-BUFFER-POINTER" ["PDL-TOP"] CORE, "PDL[PP]";
}

impl Source {
    /// Its row in the table.
    pub const fn info(self) -> &'static SourceInfo {
        &SOURCES[self as usize]
    }

    /// The code an assembler emits for it.
    pub const fn code(self) -> u64 {
        self.info().codes[0] as u64
    }

    /// The board it belongs to; empty for the processor itself.
    pub const fn board(self) -> Boards {
        self.info().board
    }

    /// LMI's name.
    pub const fn name(self) -> &'static str {
        self.info().name
    }

    /// The source with this name or alias, upper case.
    pub fn from_name(name: &str) -> Option<Source> {
        SOURCES
            .iter()
            .find(|row| row.name == name || row.aliases.contains(&name))
            .map(|row| row.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_in_order_and_codes_are_unique() {
        let mut codes = std::collections::BTreeSet::new();
        for (place, row) in SOURCES.iter().enumerate() {
            assert_eq!(row.source as usize, place);
            for code in row.codes {
                assert!((0o100..=0o177).contains(code));
                assert!(codes.insert(*code), "code {code:o} twice");
                assert_eq!(Source::from_code(*code as u64), Some(row.source));
            }
            assert_eq!(Source::from_name(row.name), Some(row.source));
        }
    }
}
