//! mlua with Lua 5.4 and the feature `send`: all threads of the host share one state, behind its lock.

use crate::engine::{self, Engine, TEXT, Task};
use crate::rules::{self, Customer, Order};
use mlua::{AnyUserData, Error, Function, Lua, UserData, UserDataFields};
use std::ops::Range;

struct LuaOrder(Order);

impl UserData for LuaOrder {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_field_method_get("amount", |_, o| Ok(o.0.amount));
        fields.add_field_method_get("quantity", |_, o| Ok(o.0.quantity));
        fields.add_field_method_get("country", |_, o| Ok(o.0.country));
        fields.add_field_method_get("weight", |_, o| Ok(o.0.weight));
    }
}

struct LuaCustomer(Customer);

impl UserData for LuaCustomer {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_field_method_get("tier", |_, c| Ok(c.0.tier));
        fields.add_field_method_get("age", |_, c| Ok(c.0.age));
        fields.add_field_method_get("spent", |_, c| Ok(c.0.spent));
        fields.add_field_method_get("visits", |_, c| Ok(c.0.visits));
    }
}

const LOOPS: &str = r"
function loop_nothing(n) local x = 0 for i = 1, n do x = x + 1 end return x end
function loop_integer(n) local x = 0 for i = 1, n do x = bump(x) end return x end
function loop_float(n) local x = 1.0 for i = 1, n do x = scale(x, 1.0) end return math.tointeger(x) end
function loop_text(n) local x = 0 for i = 1, n do x = x + measure(text) end return x end
function loop_field(n) local x = 0 for i = 1, n do x = x + order.amount end return x end
function increment(n) return n + 1 end
";

/// The state, and what of its program the host calls.
pub struct MLua {
    lua: Lua,
    judge: Function,
    increment: Function,
    customers: Vec<AnyUserData>,
}

impl MLua {
    pub fn new() -> Result<MLua, Error> {
        let lua = Lua::new();
        let globals = lua.globals();
        globals.set("bump", lua.create_function(|_, n| Ok(engine::bump(n)))?)?;
        globals.set("scale", lua.create_function(|_, (x, y)| Ok(engine::scale(x, y)))?)?;
        let measure = |_: &Lua, text: mlua::BorrowedStr| Ok(engine::measure(&text));
        globals.set("measure", lua.create_function(measure)?)?;
        globals.set("surcharge", lua.create_function(|_, n| Ok(rules::surcharge(n)))?)?;
        globals.set("text", TEXT)?;
        let order = LuaOrder(Order { amount: 3, quantity: 1, country: 1, weight: 1 });
        globals.set("order", lua.create_userdata(order)?)?;
        lua.load(LOOPS).exec()?;
        lua.load(rules::lua()).exec()?;
        let customers = rules::customers().into_iter();
        let customers = customers.map(|customer| lua.create_userdata(LuaCustomer(customer)));
        let customers = customers.collect::<Result<_, _>>()?;
        let (judge, increment) = (globals.get("judge")?, globals.get("increment")?);
        Ok(MLua { lua, judge, increment, customers })
    }
    fn judge_event(&self, number: u64) -> Result<Vec<i64>, Error> {
        let (order, customer) = rules::event(number);
        self.judge.call((LuaOrder(order), &self.customers[customer]))
    }
}

impl Engine for MLua {
    fn name(&self) -> &'static str {
        "mlua"
    }
    fn sharing(&self) -> &'static str {
        "one state behind one lock"
    }
    fn script_loop(&self, task: Task, turns: i64) -> i64 {
        let function: Function = self.lua.globals().get(task.name()).expect("the script has it");
        function.call(turns).expect("the loop ends")
    }
    fn call_script(&self, turns: i64) -> i64 {
        (0..turns).fold(0, |n, _| self.increment.call(n).expect("it adds one"))
    }
    fn judge(&self, events: Range<u64>) -> u64 {
        let digest =
            |number| rules::digest(number, &self.judge_event(number).expect("the rules are legal"));
        events.map(digest).fold(0, u64::wrapping_add)
    }
}
