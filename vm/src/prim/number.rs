//! Numbers (R7RS 6.2).
//!
//! The operations themselves are in [`crate::num`]; here they get names, arities and argument checks.

use super::{ANY, Prim, prim};

mod arithmetic;
mod conversion;
pub mod fixnum;
pub mod flonum;
mod function;
mod predicate;
pub mod random;

pub use function::sqrt_of;

use arithmetic as arith;
use conversion as conv;
use function as func;
use predicate as pred;

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("number?", pred::is_number, 1, 1),
    prim("complex?", pred::is_number, 1, 1),
    prim("real?", pred::is_real, 1, 1),
    prim("rational?", pred::is_rational, 1, 1),
    prim("integer?", pred::is_integer, 1, 1),
    prim("exact?", pred::is_exact, 1, 1),
    prim("inexact?", pred::is_inexact, 1, 1),
    prim("exact-integer?", pred::is_exact_integer, 1, 1),
    prim("exact-rational?", pred::is_exact_rational, 1, 1),
    prim("exact-nonnegative-integer?", pred::is_exact_nonnegative_integer, 1, 1),
    prim("finite?", pred::is_finite, 1, 1),
    prim("infinite?", pred::is_infinite, 1, 1),
    prim("nan?", pred::is_nan, 1, 1),
    prim("zero?", pred::is_zero, 1, 1),
    prim("positive?", pred::is_positive, 1, 1),
    prim("negative?", pred::is_negative, 1, 1),
    prim("odd?", pred::is_odd, 1, 1),
    prim("even?", pred::is_even, 1, 1),
    prim("=", arith::equal, 1, ANY),
    prim("<", arith::less, 1, ANY),
    prim(">", arith::greater, 1, ANY),
    prim("<=", arith::at_most, 1, ANY),
    prim(">=", arith::at_least, 1, ANY),
    prim("max", arith::max, 1, ANY),
    prim("min", arith::min, 1, ANY),
    prim("+", arith::add, 0, ANY),
    prim("*", arith::multiply, 0, ANY),
    prim("-", arith::subtract, 1, ANY),
    prim("/", arith::divide, 1, ANY),
    prim("1+", arith::add_one, 1, 1),
    prim("-1+", arith::subtract_one, 1, 1),
    prim("abs", arith::abs, 1, 1),
    prim("square", arith::square, 1, 1),
    prim("quotient", arith::quotient, 2, 2),
    prim("remainder", arith::remainder, 2, 2),
    prim("modulo", arith::modulo, 2, 2),
    prim("floor/", arith::floor_both, 2, 2),
    prim("floor-quotient", arith::floor_quotient, 2, 2),
    prim("floor-remainder", arith::floor_remainder, 2, 2),
    prim("truncate/", arith::truncate_both, 2, 2),
    prim("truncate-quotient", arith::truncate_quotient, 2, 2),
    prim("truncate-remainder", arith::truncate_remainder, 2, 2),
    prim("gcd", arith::gcd, 0, ANY),
    prim("lcm", arith::lcm, 0, ANY),
    prim("numerator", func::numerator, 1, 1),
    prim("denominator", func::denominator, 1, 1),
    prim("floor", func::floor, 1, 1),
    prim("ceiling", func::ceiling, 1, 1),
    prim("round", func::round, 1, 1),
    prim("truncate", func::truncate, 1, 1),
    prim("rationalize", func::rationalize, 2, 2),
    prim("sqrt", func::sqrt, 1, 1),
    prim("exact-integer-sqrt", func::exact_integer_sqrt, 1, 1),
    prim("expt", func::expt, 2, 2),
    prim("exp", func::exp, 1, 1),
    prim("log", func::log, 1, 2),
    prim("sin", func::sin, 1, 1),
    prim("cos", func::cos, 1, 1),
    prim("tan", func::tan, 1, 1),
    prim("asin", func::asin, 1, 1),
    prim("acos", func::acos, 1, 1),
    prim("atan", func::atan, 1, 2),
    prim("make-rectangular", func::make_rectangular, 2, 2),
    prim("make-polar", func::make_polar, 2, 2),
    prim("real-part", func::real_part, 1, 1),
    prim("imag-part", func::imaginary_part, 1, 1),
    prim("magnitude", func::magnitude, 1, 1),
    prim("angle", func::angle, 1, 1),
    prim("exact", conv::exact, 1, 1),
    prim("inexact", conv::inexact, 1, 1),
    prim("inexact->exact", conv::exact, 1, 1),
    prim("exact->inexact", conv::inexact, 1, 1),
    prim("number->string", conv::number_to_string, 1, 2),
    prim("string->number", conv::string_to_number, 1, 2),
];
