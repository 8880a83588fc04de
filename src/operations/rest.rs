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

/// How a query parameter is written, and what it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Any text.
    Text,
    /// Several, with commas between them or given again.
    List,
    /// The same, and `|` separates too.
    Choice,
    /// Tags, a word or `key=value` each; an object of texts.
    Tags,
    /// The same; an object of lists.
    TagChoice,
    /// A whole number.
    Number,
    /// A whole number; a greater one counts as this one.
    Capped(u64),
    /// `true` or `false`.
    Flag,
    /// The same; it stands for these words, where it stands for one.
    Switch { yes: &'static str, no: Option<&'static str> },
    /// A moment as RFC 3339 has it.
    Moment,
    /// A JSON object.
    Json,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// One of the words before the arrow, which stands for the word behind it.
    Mapped(&'static [(&'static str, &'static str)]),
}

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// Its name, and the other names that the original and the operations have for it.
    pub names: &'static [&'static str],
    /// The operation's param that it becomes, with `/` before one that lies inside another.
    pub param: &'static str,
    pub written: Written,
    pub about: &'static str,
}

impl Word {
    /// The name in the OpenAPI document.
    pub fn name(&self) -> &'static str {
        self.names[0]
    }
}

/// What a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    None,
    /// An object of the operation's params without those that the path says.
    Params,
    /// An array of artifacts' ids, or an object of the operation's params.
    Ids,
    /// The file itself, or an object of the operation's params.
    File,
}

/// What a resource answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The operation's result.
    Result,
    /// The result of a change, which holds an artifact: its revision is the ETag, and If-Match names the one that is meant.
    Revised,
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
    /// The param that the `{id}` of the path is.
    pub id: &'static str,
    pub words: &'static [Word],
    pub body: Body,
    /// Params that are called otherwise in a body.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Flags that the path itself sets.
    pub set: &'static [(&'static str, bool)],
    pub answer: Answer,
}

const fn word(names: &'static [&'static str], param: &'static str, written: Written, about: &'static str) -> Word {
    Word { names, param, written, about }
}

/// A word that is called as the param that it is.
const fn own(name: &'static [&'static str; 1], written: Written, about: &'static str) -> Word {
    Word { names: name, param: name[0], written, about }
}

const fn resource(
    verb: Verb,
    path: &'static str,
    name: &'static str,
    operation: &'static str,
    summary: &'static str,
) -> Resource {
    Resource {
        verb,
        path,
        name,
        summary,
        operation,
        id: "artifactId",
        words: &[],
        body: Body::None,
        renamed: &[],
        set: &[],
        answer: Answer::Result,
    }
}

/// The word that makes the body of `POST /v1/artifacts` the file itself.
pub const UPLOAD_TYPE: Word = word(
    &["type", "artifactType"],
    "artifactType",
    Written::Text,
    "The artifact's type; with it, the body is the file itself.",
);

/// The word that names an uploaded file.
pub const UPLOAD_NAME: Word = word(
    &["name", "fileName"],
    "",
    Written::Text,
    "The file's name, which tells its format and gives the logical key where none is given.",
);

/// Words of an upload.
const UPLOAD: &[Word] = &[
    UPLOAD_TYPE,
    UPLOAD_NAME,
    word(&["key", "logicalKey"], "logicalKey", Written::Text, "The logical key."),
    own(
        &["format"],
        Written::OneOf(&["table", "file"]),
        "What the file is; else as its name says, or Content-Type where the name says nothing.",
    ),
    own(&["schemaVersion"], Written::Number, "Version of the type's schema."),
    own(&["artifactId"], Written::Text, "An id of your own."),
    own(&["title"], Written::Text, "A title for people."),
    own(&["description"], Written::Text, "A description for people."),
    own(&["tags"], Written::Tags, "Tags, `key=value` or a word alone."),
    own(&["params"], Written::Json, "The parameters it was made with, a JSON object."),
    own(&["columns"], Written::Json, "Column types that are forced on a CSV, a JSON object."),
    own(&["roles"], Written::List, "The parts it plays."),
    own(&["capabilities"], Written::List, "What can be done with it."),
    own(&["inputArtifactIds"], Written::List, "The artifacts it was made from."),
    own(&["runId"], Written::Text, "The run that made it."),
    own(&["outcome"], Written::OneOf(OUTCOMES), "How the work that made it ended."),
    own(&["source"], Written::Text, "Where it comes from."),
    own(&["mediaType"], Written::Text, "Its media type; else what the name tells, else Content-Type."),
    own(&["writerName"], Written::Text, "The program that wrote it."),
    own(&["writerVersion"], Written::Text, "That program's version."),
    own(&["gitCommit"], Written::Text, "The commit of the code that made it."),
    own(&["gitDirty"], Written::Flag, "Whether there were uncommitted changes."),
    own(&["createdAt"], Written::Moment, "When it was made; for imports."),
    own(&["expectedFileHash"], Written::Text, "What the bytes must have as SHA-256."),
    own(&["requestId"], Written::Text, "A request that is sent again under the same id is answered as the first time."),
    own(&["filenameHint"], Written::Text, "A hint for the readable name."),
];

const OUTCOMES: &[&str] = &["pass", "fail", "unknown"];

/// The most that one page shows.
const PAGE_MOST: u64 = 1000;

/// Words of `GET /v1/artifacts`.
const SEARCH: &[Word] = &[
    word(
        &["search", "fullText"],
        "query",
        Written::Text,
        "Words, \"phrases\", prefix*, AND, OR, NOT; search_artifacts describes them.",
    ),
    word(&["type", "types"], "filter/types", Written::Choice, "Of one of these types; `run|model` does as well."),
    word(&["tags", "tag"], "filter/anyTags", Written::TagChoice, "With any of these tags, a word or `key=value`."),
    word(&["allTags"], "filter/tags", Written::Tags, "With all of these tags."),
    word(&["status"], "filter/status", Written::OneOf(&["active", "superseded", "tombstoned"]), "In this state."),
    word(
        &["includeArchived"],
        "filter/archived",
        Written::Switch { yes: "include", no: None },
        "Whether archived artifacts are shown too.",
    ),
    word(
        &["archived"],
        "filter/archived",
        Written::Switch { yes: "only", no: Some("exclude") },
        "Only archived ones, or none of them.",
    ),
    word(&["source"], "filter/source", Written::Text, "From this source."),
    word(&["capabilities"], "filter/capabilities", Written::List, "With all of these capabilities."),
    word(&["family"], "filter/family", Written::Text, "Of this family."),
    word(&["outcome"], "filter/outcome", Written::OneOf(OUTCOMES), "With this outcome."),
    word(&["runId"], "filter/runId", Written::Text, "Of this run."),
    word(&["roles"], "filter/roles", Written::List, "With all of these roles."),
    word(&["createdAfter", "minCreatedAt"], "filter/minCreatedAt", Written::Moment, "Created at this moment or later."),
    word(
        &["createdBefore", "maxCreatedAt"],
        "filter/maxCreatedAt",
        Written::Moment,
        "Created at this moment or earlier.",
    ),
    word(&["minSize", "minSizeBytes"], "filter/minSizeBytes", Written::Number, "Of so many bytes or more."),
    word(&["maxSize", "maxSizeBytes"], "filter/maxSizeBytes", Written::Number, "Of so many bytes or fewer."),
    word(&["writerName"], "filter/writerName", Written::Text, "Written by this program."),
    word(&["writerVersion"], "filter/writerVersion", Written::Text, "Written by this version of a program."),
    word(&["gitCommit"], "filter/gitCommit", Written::Text, "Made by the code of a commit that begins like this."),
    word(
        &["params"],
        "filter/params",
        Written::Json,
        "Made with these params, a JSON object as search_artifacts takes it.",
    ),
    word(
        &["templateId"],
        "filter/params/provenance.templateId",
        Written::Text,
        "Made from this template: the param provenance.templateId.",
    ),
    word(
        &["modelId"],
        "filter/params/provenance.modelId",
        Written::Text,
        "Made from this model: the param provenance.modelId.",
    ),
    word(
        &["sort", "sortBy"],
        "sort",
        Written::Mapped(&[
            ("created", "created"),
            ("updated", "updated"),
            ("modified", "updated"),
            ("title", "title"),
            ("size", "size"),
            ("type", "type"),
            ("relevance", "relevance"),
        ]),
        "By what they are ordered; also sortBy.",
    ),
    word(&["order", "sortOrder"], "order", Written::OneOf(&["asc", "desc"]), "What comes first; also sortOrder."),
    own(&["limit"], Written::Capped(PAGE_MOST), "At most this many, 50 unless given; above 1000 it counts as 1000."),
    word(&["offset", "skip"], "offset", Written::Number, "How many are passed over; also skip."),
    own(&["cursor"], Written::Text, "The nextCursor of the page before."),
    own(
        &["facets"],
        Written::List,
        "By what all that was found is counted: type, tag, status, family, outcome, source.",
    ),
];

const DEPTH: &[Word] = &[own(&["depth"], Written::Number, "How far real edges are followed.")];

const DELETION: &[Word] = &[
    own(&["reason"], Written::Text, "Why; it stands in the history."),
    own(&["force"], Written::Flag, "Whether it is deleted although something protects it."),
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
        body: Body::Params,
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
        set: &[("archived", true)],
        ..resource(Verb::Post, "/v1/artifacts/archive", "archive", "bulk_update", "Archive artifacts")
    },
    Resource {
        body: Body::Ids,
        set: &[("archived", false)],
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
        body: Body::Params,
        answer: Answer::Revised,
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
        answer: Answer::Revised,
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
        id: "left",
        body: Body::Params,
        renamed: &[("with", "right")],
        ..resource(
            Verb::Post,
            "/v1/artifacts/{id}/compare",
            "compareArtifacts",
            "compare_artifacts",
            "Compare it with another artifact",
        )
    },
];
