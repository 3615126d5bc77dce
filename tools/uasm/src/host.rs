//! Macros run by the build-time evaluator.

use host_lisp::{Lisp, Obj};
use num_traits::ToPrimitive;

use crate::form::{Datum, Form, Position};
use crate::macros::{MacroError, MacroEvaluator, without_backquote};

/// The package that symbols of microcode live in: it uses COMMON-LISP and nothing else.
const PACKAGE: &str = "MICRO";

/// The build-time evaluator as a [`MacroEvaluator`]. Symbols of microcode, which are lower case,
/// are upper-case symbols of the package `MICRO` to it; `package:name` and `:keyword` are what
/// they say.
///
/// Deep recursion needs `host_lisp::with_large_stack` around the assembly.
pub struct HostLisp {
    lisp: Lisp,
}

impl HostLisp {
    /// A fresh Lisp.
    pub fn new() -> HostLisp {
        let mut lisp = Lisp::new();
        // The packages that it makes and uses exist, so that this cannot fail.
        if let Ok(package) = lisp.define_package(PACKAGE, &[], &["COMMON-LISP"]) {
            lisp.set_current_package(package);
        }
        HostLisp { lisp }
    }

    /// The Lisp, for definitions that macros are to find.
    pub fn lisp(&mut self) -> &mut Lisp {
        &mut self.lisp
    }

    fn object_of(&mut self, form: &Form) -> Result<Obj, MacroError> {
        Ok(match &form.datum {
            Datum::Symbol(name) => self.symbol(name)?,
            Datum::Integer(value) => Obj::int((*value).into()),
            Datum::String(text) => Obj::string(text),
            Datum::Character(c) => Obj::Char(*c),
            Datum::List(items) => {
                let items: Result<Vec<Obj>, _> =
                    items.iter().map(|item| self.object_of(item)).collect();
                Obj::list(items?)
            }
            Datum::Dotted(items, tail) => {
                let items: Result<Vec<Obj>, _> =
                    items.iter().map(|item| self.object_of(item)).collect();
                let tail = self.object_of(tail)?;
                Obj::list_star(items?, tail)
            }
        })
    }

    fn symbol(&mut self, name: &str) -> Result<Obj, MacroError> {
        let name = name.to_uppercase();
        if name == "NIL" {
            return Ok(Obj::Nil);
        }
        if let Some(keyword) = name.strip_prefix(':') {
            return Ok(self.lisp.keyword(keyword));
        }
        let (package, name) = match name.split_once(':') {
            Some((package, rest)) => (package, rest.trim_start_matches(':')),
            None => (PACKAGE, name.as_str()),
        };
        self.lisp
            .intern(package, name)
            .map(Obj::from)
            .map_err(lisp_error)
    }

    /// What came back, without places: the assembler gives it the place of the call.
    fn form_of(&mut self, object: &Obj) -> Result<Form, MacroError> {
        let at = Position::default();
        if object.is_nil() {
            return Ok(Form::list(Vec::new(), at));
        }
        if let Some(value) = object.as_bigint() {
            let value = value
                .to_i128()
                .ok_or_else(|| MacroError(format!("{value} is too large")))?;
            return Ok(Form::integer(value, at));
        }
        if let Some(text) = object.as_string() {
            return Ok(Form {
                datum: Datum::String(text),
                at,
            });
        }
        match object {
            Obj::Sym(symbol) => {
                let name = symbol.name().to_lowercase();
                let name = if symbol.is_keyword() {
                    format!(":{name}")
                } else {
                    name
                };
                Ok(Form::symbol(&name, at))
            }
            Obj::Char(c) => Ok(Form {
                datum: Datum::Character(*c),
                at,
            }),
            Obj::Cons(_) => {
                let mut items = Vec::new();
                let mut rest = object.clone();
                while rest.is_cons() {
                    items.push(self.form_of(&rest.car())?);
                    rest = rest.cdr();
                }
                if rest.is_nil() {
                    return Ok(Form::list(items, at));
                }
                let tail = self.form_of(&rest)?;
                Ok(Form {
                    datum: Datum::Dotted(items, Box::new(tail)),
                    at,
                })
            }
            _ => Err(MacroError(format!(
                "{} means nothing in microcode",
                self.lisp.print(object)
            ))),
        }
    }
}

impl Default for HostLisp {
    fn default() -> Self {
        HostLisp::new()
    }
}

fn lisp_error(error: host_lisp::Error) -> MacroError {
    MacroError(error.to_string())
}

impl MacroEvaluator for HostLisp {
    /// A value that is no form of microcode (a function, say) comes back as NIL: only numbers
    /// are wanted of an expression, and nothing of a definition.
    fn evaluate(&mut self, form: &Form) -> Result<Form, MacroError> {
        let form = self.object_of(&without_backquote(form))?;
        let value = self.lisp.eval(&form).map_err(lisp_error)?;
        Ok(self
            .form_of(&value)
            .unwrap_or_else(|_| Form::list(Vec::new(), Position::default())))
    }

    fn expand(&mut self, call: &Form) -> Result<Form, MacroError> {
        let call = self.object_of(&without_backquote(call))?;
        match self.lisp.macroexpand_1(&call).map_err(lisp_error)? {
            Some(expansion) => self.form_of(&expansion),
            None => Err(MacroError("it is not defined as a macro".to_string())),
        }
    }
}
