//! What Brooklyn has and this release has not: recognised by name, so that its refusal says why.

/// Why a name is refused, and what to do instead.
#[derive(Clone, Copy)]
enum Why {
    /// Comes in a later release.
    Later,
    /// Is Java code of Brooklyn's library.
    Java,
    /// Needs Windows.
    Windows,
    /// Is about running Brooklyn itself.
    Brooklyn,
}

impl Why {
    fn sentence(self, name: &str) -> String {
        match self {
            Why::Later => format!("{name} is not in this release; it comes in a later one"),
            Why::Java => {
                format!("{name} needs Java, which Brownstone does not run; use VanillaSoftwareProcess")
            }
            Why::Windows => {
                format!(
                    "{name} needs Windows machines, which Brownstone does not manage; use VanillaSoftwareProcess"
                )
            }
            Why::Brooklyn => format!(
                "{name} manages servers of Apache Brooklyn, which Brownstone does not do; use VanillaSoftwareProcess"
            ),
        }
    }
}

/// Types by simple name and alias. Class names are found by their last part.
const TYPES: &[(Why, &[&str])] = &[
    (
        Why::Later,
        &[
            "DynamicGroup",
            "dynamic-group",
            "DynamicMultiGroup",
            "DynamicRegionsFabric",
            "fabric",
            "ServerPool",
            "WorkflowStartable",
            "workflow-entity",
            "WorkflowSoftwareProcess",
            "workflow-software-process",
            "BrooklynMetrics",
            "TestCase",
            "ParallelTestCase",
            "LoopOverGroupMembersTestCase",
            "InfrastructureDeploymentTestCase",
            "RelativeEntityTestCase",
            "TestSensor",
            "TestEffector",
            "TestHttpCall",
            "TestSshCommand",
            "SimpleShellCommandTest",
            "TestEndpointReachable",
        ],
    ),
    (
        Why::Java,
        &[
            "TomcatServer",
            "Tomcat7Server",
            "Tomcat8Server",
            "JBoss6Server",
            "JBoss7Server",
            "Jetty6Server",
            "JettyServer",
            "DynamicWebAppCluster",
            "DynamicWebAppFabric",
            "ControlledDynamicWebAppCluster",
            "web-app-cluster",
            "NodeJsWebAppService",
            "VanillaJavaApp",
            "java-app",
            "MySqlNode",
            "MySqlCluster",
            "MariaDbNode",
            "PostgreSqlNode",
            "RiakNode",
            "RiakCluster",
            "CassandraNode",
            "CassandraDatacenter",
            "MongoDBServer",
            "MongoDBReplicaSet",
            "MongoDBShardedDeployment",
            "CouchbaseNode",
            "CouchbaseCluster",
            "CouchDBNode",
            "RedisStore",
            "RedisCluster",
            "ElasticSearchNode",
            "SolrServer",
            "KafkaBroker",
            "KafkaCluster",
            "KafkaZooKeeper",
            "ZooKeeperNode",
            "ZooKeeperEnsemble",
            "ActiveMQBroker",
            "RabbitBroker",
            "QpidBroker",
            "StormDeployment",
            "NginxController",
            "load-balancer",
            "nginx-multi",
            "UrlMapping",
            "AnsibleEntity",
            "ansible-ssh",
            "ChefEntity",
            "SaltEntity",
            "GeoscalingDnsService",
            "BindDnsServer",
            "MonitNode",
        ],
    ),
    (Why::Windows, &["VanillaWindowsProcess", "EmptyWindowsProcess", "TestWinrmCommand"]),
    (
        Why::Brooklyn,
        &["BrooklynNode", "brooklyn-node", "BrooklynCluster", "LocalBrooklynNode", "BrooklynEntityMirror"],
    ),
];

/// Why `name` (a symbol, a class name or a URL, with or without a version) is refused; `None` when nothing is
/// known about it.
pub fn why_not(name: &str) -> Option<String> {
    if ["http://", "https://", "classpath://"].iter().any(|p| name.starts_with(p)) {
        return Some(
            "a type given by the URL of another blueprint is not in this release; put its content here"
                .into(),
        );
    }
    if name.starts_with("chef:") {
        return Some(Why::Java.sentence(name));
    }
    let symbol = name.split(':').next().unwrap_or(name);
    let simple = symbol.rsplit('.').next().unwrap_or(symbol);
    let looks_java = symbol.contains('.');
    for (why, names) in TYPES {
        for known in *names {
            // A class may stand with or without its package, with the suffix of its implementation, and in the
            // hyphen form.
            if *known == symbol
                || *known == simple
                || looks_java && simple.strip_suffix("Impl") == Some(*known)
                || is_hyphen_form(symbol, known)
            {
                return Some(why.sentence(simple));
            }
        }
    }
    let package = ["org.apache.brooklyn.", "brooklyn."].iter().any(|p| symbol.starts_with(p));
    let class = simple.starts_with(|c: char| c.is_ascii_uppercase());
    // Known classes that were misspelt are better served by the nearest name.
    if looks_java && class && !package {
        return Some(Why::Java.sentence(symbol));
    }
    None
}

/// Whether `name` is the hyphen form of a class: `dynamic-cluster` for `DynamicCluster`.
fn is_hyphen_form(name: &str, camel: &str) -> bool {
    let mut name = name.chars();
    let mut after_lower = false;
    for c in camel.chars() {
        if c.is_ascii_uppercase() && after_lower && name.next() != Some('-') {
            return false;
        }
        if name.next() != Some(c.to_ascii_lowercase()) {
            return false;
        }
        after_lower = c.is_ascii_lowercase();
    }
    name.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_types_of_brooklyn_are_refused_each_with_its_own_reason() {
        for (name, expected) in [
            (
                "TomcatServer",
                "TomcatServer needs Java, which Brownstone does not run; use VanillaSoftwareProcess",
            ),
            (
                "org.apache.brooklyn.entity.webapp.tomcat.Tomcat8Server",
                "Tomcat8Server needs Java, which Brownstone does not run; use VanillaSoftwareProcess",
            ),
            ("fabric", "fabric is not in this release; it comes in a later one"),
            ("dynamic-multi-group", "dynamic-multi-group is not in this release; it comes in a later one"),
            ("workflow-entity:1.1.0", "workflow-entity is not in this release; it comes in a later one"),
            (
                "com.acme.MyEntity",
                "com.acme.MyEntity needs Java, which Brownstone does not run; use VanillaSoftwareProcess",
            ),
        ] {
            assert_eq!(why_not(name).as_deref(), Some(expected));
        }
        assert_eq!(why_not("wire-no-such-type"), None);
        assert_eq!(why_not("org.apache.brooklyn.entity.stock.BasicEntty"), None);
    }
}
