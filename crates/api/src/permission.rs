//! What a user may do: Brooklyn's entitlements and its built-in roles.

use std::str::FromStr;

/// Brooklyn's entitlements, each with its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// `catalog.see`
    SeeCatalogItem,
    /// `catalog.add`
    AddCatalogItem,
    /// `catalog.modify`
    ModifyCatalogItem,
    /// `entity.see`
    SeeEntity,
    /// `entity.rename`
    RenameEntity,
    /// `sensor.see`
    SeeSensor,
    /// `config.see`
    SeeConfig,
    /// `activity.streams.see`
    SeeActivityStreams,
    /// `effector.invoke`
    InvokeEffector,
    /// `entity.modify`
    ModifyEntity,
    /// `adjunct.delete`
    DeleteAdjunct,
    /// `location.add`
    AddLocation,
    /// `location.delete`
    DeleteLocation,
    /// `location.see`
    SeeLocation,
    /// `policy.add`
    AddPolicy,
    /// `policy.delete`
    DeletePolicy,
    /// `policy.start`
    StartPolicy,
    /// `policy.stop`
    StopPolicy,
    /// `system.admin`
    SystemAdmin,
    /// `system.ha.stats`
    HaStats,
    /// `system.ha.admin`
    HaAdmin,
    /// `system.shutdown`
    Shutdown,
    /// `system.usage`
    Usage,
    /// `app.deploy`
    DeployApplication,
    /// `java.add`
    AddJava,
    /// `server.info.all.see`
    SeeAllServerInfo,
    /// `server.status`
    ServerStatus,
    /// `root`
    Root,
    /// `logbook.query`
    LogbookLogStoreQuery,
    /// `groovy_script.execute`
    ExecuteGroovyScript,
    /// `script.execute`
    ExecuteScript,
}

impl Permission {
    /// All of them.
    pub const ALL: [Permission; 31] = [
        Permission::SeeCatalogItem,
        Permission::AddCatalogItem,
        Permission::ModifyCatalogItem,
        Permission::SeeEntity,
        Permission::RenameEntity,
        Permission::SeeSensor,
        Permission::SeeConfig,
        Permission::SeeActivityStreams,
        Permission::InvokeEffector,
        Permission::ModifyEntity,
        Permission::DeleteAdjunct,
        Permission::AddLocation,
        Permission::DeleteLocation,
        Permission::SeeLocation,
        Permission::AddPolicy,
        Permission::DeletePolicy,
        Permission::StartPolicy,
        Permission::StopPolicy,
        Permission::SystemAdmin,
        Permission::HaStats,
        Permission::HaAdmin,
        Permission::Shutdown,
        Permission::Usage,
        Permission::DeployApplication,
        Permission::AddJava,
        Permission::SeeAllServerInfo,
        Permission::ServerStatus,
        Permission::Root,
        Permission::LogbookLogStoreQuery,
        Permission::ExecuteGroovyScript,
        Permission::ExecuteScript,
    ];

    /// Brooklyn's identifier.
    pub fn id(self) -> &'static str {
        match self {
            Permission::SeeCatalogItem => "catalog.see",
            Permission::AddCatalogItem => "catalog.add",
            Permission::ModifyCatalogItem => "catalog.modify",
            Permission::SeeEntity => "entity.see",
            Permission::RenameEntity => "entity.rename",
            Permission::SeeSensor => "sensor.see",
            Permission::SeeConfig => "config.see",
            Permission::SeeActivityStreams => "activity.streams.see",
            Permission::InvokeEffector => "effector.invoke",
            Permission::ModifyEntity => "entity.modify",
            Permission::DeleteAdjunct => "adjunct.delete",
            Permission::AddLocation => "location.add",
            Permission::DeleteLocation => "location.delete",
            Permission::SeeLocation => "location.see",
            Permission::AddPolicy => "policy.add",
            Permission::DeletePolicy => "policy.delete",
            Permission::StartPolicy => "policy.start",
            Permission::StopPolicy => "policy.stop",
            Permission::SystemAdmin => "system.admin",
            Permission::HaStats => "system.ha.stats",
            Permission::HaAdmin => "system.ha.admin",
            Permission::Shutdown => "system.shutdown",
            Permission::Usage => "system.usage",
            Permission::DeployApplication => "app.deploy",
            Permission::AddJava => "java.add",
            Permission::SeeAllServerInfo => "server.info.all.see",
            Permission::ServerStatus => "server.status",
            Permission::Root => "root",
            Permission::LogbookLogStoreQuery => "logbook.query",
            Permission::ExecuteGroovyScript => "groovy_script.execute",
            Permission::ExecuteScript => "script.execute",
        }
    }
}

/// The built-in roles of `brooklyn.entitlements.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grants {
    /// Everything.
    Root,
    /// Everything but scripts.
    PowerUser,
    /// Deploys and works, does not see the server's insides.
    User,
    /// As a user, without Java.
    BlueprintAuthor,
    /// Looks only.
    ReadOnly,
    /// The log book only.
    LogViewer,
    /// The server's status only: what a load balancer's account needs, as Brooklyn documents it.
    Minimal,
}

impl Grants {
    /// Whether the role has a permission.
    pub fn allow(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Grants::Root => true,
            Grants::PowerUser => !matches!(permission, P::ExecuteGroovyScript | P::ExecuteScript),
            Grants::User => !matches!(
                permission,
                P::SeeAllServerInfo
                    | P::Root
                    | P::LogbookLogStoreQuery
                    | P::ExecuteGroovyScript
                    | P::ExecuteScript
                    | P::ModifyEntity
                    | P::HaAdmin
            ),
            Grants::BlueprintAuthor => permission != P::AddJava && Grants::User.allow(permission),
            Grants::ReadOnly => matches!(
                permission,
                P::SeeEntity
                    | P::SeeActivityStreams
                    | P::SeeCatalogItem
                    | P::ServerStatus
                    | P::SeeLocation
                    | P::HaStats
                    | P::SeeSensor
                    | P::SeeConfig
            ),
            Grants::LogViewer => permission == P::LogbookLogStoreQuery,
            Grants::Minimal => permission == P::ServerStatus,
        }
    }

    /// Brooklyn's name of the role.
    pub fn word(self) -> &'static str {
        match self {
            Grants::Root => "root",
            Grants::PowerUser => "powerUser",
            Grants::User => "user",
            Grants::BlueprintAuthor => "blueprintAuthor",
            Grants::ReadOnly => "readonly",
            Grants::LogViewer => "logViewer",
            Grants::Minimal => "minimal",
        }
    }

    /// Whether values whose name looks secret are hidden from the role.
    pub fn hides_secrets(self) -> bool {
        self == Grants::ReadOnly
    }
}

impl FromStr for Grants {
    type Err = ();

    /// Brooklyn's names, any case, with or without `_`.
    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text.replace('_', "").to_ascii_lowercase().as_str() {
            "root" => Grants::Root,
            "poweruser" => Grants::PowerUser,
            "user" => Grants::User,
            "blueprintauthor" => Grants::BlueprintAuthor,
            "readonly" => Grants::ReadOnly,
            "logviewer" => Grants::LogViewer,
            "minimal" => Grants::Minimal,
            _ => return Err(()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_read_in_any_case_and_grant_what_brooklyn_says() {
        assert_eq!("power_user".parse(), Ok(Grants::PowerUser));
        assert_eq!("ReadOnly".parse(), Ok(Grants::ReadOnly));
        assert!("emperor".parse::<Grants>().is_err());
        assert_eq!(Grants::BlueprintAuthor.word().parse(), Ok(Grants::BlueprintAuthor));
        assert!(Grants::ReadOnly.allow(Permission::ServerStatus));
        assert!(!Grants::ReadOnly.allow(Permission::InvokeEffector));
        assert!(Grants::Minimal.allow(Permission::ServerStatus));
        assert!(!Grants::User.allow(Permission::HaAdmin));
        assert!(!Grants::BlueprintAuthor.allow(Permission::AddJava));
    }
}
