//! Runs the macros of microcode sources on the build-time evaluator.

use host_lisp::{Lisp, Obj, Sym};
use uasm::{Datum, Form, MacroError, MacroEvaluator, Position, without_backquote};

const PACKAGE: &str = "MICRO";

/// A Lisp for the macros of one assembly.
pub struct Macros {
    lisp: Lisp,
}

impl Default for Macros {
    fn default() -> Self {
        let mut lisp = Lisp::new();
        lisp.eval_str(
            "macros",
            "(defpackage \"MICRO\" (:use \"COMMON-LISP\")) (in-package \"MICRO\")",
        )
        .expect("a package can be made");
        Self { lisp }
    }
}

impl MacroEvaluator for Macros {
    fn evaluate(&mut self, form: &Form) -> Result<Form, MacroError> {
        let object = self.object(&without_backquote(form))?;
        let value = self
            .lisp
            .eval(&object)
            .map_err(|e| MacroError(e.to_string()))?;
        // What a definition returns is of no interest, and need not be a form.
        Ok(self
            .form(&value)
            .unwrap_or_else(|_| Form::list(Vec::new(), Position::default())))
    }

    fn expand(&mut self, call: &Form) -> Result<Form, MacroError> {
        let object = self.object(&without_backquote(call))?;
        match self.lisp.macroexpand_1(&object) {
            Ok(Some(expansion)) => self.form(&expansion),
            Ok(None) => Err(MacroError(format!("{call} is no macro call"))),
            Err(e) => Err(MacroError(e.to_string())),
        }
    }
}

impl Macros {
    fn symbol(&mut self, name: &str) -> Result<Obj, MacroError> {
        let found = match name.strip_prefix(':') {
            Some(keyword) => return Ok(self.lisp.keyword(&keyword.to_uppercase())),
            None => self.lisp.intern(PACKAGE, &name.to_uppercase()),
        };
        found.map(Obj::from).map_err(|e| MacroError(e.to_string()))
    }

    fn object(&mut self, form: &Form) -> Result<Obj, MacroError> {
        let items = |items: &[Form], this: &mut Self| {
            items
                .iter()
                .map(|item| this.object(item))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(match &form.datum {
            Datum::Symbol(name) => self.symbol(name)?,
            Datum::Integer(value) => Obj::int((*value).into()),
            Datum::String(text) => Obj::string(text),
            Datum::Character(c) => Obj::Char(*c),
            Datum::List(list) => Obj::list(items(list, self)?),
            Datum::Dotted(list, tail) => {
                let tail = self.object(tail)?;
                Obj::list_star(items(list, self)?, tail)
            }
        })
    }

    fn form(&mut self, object: &Obj) -> Result<Form, MacroError> {
        let at = Position::default();
        let name = |symbol: Sym| {
            let name = symbol.name().to_lowercase();
            if symbol.is_keyword() {
                format!(":{name}")
            } else {
                name
            }
        };
        Ok(match object {
            Obj::Nil => Form::list(Vec::new(), at),
            Obj::Sym(symbol) => Form::symbol(&name(*symbol), at),
            Obj::Char(c) => Form {
                datum: Datum::Character(*c),
                at,
            },
            Obj::Cons(_) => {
                let mut items = Vec::new();
                let mut rest = object.clone();
                while rest.is_cons() {
                    items.push(self.form(&rest.car())?);
                    rest = rest.cdr();
                }
                if rest.is_nil() {
                    Form::list(items, at)
                } else {
                    let tail = Box::new(self.form(&rest)?);
                    Form {
                        datum: Datum::Dotted(items, tail),
                        at,
                    }
                }
            }
            other => {
                let text = other.as_string().map(Datum::String);
                let integer = || other.as_bigint().and_then(|n| i128::try_from(n).ok());
                let datum = text.or_else(|| integer().map(Datum::Integer));
                let printed = self.lisp.print(other);
                let datum = datum.ok_or_else(|| {
                    MacroError(format!(
                        "the expansion holds {printed}, which no source can hold"
                    ))
                })?;
                Form { datum, at }
            }
        })
    }
}
