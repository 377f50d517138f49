//! The classes and interfaces of stock types, in the order in which release 1.1.0 was seen to tell them: what a thing can
//! be used as comes first. Clients look for their names.

/// A type a line; `~` stands for the package that nearly all are in.
const TABLE: &str = include_str!("supertypes.txt");
const PACKAGE: &str = "org.apache.brooklyn.";

/// Those of a class; `None` for one that is not in the table.
pub(super) fn of(class: &str) -> Option<Vec<String>> {
    let whole = |name: &str| match name.strip_prefix('~') {
        Some(rest) => format!("{PACKAGE}{rest}"),
        None => name.to_owned(),
    };
    let line =
        TABLE.lines().filter_map(|line| line.split_once(": ")).find(|(name, _)| whole(name) == class)?;
    Some(line.1.split(' ').map(whole).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::spec::AdjunctKind;
    use model::{adjuncts, types};

    #[test]
    fn each_stock_type_is_in_the_table_and_is_one_of_its_own_supertypes() {
        let entities = types::ALL.iter().map(|t| t.java_type);
        let adjuncts = adjuncts::ALL.iter().filter(|a| a.kind != AdjunctKind::Feed).map(|a| a.java_type);
        for class in entities.chain(adjuncts) {
            let told = of(class).unwrap_or_else(|| panic!("{class}"));
            assert!(told.iter().skip(1).any(|name| name == class), "{class}: {told:?}");
        }
        assert_eq!(of("a.B"), None);
    }
}
