//! The rules engine that every engine runs: the records, the rules in the syntax of each language, and
//! the answer that Rust itself computes.
//!
//! Fifty rules look at the fields of an order and its customer, which are records of the host. A rule
//! gives points or none; an event's answer is the score and the numbers of the rules that gave any.

use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

/// How many rules there are.
pub const RULES: usize = 50;
/// How many customers there are.
pub const CUSTOMERS: usize = 500;

/// An order, one for each event.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub amount: i64,
    pub quantity: i64,
    pub country: i64,
    pub weight: i64,
}

/// A customer; events choose one.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    pub tier: i64,
    pub age: i64,
    pub spent: i64,
    pub visits: i64,
}

/// Which field a condition looks at.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Of the order? Else of the customer.
    pub is_order: bool,
    pub name: &'static str,
    most: i64,
}

const FIELDS: [Field; 8] = [
    Field { is_order: true, name: "amount", most: 1000 },
    Field { is_order: true, name: "quantity", most: 20 },
    Field { is_order: true, name: "country", most: 30 },
    Field { is_order: true, name: "weight", most: 400 },
    Field { is_order: false, name: "tier", most: 4 },
    Field { is_order: false, name: "age", most: 90 },
    Field { is_order: false, name: "spent", most: 20_000 },
    Field { is_order: false, name: "visits", most: 100 },
];

/// A field is more than a number, or is not.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    pub field: Field,
    pub is_more: bool,
    pub than: i64,
}

/// Points, when all conditions hold.
#[derive(Clone, Debug)]
pub struct Rule {
    pub conditions: Vec<Condition>,
    pub points: i64,
}

/// A stream of numbers that is the same in every run (Steele, Lea, Flood: SplitMix, 2014).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, most: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % most as u64) as i64
    }
}

/// All rules.
pub fn rules() -> Vec<Rule> {
    let mut numbers = Numbers(7);
    let mut condition = move || {
        let field = FIELDS[numbers.below(FIELDS.len() as i64) as usize];
        let quarter = field.most / 4;
        let than = quarter + numbers.below(field.most / 2 + 1);
        (Condition { field, is_more: numbers.below(2) == 0, than }, 1 + numbers.below(9))
    };
    let rule = |number: usize| {
        let made: Vec<_> = (0..2 + number % 2).map(|_| condition()).collect();
        let points = made[0].1;
        Rule { conditions: made.into_iter().map(|(condition, _)| condition).collect(), points }
    };
    (0..RULES).map(rule).collect()
}

/// All customers.
pub fn customers() -> Vec<Customer> {
    let mut numbers = Numbers(11);
    let mut customer = |_| Customer {
        tier: numbers.below(4),
        age: numbers.below(90),
        spent: numbers.below(20_000),
        visits: numbers.below(100),
    };
    (0..CUSTOMERS).map(&mut customer).collect()
}

/// The order of an event and the number of its customer.
pub fn event(number: u64) -> (Order, usize) {
    let mut numbers = Numbers(number.wrapping_mul(0xA076_1D64_78BD_642F));
    let order = Order {
        amount: numbers.below(1000),
        quantity: numbers.below(20),
        country: numbers.below(30),
        weight: numbers.below(400),
    };
    (order, numbers.below(CUSTOMERS as i64) as usize)
}

/// What a country costs: a function of the host that the script calls once an event.
pub fn surcharge(country: i64) -> i64 {
    country % 7
}

impl Field {
    fn of(self, order: &Order, customer: &Customer) -> i64 {
        match self.name {
            "amount" => order.amount,
            "quantity" => order.quantity,
            "country" => order.country,
            "weight" => order.weight,
            "tier" => customer.tier,
            "age" => customer.age,
            "spent" => customer.spent,
            _ => customer.visits,
        }
    }
}

/// The answer to an event as Rust computes it: the score, then the rules that gave points.
fn answer(rules: &[Rule], order: &Order, customer: &Customer) -> Vec<i64> {
    let holds = |c: &Condition| (c.field.of(order, customer) > c.than) == c.is_more;
    let mut answer = vec![surcharge(order.country)];
    for (index, rule) in rules.iter().enumerate() {
        if rule.conditions.iter().all(holds) {
            answer[0] += rule.points;
            answer.push(index as i64 + 1);
        }
    }
    answer
}

/// One number for the answers of many events, whatever their order.
pub fn digest(event: u64, answer: &[i64]) -> u64 {
    answer.iter().fold(event, |sum, n| sum.wrapping_mul(31).wrapping_add(*n as u64))
}

/// The digest of these events as Rust computes it.
pub fn expected(events: Range<u64>) -> u64 {
    let (rules, customers) = (rules(), customers());
    events
        .map(|number| {
            let (order, customer) = event(number);
            digest(number, &answer(&rules, &order, &customers[customer]))
        })
        .fold(0, u64::wrapping_add)
}

/// The rules engine in Scheme. Fields are read by procedures, `order-amount` for example.
pub fn scheme() -> String {
    let mut text = String::from("(define rules (list\n");
    for Rule { conditions, points } in rules() {
        text += "  (lambda (o c) (if (and";
        for Condition { field, is_more, than } in conditions {
            let (record, variable) =
                if field.is_order { ("order", "o") } else { ("customer", "c") };
            let operator = if is_more { ">" } else { "<=" };
            let _ = write!(text, " ({operator} ({record}-{} {variable}) {than})", field.name);
        }
        let _ = writeln!(text, ") {points} 0))");
    }
    text += "))
(define (judge o c)
  (let loop ((rest rules) (number 1) (score (surcharge (order-country o))) (hits '()))
    (if (null? rest)
        (cons score (reverse hits))
        (let ((points ((car rest) o c)))
          (if (= points 0)
              (loop (cdr rest) (+ number 1) score hits)
              (loop (cdr rest) (+ number 1) (+ score points) (cons number hits)))))))
";
    text
}

/// The rules engine in Lua.
pub fn lua() -> String {
    let mut text = String::from("local rules = {\n");
    for Rule { conditions, points } in rules() {
        let conditions: Vec<String> = conditions.iter().map(infix).collect();
        let all = conditions.join(" and ");
        let _ = writeln!(text, "  function(o, c) if {all} then return {points} end return 0 end,");
    }
    text += "}
function judge(o, c)
  local answer = {surcharge(o.country)}
  for number = 1, #rules do
    local points = rules[number](o, c)
    if points ~= 0 then
      answer[1] = answer[1] + points
      answer[#answer + 1] = number
    end
  end
  return answer
end
";
    text
}

/// The rules engine in Rhai, whose functions see no global variables: the rules are functions.
pub fn rhai() -> String {
    let mut text = String::new();
    let mut calls = String::new();
    for (index, Rule { conditions, points }) in rules().into_iter().enumerate() {
        let number = index + 1;
        let conditions: Vec<String> = conditions.iter().map(infix).collect();
        let all = conditions.join(" && ");
        let _ = writeln!(text, "fn rule_{number}(o, c) {{ if {all} {{ {points} }} else {{ 0 }} }}");
        let _ = writeln!(
            calls,
            "  points = rule_{number}(o, c);\n  if points != 0 {{ score += points; hits.push({number}); }}"
        );
    }
    let _ = writeln!(
        text,
        "fn judge(o, c) {{\n  let score = surcharge(o.country);\n  let hits = [];\n  let points = 0;\n{calls}  \
         hits.insert(0, score);\n  hits\n}}"
    );
    text
}

fn infix(condition: &Condition) -> String {
    let Condition { field, is_more, than } = condition;
    let record = if field.is_order { "o" } else { "c" };
    format!("{record}.{} {} {than}", field.name, if *is_more { ">" } else { "<=" })
}

/// The records of the host as the engines hold them.
pub fn shared_customers() -> Vec<Arc<Customer>> {
    customers().into_iter().map(Arc::new).collect()
}
