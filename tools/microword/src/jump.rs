//! Conditions of JUMP instructions whose TEST bit is 1.

use crate::alu::codes;

codes! {
    /// What a JUMP with TEST = 1 asks. INVERT complements the answer.
    JumpCondition JUMP_CONDITIONS {
        Less = 0o1, "M<A", "M < A, signed";
        LessOrEqual = 0o2, "M<=A", "M <= A, signed";
        NotEqual = 0o3, "M/=A", "M differs from A";
        NoPageFault = 0o4, "NO-PAGE-FAULT", "the last memory start did not fault";
        PageFaultOrInterrupt = 0o5, "PAGE-FAULT-OR-INTERRUPT", "page fault, or an interrupt is pending";
        PageFaultOrInterruptOrSequenceBreak = 0o6, "PAGE-FAULT-OR-INTERRUPT-OR-SEQUENCE-BREAK",
            "page fault, interrupt, or sequence break";
        Always = 0o7, "ALWAYS", "always";
        DataTypeNotEqual = 0o11, "DATA-TYPE-NOT-EQUAL", "M<29:25> differs from A<29:25>";
    }
}
