//! Numbers: integers from -2^63 to 2^64 - 1 are exact, everything else is a 64-bit float.
//!
//! An operation whose exact integer result leaves that range gives the nearest float, as jq would; a float
//! that comes out of an operation and is a whole number below 2^53 becomes an integer, so that `4 / 2` is `2`.
//! A float that only passes through stays what it was: `1.0` is not turned into `1`.

use std::cmp::Ordering;

/// Whole floats up to here are exact integers.
const EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

#[derive(Clone, Copy)]
pub(in crate::flow::expression) enum Number {
    Int(i64),
    /// Greater than `i64::MAX`; smaller ones are `Int`.
    Unsigned(u64),
    Float(f64),
}

impl From<i128> for Number {
    fn from(exact: i128) -> Self {
        #[expect(
            clippy::cast_precision_loss,
            reason = "outside the exact range jq counts in floats"
        )]
        let float = exact as f64;
        i64::try_from(exact)
            .map(Self::Int)
            .or_else(|_| u64::try_from(exact).map(Self::Unsigned))
            .unwrap_or(Self::Float(float))
    }
}

impl Number {
    /// A float that was computed.
    pub(in crate::flow::expression) fn computed(float: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small enough")]
        if float.fract() == 0.0
            && float.abs() <= EXACT_FLOAT
            && !(float == 0.0 && float.is_sign_negative())
        {
            Self::Int(float as i64)
        } else {
            Self::Float(float)
        }
    }

    /// A literal of a program or of JSON text.
    pub(in crate::flow::expression) fn parse(literal: &str) -> Option<Self> {
        match literal.parse::<i128>() {
            Ok(exact) => Some(Self::from(exact)),
            Err(_) => literal.parse().ok().map(Self::computed),
        }
    }

    pub(in crate::flow::expression) fn exact(self) -> Option<i128> {
        match self {
            Self::Int(int) => Some(i128::from(int)),
            Self::Unsigned(int) => Some(i128::from(int)),
            Self::Float(_) => None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "jq's mathematics are in floats")]
    pub(in crate::flow::expression) fn float(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Unsigned(int) => int as f64,
            Self::Float(float) => float,
        }
    }

    /// The integer at or below, for indices and remainders; saturates, and is 0 for what is not a number.
    #[expect(clippy::cast_possible_truncation, reason = "the saturating cast is what is wanted")]
    pub(in crate::flow::expression) fn whole(self) -> i128 {
        self.exact().unwrap_or_else(|| i128::from(self.float().floor() as i64))
    }

    fn apply(
        self,
        other: Self,
        exact: fn(i128, i128) -> Option<i128>,
        float: fn(f64, f64) -> f64,
    ) -> Self {
        let both = self.exact().zip(other.exact());
        match both.and_then(|(left, right)| exact(left, right)) {
            Some(exact) => Self::from(exact),
            None => Self::computed(float(self.float(), other.float())),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        self.apply(other, i128::checked_add, |left, right| left + right)
    }

    pub(super) fn minus(self, other: Self) -> Self {
        self.apply(other, i128::checked_sub, |left, right| left - right)
    }

    pub(super) fn times(self, other: Self) -> Self {
        self.apply(other, i128::checked_mul, |left, right| left * right)
    }

    /// The divisor is not zero.
    pub(super) fn divided_by(self, other: Self) -> Self {
        let whole = |left: i128, right: i128| (left % right == 0).then(|| left / right);
        self.apply(other, whole, |left, right| left / right)
    }

    pub(in crate::flow::expression) fn is_zero(self) -> bool {
        self.float() == 0.0
    }

    /// jq's order: what is not a number comes before every number.
    pub(super) fn order(self, other: Self) -> Ordering {
        match (self.exact(), other.exact()) {
            (Some(left), Some(right)) => left.cmp(&right),
            (Some(left), None) => exact_to_float(left, other.float()),
            (None, Some(right)) => exact_to_float(right, self.float()).reverse(),
            (None, None) => {
                let (left, right) = (self.float(), other.float());
                left.partial_cmp(&right).unwrap_or_else(|| right.is_nan().cmp(&left.is_nan()))
            }
        }
    }
}

/// Compares without rounding the integer, or sorting could meet three values in a circle.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float outside the range of i128 saturates, which keeps the order"
)]
fn exact_to_float(exact: i128, float: f64) -> Ordering {
    if float.is_nan() {
        return Ordering::Greater;
    }
    let whole = float.trunc();
    exact.cmp(&(whole as i128)).then_with(|| whole.partial_cmp(&float).unwrap_or(Ordering::Equal))
}
