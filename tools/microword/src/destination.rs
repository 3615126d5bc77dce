//! Functional destinations: what a destination field of 1–77 writes or starts.

use crate::Boards;

/// One row of the table of functional destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestinationInfo {
    /// The destination.
    pub destination: Destination,
    /// Its code.
    pub code: u8,
    /// LMI's name.
    pub name: &'static str,
    /// Other names that sources use for it.
    pub aliases: &'static [&'static str],
    /// The board it belongs to; empty for the processor itself.
    pub board: Boards,
    /// What writing it does.
    pub meaning: &'static str,
}

macro_rules! destinations {
    ($($variant:ident $code:literal $name:literal [$($alias:literal)*] $board:expr, $meaning:literal;)*) => {
        /// A functional destination.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Destination {
            $(#[doc = $meaning] $variant = $code,)*
        }

        /// Every functional destination, in the order of the codes.
        pub const DESTINATIONS: &[DestinationInfo] = &[$(DestinationInfo {
            destination: Destination::$variant,
            code: $code,
            name: $name,
            aliases: &[$($alias),*],
            board: $board,
            meaning: $meaning,
        }),*];

        impl Destination {
            /// The destination with this code, if it is defined. Code 0 is none.
            pub const fn from_code(code: u64) -> Option<Destination> {
                match code {
                    $($code => Some(Destination::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

const CORE: Boards = Boards::empty();
const ACCELERATOR: Boards = Boards::ACCELERATOR;
const STACK_WINDOW: Boards = Boards::STACK_WINDOW;

destinations! {
    Lc 0o1 "LOCATION-COUNTER" ["LC"] CORE, "LC; the next half-word must be fetched";
    DpMode 0o2 "DP-MODE" [] CORE, "data-path mode<5:0>";
    StatCounterAux 0o4 "STAT-COUNTER-AUX" [] CORE, "auxiliary statistics counter";
    Mid 0o5 "MID" ["MACRO-IR-DECODE-RAM"] CORE, "decode word at RG-MODE<29:28> ‖ half-word<15:6>";
    CramHigh 0o6 "CRAM-HIGH" ["CRAM-HI"] CORE, "high half of the control-memory word at the pending address";
    CramLow 0o7 "CRAM-LOW" ["CRAM-LO"] CORE, "low half of the control-memory word at the pending address";
    PdlTop 0o10 "C-PDL-BUFFER-POINTER" ["PDL-TOP"] CORE, "PDL[PP]";
    PdlPush 0o11 "C-PDL-BUFFER-POINTER-PUSH" ["PDL-PUSH"] CORE, "PP + 1, then PDL[PP]";
    PdlAtIndex 0o12 "C-PDL-BUFFER-INDEX" ["PDL-INDEX-INDIRECT"] CORE, "PDL[PI]";
    PdlPointer 0o13 "PDL-BUFFER-POINTER" ["PDL-POINTER" "PP"] CORE, "PP";
    MicroStackPush 0o15 "MICRO-STACK-DATA-PUSH" ["MICRO-STACK-PUSH"] CORE, "push the micro-stack";
    ImodLow 0o16 "IMOD-LOW" ["IMOD-LO" "OA-REG-LOW" "OA-REG-LO"] CORE, "or into bits 31:0 of the next instruction executed";
    ImodHigh 0o17 "IMOD-HIGH" ["IMOD-HI" "OA-REG-HIGH" "OA-REG-HI"] CORE, "or into bits 63:32 of the next instruction executed";
    Vma 0o20 "VMA" [] CORE, "VMA";
    VmaStartRead 0o21 "VMA-START-READ" [] CORE, "VMA, then start a read";
    VmaStartWrite 0o22 "VMA-START-WRITE" [] CORE, "VMA, then start a write of MD";
    Level1Map 0o23 "L1-MAP" [] CORE, "level-1 map entry of the address in MD";
    Level2Control 0o24 "L2-MAP-CONTROL" [] CORE, "level-2 control word of the address in MD";
    CramMap 0o26 "CRAM-MAP" ["CRAM-ADR-MAP"] CORE, "control-memory map entry of the pending page";
    Md 0o30 "MD" ["WRITE-MEMORY-DATA"] CORE, "MD";
    MdStartWrite 0o32 "MD-START-WRITE" [] CORE, "MD, then start a write of it";
    PdlIndexIncrement 0o33 "C-PDL-BUFFER-INDEX-PRE-INCREMENT" ["C-PDL-INDEX-INC"] CORE, "PI + 1, then PDL[PI]";
    PdlIndexDecrement 0o36 "C-PDL-BUFFER-INDEX-PRE-DECREMENT" ["C-PDL-INDEX-DEC"] CORE, "PI - 1, then PDL[PI]";
    Multiplier 0o37 "MULTIPLIER" [] CORE, "product of the low and the high half, unsigned";
    InterruptClear 0o41 "INTERRUPT-CLEAR" ["INTERRUPT-ACKNOWLEDGE"] CORE, "clear the pending interrupt that the interrupt pointer names";
    RgMode 0o42 "RG-MODE" [] CORE, "mode register; its read-only bits keep";
    StatCounter 0o44 "STAT-COUNTER" [] CORE, "main statistics counter";
    AcceleratorXLow 0o45 "ACCELERATOR-X-LOW" [] ACCELERATOR, "operand X<31:0>";
    AcceleratorXHigh 0o46 "ACCELERATOR-X-HIGH" [] ACCELERATOR, "operand X<63:32>";
    AcceleratorYLow 0o47 "ACCELERATOR-Y-LOW" [] ACCELERATOR, "operand Y<31:0>";
    AcceleratorYHigh 0o50 "ACCELERATOR-Y-HIGH" [] ACCELERATOR, "operand Y<63:32>";
    AcceleratorOperation 0o51 "ACCELERATOR-OPERATION" [] ACCELERATOR, "start the operation with this code";
    PdlIndex 0o53 "PDL-BUFFER-INDEX" ["PDL-INDEX" "PI"] CORE, "PI";
    WindowBase 0o54 "STACK-WINDOW-BASE" [] STACK_WINDOW, "virtual address that PDL buffer word 0 stands for";
    WindowLow 0o55 "STACK-WINDOW-LOW" [] STACK_WINDOW, "lowest virtual address in the window";
    WindowHigh 0o56 "STACK-WINDOW-HIGH" [] STACK_WINDOW, "first virtual address above the window";
    VmaStartReadForce 0o61 "VMA-START-READ-FORCE" [] CORE, "VMA, then start a forced read";
    VmaStartWriteForce 0o62 "VMA-START-WRITE-FORCE" [] CORE, "VMA, then start a forced write of MD";
    Level2Page 0o64 "L2-MAP-PHYSICAL-PAGE" [] CORE, "level-2 physical-page word of the address in MD";
    MdStartWriteForce 0o72 "MD-START-WRITE-FORCE" [] CORE, "MD, then start a forced write of it";
}

/// The row of each code.
const ROWS: [u8; 64] = {
    let mut rows = [0; 64];
    let mut row = 0;
    while row < DESTINATIONS.len() {
        rows[DESTINATIONS[row].code as usize] = row as u8;
        row += 1;
    }
    rows
};

impl Destination {
    /// Its row in the table.
    pub const fn info(self) -> &'static DestinationInfo {
        &DESTINATIONS[ROWS[self as usize] as usize]
    }

    /// Its code.
    pub const fn code(self) -> u64 {
        self as u64
    }

    /// The board it belongs to; empty for the processor itself.
    pub const fn board(self) -> Boards {
        self.info().board
    }

    /// LMI's name.
    pub const fn name(self) -> &'static str {
        self.info().name
    }

    /// The destination with this name or alias, upper case.
    pub fn from_name(name: &str) -> Option<Destination> {
        DESTINATIONS
            .iter()
            .find(|row| row.name == name || row.aliases.contains(&name))
            .map(|row| row.destination)
    }

    /// Does writing it start a memory cycle?
    pub const fn starts_memory(self) -> bool {
        matches!(
            self,
            Destination::VmaStartRead
                | Destination::VmaStartWrite
                | Destination::MdStartWrite
                | Destination::VmaStartReadForce
                | Destination::VmaStartWriteForce
                | Destination::MdStartWriteForce
        )
    }

    /// Does it act at the pending micro-address, taking a dead cycle (control memory and its map)?
    pub const fn writes_control_memory(self) -> bool {
        matches!(
            self,
            Destination::CramHigh | Destination::CramLow | Destination::CramMap
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_in_order_and_names_are_unique() {
        let mut last = 0;
        for row in DESTINATIONS {
            assert!(row.code > last, "{} out of order", row.name);
            last = row.code;
            assert_eq!(
                Destination::from_code(row.code as u64),
                Some(row.destination)
            );
            assert_eq!(Destination::from_name(row.name), Some(row.destination));
            assert_eq!(row.destination.info(), row);
        }
        assert_eq!(Destination::from_code(0), None);
    }
}
