//! Whether a function is given what it takes.

use std::ops::Range;

use serde_json::Value;

use super::ast::{Call, Template};
use super::error::DslError;
use super::functions::{Function, FunctionDef, Kind, Place, SCOPES};
use super::limits::ARGS_MAX;

/// The function of this name, where it may stand.
pub(super) fn function(name: &str, head: bool, at: &Range<usize>) -> Result<Function, DslError> {
    let Some(function) = Function::named(name) else {
        if name == "chain" {
            return Err(DslError::new(at.clone(), "`chain` takes a list")
                .expected("a map with the one key `$brooklyn:chain`"));
        }
        let names = Function::TABLE.iter().map(|def| def.name);
        return Err(DslError::new(at.clone(), format!("there is no function `{name}`"))
            .expected("a function of the DSL")
            .nearest(name, names));
    };
    if !head && function.def().place == Place::Head {
        let message = format!("`{name}` is not asked of an entity");
        return Err(DslError::new(at.clone(), message).expected("it at the beginning of an expression"));
    }
    Ok(function)
}

/// A call with its arguments, if they fit.
pub(super) fn call(function: Function, args: Vec<Template>, at: &Range<usize>) -> Result<Call, DslError> {
    let def = function.def();
    let fail =
        |message: String| Err(DslError::new(at.clone(), message).expected(format!("`{}`", def.signature())));
    if args.len() < def.args_min() {
        let missing = def.args[args.len()].name;
        return fail(format!("`{}` is not given its {missing}", def.name));
    }
    if args.len() > def.args.len() && !def.more {
        return fail(format!("`{}` is given {}", def.name, count(args.len())));
    }
    if args.len() > ARGS_MAX {
        return fail(format!("`{}` is given more than {ARGS_MAX} arguments (limit: ARGS_MAX)", def.name));
    }
    for (arg, given) in def.args.iter().zip(&args) {
        if !fits(arg.kind, given) {
            return fail(format!("`{}` is given {} as its {}", def.name, describe(given), arg.name));
        }
    }
    scope(def, &args, at)?;
    Ok(Call { function, args })
}

fn count(n: usize) -> String {
    if n == 1 { "an argument, but takes none".into() } else { format!("{n} arguments") }
}

fn fits(kind: Kind, given: &Template) -> bool {
    let value = match given {
        Template::Expr(_) => return true,
        Template::Plain(value) => value,
        Template::Map(_) => return matches!(kind, Kind::Map | Kind::MapOrText | Kind::Any),
        Template::List(_) => return kind == Kind::Any,
    };
    match kind {
        Kind::Any => true,
        Kind::Text => matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)),
        Kind::Number => value.is_i64() || value.as_str().is_some_and(|s| s.trim().parse::<i64>().is_ok()),
        Kind::Map => value.is_object(),
        Kind::MapOrText => value.is_object() || value.is_string(),
    }
}

fn describe(given: &Template) -> String {
    match given {
        Template::Expr(_) => "an expression".into(),
        Template::List(_) | Template::Plain(Value::Array(_)) => "a list".into(),
        Template::Map(_) | Template::Plain(Value::Object(_)) => "a map".into(),
        Template::Plain(Value::Null) => "nothing".into(),
        Template::Plain(Value::String(_)) => "a text".into(),
        Template::Plain(other) => other.to_string(),
    }
}

/// `component("sibling", "x")`: a scope that is written out must be one.
fn scope(def: &FunctionDef, args: &[Template], at: &Range<usize>) -> Result<(), DslError> {
    let (Function::Component, [Template::Plain(Value::String(scope)), _]) = (def.function, args) else {
        return Ok(());
    };
    // Brooklyn reads `scope_root` and `SCOPE-ROOT` as well.
    let plain = |s: &str| s.replace(['_', '-'], "").to_ascii_lowercase();
    if SCOPES.iter().any(|known| plain(known) == plain(scope)) {
        return Ok(());
    }
    Err(DslError::new(at.clone(), format!("there is no scope `{scope}`"))
        .expected(format!("one of {}", SCOPES.join(", ")))
        .nearest(scope, SCOPES))
}
