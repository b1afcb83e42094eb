//! The roots of a stack: live registers, open environments, procedures, and what lies below.
//!
//! Only the frames on the region are looked at; promoted ones are ordinary heap objects. A deep
//! stack is cut down before a collection ([`Stack::age`]), so this is a bounded stretch.

use crate::environment::open_size;
use crate::shape::{Live, Place};
use crate::stack::Stack;
use crate::walk::RegionFrame;
use lisle_gc::{Heap, Phase, RootSource, RootVisitor, Value, Violation};

impl RootSource for Stack {
    fn visit_roots(&mut self, visitor: &mut dyn RootVisitor) {
        let mut next = self.top_frame();
        while let Some(frame) = next {
            self.visit_frame(&frame, visitor);
            next = self.caller(frame.frame);
        }
        visitor.visit(&mut self.under.chunk);
    }

    fn forget_dead(&mut self, _visitor: &dyn RootVisitor) {
        // Nothing holds them, so they are about to be freed.
        self.spares.clear();
    }

    fn phase(&self) -> Phase {
        Phase::RootsStack
    }

    fn verify(&mut self, heap: &Heap) -> Result<(), Violation> {
        self.try_verify(heap)
    }
}

impl Stack {
    fn visit_frame(&mut self, frame: &RegionFrame, visitor: &mut dyn RootVisitor) {
        let live = self.live(frame);
        // The procedure is visited last: `live` was found through it.
        match live {
            Live::Nothing => {}
            Live::Everything => {
                let registers = match frame.place {
                    Place::Entry(count) => count,
                    Place::Instruction(_) => frame.registers,
                };
                for register in 0..registers {
                    self.visit_register(frame.frame.wrapping_add(register), visitor);
                }
            }
            Live::Bits(bits) => {
                for (index, word) in bits.iter().enumerate() {
                    let mut word = *word;
                    while word != 0 {
                        let register = index * 64 + word.trailing_zeros() as usize;
                        if register >= frame.registers {
                            break;
                        }
                        self.visit_register(frame.frame.wrapping_add(register), visitor);
                        word &= word - 1;
                    }
                }
            }
        }
        visitor.visit_range(frame.header().wrapping_add(1), 1);
    }

    fn visit_register(&mut self, at: *mut u64, visitor: &mut dyn RootVisitor) {
        let value = Value::from_bits(self.read(at));
        if value.is_stack_env() {
            visitor.visit_range(value.words().wrapping_add(1), open_size(value));
        } else {
            visitor.visit_range(at, 1);
        }
    }
}
