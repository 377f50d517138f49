//! The shape of an adjunct's table, and how a blueprint's name finds it.

use super::needs::Check;
use super::{ALL, auto_scaler_policy, later, schedule};
use crate::spec::AdjunctKind;
use crate::types::ConfigDef;

/// A policy, enricher or feed.
#[derive(Debug)]
pub struct AdjunctDef {
    /// What it is.
    pub kind: AdjunctKind,
    /// The names by which a blueprint may call it, besides `java_type`: hyphen form, `CamelCase`, old class names.
    pub names: &'static [&'static str],
    /// Its name on the wire and in records.
    pub java_type: &'static str,
    /// For people.
    pub description: &'static str,
    /// Its config: its own table first, then those that it shares.
    pub config: &'static [&'static [&'static ConfigDef]],
    /// What it cannot do without: one key of each group must be set.
    pub needs: &'static [&'static [&'static ConfigDef]],
    /// Finds what else keeps a config from working.
    pub(super) check: Option<Check>,
}

impl AdjunctDef {
    /// Whether a blueprint may mean this one by `name`.
    pub fn is_called(&self, name: &str) -> bool {
        self.java_type == name || self.names.contains(&name)
    }

    /// The last part of the wire name: `AutoScalerPolicy`.
    pub fn simple_name(&self) -> &'static str {
        self.java_type.rsplit('.').next().unwrap_or(self.java_type)
    }

    /// What Brooklyn's own catalog calls it; `None`: it is not in that catalog. Clients find adjuncts by these names.
    pub fn catalog_name(&self) -> Option<&'static str> {
        Some(match self.simple_name() {
            "Aggregator" => "Aggregator",
            "AutoScalerPolicy" => "Auto-scaler",
            "ConnectionFailureDetector" => "Connection Failure Detector",
            "DeltaEnricher" => "Delta",
            "HttpLatencyDetector" => "HTTP Latency Detector",
            "Joiner" => "Joiner",
            "MapAggregator" => "Map Aggregator",
            "PercentageEnricher" => "Percentage Transformer",
            "PropagateToMembers" => "PropagateToMembers",
            "Propagator" => "Propagator",
            "Reducer" => "Reducer",
            "RollingMeanEnricher" => "Rolling Mean",
            "ServiceFailureDetector" => "Service Failure Detector",
            "ServiceReplacer" => "Service Replacer",
            "ServiceRestarter" => "Service Restarter",
            "SshMachineFailureDetector" => "Ssh Connectivity Failure Detector",
            "TimeFractionDeltaEnricher" => "Time-fraction Delta",
            "Transformer" => "Transformer",
            "UpdatingMap" => "Map Updater",
            "YamlRollingTimeWindowMeanEnricher" => "YAML Rolling Average",
            "YamlTimeWeightedDeltaEnricher" => "YAML Time-weighted Delta",
            _ => return None,
        })
    }

    /// What one is called that was given no name: as in Brooklyn's catalog, or by its class.
    pub fn default_name(&self) -> &'static str {
        self.catalog_name().unwrap_or(self.java_type)
    }

    /// Whether it declares this very key.
    pub fn declares(&self, key: &ConfigDef) -> bool {
        self.config_keys().any(|k| std::ptr::eq(k, key))
    }

    /// Whether Brooklyn lets a key be changed while an adjunct is there. Here every key may be; clients are told what
    /// they know from there.
    pub fn is_reconfigurable(key: &ConfigDef) -> bool {
        auto_scaler_policy::RECONFIGURABLE.iter().chain(&schedule::KEPT).any(|k| std::ptr::eq(*k, key))
    }

    /// All config keys that it declares.
    pub fn config_keys(&self) -> impl Iterator<Item = &'static ConfigDef> + use<> {
        self.config.iter().flat_map(|table| table.iter().copied())
    }

    /// The key that `name` means here: canonical or an alias.
    pub fn config_key(&self, name: &str) -> Option<&'static ConfigDef> {
        self.config_keys().find(|k| k.is_called(name))
    }
}

/// What a name in a blueprint stands for.
#[derive(Debug)]
pub enum Lookup {
    /// An adjunct of this release.
    Known(&'static AdjunctDef),
    /// One that Brooklyn has and this release has not; the sentence says why.
    Refused(String),
    /// Nothing that is known; [`all_names`] may hold what was meant.
    Unknown,
}

/// The adjunct with this name on the wire or in a record.
pub fn by_wire_name(name: &str) -> Option<&'static AdjunctDef> {
    ALL.iter().copied().find(|a| a.java_type == name)
}

/// Finds what a blueprint means by `name`, with `catalog:`, `brooklyn:` or `java:` before it and `:VERSION` behind.
pub fn lookup(name: &str) -> Lookup {
    let bare =
        ["catalog:", "brooklyn:", "java:"].iter().find_map(|p| name.strip_prefix(p)).unwrap_or(name).trim();
    let symbol = bare.split(':').next().unwrap_or(bare);
    if let Some(def) = ALL.iter().copied().find(|a| a.is_called(symbol)) {
        return Lookup::Known(def);
    }
    later::why_not(symbol).map_or(Lookup::Unknown, Lookup::Refused)
}

/// All names of the adjuncts of one kind.
pub fn all_names(kind: AdjunctKind) -> impl Iterator<Item = &'static str> {
    ALL.iter().filter(move |a| a.kind == kind).flat_map(|a| a.names.iter().copied().chain([a.java_type]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adjunct_is_found_by_all_its_names_and_each_name_means_one() {
        for def in ALL {
            for name in def.names.iter().copied().chain([def.java_type]) {
                let found = ALL.iter().filter(|a| a.is_called(name)).count();
                assert_eq!(found, 1, "{name}");
                assert!(
                    matches!(lookup(&format!("brooklyn:{name}:1.1.0")), Lookup::Known(d) if std::ptr::eq(d, *def))
                );
            }
            for key in def.config_keys() {
                let meant = def.config_keys().filter(|k| k.is_called(key.name)).count();
                assert_eq!(meant, 1, "{} of {}", key.name, def.java_type);
            }
        }
    }

    #[test]
    fn known_adjuncts_of_brooklyn_are_refused_each_with_its_own_reason() {
        for (name, expected) in [
            ("Combiner", "Combiner needs Java, which Brownstone does not run"),
            ("com.acme.MyPolicy", "com.acme.MyPolicy needs Java, which Brownstone does not run"),
            ("workflow-policy:1.1.0", "workflow-policy is not in this release; it comes in a later one"),
            (
                "org.apache.brooklyn.core.network.OnPublicNetworkEnricher",
                "OnPublicNetworkEnricher needs a cloud's networks, which Brownstone does not manage",
            ),
        ] {
            assert!(matches!(lookup(name), Lookup::Refused(why) if why == expected), "{name}");
        }
        assert!(matches!(lookup("org.apache.brooklyn.policy.ha.ServiceRestartr"), Lookup::Unknown));
    }
}
