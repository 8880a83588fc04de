//! Bad input through the pipe: each gets one clear error, changes nothing, and the next request is served.

mod files;
mod lines;

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Session, files_below, refusal};

/// A session with a store in which something stands already.
struct Desk {
    folder: TempDir,
    session: Session,
    before: Value,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut session = Session::start(&folder.path().join("store"));
        for name in ["a", "b"] {
            let content = json!({"encoding": "utf8", "data": name});
            let params = json!({"artifactType": "note", "artifactId": name, "content": content});
            session.call("publish_artifact", params);
        }
        session.call("supersede", json!({"newArtifactId": "b", "oldArtifactId": "a"}));
        let mut desk = Self { folder, session, before: Value::Null };
        desk.before = desk.state();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    fn state(&mut self) -> Value {
        let mut ask = |method: &str| self.session.call(method, json!({}))["result"].clone();
        let asked = ["list_artifacts", "list_events", "list_types", "list_runs"].map(&mut ask);
        let store = self.folder.path().join("store");
        let below = |name: &str| files_below(&store.join(name));
        json!([asked, below("objects"), below("artifacts"), below("staging")])
    }

    /// The reply to a line must be one error that changed nothing; answers id, kind, field and message.
    #[track_caller]
    fn refused(&mut self, line: impl AsRef<[u8]>) -> (Value, String, String, String) {
        assert!(self.session.send(line), "the process is gone");
        let mut reply = self.session.line().expect("a reply");
        assert!(reply.get("result").is_none(), "{reply}");
        let (kind, field, message) = refusal(&reply["error"]);
        assert_eq!(self.state(), self.before, "{reply}");
        (reply["id"].take(), kind, field, message)
    }

    /// The same for a call; the id is the request's.
    #[track_caller]
    fn call(&mut self, method: &str, params: Value) -> (String, String, String) {
        let line = json!({"jsonrpc": "2.0", "id": "q", "method": method, "params": params});
        let (id, kind, field, message) = self.refused(line.to_string());
        assert_eq!(id, "q");
        (kind, field, message)
    }

    #[track_caller]
    fn publish(&mut self, params: Value) -> (String, String, String) {
        let mut all = json!({"artifactType": "t"});
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        self.call("publish_artifact", all)
    }
}

#[track_caller]
fn expect(found: (String, String, String), kind: &str, field: &str, message: &str) {
    assert_eq!((found.0.as_str(), found.1.as_str(), found.2.as_str()), (kind, field, message));
}
