//! One function after the other: what it gives when it is asked of an entity.

use lang::dsl::{Call, Function, Template};
use lang::java::text;
use model::spec::LocationSpec;
use serde_json::Value;

use super::pick::Scope;
use super::scene::Scene;
use super::{Eval, fail, function, ready, tagged};
use crate::entity::Entity;
use crate::group::as_value;

impl<'a> Scene<'a> {
    /// A function asked of an entity; its arguments are evaluated in the entity of the whole expression.
    pub(super) fn call(self, on: &'a Entity, call: &Call) -> Eval {
        let args = Args { scene: self, given: &call.args };
        let entity = |found: &Entity| Ok(as_value(&found.id));
        match call.function {
            Function::This => entity(on),
            Function::Entity => entity(self.pick(Scope::Global, on, &args.value(0)?)?),
            Function::Component if call.args.len() == 2 => {
                entity(self.component(on, &args.text(0)?, &args.value(1)?)?)
            }
            Function::Component => entity(self.pick(Scope::Global, on, &args.value(0)?)?),
            Function::Parent => entity(self.parent_of(on)?),
            Function::Root => entity(self.application_of(on)),
            Function::ScopeRoot => entity(self.scope_root_of(on)),
            Function::Child => entity(self.pick(Scope::Child, on, &args.value(0)?)?),
            Function::Sibling => entity(self.pick(Scope::Sibling, on, &args.value(0)?)?),
            Function::Descendant => entity(self.pick(Scope::Descendant, on, &args.value(0)?)?),
            Function::Ancestor => entity(self.pick(Scope::Ancestor, on, &args.value(0)?)?),
            Function::Member => entity(self.pick(Scope::Members, on, &args.value(0)?)?),
            Function::Application => entity(self.pick(Scope::Applications, on, &args.value(0)?)?),
            Function::Config if call.args.len() == 2 => self.config_of(&args.value(0)?, &args.text(1)?),
            Function::Config => self.config(on, &args.text(0)?),
            Function::AttributeWhenReady => {
                let options = if call.args.len() > 1 { Some(args.value(1)?) } else { None };
                ready::when_ready(on, &args.text(0)?, options.as_ref())
            }
            Function::AttributeWhenReadyAllowingOnFire => ready::when_ready_even_on_fire(on, &args.text(0)?),
            // Sensors have no classes here: the name alone says which one it is.
            Function::Sensor => Ok(tagged::sensor(&args.text(call.args.len() - 1)?)),
            Function::EntityId => Ok(on.id.as_str().into()),
            Function::Location => {
                let index = if call.args.is_empty() { "0".to_owned() } else { args.text(0)? };
                self.location(on, &index).map(tagged::spec_of_location)
            }
            Function::EntitySpec => Ok(tagged::entity_spec(args.value(0)?)),
            Function::Object if call.args.len() == 1 => Ok(tagged::object(args.value(0)?)),
            Function::Object => Ok(tagged::object(args.all()?.into())),
            Function::Literal => args.value(0),
            Function::FormatString => self.formatted(&args.text(0)?, &args.all()?[1..]),
            Function::UrlEncode => Ok(function::url_encoded(&args.text(0)?).into()),
            Function::RegexReplacement => function::replaced(&args.text(0)?, &args.text(1)?, &args.text(2)?),
            Function::RegexReplacementFunction => {
                Ok(tagged::regex_replacement(&args.text(0)?, &args.text(1)?))
            }
            Function::External => Ok(self.root.externals.get(&args.text(0)?, &args.text(1)?)?.into()),
            Function::Template => {
                let more = if call.args.len() > 1 { args.value(1)? } else { Value::Null };
                self.interpolated(on, &args.text(0)?, more)
            }
        }
    }

    fn component(self, on: &'a Entity, scope: &str, id: &Value) -> Eval<&'a Entity> {
        let scope = match scope.replace(['_', '-'], "").to_ascii_lowercase().as_str() {
            "this" => return Ok(on),
            "parent" => return self.parent_of(on),
            "root" => return Ok(self.application_of(on)),
            "scoperoot" => return Ok(self.scope_root_of(on)),
            "global" => Scope::Global,
            "child" => Scope::Child,
            "sibling" => Scope::Sibling,
            "descendant" => Scope::Descendant,
            "ancestor" => Scope::Ancestor,
            "members" => Scope::Members,
            "membersonly" => Scope::MembersOnly,
            "applications" => Scope::Applications,
            _ => return fail(format!("{scope} is not a valid scope")),
        };
        self.pick(scope, on, id)
    }

    /// `config(object, key)`.
    fn config_of(self, object: &Value, key: &str) -> Eval {
        match (self.entity_of(object)?, tagged::location(object)) {
            (Some(entity), _) => self.config(entity, key),
            (None, Some(location)) => self.flag_of(location, key),
            (None, None) => {
                fail(format!("config '{key}' is asked of what is neither an entity nor a location"))
            }
        }
    }

    pub(super) fn location_config(self, location: &str, call: &Call) -> Eval {
        let key = Args { scene: self, given: &call.args }.text(0)?;
        self.flag_of(location, &key)
    }

    fn flag_of(self, location: &str, key: &str) -> Eval {
        let found = self.root.locations(&self.me.id).iter().find(|l| l.spec == location);
        match found.and_then(|l| l.flags.get(key)) {
            Some(value) => self.value(value.given()),
            None => Ok(Value::Null),
        }
    }

    fn location(self, on: &Entity, index: &str) -> Eval<&'a LocationSpec> {
        let all = self.root.locations(&on.id);
        match index.trim().parse().ok().and_then(|i: usize| all.get(i)) {
            Some(location) => Ok(location),
            None => {
                fail(format!("{} has {} locations, and none is number {index}", on.described(), all.len()))
            }
        }
    }
}

/// The arguments of a call, evaluated as they are asked for.
struct Args<'s, 'a> {
    scene: Scene<'a>,
    given: &'s [Template],
}

impl Args<'_, '_> {
    fn value(&self, n: usize) -> Eval {
        self.given.get(n).map_or(Ok(Value::Null), |arg| self.scene.template(arg))
    }

    fn text(&self, n: usize) -> Eval<String> {
        self.value(n).map(|value| text(&value))
    }

    fn all(&self) -> Eval<Vec<Value>> {
        (0..self.given.len()).map(|n| self.value(n)).collect()
    }
}
