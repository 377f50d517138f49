//! `META-INF/MANIFEST.MF` of a zip that is a jar: the bundle's name and version, where its BOM does not say them.

use super::Files;

/// What a manifest says of the bundle.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Manifest {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
}

/// Reads it; nothing where there is none.
pub(super) fn read(files: &dyn Files) -> Manifest {
    let text = files.read("META-INF/MANIFEST.MF").map(|b| String::from_utf8_lossy(&b).into_owned());
    // A line that begins with a blank goes on with the one before.
    let text = text.unwrap_or_default().replace("\r\n", "\n").replace("\n ", "");
    let header = |name: &str| {
        let of = |line: &str| line.strip_prefix(name)?.strip_prefix(':').map(str::trim).map(str::to_owned);
        text.lines().find_map(of).filter(|value| !value.is_empty())
    };
    Manifest {
        // Directives may follow the name.
        name: header("Bundle-SymbolicName").map(|n| n.split(';').next().unwrap_or(&n).trim().to_owned()),
        version: header("Bundle-Version"),
    }
}
