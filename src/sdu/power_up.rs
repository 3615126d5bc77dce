//! What the SDU does before there is a running processor.
