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

/// All of them in one text, each with what it is: how a location's class is told, which Brooklyn does not single out.
pub(super) fn listed(own: &str, all: &[String]) -> String {
    let is_class = |name: &str| {
        let simple = name.rsplit('.').next().unwrap_or(name);
        name == own || simple.starts_with("Abstract") || simple.starts_with("FixedList") || simple == "Object"
    };
    let word = |name: &String| format!("{} {name}", if is_class(name) { "class" } else { "interface" });
    format!("[{}]", all.iter().map(word).collect::<Vec<_>>().join(", "))
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

    #[test]
    fn a_list_says_of_each_what_it_is() {
        let byon = "org.apache.brooklyn.location.byon.FixedListMachineProvisioningLocation";
        let text = listed(byon, &of(byon).unwrap());
        let begin = format!(
            "[interface org.apache.brooklyn.api.location.Location, class {byon}, class org.apache.brooklyn.core.location.AbstractLocation, interface "
        );
        assert!(text.starts_with(&begin), "{text}");
        assert!(text.contains(", class java.lang.Object, ") && text.ends_with("Rebindable]"), "{text}");
    }
}
