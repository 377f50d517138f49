//! What all types share that put something onto a machine (`brooklyn-blueprints.md` 4.2).

use super::{
    Action, ConfigDef, DefaultValue, EffectorDef, EnumDef, Inheritance, ParameterDef, SensorDef, ValueType,
    common,
};

const fn command(name: &'static str, description: &'static str) -> ConfigDef {
    ConfigDef::new(name, ValueType::Text, description).inheritance(Inheritance::NotReinherited)
}

/// Run before the installation.
pub static PRE_INSTALL: ConfigDef = command("pre.install.command", "Command run before the installation");
/// Run after the installation.
pub static POST_INSTALL: ConfigDef = command("post.install.command", "Command run after the installation");
/// Run before customising.
pub static PRE_CUSTOMIZE: ConfigDef = command("pre.customize.command", "Command run before customising");
/// Run after customising.
pub static POST_CUSTOMIZE: ConfigDef = command("post.customize.command", "Command run after customising");
/// Run before the launch.
pub static PRE_LAUNCH: ConfigDef = command("pre.launch.command", "Command run before the launch");
/// Run after the launch.
pub static POST_LAUNCH: ConfigDef = command("post.launch.command", "Command run after the launch");

/// The environment of all commands. Values that are no text become JSON.
pub static SHELL_ENV: ConfigDef =
    ConfigDef::new("shell.env", ValueType::Map, "Environment variables for all commands")
        .aliases(&["env"])
        .inheritance(Inheritance::NotReinheritedElseDeepMerge)
        .merged_with_type();

/// How long a start may take until the process is seen running.
pub static START_TIMEOUT: ConfigDef = ConfigDef::new(
    "start.timeout",
    ValueType::Duration,
    "How long to wait for the process to be running once it was launched",
)
.aliases(&["startTimeout"])
.default(DefaultValue::Text("2m"));

/// How long a stop may take.
pub static STOP_TIMEOUT: ConfigDef = ConfigDef::new(
    "process.stop.timeout",
    ValueType::Duration,
    "How long to wait for the process to end before it is given up",
)
.default(DefaultValue::Text("2m"));

/// How often the process is looked at.
pub static POLL_PERIOD: ConfigDef = ConfigDef::new(
    "softwareProcess.serviceProcessIsRunningPollPeriod",
    ValueType::Duration,
    "How often to check whether the process runs",
)
.default(DefaultValue::Text("5s"));

/// Whether the process is looked at while it runs. Types that are watched list it.
pub static SSH_MONITORING: ConfigDef =
    ConfigDef::new("sshMonitoring.enabled", ValueType::Bool, "Whether to check regularly that it still runs")
        .default(DefaultValue::Bool(true));

/// Whether the start does nothing.
pub static SKIP_START: ConfigDef =
    ConfigDef::new("skip.start", ValueType::Bool, "Whether to take it as started already and launch nothing")
        .aliases(&["skipStart", "entity.started"]);

/// Whether the start does nothing if the process runs.
pub static SKIP_START_IF_RUNNING: ConfigDef = ConfigDef::new(
    "skip.start.ifRunning",
    ValueType::Bool,
    "Whether to launch nothing if the process is found running",
)
.aliases(&["entity.running"]);

/// Whether the installation is left out.
pub static SKIP_INSTALL: ConfigDef =
    ConfigDef::new("skip.install", ValueType::Bool, "Whether to leave the installation out")
        .aliases(&["skipInstall", "install.skip"]);

/// Where it runs.
pub static RUN_DIR: ConfigDef =
    ConfigDef::new("run.dir", ValueType::Text, "The folder that the process runs in");
/// Where it is installed.
pub static INSTALL_DIR: ConfigDef =
    ConfigDef::new("install.dir", ValueType::Text, "The folder that the software is installed in");
/// Where both are, by default.
pub static BASE_DIR: ConfigDef = ConfigDef::new(
    "onbox.base.dir",
    ValueType::Text,
    "The folder below which run and install folders are made; default on this host: /tmp/brooklyn-USER",
);
/// The version that goes into the installation's label.
pub static VERSION: ConfigDef = ConfigDef::new("install.version", ValueType::Text, "The version to install")
    .aliases(&["version"])
    .default(DefaultValue::Text("0.0.0"));
/// Names an installation that several entities may share.
pub static INSTALL_LABEL: ConfigDef = ConfigDef::new(
    "install.unique_label",
    ValueType::Text,
    "Names the installation; entities with the same label on one machine share it",
)
.aliases(&["installLabel"]);

/// When the children are started.
pub static CHILD_START_MODE: EnumDef = EnumDef {
    java_type: "org.apache.brooklyn.entity.software.base.SoftwareProcess$ChildStartableMode",
    constants: &["NONE", "FOREGROUND", "FOREGROUND_LATE", "BACKGROUND", "BACKGROUND_LATE"],
};
/// Whether and when the children are started.
pub static CHILDREN_MODE: ConfigDef = ConfigDef::new(
    "children.startable.mode",
    ValueType::Enum(&CHILD_START_MODE),
    "Whether children are started with it, and whether it waits for them",
)
.aliases(&["childStartMode"])
.default(DefaultValue::Text("NONE"));

const fn latch(name: &'static str, aliases: &'static [&'static str], description: &'static str) -> ConfigDef {
    ConfigDef::new(name, ValueType::Any, description).aliases(aliases).java("java.lang.Boolean")
}

/// Holds the start up, before it takes a machine.
pub static LATCH_START: ConfigDef =
    latch("latch.start", &["start.latch", "startLatch"], "What the start waits for");
/// Holds up what comes once the machine is there.
pub static LATCH_PROVISION: ConfigDef = latch(
    "latch.provision",
    &["provision.latch", "provisionLatch"],
    "What is waited for once the machine is there",
);
/// Holds up all that is done on the machine.
pub static LATCH_SETUP: ConfigDef =
    latch("latch.setup", &["setup.latch", "setupLatch"], "What is waited for before anything is installed");
/// Holds up copying before anything is installed.
pub static LATCH_PRE_INSTALL_RESOURCES: ConfigDef = latch(
    "latch.preInstall.resources",
    &["resources.preInstall.latch", "preInstallResourcesLatch"],
    "What is waited for before files are copied that come before any installation",
);
/// Holds up copying before the installation.
pub static LATCH_INSTALL_RESOURCES: ConfigDef = latch(
    "latch.install.resources",
    &["resources.install.latch", "installResourcesLatch"],
    "What is waited for before the files of the installation are copied",
);
/// Holds the installation up.
pub static LATCH_INSTALL: ConfigDef =
    latch("latch.install", &["install.latch", "installLatch"], "What the installation waits for");
/// Holds up copying before customising.
pub static LATCH_CUSTOMIZE_RESOURCES: ConfigDef = latch(
    "latch.customize.resources",
    &["resources.customize.latch", "customizeResourcesLatch"],
    "What is waited for before the files for customising are copied",
);
/// Holds customising up.
pub static LATCH_CUSTOMIZE: ConfigDef =
    latch("latch.customize", &["customize.latch", "customizeLatch"], "What customising waits for");
/// Holds up copying before the launch.
pub static LATCH_LAUNCH_RESOURCES: ConfigDef = latch(
    "latch.launch.resources",
    &["resources.runtime.latch", "runtimeResourcesLatch"],
    "What is waited for before the files of the launch are copied",
);
/// Holds the launch up.
pub static LATCH_LAUNCH: ConfigDef =
    latch("latch.launch", &["launch.latch", "launchLatch"], "What the launch waits for");
/// Holds the stop up.
pub static LATCH_STOP: ConfigDef =
    latch("latch.stop", &["stop.latch", "stopLatch"], "What the stop waits for");

const fn files(name: &'static str, description: &'static str) -> ConfigDef {
    ConfigDef::new(name, ValueType::Map, description)
        .inheritance(Inheritance::NotReinheritedElseDeepMerge)
        .merged_with_type()
}

/// Files to copy before anything is installed.
pub static FILES_PRE_INSTALL: ConfigDef =
    files("files.preinstall", "Files to copy before any installation: URL and path in the install folder");
/// Files to copy before the installation.
pub static FILES_INSTALL: ConfigDef =
    files("files.install", "Files to copy before the installation: URL and path in the install folder");
/// Files to copy before customising.
pub static FILES_CUSTOMIZE: ConfigDef =
    files("files.customize", "Files to copy before customising: URL and path in the install folder");
/// Files to copy before the launch.
pub static FILES_RUNTIME: ConfigDef =
    files("files.runtime", "Files to copy before the launch: URL and path in the run folder");
/// Templates to fill in before anything is installed.
pub static TEMPLATES_PRE_INSTALL: ConfigDef = files(
    "templates.preinstall",
    "Templates to fill in before any installation: URL and path in the install folder",
);
/// Templates to fill in before the installation.
pub static TEMPLATES_INSTALL: ConfigDef = files(
    "templates.install",
    "Templates to fill in before the installation: URL and path in the install folder",
);
/// Templates to fill in before customising.
pub static TEMPLATES_CUSTOMIZE: ConfigDef = files(
    "templates.customize",
    "Templates to fill in before customising: URL and path in the install folder",
);
/// Templates to fill in before the launch.
pub static TEMPLATES_RUNTIME: ConfigDef =
    files("templates.runtime", "Templates to fill in before the launch: URL and path in the run folder");
/// Values for templates.
pub static SUBSTITUTIONS: ConfigDef =
    files("template.substitutions", "More values for templates, by name").aliases(&["substitutions"]);

/// Where the archive is that the process is made from.
pub static DOWNLOAD_URL: ConfigDef = ConfigDef::new(
    "download.url",
    ValueType::Text,
    "The archive that is fetched when it is installed and unpacked into the run folder; `${version}` is filled in",
)
.aliases(&["downloadUrl"]);
/// The archive's name on the machine.
pub static ARCHIVE_NAME_FORMAT: ConfigDef = ConfigDef::new(
    "archive.nameFormat",
    ValueType::Text,
    "The name of the archive on the machine, with %s for the version; default: the last part of the URL",
);

/// The shared keys.
pub static CONFIG: &[&ConfigDef] = &[
    &LATCH_START,
    &LATCH_PROVISION,
    &LATCH_SETUP,
    &LATCH_PRE_INSTALL_RESOURCES,
    &LATCH_INSTALL_RESOURCES,
    &LATCH_INSTALL,
    &LATCH_CUSTOMIZE_RESOURCES,
    &LATCH_CUSTOMIZE,
    &LATCH_LAUNCH_RESOURCES,
    &LATCH_LAUNCH,
    &LATCH_STOP,
    &FILES_PRE_INSTALL,
    &FILES_INSTALL,
    &FILES_CUSTOMIZE,
    &FILES_RUNTIME,
    &TEMPLATES_PRE_INSTALL,
    &TEMPLATES_INSTALL,
    &TEMPLATES_CUSTOMIZE,
    &TEMPLATES_RUNTIME,
    &SUBSTITUTIONS,
    &DOWNLOAD_URL,
    &ARCHIVE_NAME_FORMAT,
    &PRE_INSTALL,
    &POST_INSTALL,
    &PRE_CUSTOMIZE,
    &POST_CUSTOMIZE,
    &PRE_LAUNCH,
    &POST_LAUNCH,
    &SHELL_ENV,
    &START_TIMEOUT,
    &STOP_TIMEOUT,
    &POLL_PERIOD,
    &SKIP_START,
    &SKIP_START_IF_RUNNING,
    &SKIP_INSTALL,
    &RUN_DIR,
    &INSTALL_DIR,
    &BASE_DIR,
    &VERSION,
    &INSTALL_LABEL,
    &CHILDREN_MODE,
];

const fn text(name: &'static str, description: &'static str) -> SensorDef {
    SensorDef { name, java_type: "java.lang.String", description }
}

/// What is said of the machine.
pub static HOST_SENSORS: &[SensorDef] = &[
    text("host.name", "The name of the machine"),
    text("host.address", "The address of the machine"),
    text("host.subnet.hostname", "The name of the machine as its neighbours know it"),
    text("host.subnet.address", "The address of the machine as its neighbours know it"),
    text("host.sshAddress", "Account, address and port by which the machine is reached over SSH"),
    text("softwareservice.provisioningLocation", "The location that gave the machine"),
];

/// What is said of what is on it.
pub static SENSORS: &[SensorDef] = &[
    text("run.dir", "The folder that the process runs in"),
    text("install.dir", "The folder that the software is installed in"),
    text("softwareprocess.pid.file", "The file that holds the id of the process"),
    SensorDef {
        name: "service.process.isRunning",
        java_type: "java.lang.Boolean",
        description: "Whether the process was running when last looked at",
    },
    SensorDef {
        name: "service.notUp.diagnostics",
        java_type: "java.util.Map",
        description: "What was found out about why it is not up",
    },
];

const fn stop_mode(name: &'static str, description: &'static str) -> ParameterDef {
    ParameterDef {
        name,
        java_type: common::STOP_MODE.java_type,
        value_type: ValueType::Enum(&common::STOP_MODE),
        description,
        default: DefaultValue::Text("IF_NOT_STOPPED"),
    }
}

/// The shared effectors.
pub static EFFECTORS: &[EffectorDef] = &[
    common::START,
    EffectorDef {
        name: "restart",
        action: Action::Restart,
        return_type: "void",
        description: "Restart the process/service represented by an entity",
        parameters: &[
            ParameterDef {
                name: "restartChildren",
                java_type: "java.lang.Boolean",
                value_type: ValueType::Bool,
                description: "Whether to restart the children as well",
                default: DefaultValue::Bool(false),
            },
            ParameterDef {
                name: "restartMachine",
                java_type: "java.lang.Object",
                value_type: ValueType::Any,
                description: "Whether to take a new machine: true, false, or auto",
                default: DefaultValue::Text("auto"),
            },
        ],
    },
    EffectorDef {
        name: "stop",
        action: Action::Stop,
        return_type: "void",
        description: "Stop the process/service represented by an entity",
        parameters: &[
            stop_mode("stopProcessMode", "When to stop the process"),
            stop_mode("stopMachineMode", "When to release the machine"),
        ],
    },
    EffectorDef {
        name: "populateServiceNotUpDiagnostics",
        action: Action::Diagnose,
        return_type: "void",
        description: "Populates the attribute service.notUp.diagnostics, with any available health indicators",
        parameters: &[],
    },
];
