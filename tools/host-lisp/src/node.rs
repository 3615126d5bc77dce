//! What analysis makes of a form: a tree of nodes with lexical addressing.
//!
//! A function's variables live in a frame of numbered slots on the
//! interpreter's stack. What a closure needs is copied into it when it is
//! made; a variable that is both closed over and assigned lives in a box.

use crate::interp::{Lisp, Res};
use crate::object::Obj;
use crate::symbol::Sym;
use std::rc::Rc;

/// Where a variable is bound.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Slot(u32),
    Boxed(u32),
    Special(Sym),
}

/// Where a value comes from at run time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    Slot(u32),
    Captured(u32),
}

pub(crate) type Nodes = Box<[Node]>;

pub(crate) enum Node {
    Const(Obj),
    Slot(u32),
    Captured(u32),
    Global(Sym, u32),
    SetSlot(u32, Box<Node>),
    SetCaptured(u32, Box<Node>),
    SetGlobal(Sym, Box<Node>),
    If(Box<(Node, Node, Node)>),
    Progn(Nodes),
    And(Nodes),
    Or(Nodes),
    /// Clauses of test and body; without a body the test's value counts.
    Cond(Box<[(Node, Option<Node>)]>),
    Case(Box<Case>),
    Let(Box<Let>),
    Closure(Box<MakeClosure>),
    Function(Sym, u32),
    SetfFunction(Sym, u32),
    Labels(Box<Labels>),
    Block(u32, Box<Node>),
    BlockToken(Box<BlockToken>),
    Return(u32, Box<Node>),
    ReturnToken(Source, Box<Node>),
    Tagbody(Box<Tagbody>),
    Go(u32, u32),
    GoToken(Source, u32),
    Catch(Box<(Node, Node)>),
    Throw(Box<(Node, Node)>, u32),
    UnwindProtect(Box<(Node, Node)>),
    Progv(Box<(Node, Node, Node)>),
    MvCall(Box<(Node, Nodes)>, u32),
    MvProg1(Box<(Node, Node)>),
    MvList(Box<Node>),
    MvBind(Box<MvBind>),
    Prog1(Box<(Node, Node)>),
    DoList(Box<DoList>),
    DoTimes(Box<DoTimes>),
    Prim0(fn(&mut Lisp) -> Res, u32),
    Prim1(fn(&mut Lisp, Obj) -> Res, u32, Box<Node>),
    Prim2(fn(&mut Lisp, Obj, Obj) -> Res, u32, Box<(Node, Node)>),
    Prim3(
        fn(&mut Lisp, Obj, Obj, Obj) -> Res,
        u32,
        Box<(Node, Node, Node)>,
    ),
    PrimN(fn(&mut Lisp, &[Obj]) -> Res, u32, Nodes),
    Inline1(Inline1, u32, Box<Node>),
    Inline2(Inline2, u32, Box<(Node, Node)>),
    /// A call of a standard function or macro that is not there.
    Missing(Sym, u32),
    Call(Sym, u32, Nodes),
    CallLocal(Source, u32, Nodes),
    Funcall(Box<Node>, u32, Nodes),
}

/// One-argument functions that the evaluator knows itself.
#[derive(Clone, Copy)]
pub(crate) enum Inline1 {
    Car,
    Cdr,
    Not,
    Consp,
    Atom,
    Symbolp,
    Inc,
    Dec,
}

/// Two-argument functions that the evaluator knows itself.
#[derive(Clone, Copy)]
pub(crate) enum Inline2 {
    Eq,
    Eql,
    Cons,
    Add,
    Sub,
    Less,
    Greater,
    LessEq,
    GreaterEq,
    NumEq,
}

pub(crate) struct Case {
    pub(crate) key: Node,
    pub(crate) clauses: Box<[(Box<[Obj]>, Node)]>,
    pub(crate) default: Node,
}

pub(crate) struct Let {
    pub(crate) binds: Box<[(Target, Node)]>,
    /// Special variables are bound after all values are known.
    pub(crate) parallel_specials: bool,
    pub(crate) specials: bool,
    pub(crate) body: Node,
}

pub(crate) struct MakeClosure {
    pub(crate) lambda: Rc<Lambda>,
    pub(crate) captures: Box<[Source]>,
    /// The function itself, when it closes over nothing.
    pub(crate) constant: Obj,
}

pub(crate) struct LocalFunction {
    pub(crate) target: Target,
    pub(crate) closure: MakeClosure,
    /// How many references its box has when nothing escaped.
    pub(crate) expected_refs: usize,
}

pub(crate) struct Labels {
    pub(crate) functions: Box<[LocalFunction]>,
    pub(crate) body: Node,
}

pub(crate) struct BlockToken {
    pub(crate) id: u32,
    pub(crate) slot: u32,
    pub(crate) body: Node,
}

pub(crate) struct Tagbody {
    pub(crate) id: u32,
    /// The slot of the token, when a closure may go here.
    pub(crate) token: Option<u32>,
    pub(crate) statements: Nodes,
    /// The statement at which each tag stands.
    pub(crate) tags: Box<[u32]>,
}

pub(crate) struct MvBind {
    pub(crate) targets: Box<[Target]>,
    pub(crate) values: Node,
    pub(crate) body: Node,
}

pub(crate) struct DoList {
    pub(crate) target: Target,
    pub(crate) list: Node,
    pub(crate) body: Node,
    pub(crate) result: Option<Node>,
    pub(crate) site: u32,
}

pub(crate) struct DoTimes {
    pub(crate) target: Target,
    pub(crate) count: Node,
    pub(crate) body: Node,
    pub(crate) result: Option<Node>,
    pub(crate) site: u32,
}

/// A parameter with a default.
pub(crate) struct Param {
    pub(crate) target: Target,
    pub(crate) init: Option<Node>,
    pub(crate) supplied: Option<Target>,
    /// The keyword, for `&key`.
    pub(crate) keyword: Obj,
}

/// An analysed function.
pub(crate) struct Lambda {
    pub(crate) name: Option<Sym>,
    pub(crate) required: Box<[Target]>,
    /// Only required parameters, all in plain slots.
    pub(crate) simple: bool,
    pub(crate) slots: u32,
    pub(crate) optional: Box<[Param]>,
    pub(crate) rest: Option<Target>,
    pub(crate) keys: Option<Box<[Param]>>,
    pub(crate) allow_other_keys: bool,
    pub(crate) body: Node,
    /// The source form, for `function-lambda-expression`.
    pub(crate) lambda_list: Obj,
}
