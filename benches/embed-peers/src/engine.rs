//! What every engine must be able to do.

use std::ops::Range;

/// What is done in each turn of a loop in the script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Task {
    /// Adds one, in the script itself: what the loop costs.
    Nothing,
    /// `bump`: takes an integer, returns an integer.
    Integer,
    /// `scale`: takes two floats, returns a float.
    Float,
    /// `measure`: takes a string of twenty characters, returns an integer.
    Text,
    /// Reads a field of a record of the host.
    Field,
}

impl Task {
    /// Those whose cost is measured, with what the table calls them.
    pub const ALL: [(Task, &'static str); 4] = [
        (Task::Integer, "fn(i64) -> i64"),
        (Task::Float, "fn(f64, f64) -> f64"),
        (Task::Text, "fn(&str) -> i64"),
        (Task::Field, "field of a host record"),
    ];
    /// The name of the script's procedure.
    pub fn name(self) -> &'static str {
        match self {
            Task::Nothing => "loop_nothing",
            Task::Integer => "loop_integer",
            Task::Float => "loop_float",
            Task::Text => "loop_text",
            Task::Field => "loop_field",
        }
    }
    /// What the loop returns after so many turns.
    pub fn expected(self, turns: i64) -> i64 {
        match self {
            Task::Nothing | Task::Integer => turns,
            Task::Float => 1,
            Task::Text => 20 * turns,
            Task::Field => 3 * turns,
        }
    }
}

/// The text that `measure` gets.
pub const TEXT: &str = "twenty characters ..";

/// `bump` of every engine.
pub fn bump(n: i64) -> i64 {
    n + 1
}

/// `scale` of every engine.
pub fn scale(x: f64, y: f64) -> f64 {
    x * y
}

/// `measure` of every engine.
pub fn measure(text: &str) -> i64 {
    text.len() as i64
}

/// A scripting engine with the script loaded.
pub trait Engine: Sync {
    /// Its name and version.
    fn name(&self) -> &'static str;
    /// What two threads of the host that run scripts share.
    fn sharing(&self) -> &'static str;
    /// One call of the script's loop of so many turns.
    fn script_loop(&self, task: Task, turns: i64) -> i64;
    /// So many calls of the script's `(lambda (n) (+ n 1))`, each with the result of the one before.
    fn call_script(&self, turns: i64) -> i64;
    /// Has the script judge these events on the calling thread; the digest of its answers.
    fn judge(&self, events: Range<u64>) -> u64;
}
