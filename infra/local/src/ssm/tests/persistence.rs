//! What the file keeps, and from whom. A copy of the file and its write-ahead log, taken while it is open, is what a
//! killed process leaves.

use std::path::Path;
use std::sync::Arc;

use crate::ssm::Parameters;

fn open(folder: &Path, sync: bool) -> Parameters {
    Parameters::open(&folder.join("secrets.db"), sync, Arc::new(|| 0)).unwrap()
}

fn put(parameters: &Parameters, name: &str, value: &str) {
    parameters.put(name, Some("SecureString"), value, true).unwrap();
}

fn read(parameters: &Parameters, name: &str) -> Option<String> {
    parameters.get(name).unwrap().map(|stored| stored.value)
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    for sync in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let parameters = open(folder.path(), sync);
        for number in 0..8 {
            put(&parameters, &format!("/{number}"), "first");
        }
        assert!(parameters.delete("/3").unwrap());
        put(&parameters, "/4", "second");
        let left = tempfile::tempdir().unwrap();
        for file in ["secrets.db", "secrets.db-wal"] {
            std::fs::copy(folder.path().join(file), left.path().join(file)).unwrap();
        }
        let found = open(left.path(), sync);
        assert_eq!(read(&found, "/3"), None);
        assert_eq!(read(&found, "/4").as_deref(), Some("second"));
        assert_eq!(read(&found, "/7").as_deref(), Some("first"));
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_what_is_on_the_disk() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let parameters = open(folder.path(), false);
    put(&parameters, "/a", "secret");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        names.push(entry.file_name().into_string().unwrap());
    }
    assert!(names.contains(&"secrets.db-wal".to_owned()), "{names:?}");
}
