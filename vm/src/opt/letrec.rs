//! Recursive bindings sorted out (after Waddell, Sarkar, Dybvig, and Ghuloum, Dybvig).
//!
//! The bindings of a `Letrec` are split into strongly connected groups, in an order in which every
//! group comes after those it refers to. Initial values that may have effects stay in their order.
//! A variable alone that doesn't refer to itself becomes a `Let`; a group of procedures stays a
//! `Letrec`; of any other group the variables bound to something else than a procedure are declared
//! without a value and assigned in order.

use super::effects::is_pure;
use super::known::Known;
use super::walk::{bind, each_part, map_parts, sequence};
use crate::core_form::{Core, VarId, Vars};
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// Rewrites every `Letrec` of `core`.
pub fn fix(core: Core, vars: &mut Vars, known: &Known<'_>) -> Core {
    if known.gives_up() {
        return core;
    }
    let core = map_parts(core, |part| fix(part, vars, known));
    match core {
        Core::Letrec(bindings, body) => fix_one(bindings, *body, vars, known),
        other => other,
    }
}

/// Does the binding declare a variable that has no value until it is assigned? Written as a
/// variable bound to itself.
pub fn is_declaration(var: VarId, value: &Core) -> bool {
    matches!(value, Core::Local(other, _) if *other == var)
}

fn fix_one(bindings: Vec<(VarId, Core)>, body: Core, vars: &mut Vars, known: &Known<'_>) -> Core {
    let edges = edges(&bindings, known);
    let groups = by_level(Groups::of(&edges), &edges);
    let mut bindings: Vec<Option<(VarId, Core)>> = bindings.into_iter().map(Some).collect();
    let mut result = body;
    let mut plain: Vec<(VarId, Core)> = Vec::new();
    let mut plain_level = 0;
    for (level, mut group) in groups.into_iter().rev() {
        group.sort_unstable();
        let recursive = group.len() > 1 || edges[group[0]].contains(&group[0]);
        if recursive || level != plain_level {
            result = bind(std::mem::take(&mut plain), result);
        }
        let group = group
            .into_iter()
            .map(|index| bindings[index].take().expect("a binding is in one group"));
        if recursive {
            result = bind_group(group.collect(), result, vars);
        } else {
            plain.extend(group);
            plain_level = level;
        }
    }
    bind(plain, result)
}

/// Groups with their levels, in ascending order: those of one level don't refer to each other, so
/// that plain variables of one level share a `Let` and the result is not nested needlessly deep.
fn by_level(groups: Vec<Vec<usize>>, edges: &[FxHashSet<usize>]) -> Vec<(usize, Vec<usize>)> {
    let mut levels = vec![0; edges.len()];
    let mut leveled = Vec::with_capacity(groups.len());
    for group in groups {
        let targets = group.iter().flat_map(|&member| &edges[member]);
        let outside = targets.filter(|target| !group.contains(target));
        let level = outside.map(|&target| levels[target] + 1).max().unwrap_or(0);
        group.iter().for_each(|&member| levels[member] = level);
        leveled.push((level, group));
    }
    leveled.sort_by_key(|(level, _)| *level);
    leveled
}

fn bind_group(group: Vec<(VarId, Core)>, body: Core, vars: &mut Vars) -> Core {
    let (procedures, others): (Vec<_>, Vec<_>) = group
        .into_iter()
        .partition(|(var, value)| matches!(value, Core::Lambda(_)) && !vars.info(*var).assigned);
    let declarations: Vec<_> =
        others.iter().map(|(var, _)| (*var, Core::Local(*var, Span::NONE))).collect();
    let mut parts = Vec::new();
    for (var, value) in others {
        vars.info_mut(var).assigned = true;
        parts.push(Core::SetLocal(var, Box::new(value), Span::NONE));
    }
    parts.push(body);
    let mut result = sequence(parts);
    if !procedures.is_empty() {
        result = Core::Letrec(procedures, Box::new(result));
    }
    if !declarations.is_empty() {
        result = Core::Letrec(declarations, Box::new(result));
    }
    result
}

/// For each binding, the bindings that must come before it.
fn edges(bindings: &[(VarId, Core)], known: &Known<'_>) -> Vec<FxHashSet<usize>> {
    let numbers: FxHashMap<VarId, usize> =
        bindings.iter().enumerate().map(|(index, (var, _))| (*var, index)).collect();
    let mut previous_effect = None;
    let mut edges = Vec::with_capacity(bindings.len());
    for (index, (_, value)) in bindings.iter().enumerate() {
        let mut found = FxHashSet::default();
        references(value, &numbers, &mut found);
        if !is_pure(value, known) {
            found.extend(previous_effect.replace(index));
        }
        edges.push(found);
    }
    for (index, (_, value)) in bindings.iter().enumerate() {
        let mut found = FxHashSet::default();
        immediate_references(value, &numbers, &mut found);
        for later in found.into_iter().filter(|&other| other > index) {
            if !matches!(bindings[later].1, Core::Lambda(_)) {
                edges[later].insert(index);
            }
        }
    }
    edges
}

/// References outside of procedures: evaluated with the expression. One to a variable that comes
/// later is an error, which keeping the two in order and in one group brings to light.
fn immediate_references(
    core: &Core,
    numbers: &FxHashMap<VarId, usize>,
    found: &mut FxHashSet<usize>,
) {
    match core {
        Core::Lambda(_) => {}
        _ => {
            if let Core::Local(var, _) | Core::SetLocal(var, ..) = core {
                found.extend(numbers.get(var));
            }
            each_part(core, |part| immediate_references(part, numbers, found));
        }
    }
}

fn references(core: &Core, numbers: &FxHashMap<VarId, usize>, found: &mut FxHashSet<usize>) {
    if let Core::Local(var, _) | Core::SetLocal(var, ..) = core {
        found.extend(numbers.get(var));
    }
    each_part(core, |part| references(part, numbers, found));
}

/// Tarjan's algorithm: strongly connected groups, each after those it has edges to.
struct Groups<'e> {
    edges: &'e [FxHashSet<usize>],
    order: Vec<usize>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    groups: Vec<Vec<usize>>,
    next: usize,
}

const UNSEEN: usize = usize::MAX;

impl<'e> Groups<'e> {
    fn of(edges: &'e [FxHashSet<usize>]) -> Vec<Vec<usize>> {
        let count = edges.len();
        let mut search = Groups {
            edges,
            order: vec![UNSEEN; count],
            low: vec![0; count],
            on_stack: vec![false; count],
            stack: Vec::new(),
            groups: Vec::new(),
            next: 0,
        };
        for node in 0..count {
            if search.order[node] == UNSEEN {
                search.visit(node);
            }
        }
        search.groups
    }
    fn visit(&mut self, node: usize) {
        self.order[node] = self.next;
        self.low[node] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
        let edges = self.edges;
        let mut targets: Vec<usize> = edges[node].iter().copied().collect();
        targets.sort_unstable();
        for target in targets {
            if self.order[target] == UNSEEN {
                self.visit(target);
                self.low[node] = self.low[node].min(self.low[target]);
            } else if self.on_stack[target] {
                self.low[node] = self.low[node].min(self.order[target]);
            }
        }
        if self.low[node] == self.order[node] {
            let start = self.stack.iter().rposition(|&n| n == node).expect("a node is stacked");
            let group = self.stack.split_off(start);
            group.iter().for_each(|&member| self.on_stack[member] = false);
            self.groups.push(group);
        }
    }
}
