//! Numbers: whole where they can be.

/// A number: whole where it can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Float(f64),
}

impl Number {
    /// The number as a float (whole numbers beyond 2^53 lose their last digits).
    #[allow(clippy::cast_precision_loss)]
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Int(n) => n as f64,
            Number::Float(n) => n,
        }
    }

    /// Reads a decimal number as JSON, YAML and HCL write it.
    pub fn parse(text: &str) -> Option<Number> {
        if let Ok(n) = text.parse::<i64>() {
            return Some(Number::Int(n));
        }
        let digits = text.bytes().any(|b| b.is_ascii_digit());
        let float = text.parse::<f64>().ok().filter(|n| digits && n.is_finite())?;
        Some(Number::from_f64(float))
    }

    /// A float, as a whole number where it is one.
    pub fn from_f64(n: f64) -> Number {
        #[allow(clippy::cast_possible_truncation)]
        if n.fract() == 0.0 && n.abs() < 9.0e15 { Number::Int(n as i64) } else { Number::Float(n) }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Int(n) => write!(f, "{n}"),
            Number::Float(n) => write!(f, "{n}"),
        }
    }
}
