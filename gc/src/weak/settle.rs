//! What becomes of weak references when a collection has found everything that is reachable
//! without them. The same for minor and full ones, which differ in their [`Tracer`].
//!
//! Phases, in order:
//!
//! 1. *Ephemerons*: while there is one whose container and key are alive, its value is kept. Chains of
//!    them are followed by going through all a few times, which is enough for nearly all; after that
//!    a full collection looks them up by the objects that it reaches, and a minor one keeps what is
//!    left. So the work is in proportion to their number. What a
//!    guardian would give back for an object that is alive is kept along with them.
//! 2. *Guardians*: what is dead now, and was given to a guardian that is alive, goes into its queue,
//!    which keeps it alive; then phase 1 again, for all that this keeps alive, until no guardian
//!    has anything left (Dybvig, Bruggeman and Eby, "Guardians in a generation-based garbage
//!    collector", PLDI 1993).
//! 3. *Weak references* to what is dead now are broken; so weak references to what a guardian has
//!    rescued are not.

use super::{Class, Container, WeakTable};
use crate::{Value, guardian::Guarded, layout::Layout};
use rustc_hash::FxHashMap;

/// What settling needs of a collection.
pub(crate) trait Tracer {
    /// What this word is after the collection, or `None` if it leads to something that nothing has
    /// kept alive so far.
    fn now(&self, word: Value) -> Option<Value>;
    /// Keeps what a word leads to alive; what it is after the collection.
    fn keep(&mut self, word: Value) -> Value;
    /// Traces what was kept, until nothing is left.
    fn drain(&mut self);
    /// The same, and adds what it reaches to a list; false, and nothing is done, if it cannot tell.
    fn drain_noting(&mut self, reached: &mut Vec<Value>) -> bool;
    /// Stores into a field of an object that is alive, recording it where GC-4 asks for that.
    fn store(&mut self, slot: usize, word: Value);
}

/// A container whose weak references were taken out.
pub(crate) struct Pending {
    pub(crate) container: Container,
    pub(crate) fields: [Value; 2],
    /// Was it on the young list, or in a full collection the old one?
    pub(crate) is_listed: bool,
}

impl Pending {
    /// Gives a container, which is alive and has moved there, its fields.
    fn put_back(&self, tracer: &mut impl Tracer, object: Value, fields: [Value; 2]) {
        let container = Container { object, ..self.container };
        for (index, &field) in fields.iter().enumerate().take(container.class.weak_fields()) {
            if container.class.is_pair() {
                tracer.store(container.slot(index), field);
            } else {
                crate::slot::store(container.slot(index), field.bits());
            }
        }
    }
}

/// The weak references that a collection has to settle.
pub(crate) struct Weaklings {
    /// Boxes and weak pairs.
    references: Vec<Pending>,
    ephemerons: Vec<Pending>,
    /// Ephemerons whose key is alive.
    settled: Vec<(Pending, [Value; 2])>,
    /// What guardians were given and is alive, as far as is known.
    guarded: Vec<Guarded>,
    /// What guardians keep watching.
    watched: Vec<Guarded>,
    /// How often all ephemerons that were left have been gone through, and some were kept.
    passes: u32,
    /// How many ephemerons were looked at.
    looks: u64,
}

/// So often all ephemerons are gone through, before they are looked up.
const PASSES_MOST: u32 = 4;

impl Weaklings {
    pub(crate) fn new(pending: Vec<Pending>, guarded: Vec<Guarded>) -> Weaklings {
        let (ephemerons, references) = pending.into_iter().partition(|pending| {
            matches!(pending.container.class, Class::Ephemeron | Class::EphemeronPair)
        });
        Weaklings {
            references,
            ephemerons,
            settled: Vec::new(),
            guarded,
            watched: Vec::new(),
            passes: 0,
            looks: 0,
        }
    }

    /// Finds out what each weak reference refers to from now on, and lists what is alive in `table`.
    pub(crate) fn settle(
        mut self,
        tracer: &mut impl Tracer,
        layout: &Layout,
        table: &mut WeakTable,
    ) {
        self.trace(tracer);
        let mut dying: Vec<Guarded> = Vec::new();
        self.guarded.retain(|guarded| {
            let is_alive = tracer.now(guarded.object).is_some();
            if !is_alive {
                dying.push(*guarded);
            }
            is_alive
        });
        // In the order in which they were given to the guardians.
        dying.sort_unstable_by_key(|guarded| guarded.number);
        loop {
            let before = dying.len();
            dying.retain(|guarded| !guarded.deliver(tracer));
            if dying.len() == before {
                break;
            }
            self.trace(tracer);
        }
        self.finish(tracer, layout, table);
    }

    /// Phase 1: until nothing changes, keeps what depends on what is alive.
    fn trace(&mut self, tracer: &mut impl Tracer) {
        loop {
            tracer.drain();
            let before = self.ephemerons.len() + self.guarded.len();
            self.trace_ephemerons(tracer);
            let Weaklings { guarded, watched, .. } = self;
            guarded.retain(|guarded| match guarded.keep(tracer) {
                Some(kept) => {
                    watched.push(kept);
                    false
                }
                None => true,
            });
            if self.ephemerons.len() + self.guarded.len() == before {
                return;
            }
        }
    }

    fn trace_ephemerons(&mut self, tracer: &mut impl Tracer) {
        if self.passes == PASSES_MOST {
            return self.trace_by_key(tracer);
        }
        // By turns forwards and backwards, so that a chain is followed at once whichever way it was
        // made.
        let is_backward = self.passes % 2 == 1;
        let settled_before = self.settled.len();
        let mut pending = std::mem::take(&mut self.ephemerons);
        if is_backward {
            pending.reverse();
        }
        for ephemeron in pending {
            match self.look(tracer, &ephemeron) {
                Ok(key) => {
                    let value = tracer.keep(ephemeron.fields[1]);
                    tracer.drain();
                    self.settled.push((ephemeron, [key, value]));
                }
                Err(_) => self.ephemerons.push(ephemeron),
            }
        }
        if is_backward {
            self.ephemerons.reverse();
        }
        if self.settled.len() > settled_before {
            self.passes += 1;
        }
    }

    /// The key, if the value is to be kept; otherwise the object that has to be alive first.
    fn look(&mut self, tracer: &impl Tracer, ephemeron: &Pending) -> Result<Value, Value> {
        self.looks += 1;
        tracer.now(ephemeron.container.object).ok_or(ephemeron.container.object)?;
        tracer.now(ephemeron.fields[0]).ok_or(ephemeron.fields[0])
    }

    /// Follows the ephemerons by what is reached: each waits for one dead object at a time.
    fn trace_by_key(&mut self, tracer: &mut impl Tracer) {
        let mut reached = Vec::new();
        if !tracer.drain_noting(&mut reached) {
            // What dies is found by the next full collection.
            for ephemeron in std::mem::take(&mut self.ephemerons) {
                let fields = ephemeron.fields.map(|field| tracer.keep(field));
                self.settled.push((ephemeron, fields));
            }
            return tracer.drain();
        }
        let mut waiting: FxHashMap<Value, Vec<Pending>> = FxHashMap::default();
        let mut looked_at = std::mem::take(&mut self.ephemerons);
        while !looked_at.is_empty() {
            for ephemeron in looked_at.drain(..) {
                match self.look(tracer, &ephemeron) {
                    Ok(key) => {
                        let value = tracer.keep(ephemeron.fields[1]);
                        self.settled.push((ephemeron, [key, value]));
                    }
                    Err(dead) => waiting.entry(dead).or_default().push(ephemeron),
                }
            }
            tracer.drain_noting(&mut reached);
            looked_at.extend(reached.drain(..).filter_map(|v| waiting.remove(&v)).flatten());
        }
        self.ephemerons = waiting.into_values().flatten().collect();
    }

    /// Phase 3: everything that is alive is known.
    fn finish(self, tracer: &mut impl Tracer, layout: &Layout, table: &mut WeakTable) {
        table.looks += self.looks;
        let broken = [Value::BROKEN; 2];
        let ephemerons = self.ephemerons.into_iter().map(|pending| (pending, broken));
        let references = self.references.into_iter().map(|pending| {
            let field = tracer.now(pending.fields[0]).unwrap_or(Value::BROKEN);
            (pending, [field, Value::ZERO])
        });
        let outcome: Vec<_> = references.chain(ephemerons).chain(self.settled).collect();
        let moved = |pending: &Pending| pending.container.class.is_pair() && pending.is_listed;
        for (pending, _) in outcome.iter().filter(|(pending, _)| moved(pending)) {
            table.pairs.remove(&pending.container.object.address());
        }
        for (pending, fields) in outcome {
            let Some(object) = tracer.now(pending.container.object) else { continue };
            pending.put_back(tracer, object, fields);
            if pending.is_listed {
                table.list(layout, Container { object, ..pending.container }, fields);
            }
        }
        for guarded in self.watched {
            if guarded.is_young(layout) {
                table.guarded_young.push(guarded);
            } else {
                table.guarded_old.push(guarded);
            }
        }
    }
}

impl WeakTable {
    /// Lists a container that a collection has found alive.
    fn list(&mut self, layout: &Layout, container: Container, fields: [Value; 2]) {
        let class = container.class;
        if class.is_pair() {
            self.pairs.insert(container.object.address(), class);
        }
        let is_young = |v: Value| layout.is_young(v.bits());
        if is_young(container.object) || !class.is_pair() && fields.into_iter().any(is_young) {
            self.young.push(container);
        } else {
            self.old.push(container);
        }
    }
}
