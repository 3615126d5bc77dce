//! The build-time Lisp evaluator.
