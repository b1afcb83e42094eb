//! Which calls of standard procedures are instructions.
//!
//! A procedure that is not here, or is called with another number of arguments, is called as a
//! native primitive if it is one, and else like any procedure.

use super::isa::Op;

/// What a call compiles to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Intrinsic {
    /// Instructions that each take the result of the one before: `[DefA, UseB]`.
    Path(&'static [Op]),
    /// `[DefA, UseB, UseC]`.
    Binary(Op),
    /// `+` and `-`: like `Binary`, or `AddI` when an operand is a small constant.
    Sum(Op),
    /// A numeric comparison.
    Compare(Comparison),
    /// A numeric comparison with zero.
    Sign(Comparison),
    /// A test of one value.
    Test(Test),
    /// `eq?`.
    Eq,
    /// `[UseA, UseB]`, no result.
    Store2(Op),
    /// `[UseA, UseB, UseC]`, no result.
    Store3(Op),
    /// `(%record-ref record type index name)`.
    RecordRef,
    /// `(%record-set! record type index value name)`.
    RecordSet,
    /// `(%record? object type)`.
    RecordIs,
    /// `(%unchanged? '(cell . value) 'name)`: does the cell have this value?
    Unchanged,
}

/// A numeric comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=`
    Equal,
}

impl Comparison {
    /// The comparison that holds of `b`, `a` when this one holds of `a`, `b`.
    pub fn swapped(self) -> Comparison {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            Comparison::Equal => Comparison::Equal,
        }
    }
    /// Does it hold of these integers?
    pub fn holds(self, a: i64, b: i64) -> bool {
        match self {
            Comparison::Less => a < b,
            Comparison::LessOrEqual => a <= b,
            Comparison::Greater => a > b,
            Comparison::GreaterOrEqual => a >= b,
            Comparison::Equal => a == b,
        }
    }
    /// The instruction that makes a boolean, and whether it wants its operands swapped.
    pub fn value_op(self) -> (Op, bool) {
        match self {
            Comparison::Less => (Op::Lt, false),
            Comparison::LessOrEqual => (Op::Le, false),
            Comparison::Greater => (Op::Lt, true),
            Comparison::GreaterOrEqual => (Op::Le, true),
            Comparison::Equal => (Op::NumEq, false),
        }
    }
    /// The instruction that jumps unless it holds, and whether it wants its operands swapped.
    pub fn jump_op(self) -> (Op, bool) {
        match self {
            Comparison::Less => (Op::JumpUnlessLt, false),
            Comparison::LessOrEqual => (Op::JumpUnlessLe, false),
            Comparison::Greater => (Op::JumpUnlessLt, true),
            Comparison::GreaterOrEqual => (Op::JumpUnlessLe, true),
            Comparison::Equal => (Op::JumpUnlessNumEq, false),
        }
    }
    /// The instruction that jumps unless it holds of a register and a constant.
    pub fn jump_immediate_op(self) -> Op {
        match self {
            Comparison::Less => Op::JumpUnlessLtI,
            Comparison::LessOrEqual => Op::JumpUnlessLeI,
            Comparison::Greater => Op::JumpUnlessGtI,
            Comparison::GreaterOrEqual => Op::JumpUnlessGeI,
            Comparison::Equal => Op::JumpUnlessNumEqI,
        }
    }
}

/// A test of one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Test {
    /// `not`
    Not,
    /// `null?`
    Null,
    /// `pair?`
    Pair,
}

impl Test {
    /// The instruction that makes a boolean.
    pub fn value_op(self) -> Op {
        match self {
            Test::Not => Op::Not,
            Test::Null => Op::IsNull,
            Test::Pair => Op::IsPair,
        }
    }
    /// The instruction that jumps if it holds.
    pub fn jump_if(self) -> Op {
        match self {
            Test::Not => Op::JumpIfFalse,
            Test::Null => Op::JumpIfNull,
            Test::Pair => Op::JumpIfPair,
        }
    }
    /// The instruction that jumps unless it holds.
    pub fn jump_unless(self) -> Op {
        match self {
            Test::Not => Op::JumpIfTrue,
            Test::Null => Op::JumpIfNotNull,
            Test::Pair => Op::JumpIfNotPair,
        }
    }
}

/// The numeric comparison a standard procedure stands for.
pub fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        "=" => Comparison::Equal,
        _ => return None,
    })
}

/// What a call of the standard procedure `name` with `count` arguments compiles to.
pub fn lookup(name: &str, count: usize) -> Option<Intrinsic> {
    match count {
        1 => unary(name),
        2 => binary(name),
        3 => match name {
            "vector-set!" => Some(Intrinsic::Store3(Op::VectorSet)),
            "bytevector-u8-set!" => Some(Intrinsic::Store3(Op::BytesSet)),
            _ => None,
        },
        4 if name == "%record-ref" => Some(Intrinsic::RecordRef),
        5 if name == "%record-set!" => Some(Intrinsic::RecordSet),
        _ => None,
    }
}

fn unary(name: &str) -> Option<Intrinsic> {
    Some(match name {
        "car" => Intrinsic::Path(&[Op::Car]),
        "cdr" => Intrinsic::Path(&[Op::Cdr]),
        "caar" => Intrinsic::Path(&[Op::Car, Op::Car]),
        "cadr" => Intrinsic::Path(&[Op::Cadr]),
        "cdar" => Intrinsic::Path(&[Op::Car, Op::Cdr]),
        "cddr" => Intrinsic::Path(&[Op::Cddr]),
        "caddr" => Intrinsic::Path(&[Op::Cddr, Op::Car]),
        "cdddr" => Intrinsic::Path(&[Op::Cddr, Op::Cdr]),
        "cadddr" => Intrinsic::Path(&[Op::Cddr, Op::Cadr]),
        "cddddr" => Intrinsic::Path(&[Op::Cddr, Op::Cddr]),
        "-" => Intrinsic::Path(&[Op::Negate]),
        "abs" => Intrinsic::Path(&[Op::Abs]),
        "sqrt" => Intrinsic::Path(&[Op::Sqrt]),
        "vector-length" => Intrinsic::Path(&[Op::VectorLength]),
        "not" => Intrinsic::Test(Test::Not),
        "null?" => Intrinsic::Test(Test::Null),
        "pair?" => Intrinsic::Test(Test::Pair),
        "zero?" => Intrinsic::Sign(Comparison::Equal),
        "positive?" => Intrinsic::Sign(Comparison::Greater),
        "negative?" => Intrinsic::Sign(Comparison::Less),
        _ => return None,
    })
}

fn binary(name: &str) -> Option<Intrinsic> {
    if let Some(comparison) = comparison(name) {
        return Some(Intrinsic::Compare(comparison));
    }
    Some(match name {
        "+" => Intrinsic::Sum(Op::Add),
        "-" => Intrinsic::Sum(Op::Sub),
        "*" => Intrinsic::Binary(Op::Mul),
        "/" => Intrinsic::Binary(Op::Div),
        "quotient" | "truncate-quotient" => Intrinsic::Binary(Op::Quotient),
        "remainder" | "truncate-remainder" => Intrinsic::Binary(Op::Remainder),
        "modulo" | "floor-remainder" => Intrinsic::Binary(Op::Modulo),
        "bitwise-and" => Intrinsic::Binary(Op::BitAnd),
        "bitwise-ior" => Intrinsic::Binary(Op::BitOr),
        "bitwise-xor" => Intrinsic::Binary(Op::BitXor),
        "arithmetic-shift" => Intrinsic::Binary(Op::Shift),
        "eq?" => Intrinsic::Eq,
        "eqv?" => Intrinsic::Binary(Op::Eqv),
        "cons" => Intrinsic::Binary(Op::Cons),
        "set-car!" => Intrinsic::Store2(Op::SetCar),
        "set-cdr!" => Intrinsic::Store2(Op::SetCdr),
        "vector-ref" => Intrinsic::Binary(Op::VectorRef),
        "string-ref" => Intrinsic::Binary(Op::StringRef),
        "bytevector-u8-ref" => Intrinsic::Binary(Op::BytesRef),
        "%record?" => Intrinsic::RecordIs,
        "%unchanged?" => Intrinsic::Unchanged,
        _ => return None,
    })
}
