//! The server's process, of which there is one in a test binary.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

/// A PostgreSQL server that ends with this process.
#[derive(Debug)]
pub struct Server {
    /// Where its socket is.
    pub(super) folder: PathBuf,
    /// The server runs until the pipe into it ends. It does so with the process, since nobody drops a static.
    _running: Child,
}

impl Server {
    /// The one of this test binary, which the first call starts.
    ///
    /// `None` if there are no binaries to start it from, which is said on the standard error.
    ///
    /// # Panics
    /// If the server does not start, and if there are no binaries and `CI` is `true`.
    pub fn get() -> Option<&'static Self> {
        static SERVER: LazyLock<Option<Server>> = LazyLock::new(Server::start);
        let server = SERVER.as_ref();
        if server.is_none() {
            skip();
        }
        server
    }

    /// The file of the server's socket, to be connected to besides the driver.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    fn start() -> Option<Self> {
        let binaries = binaries()?;
        let mut child = Command::new("sh");
        child.args(["-c", include_str!("server.sh"), "weftwork-postgres"]).arg(&binaries);
        // What points the client's programs and the server elsewhere.
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            child.env_remove(name);
        }
        // PostgreSQL refuses root. The present folder may be one that the other user can not enter.
        if let Some((user, group)) = other_user() {
            child.uid(user).gid(group);
        }
        child.current_dir("/").process_group(0);
        let child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("a shell to run PostgreSQL in");
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        output.read_line(&mut first).unwrap();
        let Some(folder) = first.strip_prefix("ready ") else {
            let _ = (output.read_to_string(&mut first), child.wait());
            panic!("PostgreSQL from {} did not start: {first}", binaries.display());
        };
        Some(Self { folder: PathBuf::from(folder.trim_end()), _running: child })
    }
}

/// Says that there is no server, past the output that the test harness captures.
fn skip() {
    let said = "NO POSTGRESQL: initdb, pg_ctl and postgres are in no known folder";
    assert!(env::var("CI").as_deref() != Ok("true"), "{said}, and CI=true asks for them");
    let test = std::thread::current();
    let _ = writeln!(io::stderr(), "{said}: {} is SKIPPED", test.name().unwrap_or("a test"));
}

/// The folder of the binaries: of the `pg_config` that is installed, of the `PATH`, or of the newest version among the
/// distribution's packages, which put theirs on neither.
fn binaries() -> Option<PathBuf> {
    let asked = output_of("pg_config", &["--bindir"]).map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let mut packaged: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    packaged.sort_by_key(|folder| version_of(folder));
    asked.into_iter().chain(env::split_paths(&path)).chain(packaged.into_iter().rev()).find(|folder| is_complete(folder))
}

fn is_complete(folder: &Path) -> bool {
    folder.is_absolute() && ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).exists())
}

/// The version in `/usr/lib/postgresql/17/bin`; 9.6 counts as none.
fn version_of(folder: &Path) -> u32 {
    let version = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    version.and_then(|version| version.parse().ok()).unwrap_or(0)
}

/// Who runs the server where we are root: the user and the group of the package.
fn other_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| output_of("id", arguments).and_then(|id| id.parse::<u32>().ok());
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let user = id(&["-u", "postgres"]).expect("PostgreSQL refuses root, and there is no user `postgres` to run it as");
    Some((user, id(&["-g", "postgres"]).expect("the user has a group")))
}

fn output_of(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}
