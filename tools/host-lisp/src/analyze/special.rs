//! The table of forms that analysis knows by itself: the 25 special operators,
//! and frequent macros for which a node of their own is faster.

use super::SpecialForm;
use crate::interp::Lisp;
use crate::symbol::{BUILT_IN, SPECIAL_OPERATOR};

const OPERATORS: &[(&str, SpecialForm)] = &[
    ("BLOCK", Lisp::an_block),
    ("CATCH", Lisp::an_catch),
    ("EVAL-WHEN", Lisp::an_eval_when),
    ("FLET", Lisp::an_flet),
    ("FUNCTION", Lisp::an_function),
    ("GO", Lisp::an_go),
    ("IF", Lisp::an_if),
    ("LABELS", Lisp::an_labels),
    ("LET", Lisp::an_let),
    ("LET*", Lisp::an_let_star),
    ("LOAD-TIME-VALUE", Lisp::an_load_time_value),
    ("LOCALLY", Lisp::an_locally),
    ("MACROLET", Lisp::an_macrolet),
    ("MULTIPLE-VALUE-CALL", Lisp::an_mv_call),
    ("MULTIPLE-VALUE-PROG1", Lisp::an_mv_prog1),
    ("PROGN", Lisp::an_progn),
    ("PROGV", Lisp::an_progv),
    ("QUOTE", Lisp::an_quote),
    ("RETURN-FROM", Lisp::an_return_from),
    ("SETQ", Lisp::an_setq),
    ("SYMBOL-MACROLET", Lisp::an_symbol_macrolet),
    ("TAGBODY", Lisp::an_tagbody),
    ("THE", Lisp::an_the),
    ("THROW", Lisp::an_throw),
    ("UNWIND-PROTECT", Lisp::an_unwind_protect),
];

/// Inside the implicit `(block nil …)` that the macro of the name puts around.
const QUICK: &[(&str, SpecialForm)] = &[
    ("AND", Lisp::an_and),
    ("CASE", Lisp::an_case),
    ("COND", Lisp::an_cond),
    ("LAMBDA", Lisp::an_lambda),
    ("MULTIPLE-VALUE-BIND", Lisp::an_mv_bind),
    ("MULTIPLE-VALUE-LIST", Lisp::an_mv_list),
    ("OR", Lisp::an_or),
    ("PROG1", Lisp::an_prog1),
    ("RETURN", Lisp::an_return),
    ("UNLESS", Lisp::an_unless),
    ("WHEN", Lisp::an_when),
];

/// Operators of our own that macros expand into.
const INTERNAL: &[(&str, SpecialForm)] =
    &[("%DOLIST", Lisp::an_dolist), ("%DOTIMES", Lisp::an_dotimes)];

pub(crate) fn install(l: &mut Lisp) {
    for (name, f) in OPERATORS {
        let s = l.cl.intern(name);
        s.0.special_form.set(Some(*f));
        s.add(SPECIAL_OPERATOR | BUILT_IN);
    }
    for (name, f) in QUICK {
        let s = l.cl.intern(name);
        s.0.special_form.set(Some(*f));
        s.add(BUILT_IN);
    }
    for (name, f) in INTERNAL {
        l.host.intern(name).0.special_form.set(Some(*f));
    }
}
