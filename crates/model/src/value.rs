//! The types that config values and parameters can have, and what a value is after coercion.

use base::Span;
use serde_json::{Map, Value};

use crate::ports::PortRange;

/// What a value is to be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// A text.
    Text,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    /// A number.
    Double,
    /// A flag.
    Bool,
    /// A length of time; a number alone counts milliseconds.
    Duration,
    /// Ports, in the order in which they are to be tried.
    Port,
    /// Names and values.
    Map,
    /// Values in order.
    List,
    /// One of some constants.
    Enum(&'static EnumDef),
    /// Anything, as it is.
    Any,
}

/// The constants of an enum.
#[derive(Debug, PartialEq, Eq)]
pub struct EnumDef {
    /// Its Java name, for error texts.
    pub java_type: &'static str,
    /// Its constants, in upper case with underscores.
    pub constants: &'static [&'static str],
}

/// The states of a service's life cycle.
static LIFECYCLE: EnumDef = EnumDef {
    java_type: "org.apache.brooklyn.core.entity.lifecycle.Lifecycle",
    constants: &["CREATED", "STARTING", "RUNNING", "STOPPING", "STOPPED", "DESTROYED", "ON_FIRE"],
};

/// A value after it was resolved and coerced.
#[derive(Clone, Debug, PartialEq)]
pub enum Coerced {
    /// Nothing.
    Null,
    /// A text, or the constant of an enum.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
    /// A flag.
    Bool(bool),
    /// A length of time; `None` where the text says `never`.
    Duration(Option<Span>),
    /// Ports, in the order in which they are to be tried.
    Ports(PortRange),
    /// Names and values.
    Map(Map<String, Value>),
    /// Values in order.
    List(Vec<Value>),
    /// Anything, as it is.
    Any(Value),
}

impl ValueType {
    /// The type that a blueprint calls by this name, short or Java.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "string"
            | "String"
            | "java.lang.String"
            | "CharSequence"
            | "java.lang.CharSequence"
            | "char"
            | "character"
            | "Character"
            | "java.lang.Character" => Self::Text,
            // Texts of a form that nothing here looks into.
            "timestamp"
            | "Timestamp"
            | "instant"
            | "Instant"
            | "date"
            | "Date"
            | "java.util.Date"
            | "java.time.Instant"
            | "url"
            | "URL"
            | "java.net.URL"
            | "uri"
            | "URI"
            | "java.net.URI"
            | "java.util.TimeZone"
            | "java.net.InetAddress"
            | "com.google.common.net.HostAndPort"
            | "org.apache.brooklyn.util.net.Cidr" => Self::Text,
            "int" | "integer" | "Integer" | "java.lang.Integer" | "byte" | "Byte" | "java.lang.Byte"
            | "short" | "Short" | "java.lang.Short" => Self::Int,
            "long" | "Long" | "java.lang.Long" => Self::Long,
            "float" | "Float" | "java.lang.Float" | "double" | "Double" | "java.lang.Double" | "number"
            | "Number" | "java.lang.Number" => Self::Double,
            "bool" | "boolean" | "Boolean" | "java.lang.Boolean" => Self::Bool,
            "duration" | "Duration" | "org.apache.brooklyn.util.time.Duration" => Self::Duration,
            "port" | "Port" | "PortRange" | "org.apache.brooklyn.api.location.PortRange" => Self::Port,
            "map" | "Map" | "java.util.Map" => Self::Map,
            "list"
            | "List"
            | "java.util.List"
            | "set"
            | "Set"
            | "java.util.Set"
            | "collection"
            | "Collection"
            | "java.util.Collection" => Self::List,
            "json"
            | "yaml"
            | "object"
            | "Object"
            | "java.lang.Object"
            | "value-wrapper"
            | "org.apache.brooklyn.api.entity.Entity"
            | "org.apache.brooklyn.api.entity.EntitySpec"
            | "org.apache.brooklyn.api.sensor.Sensor"
            | "org.apache.brooklyn.api.sensor.AttributeSensor" => Self::Any,
            class if class == LIFECYCLE.java_type => Self::Enum(&LIFECYCLE),
            generic => {
                let (base, _) = generic.split_once('<')?;
                return Self::by_name(base.trim());
            }
        })
    }

    /// The class that values are said to have on the wire, for a type that a blueprint calls by this name.
    pub fn java_class(name: &str) -> &str {
        let base = name.split_once('<').map_or(name, |(base, _)| base).trim();
        match base {
            "char" | "character" | "Character" => "java.lang.Character",
            "byte" | "Byte" => "java.lang.Byte",
            "short" | "Short" => "java.lang.Short",
            "long" | "Long" => "java.lang.Long",
            "float" | "Float" => "java.lang.Float",
            "number" | "Number" => "java.lang.Number",
            "timestamp" | "Timestamp" | "date" | "Date" => "java.util.Date",
            "instant" | "Instant" => "java.time.Instant",
            "uri" | "URI" => "java.net.URI",
            "url" | "URL" => "java.net.URL",
            "set" | "Set" => "java.util.Set",
            "collection" | "Collection" => "java.util.Collection",
            class if class.contains('.') => class,
            other => Self::by_name(other).unwrap_or(Self::Any).java_type(),
        }
    }

    /// The class that a type's name means on the wire; one of Java stays, without its bundle.
    pub fn java_name(name: &str) -> &str {
        match name {
            "uri" | "URI" => "java.net.URI",
            "url" | "URL" => "java.net.URL",
            _ if name.contains('.') => name.rsplit(':').next().unwrap_or(name),
            _ => Self::by_name(name).unwrap_or(Self::Any).java_type(),
        }
    }

    /// Its name on the wire.
    pub fn java_type(self) -> &'static str {
        match self {
            Self::Text => "java.lang.String",
            Self::Int => "java.lang.Integer",
            Self::Long => "java.lang.Long",
            Self::Double => "java.lang.Double",
            Self::Bool => "java.lang.Boolean",
            Self::Duration => "org.apache.brooklyn.util.time.Duration",
            Self::Port => "org.apache.brooklyn.api.location.PortRange",
            Self::Map => "java.util.Map",
            Self::List => "java.util.List",
            Self::Enum(of) => of.java_type,
            Self::Any => "java.lang.Object",
        }
    }
}

impl Coerced {
    /// As JSON, in the form in which Brooklyn shows it (`2m`).
    pub fn into_json(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(t) => t.into(),
            Self::Int(n) => n.into(),
            Self::Double(n) => n.into(),
            Self::Bool(b) => b.into(),
            Self::Duration(None) => "never".into(),
            Self::Duration(Some(span)) => span.to_string().into(),
            Self::Ports(range) => range.single().map_or_else(|| range.to_string().into(), Value::from),
            Self::Map(map) => map.into(),
            Self::List(list) => list.into(),
            Self::Any(value) => value,
        }
    }

    /// The text, where it is one.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Text(t) => Some(t),
            _ => None,
        }
    }
}
