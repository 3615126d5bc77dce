//! The table: one `board!` a board, one line a register or value.
//!
//! Conventions common to all devices:
//! * a register that is not listed reads 0 and ignores writes;
//! * `CONTROL` enables interrupts. An enabled condition posts its interrupt when
//!   it becomes true, or at once when it is enabled while true. Posting is one bus
//!   write of 1 to the address in `INTERRUPT_ADDRESS` — a word of a processor's
//!   interrupt space — so microcode chooses processor and vector;
//! * times are microseconds of bus time.

use crate::{Access, Board, Register, Value};

/// Declares a board: its module, its constants and its `BOARD` table.
macro_rules! board {
    (
        $module:ident, kind $kind:literal, slot $slot:literal,
        $about:literal,
        registers { $($register:ident = $number:literal, $access:ident, $meaning:literal;)* }
        values { $($value:ident = $amount:expr, $sense:literal;)* }
    ) => {
        #[doc = $about]
        pub mod $module {
            use super::*;
            $(#[doc = $meaning] pub const $register: u32 = $number;)*
            $(#[doc = $sense] pub const $value: u32 = $amount;)*
            /// The table of this board.
            pub const BOARD: Board = Board {
                name: stringify!($module),
                kind: $kind,
                slot: $slot,
                about: $about,
                registers: &[$(Register {
                    name: stringify!($register),
                    number: $number,
                    access: Access::$access,
                    meaning: $meaning,
                },)*],
                values: &[$(Value {
                    name: stringify!($value),
                    value: $amount,
                    meaning: $sense,
                },)*],
            };
        }
    };
}

/// Every board, in the order of the register map.
pub const BOARDS: &[Board] = &[
    config::BOARD,
    processor::BOARD,
    memory::BOARD,
    console::BOARD,
    clock::BOARD,
    disk::BOARD,
    hostfile::BOARD,
    sdu::BOARD,
];

board! { config, kind 0, slot 0,
    "The configuration ROM that every board has in the last page of its slot (byte offset #xFFFC00). Microcode finds the boards by reading it in slot after slot: an empty slot is a bus error (MD all ones). The numbers below are words of that page.",
    registers {
        MAGIC = 0, Read, "The magic number: this slot holds a board.";
        KIND = 1, Read, "What the board is: a `…-board-kind`.";
        REVISION = 2, Read, "The revision of its registers: 1.";
        REGISTER_COUNT = 3, Read, "Registers 0 to this number − 1 may be used.";
        NAME = 4, Read, "Its name in ASCII, four bytes a word, the first in bits 7:0, four words, padded with 0.";
    }
    values {
        MAGIC_NUMBER = 0x4c6d_6264, "In `config-magic` (\"dbmL\").";
        PAGE_OFFSET = 0x3fff, "Page number of the ROM within its slot (a slot has #x4000 pages of 256 words).";
    }
}

board! { processor, kind 1, slot 0xf0,
    "A processor. Its first page is its *interrupt space*: a write at word offset v makes interrupt vector v pending (RG-MODE<27> permitting). Nothing in it can be read but the configuration ROM.",
    registers {}
    values {}
}

board! { memory, kind 2, slot 0xf4,
    "Main memory. One board holds all of it (1 to 128 MB), at the page that its registers name.",
    registers {
        BASE_PAGE = 0, Read, "Physical page number of its first page (bus byte address divided by 1024).";
        PAGES = 1, Read, "How many pages of 256 words it has.";
    }
    values {
        STANDARD_BASE_PAGE = 0x0010_0000, "Where the standard machine has it: bus byte address #x40000000.";
    }
}

board! { console, kind 3, slot 0xf8,
    "The console line: a terminal, or what stands for one. A word carries one Unicode scalar value; the other end of the line speaks UTF-8. Echo and line editing are done at the other end.",
    registers {
        DATA_IN = 0, Read, "The next character of input, taken from the line; `console-no-input` when none has arrived.";
        DATA_OUT = 1, Write, "A character for the terminal (standard output).";
        STATUS = 2, Read, "`console-status-…` bits.";
        CONTROL = 3, ReadWrite, "`console-control-…` bits.";
        INTERRUPT_ADDRESS = 4, ReadWrite, "Bus byte address written to interrupt.";
        ACKNOWLEDGE = 5, Write, "Clears the status bits written as 1: break and size-changed.";
        WIDTH = 6, Read, "Columns of the terminal; 0 when it is none.";
        HEIGHT = 7, Read, "Lines of the terminal; 0 when it is none.";
        ERROR_OUT = 8, Write, "A character for the host's standard error.";
        INPUT_COUNT = 9, Read, "How many characters of input have arrived and not been taken.";
        DISCARD_INPUT = 10, Write, "Any write throws away the input that has arrived.";
        COMPLETE_IN = 11, Read, "The next character of a prefix whose completions the terminal wants; `console-no-input` after its last.";
        COMPLETE_OUT = 12, Write, "A character of the answer: candidates, each ended by a newline; 0 ends the answer and clears `console-status-complete`.";
    }
    values {
        NO_INPUT = 0x8000_0000, "What `console-data-in` gives when there is nothing; no character is that large.";
        STATUS_INPUT = 1 << 0, "A character can be taken.";
        STATUS_END = 1 << 1, "No input has been left and none will come: end of input.";
        STATUS_OUTPUT = 1 << 2, "A character can be sent (always so).";
        STATUS_BREAK = 1 << 3, "The user asked for attention (control-C); acknowledge it.";
        STATUS_SIZE = 1 << 4, "The terminal has changed its size; acknowledge it.";
        STATUS_TERMINAL = 1 << 5, "A person sits at a terminal; clear when input is a file or pipe.";
        STATUS_COMPLETE = 1 << 6, "The terminal waits for completions of the prefix in `console-complete-in`.";
        CONTROL_INPUT = 1 << 0, "Interrupt on input or end of input.";
        CONTROL_BREAK = 1 << 1, "Interrupt on break.";
        CONTROL_SIZE = 1 << 2, "Interrupt on a change of size.";
        CONTROL_COMPLETE = 1 << 3, "Interrupt when completions are wanted.";
    }
}

board! { clock, kind 4, slot 0xf9,
    "The clock: bus time, the date, an interval timer. The date is one sample of the host's clock, taken at power-up; the time of day now is the sample plus the bus time since.",
    registers {
        TIME_LOW = 0, Read, "Bus time since power-up in microseconds, bits 31:0. Reading it latches the high half.";
        TIME_HIGH = 1, Read, "Bits 63:32, as latched by the last read of the low half.";
        DATE_LOW = 2, Read, "The date at power-up: seconds since 1900-01-01 00:00 UTC (a Common Lisp universal time), bits 31:0.";
        DATE_HIGH = 3, Read, "Bits 63:32 of it.";
        DATE_FRACTION = 4, Read, "Microseconds of that second.";
        INTERVAL = 5, ReadWrite, "A write of n starts the timer: it expires in n microseconds, 0 stops it.";
        STATUS = 6, Read, "`clock-status-…` bits.";
        CONTROL = 7, ReadWrite, "`clock-control-…` bits.";
        INTERRUPT_ADDRESS = 8, ReadWrite, "Bus byte address written to interrupt.";
        ACKNOWLEDGE = 9, Write, "Any write clears `clock-status-expired`.";
        REMAINING = 10, Read, "Microseconds until the timer expires; 0 when it is stopped.";
    }
    values {
        STATUS_EXPIRED = 1 << 0, "The timer has expired since the last acknowledgement.";
        STATUS_RUNNING = 1 << 1, "The timer runs.";
        CONTROL_INTERRUPT = 1 << 0, "Interrupt when the timer expires.";
        CONTROL_REPEAT = 1 << 1, "Start again by itself at each expiry.";
    }
}

board! { disk, kind 5, slot 0xfa,
    "The disk. Blocks of 256 words, one page each; transfers go straight to and from main memory. A command takes 20 microseconds and 1 more a block; memory and disk change together at its end. Registers other than acknowledge are not to be written while it is busy (such writes are ignored).",
    registers {
        COMMAND = 0, Write, "`disk-command-…`: starts one.";
        STATUS = 1, Read, "`disk-status-…` bits.";
        ERROR = 2, Read, "`disk-error-…`: why the last command failed; 0 when it did not.";
        BLOCK = 3, ReadWrite, "The first block.";
        COUNT = 4, ReadWrite, "How many blocks.";
        ADDRESS = 5, ReadWrite, "Bus byte address in main memory; a multiple of 4.";
        CONTROL = 6, ReadWrite, "`disk-control-…` bits.";
        INTERRUPT_ADDRESS = 7, ReadWrite, "Bus byte address written to interrupt.";
        ACKNOWLEDGE = 8, Write, "Any write clears `disk-status-done` and the error.";
        CAPACITY = 9, Read, "Blocks on the disk.";
    }
    values {
        COMMAND_READ = 1, "Disk to memory.";
        COMMAND_WRITE = 2, "Memory to disk.";
        STATUS_BUSY = 1 << 0, "A command is under way.";
        STATUS_DONE = 1 << 1, "A command has ended since the last acknowledgement.";
        STATUS_ERROR = 1 << 2, "The last command failed; memory and disk are as they were.";
        CONTROL_INTERRUPT = 1 << 0, "Interrupt when a command ends.";
        ERROR_COMMAND = 1, "No such command.";
        ERROR_BLOCK = 2, "Blocks beyond the end of the disk.";
        ERROR_ADDRESS = 3, "Not a word address, or words that are not all in main memory.";
        ERROR_MEDIUM = 4, "The host could not read or write the file that holds the disk.";
        BLOCK_WORDS = 256, "Words in a block.";
    }
}

board! { hostfile, kind 6, slot 0xfb,
    "Files of the host, as far as its user has granted them. Arguments and data pass through a buffer on the board, which is reached a word or a byte at a time: `hostfile-index` says which byte comes next, every access moves it on. A path is UTF-8 bytes from byte 0, `hostfile-count` of them; relative ones are taken from the directory that `hostfile-command-directory` tells. A command takes 20 microseconds and then leaves its status, its result, and its bytes in the buffer from byte 0.",
    registers {
        COMMAND = 0, Write, "`hostfile-command-…`: starts one.";
        STATUS = 1, Read, "`hostfile-status-…` bits.";
        ERROR = 2, Read, "`hostfile-error-…`: how the last command ended; 0 is success.";
        HANDLE = 3, ReadWrite, "The open file that a command is about; written by open and list.";
        COUNT = 4, ReadWrite, "Bytes: of the path, to read or to write; afterwards how many were read or written, or lie in the buffer.";
        FLAGS = 5, ReadWrite, "`hostfile-open-…` bits, for open.";
        POSITION_LOW = 6, ReadWrite, "Byte position for seek and set-length; result of length and probe: bits 31:0.";
        POSITION_HIGH = 7, ReadWrite, "Bits 63:32 of it.";
        KIND = 8, Read, "Result of probe: `hostfile-kind-…`.";
        DATE_LOW = 9, Read, "Result of probe: when it was last written, as a universal time, bits 31:0.";
        DATE_HIGH = 10, Read, "Bits 63:32 of it.";
        INDEX = 11, ReadWrite, "Byte of the buffer that the next access reaches; a word access takes the word that holds it.";
        BYTE = 12, ReadWrite, "That byte of the buffer; moves the index on by 1.";
        WORD = 13, ReadWrite, "That word of the buffer, its first byte in bits 7:0; moves the index on to the next word.";
        CONTROL = 14, ReadWrite, "`hostfile-control-…` bits.";
        INTERRUPT_ADDRESS = 15, ReadWrite, "Bus byte address written to interrupt.";
        ACKNOWLEDGE = 16, Write, "Any write clears `hostfile-status-done`.";
        BUFFER_SIZE = 17, Read, "Bytes that the buffer holds.";
    }
    values {
        COMMAND_OPEN = 1, "Path, flags → handle.";
        COMMAND_CLOSE = 2, "Handle.";
        COMMAND_READ = 3, "Handle, count → count, bytes; a count of 0 is the end of the file.";
        COMMAND_WRITE = 4, "Handle, count, bytes → count.";
        COMMAND_SEEK = 5, "Handle, position.";
        COMMAND_LENGTH = 6, "Handle → position: the length of the file in bytes.";
        COMMAND_SET_LENGTH = 7, "Handle, position: truncates or extends the file.";
        COMMAND_PROBE = 8, "Path → kind, position (length), date.";
        COMMAND_DELETE = 9, "Path of a file.";
        COMMAND_RENAME = 10, "Two paths with a 0 byte between; the second is replaced if it is a file.";
        COMMAND_LIST = 11, "Path of a directory → handle, to be read: its names sorted by their bytes, each ended by a 0 byte, directories with a / before it.";
        COMMAND_MAKE_DIRECTORY = 12, "Path; its parent must exist.";
        COMMAND_DELETE_DIRECTORY = 13, "Path of an empty directory.";
        COMMAND_ERROR_TEXT = 14, "→ count, bytes: what the host said about the last command that failed.";
        COMMAND_DIRECTORY = 15, "→ count, bytes: the directory from which relative paths are taken.";
        COMMAND_FLUSH = 16, "Handle: everything written is on the host's disk when it ends.";
        STATUS_BUSY = 1 << 0, "A command is under way.";
        STATUS_DONE = 1 << 1, "A command has ended since the last acknowledgement.";
        CONTROL_INTERRUPT = 1 << 0, "Interrupt when a command ends.";
        OPEN_READ = 1 << 0, "The file may be read.";
        OPEN_WRITE = 1 << 1, "The file may be written.";
        OPEN_CREATE = 1 << 2, "Make the file if it does not exist.";
        OPEN_EXCLUSIVE = 1 << 3, "With create: it is an error if it exists.";
        OPEN_TRUNCATE = 1 << 4, "Throw away what is in it.";
        OPEN_APPEND = 1 << 5, "Every write goes to the end.";
        KIND_NONE = 0, "Nothing has that name.";
        KIND_FILE = 1, "A file.";
        KIND_DIRECTORY = 2, "A directory.";
        KIND_OTHER = 3, "Neither.";
        ERROR_COMMAND = 1, "No such command, or arguments that make no sense.";
        ERROR_NOT_FOUND = 2, "No file of that name.";
        ERROR_EXISTS = 3, "There is one already.";
        ERROR_NOT_GRANTED = 4, "Outside the directories that the user has granted, or granted for reading only.";
        ERROR_PERMISSION = 5, "The host refuses.";
        ERROR_DIRECTORY = 6, "It is a directory.";
        ERROR_NOT_DIRECTORY = 7, "It is no directory.";
        ERROR_NOT_EMPTY = 8, "The directory is not empty.";
        ERROR_HANDLE = 9, "No open file has that handle.";
        ERROR_PATH = 10, "The path is empty or not UTF-8.";
        ERROR_TOO_MANY = 11, "Too many open files.";
        ERROR_OTHER = 12, "Something else; see the text.";
        BUFFER_BYTES = 16384, "Size of the buffer.";
        MAXIMUM_HANDLES = 256, "Files that can be open at once.";
    }
}

board! { sdu, kind 7, slot 0xff,
    "The system diagnostic unit: it powers the machine up, watches over it, keeps the NVRAM, and is the door through which the person who started the machine speaks to it. The NVRAM is read and written as words, in pages of its own.",
    registers {
        REQUEST = 0, Read, "What the machine is to do: `sdu-request-…`.";
        ARGUMENT_COUNT = 1, Read, "How many strings come with the request.";
        ARGUMENT = 2, ReadWrite, "Which of them, from 0; a write goes to its first character.";
        ARGUMENT_NEXT = 3, Read, "The next character of it; `sdu-argument-end` after its last.";
        EXIT = 4, Write, "Ends the run with this exit status (0–255): the host command exits with it.";
        EVENT_COUNT = 5, Read, "How many events (input, completions, timers) have reached the boards, modulo 2²⁴.";
        IDLE = 6, Write, "Nothing to do until something happens: the processor stands still until the event count differs from the word written here. Read the count first, look for work, then write it.";
        WATCHDOG_PERIOD = 7, ReadWrite, "Microseconds within which the watchdog must be reset; 0 (at power-up) disarms it.";
        WATCHDOG_RESET = 8, Write, "Any write starts the period anew. When it ends without, the machine stops with a report.";
        CONSOLE_OUT = 9, Write, "A character for the SDU's own console: start-up messages, last words.";
        NVRAM_PAGE = 10, Read, "Page of this slot at which the NVRAM begins.";
        NVRAM_WORDS = 11, Read, "Words of NVRAM.";
        TORTURE = 12, Read, "Collector torture: flip at every n-th allocation; 0 is off.";
        HEAP_LIMIT = 13, Read, "Pages that the heap may grow to; 0 when there is no limit but the address space.";
        CYCLE_LOW = 14, Read, "Cycles of bus time (200 ns) since power-up, bits 31:0. Reading it latches the high half.";
        CYCLE_HIGH = 15, Read, "Bits 63:32, as latched by the last read of the low half.";
        BOOT_BAND = 16, Read, "Name of the load band to boot, four ASCII characters, the first in bits 7:0.";
        MICROCODE_BAND = 17, Read, "Name of the microcode band to boot, likewise.";
        FLAGS = 18, Read, "`sdu-flag-…` bits: how the person wants the machine.";
    }
    values {
        REQUEST_LISTENER = 0, "Be a listener on the console.";
        REQUEST_RUN = 1, "Argument 0 is the path of a Lisp file: load it. The others are its command-line arguments. Then exit.";
        REQUEST_EVAL = 2, "Argument 0 is text: evaluate the forms in it, print the values of the last. Then exit.";
        ARGUMENT_END = 0x8000_0000, "After the last character of an argument; no character is that large.";
        FLAG_NO_INIT = 1 << 0, "Do not load the user's initialisation file.";
        STANDARD_NVRAM_PAGE = 16, "What `sdu-nvram-page` says.";
        STANDARD_NVRAM_WORDS = 4096, "What `sdu-nvram-words` says (16 pages).";
    }
}
