//! What a value must look like, and how to say that it does not.

use std::net::IpAddr;

use base::{Span, suggest};

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything.
    Text,
    /// Anything, and never shown.
    Secret,
    /// true or false.
    Flag,
    /// A whole number.
    Number,
    /// A TCP port; 0 has the system choose.
    Port,
    /// A length of time above zero.
    Period,
    /// One of these words, in any case.
    Words(&'static [&'static str]),
    /// A path.
    File,
    /// IP addresses or `localhost`, separated by commas.
    Address,
    /// An http or https URI.
    Uri,
    /// 8 letters and digits.
    Id,
}

impl Kind {
    /// Says what is wrong with a value, and what would be right.
    pub fn check(self, value: &str) -> Result<(), String> {
        match self {
            Kind::Text | Kind::Secret | Kind::File => Ok(()),
            Kind::Flag => flag(value).map(|_| ()).ok_or_else(|| expected(value, "true or false")),
            Kind::Number => value.parse::<i64>().map(|_| ()).map_err(|_| expected(value, "a whole number")),
            Kind::Port => {
                value.parse::<u16>().map(|_| ()).map_err(|_| expected(value, "a port from 0 to 65535"))
            }
            Kind::Period => match value.parse::<Span>() {
                Ok(span) if span > Span::ZERO => Ok(()),
                Ok(_) => Err(expected(value, "a length of time above zero, such as 500ms or 30s")),
                Err(e) => Err(e.to_string()),
            },
            Kind::Words(words) => word(words, value).map(|_| ()).ok_or_else(|| {
                let hint = suggest::nearest(value, words.iter().copied())
                    .map(|near| format!("; did you mean {near}?"))
                    .unwrap_or_default();
                format!("{}{hint}", expected(value, &format!("one of {}", words.join(", "))))
            }),
            Kind::Address => addresses(value)
                .map(|_| ())
                .map_err(|bad| expected(&bad, "an IP address of this host, or localhost")),
            Kind::Uri => {
                let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
                match rest {
                    Some(rest) if !rest.is_empty() && !rest.starts_with('/') => Ok(()),
                    _ => Err(expected(value, "a URI such as https://server1.example.org:8443/")),
                }
            }
            Kind::Id => {
                let sound = value.len() == 8 && value.bytes().all(|b| b.is_ascii_alphanumeric());
                sound.then_some(()).ok_or_else(|| expected(value, "8 letters and digits"))
            }
        }
    }
}

fn expected(value: &str, what: &str) -> String {
    let shown: String = value.chars().take(80).collect();
    format!("\"{shown}\" is not {what}")
}

/// Reads a flag.
pub fn flag(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Finds a word, in any case.
pub fn word(words: &[&'static str], value: &str) -> Option<&'static str> {
    words.iter().copied().find(|w| w.eq_ignore_ascii_case(value))
}

/// Reads addresses; the error is the part that is none.
pub fn addresses(value: &str) -> Result<Vec<IpAddr>, String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| match part {
            "localhost" => Ok(IpAddr::from([127, 0, 0, 1])),
            _ => part.trim_matches(['[', ']']).parse().map_err(|_| part.to_owned()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_value_is_told_what_would_be_right() {
        let modes = Kind::Words(&["AUTO", "MASTER", "HOT_STANDBY"]);
        assert_eq!(modes.check("hot_standby"), Ok(()));
        assert_eq!(
            modes.check("MASTR").unwrap_err(),
            "\"MASTR\" is not one of AUTO, MASTER, HOT_STANDBY; did you mean MASTER?"
        );
        assert!(Kind::Period.check("0s").is_err());
        assert!(Kind::Period.check("30 parsecs").is_err());
        assert!(Kind::Port.check("84430").is_err());
        assert!(Kind::Address.check("0.0.0.0, [::1],localhost").is_ok());
        assert!(Kind::Address.check("server1").is_err());
        assert!(Kind::Uri.check("server1:8443").is_err());
        assert!(Kind::Id.check("XkJeXUXE").is_ok());
        assert!(Kind::Id.check("../../et").is_err());
    }
}
