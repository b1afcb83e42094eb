//! What becomes of weak references when a collection has found everything that is reachable
//! without them. The same for minor and full ones, which differ in their [`Tracer`].
//!
//! Phases, in order:
//!
//! 1. *Ephemerons*: while there is one whose container and key are alive, its value is kept. What a
//!    guardian would give back for an object that is alive is kept along with them, and so is what
//!    depends on other objects in ways that only the roots know ([`RootSource::visit_dependents`]).
//! 2. *Guardians*: what is dead now, and was given to a guardian that is alive, goes into its queue,
//!    which keeps it alive; then phase 1 again, for all that this keeps alive, until no guardian
//!    has anything left (Dybvig, Bruggeman and Eby, "Guardians in a generation-based garbage
//!    collector", PLDI 1993).
//! 3. *Weak references* to what is dead now are broken; so weak references to what a guardian has
//!    rescued are not.

use super::{Class, Container, WeakTable};
use crate::{RootSource, RootVisitor, Value, guardian::Guarded, layout::Layout};

/// What settling needs of a collection.
pub(crate) trait Tracer {
    /// What this word is after the collection, or `None` if it leads to something that nothing has
    /// kept alive so far.
    fn now(&self, word: Value) -> Option<Value>;
    /// Keeps what a word leads to alive; what it is after the collection.
    fn keep(&mut self, word: Value) -> Value;
    /// Traces what was kept, until nothing is left.
    fn drain(&mut self);
    /// Stores into a field of an object that is alive, recording it where GC-4 asks for that.
    fn store(&mut self, slot: usize, word: Value);
    /// For [`RootSource::visit_dependents`]; `None` where all of them have been visited as roots.
    fn visitor(&mut self) -> Option<&mut dyn RootVisitor>;
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
    /// Look at the ephemerons from the last to the first? By turns, so that a chain of them is
    /// followed at once whichever way it was made.
    is_backward: bool,
}

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
            is_backward: false,
        }
    }

    /// Finds out what each weak reference refers to from now on, and lists what is alive in `table`.
    pub(crate) fn settle(
        mut self,
        tracer: &mut impl Tracer,
        sources: &mut [&mut dyn RootSource],
        layout: &Layout,
        table: &mut WeakTable,
    ) {
        self.trace(tracer, sources);
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
            self.trace(tracer, sources);
        }
        self.finish(tracer, layout, table);
    }

    /// Phase 1: until nothing changes, keeps what depends on what is alive.
    fn trace(&mut self, tracer: &mut impl Tracer, sources: &mut [&mut dyn RootSource]) {
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
            let mut changed = self.ephemerons.len() + self.guarded.len() < before;
            if let Some(visitor) = tracer.visitor() {
                for source in sources.iter_mut() {
                    changed |= source.visit_dependents(visitor);
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn trace_ephemerons(&mut self, tracer: &mut impl Tracer) {
        let mut pending = std::mem::take(&mut self.ephemerons);
        if self.is_backward {
            pending.reverse();
        }
        for ephemeron in pending {
            let [key, value] = ephemeron.fields;
            let key = match tracer.now(ephemeron.container.object) {
                Some(_) => tracer.now(key),
                None => None,
            };
            let Some(key) = key else {
                self.ephemerons.push(ephemeron);
                continue;
            };
            let value = tracer.keep(value);
            tracer.drain();
            self.settled.push((ephemeron, [key, value]));
        }
        if self.is_backward {
            self.ephemerons.reverse();
        }
        self.is_backward = !self.is_backward;
    }

    /// Phase 3: everything that is alive is known.
    fn finish(self, tracer: &mut impl Tracer, layout: &Layout, table: &mut WeakTable) {
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
