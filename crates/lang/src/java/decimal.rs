//! The decimal digits of a double, and how Java rounds and prints them.

/// The shortest digits that name a double: 0.d1d2d3... times 10 to the `point`. The sign is kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digits {
    /// Each 0 to 9, at least one.
    digits: Vec<u8>,
    /// Where the point stands: so many digits are before it.
    point: i32,
}

impl Digits {
    /// Of the number without its sign.
    pub(crate) fn of(value: f64) -> Self {
        let text = format!("{:e}", value.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
        Self { digits, point: exponent.parse::<i32>().unwrap_or(0) + 1 }
    }

    /// How many digits are before the point; 0 or less for what is below 0.1 or so.
    pub(crate) fn point(&self) -> i32 {
        self.point
    }

    fn is_zero(&self) -> bool {
        self.digits.iter().all(|d| *d == 0)
    }

    /// Rounded half up to so many digits behind the point.
    pub(crate) fn rounded(&self, behind: usize) -> Self {
        self.cut(i64::from(self.point) + behind as i64)
    }

    /// Rounded half up to so many digits in all.
    pub(crate) fn significant(&self, count: usize) -> Self {
        self.cut(count as i64)
    }

    fn cut(&self, keep: i64) -> Self {
        let Ok(keep) = usize::try_from(keep) else { return Self { digits: vec![0], point: 1 } };
        if keep >= self.digits.len() {
            return self.clone();
        }
        let mut kept = vec![0];
        kept.extend_from_slice(&self.digits[..keep]);
        if self.digits[keep] >= 5 {
            for digit in kept.iter_mut().rev() {
                *digit = (*digit + 1) % 10;
                if *digit != 0 {
                    break;
                }
            }
        }
        if kept[0] != 0 {
            return Self { digits: kept, point: self.point + 1 };
        }
        kept.remove(0);
        if kept.iter().all(|d| *d == 0) {
            Self { digits: vec![0], point: 1 }
        } else {
            Self { digits: kept, point: self.point }
        }
    }

    /// `123.450`: so many digits behind the point, filled up with zeros, not rounded. No point when there are none.
    pub(crate) fn plain(&self, behind: usize) -> String {
        let digit = |i: i64| {
            usize::try_from(i).ok().and_then(|i| self.digits.get(i)).map_or('0', |d| char::from(b'0' + d))
        };
        let point = i64::from(self.point);
        let mut out: String = if point <= 0 { "0".into() } else { (0..point).map(digit).collect() };
        if behind > 0 {
            out.push('.');
            out.extend((point..point + behind as i64).map(digit));
        }
        out
    }

    /// The digits with the point behind the first, and the exponent that goes with it.
    pub(crate) fn scientific(&self, behind: usize) -> (String, i32) {
        let exponent = if self.is_zero() { 0 } else { self.point - 1 };
        (Self { digits: self.digits.clone(), point: 1 }.plain(behind), exponent)
    }

    /// How many digits there are behind the point, without the zeros at the end.
    fn behind(&self) -> usize {
        usize::try_from(self.digits.len() as i64 - i64::from(self.point)).unwrap_or(0)
    }
}

/// `Double.toString`: plain from 0.001 to below ten million, else with an exponent; always with a point.
pub(super) fn double_text(value: f64) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if !value.is_finite() {
        return if value.is_nan() { "NaN".into() } else { format!("{sign}Infinity") };
    }
    let digits = Digits::of(value);
    if digits.is_zero() || (1e-3..1e7).contains(&value.abs()) {
        return format!("{sign}{}", digits.plain(digits.behind().max(1)));
    }
    let (mantissa, exponent) = digits.scientific((digits.digits.len() - 1).max(1));
    format!("{sign}{mantissa}E{exponent}")
}

/// All digits, without an exponent and without a fraction that is nothing.
pub(super) fn plain_text(value: f64) -> String {
    let digits = Digits::of(value);
    shown(value, &digits, digits.behind())
}

/// The same, rounded to so many digits behind the point.
pub(super) fn rounded_text(value: f64, behind: usize) -> String {
    let digits = Digits::of(value).rounded(behind);
    shown(value, &digits, digits.behind())
}

fn shown(value: f64, digits: &Digits, behind: usize) -> String {
    let sign = if value.is_sign_negative() && !digits.is_zero() { "-" } else { "" };
    let text = digits.plain(behind);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{sign}{text}")
}
