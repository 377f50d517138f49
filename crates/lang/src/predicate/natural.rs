//! The order in which people put names: runs of digits count as numbers, so `web-9` is before `web-10`.

use std::cmp::Ordering;

/// Compares two texts.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (left, right) = match (a.chars().next(), b.chars().next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(left), Some(right)) => (left, right),
        };
        if left.is_ascii_digit() && right.is_ascii_digit() {
            let (x, y) = (digits(a), digits(b));
            let order = number(x).cmp(&number(y));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (&a[x.len()..], &b[y.len()..]);
        } else if left == right {
            (a, b) = (&a[left.len_utf8()..], &b[right.len_utf8()..]);
        } else {
            return left.cmp(&right);
        }
    }
}

fn digits(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())]
}

/// Digits as something that orders like their number, however many there are.
fn number(digits: &str) -> (usize, &str) {
    let plain = digits.trim_start_matches('0');
    (plain.len(), plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_count_as_numbers() {
        for (less, more) in [
            ("web-9", "web-10"),
            ("1.9", "1.10"),
            ("a", "b"),
            ("", "a"),
            ("a", "a1"),
            ("a2", "b1"),
            ("007", "8"),
            ("9", "99999999999999999999999999"),
            ("B", "a"),
        ] {
            assert_eq!(compare(less, more), Ordering::Less, "{less} {more}");
            assert_eq!(compare(more, less), Ordering::Greater, "{less} {more}");
            assert_eq!(compare(less, less), Ordering::Equal);
        }
        assert_eq!(compare("a01", "a1"), Ordering::Equal);
    }
}
