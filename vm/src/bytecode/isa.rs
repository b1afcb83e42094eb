//! The instruction set: one table, from which encoder, decoder, disassembler, verifier and liveness
//! analysis are derived.
//!
//! An instruction is one 32-bit word, `op` in bits 0 to 7, then `a`, `b`, `c`, eight bits each; `bc`
//! is `b | c << 8` as 16 bits, `abc` the upper 24 bits as a signed integer. Some instructions take
//! one extension word `x` (32 bits) after it; `Closure` takes one per captured value.
//!
//! `r[n]` is register `n` of the frame, `k[n]` constant `n` of the code, `free[n]` captured value `n`
//! of the running closure. Jump offsets count words from the instruction that follows.
//!
//! A call window at register `w`: `r[w]` and `r[w+1]` are where the callee's frame header goes (the
//! return word, and the callee procedure, which the caller puts there), the arguments begin at
//! `r[w+2]`, which becomes the callee's `r[0]`. The result arrives in `r[w]`.
//!
//! Collections happen only at `Loop` and `AddILoop`, and on entry to a procedure.

/// How an operand is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// `r[a]`, `r[b]`, `r[c]` written.
    DefA,
    /// `r[a]` read.
    UseA,
    /// `r[b]` read.
    UseB,
    /// `r[c]` read.
    UseC,
    /// `r[b] .. r[b + c]` read.
    UseBThroughC,
    /// The call window at `a` with `b` arguments: `r[a+1]` (callee) and the arguments read.
    Window,
    /// The same without a callee in `r[a+1]`.
    ArgsOnly,
    /// The environment born at `a` with `b` variables: `r[a+2] ..` read, `r[a]`, `r[a+1]` written.
    OpenEnv,
    /// A small unsigned number in `b` or `c`, a signed one in `c`.
    NumB,
    /// See [`Operand::NumB`].
    NumC,
    /// See [`Operand::NumB`].
    SignedC,
    /// A 16-bit number in `bc`, unsigned.
    NumBc,
    /// A 16-bit number in `bc`, signed.
    SignedBc,
    /// Constant number in `bc`.
    ConstBc,
    /// Constant number in `x`.
    ConstX,
    /// Number of a primitive in `x`.
    PrimX,
    /// A plain number in `x`.
    NumX,
    /// `r[x]` read.
    UseX,
    /// Jump offset in `bc`.
    JumpBc,
    /// Jump offset in `abc`.
    JumpAbc,
    /// Jump offset in `x`.
    JumpX,
    /// One extension word per captured value: bit 31 set, `free[bits 0..16]`; clear, `r[bits 0..8]`.
    /// Bit 30 is set in the last one only, so that code can be decoded without its constants.
    Captures,
}

/// What the table says of an instruction.
#[derive(Debug)]
pub struct OpInfo {
    /// Its name.
    pub name: &'static str,
    /// Its operands.
    pub operands: &'static [Operand],
    /// Does control never reach the next instruction?
    pub ends: bool,
}

macro_rules! isa {
    ($($(#[doc = $doc:literal])+ $name:ident [$($operand:ident),*] $($ends:ident)?;)+) => {
        /// An operation code.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Op { $($(#[doc = $doc])+ $name,)+ }

        /// The table, indexed by operation code.
        pub static OPS: &[OpInfo] = &[$(OpInfo {
            name: stringify!($name),
            operands: &[$(Operand::$operand),*],
            ends: isa!(@ends $($ends)?),
        },)+];

        const ALL: &[Op] = &[$(Op::$name,)+];
    };
    (@ends ends) => { true };
    (@ends) => { false };
}

isa! {
    /// `r[a] = r[b]`
    Move [DefA, UseB];
    /// `r[a] = k[x]`
    Const [DefA, ConstX];
    /// `r[a] = bc` as a fixnum
    Fixnum [DefA, SignedBc];
    /// `r[a] =` the immediate numbered `bc` (`#f` 0, `#t` 1, `()` 2, unspecified 3, eof 4, unbound 5, default 6)
    Immediate [DefA, NumBc];
    /// `r[a] =` the value of the cell `k[x]`; error if unbound
    GlobalRef [DefA, ConstX];
    /// cell `k[x] = r[a]`; error if unbound
    GlobalSet [UseA, ConstX];
    /// cell `k[x] = r[a]`
    GlobalDefine [UseA, ConstX];
    /// `r[a] = free[bc]`
    FreeRef [DefA, NumBc];
    /// `r[a] =` the running procedure
    SelfRef [DefA];
    /// error "used before its definition" naming `k[x]` if `r[a]` is unbound
    CheckBound [UseA, ConstX];

    /// open an environment of `b` variables, values in `r[a+2] ..`: its header goes to `r[a+1]`, its address to `r[a]`
    EnvOpen [OpenEnv, NumB];
    /// `r[a] =` variable `c` of the environment `r[b]`
    EnvRef [DefA, UseB, NumC];
    /// variable `c` of the environment `r[b] = r[a]`
    EnvSet [UseA, UseB, NumC];
    /// promote the environment `r[a]` to the heap if it is still on the stack
    EnvClose [UseA, DefA];
    /// `r[a] =` variable `c` of the environment `free[b]`
    EnvFreeRef [DefA, NumB, NumC];
    /// variable `c` of the environment `free[b] = r[a]`
    EnvFreeSet [UseA, NumB, NumC];

    /// `r[a] =` a closure over code `k[bc]` and the captured values that follow
    Closure [DefA, ConstBc, Captures];
    /// captured value `b` of the closure `r[a] = r[c]`; only right after it was made
    ClosurePatch [UseA, NumB, UseC];

    /// call `r[a+1]` with `b` arguments; the result comes to `r[a]`
    Call [Window, NumB];
    /// call the procedure in cell `k[x]` with `b` arguments
    CallGlobal [ArgsOnly, NumB, ConstX];
    /// call the running closure with `b` arguments, which its only clause takes exactly
    CallSelf [ArgsOnly, NumB];
    /// call the closure `r[a+1]`, whose only clause is known to take exactly `b` arguments
    CallKnown [Window, NumB];
    /// the same four in tail position
    TailCall [Window, NumB] ends;
    /// see `TailCall`
    TailCallGlobal [ArgsOnly, NumB, ConstX] ends;
    /// see `TailCall`
    TailCallSelf [ArgsOnly, NumB] ends;
    /// see `TailCall`
    TailCallKnown [Window, NumB] ends;
    /// return `r[a]`
    Return [UseA] ends;
    /// return the immediate numbered `bc`
    ReturnImmediate [NumBc] ends;

    /// jump by `abc`
    Jump [JumpAbc] ends;
    /// jump back by `abc`, polling
    Loop [JumpAbc] ends;
    /// if `r[a]` is `#f` jump by `bc`
    JumpIfFalse [UseA, JumpBc];
    /// if `r[a]` is not `#f` jump by `bc`
    JumpIfTrue [UseA, JumpBc];
    /// if `r[a]` is `()` jump by `bc`
    JumpIfNull [UseA, JumpBc];
    /// if `r[a]` is not `()` jump by `bc`
    JumpIfNotNull [UseA, JumpBc];
    /// if `r[a]` is a pair jump by `bc`
    JumpIfPair [UseA, JumpBc];
    /// if `r[a]` is not a pair jump by `bc`
    JumpIfNotPair [UseA, JumpBc];
    /// unless `(eq? r[a] r[b])` jump by `x`
    JumpUnlessEq [UseA, UseB, JumpX];
    /// unless the cell that is the car of `k[x]` has the cdr of `k[x]` as its value jump by `bc`
    JumpUnlessSame [ConstX, JumpBc];
    /// unless `(< r[a] r[b])` jump by `x`
    JumpUnlessLt [UseA, UseB, JumpX];
    /// unless `(<= r[a] r[b])` jump by `x`
    JumpUnlessLe [UseA, UseB, JumpX];
    /// unless `(= r[a] r[b])` jump by `x`
    JumpUnlessNumEq [UseA, UseB, JumpX];
    /// unless `(< r[a] bc)` jump by `x`
    JumpUnlessLtI [UseA, SignedBc, JumpX];
    /// unless `(<= r[a] bc)` jump by `x`
    JumpUnlessLeI [UseA, SignedBc, JumpX];
    /// unless `(> r[a] bc)` jump by `x`
    JumpUnlessGtI [UseA, SignedBc, JumpX];
    /// unless `(>= r[a] bc)` jump by `x`
    JumpUnlessGeI [UseA, SignedBc, JumpX];
    /// unless `(= r[a] bc)` jump by `x`
    JumpUnlessNumEqI [UseA, SignedBc, JumpX];

    /// `r[a] = (+ r[b] r[c])`
    Add [DefA, UseB, UseC];
    /// `r[a] = (- r[b] r[c])`
    Sub [DefA, UseB, UseC];
    /// `r[a] = (* r[b] r[c])`
    Mul [DefA, UseB, UseC];
    /// `r[a] = (/ r[b] r[c])`
    Div [DefA, UseB, UseC];
    /// `r[a] = (+ r[b] c)`; `c` is signed, so it serves `-` too
    AddI [DefA, UseB, SignedC];
    /// `r[a] = (+ r[b] c)`, then jump back by `x`, polling
    AddILoop [DefA, UseB, SignedC, JumpX] ends;
    /// `r[a] = (- r[b])`
    Negate [DefA, UseB];
    /// `r[a] = (abs r[b])`
    Abs [DefA, UseB];
    /// `r[a] = (sqrt r[b])`
    Sqrt [DefA, UseB];
    /// `r[a] = (+ (* r[b] r[c]) r[x])`
    MulAdd [DefA, UseB, UseC, UseX];
    /// `r[a] = (- (* r[b] r[c]) r[x])`
    MulSub [DefA, UseB, UseC, UseX];
    /// `r[a] = (- r[x] (* r[b] r[c]))`
    SubMul [DefA, UseB, UseC, UseX];
    /// `r[a] = (* (* r[b] r[c]) r[x])`
    MulMul [DefA, UseB, UseC, UseX];
    /// `r[a] = (+ (+ r[b] r[c]) r[x])`
    AddAdd [DefA, UseB, UseC, UseX];
    /// `r[a] = (+ (- r[b] r[c]) r[x])`
    SubAdd [DefA, UseB, UseC, UseX];
    /// `r[a] = (quotient r[b] r[c])`
    Quotient [DefA, UseB, UseC];
    /// `r[a] = (remainder r[b] r[c])`
    Remainder [DefA, UseB, UseC];
    /// `r[a] = (modulo r[b] r[c])`
    Modulo [DefA, UseB, UseC];
    /// `r[a] = (bitwise-and r[b] r[c])`
    BitAnd [DefA, UseB, UseC];
    /// `r[a] = (bitwise-ior r[b] r[c])`
    BitOr [DefA, UseB, UseC];
    /// `r[a] = (bitwise-xor r[b] r[c])`
    BitXor [DefA, UseB, UseC];
    /// `r[a] = (arithmetic-shift r[b] r[c])`
    Shift [DefA, UseB, UseC];
    /// `r[a] = (< r[b] r[c])`
    Lt [DefA, UseB, UseC];
    /// `r[a] = (<= r[b] r[c])`
    Le [DefA, UseB, UseC];
    /// `r[a] = (= r[b] r[c])`
    NumEq [DefA, UseB, UseC];
    /// `r[a] = (eq? r[b] r[c])`
    Eq [DefA, UseB, UseC];
    /// `r[a] = (eqv? r[b] r[c])`
    Eqv [DefA, UseB, UseC];
    /// `r[a] = (not r[b])`
    Not [DefA, UseB];
    /// `r[a] = (null? r[b])`
    IsNull [DefA, UseB];
    /// `r[a] = (pair? r[b])`
    IsPair [DefA, UseB];

    /// `r[a] = (cons r[b] r[c])`
    Cons [DefA, UseB, UseC];
    /// `r[a] = (car r[b])`
    Car [DefA, UseB];
    /// `r[a] = (cdr r[b])`
    Cdr [DefA, UseB];
    /// `r[a] = (cadr r[b])`
    Cadr [DefA, UseB];
    /// `r[a] = (cddr r[b])`
    Cddr [DefA, UseB];
    /// `(set-car! r[a] r[b])`
    SetCar [UseA, UseB];
    /// `(set-cdr! r[a] r[b])`
    SetCdr [UseA, UseB];
    /// `r[a] = (vector-ref r[b] r[c])`
    VectorRef [DefA, UseB, UseC];
    /// `r[a] = (vector-ref r[b] c)`
    VectorRefI [DefA, UseB, NumC];
    /// `(vector-set! r[a] r[b] r[c])`
    VectorSet [UseA, UseB, UseC];
    /// `r[a] = (vector-length r[b])`
    VectorLength [DefA, UseB];
    /// `r[a] = (string-ref r[b] r[c])`
    StringRef [DefA, UseB, UseC];
    /// `r[a] = (bytevector-u8-ref r[b] r[c])`
    BytesRef [DefA, UseB, UseC];
    /// `(bytevector-u8-set! r[a] r[b] r[c])`
    BytesSet [UseA, UseB, UseC];
    /// `r[a] =` field `x` of the record `r[b]`; error unless it is of the type `r[c]`
    RecordRef [DefA, UseB, UseC, NumX];
    /// field `x` of the record `r[b] = r[a]`; error unless it is of the type `r[c]`
    RecordSet [UseA, UseB, UseC, NumX];
    /// `r[a] =` is `r[b]` a record of the type `r[c]`?
    RecordIs [DefA, UseB, UseC];

    /// `r[a] =` primitive `x` of `r[b]`
    Prim1 [DefA, UseB, PrimX];
    /// `r[a] =` primitive `x` of `r[b]`, `r[c]`
    Prim2 [DefA, UseB, UseC, PrimX];
    /// `r[a] =` primitive `x` of the `c` arguments `r[b] ..`
    PrimN [DefA, UseBThroughC, PrimX];

    /// the body of a machine procedure (see `interp::procedures`): does its work, then returns or calls on
    Machine [NumBc];
    /// the body of `%call/cc`: calls `r[0]` in its place with the continuation of this call
    Capture [] ends;
    /// the body of a full continuation called with one value, `r[0]`: goes on there with it
    Throw [] ends;
    /// reached by returning past the bottom frame of the region: reinstate frames and go on
    Underflow [] ends;
    /// reached by returning from the first frame of a run: leave the interpreter
    Halt [] ends;
}

impl Op {
    /// The operation code of an instruction word.
    ///
    /// # Panics
    /// When the word's low byte is no operation code.
    pub fn of(word: u32) -> Op {
        ALL[(word & 0xff) as usize]
    }
    /// The same for the low byte of a word of loaded code.
    ///
    /// # Safety
    /// The byte is that of the first word of an instruction of verified code.
    #[inline(always)]
    #[expect(unsafe_code, reason = "the interpreter's dispatch")]
    pub unsafe fn assume(code: u8) -> Op {
        debug_assert!((code as usize) < ALL.len());
        // SAFETY: `Op` is `repr(u8)` with the codes `0 .. ALL.len()`, and the caller promises one.
        unsafe { std::mem::transmute(code) }
    }
    /// What the table says of it.
    pub fn info(self) -> &'static OpInfo {
        &OPS[self as usize]
    }
    /// Does it take an extension word `x`?
    pub fn has_extension(self) -> bool {
        self.info().operands.iter().any(|o| {
            matches!(
                o,
                Operand::ConstX | Operand::PrimX | Operand::NumX | Operand::UseX | Operand::JumpX
            )
        })
    }
}
