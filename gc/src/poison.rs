//! Poison in the old generation, for the stress modes: after a full collection every word that is
//! part of no reachable object is overwritten.
//!
//! Sweeping alone would hide lost roots: it frees whole lines, so what died beside a live object, or
//! on a line that was handed out again, keeps its contents for a long time. What is alive is found
//! by a walk of its own ([`Survey`]), which also checks the marks.

use crate::{
    Heap, Stopped, Value, Violation,
    layout::BLOCK_BYTES,
    slot,
    stress::POISON,
    verify::survey::{BITS, BLOCK_WORDS, Survey},
};

/// Overwrites the dead words of the old generation; those of `kept`, which was overwritten while marking
/// and is marked, are not dead. World stopped, after marking, nothing young.
///
/// # Errors
/// GC-12 or GC-16, when something reachable was not marked.
pub(crate) fn poison_dead(
    heap: &Heap,
    stopped: &mut Stopped<'_>,
    kept: &[Value],
) -> Result<(), Violation> {
    let survey = Survey::settled(heap, stopped, kept);
    survey.all_is_marked()?;
    let blocks = heap.old.lock_blocks();
    for block in 0..blocks.known_blocks() {
        let start = heap.layout.old_base + block * BLOCK_BYTES;
        if blocks.is_in_use(start) {
            poison_block(&survey, block, start);
        }
    }
    Ok(())
}

fn poison_block(survey: &Survey, block: usize, start: usize) {
    for index in 0..BLOCK_WORDS / BITS {
        let mut dead = !survey.words_of_map(block * BLOCK_WORDS / BITS + index);
        while dead != 0 {
            let word = index * BITS + dead.trailing_zeros() as usize;
            slot::store(start + 8 * word, POISON);
            dead &= dead - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Heap, HeapConfig, Reason, Stopped, Stress, Value, object, stress::POISON};

    #[test]
    fn what_died_beside_a_live_object_is_overwritten() {
        let stress = Stress { poison: true, ..Stress::default() };
        let heap = Heap::new(HeapConfig { stress, verify: true, ..HeapConfig::default() })
            .expect("address space");
        let mut local = heap.local();
        let kept = local.pair_in_old(Value::fixnum(1), Value::NIL).expect("room");
        let lost = local.pair_in_old(Value::fixnum(2), Value::NIL).expect("room");
        assert_eq!(kept.address() / 128, lost.address() / 128, "they share a line");
        let root = heap.add_root(kept);
        let mut stopped = Stopped { locals: vec![&mut local], roots: Vec::new() };
        heap.collect(&mut stopped, Reason::Explicit).emit();
        assert_eq!(object::car(root.get()), Value::fixnum(1));
        assert_eq!(object::car(lost).bits(), POISON);
    }

    #[test]
    fn dead_large_objects_are_overwritten() {
        let stress = Stress { poison: true, ..Stress::default() };
        let heap =
            Heap::new(HeapConfig { stress, ..HeapConfig::default() }).expect("address space");
        let mut local = heap.local();
        let lost = local.object(crate::Kind::Vector, 5000).expect("room");
        let mut stopped = Stopped { locals: vec![&mut local], roots: Vec::new() };
        heap.collect(&mut stopped, Reason::Explicit).emit();
        assert_eq!(object::field(lost, 4999).bits(), POISON);
    }
}
