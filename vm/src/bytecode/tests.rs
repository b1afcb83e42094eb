//! Tests of what is derived from the instruction table.

use super::decode::{Instruction, instruction_length};
use super::encode::{LAST_CAPTURE, a_bc, a24, abc};
use super::isa::{OPS, Op, Operand};
use super::liveness::{Liveness, contains};
use super::template::{ClauseEntry, CodeTemplate};
use super::verify::verify;

fn live(liveness: &Liveness, index: usize) -> Vec<u32> {
    (0..64).filter(|&register| contains(liveness.live_before(index), register)).collect()
}

fn template(words: Vec<u32>, frame_size: u32) -> CodeTemplate {
    let clauses = vec![ClauseEntry { required: 1, rest: false, entry: 0 }];
    CodeTemplate { words, clauses, frame_size, ..CodeTemplate::default() }
}

#[test]
fn every_instruction_survives_encoding() {
    for (number, info) in OPS.iter().enumerate() {
        let op = Op::of(u32::try_from(number).unwrap());
        let words = [abc(op, 1, 2, 3), LAST_CAPTURE | 4];
        let instruction = Instruction::at(&words, 0);
        assert_eq!((instruction.a, instruction.b, instruction.c), (1, 2, 3), "{}", info.name);
        assert_eq!(instruction.bc(), 0x302);
        let captures = info.operands.contains(&Operand::Captures);
        let length = 1 + usize::from(op.has_extension() || captures);
        assert_eq!(instruction_length(&words, 0), length, "{}", info.name);
    }
}

#[test]
fn signed_operands_keep_their_sign() {
    for n in [-32768, -1, 0, 1, 32767_i32] {
        let word = [a_bc(Op::Fixnum, 7, n.cast_unsigned())];
        assert_eq!(Instruction::at(&word, 0).signed_bc(), n);
    }
    for n in [-(1 << 23), -1, 0, (1 << 23) - 1] {
        assert_eq!(Instruction::at(&[a24(Op::Jump, n)], 0).signed_abc(), n);
    }
}

#[test]
fn a_variable_is_live_around_the_loop_that_reads_it() {
    // r0: limit, r1: counter, r2: unused after it is written
    let words = [
        a_bc(Op::Fixnum, 1, 0),
        abc(Op::JumpUnlessLt, 1, 0, 0),
        3,
        abc(Op::AddI, 1, 1, 1),
        abc(Op::Move, 2, 1, 0),
        a24(Op::Loop, -5),
        abc(Op::Return, 1, 0, 0),
    ];
    let liveness = Liveness::analyse(&words, &[0], 3);
    assert_eq!(live(&liveness, 0), [0]);
    assert_eq!(live(&liveness, 1), [0, 1]);
    assert_eq!(live(&liveness, 5), [0, 1]);
    assert_eq!(live(&liveness, 6), [1]);
    verify(&template(words.to_vec(), 3)).unwrap();
}

#[test]
fn a_call_keeps_what_is_read_later_and_nothing_of_its_window() {
    let words = [
        abc(Op::Move, 4, 0, 0),
        abc(Op::CallSelf, 2, 1, 0),
        abc(Op::Add, 0, 0, 2),
        abc(Op::Return, 0, 0, 0),
    ];
    let liveness = Liveness::analyse(&words, &[0], 5);
    assert_eq!(live(&liveness, 1), [0, 4]);
    assert_eq!(liveness.live_across(1), [1]);
    assert_eq!(live(&liveness, 2), [0, 2]);
}

#[test]
fn the_verifier_finds_what_is_wrong() {
    let read_early = vec![abc(Op::Add, 0, 0, 1), abc(Op::Return, 0, 0, 0)];
    assert!(verify(&template(read_early, 2)).unwrap_err().contains("before it is written"));
    let too_high = vec![abc(Op::Return, 9, 0, 0)];
    assert!(verify(&template(too_high, 2)).unwrap_err().contains("register 9"));
    let astray = vec![a24(Op::Jump, 1), a_bc(Op::Fixnum, 0, 1)];
    assert!(verify(&template(astray, 2)).unwrap_err().contains("a jump to 2"));
    let inside = vec![a24(Op::Jump, 1), abc(Op::GlobalRef, 0, 0, 0), 0];
    assert!(verify(&template(inside, 2)).is_err());
    let endless = vec![abc(Op::Move, 0, 0, 0)];
    assert!(verify(&template(endless, 2)).unwrap_err().contains("runs off"));
}
