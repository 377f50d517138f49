//! Flags as Go's library reads them: one dash or two, before the first argument only.

/// A flag that a command has.
#[derive(Debug)]
pub(super) struct Flag {
    pub(super) name: &'static str,
    pub(super) short: Option<&'static str>,
    pub(super) takes_value: bool,
    pub(super) about: &'static str,
}

/// What was found on a line.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    set: Vec<(&'static str, String)>,
    pub(super) arguments: Vec<String>,
}

impl Parsed {
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.set.iter().any(|(set, value)| *set == name && value != "false")
    }

    /// The last value of a flag.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.values(name).pop()
    }

    /// All values of a flag that may be given several times.
    pub(super) fn values(&self, name: &str) -> Vec<String> {
        self.set.iter().filter(|(set, _)| *set == name).map(|(_, value)| value.clone()).collect()
    }

    /// The first argument; empty when there is none.
    pub(super) fn first(&self) -> &str {
        self.arguments.first().map_or("", String::as_str)
    }
}

const HELP: Flag = Flag { name: "help", short: Some("h"), takes_value: false, about: "show help" };

/// Reads flags up to the first word that is none.
pub(super) fn parse(words: &[String], flags: &[Flag]) -> Result<Parsed, String> {
    let mut parsed = Parsed::default();
    let mut rest = words.iter();
    while let Some(word) = rest.as_slice().first() {
        let Some(body) = word.strip_prefix('-').filter(|body| !body.is_empty()) else { break };
        rest.next();
        if body == "-" {
            break;
        }
        let body = body.strip_prefix('-').unwrap_or(body);
        let (name, value) = body.split_once('=').map_or((body, None), |(name, value)| (name, Some(value)));
        let known = flags.iter().chain([&HELP]).find(|flag| flag.name == name || flag.short == Some(name));
        let flag = known.ok_or_else(|| format!("flag provided but not defined: -{name}"))?;
        let value = match value {
            Some(value) => value.to_owned(),
            None if !flag.takes_value => String::new(),
            None => rest.next().cloned().ok_or_else(|| format!("flag needs an argument: -{name}"))?,
        };
        parsed.set.push((flag.name, value));
    }
    parsed.arguments = rest.cloned().collect();
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &[Flag] = &[
        Flag { name: "param", short: None, takes_value: true, about: "" },
        Flag { name: "json", short: Some("j"), takes_value: true, about: "" },
        Flag { name: "verbose", short: None, takes_value: false, about: "" },
    ];

    fn read(line: &str) -> Result<Parsed, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words, FLAGS)
    }

    #[test]
    fn flags_end_at_the_first_argument() {
        let parsed = read("--param a=b -param=c=d -j $ x --verbose").unwrap();
        assert_eq!(parsed.values("param"), ["a=b", "c=d"]);
        assert_eq!(parsed.value("json").as_deref(), Some("$"));
        assert_eq!(parsed.arguments, ["x", "--verbose"]);
        assert!(!parsed.is_set("verbose"));
        assert_eq!(read("-- --param").unwrap().arguments, ["--param"]);
        assert_eq!(read("- x").unwrap().arguments, ["-", "x"]);
    }

    #[test]
    fn what_is_no_flag_is_named_as_the_stock_names_it() {
        assert_eq!(read("-P a=b").unwrap_err(), "flag provided but not defined: -P");
        assert_eq!(read("--param").unwrap_err(), "flag needs an argument: -param");
    }
}
