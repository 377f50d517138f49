//! The commands: names, other names, flags. A name that is not here is no command, as `eff` and `sensors` are none.

use super::flags::Flag;

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Access,
    Activity,
    AddCatalog,
    AddChildren,
    Application,
    Catalog,
    Config,
    Delete,
    Deploy,
    DestroyPolicy,
    Effector,
    Entity,
    Invoke,
    Locations,
    Login,
    Logout,
    Policy,
    Rename,
    Restart,
    Sensor,
    Server,
    Set,
    Spec,
    Start,
    StartPolicy,
    Stop,
    StopPolicy,
    Stream,
    Tree,
    Version,
}

/// A command.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) verb: Verb,
    pub(super) name: &'static str,
    pub(super) aliases: &'static [&'static str],
    /// What stands around its name.
    pub(super) usage: &'static str,
    pub(super) about: &'static str,
    pub(super) flags: &'static [Flag],
    /// The words that may follow it, each with a help of its own.
    pub(super) parts: &'static [Command],
}

const fn valued(name: &'static str, about: &'static str) -> Flag {
    Flag { name, short: None, takes_value: true, about }
}

const fn switch(name: &'static str, about: &'static str) -> Flag {
    Flag { name, short: None, takes_value: false, about }
}

/// Before the command.
pub(super) const GLOBAL_FLAGS: &[Flag] = &[
    Flag { short: Some("j"), ..valued("json", "The part of the JSON at this path (`catalog show`)") },
    Flag { short: Some("r"), ..switch("raw-output", "With --json: text without quotes") },
    switch("verbose", "Show requests and answers on standard error"),
    switch("vverbose", "Show their bodies too"),
    Flag { short: Some("v"), ..switch("version", "Show the version of this program") },
];

const NONE: &[Flag] = &[];
const CHILDREN: &[Flag] = &[valued("children", "List the children of this one")];
const LOGIN: &[Flag] = &[
    switch("skipSslChecks", "Trust any certificate; remembered for all servers"),
    valued("authorization", "`Basic`, or `Bearer:TOKEN`"),
];
const PARAMETERS: &[Flag] = &[
    valued("param", "NAME=VALUE, or NAME=@FILE for what is in a file; may be given several times"),
    valued("timeout", "How long to wait for the result, such as 5s; without it, to the end"),
];

const fn command(
    verb: Verb,
    name: &'static str,
    aliases: &'static [&'static str],
    usage: &'static str,
    about: &'static str,
    flags: &'static [Flag],
) -> Command {
    Command { verb, name, aliases, usage, about, flags, parts: &[] }
}

const fn of_catalog(name: &'static str, usage: &'static str, about: &'static str) -> Command {
    command(Verb::Catalog, name, &[], usage, about, NONE)
}

const CATALOG: &[Command] = &[
    of_catalog("show", "catalog show TYPE ITEM[:VERSION]", "Show an item of the catalog"),
    of_catalog("list", "catalog list TYPE", "List the items of a type"),
    of_catalog("add", "catalog add FILE|DIR|URL", "Add the items of a BOM, a zip or a folder"),
    of_catalog("delete", "catalog delete TYPE ITEM:VERSION", "Take an item out of the catalog"),
];

/// All of them, in the order of the help.
pub(super) const COMMANDS: &[Command] = &[
    command(Verb::Access, "access", &[], "access", "Whether locations may be provisioned", NONE),
    command(
        Verb::Activity,
        "activity",
        &["activities", "act", "acts"],
        "SCOPE activity [ID]",
        "List the tasks of an entity, or show one",
        CHILDREN,
    ),
    command(
        Verb::AddCatalog,
        "add-catalog",
        &[],
        "add-catalog FILE|URL",
        "As `catalog add`, its old name",
        NONE,
    ),
    command(
        Verb::AddChildren,
        "add-children",
        &[],
        "SCOPE add-children FILE|URL",
        "Add the entities of a blueprint below an entity",
        NONE,
    ),
    command(
        Verb::Application,
        "application",
        &["applications", "app", "apps"],
        "application [APP]",
        "List the applications, or show one",
        NONE,
    ),
    Command {
        parts: CATALOG,
        ..command(
            Verb::Catalog,
            "catalog",
            &[],
            "catalog list TYPE | show TYPE ITEM[:VERSION] | add FILE|DIR|URL | delete TYPE ITEM:VERSION",
            "What blueprints can be made of",
            NONE,
        )
    },
    command(Verb::Config, "config", &[], "SCOPE config [KEY]", "Show the configuration of an entity", NONE),
    command(Verb::Delete, "delete", &[], "SCOPE delete", "Stop an application and remove it", NONE),
    command(Verb::Deploy, "deploy", &[], "deploy FILE|URL|-", "Deploy the application of a blueprint", NONE),
    command(
        Verb::DestroyPolicy,
        "destroy-policy",
        &[],
        "SCOPE destroy-policy POLICY",
        "Take a policy away from an entity",
        NONE,
    ),
    command(Verb::Effector, "effector", &[], "SCOPE effector [NAME]", "List what an entity can do", NONE),
    command(
        Verb::Entity,
        "entity",
        &["entities", "ent", "ents"],
        "SCOPE entity [ID]",
        "List the entities of an application, or show one",
        CHILDREN,
    ),
    command(Verb::Stream, "env", &[], "activity ID env", "The environment of a task's command", NONE),
    command(Verb::Invoke, "invoke", &[], "effector NAME invoke", "Have an entity do something", PARAMETERS),
    command(Verb::Locations, "locations", &[], "locations", "List the locations", NONE),
    command(
        Verb::Login,
        "login",
        &[],
        "login URL [USER [PASSWORD]]",
        "Say which server is meant, and who asks",
        LOGIN,
    ),
    command(Verb::Logout, "logout", &[], "logout", "Forget all servers and logins", NONE),
    command(
        Verb::Policy,
        "policy",
        &["policies", "pol", "pols"],
        "SCOPE policy [ID]",
        "List the policies of an entity, or show the configuration of one",
        NONE,
    ),
    command(Verb::Rename, "rename", &[], "SCOPE rename NAME", "Give an entity another name", NONE),
    command(Verb::Restart, "restart", &[], "SCOPE restart", "Restart an entity", PARAMETERS),
    command(Verb::Sensor, "sensor", &[], "SCOPE sensor [NAME]", "Show what is known of an entity", NONE),
    command(Verb::Server, "server", &[], "server", "Show which server is meant", NONE),
    command(Verb::Set, "set", &[], "config KEY set VALUE", "Set a configuration key; VALUE is JSON", NONE),
    command(Verb::Spec, "spec", &[], "SCOPE spec", "Show the blueprint of an entity", NONE),
    command(Verb::Start, "start", &[], "SCOPE start", "Start an entity", PARAMETERS),
    command(
        Verb::StartPolicy,
        "start-policy",
        &[],
        "SCOPE start-policy POLICY",
        "Have a policy act again",
        NONE,
    ),
    command(Verb::Stream, "stderr", &[], "activity ID stderr", "The error output of a task's command", NONE),
    command(Verb::Stream, "stdin", &[], "activity ID stdin", "The script of a task's command", NONE),
    command(Verb::Stream, "stdout", &[], "activity ID stdout", "The output of a task's command", NONE),
    command(Verb::Stop, "stop", &[], "SCOPE stop", "Stop an entity", PARAMETERS),
    command(Verb::StopPolicy, "stop-policy", &[], "SCOPE stop-policy POLICY", "Have a policy rest", NONE),
    command(Verb::Tree, "tree", &[], "tree", "Show all applications and their entities", NONE),
    command(Verb::Version, "version", &[], "version", "Show the version of the server", NONE),
];

/// The command of this name.
pub(super) fn find(word: &str) -> Option<&'static Command> {
    find_in(COMMANDS, word)
}

/// The one of these that has this name.
pub(super) fn find_in(commands: &'static [Command], word: &str) -> Option<&'static Command> {
    commands.iter().find(|command| command.name == word || command.aliases.contains(&word))
}

/// Whether a word asks for help.
pub(super) fn is_help(word: &str) -> bool {
    matches!(word, "help" | "h")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_two_commands_and_scopes_alone_are_none() {
        let mut words: Vec<&str> =
            COMMANDS.iter().flat_map(|c| c.aliases.iter().copied().chain([c.name])).collect();
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
        for scope in ["a", "e", "eff", "f", "conf", "con", "c", "v"] {
            assert!(find(scope).is_none(), "{scope}");
        }
    }
}
