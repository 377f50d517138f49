//! Every function that an expression may call, in one table: names, arguments, what they are for. The parser's
//! errors and the editor's completion are made from it.

/// What may be given for an argument. Expressions may be given for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text; numbers and flags count as what they look like.
    Text,
    /// A whole number.
    Number,
    /// A map.
    Map,
    /// A map, or a text that stands for one.
    MapOrText,
    /// Whatever there is.
    Any,
}

/// One argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg {
    /// What it is called in errors and completion.
    pub name: &'static str,
    /// What may be given.
    pub kind: Kind,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Where in a chain a function may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// First, or asked of an entity.
    Anywhere,
    /// Only first.
    Head,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionDef {
    /// Which function.
    pub function: Function,
    /// Its name as written.
    pub name: &'static str,
    /// Its arguments in order.
    pub args: &'static [Arg],
    /// Whether more may follow the last argument.
    pub more: bool,
    /// Where it may stand.
    pub place: Place,
    /// What it gives, for completion.
    pub summary: &'static str,
}

/// Where `component(scope, id)` may look (`brooklyn-blueprints.md` 2.2).
pub const SCOPES: [&str; 12] = [
    "global",
    "child",
    "parent",
    "sibling",
    "descendant",
    "ancestor",
    "root",
    "scopeRoot",
    "this",
    "members",
    "membersOnly",
    "applications",
];

const fn arg(name: &'static str, kind: Kind) -> Arg {
    Arg { name, kind, optional: false }
}

const fn optional(name: &'static str, kind: Kind) -> Arg {
    Arg { name, kind, optional: true }
}

macro_rules! functions {
    ($($variant:ident $name:literal [$($arg:expr),*] $($more:ident)? @ $place:ident, $summary:literal;)*) => {
        /// A function of the DSL.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Function {
            $(#[doc = concat!("`", $name, "`: ", $summary)] $variant,)*
        }

        impl Function {
            /// All of them.
            pub const TABLE: &'static [FunctionDef] = &[$(FunctionDef {
                function: Function::$variant,
                name: $name,
                args: &[$($arg),*],
                more: functions!(@more $($more)?),
                place: Place::$place,
                summary: $summary,
            },)*];

            /// Its row of the table.
            pub const fn def(self) -> &'static FunctionDef {
                // The table is in the order of the variants: both come from one list.
                &Self::TABLE[self as usize]
            }
        }
    };
    (@more more) => { true };
    (@more) => { false };
}

use Kind::{Any, Map, MapOrText, Number, Text};

functions! {
    This "self" [] @ Anywhere, "this entity";
    Entity "entity" [arg("id", Any)] @ Anywhere, "the entity of this id in the application, nearest first";
    Component "component" [arg("scope or id", Any), optional("id", Any)] @ Anywhere, "the entity of this id in a scope";
    Parent "parent" [] @ Anywhere, "the entity above";
    Root "root" [] @ Anywhere, "the application";
    ScopeRoot "scopeRoot" [] @ Anywhere, "the topmost entity of the catalog item that this text stands in";
    Child "child" [arg("id", Any)] @ Anywhere, "the child of this id";
    Sibling "sibling" [arg("id", Any)] @ Anywhere, "the child of this id of the entity above";
    Descendant "descendant" [arg("id", Any)] @ Anywhere, "the entity of this id somewhere below";
    Ancestor "ancestor" [arg("id", Any)] @ Anywhere, "the entity of this id somewhere above";
    Member "member" [arg("id", Any)] @ Anywhere, "the member of this id";
    Application "application" [arg("id", Any)] @ Anywhere, "another application by id, plan id or name";
    Config "config" [arg("key", Any), optional("key", Text)] @ Anywhere, "the value of a config key";
    AttributeWhenReady "attributeWhenReady" [arg("sensor", Text), optional("options", Map)] @ Anywhere, "the value of a sensor, waited for";
    AttributeWhenReadyAllowingOnFire "attributeWhenReadyAllowingOnFire" [arg("sensor", Text)] @ Anywhere, "the value of a sensor, waited for even while the entity is on fire";
    Sensor "sensor" [arg("name or class", Text), optional("name", Text)] @ Anywhere, "a sensor itself, not its value";
    EntityId "entityId" [] @ Anywhere, "the entity's id";
    Location "location" [optional("index", Number)] @ Anywhere, "a location of the entity, the first unless said";
    EntitySpec "entitySpec" [arg("spec", MapOrText)] @ Head, "an entity to be made, as a service is written";
    Object "object" [arg("object", MapOrText), optional("argument", Any)] more @ Head, "an object of a registered type";
    Literal "literal" [arg("value", Any)] @ Head, "the value as it stands, without expressions";
    FormatString "formatString" [arg("pattern", Any), optional("argument", Any)] more @ Anywhere, "a text by Java's String.format";
    UrlEncode "urlEncode" [arg("text", Any)] @ Anywhere, "a text for a URL's query";
    RegexReplacement "regexReplacement" [arg("text", Any), arg("pattern", Any), arg("replacement", Any)] @ Anywhere, "a text with every match replaced";
    RegexReplacementFunction "function.regexReplacement" [arg("pattern", Any), arg("replacement", Any)] @ Head, "a function that replaces every match";
    External "external" [arg("provider", Text), arg("key", Text)] @ Anywhere, "a secret from an external provider";
    Template "template" [arg("text", Any), optional("substitutions", Map)] @ Anywhere, "a text with its ${...} filled in";
}

impl Function {
    /// The function of this name.
    pub fn named(name: &str) -> Option<Function> {
        Self::TABLE.iter().find(|def| def.name == name).map(|def| def.function)
    }
}

impl FunctionDef {
    /// The fewest arguments.
    pub fn args_min(&self) -> usize {
        self.args.iter().filter(|a| !a.optional).count()
    }

    /// How it is called: `attributeWhenReady(sensor, [options])`.
    pub fn signature(&self) -> String {
        let shown = |a: &Arg| if a.optional { format!("[{}]", a.name) } else { a.name.to_owned() };
        let mut args: Vec<String> = self.args.iter().map(shown).collect();
        if self.more {
            args.push("...".into());
        }
        format!("{}({})", self.name, args.join(", "))
    }
}
