//! The Lambda microinstruction word, its fields and codes, declared once.
