//! The same lines through our `br` and through Apache Brooklyn's own, against one server: what scripts see is the same.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::release::{PASSWORD, PROGRAM, Ran, USER};
use crate::support::site::{Site, until};

const REPOSITORY: &str =
    ".m2/repository/org/apache/brooklyn/brooklyn-dist/1.1.0/brooklyn-dist-1.1.0-dist.tar.gz";
const INSIDE: &str = "brooklyn-dist-1.1.0/bin/brooklyn-client-cli/linux.386/br";

const BLUEPRINT: &str = "\
name: NAME
location: localhost
services:
- type: org.apache.brooklyn.entity.stock.BasicEntity
  name: one
  brooklyn.config: {a.text: hello <b>, a.map: {x: 1, y: [true, null, 1.5, 1234567, 1e21]}}
  brooklyn.children:
  - type: org.apache.brooklyn.entity.stock.BasicEntity
    name: inner
- type: org.apache.brooklyn.entity.software.base.EmptySoftwareProcess
  name: two
  brooklyn.initializers:
  - type: org.apache.brooklyn.core.effector.ssh.SshCommandEffector
    brooklyn.config: {name: tell, command: 'echo hi $A', parameters: {A: {defaultValue: aa, description: What}}}
";

/// Two items. Who adds them first is told that they were installed, everybody after that they are there.
const ITEMS: &str = "\
brooklyn.catalog:
  bundle: shop-bundle
  version: 1.0
  items:
  - id: shop-web
    name: Shop web tier
    description: Serves <pages>
    itemType: entity
    item:
      type: org.apache.brooklyn.entity.stock.BasicEntity
      brooklyn.parameters:
      - {name: pages, label: How many, type: integer, default: 3, description: So many pages}
  - id: shop-all
    name: Shop
    itemType: template
    item: {services: [{type: shop-web}]}
";

/// Lines that may be said twice. `|` parts the words; what stands in order anyhow is compared as it is.
const LINES: &[&str] = &[
    "version",
    "server",
    "access",
    "app",
    "application|An App",
    "app|nope",
    "app|An App|entity",
    "app|An App|ent|one",
    "app|An App|ent|two",
    "app|An App|ent|one|ent",
    "app|An App|entity|--children|one",
    "app|An App|entity|-c|one",
    "app|An App|ent|nope",
    "app|nope|ent",
    "app|An App|ent|one|config",
    "app|An App|ent|one|config|a.map",
    "app|An App|ent|one|config|a.text",
    "app|An App|ent|one|config|nope",
    "app|An App|ent|one|config|a.text|set|bare",
    "app|An App|ent|one|config|a.text|set|\"quoted\"",
    "app|An App|ent|one|config|a.text",
    "app|An App|ent|one|set|1",
    "app|An App|sensor",
    "app|An App|ent|one|sensor",
    "app|An App|ent|one|sensor|service.isUp",
    "app|An App|ent|one|sensor|entity.id",
    "app|An App|ent|one|sensor|nope",
    "app|An App|ent|two|effector",
    "app|An App|ent|two|effector|tell",
    "app|An App|ent|two|effector|nope",
    "app|An App|ent|two|eff|tell",
    "app|An App|ent|two|effector|tell|invoke",
    "app|An App|ent|two|effector|tell|invoke|--param|A=b c&d",
    "app|An App|ent|two|effector|tell|invoke|--param|A=@nope",
    "app|An App|ent|two|effector|tell|invoke|-P|A=b",
    "app|An App|ent|two|effector|tell|invoke|--param|word",
    "app|An App|ent|two|effector|nope|invoke",
    "app|An App|ent|two|invoke",
    "app|An App|ent|two|restart",
    "app|An App|ent|two|stop",
    "app|An App|ent|two|start",
    "app|An App|policy",
    "app|An App|policy|nope",
    "app|An App|start-policy|nope",
    "app|An App|stop-policy|nope",
    "app|An App|destroy-policy|nope",
    "app|An App|activity",
    "activity|nope",
    "activity|nope|stdout",
    "activity",
    "app|An App|spec",
    "app|An App|ent|one|spec",
    "app|An App|ent|one|rename|one",
    "tree",
    "locations",
    "app|An App|add-children|nope.yaml",
    "deploy",
    "deploy|nope.yaml",
    "deploy|bad.yaml",
    "deploy|-",
    "deploy|ftp://host/x",
    "catalog",
    "catalog|bogus",
    "catalog|list",
    "catalog|list|e",
    "catalog|list|pol",
    "catalog|list|entities",
    "catalog|show",
    "catalog|add|items.bom",
    "catalog|list|app",
    "catalog|list|loc",
    "catalog|show|e|shop-web:1.0",
    "catalog|show|entity|shop-web:latest",
    "catalog|show|app|shop-all:1.0",
    "catalog|show|e|shop-web",
    "catalog|delete|pol|shop-web:1.0",
    "--json|$.name|catalog|show|e|shop-web:1.0",
    "-r|--json|$.name|catalog|show|e|shop-web:1.0",
    "--json|$.config[*].name|catalog|show|e|shop-web:1.0",
    "catalog|show|e|nope:1",
    "catalog|delete|e|nope",
    "catalog|delete|e|nope:1",
    "catalog|add",
    "catalog|add|nope",
    "--json|$|app",
    "--verbose|version",
    "-bogus",
    "app|-bogus",
    "catalog|add|-bogus",
    "app|-h|foo",
    "app|help|foo",
    "catalog|list|-h|e",
    "catalog|help|nope",
    "help|nope",
    "bogus",
    "a",
    "app|An App|e",
    "delete",
    "app|nope|delete",
    "login",
    "login|localhost",
    "login|http://127.0.0.1:1|a|b",
];

/// One of the two programs, with a login file of its own.
struct Program {
    path: PathBuf,
    home: PathBuf,
}

impl Program {
    fn new(site: &Site, path: &Path, name: &str) -> Program {
        let home = site.path().join(name);
        fs::create_dir(&home).unwrap();
        fs::write(home.join("bad.yaml"), "just text\n").unwrap();
        Program { path: path.to_owned(), home }
    }

    /// Called as `br`, with words parted by bars.
    fn run(&self, line: &str) -> Ran {
        let mut command = Command::new(&self.path);
        command.arg0("br").args(line.split('|')).env("BRCLI_HOME", &self.home).env("TZ", "UTC");
        Ran::of(command.current_dir(&self.home).stdin(std::process::Stdio::null()).output().unwrap())
    }

    fn log_in(&self, uri: &str) -> Ran {
        self.run(&format!("login|--skipSslChecks|{uri}/|{USER}|{PASSWORD}"))
    }

    fn deploy(&self, name: &str) -> String {
        fs::write(self.home.join("app.yaml"), BLUEPRINT.replace("NAME", name)).unwrap();
        let ran = self.run("deploy|app.yaml");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out
    }
}

/// What is compared: all but our own words of help, and the order of Go's maps.
fn seen(line: &str, ran: &Ran) -> (Option<i32>, String) {
    let mut lines: Vec<&str> = ran.out.lines().collect();
    if ran.out.starts_with("Incorrect Usage: ") {
        lines.truncate(1);
    } else if line.ends_with("|config") {
        lines.sort_unstable();
    }
    (ran.code, lines.join("\n"))
}

/// Apache Brooklyn's own program, out of its release; why it cannot be had.
fn stock(site: &Site) -> Result<PathBuf, String> {
    let home = std::env::var("HOME").map_err(|_| "HOME is not set".to_owned())?;
    let archive = Path::new(&home).join(REPOSITORY);
    if !archive.exists() {
        let artifact = "-Dartifact=org.apache.brooklyn:brooklyn-dist:1.1.0:tar.gz:dist";
        let fetch = ["-q", "-B", "dependency:get", artifact, "-Dtransitive=false"];
        let got = Command::new("mvn").args(fetch).output().map_err(|e| format!("mvn: {e}"))?;
        if !archive.exists() {
            return Err(format!("mvn: {}", String::from_utf8_lossy(&got.stdout)));
        }
    }
    let unpacked =
        Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(site.path()).arg(INSIDE).output();
    let unpacked = unpacked.map_err(|e| format!("tar: {e}"))?;
    let program = site.path().join(INSIDE);
    if !program.exists() {
        return Err(format!("{}: {}", archive.display(), String::from_utf8_lossy(&unpacked.stderr)));
    }
    // It is a program for 32 bits, and not every kernel runs those.
    Command::new(&program).arg("help").output().map_err(|e| format!("{}: {e}", program.display()))?;
    Ok(program)
}

#[test]
fn scripts_see_the_same_from_our_br_and_the_stocks() {
    let site = Site::new();
    let stock = match stock(&site) {
        Ok(stock) => Program::new(&site, &stock, "stock"),
        Err(why) => {
            println!("skipped: Apache Brooklyn's br cannot be had: {why}");
            return;
        }
    };
    let server = site.release("only", "AUTO", "");
    server.start();
    let ours = Program::new(&site, Path::new(PROGRAM), "ours");
    for program in [&stock, &ours] {
        until("br is let in", || program.log_in(&server.uri()).code == Some(0));
    }
    assert_eq!(ours.log_in(&server.uri()).out, stock.log_in(&server.uri()).out);
    let file = |program: &Program| fs::read_to_string(program.home.join(".brooklyn_cli")).unwrap();
    assert_eq!(file(&ours), file(&stock), "each reads the other's login");

    let (mine, theirs) = (ours.deploy("My App"), stock.deploy("An App"));
    let id = |card: &str| card.split_whitespace().nth(2).unwrap().to_owned();
    assert_eq!(mine.replace(&id(&mine), &id(&theirs)).replace("My App", "An App"), theirs);

    for program in [&stock, &ours] {
        fs::write(program.home.join("items.bom"), ITEMS).unwrap();
    }
    let installed = stock.run("catalog|add|items.bom").out;
    assert!(installed.contains("* shop-web:1.0"), "{installed}");

    let mut different = Vec::new();
    for line in LINES {
        let (expected, got) = (stock.run(line), ours.run(line));
        if seen(line, &got) != seen(line, &expected) {
            different.push(format!("br {line}\nstock {expected:?}\nours  {got:?}"));
        }
        // Lines that change the login.
        if line.starts_with("login|") {
            assert_eq!(
                (stock.log_in(&server.uri()).code, ours.log_in(&server.uri()).code),
                (Some(0), Some(0))
            );
        }
    }
    let tasks = stock.run("app|An App|ent|two|activity").out;
    for task in tasks.lines().skip(1).filter_map(|line| line.split_whitespace().next()) {
        for line in [
            format!("activity|{task}"),
            format!("activity|{task}|activity"),
            format!("activity|{task}|stdout"),
        ] {
            let (expected, got) = (stock.run(&line), ours.run(&line));
            if seen(&line, &got) != seen(&line, &expected) {
                different.push(format!("br {line}\nstock {expected:?}\nours  {got:?}"));
            }
        }
    }
    assert!(
        different.is_empty(),
        "{} of {} lines:\n{}",
        different.len(),
        LINES.len(),
        different.join("\n\n")
    );

    for (program, app) in [(&stock, "An App"), (&ours, "My App")] {
        let ran = program.run(&format!("app|{app}|ent|one|rename|one & only/1"));
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), "\n"), "{ran:?}");
        let listed = program.run(&format!("app|{app}|entity")).out;
        assert!(listed.contains(" one & only/1 "), "{listed}");
    }

    let (gone, stocks) = (ours.run("app|My App|delete"), stock.run("app|An App|delete"));
    assert_eq!((gone.code, stocks.code), (Some(0), Some(0)), "{gone:?}");
    // A submission time, which differs, and then the same words.
    let words = |ran: &Ran, name: &str| {
        let line = ran.out.lines().next().unwrap().replace(name, "X");
        line.split_whitespace().skip(1).take(7).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(words(&gone, "My App"), words(&stocks, "An App"));

    assert_eq!((ours.run("logout").code, stock.run("logout").code), (Some(0), Some(0)));
    for line in ["app", "logout", "server", "version"] {
        let (expected, got) = (stock.run(line), ours.run(line));
        assert_eq!((seen(line, &got), &got.err), (seen(line, &expected), &expected.err), "{line}");
    }
}
