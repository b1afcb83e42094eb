//! The figures of all rounds, and the tables made of them.

use crate::engine::{Engine, Task};
use std::fmt::Write;
use std::io;
use std::path::Path;

pub const FROM_HOST: &str = "script from Rust";
pub const ONE: &str = "events a second, 1 thread";
pub const MANY: &str = "events a second, all threads";
pub const SCALING: &str = "all threads / 1 thread";

/// What was measured: engine, title, and the figure of each round.
pub struct Figures {
    engines: Vec<&'static str>,
    taken: Vec<(&'static str, &'static str, Vec<f64>)>,
}

impl Figures {
    pub fn new(engines: &[&dyn Engine]) -> Figures {
        Figures { engines: engines.iter().map(|engine| engine.name()).collect(), taken: Vec::new() }
    }
    pub fn add(&mut self, engine: &'static str, title: &'static str, figure: f64) {
        let is = |taken: &&mut (&str, &str, Vec<f64>)| taken.0 == engine && taken.1 == title;
        match self.taken.iter_mut().find(is) {
            Some((.., figures)) => figures.push(figure),
            None => self.taken.push((engine, title, vec![figure])),
        }
    }
    fn median(&self, engine: &str, title: &str) -> Option<f64> {
        let (.., figures) =
            self.taken.iter().find(|taken| taken.0 == engine && taken.1 == title)?;
        let mut sorted = figures.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        if sorted.len() % 2 == 1 {
            Some(sorted[middle])
        } else {
            Some(f64::midpoint(sorted[middle - 1], sorted[middle]))
        }
    }

    /// Prints a table of the calls and one of the rules engine, each with ratios to Lisle.
    pub fn print(&self, threads: u64) {
        println!("nanoseconds for a call and its return (in parentheses: times Lisle's)");
        let calls = Task::ALL
            .iter()
            .map(|(_, title)| *title)
            .chain([FROM_HOST, "script from Rust, attaching each time"]);
        self.table(calls, 1);
        println!("\nthe rules engine; all threads: {threads}");
        self.table([ONE, MANY, SCALING].into_iter(), 2);
        println!();
    }
    fn table(&self, titles: impl Iterator<Item = &'static str>, digits: usize) {
        let mut line = format!("| {:<38} |", "");
        for engine in &self.engines {
            let _ = write!(line, " {engine:>16} |");
        }
        println!("{line}");
        println!("|{:-<40}|{}", "", "-----------------:|".repeat(self.engines.len()));
        for title in titles {
            let mut line = format!("| {title:<38} |");
            let ours = self.median("lisle", title);
            for engine in &self.engines {
                let cell = match (self.median(engine, title), ours) {
                    (Some(figure), _) if title == SCALING => format!("{figure:.2}"),
                    (Some(figure), Some(ours)) if *engine != "lisle" => {
                        let places = if figure < 1000.0 { digits.min(1) } else { 0 };
                        format!("{figure:.places$} ({:.2})", figure / ours)
                    }
                    (Some(figure), _) => {
                        let places = if figure < 1000.0 { digits.min(1) } else { 0 };
                        format!("{figure:.places$}")
                    }
                    (None, _) => "-".to_owned(),
                };
                let _ = write!(line, " {cell:>16} |");
            }
            println!("{line}");
        }
    }

    /// Writes the figure of every round.
    pub fn write_csv(&self, path: &Path) -> io::Result<()> {
        let mut text = String::from("engine,what,round,figure\n");
        for (engine, title, figures) in &self.taken {
            for (round, figure) in figures.iter().enumerate() {
                let _ = writeln!(text, "{engine},\"{title}\",{round},{figure}");
            }
        }
        std::fs::write(path, text)
    }
}
