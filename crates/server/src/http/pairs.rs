//! Names and values of queries and forms.

/// Reads `a=1&b=x+y%21`; a name without `=` has an empty value.
pub fn parse(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Percent signs and pluses into what they stand for; what is no UTF-8 is replaced.
fn decode(text: &str) -> String {
    if !text.contains(['%', '+']) {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        let hex = bytes.get(i + 1..i + 3).and_then(|h| std::str::from_utf8(h).ok());
        match (byte, hex.and_then(|h| u8::from_str_radix(h, 16).ok())) {
            (b'%', Some(value)) => {
                plain.push(value);
                i += 3;
            }
            (b'+', _) => {
                plain.push(b' ');
                i += 1;
            }
            (other, _) => {
                plain.push(other);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_read_as_browsers_write_them() {
        let read = parse("mode=MASTER&name=Wire+Re%6eamed%21&flag&&bad=%zz%");
        let expected = [("mode", "MASTER"), ("name", "Wire Renamed!"), ("flag", ""), ("bad", "%zz%")];
        assert_eq!(read, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }
}
