//! Functions that blueprints give to enrichers: the few of Java's that can be done without it
//! (`brooklyn-blueprints.md` 10.3), and `$brooklyn:function.regexReplacement`.

use lang::regex::Regex;
use model::spec::ConfigValue;
use model::types::ConfigDef;
use serde_json::{Map, Value};

use super::Desk;

/// What is done to a value.
pub(crate) enum Function<'a> {
    /// Looks a value up. What is found may be an expression: it is evaluated when it is needed.
    ForMap {
        /// By the texts of the values.
        map: &'a Map<String, Value>,
        /// For all others; without one they are an error.
        default: Option<&'a Value>,
    },
    /// The first of several.
    First,
    /// Java's `replaceAll`.
    RegexReplacement {
        /// What is looked for.
        pattern: String,
        /// What takes its place.
        replacement: String,
    },
}

const OBJECT: &str = "$brooklyn:object";
const REGEX_REPLACEMENT: &str = "$brooklyn:function.regexReplacement";

impl<'d> Desk<'d> {
    /// The function that a key is set to; `None` where it is set to something else.
    pub(crate) fn function(&self, key: &ConfigDef) -> Result<Option<Function<'d>>, String> {
        let adjunct = self.adjunct;
        let Some(given) = adjunct.spec.config.get(key.name).map(ConfigValue::given) else { return Ok(None) };
        if let Some(object) = given.get(OBJECT) {
            return object_of(object)
                .map(Some)
                .ok_or_else(|| format!("'{}' is a Java object, which Brownstone does not make", key.name));
        }
        let text = given.as_str().map(str::trim_start);
        if text.is_some_and(|t| t.starts_with(REGEX_REPLACEMENT)) || given.get(REGEX_REPLACEMENT).is_some() {
            return regex(&self.value(key)?)
                .map(Some)
                .ok_or_else(|| format!("'{}' needs a pattern and a replacement", key.name));
        }
        Ok(None)
    }

    /// What a function makes of a value; null where that waits for something.
    pub(crate) fn applied(
        &self,
        key: &ConfigDef,
        function: &Function<'_>,
        value: Value,
    ) -> Result<Value, String> {
        match function {
            Function::ForMap { map, default } => {
                let found = map.get(&lang::java::text(&value)).or(*default);
                let found = found.ok_or_else(|| format!("'{}' has nothing for {value}", key.name))?;
                self.evaluated_now(key, found)
            }
            Function::First => Ok(match value {
                Value::Array(all) => all.into_iter().next().unwrap_or_default(),
                other => other,
            }),
            Function::RegexReplacement { pattern, replacement } => {
                if value.is_null() {
                    return Ok(Value::Null);
                }
                let regex = Regex::new(pattern).map_err(|e| format!("'{}': {e}", key.name))?;
                let replaced = regex.replace_all(&lang::java::text(&value), replacement);
                replaced.map(Value::from).map_err(|e| format!("'{}': {e}", key.name))
            }
        }
    }
}

/// The object that is described, if it is a function that is known. The compiler lets no other pass.
fn object_of(given: &Value) -> Option<Function<'_>> {
    let name = given.as_str().or_else(|| {
        ["type", "object_type", "objectType"].iter().find_map(|key| given.get(*key)).and_then(Value::as_str)
    })?;
    // A class may stand behind the bundle that it comes from.
    match name.rsplit(':').next()?.rsplit('.').next()? {
        "CollectionFunctionals$FirstElementFunction" => Some(Function::First),
        "Functions" if given.get("factoryMethod.name")? == "forMap" => {
            let args = given.get("factoryMethod.args")?.as_array()?;
            Some(Function::ForMap { map: args.first()?.as_object()?, default: args.get(1) })
        }
        _ => None,
    }
}

fn regex(evaluated: &Value) -> Option<Function<'static>> {
    let args = evaluated.get(REGEX_REPLACEMENT)?.as_array()?;
    let text = |i: usize| args.get(i)?.as_str().map(str::to_owned);
    Some(Function::RegexReplacement { pattern: text(0)?, replacement: text(1)? })
}
