//! A part of an object graph, in the heap and as a model.
//!
//! The model never frees a node, so it can say of every one whether it is reachable. A full
//! collection that follows another one directly must find just what the model says. After others,
//! which count old objects as alive, what was broken or given back has to be unreachable, and the
//! model takes it over.

use lisle_gc::{
    Heap, Kind, LocalHeap, RootSource, RootVisitor, Value,
    object::{self, weak_field},
};
use std::collections::{HashMap, HashSet};

/// Values that a part holds on to.
const SLOTS: usize = 16;
/// Depth of a tree: enough objects for several workers.
const TREE: usize = 14;
/// The field of a guardian with the list of what it has to give back.
const QUEUE: usize = 1;

/// Random numbers: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub struct Random(pub u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 1).expect("63 bits") % limit
    }
}

/// What kind of collection took place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Collected {
    Minor,
    Full,
    /// A full one of a heap in which nothing is young and nothing has changed since a full one.
    FullAgain,
}

/// A value of the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Item {
    Immediate(Value),
    Node(usize),
}

const BROKEN: Item = Item::Immediate(Value::BROKEN);

/// Sorts of weak containers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Weak {
    Box,
    Pair,
    Ephemeron,
    EphemeronPair,
}

#[derive(Debug)]
enum Node {
    Pair([Item; 2]),
    Fields(Kind, Vec<Item>),
    Bytes(Kind, Vec<u8>),
    /// A complete binary tree of vectors, which never changes.
    Tree,
    /// A box has one field.
    Weak(Weak, [Item; 2]),
    /// What it has to give back.
    Guardian(Vec<Item>),
}

/// What a guardian watches. What it gives back is a pair with a number of its own.
#[derive(Clone, Copy, Debug)]
struct Watched {
    object: usize,
    guardian: usize,
    given: usize,
}

/// A stack of words, shown to the collector as a range.
pub struct Stack(Vec<u64>);

impl RootSource for Stack {
    fn visit_roots(&mut self, visitor: &mut dyn RootVisitor) {
        visitor.visit_range(self.0.as_mut_ptr(), self.0.len());
    }
}

/// A part.
pub struct Part {
    pub stack: Stack,
    model: Vec<Item>,
    nodes: Vec<Node>,
    watched: Vec<Watched>,
}

type Nodes = HashSet<usize>;

impl Part {
    pub fn new() -> Part {
        Part {
            stack: Stack(vec![Value::NIL.bits(); SLOTS]),
            model: vec![Item::Immediate(Value::NIL); SLOTS],
            nodes: Vec::new(),
            watched: Vec::new(),
        }
    }

    fn value(&self, slot: usize) -> Value {
        Value::from_bits(self.stack.0[slot])
    }

    fn set(&mut self, slot: usize, value: Value, item: Item) {
        self.stack.0[slot] = value.bits();
        self.model[slot] = item;
    }

    fn set_new(&mut self, slot: usize, value: Value, node: Node) {
        self.nodes.push(node);
        self.set(slot, value, Item::Node(self.nodes.len() - 1));
    }

    /// One random change.
    pub fn change(&mut self, heap: &Heap, local: &mut LocalHeap, random: &mut Random) {
        let [to, a, b] = [(); 3].map(|()| random.below(SLOTS));
        match random.below(32) {
            0..5 => self.make_pair(local, to, (a, b), random.below(10) == 0),
            5..9 => self.make_object(local, random, to),
            9 => self.make_bytes(local, random, to),
            10..13 => self.make_weak(heap, local, (to, a, b), random.below(4)),
            13 => {
                let guardian = heap.new_guardian(local).expect("room");
                self.set_new(to, guardian, Node::Guardian(Vec::new()));
            }
            14..16 => self.guard(heap, local, a, b),
            16 => self.take_guarded(heap, local, a, to),
            17..24 => self.store(local, random, (a, b)),
            24..29 => self.load(random, to, a),
            29 => local.give_back_buffer(),
            _ => {
                let value = Value::fixnum(to as i64);
                self.set(to, value, Item::Immediate(value));
            }
        }
    }

    fn make_pair(&mut self, local: &mut LocalHeap, to: usize, (a, b): (usize, usize), old: bool) {
        let (car, cdr) = (self.value(a), self.value(b));
        let pair = if old { local.pair_in_old(car, cdr) } else { local.pair(car, cdr) };
        self.set_new(to, pair.expect("room"), Node::Pair([self.model[a], self.model[b]]));
    }

    fn make_object(&mut self, local: &mut LocalHeap, random: &mut Random, to: usize) {
        const KINDS: [Kind; 6] =
            [Kind::Vector, Kind::Closure, Kind::Record, Kind::Box, Kind::Environment, Kind::Values];
        let kind = KINDS[random.below(KINDS.len())];
        let size = match random.below(20) {
            0 => 4200 + random.below(3000),
            1..4 => 8 + random.below(200),
            _ => random.below(8),
        };
        let old = random.below(8) == 0;
        let made = if old { local.object_in_old(kind, size) } else { local.object(kind, size) };
        let fields = vec![Item::Immediate(Value::ZERO); size];
        self.set_new(to, made.expect("room"), Node::Fields(kind, fields));
    }

    fn make_bytes(&mut self, local: &mut LocalHeap, random: &mut Random, to: usize) {
        let kind = [Kind::Bytevector, Kind::TextNarrow][random.below(2)];
        let most = if random.below(8) == 0 { 50_000 } else { 300 };
        let (size, seed) = (random.below(most), to);
        let bytes: Vec<u8> = (0..size).map(|n| (n * (seed + 3)) as u8).collect();
        let made = local.object(kind, size).expect("room");
        object::write_bytes(made, 0, &bytes);
        self.set_new(to, made, Node::Bytes(kind, bytes));
    }

    fn make_weak(
        &mut self,
        heap: &Heap,
        local: &mut LocalHeap,
        (to, a, b): (usize, usize, usize),
        sort: usize,
    ) {
        let (first, second) = (self.value(a), self.value(b));
        let sort = [Weak::Box, Weak::Pair, Weak::Ephemeron, Weak::EphemeronPair][sort];
        let made = match sort {
            Weak::Box => heap.new_weak_box(local, first),
            Weak::Ephemeron => heap.new_ephemeron(local, first, second),
            Weak::Pair => heap.new_weak_pair(local, first, second, false),
            Weak::EphemeronPair => heap.new_weak_pair(local, first, second, true),
        };
        let second = if sort == Weak::Box { BROKEN } else { self.model[b] };
        self.set_new(to, made.expect("room"), Node::Weak(sort, [self.model[a], second]));
    }

    /// Has a guardian watch an object, if there are both in these slots.
    fn guard(&mut self, heap: &Heap, local: &mut LocalHeap, guardian: usize, object: usize) {
        let (Item::Node(watcher), Item::Node(node)) = (self.model[guardian], self.model[object])
        else {
            return;
        };
        if !matches!(self.nodes[watcher], Node::Guardian(_)) {
            return;
        }
        let (guardian, object) = (self.value(guardian), self.value(object));
        let number = Value::fixnum(self.nodes.len() as i64);
        let given = local.pair(number, object).expect("room");
        heap.guard(local, guardian, object, given).expect("room");
        self.nodes.push(Node::Pair([Item::Immediate(number), Item::Node(node)]));
        let given = self.nodes.len() - 1;
        self.watched.push(Watched { object: node, guardian: watcher, given });
    }

    fn take_guarded(&mut self, heap: &Heap, local: &mut LocalHeap, guardian: usize, to: usize) {
        let Item::Node(node) = self.model[guardian] else { return };
        let Node::Guardian(queue) = &mut self.nodes[node] else { return };
        let expected = (!queue.is_empty()).then(|| queue.remove(0));
        let taken = heap.take_guarded(local, self.value(guardian));
        assert_eq!(taken.is_some(), expected.is_some());
        if let (Some(value), Some(item)) = (taken, expected) {
            self.set(to, value, item);
        }
    }

    fn store(
        &mut self,
        local: &mut LocalHeap,
        random: &mut Random,
        (target, from): (usize, usize),
    ) {
        let Item::Node(node) = self.model[target] else { return };
        let (object, value, item) = (self.value(target), self.value(from), self.model[from]);
        match &mut self.nodes[node] {
            Node::Pair(fields) | Node::Weak(Weak::Pair | Weak::EphemeronPair, fields) => {
                let index = random.below(2);
                fields[index] = item;
                if index == 0 { local.set_car(object, value) } else { local.set_cdr(object, value) }
            }
            Node::Fields(_, fields) if !fields.is_empty() => {
                let index = random.below(fields.len());
                fields[index] = item;
                local.store(object, index, value);
            }
            _ => {}
        }
    }

    fn load(&mut self, random: &mut Random, to: usize, from: usize) {
        let Item::Node(node) = self.model[from] else { return };
        let object = self.value(from);
        let (value, item) = match &self.nodes[node] {
            Node::Pair(fields) => {
                let index = random.below(2);
                let value = if index == 0 { object::car(object) } else { object::cdr(object) };
                (value, fields[index])
            }
            // Not the weak field: it may lead to what the model holds for dead, and others for alive.
            Node::Weak(Weak::Pair, fields) => (object::cdr(object), fields[1]),
            Node::Fields(_, fields) if !fields.is_empty() => {
                let index = random.below(fields.len());
                (object::field(object, index), fields[index])
            }
            _ => return,
        };
        self.set(to, value, item);
    }

    /// Makes a tree.
    pub fn grow_tree(&mut self, local: &mut LocalHeap, random: &mut Random) {
        let tree = tree(local, TREE);
        self.set_new(random.below(SLOTS), tree, Node::Tree);
    }
}

fn tree(local: &mut LocalHeap, depth: usize) -> Value {
    if depth == 0 {
        return Value::TRUE;
    }
    let fields = [tree(local, depth - 1), tree(local, depth - 1)];
    local.object_of(Kind::Vector, &fields).expect("room")
}

fn count_leaves(tree: Value) -> usize {
    if tree == Value::TRUE {
        return 1;
    }
    count_leaves(object::field(tree, 0)) + count_leaves(object::field(tree, 1))
}

/// What the model says of reachability.
struct Settled {
    live: Nodes,
    /// Places in the list of what is watched, in the order in which they are given back.
    given: Vec<usize>,
    /// What is watched for an object that is not reachable, whoever watches it.
    dying: HashSet<usize>,
}

impl Part {
    /// Adds what is reachable from the nodes that are, and from `todo`.
    fn reach(&self, live: &mut Nodes, mut todo: Vec<Item>, dying: &HashSet<usize>) {
        loop {
            while let Some(item) = todo.pop() {
                let Item::Node(node) = item else { continue };
                if live.insert(node) {
                    match &self.nodes[node] {
                        Node::Pair(fields) => todo.extend(fields),
                        Node::Fields(_, fields) => todo.extend(fields),
                        Node::Guardian(queue) => todo.extend(queue),
                        Node::Weak(Weak::Pair, [_, second]) => todo.push(*second),
                        Node::Bytes(..) | Node::Tree | Node::Weak(..) => {}
                    }
                }
            }
            let is_live = |item| match item {
                Item::Immediate(_) => true,
                Item::Node(node) => live.contains(&node),
            };
            for &node in &*live {
                if let Node::Weak(Weak::Ephemeron | Weak::EphemeronPair, [key, value]) =
                    self.nodes[node]
                    && is_live(key)
                    && !is_live(value)
                {
                    todo.push(value);
                }
            }
            for (place, watched) in self.watched.iter().enumerate() {
                let both = live.contains(&watched.object) && live.contains(&watched.guardian);
                if both && !dying.contains(&place) && !live.contains(&watched.given) {
                    todo.push(Item::Node(watched.given));
                }
            }
            if todo.is_empty() {
                return;
            }
        }
    }

    /// What a collection that knows what is alive comes to.
    fn settle(&self) -> Settled {
        let mut live = Nodes::new();
        self.reach(&mut live, self.model.clone(), &HashSet::new());
        let dead = |(place, watched): (usize, &Watched)| {
            (!live.contains(&watched.object)).then_some(place)
        };
        let dying: HashSet<usize> = self.watched.iter().enumerate().filter_map(dead).collect();
        let mut waiting: Vec<usize> = dying.iter().copied().collect();
        waiting.sort_unstable();
        let mut given = Vec::new();
        loop {
            let before = waiting.len();
            waiting.retain(|&place| {
                let watched = self.watched[place];
                if !live.contains(&watched.guardian) {
                    return true;
                }
                given.push(place);
                self.reach(&mut live, vec![Item::Node(watched.given)], &dying);
                false
            });
            if waiting.len() == before {
                return Settled { live, given, dying };
            }
        }
    }

    /// After a collection: heap and model are the same, or the model becomes what the heap may be.
    pub fn compare(&mut self, collected: Collected) {
        let settled = self.settle();
        let mut gone: HashSet<usize> = HashSet::new();
        if collected == Collected::FullAgain {
            for &place in &settled.given {
                let Watched { guardian, given, .. } = self.watched[place];
                let Node::Guardian(queue) = &mut self.nodes[guardian] else { unreachable!() };
                queue.push(Item::Node(given));
            }
            gone.extend(&settled.dying);
        }
        let mut todo: Vec<(Value, Item)> =
            (0..SLOTS).map(|slot| (self.value(slot), self.model[slot])).collect();
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
            self.compare_weak_fields(node, value, collected, &settled);
            self.compare_queue(node, value, collected, &settled, &mut gone);
            self.compare_node(node, value, &mut todo);
        }
        let mut place = 0;
        self.watched.retain(|_| {
            place += 1;
            !gone.contains(&(place - 1))
        });
    }

    fn compare_node(&self, node: usize, value: Value, todo: &mut Vec<(Value, Item)>) {
        match &self.nodes[node] {
            Node::Pair(fields) | Node::Weak(Weak::Pair | Weak::EphemeronPair, fields) => {
                todo.push((object::car(value), fields[0]));
                todo.push((object::cdr(value), fields[1]));
            }
            Node::Fields(kind, fields) => {
                assert!(object::is_kind(value, *kind));
                assert_eq!(object::size(value), fields.len());
                let words = (0..fields.len()).map(|index| object::field(value, index));
                todo.extend(words.zip(fields.iter().copied()));
            }
            Node::Bytes(kind, bytes) => {
                assert!(object::is_kind(value, *kind));
                assert_eq!(object::size(value), bytes.len());
                let mut found = Vec::new();
                object::read_bytes(value, 0, bytes.len(), &mut found);
                assert_eq!(&found, bytes);
            }
            Node::Tree => assert_eq!(count_leaves(value), 1 << TREE),
            Node::Weak(Weak::Box, fields) => todo.push((weak_field(value, 0), fields[0])),
            Node::Weak(Weak::Ephemeron, fields) => {
                todo.push((weak_field(value, 0), fields[0]));
                todo.push((weak_field(value, 1), fields[1]));
            }
            Node::Guardian(queue) => {
                let mut links = object::field(value, QUEUE);
                for &item in queue {
                    todo.push((object::car(links), item));
                    links = object::cdr(links);
                }
                assert!(links.is_nil(), "it gives back nothing else");
            }
        }
    }

    /// What is broken has to be unreachable, and after an exact collection the other way round.
    fn compare_weak_fields(
        &mut self,
        node: usize,
        value: Value,
        collected: Collected,
        settled: &Settled,
    ) {
        let Node::Weak(sort, fields) = &mut self.nodes[node] else { return };
        let Item::Node(referent) = fields[0] else { return };
        let is_pair = matches!(sort, Weak::Pair | Weak::EphemeronPair);
        let found = if is_pair { object::car(value) } else { weak_field(value, 0) };
        let is_broken = found == Value::BROKEN;
        if collected == Collected::FullAgain {
            assert_eq!(is_broken, !settled.live.contains(&referent), "{sort:?}");
        }
        if is_broken {
            assert!(!settled.live.contains(&referent), "{sort:?} broken, its referent is alive");
            fields[0] = BROKEN;
            if matches!(sort, Weak::Ephemeron | Weak::EphemeronPair) {
                fields[1] = BROKEN;
            }
        }
    }

    /// What a guardian got in addition has to be of those that died.
    fn compare_queue(
        &mut self,
        node: usize,
        value: Value,
        collected: Collected,
        settled: &Settled,
        gone: &mut HashSet<usize>,
    ) {
        let Node::Guardian(queue) = &mut self.nodes[node] else { return };
        if collected == Collected::FullAgain {
            return;
        }
        let mut links = object::field(value, QUEUE);
        for _ in 0..queue.len() {
            links = object::cdr(links);
        }
        while links.is_pair() {
            let number = object::car(object::car(links)).assume_fixnum();
            let given = usize::try_from(number).expect("the number of a node");
            let is_it = |watched: &Watched| watched.guardian == node && watched.given == given;
            let place = self.watched.iter().position(is_it).expect("it was to be given back");
            assert!(settled.dying.contains(&place), "given back, and the object is alive");
            assert!(gone.insert(place), "given back twice");
            queue.push(Item::Node(given));
            links = object::cdr(links);
        }
    }
}
