//! Random programs on a heap and on a plain Rust model of it: whatever is allocated, stored and
//! collected, the graph reachable from the roots must be the same, sharing included.

use lisle_gc::{
    Heap, HeapConfig, Kind, LocalHeap, Reason, Root, RootSource, RootVisitor, Stopped, Stress,
    Value, object,
};
use proptest::{collection::vec, prelude::*};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

const SLOTS: usize = 12;

/// A value of the model: something immediate, or the number of a node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Item {
    Immediate(Value),
    Node(usize),
}

#[derive(Debug)]
enum Node {
    Pair([Item; 2]),
    Fields(Kind, Vec<Item>),
    Bytes(Vec<u8>),
}

/// One step; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    Pair { to: usize, car: usize, cdr: usize, old: bool },
    Object { to: usize, size: usize, closure: bool, old: bool },
    Bytes { to: usize, size: usize, seed: u8 },
    Store { target: usize, field: usize, from: usize },
    Fill { target: usize, from: usize },
    Copy { target: usize, source: usize, count: usize },
    Load { to: usize, source: usize, field: usize },
    Clear { to: usize },
    Hold { from: usize },
    Release,
    Collect { full: bool },
    ChangeThread,
    GiveBack,
}

fn step() -> impl Strategy<Value = Step> {
    let slot = 0..SLOTS;
    let size = prop_oneof![8 => 0usize..8, 2 => 8usize..200, 1 => 1000usize..1100];
    prop_oneof![
        8 => (slot.clone(), slot.clone(), slot.clone(), prop::bool::weighted(0.1))
            .prop_map(|(to, car, cdr, old)| Step::Pair { to, car, cdr, old }),
        5 => (slot.clone(), size.clone(), any::<bool>(), prop::bool::weighted(0.2))
            .prop_map(|(to, size, closure, old)| Step::Object { to, size, closure, old }),
        1 => (slot.clone(), 0usize..10_000, any::<u8>())
            .prop_map(|(to, size, seed)| Step::Bytes { to, size, seed }),
        10 => (slot.clone(), any::<usize>(), slot.clone())
            .prop_map(|(target, field, from)| Step::Store { target, field, from }),
        1 => (slot.clone(), slot.clone()).prop_map(|(target, from)| Step::Fill { target, from }),
        2 => (slot.clone(), slot.clone(), 0usize..300)
            .prop_map(|(target, source, count)| Step::Copy { target, source, count }),
        6 => (slot.clone(), slot.clone(), any::<usize>())
            .prop_map(|(to, source, field)| Step::Load { to, source, field }),
        2 => slot.clone().prop_map(|to| Step::Clear { to }),
        1 => slot.clone().prop_map(|from| Step::Hold { from }),
        1 => Just(Step::Release),
        3 => prop::bool::weighted(0.2).prop_map(|full| Step::Collect { full }),
        1 => Just(Step::ChangeThread),
        1 => Just(Step::GiveBack),
    ]
}

/// A stack of words, shown to the collector as a range.
struct Stack(Vec<u64>);

impl RootSource for Stack {
    fn visit_roots(&mut self, visitor: &mut dyn RootVisitor) {
        visitor.visit_range(self.0.as_mut_ptr(), self.0.len());
    }
}

struct World {
    heap: Arc<Heap>,
    local: LocalHeap,
    stack: Stack,
    held: Vec<Root>,
    nodes: Vec<Node>,
    model_stack: Vec<Item>,
    model_held: Vec<Item>,
}

impl World {
    fn new(stress: Stress) -> World {
        let config = HeapConfig {
            nursery_bytes: 64 * 1024,
            reserve_bytes: 64 << 20,
            stress,
            verify: true,
            ..HeapConfig::default()
        };
        let heap = Heap::new(config).expect("address space");
        World {
            local: heap.local(),
            heap,
            stack: Stack(vec![Value::NIL.bits(); SLOTS]),
            held: Vec::new(),
            nodes: Vec::new(),
            model_stack: vec![Item::Immediate(Value::NIL); SLOTS],
            model_held: Vec::new(),
        }
    }

    fn slot(&self, index: usize) -> Value {
        Value::from_bits(self.stack.0[index])
    }

    fn set(&mut self, index: usize, value: Value, item: Item) {
        self.stack.0[index] = value.bits();
        self.model_stack[index] = item;
    }

    fn set_new(&mut self, index: usize, value: Value, node: Node) {
        self.nodes.push(node);
        self.set(index, value, Item::Node(self.nodes.len() - 1));
    }

    /// The node in a slot, if it has that many fields at least.
    fn node_with_fields(&self, slot: usize) -> Option<(usize, usize)> {
        let Item::Node(node) = self.model_stack[slot] else { return None };
        let count = match &self.nodes[node] {
            Node::Pair(_) => 2,
            Node::Fields(_, fields) => fields.len(),
            Node::Bytes(_) => 0,
        };
        (count > 0).then_some((node, count))
    }

    fn collect(&mut self, reason: Reason) {
        let mut stopped = Stopped { locals: vec![&mut self.local], roots: vec![&mut self.stack] };
        self.heap.collect(&mut stopped, reason).emit();
    }

    fn safepoint(&mut self) {
        if self.heap.collection_wanted() {
            self.collect(self.heap.wanted_reason());
        }
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Pair { .. } | Step::Object { .. } | Step::Bytes { .. } => self.allocate(step),
            Step::Store { target, field, from } => {
                let Some((node, count)) = self.node_with_fields(target) else { return };
                let field = field % count;
                let (object, value) = (self.slot(target), self.slot(from));
                let item = self.model_stack[from];
                match &mut self.nodes[node] {
                    Node::Pair(fields) => {
                        fields[field] = item;
                        if field == 0 {
                            self.local.set_car(object, value);
                        } else {
                            self.local.set_cdr(object, value);
                        }
                    }
                    Node::Fields(_, fields) => {
                        fields[field] = item;
                        self.local.store(object, field, value);
                    }
                    Node::Bytes(_) => unreachable!("it has fields"),
                }
            }
            Step::Fill { target, from } => {
                let Some((node, count)) = self.node_with_fields(target) else { return };
                let item = self.model_stack[from];
                if let Node::Fields(_, fields) = &mut self.nodes[node] {
                    fields.fill(item);
                    let (object, value) = (self.slot(target), self.slot(from));
                    self.local.store_range(object, 0, count, value);
                }
            }
            Step::Copy { target, source, count } => self.copy(target, source, count),
            Step::Load { to, source, field } => {
                let Some((node, count)) = self.node_with_fields(source) else { return };
                let field = field % count;
                let object = self.slot(source);
                let (value, item) = match &self.nodes[node] {
                    Node::Pair(fields) if field == 0 => (object::car(object), fields[0]),
                    Node::Pair(fields) => (object::cdr(object), fields[1]),
                    Node::Fields(_, fields) => (object::field(object, field), fields[field]),
                    Node::Bytes(_) => unreachable!("it has fields"),
                };
                self.set(to, value, item);
            }
            Step::Clear { to } => {
                let value = Value::fixnum(to as i64);
                self.set(to, value, Item::Immediate(value));
            }
            Step::Hold { from } => {
                self.held.push(self.heap.add_root(self.slot(from)));
                self.model_held.push(self.model_stack[from]);
            }
            Step::Release => {
                self.held.pop();
                self.model_held.pop();
            }
            Step::Collect { full } => {
                self.collect(if full { Reason::Explicit } else { Reason::NurseryFull });
            }
            Step::ChangeThread => self.local = self.heap.local(),
            Step::GiveBack => self.local.give_back_buffer(),
        }
    }

    fn allocate(&mut self, step: &Step) {
        match *step {
            Step::Pair { to, car, cdr, old } => {
                let (a, d) = (self.slot(car), self.slot(cdr));
                let pair = if old { self.local.pair_in_old(a, d) } else { self.local.pair(a, d) };
                let node = Node::Pair([self.model_stack[car], self.model_stack[cdr]]);
                self.set_new(to, pair.expect("room"), node);
            }
            Step::Object { to, size, closure, old } => {
                let kind = if closure { Kind::Closure } else { Kind::Vector };
                let object = if old {
                    self.local.object_in_old(kind, size)
                } else {
                    self.local.object(kind, size)
                };
                let fields = vec![Item::Immediate(Value::ZERO); size];
                self.set_new(to, object.expect("room"), Node::Fields(kind, fields));
            }
            Step::Bytes { to, size, seed } => {
                let bytes = self.local.object(Kind::Bytevector, size).expect("room");
                let model: Vec<u8> = (0..size).map(|n| (n as u8).wrapping_mul(seed)).collect();
                for (index, &byte) in model.iter().enumerate() {
                    object::set_byte(bytes, index, byte);
                }
                self.set_new(to, bytes, Node::Bytes(model));
            }
            _ => unreachable!("only allocations come here"),
        }
    }

    fn copy(&mut self, target: usize, source: usize, count: usize) {
        let (Item::Node(to), Item::Node(from)) =
            (self.model_stack[target], self.model_stack[source])
        else {
            return;
        };
        let Node::Fields(_, items) = &self.nodes[from] else { return };
        let items = items.clone();
        let Node::Fields(_, fields) = &mut self.nodes[to] else { return };
        let count = count.min(items.len()).min(fields.len());
        let (from_index, to_index) = ((items.len() - count) / 2, fields.len() - count);
        fields[to_index..].copy_from_slice(&items[from_index..from_index + count]);
        let (from, to) = (self.slot(source), self.slot(target));
        self.local.copy_fields(from, from_index, to, to_index, count);
    }

    /// Walks heap and model together.
    fn compare(&self) {
        let mut todo: Vec<(Value, Item)> = Vec::new();
        todo.extend((0..SLOTS).map(|index| (self.slot(index), self.model_stack[index])));
        todo.extend(self.held.iter().map(Root::get).zip(self.model_held.iter().copied()));
        let mut address_of: HashMap<usize, Value> = HashMap::new();
        let mut seen: HashSet<Value> = HashSet::new();
        while let Some((value, item)) = todo.pop() {
            let node = match item {
                Item::Immediate(expected) => {
                    assert_eq!(value, expected);
                    continue;
                }
                Item::Node(node) => node,
            };
            if let Some(&known) = address_of.get(&node) {
                assert_eq!(value, known, "one node is in one place");
                continue;
            }
            assert!(seen.insert(value), "two nodes are in two places");
            address_of.insert(node, value);
            match &self.nodes[node] {
                Node::Pair(fields) => {
                    todo.push((object::car(value), fields[0]));
                    todo.push((object::cdr(value), fields[1]));
                }
                Node::Fields(kind, fields) => {
                    assert!(object::is_kind(value, *kind));
                    assert_eq!(object::size(value), fields.len());
                    todo.extend(
                        fields.iter().enumerate().map(|(n, &item)| (object::field(value, n), item)),
                    );
                }
                Node::Bytes(bytes) => {
                    assert_eq!(object::size(value), bytes.len());
                    assert!(bytes.iter().enumerate().all(|(n, &b)| object::byte(value, n) == b));
                }
            }
        }
    }
}

fn check(steps: &[Step], stress: Stress) {
    let mut world = World::new(stress);
    for step in steps {
        let epoch = world.heap.epoch();
        world.run(step);
        world.safepoint();
        if world.heap.epoch() != epoch {
            world.compare();
        }
    }
    world.collect(Reason::Explicit);
    world.compare();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_heap_is_the_model_when_it_collects_always(steps in vec(step(), 1..300)) {
        check(&steps, Stress { collect_always: true, poison: true, ..Stress::default() });
    }

    #[test]
    fn the_heap_is_the_model_when_it_collects_as_needed(steps in vec(step(), 1..1500)) {
        check(&steps, Stress { poison: true, ..Stress::default() });
    }

    #[test]
    fn the_heap_is_the_model_without_stress(steps in vec(step(), 1..1500)) {
        check(&steps, Stress::default());
    }
}
