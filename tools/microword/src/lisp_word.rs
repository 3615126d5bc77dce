//! Data types and cdr codes of a Lisp word: cdr code <31:30>, data type <29:25>, pointer <24:0>.

use crate::alu::codes;

codes! {
    /// The data type of a word, bits 29:25.
    DataType DATA_TYPES {
        Trap = 0, "DTP-TRAP", "an error to touch";
        Null = 1, "DTP-NULL", "unbound marker; points to the symbol";
        Unreconciled = 2, "DTP-UNRECONCILED", "free on most systems";
        Symbol = 3, "DTP-SYMBOL", "a symbol";
        SymbolHeader = 4, "DTP-SYMBOL-HEADER", "first word of a symbol";
        Fix = 5, "DTP-FIX", "25-bit integer";
        ExtendedNumber = 6, "DTP-EXTENDED-NUMBER", "a number that needs storage";
        Header = 7, "DTP-HEADER", "header of a structure";
        GcForward = 8, "DTP-GC-FORWARD", "the object has moved to newspace";
        ExternalValueCellPointer = 9, "DTP-EXTERNAL-VALUE-CELL-POINTER", "the cell's contents are elsewhere";
        OneQForward = 10, "DTP-ONE-Q-FORWARD", "this word is elsewhere";
        HeaderForward = 11, "DTP-HEADER-FORWARD", "the structure is elsewhere";
        BodyForward = 12, "DTP-BODY-FORWARD", "points to the header-forward of a moved structure";
        Locative = 13, "DTP-LOCATIVE", "pointer to a cell";
        List = 14, "DTP-LIST", "a list";
        UEntry = 15, "DTP-U-ENTRY", "a microcoded function";
        FefPointer = 16, "DTP-FEF-POINTER", "a compiled function";
        ArrayPointer = 17, "DTP-ARRAY-POINTER", "an array";
        ArrayHeader = 18, "DTP-ARRAY-HEADER", "header of an array";
        StackGroup = 19, "DTP-STACK-GROUP", "a stack group";
        Closure = 20, "DTP-CLOSURE", "a closure";
        IndexedForward = 21, "DTP-INDEXED-FORWARD", "element of an indirect array, forwarded";
        SelectMethod = 22, "DTP-SELECT-METHOD", "dispatches on its first argument";
        Instance = 23, "DTP-INSTANCE", "an instance";
        InstanceHeader = 24, "DTP-INSTANCE-HEADER", "header of an instance";
        Entity = 25, "DTP-ENTITY", "an entity";
        StackClosure = 26, "DTP-STACK-CLOSURE", "a closure on the stack";
        SelfRefPointer = 27, "DTP-SELF-REF-POINTER", "forwards into SELF";
        Character = 28, "DTP-CHARACTER", "a character";
        RplacdForward = 29, "DTP-RPLACD-FORWARD", "a cdr-coded cell that became a full pair";
        Spare = 30, "DTP-SPARE", "spare";
        SmallFlonum = 31, "DTP-SMALL-FLONUM", "immediate floating-point number";
    }
}

codes! {
    /// The cdr code of a word, bits 31:30.
    CdrCode CDR_CODES {
        Next = 0, "CDR-NEXT", "the cdr is the list that begins at the next word";
        Error = 1, "CDR-ERROR", "this word is the cdr of a full pair";
        Normal = 2, "CDR-NORMAL", "the next word holds the cdr";
        Nil = 3, "CDR-NIL", "the cdr is NIL";
    }
}
