//! Complex numbers: rectangular arithmetic on exact and inexact parts, and the transcendental
//! functions on doubles.

use super::{Number, Result};

impl Number {
    /// The number of this magnitude and angle; exact only when one of the two is an exact zero.
    pub fn polar(magnitude: &Number, angle: &Number) -> Number {
        if *angle == Number::ZERO || *magnitude == Number::ZERO {
            return magnitude.clone();
        }
        let (sin, cos) = angle.to_f64().sin_cos();
        let magnitude = magnitude.to_f64();
        Rectangular { re: magnitude * cos, im: magnitude * sin }.into()
    }
    /// The principal square root of an exact complex number, if both its parts are rational.
    pub(super) fn exact_complex_root(&self) -> Option<Number> {
        let (re, im) = (self.real_part(), self.imaginary_part());
        let magnitude = re.mul(&re).add(&im.mul(&im)).exact_root()?;
        let two = Number::Fixnum(2);
        let root_re = magnitude.add(&re).div(&two).ok()?.exact_root()?;
        let root_im = magnitude.sub(&re).div(&two).ok()?.exact_root()?;
        let root_im = if im.is_negative() { root_im.negate() } else { root_im };
        Some(Number::rectangular(root_re, root_im))
    }
    /// The real part.
    pub fn real_part(&self) -> Number {
        match self {
            Number::Complex(parts) => parts.0.clone(),
            real => real.clone(),
        }
    }
    /// The imaginary part.
    pub fn imaginary_part(&self) -> Number {
        match self {
            Number::Complex(parts) => parts.1.clone(),
            _ => Number::ZERO,
        }
    }
}

/// `a + b`
pub fn add(a: &Number, b: &Number) -> Number {
    Number::rectangular(
        a.real_part().add(&b.real_part()),
        a.imaginary_part().add(&b.imaginary_part()),
    )
}

/// `a - b`
pub fn sub(a: &Number, b: &Number) -> Number {
    Number::rectangular(
        a.real_part().sub(&b.real_part()),
        a.imaginary_part().sub(&b.imaginary_part()),
    )
}

/// `a * b`
///
/// A real factor scales both parts: an imaginary part that is not there is no factor of infinity.
pub fn mul(a: &Number, b: &Number) -> Number {
    match (a, b) {
        (Number::Complex(z), real) | (real, Number::Complex(z)) if real.is_real() => {
            return Number::rectangular(z.0.mul(real), z.1.mul(real));
        }
        _ => {}
    }
    let (a_re, a_im, b_re, b_im) =
        (a.real_part(), a.imaginary_part(), b.real_part(), b.imaginary_part());
    Number::rectangular(
        a_re.mul(&b_re).sub(&a_im.mul(&b_im)),
        a_re.mul(&b_im).add(&a_im.mul(&b_re)),
    )
}

/// `a / b`; `b` is not an exact zero.
pub fn div(a: &Number, b: &Number) -> Result {
    if let (Number::Complex(z), true) = (a, b.is_real()) {
        return Ok(Number::rectangular(z.0.div(b)?, z.1.div(b)?));
    }
    if !(a.is_exact() && b.is_exact()) {
        return Ok(Rectangular::from(a).over(Rectangular::from(b)).into());
    }
    let (b_re, b_im) = (b.real_part(), b.imaginary_part());
    let norm = b_re.mul(&b_re).add(&b_im.mul(&b_im));
    let product = mul(a, &Number::rectangular(b_re, b_im.negate()));
    Ok(Number::rectangular(product.real_part().div(&norm)?, product.imaginary_part().div(&norm)?))
}

/// A complex number of doubles.
#[derive(Clone, Copy, Debug)]
pub struct Rectangular {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl From<Rectangular> for Number {
    fn from(z: Rectangular) -> Number {
        Number::Complex(Box::new((Number::Flonum(z.re), Number::Flonum(z.im))))
    }
}

impl From<&Number> for Rectangular {
    fn from(n: &Number) -> Rectangular {
        match n {
            Number::Complex(parts) => Rectangular { re: parts.0.to_f64(), im: parts.1.to_f64() },
            real => Rectangular { re: real.to_f64(), im: 0.0 },
        }
    }
}

impl Rectangular {
    const ONE: Rectangular = Rectangular { re: 1.0, im: 0.0 };

    fn plus(self, w: Rectangular) -> Rectangular {
        Rectangular { re: self.re + w.re, im: self.im + w.im }
    }
    fn minus(self, w: Rectangular) -> Rectangular {
        Rectangular { re: self.re - w.re, im: self.im - w.im }
    }
    /// `self * w`
    pub fn times(self, w: Rectangular) -> Rectangular {
        Rectangular { re: self.re * w.re - self.im * w.im, im: self.re * w.im + self.im * w.re }
    }
    /// `self / w`, without computing squares, which overflow early (R. L. Smith, CACM 5, 1962).
    fn over(self, w: Rectangular) -> Rectangular {
        if w.re.abs() >= w.im.abs() {
            let ratio = w.im / w.re;
            let norm = w.re + w.im * ratio;
            Rectangular {
                re: (self.re + self.im * ratio) / norm,
                im: (self.im - self.re * ratio) / norm,
            }
        } else {
            let ratio = w.re / w.im;
            let norm = w.re * ratio + w.im;
            Rectangular {
                re: (self.re * ratio + self.im) / norm,
                im: (self.im * ratio - self.re) / norm,
            }
        }
    }
    /// `i * self`
    fn turned_left(self) -> Rectangular {
        Rectangular { re: -self.im, im: self.re }
    }
    /// `-i * self`
    fn turned_right(self) -> Rectangular {
        Rectangular { re: self.im, im: -self.re }
    }
    /// The absolute value.
    pub fn magnitude(self) -> f64 {
        self.re.hypot(self.im)
    }
    /// The angle, in (-pi, pi].
    pub fn angle(self) -> f64 {
        self.im.atan2(self.re)
    }
    /// e to the power of `self`.
    pub fn exp(self) -> Rectangular {
        let (sin, cos) = self.im.sin_cos();
        let magnitude = self.re.exp();
        Rectangular { re: magnitude * cos, im: magnitude * sin }
    }
    /// The principal natural logarithm.
    pub fn log(self) -> Rectangular {
        Rectangular { re: self.magnitude().ln(), im: self.angle() }
    }
    /// The principal square root. Only the part that needs no difference of nearly equal numbers is
    /// a root; the other follows from it.
    pub fn sqrt(self) -> Rectangular {
        if self.re == 0.0 && self.im == 0.0 {
            return Rectangular { re: 0.0, im: self.im };
        }
        let larger = ((self.magnitude() / 2.0) + self.re.abs() / 2.0).sqrt();
        if !larger.is_finite() {
            return Rectangular { re: larger, im: larger.copysign(self.im) };
        }
        let smaller = self.im.abs() / (2.0 * larger);
        let (re, im) = if self.re >= 0.0 { (larger, smaller) } else { (smaller, larger) };
        Rectangular { re, im: im.copysign(self.im) }
    }
    /// `self` to the power of `w`; `self` is not zero.
    pub fn expt(self, w: Rectangular) -> Rectangular {
        self.log().times(w).exp()
    }
    /// The sine.
    pub fn sin(self) -> Rectangular {
        Rectangular { re: self.re.sin() * self.im.cosh(), im: self.re.cos() * self.im.sinh() }
    }
    /// The cosine.
    pub fn cos(self) -> Rectangular {
        Rectangular { re: self.re.cos() * self.im.cosh(), im: -self.re.sin() * self.im.sinh() }
    }
    /// The tangent.
    pub fn tan(self) -> Rectangular {
        self.sin().over(self.cos())
    }
    /// The principal arc sine: -i log(iz + sqrt(1 - z^2)).
    pub fn asin(self) -> Rectangular {
        let root = Rectangular::ONE.minus(self.times(self)).sqrt();
        self.turned_left().plus(root).log().turned_right()
    }
    /// The principal arc cosine: pi/2 - asin z.
    pub fn acos(self) -> Rectangular {
        Rectangular { re: std::f64::consts::FRAC_PI_2, im: 0.0 }.minus(self.asin())
    }
    /// The principal arc tangent: (log(1 + iz) - log(1 - iz)) / 2i.
    pub fn atan(self) -> Rectangular {
        let turned = self.turned_left();
        let difference =
            Rectangular::ONE.plus(turned).log().minus(Rectangular::ONE.minus(turned).log());
        difference.over(Rectangular { re: 0.0, im: 2.0 })
    }
}
