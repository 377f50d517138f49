//! The words before a command that say what it is about: `app A ent E effector F`.

/// What a command is about. What was not named is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) application: String,
    /// The application itself where no entity was named.
    pub(super) entity: String,
    pub(super) effector: String,
    pub(super) config: String,
    pub(super) activity: String,
}

/// Takes pairs of words from the front for as long as something is left to be the command: so `app X` alone is the
/// command that shows X.
pub(super) fn strip(words: &[String]) -> (Scope, Vec<String>) {
    let mut scope = Scope::default();
    let mut rest = words;
    while let [kind, id, more @ ..] = rest {
        if more.is_empty() || id.starts_with('-') {
            break;
        }
        let place = match kind.as_str() {
            "application" | "app" | "a" => &mut scope.application,
            "entity" | "ent" | "e" => &mut scope.entity,
            "effector" | "eff" | "f" => &mut scope.effector,
            "config" | "conf" | "con" | "c" => &mut scope.config,
            "activity" | "act" | "v" => &mut scope.activity,
            _ => break,
        };
        place.clone_from(id);
        rest = more;
    }
    if scope.entity.is_empty() {
        scope.entity.clone_from(&scope.application);
    }
    (scope, rest.to_vec())
}

impl Scope {
    /// The path of the entity. Names go into it as they are, as the stock has it.
    pub(super) fn path(&self) -> String {
        format!("/v1/applications/{}/entities/{}", self.application, self.entity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(line: &str) -> (Scope, String) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let (scope, rest) = strip(&words);
        (scope, rest.join(" "))
    }

    #[test]
    fn pairs_are_taken_while_a_command_is_left() {
        let (scope, rest) = stripped("app X ent E effector F invoke --param a=b");
        assert_eq!(
            (scope.application.as_str(), scope.entity.as_str(), scope.effector.as_str()),
            ("X", "E", "F")
        );
        assert_eq!(rest, "invoke --param a=b");
        for (line, entity, rest) in [
            ("app X", "", "app X"),
            ("a X e", "X", "e"),
            ("app X entity E", "X", "entity E"),
            ("a X e E config k", "E", "config k"),
            ("activity --children A", "", "activity --children A"),
            ("--json $ app X", "", "--json $ app X"),
        ] {
            let (scope, left) = stripped(line);
            assert_eq!((scope.entity.as_str(), left.as_str()), (entity, rest), "{line}");
        }
    }
}
