// Generated from the code: `UPDATE=1 cargo test generated` makes it again.

/** What was recorded. */
export interface Added {
  /** The edges that are new. */
  added: Edge[];
  /** The artifact that was made. */
  artifact: Artifact;
}

/** An alias and what it stands for. */
export interface Alias {
  /** The name: `type:key@alias` means the artifact. */
  alias: string;
  /** The type of the artifact. */
  artifactType: string;
  /** The key of the artifact. */
  logicalKey: string;
  /** The artifact that it stands for. */
  artifactId: string;
  /** Which version of its type and key that is. */
  version: number;
  /** Since when. */
  setAt: string;
}

/** What an alias stands for now and stood for before. */
export interface AliasSet {
  /** The name: `type:key@alias` means the artifact. */
  alias: string;
  /** The type of the artifact. */
  artifactType: string;
  /** The key of the artifact. */
  logicalKey: string;
  /** The artifact that it stands for. */
  artifactId: string;
  /** Which version of its type and key that is. */
  version: number;
  /** Since when. */
  setAt: string;
  /** What it stood for before, null for nothing. */
  previousArtifactId: string | null;
}

/** What compaction did. */
export interface ApplyCompactionApplied {
  /** The family asked for; null for all. */
  family: string | null;
  /** The files as the plan names them, those that failed left out. */
  files: PlannedFile[];
  /** All of them together. */
  totals: CompactionTotals;
  /** Each family, by name. */
  families: FamilyCompaction[];
  /** Files that could not be replaced and are as they were. */
  failures: CompactionFailure[];
}

/** What a collection did. */
export interface ApplyGcApplied {
  /** The plan's policy. */
  policy: string | null;
  /** The plan's family. */
  family: string | null;
  /** The plan's moment. */
  now: string;
  /** The plan's digest. */
  digest: string;
  /** What went to the trash. */
  deleted: Candidate[];
  /** What was to go and was protected at the last moment. */
  skipped: ApplyGcLeftOut[];
  /** Sums over what went to the trash. */
  totals: PlanTotals;
  /** Absolute path of the manifest's copy; null where nothing was to go. */
  backup: string | null;
  /** Absolute path of the report, Markdown. */
  report: string | null;
  /** Absolute path of the report, JSON. */
  reportJson: string | null;
}

/** An artifact to which it was not done. */
export interface ApplyGcLeftOut {
  /** The artifact. */
  artifactId: string;
  /** Why. */
  reason: string;
}

/** What becomes of archived artifacts. */
export type Archived =
  /** They are not found. */
  | "exclude"
  /** They are found like all others. */
  | "include"
  /** Only they are found. */
  | "only";

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
  /**
   * Absolute path of its readable name: a file, or a folder for a tree; null once the bytes are gone. Of what is kept in
   * place, the deepest folder that holds all its files; list_files says where each of them is.
   */
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
  /**
   * Whether a pin protects it: one of its own, of a run that published it, or of a live dataset that holds it. Its end
   * may come by itself, so `revision` doesn't count it.
   */
  pinned: boolean;
  /** 1, and one more for each change that shows. */
  revision: number;
}

/** Which artifacts a list shows. */
export interface ArtifactFilter {
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
  /** Of this family: runs that scans found by its patterns. */
  family?: string | null | undefined;
  /** Whose work ended like this. */
  outcome?: Outcome | null | undefined;
  /** At most this many: 1 to 10000, 100 unless given. */
  limit?: number | null | undefined;
}

/** A form of a report. */
export type AuditFormatParam =
  /** The fields of the result alone. */
  | "json"
  /** Plain text. */
  | "text"
  /** Markdown. */
  | "markdown";

/** By whom and how an artifact was made. */
export interface AuditProvenance {
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
  provenance: AuditProvenance | null;
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

/** What the default policy's budget leaves. */
export interface Budget {
  /** The policy. */
  policy: string;
  /** Its budget. */
  spaceBudgetBytes: number;
  /** The bytes that live artifacts take, each object counted once. */
  usedBytes: number;
  /** What is left; 0 when it is used up. */
  leftBytes: number;
  /** By how much it is exceeded; 0 when it is not. */
  overBudgetBytes: number;
}

/** What became of several artifacts. */
export interface BulkDeleted {
  /** Whether all of them are in the trash now. */
  success: boolean;
  /** How many artifacts were named. */
  processed: number;
  /** How many were live until now. */
  deleted: number;
  /** How many failed. */
  failed: number;
  /** What became of each, in the order of the request. */
  results: DeleteResult[];
}

/** What became of one of several changes. */
export interface BulkResult {
  /** The artifact. */
  artifactId: string;
  /** Whether it is now as it was wished for. */
  success: boolean;
  /** Its revision by now, null when it failed. */
  revision: number | null;
  /** Why it failed, null when it didn't. */
  error: string | null;
  /** What kind of failure it was, null when it was none. */
  errorKind: Kind | null;
}

/** What became of several changes. */
export interface BulkUpdated {
  /** Whether all of them succeeded. */
  success: boolean;
  /** How many artifacts were named. */
  processed: number;
  /** How many changed. */
  changed: number;
  /** How many failed. */
  failed: number;
  /** What became of each, in the order of the request. */
  results: BulkResult[];
}

/** What a bundle holds. */
export interface Bundled {
  /** Absolute path of the bundle. */
  path: string;
  /** Its length in bytes. */
  sizeBytes: number;
  /** How many artifacts it carries. */
  artifactCount: number;
  /** How many different files' bytes it carries. */
  objectCount: number;
  /** The length of these together. */
  objectBytes: number;
  /** How many runs it carries, those not counted that artifacts only name. */
  runCount: number;
  /** How many versions of datasets it carries. */
  datasetCount: number;
  /** How many aliases it carries. */
  aliasCount: number;
  /** Inputs that its artifacts name and that it doesn't carry, at most 1000, by id. */
  missingInputs: string[];
}

/** An artifact that a plan judges. */
export interface Candidate {
  /** The artifact. */
  artifactId: string;
  /** The family whose rules judge it; null where a policy does. */
  family: string | null;
  /** Its type. */
  artifactType: string;
  /** What it represents. */
  logicalKey: string;
  /** When it was published. */
  createdAt: string;
  /** How the work that made it ended. */
  outcome: Outcome | null;
  /** What becomes of it. */
  fate: Fate;
  /**
   * Every rule that keeps it; of what goes, why none does. Of families: `pinned`, `last_pass`, `last_run`,
   * `explicitly_pinned`, `within_keep_count_N`, `dataset_member`; else `beyond_keep_count_N`. Of policies: `pinned`,
   * `ancestor_of_pinned`, `dataset_member`, `has_descendants`, `protected_type:T`, `protected_role:R`, `age`,
   * `min_count`; else `older_than_Nd` or `space_budget`.
   */
  reasons: string[];
  /** Number of its files. */
  files: number;
  /** Bytes of all its files together. */
  logicalBytes: number;
  /**
   * Bytes that a purge would free because of it: what others hold too is none, and what several hold that go counts
   * for the first of them alone.
   */
  physicalBytes: number;
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

/** A value that differs in a row that both tables have. */
export interface CellChange {
  /** The column. */
  column: string;
  /** The value in the left table; null for none. */
  left: number | string | boolean | null;
  /** The value in the right table; null for none. */
  right: number | string | boolean | null;
}

/** A version that was deleted or brought back. */
export interface Changed {
  /** Whether this request changed anything. */
  changed: boolean;
  /** The version. */
  dataset: Dataset;
}

/** What changes about a member of the parent version. */
export interface ChangedMember {
  /** The artifact. */
  artifactId: string;
  /** The part it plays from now on; as before unless given. */
  role?: string | null | undefined;
  /** The split it belongs to from now on, "" for none; as before unless given. */
  split?: string | null | undefined;
  /** Features that are set; null removes one, the others stay. */
  features?: Record<string, number | string | boolean | null> | null | undefined;
}

/** A member that both versions have. */
export interface ChangedPair {
  /** What differs. */
  changes: MemberChange[];
  /** The member of the left version. */
  left: Member;
  /** The member of the right version. */
  right: Member;
}

/** What a verification looks at. */
export type Check =
  /** Every object, and every readable name that is no link of its object, is read and has its hash. */
  | "hash"
  /** Every artifact's objects are there, with their sizes, and can't be written. */
  | "objects"
  /** Every readable name is there and is its object. Other files below artifacts/ are their owners' business. */
  | "names"
  /** Every file that is kept in place is there and is what the last scan saw; those of deleted artifacts lie in the trash. */
  | "in_place"
  /** Every artifact has its sidecar, whose seal holds. */
  | "sidecars"
  /** Every line of the history has a seal that holds and says what the manifest says. */
  | "history"
  /** Every input is there, and no artifact is made from itself or superseded by itself, at once or over others. */
  | "lineage"
  /** Every version of a dataset has its snapshot and its Parquet index, as they were written, and its members are there. */
  | "datasets"
  /** SQLite finds no damage, and every row says what the sidecars and the history say. */
  | "manifest"
  /** The store's folders are there and hold nothing that isn't the store's. */
  | "staging";

/** The state of the checkout that a run worked in. */
export interface Checkout {
  /** The commit. */
  commit: string | null;
  /** The branch; null where none is checked out. */
  branch: string | null;
  /** Whether there were uncommitted changes. */
  dirty: boolean | null;
}

/** The state of the checkout that a run worked in. */
export interface CheckoutParam {
  /** The commit. */
  commit?: string | null | undefined;
  /** The branch; null where none is checked out. */
  branch?: string | null | undefined;
  /** Whether there were uncommitted changes. */
  dirty?: boolean | null | undefined;
}

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
  /** The readable name of what was deleted is still there. */
  | "name_left"
  /** A file that is kept in place is no longer there. */
  | "file_missing"
  /** A file that is kept in place has changed since it was scanned. */
  | "file_changed"
  /** A file of a deleted artifact still lies in its place. */
  | "file_left"
  /** A file of a deleted artifact is neither in the trash nor in its place. */
  | "trash_missing"
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
  /** Artifacts are made from each other, or supersede each other, in a circle. */
  | "circle"
  /** The snapshot of a version of a dataset is not there. */
  | "snapshot_missing"
  /** The snapshot's seal fails, or it can't be read. */
  | "snapshot_damaged"
  /** The snapshot is another file than the one that was written. */
  | "snapshot_differs"
  /** A digest or a count of a version is not that of its members. */
  | "sum_differs"
  /** The Parquet index is not there; everything in it stands in the snapshot too. */
  | "index_missing"
  /** The Parquet index is another file than the one that was written. */
  | "index_differs"
  /** A member's artifact is not in the store. */
  | "member_missing"
  /** A member's artifact was deleted. */
  | "member_deleted"
  /** A member's artifact is no longer what it was when the version was created. */
  | "member_differs"
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
  /** An artifact's bytes were given up, though it was not deleted. */
  | "purged_alive"
  /** A search finds an artifact by other words than it has. */
  | "words_differ"
  /** A folder of the store is not there. */
  | "folder_missing"
  /** Something lies among the store's own files that isn't the store's. */
  | "stranger"
  /** It could not be read. */
  | "unreadable";

/** A column. */
export interface ColumnOf {
  /** Its name. */
  name: string;
  /** Its type: int, float64, text, timestamp … */
  type: string;
}

/** A column of one or both tables, and what its values come to. */
export interface ColumnPair {
  /** Its name. */
  name: string;
  /** In the left table; null where that doesn't have it. */
  left: ColumnStatistics | null;
  /** In the right table; null where that doesn't have it. */
  right: ColumnStatistics | null;
}

/** What the values of a column come to. */
export interface ColumnStatistics {
  /** Its type: int, float64, text, timestamp … */
  type: string;
  /** How many rows have no value. */
  nulls: number;
  /** How many values are NaN; null for what can't be. */
  nans: number | null;
  /** How many different values there are, NaN being one; null where there are more than 1000 or very long ones. */
  distinct: number | null;
  /** The least value, NaN left out; null where there is none. */
  min: number | string | boolean | null;
  /** The greatest value, NaN left out; null where there is none. */
  max: number | string | boolean | null;
  /** The mean of numbers, NaN left out; null where there is none. */
  mean: number | null;
}

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

/** Files that are kept in a compact form. */
export interface Compacted {
  /** How many. */
  files: number;
  /** The bytes of their originals. */
  logicalBytes: number;
  /** The bytes that their compact forms have, with the originals that are kept compressed beside them. */
  storedBytes: number;
}

/** A file that could not be compacted or expanded; it is as it was. */
export interface CompactionFailure {
  /** The artifact it belongs to. */
  artifactId: string;
  /** The absolute path of the file. */
  path: string;
  /** Why. */
  message: string;
}

/** Several files together. */
export interface CompactionTotals {
  /** Files of artifacts that are kept in place. */
  files: number;
  /** Those that get a compact form. */
  compacted: number;
  /** Those that are left as they are. */
  skipped: number;
  /** Bytes of those that get a compact form. */
  sizeBytes: number;
  /** Their bytes afterwards, the originals included that are kept. */
  compactSizeBytes: number;
  /** How many bytes that saves. */
  savedBytes: number;
}

/** What a comparison comes to. */
export type CompareArtifactsVerdict =
  /** Both have the same bytes. */
  | "identical"
  /** Their bytes differ, what they say does not: both have the same content hash. */
  | "same_content"
  /** Their content differs. */
  | "different"
  /** Their content can't be held against each other; `reason` says why. */
  | "not_comparable";

/** As much of a compared artifact as tells it from the other. */
export interface Compared {
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
  /** What kind of content it has. */
  format: Format;
  /** SHA-256 of the bytes kept; of a tree, of its listing. */
  fileHash: string;
  /** Hash of the logical content. */
  contentHash: string;
  /** Bytes kept, of all files together. */
  sizeBytes: number;
  /** A title for people. */
  title: string | null;
}

/** What differs between two artifacts. */
export interface Comparison {
  /** The artifact that was compared. */
  left: Compared;
  /** The artifact that it was compared with. */
  right: Compared;
  /** What their content comes to. */
  verdict: CompareArtifactsVerdict;
  /** The same as a sentence. */
  reason: string;
  /** The fields that differ, ids, paths and what follows from others left out. */
  fields: ValueChange[];
  /** The params that differ. */
  params: ParamDiff;
  /** The tags that differ. */
  tags: TagDiff;
  /** The inputs that differ. */
  inputs: InputDiff;
  /** The files that differ. */
  files: FileDiff;
  /** How the tables differ; null unless both are tables that can be read. */
  table: TableDiff | null;
  /** Whether a list was cut at the limit, the examples of rows left aside. The counts are of all. */
  truncated: boolean;
}

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
  /** Files kept in place, or in the trash since their artifacts were deleted, that were looked at. */
  inPlace: number;
  /** Sidecars that were read. */
  sidecars: number;
  /** Lines of the history that were read. */
  historyLines: number;
  /** Versions of datasets that were looked at. */
  datasets: number;
  /** Edges that were followed. */
  edges: number;
  /** Rows of the manifest that were held against sidecars and history. */
  rows: number;
  /** Files in quarantine. */
  quarantined: number;
}

/** Who made a version of a dataset, and from what. */
export interface CreateDatasetProvenance {
  /** The program that made it. */
  writer: Writer | null;
  /** The commit of the code that made it. */
  gitCommit: string | null;
  /** The stage of the pipeline that made it. */
  stage: string | null;
  /** The runs that published its members, sorted. */
  sourceRuns: string[];
}

/** The version that is there now. */
export interface Created {
  /** Whether it was there already, and nothing was done. */
  deduped: boolean;
  /** The version. */
  dataset: Dataset;
}

/** The manifest as a database. */
export interface Database {
  /** Length of the file. */
  sizeBytes: number;
  /** Length of the write-ahead log beside it. */
  logBytes: number;
  /** Length of a page. */
  pageBytes: number;
  /** How many pages the file has. */
  pages: number;
  /** How many of them hold nothing. */
  freePages: number;
}

/** One version of a dataset: what it holds and who made it; its members are listed apart. */
export interface Dataset {
  /** The dataset. */
  datasetId: string;
  /** The version. */
  version: string;
  /** Whether it stands or was deleted. */
  status: Status;
  /** When it was deleted. */
  deletedAt: string | null;
  /** A name for people. */
  name: string | null;
  /** A description for people. */
  description: string | null;
  /** Tags; a tag that is only a word has the value "". */
  tags: Record<string, string>;
  /** Whatever its maker noted. */
  annotations: Record<string, unknown>;
  /** The version it was made from. */
  parentVersion: string | null;
  /** When it was created. */
  createdAt: string;
  /** How many members it has. */
  memberCount: number;
  /** The bytes of all members together. */
  totalBytes: number;
  /** SHA-256 over the members' hashes alone, sorted: what bytes the version holds. */
  contentDigest: string;
  /** SHA-256 over everything that is known of each member: ids, roles, splits, sizes, features. */
  membershipDigest: string;
  /** What can be counted in it. */
  statistics: Statistics;
  /** Who made it, and from what. */
  provenance: CreateDatasetProvenance;
  /** Absolute path of the snapshot, the JSON file that says all of this and every member. */
  path: string;
  /** SHA-256 of that file. */
  snapshotHash: string;
  /** Absolute path of the Parquet file that lists the members, null when it has none. */
  pathIndex: string | null;
}

/** What differs between two versions. */
export interface DatasetDiff {
  /** The version that was compared. */
  left: DiffSide;
  /** The version that it was compared with. */
  right: DiffSide;
  /** Whether they have the same members, alike in everything. */
  identical: boolean;
  /** How many members differ, and how. */
  counts: DiffCounts;
  /** Only in the right version, by artifact id. */
  added: Member[];
  /** Only in the left version, by artifact id. */
  removed: Member[];
  /** In both and different, by the left one's artifact id. */
  changed: ChangedPair[];
  /** Whether a list was cut at the limit. */
  truncated: boolean;
}

/** A version of a dataset in a list; get_dataset says more. */
export interface DatasetEntry {
  /** The dataset. */
  datasetId: string;
  /** The version. */
  version: string;
  /** Whether `latest` means this version. */
  latest: boolean;
  /** Whether it stands or was deleted. */
  status: Status;
  /** A name for people. */
  name: string | null;
  /** A description for people. */
  description: string | null;
  /** Tags; a tag that is only a word has the value "". */
  tags: Record<string, string>;
  /** The version it was made from. */
  parentVersion: string | null;
  /** When it was created. */
  createdAt: string;
  /** How many members it has. */
  memberCount: number;
  /** The bytes of all members together. */
  totalBytes: number;
  /** The members of each role. */
  byRole: Record<string, Share>;
  /** SHA-256 over the members' hashes alone. */
  contentDigest: string;
  /** SHA-256 over everything that is known of each member. */
  membershipDigest: string;
}

/** What became of one of several artifacts. */
export interface DeleteResult {
  /** The artifact. */
  artifactId: string;
  /** Whether it is in the trash now. */
  success: boolean;
  /** How many live artifacts were made of it; null when it failed. */
  dependentCount: number | null;
  /** Why it failed, null when it didn't. */
  error: string | null;
  /** What kind of failure it was, null when it was none. */
  errorKind: Kind | null;
}

/** What became of it. */
export interface Deleted {
  /** Always true; a failure is an error. */
  success: boolean;
  /** Whether it was live until now. */
  changed: boolean;
  /** Live artifacts that were made of it, at most 100. */
  dependents: string[];
  /** How many there are. */
  dependentCount: number;
  /** The artifact, as it is now. */
  artifact: Artifact;
}

/** How many there are of each kind. */
export interface DiffCount {
  /** Only the right one has them. */
  added: number;
  /** Only the left one has them. */
  removed: number;
  /** Both have them, and they differ. */
  changed: number;
  /** Both have them alike. */
  same: number;
}

/** How many members differ, and how. */
export interface DiffCounts {
  /** Only in the right version. */
  added: number;
  /** Only in the left version. */
  removed: number;
  /** In both, and different. */
  changed: number;
  /** In both, and alike. */
  unchanged: number;
  /** Of the changed: those with other bytes. */
  content: number;
  /** Of the changed: those in another role. */
  role: number;
  /** Of the changed: those in another split. */
  split: number;
  /** Of the changed: those with other features. */
  features: number;
}

/** One side of a comparison. */
export interface DiffSide {
  /** The dataset. */
  datasetId: string;
  /** The version. */
  version: string;
  /** How many members it has. */
  memberCount: number;
  /** The bytes of all members together. */
  totalBytes: number;
  /** SHA-256 over the members' hashes alone. */
  contentDigest: string;
  /** SHA-256 over everything that is known of each member. */
  membershipDigest: string;
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

/** What was kept once although several artifacts hold it. */
export interface Duplicates {
  /** Files of artifacts whose bytes the store keeps. */
  files: number;
  /** The objects that hold them. */
  objects: number;
  /** How many files took no room. */
  avoidedFiles: number;
  /** How many bytes that saved. */
  avoidedBytes: number;
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

/** What was brought back. */
export interface Expanded {
  /** The artifact. */
  artifactId: string;
  /** The files that are their originals again, by path. */
  files: ExpandedFile[];
  /** Files that could not be expanded and are as they were. */
  failures: CompactionFailure[];
}

/** A file that is its original again. */
export interface ExpandedFile {
  /** The absolute path of the original. */
  path: string;
  /** The form that it had. */
  form: Form;
  /** The length that it had in bytes. */
  compactSizeBytes: number;
  /** The length of the original. */
  sizeBytes: number;
}

/** What became of a file. */
export type ExportState =
  /** It is new there. */
  | "written"
  /** It was there with the same bytes. */
  | "already_there"
  /** It took the place of one with other bytes. */
  | "replaced";

/** What was written. */
export interface Exported {
  /** The artifact. */
  artifactId: string;
  /** The absolute path of the folder. */
  directory: string;
  /** Its files, in the order of its listing. */
  files: ExportedFile[];
  /** How many files are new or were replaced. */
  writtenCount: number;
  /** How many bytes these have. */
  writtenBytes: number;
}

/** A file that is in the folder now. */
export interface ExportedFile {
  /** Its path inside the artifact. */
  file: string;
  /** Its absolute path. */
  path: string;
  /** SHA-256 of its bytes. */
  hash: string;
  /** Length in bytes. */
  sizeBytes: number;
  /** What became of it. */
  state: ExportState;
}

/** By what found artifacts are counted. */
export type FacetBy =
  /** By type. */
  | "type"
  /** By tag. */
  | "tag"
  /** By state. */
  | "status"
  /** By family. */
  | "family"
  /** By outcome. */
  | "outcome"
  /** By source. */
  | "source";

/**
 * How many of the found artifacts have which value, the 100 most frequent first; null for what wasn't asked for. Artifacts
 * without a value are not counted.
 */
export interface Facets {
  /** By type. */
  type: ValueCount[] | null;
  /** By tag. */
  tag: TagCount[] | null;
  /** By state. */
  status: ValueCount[] | null;
  /** By family. */
  family: ValueCount[] | null;
  /** By outcome. */
  outcome: ValueCount[] | null;
  /** By source. */
  source: ValueCount[] | null;
}

/** The same of one family. */
export interface FamilyCompaction {
  /** The family. */
  family: string;
  /** Files of artifacts that are kept in place. */
  files: number;
  /** Those that get a compact form. */
  compacted: number;
  /** Those that are left as they are. */
  skipped: number;
  /** Bytes of those that get a compact form. */
  sizeBytes: number;
  /** Their bytes afterwards, the originals included that are kept. */
  compactSizeBytes: number;
  /** How many bytes that saves. */
  savedBytes: number;
}

/** What is kept of a family. */
export interface FamilyShown {
  /** Its name. */
  family: string;
  /** The newest so many runs are kept. */
  keep: number;
  /** Runs that are kept however old they are: `last_pass`, `pinned`, `last_run`. */
  alwaysKeep: string[];
  /** Artifacts that are kept: ids, the starts of ids, or their last 8 digits. */
  pin: string[];
}

/** The same of one family. */
export interface FamilyTally {
  /** The family. */
  family: string;
  /** Files that belong to a family. */
  filesScanned: number;
  /** Their bytes. */
  bytesScanned: number;
  /** Files that were read, because they were new or looked otherwise than before. */
  filesRead: number;
  /** Runs that these files make up. */
  found: number;
  /** Runs that were not known before; of a dry run, those that would be registered. */
  registered: number;
  /** Known runs whose files, outcome, family or inputs are no longer what they were. */
  refreshed: number;
  /** Known runs in which nothing that shows has changed. */
  unchanged: number;
  /** Runs that were left as they are; a warning says of each why. */
  skipped: number;
  /** Known runs of which no file was found. They stay registered. */
  missing: number;
}

/** The sums of one family. */
export interface FamilyTotals {
  /** The family. */
  family: string;
  /** How many are judged. */
  entries: number;
  /** How many stay. */
  keep: number;
  /** How many go. */
  delete: number;
  /** Files of those that go. */
  files: number;
  /** Bytes of those that go, what they share counted each time. */
  logicalBytes: number;
  /** Bytes that a purge of those that go would free. */
  physicalBytes: number;
}

/** What becomes of an artifact. */
export type Fate =
  /** It stays. */
  | "keep"
  /** It goes to the trash. */
  | "delete";

/** What must hold of a feature. */
export interface FeatureCondition {
  /** A number, this or larger. */
  min?: number | null | undefined;
  /** A number, this or smaller. */
  max?: number | null | undefined;
  /** This very value; 1 and 1.0 are one. */
  equals?: number | string | boolean | null | undefined;
}

/** The values of a feature that is a number. */
export interface FeatureRange {
  /** The smallest. */
  min: number;
  /** The largest. */
  max: number;
  /** Their mean. */
  mean: number;
  /** Their standard deviation, of all members that have the feature. */
  std: number;
  /** How many members have the feature. */
  count: number;
}

/** A file that both have under the same path with different bytes. */
export interface FileChange {
  /** Its path inside the artifacts; of two single files the right one's. */
  path: string;
  /** The file of the left one. */
  left: FileEntry;
  /** The file of the right one. */
  right: FileEntry;
}

/**
 * The files that differ, by the hashes of their bytes. Where neither is a tree, the one file of each is held against the
 * other's, whatever they are called.
 */
export interface FileDiff {
  /** Of all of them, how many are what. */
  counts: DiffCount;
  /** Only the right one has them, by path. */
  added: FileEntry[];
  /** Only the left one has them, by path. */
  removed: FileEntry[];
  /** Both have them with different bytes, by path. */
  changed: FileChange[];
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
  severity: VerifyDatasetSeverity;
  /** The way out, where there is one and it is not gone yet. */
  hint: string | null;
  /** Where the damaged bytes lie now, if a repair moved them. */
  quarantinedTo: string | null;
}

/** The form in which a file is kept. */
export type Form =
  /** JSON Lines in which values that repeat stand in a dictionary, in the first line. It lies where the original lay. */
  | "dictionary"
  /** One Zstandard frame. It has `.zst` behind the name of the original. */
  | "zstd"
  /**
   * Markdown without empty sections and with canonical headers. It lies where the original lay, which is kept as an
   * object.
   */
  | "markdown";

/** What kind of content an artifact has. */
export type Format =
  /** A table: CSV or Parquet was given, Parquet is kept. */
  | "table"
  /** Any bytes. */
  | "file"
  /** A folder of files. */
  | "tree";

/** A page of what was found. */
export interface Found {
  /** The artifacts. */
  artifacts: Artifact[];
  /** How many were found in all. */
  total: number;
  /** How many are on this page. */
  count: number;
  /** What leads to the next page, null when this is the last. */
  nextCursor: string | null;
  /** How all that was found spreads, null unless asked for. */
  facets: Facets | null;
}

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

/** Artifacts that have something in common. */
export interface Group {
  /** What they have in common; null where they have none. */
  name: string | null;
  /** How many they are. */
  artifacts: number;
  /** Their bytes, those that several hold counted for each. */
  logicalBytes: number;
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

/** What kind of thing an import found. */
export type ImportFault =
  /** The store has something else under this id. */
  | "conflict"
  /** It could not be read, though it may be fine. */
  | "unreadable"
  /** It doesn't say what it should say. */
  | "invalid"
  /** Its id, its type or its version can't be one here. */
  | "invalid_name"
  /** Its file is named like another one. */
  | "name_differs"
  /** Its hash is none that can be proven here. */
  | "unsupported_hash"
  /** Its bytes are not there. */
  | "object_missing"
  /** Its bytes have another hash than they should. */
  | "object_damaged"
  /** It has another length than it says; the true one is kept. */
  | "size_differs"
  /** An input is not there, and stays a missing input. */
  | "input_missing"
  /** An input is there with another hash than was noted when it was used. */
  | "input_differs"
  /** An input or a run that it names can't be named here; what was said is kept in its params. */
  | "reference_left_out"
  /** A number that JSON readers would round is kept as text. */
  | "number_as_text"
  /** A tag is longer than it may be, or its key holds control characters; it is cut or left out. */
  | "shortened"
  /** It was imported before and deleted since; it stays deleted. */
  | "deleted"
  /** A run that never began is kept as one that runs. */
  | "never_began"
  /** A member of a dataset is not in the store. */
  | "member_missing"
  /** A member of a dataset is in the store with other bytes. */
  | "member_differs"
  /** An artifact is a member twice. */
  | "member_twice"
  /** A digest or a count is not that of the members. */
  | "sum_differs"
  /** The Parquet index is not there, and with it the features. */
  | "index_missing"
  /** The Parquet index can't be read or lists other members; its features are left out. */
  | "index_differs"
  /** A feature that can't be kept is left out. */
  | "feature_left_out"
  /** What a pin protects is not in the store. */
  | "pinned_missing";

/** Something that an import found. */
export interface ImportFinding {
  /**
   * How grave it is: a warning tells of something broken in the folder, an error of something that could not be taken
   * in though it may be fine.
   */
  severity: AuditSeverity;
  /** What it is. */
  code: ImportFault;
  /** The id of the artifact, run or dataset that it is about, as the folder has it; null where there is none. */
  subject: string | null;
  /** The file that it is about, relative to the data folder; null where there is none. */
  path: string | null;
  /** The same as a sentence. */
  message: string;
}

/** Things of one kind that the store has no place or no need for. */
export interface ImportM3LeftOut {
  /** What they are. */
  what: string;
  /** How many. */
  count: number;
  /** Why they are left out. */
  reason: string;
  /** Each of them, at most 1000. */
  items: string[];
}

/** What an import did, or would do. */
export interface ImportM3Report {
  /** Whether nothing was written. */
  dryRun: boolean;
  /** The absolute path of the data folder. */
  dataDir: string;
  /** The artifacts. */
  artifacts: Tally;
  /** The runs. */
  runs: Tally;
  /** The versions of datasets. */
  datasets: Tally;
  /** The pins; each key that one has counts for itself. */
  pins: Tally;
  /** The bytes that the store had not yet. */
  bytesTaken: number;
  /** What was found, at most 10000 of it. */
  findings: ImportFinding[];
  /** How many errors there are. */
  errorCount: number;
  /** How many warnings there are. */
  warningCount: number;
  /** Whether there is more than `findings` holds. */
  truncated: boolean;
  /** What is not taken in though nothing is wrong with it. */
  leftOut: ImportM3LeftOut[];
}

/** What became of a bundle. */
export interface Imported {
  /** When the bundle was written. */
  createdAt: string;
  /** The artifacts. */
  artifacts: Tally;
  /** The runs. */
  runs: Tally;
  /** The versions of datasets. */
  datasets: Tally;
  /** The aliases; one that stands for something else here is skipped. */
  aliases: Tally;
  /** The definitions of types. */
  types: Tally;
  /** The bytes that the store had not yet, the listings of trees included, which a bundle doesn't carry. */
  bytesTaken: number;
  /** What could not be kept as it was, at most 1000 sentences. */
  notes: string[];
  /** Whether there are more notes. */
  truncated: boolean;
}

/** What became of a policy. */
export type ImportedFate =
  /** keepstone.toml has it from now on. */
  | "imported"
  /** keepstone.toml had it, alike. */
  | "already_there"
  /** It was left out. */
  | "left_out";

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
  relation: string | null;
}

/** The inputs that differ; annotations count too. */
export interface InputDiff {
  /** Of all of them, how many are what; an input with another relation is another input. */
  counts: DiffCount;
  /** Only the right one was made from them, in its order. */
  added: Input[];
  /** Only the left one was made from them, in its order. */
  removed: Input[];
}

/** An artifact that another was made from. */
export interface InputParam {
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

/** What one key became. */
export interface KeyImported {
  /** The key, as the file has it. */
  key: string;
  /** Its value. */
  value: unknown;
  /** The key of keepstone.toml; null where it became none. */
  became: string | null;
  /** Why it became none. */
  reason: string | null;
}

/** What kind of failure it was; each has its own JSON-RPC code. */
export type Kind =
  /** The line is no JSON. */
  | "parse_error"
  /** The line is JSON but no request. */
  | "invalid_request"
  /** No operation has this name. */
  | "method_not_found"
  /** A parameter is missing, unknown, of the wrong type or out of range. */
  | "invalid_params"
  /** A defect in keepstone. */
  | "internal"
  /** What was asked for does not exist. */
  | "not_found"
  /** It contradicts what is already there. */
  | "conflict"
  /** The data itself (a file, a row, a column) can't be taken. */
  | "invalid_data"
  /** That path may not be read or written. */
  | "path_not_allowed"
  /** Another process kept the store for too long. */
  | "busy"
  /** Bytes are not what their hash says. */
  | "integrity"
  /** A size or count beyond what is allowed. */
  | "limit_exceeded"
  /** The disk is full. */
  | "no_space"
  /** The store can't be written here. */
  | "read_only"
  /** keepstone can't do that. */
  | "unsupported"
  /** The caller withdrew the request before anything was committed. */
  | "cancelled"
  /** The store has changed so that the plan would delete something else. */
  | "stale_plan"
  /** A pin, a dataset or a policy protects it. */
  | "protected";

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

/** One file of an artifact, and where it is. */
export interface ListedFile {
  /** Its path inside the artifact, with `/` between the parts; of what is kept in place, below the scanned folder. */
  path: string;
  /** SHA-256 of its bytes. */
  hash: string;
  /** Length in bytes. */
  sizeBytes: number;
  /** Its media type, where it is known. */
  mediaType: string | null;
  /** What it is for, where that was said. */
  role: string | null;
  /**
   * The absolute path at which it can be read: its readable name, or the place where it is kept; of a deleted artifact
   * that was kept in place, its place in the trash. Null where it has none.
   */
  absolutePath: string | null;
  /**
   * The compact form that lies there; null where the original does. `hash` and `sizeBytes` are the original's, and
   * read_file answers it.
   */
  form: Form | null;
  /** SHA-256 of the bytes that lie there; null where they are the original's. */
  storedHash: string | null;
  /** Length of what lies there in bytes; null where it is the original. */
  storedSizeBytes: number | null;
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

/** An artifact as a version of a dataset holds it. */
export interface Member {
  /** The artifact. */
  artifactId: string;
  /** Its type. */
  artifactType: string;
  /** Its logical key. */
  logicalKey: string;
  /** The part it plays in the dataset. */
  role: string;
  /** The split it belongs to (train, validation, test …), null when it belongs to none. */
  split: string | null;
  /** SHA-256 of its bytes, as they were when the version was created; of a tree, of its listing. */
  fileHash: string;
  /** Its length in bytes. */
  sizeBytes: number;
  /** Who keeps its bytes. */
  storage: Storage;
  /** What is known about it, by name. */
  features: Record<string, number | string | boolean>;
}

/** What differs about a member. */
export type MemberChange =
  /** Its bytes. */
  | "content"
  /** The part it plays. */
  | "role"
  /** The split it belongs to. */
  | "split"
  /** What is known about it. */
  | "features";

/** Which members a list shows. */
export interface MemberFilter {
  /** One of these artifacts. */
  artifactIds?: string[] | null | undefined;
  /** In one of these roles. */
  roles?: string[] | null | undefined;
  /** Of one of these types. */
  artifactTypes?: string[] | null | undefined;
  /** In one of these splits. */
  splits?: string[] | null | undefined;
  /** With all of these features; a member without one is left out. */
  features?: Record<string, FeatureCondition> | null | undefined;
}

/** Members of a version. */
export interface Members {
  /** The dataset. */
  datasetId: string;
  /** The version. */
  version: string;
  /** The members, by artifact id. */
  members: Member[];
  /** How many the filter lets through. */
  total: number;
  /** The offset of the next ones, null when these are the last. */
  nextOffset: number | null;
}

/** By what a duplicate was recognised. */
export type Mode =
  /** The same bytes, as given or as kept. */
  | "file_hash"
  /** Other bytes with the same logical content. */
  | "content_hash";

/** A param that only one of them has. */
export interface NamedValue {
  /** The names that lead to it, as in `grid.bins`. */
  name: string;
  /** Its value. */
  value: unknown;
}

/** A member that is added. */
export interface NewMember {
  /** The artifact. */
  artifactId: string;
  /** The part it plays, for example `oracle_output`: 1 to 128 bytes. */
  role: string;
  /** The split it belongs to: train, validation, test … */
  split?: string | null | undefined;
  /** What is known about it, by name; a feature is of one kind in all members. */
  features?: Record<string, number | string | boolean | null> | null | undefined;
}

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

/** What comes first. */
export type Order =
  /** The least. */
  | "asc"
  /** The greatest. */
  | "desc";

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

/** What must hold of a param: its value, a list of values of which it is one, or a range. */
export type ParamCondition = string | number | boolean | (string | number | boolean)[] | ParamRange;

/** The params that differ, the innermost ones; lists are compared whole. */
export interface ParamDiff {
  /** Of all of them, how many are what. */
  counts: DiffCount;
  /** Only the right one has them, by name. */
  added: NamedValue[];
  /** Only the left one has them, by name. */
  removed: NamedValue[];
  /** Both have them with different values, by name. */
  changed: ValueChange[];
}

/** The numbers or the texts between which a param lies, the ends included. */
export interface ParamRange {
  /** This or more. */
  min?: string | number | null | undefined;
  /** This or less. */
  max?: string | number | null | undefined;
}

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

/** A reason why something must never be collected. */
export interface Pin {
  /** The pin's number: the event that set it. */
  pinId: number;
  /** The artifact that it protects. */
  artifactId: string | null;
  /** The run whose artifacts it protects. */
  runId: string | null;
  /** The dataset whose members it protects, those of all versions that are not deleted. */
  datasetId: string | null;
  /** Why. */
  reason: string | null;
  /** When it was set. */
  createdAt: string;
  /** From when on it protects no longer; null: it does until it is removed. */
  expiresAt: string | null;
  /** Who set it. */
  actor: string | null;
  /** Whether it protects no longer. */
  expired: boolean;
}

/** What compaction would do. */
export interface PlanCompactionPlan {
  /** The family asked for; null for all. */
  family: string | null;
  /** Every file of the artifacts that are kept in place: by family, the newest artifact first, then by path. */
  files: PlannedFile[];
  /** All files together. */
  totals: CompactionTotals;
  /** Each family, by name. */
  families: FamilyCompaction[];
  /** Names this plan; apply_compaction does no other. */
  digest: string;
}

/** What a collection would do. */
export interface PlanGcPlan {
  /** The policy that judges what belongs to no family; null: nothing of that is judged. */
  policy: string | null;
  /** The one family that is judged; null: all of them, or none where a policy was asked for. */
  family: string | null;
  /** The moment that ages are counted to; what was published later is not looked at. */
  now: string;
  /** Stands for what goes: apply_gc wants it back. */
  digest: string;
  /** Everything that is judged: family by family, then what a policy judges, each newest first. */
  candidates: Candidate[];
  /** Sums over all candidates. */
  totals: PlanTotals;
  /** Sums of each family, by name. */
  families: FamilyTotals[];
  /** Bytes that everything live holds now, what is shared counted once. */
  bytesBefore: number;
  /** Bytes that it would hold once what goes is purged. */
  bytesAfter: number;
  /** The policy's space budget. */
  spaceBudgetBytes: number | null;
  /** By how much the budget would still be exceeded, because every other rule is stronger. */
  overBudgetBytes: number;
  /** What one should know before it is applied. */
  warnings: string[];
}

/** Sums over candidates. */
export interface PlanTotals {
  /** How many are judged. */
  entries: number;
  /** How many stay. */
  keep: number;
  /** How many go. */
  delete: number;
  /** Files of those that go. */
  files: number;
  /** Bytes of those that go, what they share counted each time. */
  logicalBytes: number;
  /** Bytes that a purge of those that go would free. */
  physicalBytes: number;
}

/** What compaction would do, or has done, to one file. */
export interface PlannedFile {
  /** The artifact it belongs to. */
  artifactId: string;
  /** The artifact's family. */
  family: string;
  /** The absolute path of the file as it lies there. */
  path: string;
  /** The form it gets; null when it is left as it is. */
  form: Form | null;
  /** Why it is left as it is; null when it gets a compact form. */
  skipped: Skipped | null;
  /** Its length in bytes. */
  sizeBytes: number;
  /** Its length afterwards; the same when it is left as it is. */
  compactSizeBytes: number;
  /** How many bytes the original takes that is kept beside it, compressed; 0 where the form alone holds all. */
  originalSizeBytes: number;
  /** How many bytes that saves. */
  savedBytes: number;
  /** Lines of JSON Lines that get a dictionary. */
  linesProcessed: number | null;
  /** How many fields have values in the dictionary. */
  dictFields: number | null;
  /** Sections of Markdown. */
  originalSections: number | null;
  /** The sections that are left. */
  compactedSections: number | null;
  /** Sections that are empty and are left out. */
  emptySections: number | null;
  /** Headers that are written otherwise. */
  canonicalHeaders: number | null;
}

/** What is kept by which name. */
export interface Policies {
  /** The policy for what belongs to no family; null: nothing of that is collected unless a policy is named. */
  defaultPolicy: string | null;
  /** The policies, by name. */
  policies: PolicyShown[];
  /** The families, by name. */
  families: FamilyShown[];
}

/** What the file became. */
export interface PoliciesImported {
  /** Whether nothing was written. */
  dryRun: boolean;
  /** Absolute path of keepstone.toml. */
  configuration: string;
  /** Whether it says more than before, or would. */
  changed: boolean;
  /** The policies, in the order of the file. */
  policies: PolicyImported[];
  /** What the file says beside its policies. */
  settings: KeyImported[];
}

/** What one policy became. */
export interface PolicyImported {
  /** Its name, as the file has it. */
  policy: string;
  /** What became of it. */
  fate: ImportedFate;
  /** Why it was left out. */
  reason: string | null;
  /** Its keys. */
  keys: KeyImported[];
}

/** A policy as it is listed. */
export interface PolicyShown {
  /** Its name. */
  policy: string;
  /** What it is for. */
  description: string | null;
  /** Whether it judges what belongs to no family when no policy is named. */
  isDefault: boolean;
  /** What is younger is kept. */
  keepMinAgeDays: number;
  /** The newest so many of each type are kept. */
  keepMinCount: number;
  /** Artifacts of these types are kept. */
  keepTypes: string[];
  /** Artifacts with one of these roles are kept. */
  keepRoles: string[];
  /** Whether that is kept from which something live was made. */
  keepWithDescendants: boolean;
  /** Whether that is kept from which something pinned was made. */
  keepAncestorsOfPinned: boolean;
  /** Beyond it the oldest go that only their age keeps. */
  spaceBudgetBytes: number | null;
  /** What `gc --dvc` hands to `dvc gc`. */
  dvcGcFlags: string[];
}

/** A configuration for those who come from another program. */
export type Preset =
  /** The five families of CryptoRun's verification outputs, in `artifacts` and `out` beside the store. */
  | "cryptorun"
  /** FlowTime's data folder, in `data` beside the store. */
  | "flowtime";

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

/** What a purge took, or would. */
export interface PurgeReport {
  /** Whether nothing was done. */
  dryRun: boolean;
  /** The moment that ages are counted to. */
  now: string;
  /** What was deleted until then is purged; null: whatever its age. */
  deletedUntil: string | null;
  /** What is purged, deleted last first. */
  artifacts: Purged[];
  /** What stays in the trash although it was meant, and why. */
  kept: ApplyGcLeftOut[];
  /** How many artifacts are purged. */
  artifactCount: number;
  /** Their files. */
  fileCount: number;
  /** Bytes of their files, what they share counted each time. */
  logicalBytes: number;
  /** Bytes that this frees. */
  physicalBytes: number;
}

/** An artifact that is purged. */
export interface Purged {
  /** The artifact. */
  artifactId: string;
  /** Its type. */
  artifactType: string;
  /** What it represents. */
  logicalKey: string;
  /** The family it belongs to. */
  family: string | null;
  /** When it was deleted. */
  deletedAt: string;
  /** Number of its files. */
  fileCount: number;
  /** Bytes of all its files together. */
  logicalBytes: number;
  /** Bytes that are freed because of it. */
  physicalBytes: number;
}

/** An artifact that has to do with the one that was asked about. */
export interface Related {
  /** Its id. */
  artifactId: string;
  /** Its type. */
  artifactType: string;
  /** A title for people. */
  title: string | null;
  /** What it represents. */
  logicalKey: string;
  /** Which version of its type and key it is. */
  version: number;
  /** Whether it stands, was replaced, or was deleted. */
  status: Status;
  /** Whether it was put aside. */
  archived: boolean;
  /** When it was published. */
  createdAt: string;
  /**
   * What ties it to the other: the relation of the edge, `supersedes`, `superseded_by`, `sibling_of`, `shared_model`,
   * `shared_input` or `shared_template`.
   */
  relation: string;
  /** The same as a sentence. */
  reason: string;
  /** How many steps away it is; what shares a model, an input or a template is two steps away. */
  depth: number;
  /** The artifact that lies between: one step nearer, or the input that both have. Null where none does. */
  via: string | null;
}

/** What an artifact has to do with others. */
export interface Relations {
  /** The artifact that was asked about. */
  artifactId: string;
  /** What it was made from, nearest first, as the inputs were given. */
  derivedFrom: Related[];
  /** What was made of it, nearest first, then newest first. */
  derivatives: Related[];
  /**
   * What replaced it, what it replaced, its siblings, what shares a model, an input, and at last
   * a template; then newest first.
   */
  related: Related[];
  /** Whether there is more than a list holds. Inputs beyond the first 100 are not looked at for siblings. */
  truncated: boolean;
}

/** How many pins there were. */
export interface Removed {
  /** How many pins were removed. */
  removed: number;
}

/** What came back. */
export interface Restored {
  /** What came back, as it is now. */
  restored: Artifact[];
  /** What was live already. */
  unchanged: string[];
  /** What somebody else came before. */
  skipped: ApplyGcLeftOut[];
}

/** Files on the disk, each inode counted once however many names it has. */
export interface Room {
  /** How many inodes. */
  files: number;
  /** Their lengths. */
  logicalBytes: number;
  /** What the file system takes for them. */
  physicalBytes: number;
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

/** A row that both tables have by its key, with different values. */
export interface RowChange {
  /** Its number in the left table, from 1. */
  leftRow: number;
  /** Its number in the right table, from 1. */
  rightRow: number;
  /** Its values in the key columns. */
  key: Record<string, number | string | boolean | null>;
  /** What differs, of the first 100 columns that do. */
  changes: CellChange[];
}

/** How the rows of two tables differ. */
export interface RowDiff {
  /**
   * The columns by which rows are told to be the same row: those asked for, else the sort keys that both types declare.
   * Without any a row is the same only if all of it is, and none counts as changed.
   */
  key: string[];
  /**
   * The columns whose values are compared: those that both tables have with the same type. Without any, rows of tables that
   * differ can't be compared, and all counts are 0.
   */
  compared: string[];
  /** How many rows are what. Rows that are there several times count as often as they are. */
  counts: DiffCount;
  /** How many rows of the left table have a key that a row before them has. */
  leftRepeated: number;
  /** How many rows of the right table have a key that a row before them has. */
  rightRepeated: number;
  /** Some rows that only the right table has, the first ones in it. */
  added: RowOf[];
  /** Some rows that only the left table has, the first ones in it. */
  removed: RowOf[];
  /** Some rows that differ, the first ones of the left table. */
  changed: RowChange[];
}

/** A row that only one table has. */
export interface RowOf {
  /** Its number in its table, from 1. */
  row: number;
  /** Its values by column, of the first 100 columns. */
  values: Record<string, number | string | boolean | null>;
}

/** A run. */
export interface Run {
  /** Its id. */
  runId: string;
  /** How far it is, or how it ended. */
  status: RunStatus;
  /** From start to end in seconds; null before the end. */
  durationSeconds: number | null;
  /** How many artifacts it published, duplicates included, its standard output and error excepted. */
  outputCount: number;
  /** The stage it executes; null for a run that nobody started. */
  stage: string | null;
  /** What kind of run it is; null for a run that nobody started. */
  runType: string | null;
  /** When it began; for a run that nobody started, the earliest moment at which an artifact named it. */
  startedAt: string;
  /** A name for people. */
  name: string | null;
  /** A description for people. */
  description: string | null;
  /** The command and its arguments. */
  command: string[];
  /** The folder that the command ran in. */
  workingDirectory: string | null;
  /** The parameters it ran with. */
  params: Record<string, unknown>;
  /** Tags. */
  tags: Record<string, string>;
  /** The environment variables that matter for repeating it. */
  environment: Record<string, string>;
  /** The state of the checkout it worked in. */
  git: Checkout | null;
  /** The machine's name. */
  hostname: string | null;
  /** Who ran it. */
  username: string | null;
  /** The container it ran in. */
  containerDigest: string | null;
  /** Versions of the tools it used, by name. */
  tools: Record<string, string>;
  /** The job of the build server that ran it. */
  ciRunId: string | null;
  /** Where to look at that job. */
  ciJobUrl: string | null;
  /** The run that it is a part of. */
  parentRunId: string | null;
  /** The run in MLflow that tells of the same work. */
  mlflowRunId: string | null;
  /** Whatever else its starter noted. */
  annotations: Record<string, unknown>;
  /** The artifacts that it said it would read. */
  inputArtifactIds: string[];
  /** When it ended. */
  finishedAt: string | null;
  /** The command's exit code; 128 and the signal's number where a signal ended it. */
  exitCode: number | null;
  /** Why it did not complete. */
  error: RunError | null;
  /** SHA-256 of dvc.lock after the run. */
  dvcLockHash: string | null;
  /** Whether DVC answered from its cache. */
  cached: boolean | null;
  /** The artifact with what the command wrote to standard output; null also when it wrote nothing. */
  stdoutArtifactId: string | null;
  /** The artifact with what the command wrote to standard error; null also when it wrote nothing. */
  stderrArtifactId: string | null;
}

/** A run with what it read and made. */
export interface RunDetails {
  /** Its id. */
  runId: string;
  /** How far it is, or how it ended. */
  status: RunStatus;
  /** From start to end in seconds; null before the end. */
  durationSeconds: number | null;
  /** How many artifacts it published, duplicates included, its standard output and error excepted. */
  outputCount: number;
  /** The stage it executes; null for a run that nobody started. */
  stage: string | null;
  /** What kind of run it is; null for a run that nobody started. */
  runType: string | null;
  /** When it began; for a run that nobody started, the earliest moment at which an artifact named it. */
  startedAt: string;
  /** A name for people. */
  name: string | null;
  /** A description for people. */
  description: string | null;
  /** The command and its arguments. */
  command: string[];
  /** The folder that the command ran in. */
  workingDirectory: string | null;
  /** The parameters it ran with. */
  params: Record<string, unknown>;
  /** Tags. */
  tags: Record<string, string>;
  /** The environment variables that matter for repeating it. */
  environment: Record<string, string>;
  /** The state of the checkout it worked in. */
  git: Checkout | null;
  /** The machine's name. */
  hostname: string | null;
  /** Who ran it. */
  username: string | null;
  /** The container it ran in. */
  containerDigest: string | null;
  /** Versions of the tools it used, by name. */
  tools: Record<string, string>;
  /** The job of the build server that ran it. */
  ciRunId: string | null;
  /** Where to look at that job. */
  ciJobUrl: string | null;
  /** The run that it is a part of. */
  parentRunId: string | null;
  /** The run in MLflow that tells of the same work. */
  mlflowRunId: string | null;
  /** Whatever else its starter noted. */
  annotations: Record<string, unknown>;
  /** The artifacts that it said it would read. */
  inputArtifactIds: string[];
  /** When it ended. */
  finishedAt: string | null;
  /** The command's exit code; 128 and the signal's number where a signal ended it. */
  exitCode: number | null;
  /** Why it did not complete. */
  error: RunError | null;
  /** SHA-256 of dvc.lock after the run. */
  dvcLockHash: string | null;
  /** Whether DVC answered from its cache. */
  cached: boolean | null;
  /** The artifact with what the command wrote to standard output; null also when it wrote nothing. */
  stdoutArtifactId: string | null;
  /** The artifact with what the command wrote to standard error; null also when it wrote nothing. */
  stderrArtifactId: string | null;
  /**
   * The artifacts that it published, oldest first, duplicates included, its standard output and error excepted; at most
   * 10000.
   */
  outputs: Artifact[];
  /**
   * The artifacts that it read: those that its start named, then those that its outputs were made from, its own outputs
   * excepted; at most 10000.
   */
  inputs: Artifact[];
}

/** How a run ends. */
export type RunEnd =
  /** It did what it should. */
  | "completed"
  /** It did not. */
  | "failed"
  /** A signal ended it, or it was found dead. */
  | "killed"
  /** Somebody called it off. */
  | "cancelled"
  /** There was nothing to do. */
  | "skipped";

/** Why a run did not complete. */
export interface RunError {
  /** What went wrong. */
  message: string;
  /** What kind of error it was, in the words of the program that ran. */
  errorType: string | null;
}

/** Why a run did not complete. */
export interface RunErrorParam {
  /** What went wrong. */
  message: string;
  /** What kind of error it was, in the words of the program that ran. */
  errorType?: string | null | undefined;
}

/** Which runs a list shows. */
export interface RunFilter {
  /** Whose id is this, begins with it, or ends with these 8 hex digits; the id itself comes first. */
  idPart?: string | null | undefined;
  /** Of this stage. */
  stage?: string | null | undefined;
  /** In this state. */
  status?: RunStatus | null | undefined;
  /** Of this type. */
  runType?: string | null | undefined;
  /** Parts of this run. */
  parentRunId?: string | null | undefined;
  /** Started at this moment or later (RFC 3339; without zone it reads as UTC). */
  since?: string | null | undefined;
  /** Started at this moment or earlier. */
  until?: string | null | undefined;
  /** With all of these tags. */
  tags?: Record<string, string> | null | undefined;
  /** At most this many: 1 to 10000, 100 unless given. */
  limit?: number | null | undefined;
}

/** How far a run is, or how it ended. */
export type RunStatus =
  /** Artifacts name it, but nobody started it. */
  | "unknown"
  /** It was started and not finished; also when its process died and nobody told. */
  | "running"
  /** It did what it should. */
  | "completed"
  /** It did not. */
  | "failed"
  /** A signal ended it, or it was found dead. */
  | "killed"
  /** Somebody called it off. */
  | "cancelled"
  /** There was nothing to do. */
  | "skipped";

/** What somebody should know about a scan. */
export type ScanFault =
  /** A folder that is to be scanned is not there. */
  | "root_missing"
  /** A file or folder can't be read; the run that it belongs to is left as it is. */
  | "unreadable"
  /** A link is not followed. */
  | "link"
  /** Something matches a pattern and is no file. */
  | "not_regular"
  /** A name is no UTF-8, is too long, can be no id, or tells of a moment that there is none of. */
  | "odd_name"
  /** Files match several families, and belong to the first by name. */
  | "overlap"
  /** A file changed while it was read; its run is left for the next scan. */
  | "changing"
  /** No file of a known run was found. */
  | "run_missing"
  /** A file of a known run is no longer there. */
  | "file_missing"
  /** A file stays with the run that has it, though its path now says another. */
  | "kept_by_run"
  /** The files of a deleted run are there again, and are registered as a new one. */
  | "reappeared"
  /** The files of a deleted run have not been moved to the trash yet. */
  | "waits_for_trash"
  /** The run is known already, in another mode. */
  | "other_mode"
  /** Somebody else changed or deleted the run meanwhile. */
  | "changed_meanwhile"
  /** A folder of a run lacks the file that says what it is; it is left out. */
  | "incomplete"
  /** A file that says something of a run is not understood; where nothing else says what the run is, it is left out. */
  | "malformed"
  /**
   * A title, description or tag of a new run is longer than it may be, or holds control characters; it is cut or left
   * out.
   */
  | "shortened"
  /** The id that a run's folder names is another artifact's, and it gets one with a number. */
  | "id_taken"
  /** An input that a run's files name is not recorded: it can be no id, or was itself made of the run. */
  | "input_left_out";

/** Who keeps the files of the runs that a scan finds. */
export type ScanMode =
  /** They stay where their producer put them. */
  | "in_place"
  /** The store keeps a copy. */
  | "copy"
  /** The store keeps them; the originals are removed after the commit. */
  | "move";

/** What a scan found. */
export interface ScanReport {
  /** Whether nothing was written. */
  dryRun: boolean;
  /** Who keeps the files. */
  mode: ScanMode;
  /** The absolute paths of the folders that were looked through. */
  roots: string[];
  /** Files that belong to a family. */
  filesScanned: number;
  /** Their bytes. */
  bytesScanned: number;
  /** Files that were read, because they were new or looked otherwise than before. */
  filesRead: number;
  /** Runs that these files make up. */
  found: number;
  /** Runs that were not known before; of a dry run, those that would be registered. */
  registered: number;
  /** Known runs whose files, outcome, family or inputs are no longer what they were. */
  refreshed: number;
  /** Known runs in which nothing that shows has changed. */
  unchanged: number;
  /** Runs that were left as they are; a warning says of each why. */
  skipped: number;
  /** Known runs of which no file was found. They stay registered. */
  missing: number;
  /** Each family, by name. */
  families: FamilyTally[];
  /** What somebody should know, by path; at most 10000 of it. */
  warnings: ScanWarning[];
  /** How many warnings there are. */
  warningCount: number;
  /** How long it took. */
  durationSeconds: number;
}

/** Something that a scan found on its way. */
export interface ScanWarning {
  /** The absolute path that it is about; null where it is about none. */
  path: string | null;
  /** What it is. */
  code: ScanFault;
  /** The family, where it is about one. */
  family: string | null;
  /** The artifact, where it is about one. */
  artifactId: string | null;
  /** The same as a sentence. */
  message: string;
}

/** How the columns of two tables differ. */
export interface SchemaDiff {
  /** Whether names, types and order are the same. */
  same: boolean;
  /** Only the right table has them, in its order. */
  added: ColumnOf[];
  /** Only the left table has them, in its order. */
  removed: ColumnOf[];
  /** Both have them with different types, in the order of the left one. */
  changed: TypeChange[];
  /** Whether the columns that both have stand in another order. */
  reordered: boolean;
}

/** Which artifacts a search finds; everything in it must hold. */
export interface SearchFilter {
  /** Of one of these types, whatever the case of their letters. */
  types?: string[] | null | undefined;
  /** In this state; all but the deleted unless given. */
  status?: Status | null | undefined;
  /** Whether archived artifacts are found; exclude unless given. */
  archived?: Archived | null | undefined;
  /** With all of these tags: an object of texts, or a list of words. */
  tags?: Record<string, string> | string[] | null | undefined;
  /** With at least one of these tags: an object whose values are texts or lists of texts, or a list of words. */
  anyTags?: Record<string, string | string[]> | string[] | null | undefined;
  /** From this source. */
  source?: string | null | undefined;
  /** With all of these capabilities. */
  capabilities?: string[] | null | undefined;
  /** Of this family. */
  family?: string | null | undefined;
  /** With this outcome. */
  outcome?: Outcome | null | undefined;
  /** Published by this run, duplicates included. */
  runId?: string | null | undefined;
  /** With all of these roles. */
  roles?: string[] | null | undefined;
  /** Created at this moment or later (RFC 3339; without zone it reads as UTC). */
  minCreatedAt?: string | null | undefined;
  /** Created at this moment or earlier. */
  maxCreatedAt?: string | null | undefined;
  /** Of so many bytes or more. */
  minSizeBytes?: number | null | undefined;
  /** Of so many bytes or fewer. */
  maxSizeBytes?: number | null | undefined;
  /** Written by the program of this name. */
  writerName?: string | null | undefined;
  /** Written by this version of a program. */
  writerVersion?: string | null | undefined;
  /** Made by the code of this commit, or of one that begins like this. */
  gitCommit?: string | null | undefined;
  /**
   * Made with all of these params, by name; `grid.bins` is the bins inside grid. A text, number or boolean is the value
   * itself, a list the values of which it is one, {min?, max?} the numbers or texts between which it lies, the ends
   * included. Of a param that is a list itself, one value must do.
   */
  params?: Record<string, ParamCondition> | null | undefined;
}

/** What the file became. */
export interface SettingsImported {
  /** Whether nothing was written. */
  dryRun: boolean;
  /** Absolute path of keepstone.toml. */
  configuration: string;
  /** Whether it says more than before, or would. */
  changed: boolean;
  /** The folders that are scanned, then what the file says, in its order. */
  keys: KeyImported[];
}

/** How many members, and how many bytes they have. */
export interface Share {
  /** How many members. */
  count: number;
  /** Their bytes together. */
  totalBytes: number;
}

/** Why a file is left as it is. */
export type Skipped =
  /** It is neither JSON Lines (`.jsonl`) nor Markdown (`.md`). */
  | "other_kind"
  /** keepstone.toml says that files of this kind stay as they are. */
  | "disabled"
  /** It is smaller than `min_size_kb`. */
  | "too_small"
  /** Markdown of more than 16 MiB is not looked into. */
  | "too_large"
  /** It is in a compact form, or there is nothing in it that could be left out. */
  | "already_compact"
  /** No form of it is smaller, for Markdown together with the original that is kept. */
  | "not_smaller"
  /** It is called Markdown, but is no text in UTF-8. */
  | "not_text"
  /** Leaving something out would make its other parts read differently. */
  | "would_read_differently"
  /** It isn't what the last scan found; scan again. */
  | "changed"
  /** It is not where the last scan found it. */
  | "missing"
  /** It may not be read. */
  | "unreadable"
  /** Something else has the name that its compact form would get. */
  | "name_taken"
  /** It has other names (hard links), which would keep its bytes. */
  | "linked";

/** By what a search is ordered. */
export type SortBy =
  /** When they were created. */
  | "created"
  /** When they last changed. */
  | "updated"
  /** By title, whatever the case of its letters; those without one come last in either order. */
  | "title"
  /** By size in bytes. */
  | "size"
  /** By type. */
  | "type"
  /**
   * By how well the words fit: a rare word counts more than a frequent one, and more in the title than in names and tags,
   * there more than in the description, and there more than elsewhere.
   */
  | "relevance";

/** What can be counted in a version of a dataset. */
export interface Statistics {
  /** The members of each type. */
  byArtifactType: Record<string, Share>;
  /** The members of each role. */
  byRole: Record<string, Share>;
  /** The members of each split; those without one are not counted here. */
  bySplit: Record<string, Share>;
  /** The features that are numbers. */
  featureRanges: Record<string, FeatureRange>;
}

/** What is kept and how much room it takes. */
export interface Stats {
  /** How many artifacts there are, deleted ones left out. */
  total: number;
  /** Their bytes, those that several hold counted for each. */
  logicalBytes: number;
  /** Their bytes, each object counted once, and files that are kept in place as they lie there. */
  liveBytes: number;
  /** When the oldest of them was created; null without any. */
  oldest: string | null;
  /** When the newest of them was created; null without any. */
  newest: string | null;
  /** By type. */
  byType: Group[];
  /** By source. */
  bySource: Group[];
  /** By tag; at most 1000. */
  byTag: TagGroup[];
  /** How many more tags there are. */
  tagsOmitted: number;
  /** By status. */
  byStatus: Group[];
  /** By family. */
  byFamily: Group[];
  /** By outcome. */
  byOutcome: Group[];
  /** What is kept once although several artifacts hold it. */
  duplicates: Duplicates;
  /** Files that are kept in a compact form. */
  compacted: Compacted;
  /** What lies in the trash. */
  trash: TrashFigures;
  /** What the store's own files take on the disk: objects, names, sidecars, trash, manifest and all else. */
  store: Room;
  /** What files take that are kept in place. */
  inPlace: Room;
  /** The manifest as a database. */
  database: Database;
  /** What the budget of the default policy leaves; null where there is none. */
  budget: Budget | null;
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

/** How two tables differ. */
export interface TableDiff {
  /** Rows of the left table. */
  leftRows: number;
  /** Rows of the right table. */
  rightRows: number;
  /** How their columns differ. */
  schema: SchemaDiff;
  /** The columns of the left table, then those that only the right one has. */
  columns: ColumnPair[];
  /** How their rows differ. */
  rows: RowDiff;
}

/** A tag that both have with different values. */
export interface TagChange {
  /** The value of the left one. */
  left: string;
  /** The value of the right one. */
  right: string;
}

/** How many have a tag. */
export interface TagCount {
  /** The tag's key. */
  key: string;
  /** Its value; "" for a tag that is only a word. */
  value: string;
  /** How many have it. */
  count: number;
}

/** The tags that differ. */
export interface TagDiff {
  /** Only the right one has them. */
  added: Record<string, string>;
  /** Only the left one has them. */
  removed: Record<string, string>;
  /** Both have them with different values. */
  changed: Record<string, TagChange>;
}

/** Artifacts that have a tag in common. */
export interface TagGroup {
  /** The tag. */
  key: string;
  /** Its value. */
  value: string;
  /** How many they are. */
  artifacts: number;
  /** Their bytes, those that several hold counted for each. */
  logicalBytes: number;
}

/** What became of the things of one kind. */
export interface Tally {
  /** How many were taken in; of a dry run, how many would be. */
  imported: number;
  /** How many were in the store already, alike. */
  alreadyThere: number;
  /** How many were left out; a finding says of each why. */
  skipped: number;
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

/** What lies in the trash. */
export interface TrashFigures {
  /** How many artifacts. */
  artifacts: number;
  /** Their bytes, those that several hold counted for each. */
  logicalBytes: number;
  /** What purging all of it would free: bytes that nothing live needs. */
  purgeableBytes: number;
}

/** Something in the trash. */
export interface Trashed {
  /** Its id. */
  artifactId: string;
  /** Its type. */
  artifactType: string;
  /** What it represents. */
  logicalKey: string;
  /** Which version of its type and key it is. */
  version: number;
  /** The family it belongs to. */
  family: string | null;
  /** Who keeps the bytes. */
  storage: Storage;
  /** When it was published. */
  createdAt: string;
  /** When it was deleted. */
  deletedAt: string;
  /** Why, in the words of who deleted it, or of the plan that collected it. */
  reason: string | null;
  /** Who deleted it. */
  deletedBy: string | null;
  /** The policy by which it was collected. */
  policy: string | null;
  /** Absolute path of the report of the collection. */
  report: string | null;
  /** Whether a pin protects it: it is not purged then. */
  pinned: boolean;
  /** Number of its files. */
  fileCount: number;
  /** Bytes of all its files together. */
  sizeBytes: number;
}

/** A column that both tables have with different types. */
export interface TypeChange {
  /** Its name. */
  name: string;
  /** Its type in the left table. */
  left: string;
  /** Its type in the right table. */
  right: string;
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

/** What became of a change. */
export interface Updated {
  /** Whether anything changed. */
  changed: boolean;
  /** The artifact as it is now. */
  artifact: Artifact;
}

/** A field or param that both have with different values. */
export interface ValueChange {
  /** Its name; of a param the names that lead to it, as in `grid.bins`. */
  name: string;
  /** The value of the left one. */
  left: unknown;
  /** The value of the right one. */
  right: unknown;
}

/** How many have a value. */
export interface ValueCount {
  /** The value. */
  value: string;
  /** How many have it. */
  count: number;
}

/** What the verification of a dataset found. */
export interface Verified {
  /** The dataset. */
  datasetId: string;
  /** The version. */
  version: string;
  /** Whether there is no error; warnings don't count. */
  valid: boolean;
  /** How many members were looked at. */
  membersChecked: number;
  /** How many objects were read and hashed. */
  objectsHashed: number;
  /** How many errors there are. */
  errorCount: number;
  /** How many warnings there are. */
  warningCount: number;
  /** What was found, at most 1000 of it. */
  findings: Finding[];
  /** Whether there is more than `findings` holds. */
  truncated: boolean;
}

/** How much a finding matters. */
export type VerifyDatasetSeverity =
  /** Something that the store promises is not so. */
  | "error"
  /** Nothing is lost, but somebody should look at it. */
  | "warning"
  /** It was so, and is mended. */
  | "repaired";

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

/** A version of a dataset, by name or by its file. */
export interface VersionOf {
  /** The dataset; it or a path. */
  datasetId?: string | null | undefined;
  /** The version; `latest`, the highest that was not deleted, unless given. */
  version?: string | null | undefined;
  /** The path of a snapshot file, whose version this store need not know. */
  path?: string | null | undefined;
}

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
  /** What keepstone.toml says besides the defaults; nothing unless given. */
  preset?: Preset | null | undefined;
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
  /**
   * Tags: an object of texts, or a list of words. At most 1000, of keys of 1 to 128 bytes without control characters and
   * values of at most 4096 bytes.
   */
  tags?: Record<string, string> | string[] | null | undefined;
  /** What it was made from, with the relation derived_from. */
  inputArtifactIds?: string[] | null | undefined;
  /** What it was made from, with relations. */
  inputs?: InputParam[] | null | undefined;
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
  /** What can be done with it, such as `replay` or `compare`; a search finds it by these words. */
  capabilities?: string[] | null | undefined;
  /** A title for people, at most 256 bytes without control characters. */
  title?: string | null | undefined;
  /** A description for people, at most 4096 bytes. */
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
  filter?: ArtifactFilter | null | undefined;
}

/** What `list_artifacts` answers. */
export type ListArtifactsResult = Artifact[];

/** What `search_artifacts` takes. */
export interface SearchArtifactsParams {
  /**
   * What is looked for: words, all of which must be there; "phrases"; starts of words, as rain*; AND, OR, NOT or - before
   * a word; parentheses. At most 128 words.
   */
  query?: string | null | undefined;
  /** What else must hold. */
  filter?: SearchFilter | null | undefined;
  /** By what they are ordered; created unless given. What is alike in it stands in the order in which it was published. */
  sort?: SortBy | null | undefined;
  /** Whether the least or the greatest comes first: asc by title and type, desc by all else, unless given. */
  order?: Order | null | undefined;
  /** At most this many: 1 to 1000, 50 unless given. */
  limit?: number | null | undefined;
  /** How many are passed over, 0 unless given. Through many pages a cursor is safer and faster. */
  offset?: number | null | undefined;
  /** The nextCursor of the page before, instead of an offset; query, filter, sort and order must be the same. */
  cursor?: string | null | undefined;
  /** By what all that was found is counted. */
  facets?: FacetBy[] | null | undefined;
}

/** What `search_artifacts` answers. */
export type SearchArtifactsResult = Found;

/** What `compare_artifacts` takes. */
export interface CompareArtifactsParams {
  /** The artifact that is compared, as a rule the older one. */
  left: string;
  /** The artifact that it is compared with. */
  right: string;
  /**
   * The columns by which rows are told to be the same row; the sort keys that both types declare unless given, and
   * without those the whole row.
   */
  key?: string[] | null | undefined;
  /** Of each list at most this many: 1 to 1000, 100 unless given. Of rows at most 100 are shown, 10 unless given. */
  limit?: number | null | undefined;
}

/** What `compare_artifacts` answers. */
export type CompareArtifactsResult = Comparison;

/** What `get_related` takes. */
export interface GetRelatedParams {
  /** The artifact. */
  artifactId: string;
  /** How many edges or supersessions far: 1 to 100, 1 unless given. */
  depth?: number | null | undefined;
  /** Of each list at most this many: 1 to 1000, 100 unless given. */
  limit?: number | null | undefined;
}

/** What `get_related` answers. */
export type GetRelatedResult = Relations;

/** What `resolve` takes. */
export interface ResolveParams {
  /**
   * The reference. The first `:` ends the type; only `latest`, a version or an alias behind the last `@` is not part of
   * the key.
   */
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
export type ListFilesResult = ListedFile[];

/** What `read_file` takes. */
export interface ReadFileParams {
  /** The artifact; or give `hash`. */
  artifactId?: string | null | undefined;
  /** The hash of the file's bytes. */
  hash?: string | null | undefined;
  /**
   * Which file of a tree, as list_files names it or by its path below the folder that holds them all; a table or a
   * single file needs none.
   */
  file?: string | null | undefined;
  /** Where the piece begins, in bytes; 0 unless given. */
  offset?: number | null | undefined;
  /** How many bytes at most: 1 to 1048576, 1048576 unless given. */
  length?: number | null | undefined;
}

/** What `read_file` answers. */
export type ReadFileResult = Piece;

/** What `export_artifact` takes. */
export interface ExportArtifactParams {
  /** The artifact. */
  artifactId: string;
  /** The folder, made where it is not there. A relative path counts from the server's working directory. */
  directory: string;
  /** Whether files that are there with other bytes are replaced; false unless given. */
  overwrite?: boolean | null | undefined;
}

/** What `export_artifact` answers. */
export type ExportArtifactResult = Exported;

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

/** What `update_artifact` takes. */
export interface UpdateArtifactParams {
  /** The artifact. */
  artifactId: string;
  /** Its new title, at most 256 bytes without control characters; "" takes it away, as a null does that is sent. */
  title?: string | null | undefined;
  /** Its new description, at most 4096 bytes; "" takes it away, as a null does that is sent. */
  description?: string | null | undefined;
  /**
   * Tags that it gets, an object of texts or a list of words; one whose value is null is taken from it, and the others stay.
   * It may have 1000, of keys of 1 to 128 bytes without control characters and values of at most 4096 bytes.
   */
  tags?: Record<string, string | null> | string[] | null | undefined;
  /** Whether it is archived: a search leaves archived ones out. */
  archived?: boolean | null | undefined;
  /**
   * The revision that the change was decided on: when the artifact has another by now, it is a conflict that names
   * currentRevision, and nothing changes.
   */
  revision?: number | null | undefined;
}

/** What `update_artifact` answers. */
export type UpdateArtifactResult = Updated;

/** What `bulk_update` takes. */
export interface BulkUpdateParams {
  /** The artifacts, 1 to 1000. */
  artifactIds: string[];
  /** Their new title, at most 256 bytes without control characters; "" takes it away, as a null does that is sent. */
  title?: string | null | undefined;
  /** Their new description, at most 4096 bytes; "" takes it away, as a null does that is sent. */
  description?: string | null | undefined;
  /**
   * Tags that they get, an object of texts or a list of words; one whose value is null is taken from them, and the others
   * stay. Each may have 1000, of keys of 1 to 128 bytes without control characters and values of at most 4096 bytes.
   */
  tags?: Record<string, string | null> | string[] | null | undefined;
  /** Whether they are archived. */
  archived?: boolean | null | undefined;
}

/** What `bulk_update` answers. */
export type BulkUpdateResult = BulkUpdated;

/** What `set_alias` takes. */
export interface SetAliasParams {
  /** The artifact; it or a reference. */
  artifactId?: string | null | undefined;
  /** What resolve understands: a part of an id, type:key, type:key@v3, or another alias. */
  ref?: string | null | undefined;
  /** The alias: neither latest nor a version. */
  alias: string;
}

/** What `set_alias` answers. */
export type SetAliasResult = AliasSet;

/** What `remove_alias` takes. */
export interface RemoveAliasParams {
  /** The type. */
  artifactType: string;
  /** The key. */
  logicalKey: string;
  /** The alias. */
  alias: string;
}

/** What `remove_alias` answers. */
export type RemoveAliasResult = Alias;

/** What `list_aliases` takes. */
export interface ListAliasesParams {
  /** Of this artifact. */
  artifactId?: string | null | undefined;
  /** Of this type. */
  artifactType?: string | null | undefined;
  /** Of this key. */
  logicalKey?: string | null | undefined;
  /** Of this name. */
  alias?: string | null | undefined;
  /** At most this many: 1 to 10000, 1000 unless given. */
  limit?: number | null | undefined;
}

/** What `list_aliases` answers. */
export type ListAliasesResult = Alias[];

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
  inputs: InputParam[];
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

/** What `start_run` takes. */
export interface StartRunParams {
  /** The stage that is executed: any text up to 1024 bytes. */
  stage: string;
  /** An id of the caller's own; else `run-YYYYMMDDTHHMMSS-xxxxxxxx`. */
  runId?: string | null | undefined;
  /**
   * What kind of run it is. Its default is what the stage's name suggests: `model_training` for one with `train` in
   * it, and so on; `other` when it suggests nothing.
   */
  runType?: string | null | undefined;
  /** A name for people. */
  name?: string | null | undefined;
  /** A description for people. */
  description?: string | null | undefined;
  /** The command and its arguments. */
  command?: string[] | null | undefined;
  /** The folder that the command runs in. */
  workingDirectory?: string | null | undefined;
  /** The parameters it runs with. Integers beyond 2^53-1 are refused. */
  params?: Record<string, unknown> | null | undefined;
  /** Tags: an object of texts, or a list of words. */
  tags?: Record<string, string> | string[] | null | undefined;
  /** The environment variables that matter for repeating it. */
  environment?: Record<string, string> | null | undefined;
  /** The state of the checkout it works in. */
  git?: CheckoutParam | null | undefined;
  /** The machine's name. */
  hostname?: string | null | undefined;
  /** Who runs it. */
  username?: string | null | undefined;
  /** The container it runs in. */
  containerDigest?: string | null | undefined;
  /** Versions of the tools it uses, by name. */
  tools?: Record<string, string> | null | undefined;
  /** The job of the build server that runs it. */
  ciRunId?: string | null | undefined;
  /** Where to look at that job. */
  ciJobUrl?: string | null | undefined;
  /** The run that it is a part of. */
  parentRunId?: string | null | undefined;
  /** The run in MLflow that tells of the same work. */
  mlflowRunId?: string | null | undefined;
  /** Whatever else there is to note. Integers beyond 2^53-1 are refused. */
  annotations?: Record<string, unknown> | null | undefined;
  /** The artifacts that it will read. */
  inputArtifactIds?: string[] | null | undefined;
  /** When it began, for imports: RFC 3339, without zone it reads as UTC; now unless given. */
  startedAt?: string | null | undefined;
}

/** What `start_run` answers. */
export type StartRunResult = Run;

/** What `finish_run` takes. */
export interface FinishRunParams {
  /** The run. */
  runId: string;
  /** How it ended. */
  status: RunEnd;
  /** The command's exit code; 128 and the signal's number where a signal ended it. */
  exitCode?: number | null | undefined;
  /** When it ended, not before it began: RFC 3339, without zone it reads as UTC; now unless given. */
  finishedAt?: string | null | undefined;
  /** Why it did not complete. */
  error?: RunErrorParam | null | undefined;
  /** SHA-256 of dvc.lock after the run. */
  dvcLockHash?: string | null | undefined;
  /** Whether DVC answered from its cache. */
  cached?: boolean | null | undefined;
  /** The artifact with what the command wrote to standard output; it is not counted among the outputs. */
  stdoutArtifactId?: string | null | undefined;
  /** The artifact with what the command wrote to standard error; it is not counted among the outputs. */
  stderrArtifactId?: string | null | undefined;
}

/** What `finish_run` answers. */
export type FinishRunResult = Run;

/** What `get_run` takes. */
export interface GetRunParams {
  /** The run. */
  runId: string;
}

/** What `get_run` answers. */
export type GetRunResult = RunDetails;

/** What `list_runs` takes. */
export interface ListRunsParams {
  /** Which runs; all of them without a filter. */
  filter?: RunFilter | null | undefined;
}

/** What `list_runs` answers. */
export type ListRunsResult = Run[];

/** What `create_dataset` takes. */
export interface CreateDatasetParams {
  /** The dataset. */
  datasetId: string;
  /** The version, as people write it: v1, v2.1-beta, 2026-01. */
  version: string;
  /** The members; with a parent version, those that are added. */
  members?: NewMember[] | null | undefined;
  /**
   * The version of this dataset that it is made from: its members, name, description, tags and annotations are taken
   * over unless given.
   */
  parentVersion?: string | null | undefined;
  /** Artifacts of the parent version that are left out. */
  remove?: string[] | null | undefined;
  /** Members of the parent version about which something changes. */
  update?: ChangedMember[] | null | undefined;
  /** A name for people, at most 256 bytes. */
  name?: string | null | undefined;
  /** A description for people, at most 4096 bytes. */
  description?: string | null | undefined;
  /** Tags: an object, or a list of words (a word's value is ""). */
  tags?: Record<string, string> | string[] | null | undefined;
  /** Whatever its maker notes. */
  annotations?: Record<string, unknown> | null | undefined;
  /** The program that makes it. */
  writerName?: string | null | undefined;
  /** The version of that program. */
  writerVersion?: string | null | undefined;
  /** The commit of the code that makes it. */
  gitCommit?: string | null | undefined;
  /** The stage of the pipeline that makes it. */
  stage?: string | null | undefined;
  /**
   * Whether a Parquet file lists the members: true (unless given), false, or the path of a folder outside the store
   * where it is to lie.
   */
  index?: boolean | string | null | undefined;
}

/** What `create_dataset` answers. */
export type CreateDatasetResult = Created;

/** What `get_dataset` takes. */
export interface GetDatasetParams {
  /** The dataset; it or a path. */
  datasetId?: string | null | undefined;
  /** The version; `latest`, the highest that was not deleted, unless given. */
  version?: string | null | undefined;
  /** The path of a snapshot file, whose version this store need not know. */
  path?: string | null | undefined;
}

/** What `get_dataset` answers. */
export type GetDatasetResult = Dataset;

/** What `list_datasets` takes. */
export interface ListDatasetsParams {
  /** Of this dataset; of all without it. */
  datasetId?: string | null | undefined;
  /** With all of these tags. */
  tags?: Record<string, string> | null | undefined;
  /** `active` (unless given) or `tombstoned`. */
  status?: Status | null | undefined;
  /** Of each dataset only the highest version that was not deleted. */
  latestOnly?: boolean | null | undefined;
  /** At most this many: 1 to 10000, 100 unless given. */
  limit?: number | null | undefined;
  /** How many are passed over, 0 unless given. */
  offset?: number | null | undefined;
}

/** What `list_datasets` answers. */
export type ListDatasetsResult = DatasetEntry[];

/** What `list_dataset_members` takes. */
export interface ListDatasetMembersParams {
  /** The dataset; it or a path. */
  datasetId?: string | null | undefined;
  /** The version; `latest`, the highest that was not deleted, unless given. */
  version?: string | null | undefined;
  /** The path of a snapshot file, whose version this store need not know. */
  path?: string | null | undefined;
  /** Which members; all of them without a filter. */
  filter?: MemberFilter | null | undefined;
  /** At most this many: 1 to 10000, 100 unless given. */
  limit?: number | null | undefined;
  /** How many are passed over, 0 unless given. */
  offset?: number | null | undefined;
}

/** What `list_dataset_members` answers. */
export type ListDatasetMembersResult = Members;

/** What `diff_datasets` takes. */
export interface DiffDatasetsParams {
  /** The version that is compared. */
  left: VersionOf;
  /** The version that it is compared with, as a rule the newer one. */
  right: VersionOf;
  /** Of each list at most this many: 1 to 10000, 100 unless given. The counts are of all. */
  limit?: number | null | undefined;
}

/** What `diff_datasets` answers. */
export type DiffDatasetsResult = DatasetDiff;

/** What `verify_dataset` takes. */
export interface VerifyDatasetParams {
  /** The dataset; it or a path. */
  datasetId?: string | null | undefined;
  /** The version; `latest`, the highest that was not deleted, unless given. */
  version?: string | null | undefined;
  /** The path of a snapshot file, whose version this store need not know. */
  path?: string | null | undefined;
  /** Whether every byte of the members is read and hashed; false unless given. */
  verifyHashes?: boolean | null | undefined;
}

/** What `verify_dataset` answers. */
export type VerifyDatasetResult = Verified;

/** What `delete_dataset` takes. */
export interface DeleteDatasetParams {
  /** The dataset. */
  datasetId: string;
  /** The version; it has to be named, `latest` is refused. */
  version: string;
  /** Why; it stands in the history. */
  reason?: string | null | undefined;
}

/** What `delete_dataset` answers. */
export type DeleteDatasetResult = Changed;

/** What `restore_dataset` takes. */
export interface RestoreDatasetParams {
  /** The dataset. */
  datasetId: string;
  /** The version; it has to be named, `latest` is refused. */
  version: string;
  /** Why; it stands in the history. */
  reason?: string | null | undefined;
}

/** What `restore_dataset` answers. */
export type RestoreDatasetResult = Changed;

/** What `scan` takes. */
export interface ScanParams {
  /**
   * The one folder to look through, instead of those that keepstone.toml names. A relative path counts from the
   * server's working directory. One that is not named there and looks like FlowTime's is read as such.
   */
  root?: string | null | undefined;
  /** The one family to look for; all of them unless given. */
  family?: string | null | undefined;
  /**
   * Who keeps the files: `in_place` leaves them with their producer, `copy` takes them into the store, `move` removes
   * them there afterwards; `in_place` unless given.
   */
  mode?: ScanMode | null | undefined;
  /** Whether it is only told what would be done: nothing is written then, no store either. False unless given. */
  dryRun?: boolean | null | undefined;
  /** Whether every file is read again, also where it looks as before; false unless given. */
  rehash?: boolean | null | undefined;
}

/** What `scan` answers. */
export type ScanResult = ScanReport;

/** What `pin` takes. */
export interface PinParams {
  /** The artifact; or give `runId` or `datasetId`. */
  artifactId?: string | null | undefined;
  /** The run. */
  runId?: string | null | undefined;
  /** The dataset. */
  datasetId?: string | null | undefined;
  /** Why. */
  reason?: string | null | undefined;
  /** From when on it protects no longer: RFC 3339, without zone it reads as UTC. Without, it does until unpin. */
  expiresAt?: string | null | undefined;
}

/** What `pin` answers. */
export type PinResult = Pin;

/** What `unpin` takes. */
export interface UnpinParams {
  /** The artifact; or give `runId` or `datasetId`. */
  artifactId?: string | null | undefined;
  /** The run. */
  runId?: string | null | undefined;
  /** The dataset. */
  datasetId?: string | null | undefined;
}

/** What `unpin` answers. */
export type UnpinResult = Removed;

/** What `list_pins` takes. */
export interface ListPinsParams {
  /** The artifact. */
  artifactId?: string | null | undefined;
  /** The run. */
  runId?: string | null | undefined;
  /** The dataset. */
  datasetId?: string | null | undefined;
}

/** What `list_pins` answers. */
export type ListPinsResult = Pin[];

/** What `list_policies` takes. */
export type ListPoliciesParams = Record<string, never>;

/** What `list_policies` answers. */
export type ListPoliciesResult = Policies;

/** What `plan_gc` takes. */
export interface PlanGcParams {
  /** The policy that judges what belongs to no family. */
  policy?: string | null | undefined;
  /** The family whose runs are judged. */
  family?: string | null | undefined;
  /** The moment that ages are counted to: RFC 3339, without zone it reads as UTC. The present unless given. */
  now?: string | null | undefined;
}

/** What `plan_gc` answers. */
export type PlanGcResult = PlanGcPlan;

/** What `apply_gc` takes. */
export interface ApplyGcParams {
  /** The plan's policy. */
  policy?: string | null | undefined;
  /** The plan's family. */
  family?: string | null | undefined;
  /** The plan's moment. */
  now: string;
  /** The plan's digest. */
  digest: string;
}

/** What `apply_gc` answers. */
export type ApplyGcResult = ApplyGcApplied;

/** What `delete_artifact` takes. */
export interface DeleteArtifactParams {
  /** The artifact. */
  artifactId: string;
  /** Why; it stands in the history and the trash. */
  reason?: string | null | undefined;
  /** Whether it is deleted although something protects it; false unless given. */
  force?: boolean | null | undefined;
  /**
   * The revision that the deletion was decided on: when the artifact has another by now, it is a conflict that names
   * currentRevision, and nothing changes.
   */
  revision?: number | null | undefined;
}

/** What `delete_artifact` answers. */
export type DeleteArtifactResult = Deleted;

/** What `bulk_delete` takes. */
export interface BulkDeleteParams {
  /** The artifacts, 1 to 1000. */
  artifactIds: string[];
  /** Why; it stands in the history and the trash. */
  reason?: string | null | undefined;
  /** Whether they are deleted although something protects them; false unless given. */
  force?: boolean | null | undefined;
}

/** What `bulk_delete` answers. */
export type BulkDeleteResult = BulkDeleted;

/** What `list_trash` takes. */
export interface ListTrashParams {
  /** At most so many: 1 to 10000, 100 unless given. */
  limit?: number | null | undefined;
}

/** What `list_trash` answers. */
export type ListTrashResult = Trashed[];

/** What `restore` takes. */
export interface RestoreParams {
  /** The artifacts, 1 to 10000. */
  artifactIds: string[];
}

/** What `restore` answers. */
export type RestoreResult = Restored;

/** What `purge_trash` takes. */
export interface PurgeTrashParams {
  /**
   * Only what was deleted so long ago (30d, 12h) or until a moment; 30d unless given, whatever its age where artifacts
   * are named.
   */
  olderThan?: string | null | undefined;
  /** Only these artifacts, 1 to 10000. */
  artifactIds?: string[] | null | undefined;
  /** The moment that ages are counted to: RFC 3339, without zone it reads as UTC. The present unless given. */
  now?: string | null | undefined;
  /** Whether it is only told what would be done; true unless given. */
  dryRun?: boolean | null | undefined;
}

/** What `purge_trash` answers. */
export type PurgeTrashResult = PurgeReport;

/** What `get_stats` takes. */
export type GetStatsParams = Record<string, never>;

/** What `get_stats` answers. */
export type GetStatsResult = Stats;

/** What `plan_compaction` takes. */
export interface PlanCompactionParams {
  /** The one family whose files are looked at; all of them unless given. */
  family?: string | null | undefined;
}

/** What `plan_compaction` answers. */
export type PlanCompactionResult = PlanCompactionPlan;

/** What `apply_compaction` takes. */
export interface ApplyCompactionParams {
  /** The family that the plan was made for; left out where the plan is for all of them. */
  family?: string | null | undefined;
  /** The plan's digest. */
  digest: string;
}

/** What `apply_compaction` answers. */
export type ApplyCompactionResult = ApplyCompactionApplied;

/** What `expand` takes. */
export interface ExpandParams {
  /** The artifact. */
  artifactId: string;
}

/** What `expand` answers. */
export type ExpandResult = Expanded;

/** What `import_m3` takes. */
export interface ImportM3Params {
  /**
   * The data folder, which holds manifests/ and objects/, or the project whose `data` it is. Nothing in it changes. A
   * relative path counts from the server's working directory.
   */
  dataDir: string;
  /** Whether it is only told what would be done: nothing is written then, no store either. False unless given. */
  dryRun?: boolean | null | undefined;
}

/** What `import_m3` answers. */
export type ImportM3Result = ImportM3Report;

/** What `import_cryptorun` takes. */
export interface ImportCryptorunParams {
  /**
   * The YAML file. A relative path counts from the server's working directory. The folders `artifacts` and `out` are
   * looked for beside its folder, where that is called `config`, else in it.
   */
  path: string;
  /** Whether it is only told what would be done. False unless given. */
  dryRun?: boolean | null | undefined;
}

/** What `import_cryptorun` answers. */
export type ImportCryptorunResult = SettingsImported;

/** What `import_m3_policies` takes. */
export interface ImportM3PoliciesParams {
  /** The YAML file. A relative path counts from the server's working directory. */
  path: string;
  /** Whether it is only told what would be done. False unless given. */
  dryRun?: boolean | null | undefined;
}

/** What `import_m3_policies` answers. */
export type ImportM3PoliciesResult = PoliciesImported;

/** What `export_bundle` takes. */
export interface ExportBundleParams {
  /** The artifacts, 1 to 10000; or say all. */
  artifactIds?: string[] | null | undefined;
  /** Whether every artifact of the store goes into it, deleted ones included; false unless given. */
  all?: boolean | null | undefined;
  /** The file, which must not be there yet. A relative path counts from the server's working directory. */
  path: string;
  /** Whether everything that the artifacts were made from comes along, as far as it goes; true unless given. */
  closure?: boolean | null | undefined;
}

/** What `export_bundle` answers. */
export type ExportBundleResult = Bundled;

/** What `import_bundle` takes. */
export interface ImportBundleParams {
  /** The bundle. A relative path counts from the server's working directory. */
  path: string;
}

/** What `import_bundle` answers. */
export type ImportBundleResult = Imported;

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
