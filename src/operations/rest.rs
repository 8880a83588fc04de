//! The artifacts as resources over HTTP: one list of paths and what each takes and answers, from which the server and the
//! OpenAPI document are made.

/// How a resource is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

/// How a query parameter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Any text.
    Text,
    /// Several, with commas between them or given again.
    List,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A moment as RFC 3339 has it.
    Moment,
    /// JSON.
    Json,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    pub name: &'static str,
    pub written: Written,
    pub about: &'static str,
}

/// What a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    None,
    /// An object of the operation's params without these, which the path says.
    Params(&'static [&'static str]),
    /// An array of artifacts' ids, or an object of the operation's params.
    Ids,
    /// The file itself, or an object of the operation's params.
    File,
    /// The operation's params without `left`, with the other artifact under the key `with`.
    Comparison,
}

/// What a resource answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The operation's result.
    Result,
    /// An artifact with its files and relationships.
    Whole,
    /// The files of an artifact.
    Files,
    /// Bytes.
    Bytes,
}

/// One path and verb.
#[derive(Debug, Clone, Copy)]
pub struct Resource {
    pub verb: Verb,
    pub path: &'static str,
    /// Its name in the OpenAPI document.
    pub name: &'static str,
    pub summary: &'static str,
    pub operation: &'static str,
    pub words: &'static [Word],
    pub body: Body,
    pub answer: Answer,
}

const fn word(name: &'static str, written: Written, about: &'static str) -> Word {
    Word { name, written, about }
}

const fn resource(verb: Verb, path: &'static str, name: &'static str, operation: &'static str, summary: &'static str) -> Resource {
    Resource { verb, path, name, summary, operation, words: &[], body: Body::None, answer: Answer::Result }
}

/// Words of `POST /v1/artifacts` beside `type`: publish_artifact's params of the same names.
const UPLOAD: &[Word] = &[
    word("type", Written::Text, "The artifact's type; with it, the body is the file itself."),
    word("name", Written::Text, "The file's name, which tells its format and gives the logical key where none is given."),
    word("key", Written::Text, "The logical key."),
    word("format", Written::OneOf(&["table", "file"]), "What the file is; else as its name and first bytes say."),
    word("schemaVersion", Written::Number, "Version of the type's schema."),
    word("artifactId", Written::Text, "An id of your own."),
    word("title", Written::Text, "A title for people."),
    word("description", Written::Text, "A description for people."),
    word("tags", Written::List, "Tags, `key=value` or a word alone."),
    word("params", Written::Json, "The parameters it was made with, a JSON object."),
    word("columns", Written::Json, "Column types that are forced on a CSV, a JSON object."),
    word("roles", Written::List, "The parts it plays."),
    word("inputArtifactIds", Written::List, "The artifacts it was made from."),
    word("runId", Written::Text, "The run that made it."),
    word("outcome", Written::OneOf(&["pass", "fail", "unknown"]), "How the work that made it ended."),
    word("source", Written::Text, "Where it comes from."),
    word("mediaType", Written::Text, "Its media type; else Content-Type."),
    word("writerName", Written::Text, "The program that wrote it."),
    word("writerVersion", Written::Text, "That program's version."),
    word("gitCommit", Written::Text, "The commit of the code that made it."),
    word("gitDirty", Written::Flag, "Whether there were uncommitted changes."),
    word("createdAt", Written::Moment, "When it was made; for imports."),
    word("expectedFileHash", Written::Text, "What the bytes must have as SHA-256."),
    word("requestId", Written::Text, "A request that is sent again under the same id is answered as the first time."),
    word("filenameHint", Written::Text, "A hint for the readable name."),
];

/// Every resource.
pub static RESOURCES: &[Resource] = &[
    resource(Verb::Get, "/v1/artifacts", "listArtifacts", "search_artifacts", "List and search artifacts"),
    Resource {
        words: UPLOAD,
        body: Body::File,
        ..resource(Verb::Post, "/v1/artifacts", "publishArtifact", "publish_artifact", "Publish a file or table")
    },
    Resource {
        answer: Answer::Whole,
        ..resource(Verb::Get, "/v1/artifacts/{id}", "getArtifact", "get_artifact", "Get an artifact with its files and relationships")
    },
    Resource {
        answer: Answer::Files,
        ..resource(Verb::Get, "/v1/artifacts/{id}/files", "listFiles", "list_files", "List an artifact's files")
    },
    Resource {
        answer: Answer::Bytes,
        ..resource(Verb::Get, "/v1/artifacts/{id}/files/{file}", "getFile", "read_file", "Download a file, whole or a range")
    },
];
