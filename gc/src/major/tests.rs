//! Marking a snapshot while mutators go on: a marking is begun, advanced by a few objects between
//! random allocations, stores, loads and minor collections, and ended. Everything reachable must be
//! marked then, which poisoning the rest checks (GC-12), and must be whole.

use super::stepped::SteppedMarking;
use crate::{
    Heap, HeapConfig, Kind, LocalHeap, Reason, Root, RootSource, RootVisitor, Stopped, Stress,
    Value, object,
};
use std::{ops::AddAssign, sync::Arc};

/// Numbers that look random (Marsaglia, "Xorshift RNGs", 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}

/// Two mutators on one thread.
struct Rig {
    heap: Arc<Heap>,
    locals: [Option<LocalHeap>; 2],
    roots: Vec<Root>,
    numbers: Numbers,
    is_marking: bool,
}

impl Rig {
    fn new(seed: u64) -> Rig {
        let config = HeapConfig {
            reserve_bytes: 256 << 20,
            stress: Stress { poison: true, ..Stress::default() },
            verify: true,
            ..HeapConfig::default()
        };
        let heap = Heap::new(config).expect("address space");
        let locals = [Some(heap.local()), Some(heap.local())];
        let roots = (0..8).map(|_| heap.add_root(Value::NIL)).collect();
        Rig { heap, locals, roots, numbers: Numbers(seed * 2 + 1), is_marking: false }
    }

    fn stop<T>(&mut self, act: impl FnOnce(&Heap, &mut Stopped<'_>) -> T) -> T {
        let locals = self.locals.iter_mut().flatten().collect();
        act(&self.heap, &mut Stopped { locals, roots: Vec::new() })
    }

    /// One of the mutators. Now and then one has just ended, and another begins.
    fn local(&mut self) -> &mut LocalHeap {
        let index = self.numbers.below(2);
        if self.numbers.below(50) == 0 {
            self.locals[index] = None;
        }
        let heap = &self.heap;
        self.locals[index].get_or_insert_with(|| {
            let mut local = heap.local();
            local.pair(Value::NIL, Value::NIL).expect("room");
            local
        })
    }

    /// A tree of this depth, in which every node has four branches.
    fn tree(&mut self, depth: usize) -> Value {
        let mut branches = [Value::fixnum(depth as i64); 4];
        if depth > 0 {
            // No collection comes in between.
            branches = branches.map(|_| self.tree(depth - 1));
        }
        self.local().object_of(Kind::Vector, &branches).expect("room")
    }

    /// Moves a part of what is reachable to a root: nothing else refers to it any longer, if the
    /// graph was a tree there.
    fn cut_off(&mut self, root: usize) {
        let from = self.any();
        if object::kind(from) == Some(Kind::Vector) {
            let index = self.numbers.below(object::size(from));
            self.roots[root].set(object::field(from, index));
            self.local().store(from, index, Value::NIL);
        }
    }

    /// A value that the program can reach by a few loads, weak ones included.
    fn any(&mut self) -> Value {
        let mut v = self.roots[self.numbers.below(8)].get();
        for _ in 0..self.numbers.below(9) {
            let index = self.numbers.below(40);
            let next = match object::kind(v) {
                Some(Kind::WeakBox) => self.local().weak_field(v, 0),
                Some(Kind::Vector) => object::field(v, index % object::size(v)),
                None if v.is_pair() && index.is_multiple_of(2) => object::car(v),
                None if v.is_pair() => object::cdr(v),
                _ => return v,
            };
            if next == Value::BROKEN {
                return v;
            }
            v = next;
        }
        v
    }

    fn make(&mut self) -> Value {
        let [a, b] = [self.any(), self.any()];
        let heap = Arc::clone(&self.heap);
        let (which, is_marking) = (self.numbers.below(12), self.is_marking);
        let local = self.local();
        let made = match which {
            0 => local.pair_in_old(a, b),
            1 => local.object_in_old(Kind::Vector, 30),
            2 => local.object(Kind::Vector, 1500),
            3 => local.object(Kind::Vector, 200),
            4 => heap.new_weak_box(local, a),
            5 if is_marking => heap.new_weak_pair(local, a, b, false),
            6 if is_marking => heap.new_weak_pair(local, a, b, true),
            5..8 => local.object_of(Kind::Vector, &[a, b, a]),
            _ => local.pair(a, b),
        };
        made.expect("room")
    }

    fn store(&mut self) {
        let (to, v) = (self.any(), self.any());
        let index = self.numbers.below(200);
        let local = self.local();
        match object::kind(to) {
            Some(Kind::Vector) if index.is_multiple_of(5) => {
                let size = object::size(to);
                local.store_range(to, index % size, size - index % size, v);
            }
            Some(Kind::Vector) => local.store(to, index % object::size(to), v),
            None if to.is_pair() && index.is_multiple_of(2) => local.set_car(to, v),
            None if to.is_pair() => local.set_cdr(to, v),
            _ => {}
        }
    }

    /// What a program may do between two steps of the marking.
    fn act(&mut self) {
        let root = self.numbers.below(8);
        match self.numbers.below(40) {
            0 => {
                self.stop(|heap, stopped| heap.collect(stopped, Reason::NurseryFull).emit());
            }
            1 => self.roots[root].set(Value::NIL),
            2..6 => self.cut_off(root),
            6..10 => {
                let v = self.any();
                self.roots[root].set(v);
            }
            10..22 => {
                let made = self.make();
                self.roots[root].set(made);
            }
            _ => self.store(),
        }
    }

    /// A full collection, with this much between its parts. In one stop if there are weak pairs: then
    /// this says so.
    fn collect(&mut self, acts: usize) -> bool {
        let heap = Arc::clone(&self.heap);
        let Some(mut marking) = self.stop(|_, stopped| heap.begin_marking(stopped)) else {
            self.stop(|heap, stopped| heap.collect(stopped, Reason::Explicit).emit());
            return true;
        };
        self.is_marking = true;
        for _ in 0..acts {
            self.act();
            marking.step(self.numbers.below(3));
        }
        self.is_marking = false;
        self.end(marking);
        false
    }

    /// The first stop of a full collection.
    fn begin<'h>(&mut self, heap: &'h Heap) -> SteppedMarking<'h> {
        self.stop(|_, stopped| heap.begin_marking(stopped)).expect("there are no weak pairs")
    }

    /// The second one.
    fn end(&mut self, marking: SteppedMarking<'_>) {
        self.stop(|_, stopped| marking.end(stopped));
    }
}

#[test]
fn what_is_reachable_is_marked_whatever_mutators_do_meanwhile() {
    let (mut stepped, mut at_once) = (0, 0);
    for seed in 0..60 {
        let (mut rig, mut majors) = (Rig::new(seed), 0);
        for acts in [0, 20, 200, 1000] {
            (0..100).for_each(|_| rig.act());
            for root in 0..4 {
                let tree = rig.tree(4);
                rig.roots[root].set(tree);
            }
            let is_at_once = rig.collect(acts);
            (if is_at_once { &mut at_once } else { &mut stepped }).add_assign(1);
            majors += u64::from(is_at_once);
        }
        assert_eq!(rig.heap.stats().major_collections, majors, "no other marking came between");
    }
    assert!(stepped > 100 && at_once > 30, "{stepped} in steps, {at_once} at once");
}

/// A pair that only an old vector's first field refers to, and the vector in the first root.
fn rig_with_an_old_vector() -> Rig {
    let mut rig = Rig::new(2);
    let local = rig.local();
    let pair = local.pair(Value::fixnum(7), Value::NIL).expect("room");
    let vector = local.object_of(Kind::Vector, &[pair]).expect("room");
    rig.roots[0].set(vector);
    rig.stop(|heap, stopped| heap.collect(stopped, Reason::Explicit).emit());
    rig
}

#[test]
fn what_threads_overwrote_that_came_or_went_while_marking_is_marked() {
    let mut rig = rig_with_an_old_vector();
    let heap = Arc::clone(&rig.heap);
    let marking = rig.begin(&heap);
    let mut local = heap.local();
    local.pair(Value::NIL, Value::NIL).expect("room");
    rig.roots[1].set(object::field(rig.roots[0].get(), 0));
    local.store(rig.roots[0].get(), 0, Value::NIL);
    local.detach();
    assert!(local.end_snapshot().is_empty() && !local.keeps_snapshot);
    rig.end(marking);
    assert_eq!(object::car(rig.roots[1].get()), Value::fixnum(7));
}

#[test]
fn what_is_read_from_a_weak_box_while_marking_is_marked() {
    let mut rig = rig_with_an_old_vector();
    let heap = Arc::clone(&rig.heap);
    let vector = rig.roots[0].get();
    let weak = heap.new_weak_box(rig.local(), object::field(vector, 0)).expect("room");
    rig.roots[1].set(weak);
    rig.local().store(vector, 0, Value::NIL);
    let marking = rig.begin(&heap);
    let weak = rig.roots[1].get();
    let pair = rig.local().weak_field(weak, 0);
    rig.roots[2].set(pair);
    rig.end(marking);
    assert_eq!(object::car(rig.roots[2].get()), Value::fixnum(7));
    assert_eq!(object::weak_field(rig.roots[1].get(), 0), rig.roots[2].get());
}

#[test]
fn what_is_made_while_marking_lives_until_the_next_one() {
    let mut rig = Rig::new(1);
    (0..2000).for_each(|_| rig.act());
    rig.roots.iter().for_each(|root| root.set(Value::NIL));
    let heap = Arc::clone(&rig.heap);
    let marking = rig.begin(&heap);
    let used = heap.used_bytes();
    let local = rig.local();
    let large = local.object(Kind::Vector, 5000).expect("room");
    let small = local.pair_in_old(Value::NIL, Value::NIL).expect("room");
    rig.end(marking);
    assert_eq!(heap.age_of(large), "large");
    assert!(object::car(small) != Value::NIL, "nothing refers to it, so it is poisoned,");
    let left = heap.used_bytes();
    assert!(left < used && left >= 8 * 5000 + crate::layout::BLOCK_BYTES, "and keeps its block");
    rig.stop(|heap, stopped| heap.collect(stopped, Reason::Explicit).emit());
    assert_eq!(heap.used_bytes(), 0);
}

/// A table that keeps nothing alive, beside a root that is dropped when the table has just been told what
/// lives: a thread that no collection waits for may drop it then.
struct Table {
    entry: Option<Value>,
    dropped: Option<Root>,
}

impl RootSource for Table {
    fn visit_roots(&mut self, _: &mut dyn RootVisitor) {}
    fn forget_dead(&mut self, visitor: &dyn RootVisitor) {
        self.entry = self.entry.filter(|&object| visitor.is_alive(object));
        self.dropped = None;
    }
}

#[test]
fn what_a_root_held_that_is_dropped_after_marking_stays_whole_for_who_was_told_it_lives() {
    let mut rig = Rig::new(1);
    let heap = Arc::clone(&rig.heap);
    let pair = rig.local().pair_in_old(Value::fixnum(7), Value::NIL).expect("room");
    let mut table = Table { entry: Some(pair), dropped: Some(heap.add_root(pair)) };
    for is_alive in [true, false] {
        let locals = rig.locals.iter_mut().flatten().collect();
        let mut stopped = Stopped { locals, roots: vec![&mut table] };
        heap.collect(&mut stopped, Reason::Explicit).emit();
        assert_eq!(table.entry.map(object::car), is_alive.then_some(Value::fixnum(7)));
    }
}
