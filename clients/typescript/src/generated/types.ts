// Generated from the code: `UPDATE=1 cargo test generated` makes it again.

/** What was recorded. */
export interface Added {
  /** The edges that are new. */
  added: Edge[];
  /** The artifact that was made. */
  artifact: Artifact;
}

/** Something published. */
export interface Artifact {
  /** Its id. */
  artifactId: string;
  /** Its type. */
  artifactType: string;
  /** Version of the type's schema. */
  schemaVersion: number;
  /** What it represents; artifacts of one type and key are its versions. */
  logicalKey: string;
  /** Which version of its type and key it is: 1, 2, 3 … */
  version: number;
  /** Whether it stands, was replaced, or was deleted. */
  status: Status;
  /** Whether it was put aside. */
  archived: boolean;
  /** What kind of content it has. */
  format: Format;
  /** Who keeps the bytes. */
  storage: Storage;
  /** Absolute path of its readable name: a file, or a folder for a tree; null once the bytes are gone. */
  path: string | null;
  /** The same for a table's Parquet file, null for other formats. */
  pathParquet: string | null;
  /** Absolute path of its sidecar, the JSON record written at publish. */
  pathSidecar: string;
  /** SHA-256 of the bytes kept; of a tree, of its listing. */
  fileHash: string;
  /** Hash of the logical content. */
  contentHash: string;
  /** SHA-256 of the bytes that were given. */
  sourceHash: string;
  /** Version of the content hash's definition. */
  contentHashVersion: number;
  /** First 12 characters of the lower-case base32 of the file hash. */
  specId: string;
  /** Bytes kept, of all files together. */
  sizeBytes: number;
  /** Number of files. */
  fileCount: number;
  /** Rows of a table, null for other formats. */
  rowCount: number | null;
  /** Earliest time in the table's time column, with six digits, UTC. */
  minTs: string | null;
  /** Latest time in the table's time column, with six digits, UTC. */
  maxTs: string | null;
  /** When it was published: `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
  createdAt: string;
  /** When it last changed. */
  updatedAt: string;
  /** A title for people. */
  title: string | null;
  /** A description for people. */
  description: string | null;
  /** Its media type. */
  mediaType: string | null;
  /** The run that published it first. */
  runId: string | null;
  /** The family that a scan put it in. */
  family: string | null;
  /** How the work that made it ended. */
  outcome: Outcome | null;
  /** Where it came from, in the publisher's words. */
  source: string | null;
  /** What it can be used for. */
  capabilities: string[];
  /** The parts it plays. */
  roles: string[];
  /** Tags; a tag that is only a word has the value "". */
  tags: Record<string, string>;
  /** The parameters it was made with. */
  params: Record<string, unknown>;
  /** The program that wrote it. */
  writer: Writer | null;
  /** The state of the code that made it. */
  git: Git | null;
  /** The artifact that replaced it. */
  supersededBy: string | null;
  /** The artifacts it replaced. */
  supersedes: string[];
  /** Whether a pin protects it. */
  pinned: boolean;
  /** 1, and one more for each change that shows. */
  revision: number;
}

/** A form of a report. */
export type AuditFormatParam =
  /** The fields of the result alone. */
  | "json"
  /** Plain text. */
  | "text"
  /** Markdown. */
  | "markdown";

/** What an audit found. */
export interface AuditReport {
  /** Version of the report's form: 1. */
  schemaVersion: number;
  /** When it was made. */
  generatedAt: string;
  /** What made it: keepstone. */
  generator: string;
  /** The version of what made it. */
  generatorVersion: string;
  /** The artifacts, as they were named; with `all` in the order of commits. */
  artifacts: Audited[];
  /** All of them in numbers. */
  totals: Totals;
  /** The lineage that was looked at. */
  graphStats: GraphStats;
  /** The report in the form that was asked for; null for `json`. */
  text: string | null;
}

/** How grave an issue is. */
export type AuditSeverity =
  /** A promise is broken. */
  | "error"
  /** Nothing is broken, but something is not as it should be. */
  | "warning";

/** The verdict on an artifact. */
export type AuditVerdict =
  /** The store doesn't know it. */
  | "error"
  /** Bytes no longer have their hash. */
  | "hash_mismatch"
  /** Its bytes can't be verified. */
  | "verification_error"
  /** None of its roots has a role that was required. */
  | "missing_roles"
  /** There are only warnings. */
  | "warning"
  /** Nothing was found. */
  | "ok";

/** An artifact as an audit found it. Of an id that the store doesn't know, what only an artifact has is null. */
export interface Audited {
  /** Its id. */
  artifactId: string;
  /** The verdict: the gravest of its issues. */
  status: AuditVerdict;
  /** What is wrong, the gravest first. */
  issues: Issue[];
  /** Its type. */
  artifactType: string | null;
  /** What it represents. */
  logicalKey: string | null;
  /** Which version of its type and key it is. */
  version: number | null;
  /** Whether it stands, was replaced, or was deleted. */
  artifactStatus: Status | null;
  /** Hash of the logical content. */
  contentHash: string | null;
  /** SHA-256 of the bytes kept. */
  fileHash: string | null;
  /** Bytes kept. */
  sizeBytes: number | null;
  /** When it was published. */
  createdAt: string | null;
  /** The parts it plays. */
  roles: string[];
  /** By whom and how it was made. */
  provenance: Provenance | null;
  /** Whether the bytes kept still have their hash; null when they were not looked at. */
  hashVerified: boolean | null;
  /** How many artifacts it was made from, at once or over others. */
  ancestorCount: number;
  /** How many edges lead to it and to them. */
  edgeCount: number;
  /** The types of its ancestors. */
  ancestorTypes: string[];
  /** How many of them have no inputs themselves; an artifact without inputs is its own root. */
  rootCount: number;
  /** The roots, in the order of commits; null unless traceRoots asked for them. */
  roots: Root[] | null;
  /** Whether maxDepth ended the look at its ancestors before their roots. */
  cut: boolean;
}

/** What the server can do besides answering requests. */
export interface Capabilities {
  /** `$/cancelRequest` is understood. */
  cancel: boolean;
  /** `$/progress` is sent on request. */
  progress: boolean;
  /** JSON-RPC batches are answered. */
  batches: boolean;
  /** The values that `ordering` may have. */
  orderings: Ordering[];
}

/** What a verification looks at. */
export type Check =
  /** Every object, and every readable name that is no link of its object, is read and has its hash. */
  | "hash"
  /** Every artifact's objects are there, with their sizes, and can't be written. */
  | "objects"
  /** Every readable name is there and is its object. Other files below artifacts/ are their owners' business. */
  | "names"
  /** Every artifact has its sidecar, whose seal holds. */
  | "sidecars"
  /** Every line of the history has a seal that holds and says what the manifest says. */
  | "history"
  /** Every input is there, and no artifact is made from itself. */
  | "lineage"
  /** SQLite finds no damage, and every row says what the sidecars and the history say. */
  | "manifest"
  /** The store's folders are there and hold nothing that isn't the store's. */
  | "staging";

/** What kind of thing was found. */
export type Code =
  /** The object's bytes have another hash. */
  | "object_damaged"
  /** An artifact's object is not there. */
  | "object_missing"
  /** The object has another length than the artifact says. */
  | "object_size"
  /** The object may be written. */
  | "object_writable"
  /** The readable name is not there. */
  | "name_missing"
  /** What lies at the readable name is something else. */
  | "name_differs"
  /** The sidecar is not there. */
  | "sidecar_missing"
  /** The sidecar's seal fails. */
  | "sidecar_damaged"
  /** What lies in the sidecar's place is another artifact's. */
  | "sidecar_differs"
  /** The history is shorter than the manifest knows. */
  | "history_short"
  /** The seal of a line of the history fails. */
  | "line_damaged"
  /** History and manifest tell of different events. */
  | "history_differs"
  /** An input is not in the store. */
  | "input_missing"
  /** Artifacts are made from each other in a circle. */
  | "circle"
  /** SQLite finds the manifest damaged. */
  | "manifest_damaged"
  /** The manifest's tables are not those of its format. */
  | "schema_differs"
  /** A row says something else than sidecar and history. */
  | "row_differs"
  /** The manifest has lost a row that sidecars or history tell of. */
  | "row_missing"
  /** The manifest has a row that neither sidecars nor history tell of. */
  | "row_unknown"
  /** A folder of the store is not there. */
  | "folder_missing"
  /** Something lies among the store's own files that isn't the store's. */
  | "stranger"
  /** It could not be read. */
  | "unreadable";

/** The type that a caller gives a CSV column. */
export type ColumnType =
  /** Whole numbers of 64 bits. */
  | "int"
  /** Floating point numbers of 64 bits. */
  | "float"
  /** true or false. */
  | "bool"
  /** Text as it stands. */
  | "text"
  /** A day: YYYY-MM-DD. */
  | "date"
  /** A date and a time of day without a zone. */
  | "timestamp"
  /** A moment; without a zone it reads as UTC. */
  | "timestamptz";

/** Content that stands in the request itself, at most 1 MiB. */
export interface Content {
  /** How `data` stands for bytes. */
  encoding: Encoding;
  /** The content: text for `utf8` and `base64`, any JSON value for `json`. */
  data: unknown;
}

/** The copy. */
export interface Copy {
  /** The absolute path of the copy. */
  path: string;
  /** Its length in bytes. */
  sizeBytes: number;
}

/** How much a verification looked at. */
export interface Counts {
  /** Artifacts in the manifest, deleted ones included. */
  artifacts: number;
  /** Objects on disk; 0 when neither hash nor objects was asked for. */
  objects: number;
  /** Objects that no artifact needs, such as a publish leaves that was killed before its commit. They do no harm. */
  orphans: number;
  /** Files that were read and hashed. */
  hashedFiles: number;
  /** Bytes of these files. */
  hashedBytes: number;
  /** Readable names that were looked at. */
  names: number;
  /** Sidecars that were read. */
  sidecars: number;
  /** Lines of the history that were read. */
  historyLines: number;
  /** Edges that were followed. */
  edges: number;
  /** Rows of the manifest that were held against sidecars and history. */
  rows: number;
  /** Files in quarantine. */
  quarantined: number;
}

/** Which way a graph goes. */
export type Direction =
  /** To what they were made from. */
  | "ancestors"
  /** To what was made of them. */
  | "descendants"
  /** To the ancestors of the starts and to their descendants, but not to the others' of those. */
  | "both";

/** That it was done. */
export interface Done {
  /** Always true; a failure is an error. */
  success: boolean;
}

/** From an input to what was made of it. */
export interface Edge {
  /** What it was made from. */
  inputArtifactId: string;
  /** What was made. */
  artifactId: string;
  /** How the one came from the other. */
  relation: string;
}

/** How content stands for bytes. */
export type Encoding =
  /** The text's UTF-8 bytes. */
  | "utf8"
  /** The bytes that the base64 text stands for. */
  | "base64"
  /** The value as compact JSON, its keys in the order given, its numbers as integers or floats of 64 bits. */
  | "json";

/** One line of the store's history. */
export interface Event {
  /** Counts up from 1 in the order of commits. */
  eventId: number;
  /** When it happened. */
  at: string;
  /** What happened: published, superseded, type_registered … */
  kind: string;
  /** The artifact it is about, where it is about one. */
  artifactId: string | null;
  /** Who did it: the client's name, where it gave one. */
  actor: string | null;
  /** The new values. */
  data: Record<string, unknown>;
}

/** One file of an artifact. */
export interface FileEntry {
  /** Its path inside the artifact, with `/` between the parts. */
  path: string;
  /** SHA-256 of its bytes. */
  hash: string;
  /** Length in bytes. */
  sizeBytes: number;
  /** Its media type, where it is known. */
  mediaType: string | null;
  /** What it is for, where that was said. */
  role: string | null;
}

/** Which artifacts a list shows. */
export interface Filter {
  /** Of this type. */
  artifactType?: string | null | undefined;
  /** In this state. */
  status?: Status | null | undefined;
  /** With all of these tags. */
  tags?: Record<string, string> | null | undefined;
  /** Created at this moment or later (RFC 3339; without zone it reads as UTC). */
  minCreatedAt?: string | null | undefined;
  /** Created at this moment or earlier. */
  maxCreatedAt?: string | null | undefined;
  /** Published by this run, duplicates included. */
  runId?: string | null | undefined;
  /** With all of these roles. */
  roles?: string[] | null | undefined;
  /** At most this many: 1 to 10000, 100 unless given. */
  limit?: number | null | undefined;
}

/** One thing that a verification found. */
export interface Finding {
  /** The check that found it. */
  check: Check;
  /** The artifact, where it is about one. */
  artifactId: string | null;
  /** The object, where it is about one. */
  hash: string | null;
  /** The absolute path, where it is about a file or a folder. */
  path: string | null;
  /** What kind of thing it is. */
  code: Code;
  /** One sentence. */
  message: string;
  /** How much it matters. */
  severity: VerifyStoreSeverity;
  /** The way out, where there is one and it is not gone yet. */
  hint: string | null;
  /** Where the damaged bytes lie now, if a repair moved them. */
  quarantinedTo: string | null;
}

/** What kind of content an artifact has. */
export type Format =
  /** A table: CSV or Parquet was given, Parquet is kept. */
  | "table"
  /** Any bytes. */
  | "file"
  /** A folder of files. */
  | "tree";

/** A form of a graph. */
export type GetLineageGraphFormatParam =
  /** Nodes and edges alone. */
  | "json"
  /** A flowchart in Mermaid's language. */
  | "mermaid"
  /** A graph in Graphviz's language. */
  | "dot";

/** What was made of what. */
export interface GetLineageGraphLineage {
  /** The artifacts: the starts as given, then their ancestors, then their descendants, each nearest first. */
  nodes: Node[];
  /** The edges the walk went along, from input to output. An input may be a missing one. */
  edges: Edge[];
  /** The artifacts that no edge leads to; in the graph of the ancestors, what everything began with. */
  roots: string[];
  /** The artifacts that no edge leads from. */
  leaves: string[];
  /** Inputs that edges name and the store doesn't hold: an import named them and didn't bring them. */
  missing: string[];
  /** The artifacts at which maxDepth or a limit ended the walk although it goes on: neither roots nor leaves there. */
  cut: string[];
  /** The artifacts, inputs before outputs, otherwise in the order of commits; those on a circle stand together. */
  order: string[];
  /** The circles, each with all artifacts that lie on circles with each other. */
  cycles: string[][];
  /** How many artifacts of each type were reached, the starts not counted: of descendants, what a change would concern. */
  typeCounts: Record<string, number>;
  /** How many nodes there are. */
  nodeCount: number;
  /** How many edges there are. */
  edgeCount: number;
  /** Whether the limit of 10000 artifacts or 100000 edges left some out. */
  truncated: boolean;
  /** The graph in the form that was asked for; null for `json`. */
  text: string | null;
}

/** What an artifact was made from. */
export interface GetLineageLineage {
  /** The artifact asked for. */
  artifactId: string;
  /** What it was made from, each artifact once, nearest first. */
  inputs: Artifact[];
  /** How many edges far the answer goes. */
  depth: number;
  /** The edges between them, from input to output. */
  edges: Edge[];
}

/** The state of the code that made it. */
export interface Git {
  /** The commit. */
  commit: string | null;
  /** Whether there were uncommitted changes. */
  dirty: boolean | null;
}

/** One file of several. */
export interface GivenFile {
  /** Where it is. */
  path: string;
  /** Its path inside the artifact, with `/` between the parts; its file name unless given. */
  as?: string | null | undefined;
  /** What it is for. */
  role?: string | null | undefined;
}

/** The part of the lineage that an audit looked at. */
export interface GraphStats {
  /** Artifacts: those audited and their ancestors. */
  nodeCount: number;
  /** Edges between them, those from missing inputs included. */
  edgeCount: number;
  /** How many of the artifacts have no inputs. */
  rootCount: number;
  /** The artifacts by type. */
  nodesByType: Record<string, number>;
  /** The edges by relation. */
  edgesByRelation: Record<string, number>;
}

/** Whether the store can be used. */
export interface Health {
  /** Whether it can be used. */
  available: boolean;
  /** Why it can't; null when it can. */
  error: string | null;
  /** What to do about it; null when there is nothing to do. */
  hint: string | null;
  /** The absolute path of its folder. */
  storeRoot: string;
  /** The absolute path of the folder of readable names. */
  artifactsRoot: string;
  /** Whether it can only be read here; null when it can't be used. */
  readOnly: boolean | null;
  /** How many artifacts it has, deleted ones included; null when it can't be used. */
  artifactCount: number | null;
  /** The manifest's format; null when it can't be used. */
  formatVersion: number | null;
}

/** What becomes of the original. */
export type Ingest =
  /** It stays. */
  | "copy"
  /** It is removed after the commit. */
  | "move";

/** An artifact that another was made from. */
export interface Input {
  /** The input's id. */
  artifactId: string;
  /** How the output came from it; `derived_from` unless given. */
  relation?: string | null | undefined;
}

/** What a check of the bytes said. */
export type Integrity =
  /** They have their hash. */
  | "verified";

/** Something that an audit found. */
export interface Issue {
  /** What it is. */
  name: IssueName;
  /** Whether it is an error, or only worth a look. */
  severity: AuditSeverity;
  /** The same as a sentence. */
  message: string;
}

/** What an audit can find, the gravest first. */
export type IssueName =
  /** The store has no artifact of that id. */
  | "not_found"
  /** Bytes no longer have their hash. */
  | "hash_mismatch"
  /** An object is missing or can't be read, so that its bytes can't be verified. */
  | "verification_error"
  /** None of its roots has a role that was required. */
  | "missing_roles"
  /** It names an input that the store doesn't hold. */
  | "missing_input"
  /** One of its ancestors names such an input. */
  | "incomplete_lineage"
  /** It was made from itself over others. */
  | "circle";

/** The limits of the session. */
export interface Limits {
  /** Longest line, in bytes. */
  lineBytes: number;
  /** Most requests in one batch. */
  batchRequests: number;
  /** Most requests under way; beyond them reading waits. */
  requestsInFlight: number;
  /** Largest inline content, in bytes. */
  contentBytes: number;
}

/** The store that is there now. */
export interface Made {
  /** Whether it was made just now. */
  created: boolean;
  /** Whether its configuration was written just now. */
  configured: boolean;
  /** The absolute path of its folder. */
  storeRoot: string;
  /** The absolute path of the folder of readable names. */
  artifactsRoot: string;
  /** The absolute path of its configuration. */
  configuration: string;
}

/** By what a duplicate was recognised. */
export type Mode =
  /** The same bytes, as given or as kept. */
  | "file_hash"
  /** Other bytes with the same logical content. */
  | "content_hash";

/** As much of an artifact as a graph shows. */
export interface Node {
  /** Its id. */
  artifactId: string;
  /** Its type. */
  artifactType: string;
  /** What it represents. */
  logicalKey: string;
  /** Which version of its type and key it is. */
  version: number;
  /** Whether it stands, was replaced, or was deleted. */
  status: Status;
  /** Whether it was put aside. */
  archived: boolean;
  /** The parts it plays. */
  roles: string[];
  /** The run that published it first. */
  runId: string | null;
  /** When it was published. */
  createdAt: string;
  /** How many edges it is away from the nearest start; 0 for the starts. */
  depth: number;
}

/** What requests wait for. */
export type Ordering =
  /** Commits happen in the order of arrival, and queries wait for the commits that arrived before them. */
  | "arrival"
  /** Nothing waits for anything; for clients that await their own replies. */
  | "independent";

/** How the work that made it ended. */
export type Outcome =
  /** It passed. */
  | "pass"
  /** It failed. */
  | "fail"
  /** It is not known. */
  | "unknown";

/** A way from one artifact to another. */
export interface Path {
  /** How many edges long it is. */
  length: number;
  /** The artifacts it comes by, both ends included. */
  artifactIds: string[];
}

/** Ways from one artifact to another. */
export interface Paths {
  /** Shortest first; those of one length in an order that is always the same. */
  paths: Path[];
  /** Whether there are more than the limit let through, or the search was ended by its size. */
  truncated: boolean;
}

/** A piece of a file. */
export interface Piece {
  /** The artifact asked for; null when it was asked by hash. */
  artifactId: string | null;
  /** The file's path inside the artifact; null when it was asked by hash. */
  file: string | null;
  /** SHA-256 of the whole file. */
  hash: string;
  /** Length of the whole file in bytes. */
  sizeBytes: number;
  /** Where the piece begins. */
  offset: number;
  /** How many bytes the piece has. */
  length: number;
  /** How `data` stands for the bytes. */
  encoding: PieceEncoding;
  /** The bytes, as text where they are UTF-8, else as base64. */
  data: string;
  /** Whether the piece reaches the end of the file. */
  end: boolean;
  /** `verified` when the whole file was read and has its hash; null for a part of a file. */
  integrity: Integrity | null;
}

/** How a piece stands for bytes. */
export type PieceEncoding =
  /** The text's UTF-8 bytes. */
  | "utf8"
  /** The bytes that the base64 text stands for. */
  | "base64";

/** By whom and how an artifact was made. */
export interface Provenance {
  /** The run that published it first. */
  runId: string | null;
  /** The program that wrote it. */
  writer: Writer | null;
  /** The state of the code that made it. */
  git: Git | null;
  /** The parameters it was made with. */
  params: Record<string, unknown>;
  /** Where it came from, in the publisher's words. */
  source: string | null;
}

/** What became of a publish. */
export interface Published {
  /** Always true; a failure is an error. */
  success: boolean;
  /** Whether the store had it already. */
  deduped: boolean;
  /** By what a duplicate was recognised; null for a new artifact. */
  mode: Mode | null;
  /** The artifact that was there; null for a new artifact. */
  existingArtifactId: string | null;
  /** The artifact, new or existing. */
  artifactId: string;
  /** Absolute path of a table's Parquet file, null for other formats. */
  pathParquet: string | null;
  /** Absolute path of its sidecar. */
  pathSidecar: string;
  /** SHA-256 of the bytes kept. */
  fileHash: string;
  /** Hash of the logical content. */
  contentHash: string;
  /** Rows of a table, null for other formats. */
  rowCount: number | null;
  /** The artifact itself. */
  artifact: Artifact;
}

/** An ancestor that has no inputs itself. */
export interface Root {
  /** Its id. */
  artifactId: string;
  /** Its type. */
  artifactType: string;
  /** The parts it plays. */
  roles: string[];
}

/** Whether an artifact stands, was replaced, or was deleted. */
export type Status =
  /** It stands. */
  | "active"
  /** A newer artifact replaced it. */
  | "superseded"
  /** It was deleted or collected. */
  | "tombstoned";

/** Who keeps the bytes. */
export type Storage =
  /** The store keeps them as objects. */
  | "managed"
  /** They stay where their producer put them. */
  | "in_place";

/** The manifest that is there now. */
export interface Summary {
  /** How many artifacts it has. */
  artifactCount: number;
  /** How many events of the history it has. */
  eventCount: number;
  /** What could not be made good: missing objects, damaged sidecars, inputs that are gone; one sentence each. */
  findings: string[];
}

/** What an audit found, in numbers. */
export interface Totals {
  /** Artifacts that were asked for, unknown ones included. */
  artifacts: number;
  /** Those without any issue. */
  ok: number;
  /** Those with warnings only. */
  warnings: number;
  /** Those with errors. */
  errors: number;
  /** Ids that the store doesn't know. */
  notFound: number;
  /** Artifacts whose bytes are not what their hash says, or can't be verified. */
  verificationFailures: number;
  /** Artifacts none of whose roots has a role that was required. */
  missingRoles: number;
  /** Objects whose bytes were read and hashed, each once. */
  objectsVerified: number;
  /** How many bytes that were. */
  bytesVerified: number;
}

/** What a registered type says about its tables. */
export interface TypeDefinition {
  /** The type's name. */
  artifactType: string;
  /** The columns that count as content, in this order; null: all of them. */
  canonicalColumns: string[] | null;
  /** When given, the order of rows doesn't count. */
  sortKeys: string[];
  /** Columns read as timestamps even where they are text. */
  timestampColumns: string[];
}

/** A type of artifacts. */
export interface TypeSummary {
  /** Its name. */
  artifactType: string;
  /** Whether it was registered; any other type is accepted as it comes. */
  registered: boolean;
  /** How many artifacts it has, superseded and deleted ones included. */
  artifactCount: number;
  /** The columns that count as content; null: all of them. */
  canonicalColumns: string[] | null;
  /** When there are any, the order of rows doesn't count. */
  sortKeys: string[];
  /** Columns read as timestamps even where they are text. */
  timestampColumns: string[];
}

/** How a store was found. */
export interface VerifyStoreReport {
  /** The worst of all findings. */
  status: VerifyStoreVerdict;
  /** The checks that were made, in the order of the findings. */
  checksPerformed: Check[];
  /** The part of the bytes that was read; null for all. */
  sample: string | null;
  /** How much was looked at. */
  counts: Counts;
  /** How many errors there are. */
  errors: number;
  /** How many warnings there are. */
  warnings: number;
  /** How many findings were mended. */
  repaired: number;
  /** What was found, by check, artifact, object and path; at most 1000. */
  findings: Finding[];
  /** How many more findings there are. */
  omitted: number;
}

/** How much a finding matters. */
export type VerifyStoreSeverity =
  /** Something that the store promises is not so. */
  | "error"
  /** Nothing is lost, but somebody should look at it. */
  | "warning"
  /** It was so, and is mended. */
  | "repaired";

/** The worst of all findings. */
export type VerifyStoreVerdict =
  /** There are none. */
  | "clean"
  /** All of them are mended. */
  | "repaired"
  /** There are warnings. */
  | "warnings"
  /** There are errors. */
  | "errors";

/** The program that wrote it. */
export interface Writer {
  /** The program's name. */
  name: string | null;
  /** The program's version. */
  version: string | null;
}

/** What `initialize` takes. */
export interface InitializeParams {
  /** The client's name; it stands in the history as who did it. */
  clientName?: string | null | undefined;
  /** The client's version. */
  clientVersion?: string | null | undefined;
  /** The protocol version that the client speaks; 1 is the only one so far. */
  protocolVersion?: number | null | undefined;
  /** Whether requests wait for the commits that arrived before them (`arrival`, the default) or for nothing. */
  ordering?: Ordering | null | undefined;
  /** The client's process id: when that process is gone, the server ends. */
  processId?: number | null | undefined;
}

/** What `initialize` answers. Who serves, and within which limits. */
export interface InitializeResult {
  /** `keepstone`. */
  serverName: string;
  /** The binary's version. */
  serverVersion: string;
  /** The protocol version spoken. */
  protocolVersion: number;
  /** The absolute path of the store's folder, which need not exist yet. */
  storeRoot: string;
  /** What the server can do besides answering requests. */
  capabilities: Capabilities;
  /** The limits of the session. */
  limits: Limits;
  /** SHA-256 of the published schemas: equal hashes, equal shapes. */
  schemaHash: string;
}

/** What `rpc.discover` takes. */
export type RpcDiscoverParams = Record<string, never>;

/** What `rpc.discover` answers. */
export type RpcDiscoverResult = Record<string, unknown>;

/** What `health_check` takes. */
export type HealthCheckParams = Record<string, never>;

/** What `health_check` answers. */
export type HealthCheckResult = Health;

/** What `init` takes. */
export interface InitParams {
  /** Whether to write keepstone.toml anew in a store that exists; false unless given. */
  force?: boolean | null | undefined;
}

/** What `init` answers. */
export type InitResult = Made;

/** What `publish_artifact` takes. */
export interface PublishArtifactParams {
  /** The type; one that was not registered is accepted as it comes. */
  artifactType: string;
  /** Version of the type's schema, 1 or more; 1 unless given. */
  schemaVersion?: number | null | undefined;
  /** What it represents: any text up to 1024 bytes. Its default is the artifactId, else the file name, else the new id. */
  logicalKey?: string | null | undefined;
  /** The file or folder to publish. A relative path counts from the server's working directory. */
  dataPath?: string | null | undefined;
  /** The content itself, at most 1 MiB, instead of dataPath. */
  content?: Content | null | undefined;
  /** Several files that become one tree, instead of dataPath. */
  files?: GivenFile[] | null | undefined;
  /** What kind of content it is; by default a folder is a tree, .csv and .parquet are tables, everything else a file. */
  format?: Format | null | undefined;
  /** Column types of a CSV that shall not be inferred, by column name. */
  columns?: Record<string, ColumnType> | null | undefined;
  /** Tags: an object of texts, or a list of words. */
  tags?: Record<string, string> | string[] | null | undefined;
  /** What it was made from, with the relation derived_from. */
  inputArtifactIds?: string[] | null | undefined;
  /** What it was made from, with relations. */
  inputs?: Input[] | null | undefined;
  /** The program that wrote it. */
  writerName?: string | null | undefined;
  /** That program's version. */
  writerVersion?: string | null | undefined;
  /** The commit of the code that made it. */
  gitCommit?: string | null | undefined;
  /** Whether that code had uncommitted changes. */
  gitDirty?: boolean | null | undefined;
  /** The parameters it was made with. Integers beyond 2^53-1 are refused. */
  params?: Record<string, unknown> | null | undefined;
  /** What stands in the readable name instead of the logical key. */
  filenameHint?: string | null | undefined;
  /** An id of the caller's own. */
  artifactId?: string | null | undefined;
  /** The run that published it; publishing a duplicate makes it a member of this run too. */
  runId?: string | null | undefined;
  /** The parts it plays. */
  roles?: string[] | null | undefined;
  /** A title for people. */
  title?: string | null | undefined;
  /** A description for people. */
  description?: string | null | undefined;
  /** Its media type, where the file name doesn't tell. */
  mediaType?: string | null | undefined;
  /** How the work that made it ended. */
  outcome?: Outcome | null | undefined;
  /** Where it came from, in the publisher's words. */
  source?: string | null | undefined;
  /** When it was made, for imports: RFC 3339, without zone it reads as UTC. */
  createdAt?: string | null | undefined;
  /** The hash that the bytes given must have; of a folder, its listing's. */
  expectedFileHash?: string | null | undefined;
  /** Makes the request repeatable: the same id with the same params answers as the first time. */
  requestId?: string | null | undefined;
  /** `copy` leaves the original alone, `move` removes it after the commit; `copy` unless given. */
  ingest?: Ingest | null | undefined;
}

/** What `publish_artifact` answers. */
export type PublishArtifactResult = Published;

/** What `get_artifact` takes. */
export interface GetArtifactParams {
  /** The artifact. */
  artifactId: string;
}

/** What `get_artifact` answers. */
export type GetArtifactResult = Artifact;

/** What `get_artifacts` takes. */
export interface GetArtifactsParams {
  /** The artifacts, at most 10000. */
  artifactIds: string[];
}

/** What `get_artifacts` answers. */
export type GetArtifactsResult = (Artifact | null)[];

/** What `list_artifacts` takes. */
export interface ListArtifactsParams {
  /** Which artifacts; all of them without a filter. */
  filter?: Filter | null | undefined;
}

/** What `list_artifacts` answers. */
export type ListArtifactsResult = Artifact[];

/** What `resolve` takes. */
export interface ResolveParams {
  /** The reference. The first `:` ends the type; only `latest` or a version behind the last `@` is not part of the key. */
  ref: string;
}

/** What `resolve` answers. */
export type ResolveResult = Artifact;

/** What `find_by_logical_key` takes. */
export interface FindByLogicalKeyParams {
  /** The type. */
  artifactType: string;
  /** The key. */
  logicalKey: string;
}

/** What `find_by_logical_key` answers. */
export type FindByLogicalKeyResult = Artifact[];

/** What `find_by_hash` takes. */
export interface FindByHashParams {
  /** `sha256:` and 64 hex digits, the digits alone, or the 12 characters of a spec id. */
  hash: string;
}

/** What `find_by_hash` answers. */
export type FindByHashResult = Artifact[];

/** What `list_files` takes. */
export interface ListFilesParams {
  /** The artifact. */
  artifactId: string;
}

/** What `list_files` answers. */
export type ListFilesResult = FileEntry[];

/** What `read_file` takes. */
export interface ReadFileParams {
  /** The artifact; or give `hash`. */
  artifactId?: string | null | undefined;
  /** The hash of the file's bytes. */
  hash?: string | null | undefined;
  /** Which file of a tree; a table or a single file needs none. */
  file?: string | null | undefined;
  /** Where the piece begins, in bytes; 0 unless given. */
  offset?: number | null | undefined;
  /** How many bytes at most: 1 to 1048576, 1048576 unless given. */
  length?: number | null | undefined;
}

/** What `read_file` answers. */
export type ReadFileResult = Piece;

/** What `supersede` takes. */
export interface SupersedeParams {
  /** The artifact that replaces. */
  newArtifactId: string;
  /** The artifact that is replaced. */
  oldArtifactId: string;
  /** Why; it stands in the history. */
  reason?: string | null | undefined;
}

/** What `supersede` answers. */
export type SupersedeResult = Done;

/** What `register_type` takes. */
export interface RegisterTypeParams {
  /** The type. */
  artifactType: string;
  /** The columns that count as content, in this order; all of them unless given. */
  canonicalColumns?: string[] | null | undefined;
  /** When given, the order of rows doesn't count; duplicates still do. */
  sortKeys?: string[] | null | undefined;
  /** Columns read as timestamps even where they are text. */
  timestampColumns?: string[] | null | undefined;
}

/** What `register_type` answers. */
export type RegisterTypeResult = TypeDefinition;

/** What `list_types` takes. */
export type ListTypesParams = Record<string, never>;

/** What `list_types` answers. */
export type ListTypesResult = TypeSummary[];

/** What `get_lineage` takes. */
export interface GetLineageParams {
  /** The artifact. */
  artifactId: string;
  /** How many edges far: 1 to 10000, 1 unless given. */
  depth?: number | null | undefined;
}

/** What `get_lineage` answers. */
export type GetLineageResult = GetLineageLineage;

/** What `get_downstream` takes. */
export interface GetDownstreamParams {
  /** The artifact. */
  artifactId: string;
  /** How many edges far: 1 to 10000, 1 unless given. */
  depth?: number | null | undefined;
}

/** What `get_downstream` answers. */
export type GetDownstreamResult = Artifact[];

/** What `trace_roots` takes. */
export interface TraceRootsParams {
  /** The artifact. */
  artifactId: string;
}

/** What `trace_roots` answers. */
export type TraceRootsResult = Artifact[];

/** What `get_lineage_graph` takes. */
export interface GetLineageGraphParams {
  /** Where the graph begins: 1 to 10000 artifacts. */
  artifactIds: string[];
  /** Which way it goes from there. */
  direction: Direction;
  /** How many edges far; as far as it goes unless given, and with 0 nowhere. */
  maxDepth?: number | null | undefined;
  /** The relations to follow, at most 100; without any, all that are no annotations. */
  relations?: string[] | null | undefined;
  /** What `text` holds; nothing unless given, or with `json`. */
  format?: GetLineageGraphFormatParam | null | undefined;
}

/** What `get_lineage_graph` answers. */
export type GetLineageGraphResult = GetLineageGraphLineage;

/** What `find_lineage_paths` takes. */
export interface FindLineagePathsParams {
  /** Where the ways begin: the input. */
  fromArtifactId: string;
  /** Where they end: what was made of it, at once or over others. */
  toArtifactId: string;
  /** At most this many: 1 to 1000, 10 unless given. */
  limit?: number | null | undefined;
  /** How many edges long they may be; any length unless given. */
  maxDepth?: number | null | undefined;
  /** The relations to follow, at most 100; without any, all that are no annotations. */
  relations?: string[] | null | undefined;
}

/** What `find_lineage_paths` answers. */
export type FindLineagePathsResult = Paths;

/** What `add_lineage` takes. */
export interface AddLineageParams {
  /** The artifact that was made. */
  artifactId: string;
  /** What it was made from, 1 to 10000 artifacts. */
  inputs: Input[];
}

/** What `add_lineage` answers. */
export type AddLineageResult = Added;

/** What `audit` takes. */
export interface AuditParams {
  /** The artifacts, 1 to 10000; one that is named twice is reported once. */
  artifactIds?: string[] | null | undefined;
  /** All artifacts of the store, at most 100000, in the order of commits, instead of artifactIds. */
  all?: boolean | null | undefined;
  /** Whether the roots of each artifact are listed; false unless given. */
  traceRoots?: boolean | null | undefined;
  /** Whether the bytes kept are read and hashed, each object once; false unless given. */
  verifyHashes?: boolean | null | undefined;
  /** How many edges far ancestors are looked for; as far as it goes unless given. */
  maxDepth?: number | null | undefined;
  /**
   * Roles that the roots of each artifact must have, each role at least one root; at most 64. An artifact without
   * inputs is its own root.
   */
  requiredRoles?: string[] | null | undefined;
  /** What `text` holds; nothing unless given, or with `json`. */
  format?: AuditFormatParam | null | undefined;
}

/** What `audit` answers. */
export type AuditResult = AuditReport;

/** What `list_events` takes. */
export interface ListEventsParams {
  /** Only events of this artifact. */
  artifactId?: string | null | undefined;
  /** Only events at this moment or later (RFC 3339; without zone it reads as UTC). */
  since?: string | null | undefined;
  /** At most this many: 1 to 10000, 100 unless given. */
  limit?: number | null | undefined;
}

/** What `list_events` answers. */
export type ListEventsResult = Event[];

/** What `verify_store` takes. */
export interface VerifyStoreParams {
  /** What to look at, at least one; everything unless given. */
  checks?: Check[] | null | undefined;
  /**
   * Reads only one part of the bytes: `"3/30"` is the third of thirty, cut by hash, so that thirty calls read every
   * object once. It is about the check hash alone; the others are always whole.
   */
  sample?: string | null | undefined;
  /** Mends what can be proven and moves damaged objects to quarantine; false unless given. */
  repair?: boolean | null | undefined;
}

/** What `verify_store` answers. */
export type VerifyStoreResult = VerifyStoreReport;

/** What `backup` takes. */
export interface BackupParams {
  /** Where the copy goes; it must not exist. `backups/manifest-<moment>.sqlite` unless given. */
  path?: string | null | undefined;
}

/** What `backup` answers. */
export type BackupResult = Copy;

/** What `restore_backup` takes. */
export interface RestoreBackupParams {
  /** The backup; the newest in the store's backups/ unless given. */
  path?: string | null | undefined;
}

/** What `restore_backup` answers. */
export type RestoreBackupResult = Summary;

/** What `rebuild_manifest` takes. */
export type RebuildManifestParams = Record<string, never>;

/** What `rebuild_manifest` answers. */
export type RebuildManifestResult = Summary;
