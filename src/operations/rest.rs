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

const fn resource(
    verb: Verb,
    path: &'static str,
    name: &'static str,
    operation: &'static str,
    summary: &'static str,
) -> Resource {
    Resource { verb, path, name, summary, operation, words: &[], body: Body::None, answer: Answer::Result }
}

/// Words of `POST /v1/artifacts` beside `type`: publish_artifact's params of the same names.
const UPLOAD: &[Word] = &[
    word("type", Written::Text, "The artifact's type; with it, the body is the file itself."),
    word(
        "name",
        Written::Text,
        "The file's name, which tells its format and gives the logical key where none is given.",
    ),
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

/// Words of `GET /v1/artifacts`.
const SEARCH: &[Word] = &[
    word("search", Written::Text, "Words, \"phrases\", prefix*, AND, OR, NOT; search_artifacts describes them."),
    word("type", Written::List, "Of one of these types; `run|model` does as well."),
    word("tags", Written::List, "With any of these tags, a word or `key=value`."),
    word("allTags", Written::List, "With all of these tags."),
    word("status", Written::OneOf(&["active", "superseded", "tombstoned"]), "In this state."),
    word("includeArchived", Written::Flag, "Whether archived artifacts are shown too."),
    word("archived", Written::Flag, "Only archived ones, or none of them."),
    word("source", Written::Text, "From this source."),
    word("capabilities", Written::List, "With all of these capabilities."),
    word("family", Written::Text, "Of this family."),
    word("outcome", Written::OneOf(&["pass", "fail", "unknown"]), "With this outcome."),
    word("runId", Written::Text, "Of this run."),
    word("roles", Written::List, "With all of these roles."),
    word("createdAfter", Written::Text, "Created at this moment or later."),
    word("createdBefore", Written::Text, "Created at this moment or earlier."),
    word("minSize", Written::Number, "Of so many bytes or more."),
    word("maxSize", Written::Number, "Of so many bytes or fewer."),
    word("writerName", Written::Text, "Written by this program."),
    word("writerVersion", Written::Text, "Written by this version of a program."),
    word("gitCommit", Written::Text, "Made by the code of a commit that begins like this."),
    word("templateId", Written::Text, "Made from this template: the param provenance.templateId."),
    word("modelId", Written::Text, "Made from this model: the param provenance.modelId."),
    word("params", Written::Json, "Made with these params, a JSON object as search_artifacts takes it."),
    word(
        "sort",
        Written::OneOf(&["created", "updated", "modified", "title", "size", "type", "relevance"]),
        "By what they are ordered; also sortBy.",
    ),
    word("order", Written::OneOf(&["asc", "desc"]), "What comes first; also sortOrder."),
    word("limit", Written::Number, "At most this many, 50 unless given; above 1000 it counts as 1000."),
    word("offset", Written::Number, "How many are passed over; also skip."),
    word("cursor", Written::Text, "The nextCursor of the page before."),
    word("facets", Written::List, "By what all that was found is counted: type, tag, status, family, outcome, source."),
];

const DEPTH: &[Word] = &[word("depth", Written::Number, "How far real edges are followed.")];

const DELETION: &[Word] = &[
    word("reason", Written::Text, "Why; it stands in the history."),
    word("force", Written::Flag, "Whether it is deleted although something protects it."),
];

/// Every resource.
pub static RESOURCES: &[Resource] = &[
    Resource {
        words: SEARCH,
        ..resource(Verb::Get, "/v1/artifacts", "listArtifacts", "search_artifacts", "List and search artifacts")
    },
    Resource {
        words: UPLOAD,
        body: Body::File,
        ..resource(Verb::Post, "/v1/artifacts", "publishArtifact", "publish_artifact", "Publish a file or table")
    },
    resource(Verb::Get, "/v1/artifacts/stats", "getStats", "get_stats", "Count what is kept"),
    Resource {
        body: Body::Params(&["root"]),
        ..resource(
            Verb::Post,
            "/v1/artifacts/rescan",
            "rescan",
            "scan",
            "Look for new and changed runs in the scan roots",
        )
    },
    Resource {
        body: Body::Ids,
        ..resource(Verb::Post, "/v1/artifacts/archive", "archive", "bulk_update", "Archive artifacts")
    },
    Resource {
        body: Body::Ids,
        ..resource(
            Verb::Post,
            "/v1/artifacts/unarchive",
            "unarchive",
            "bulk_update",
            "Take artifacts out of the archive",
        )
    },
    Resource {
        body: Body::Ids,
        ..resource(Verb::Post, "/v1/artifacts/bulk-delete", "bulkDelete", "bulk_delete", "Put artifacts into the trash")
    },
    Resource {
        answer: Answer::Whole,
        ..resource(
            Verb::Get,
            "/v1/artifacts/{id}",
            "getArtifact",
            "get_artifact",
            "Get an artifact with its files and relationships",
        )
    },
    Resource {
        body: Body::Params(&["artifactId"]),
        ..resource(
            Verb::Put,
            "/v1/artifacts/{id}",
            "updateArtifact",
            "update_artifact",
            "Change what people say about it",
        )
    },
    Resource {
        words: DELETION,
        ..resource(Verb::Delete, "/v1/artifacts/{id}", "deleteArtifact", "delete_artifact", "Put it into the trash")
    },
    Resource {
        answer: Answer::Files,
        ..resource(Verb::Get, "/v1/artifacts/{id}/files", "listFiles", "list_files", "List an artifact's files")
    },
    Resource {
        answer: Answer::Bytes,
        ..resource(
            Verb::Get,
            "/v1/artifacts/{id}/files/{file}",
            "getFile",
            "read_file",
            "Download a file, whole or a range of its bytes",
        )
    },
    Resource {
        words: DEPTH,
        ..resource(
            Verb::Get,
            "/v1/artifacts/{id}/relationships",
            "getRelationships",
            "get_related",
            "Get what it is related to, and how",
        )
    },
    Resource {
        words: DEPTH,
        ..resource(Verb::Get, "/v1/artifacts/{id}/related", "getRelated", "get_related", "The same as relationships")
    },
    Resource {
        body: Body::Comparison,
        ..resource(
            Verb::Post,
            "/v1/artifacts/{id}/compare",
            "compareArtifacts",
            "compare_artifacts",
            "Compare it with another artifact",
        )
    },
];
