"""The shapes of what keepstone takes and answers.

Generated from the code: `UPDATE=1 cargo test generated` makes it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, Union

from .._vocabulary import StrPath

__all__ = [
    "Added",
    "Alias",
    "AliasSet",
    "ApplyCompactionApplied",
    "ApplyGcApplied",
    "ApplyGcLeftOut",
    "Archived",
    "Artifact",
    "ArtifactFilter",
    "AuditFormatParam",
    "AuditProvenance",
    "AuditReport",
    "AuditSeverity",
    "AuditVerdict",
    "Audited",
    "Budget",
    "BulkDeleted",
    "BulkResult",
    "BulkUpdated",
    "Bundled",
    "Candidate",
    "Capabilities",
    "CellChange",
    "Changed",
    "ChangedMember",
    "ChangedPair",
    "Check",
    "Checkout",
    "CheckoutParam",
    "Code",
    "ColumnOf",
    "ColumnPair",
    "ColumnStatistics",
    "ColumnType",
    "Compacted",
    "CompactionFailure",
    "CompactionTotals",
    "CompareArtifactsVerdict",
    "Compared",
    "Comparison",
    "Content",
    "Copy",
    "Counts",
    "CreateDatasetProvenance",
    "Created",
    "Database",
    "Dataset",
    "DatasetDiff",
    "DatasetEntry",
    "DeleteResult",
    "Deleted",
    "DiffCount",
    "DiffCounts",
    "DiffSide",
    "Direction",
    "Done",
    "Duplicates",
    "Edge",
    "Encoding",
    "Event",
    "Expanded",
    "ExpandedFile",
    "ExportState",
    "Exported",
    "ExportedFile",
    "FacetBy",
    "Facets",
    "FamilyCompaction",
    "FamilyShown",
    "FamilyTally",
    "FamilyTotals",
    "Fate",
    "FeatureCondition",
    "FeatureRange",
    "FileChange",
    "FileDiff",
    "FileEntry",
    "Finding",
    "Form",
    "Format",
    "Found",
    "GetLineageGraphFormatParam",
    "GetLineageGraphLineage",
    "GetLineageLineage",
    "Git",
    "GivenFile",
    "GraphStats",
    "Group",
    "Health",
    "ImportFault",
    "ImportFinding",
    "ImportM3LeftOut",
    "ImportM3Report",
    "Imported",
    "ImportedFate",
    "Ingest",
    "InitializeResult",
    "Input",
    "InputDiff",
    "InputParam",
    "Integrity",
    "Issue",
    "IssueName",
    "KeyImported",
    "Kind",
    "Limits",
    "ListedFile",
    "Made",
    "Member",
    "MemberChange",
    "MemberFilter",
    "Members",
    "Mode",
    "NamedValue",
    "NewMember",
    "Node",
    "Order",
    "Ordering",
    "Outcome",
    "ParamCondition",
    "ParamDiff",
    "ParamRange",
    "Path",
    "Paths",
    "Piece",
    "PieceEncoding",
    "Pin",
    "PlanCompactionPlan",
    "PlanGcPlan",
    "PlanTotals",
    "PlannedFile",
    "Policies",
    "PoliciesImported",
    "PolicyImported",
    "PolicyShown",
    "Preset",
    "Published",
    "PurgeReport",
    "Purged",
    "Related",
    "Relations",
    "Removed",
    "Restored",
    "Room",
    "Root",
    "RowChange",
    "RowDiff",
    "RowOf",
    "Run",
    "RunDetails",
    "RunEnd",
    "RunError",
    "RunErrorParam",
    "RunFilter",
    "RunStatus",
    "ScanFault",
    "ScanMode",
    "ScanReport",
    "ScanWarning",
    "SchemaDiff",
    "SearchFilter",
    "SettingsImported",
    "Share",
    "Skipped",
    "SortBy",
    "Statistics",
    "Stats",
    "Status",
    "Storage",
    "Summary",
    "TableDiff",
    "TagChange",
    "TagCount",
    "TagDiff",
    "TagGroup",
    "Tally",
    "Totals",
    "TrashFigures",
    "Trashed",
    "TypeChange",
    "TypeDefinition",
    "TypeSummary",
    "Updated",
    "ValueChange",
    "ValueCount",
    "Verified",
    "VerifyDatasetSeverity",
    "VerifyStoreReport",
    "VerifyStoreVerdict",
    "VersionOf",
    "Writer",
]


Archived = Literal["exclude", "include", "only"]
"""What becomes of archived artifacts.

`exclude`: They are not found.

`include`: They are found like all others.

`only`: Only they are found.
"""


AuditFormatParam = Literal["json", "text", "markdown"]
"""A form of a report.

`json`: The fields of the result alone.

`text`: Plain text.

`markdown`: Markdown.
"""


AuditSeverity = Literal["error", "warning"]
"""How grave an issue is.

`error`: A promise is broken.

`warning`: Nothing is broken, but something is not as it should be.
"""


AuditVerdict = Literal["error", "hash_mismatch", "verification_error", "missing_roles", "warning", "ok"]
"""The verdict on an artifact.

`error`: The store doesn't know it.

`hash_mismatch`: Bytes no longer have their hash.

`verification_error`: Its bytes can't be verified.

`missing_roles`: None of its roots has a role that was required.

`warning`: There are only warnings.

`ok`: Nothing was found.
"""


Check = Literal["hash", "objects", "names", "in_place", "sidecars", "history", "lineage", "datasets", "manifest", "staging"]
"""What a verification looks at.

`hash`: Every object, and every readable name that is no link of its object, is read and has its
hash.

`objects`: Every artifact's objects are there, with their sizes, and can't be written.

`names`: Every readable name is there and is its object. Other files below artifacts/ are their
owners' business.

`in_place`: Every file that is kept in place is there and is what the last scan saw; those of
deleted artifacts lie in the trash.

`sidecars`: Every artifact has its sidecar, whose seal holds.

`history`: Every line of the history has a seal that holds and says what the manifest says.

`lineage`: Every input is there, and no artifact is made from itself or superseded by itself, at
once or over others.

`datasets`: Every version of a dataset has its snapshot and its Parquet index, as they were written,
and its members are there.

`manifest`: SQLite finds no damage, and every row says what the sidecars and the history say.

`staging`: The store's folders are there and hold nothing that isn't the store's.
"""


Code = Literal["object_damaged", "object_missing", "object_size", "object_writable", "name_missing", "name_differs", "name_left", "file_missing", "file_changed", "file_left", "trash_missing", "sidecar_missing", "sidecar_damaged", "sidecar_differs", "history_short", "line_damaged", "history_differs", "input_missing", "circle", "snapshot_missing", "snapshot_damaged", "snapshot_differs", "sum_differs", "index_missing", "index_differs", "member_missing", "member_deleted", "member_differs", "manifest_damaged", "schema_differs", "row_differs", "row_missing", "row_unknown", "purged_alive", "words_differ", "folder_missing", "stranger", "unreadable"]
"""What kind of thing was found.

`object_damaged`: The object's bytes have another hash.

`object_missing`: An artifact's object is not there.

`object_size`: The object has another length than the artifact says.

`object_writable`: The object may be written.

`name_missing`: The readable name is not there.

`name_differs`: What lies at the readable name is something else.

`name_left`: The readable name of what was deleted is still there.

`file_missing`: A file that is kept in place is no longer there.

`file_changed`: A file that is kept in place has changed since it was scanned.

`file_left`: A file of a deleted artifact still lies in its place.

`trash_missing`: A file of a deleted artifact is neither in the trash nor in its place.

`sidecar_missing`: The sidecar is not there.

`sidecar_damaged`: The sidecar's seal fails.

`sidecar_differs`: What lies in the sidecar's place is another artifact's.

`history_short`: The history is shorter than the manifest knows.

`line_damaged`: The seal of a line of the history fails.

`history_differs`: History and manifest tell of different events.

`input_missing`: An input is not in the store.

`circle`: Artifacts are made from each other, or supersede each other, in a circle.

`snapshot_missing`: The snapshot of a version of a dataset is not there.

`snapshot_damaged`: The snapshot's seal fails, or it can't be read.

`snapshot_differs`: The snapshot is another file than the one that was written.

`sum_differs`: A digest or a count of a version is not that of its members.

`index_missing`: The Parquet index is not there; everything in it stands in the snapshot too.

`index_differs`: The Parquet index is another file than the one that was written.

`member_missing`: A member's artifact is not in the store.

`member_deleted`: A member's artifact was deleted.

`member_differs`: A member's artifact is no longer what it was when the version was created.

`manifest_damaged`: SQLite finds the manifest damaged.

`schema_differs`: The manifest's tables are not those of its format.

`row_differs`: A row says something else than sidecar and history.

`row_missing`: The manifest has lost a row that sidecars or history tell of.

`row_unknown`: The manifest has a row that neither sidecars nor history tell of.

`purged_alive`: An artifact's bytes were given up, though it was not deleted.

`words_differ`: A search finds an artifact by other words than it has.

`folder_missing`: A folder of the store is not there.

`stranger`: Something lies among the store's own files that isn't the store's.

`unreadable`: It could not be read.
"""


ColumnType = Literal["int", "float", "bool", "text", "date", "timestamp", "timestamptz"]
"""The type that a caller gives a CSV column.

`int`: Whole numbers of 64 bits.

`float`: Floating point numbers of 64 bits.

`bool`: true or false.

`text`: Text as it stands.

`date`: A day: YYYY-MM-DD.

`timestamp`: A date and a time of day without a zone.

`timestamptz`: A moment; without a zone it reads as UTC.
"""


CompareArtifactsVerdict = Literal["identical", "same_content", "different", "not_comparable"]
"""What a comparison comes to.

`identical`: Both have the same bytes.

`same_content`: Their bytes differ, what they say does not: both have the same content hash.

`different`: Their content differs.

`not_comparable`: Their content can't be held against each other; `reason` says why.
"""


Direction = Literal["ancestors", "descendants", "both"]
"""Which way a graph goes.

`ancestors`: To what they were made from.

`descendants`: To what was made of them.

`both`: To the ancestors of the starts and to their descendants, but not to the others' of those.
"""


Encoding = Literal["utf8", "base64", "json"]
"""How content stands for bytes.

`utf8`: The text's UTF-8 bytes.

`base64`: The bytes that the base64 text stands for.

`json`: The value as compact JSON, its keys in the order given, its numbers as integers or floats of
64 bits.
"""


ExportState = Literal["written", "already_there", "replaced"]
"""What became of a file.

`written`: It is new there.

`already_there`: It was there with the same bytes.

`replaced`: It took the place of one with other bytes.
"""


FacetBy = Literal["type", "tag", "status", "family", "outcome", "source"]
"""By what found artifacts are counted.

`type`: By type.

`tag`: By tag.

`status`: By state.

`family`: By family.

`outcome`: By outcome.

`source`: By source.
"""


Fate = Literal["keep", "delete"]
"""What becomes of an artifact.

`keep`: It stays.

`delete`: It goes to the trash.
"""


Form = Literal["dictionary", "zstd", "markdown"]
"""The form in which a file is kept.

`dictionary`: JSON Lines in which values that repeat stand in a dictionary, in the first line. It
lies where the original lay.

`zstd`: One Zstandard frame. It has `.zst` behind the name of the original.

`markdown`: Markdown without empty sections and with canonical headers. It lies where the original
lay, which is kept as an object.
"""


Format = Literal["table", "file", "tree"]
"""What kind of content an artifact has.

`table`: A table: CSV or Parquet was given, Parquet is kept.

`file`: Any bytes.

`tree`: A folder of files.
"""


GetLineageGraphFormatParam = Literal["json", "mermaid", "dot"]
"""A form of a graph.

`json`: Nodes and edges alone.

`mermaid`: A flowchart in Mermaid's language.

`dot`: A graph in Graphviz's language.
"""


ImportFault = Literal["conflict", "unreadable", "invalid", "invalid_name", "name_differs", "unsupported_hash", "object_missing", "object_damaged", "size_differs", "input_missing", "input_differs", "reference_left_out", "number_as_text", "shortened", "deleted", "never_began", "member_missing", "member_differs", "member_twice", "sum_differs", "index_missing", "index_differs", "feature_left_out", "pinned_missing"]
"""What kind of thing an import found.

`conflict`: The store has something else under this id.

`unreadable`: It could not be read, though it may be fine.

`invalid`: It doesn't say what it should say.

`invalid_name`: Its id, its type or its version can't be one here.

`name_differs`: Its file is named like another one.

`unsupported_hash`: Its hash is none that can be proven here.

`object_missing`: Its bytes are not there.

`object_damaged`: Its bytes have another hash than they should.

`size_differs`: It has another length than it says; the true one is kept.

`input_missing`: An input is not there, and stays a missing input.

`input_differs`: An input is there with another hash than was noted when it was used.

`reference_left_out`: An input or a run that it names can't be named here; what was said is kept in
its params.

`number_as_text`: A number that JSON readers would round is kept as text.

`shortened`: A tag is longer than it may be, or its key holds control characters; it is cut or left
out.

`deleted`: It was imported before and deleted since; it stays deleted.

`never_began`: A run that never began is kept as one that runs.

`member_missing`: A member of a dataset is not in the store.

`member_differs`: A member of a dataset is in the store with other bytes.

`member_twice`: An artifact is a member twice.

`sum_differs`: A digest or a count is not that of the members.

`index_missing`: The Parquet index is not there, and with it the features.

`index_differs`: The Parquet index can't be read or lists other members; its features are left out.

`feature_left_out`: A feature that can't be kept is left out.

`pinned_missing`: What a pin protects is not in the store.
"""


ImportedFate = Literal["imported", "already_there", "left_out"]
"""What became of a policy.

`imported`: keepstone.toml has it from now on.

`already_there`: keepstone.toml had it, alike.

`left_out`: It was left out.
"""


Ingest = Literal["copy", "move"]
"""What becomes of the original.

`copy`: It stays.

`move`: It is removed after the commit.
"""


Integrity = Literal["verified"]
"""What a check of the bytes said.

`verified`: They have their hash.
"""


IssueName = Literal["not_found", "hash_mismatch", "verification_error", "missing_roles", "missing_input", "incomplete_lineage", "circle"]
"""What an audit can find, the gravest first.

`not_found`: The store has no artifact of that id.

`hash_mismatch`: Bytes no longer have their hash.

`verification_error`: An object is missing or can't be read, so that its bytes can't be verified.

`missing_roles`: None of its roots has a role that was required.

`missing_input`: It names an input that the store doesn't hold.

`incomplete_lineage`: One of its ancestors names such an input.

`circle`: It was made from itself over others.
"""


Kind = Literal["parse_error", "invalid_request", "method_not_found", "invalid_params", "internal", "not_found", "conflict", "invalid_data", "path_not_allowed", "busy", "integrity", "limit_exceeded", "no_space", "read_only", "unsupported", "cancelled", "stale_plan", "protected"]
"""What kind of failure it was; each has its own JSON-RPC code.

`parse_error`: The line is no JSON.

`invalid_request`: The line is JSON but no request.

`method_not_found`: No operation has this name.

`invalid_params`: A parameter is missing, unknown, of the wrong type or out of range.

`internal`: A defect in keepstone.

`not_found`: What was asked for does not exist.

`conflict`: It contradicts what is already there.

`invalid_data`: The data itself (a file, a row, a column) can't be taken.

`path_not_allowed`: That path may not be read or written.

`busy`: Another process kept the store for too long.

`integrity`: Bytes are not what their hash says.

`limit_exceeded`: A size or count beyond what is allowed.

`no_space`: The disk is full.

`read_only`: The store can't be written here.

`unsupported`: keepstone can't do that.

`cancelled`: The caller withdrew the request before anything was committed.

`stale_plan`: The store has changed so that the plan would delete something else.

`protected`: A pin, a dataset or a policy protects it.
"""


MemberChange = Literal["content", "role", "split", "features"]
"""What differs about a member.

`content`: Its bytes.

`role`: The part it plays.

`split`: The split it belongs to.

`features`: What is known about it.
"""


Mode = Literal["file_hash", "content_hash"]
"""By what a duplicate was recognised.

`file_hash`: The same bytes, as given or as kept.

`content_hash`: Other bytes with the same logical content.
"""


Order = Literal["asc", "desc"]
"""What comes first.

`asc`: The least.

`desc`: The greatest.
"""


Ordering = Literal["arrival", "independent"]
"""What requests wait for.

`arrival`: Commits happen in the order of arrival, and queries wait for the commits that arrived
before them.

`independent`: Nothing waits for anything; for clients that await their own replies.
"""


Outcome = Literal["pass", "fail", "unknown"]
"""How the work that made it ended.

`pass`: It passed.

`fail`: It failed.

`unknown`: It is not known.
"""


PieceEncoding = Literal["utf8", "base64"]
"""How a piece stands for bytes.

`utf8`: The text's UTF-8 bytes.

`base64`: The bytes that the base64 text stands for.
"""


Preset = Literal["cryptorun", "flowtime"]
"""A configuration for those who come from another program.

`cryptorun`: The five families of CryptoRun's verification outputs, in `artifacts` and `out` beside
the store.

`flowtime`: FlowTime's data folder, in `data` beside the store.
"""


RunEnd = Literal["completed", "failed", "killed", "cancelled", "skipped"]
"""How a run ends.

`completed`: It did what it should.

`failed`: It did not.

`killed`: A signal ended it, or it was found dead.

`cancelled`: Somebody called it off.

`skipped`: There was nothing to do.
"""


RunStatus = Literal["unknown", "running", "completed", "failed", "killed", "cancelled", "skipped"]
"""How far a run is, or how it ended.

`unknown`: Artifacts name it, but nobody started it.

`running`: It was started and not finished; also when its process died and nobody told.

`completed`: It did what it should.

`failed`: It did not.

`killed`: A signal ended it, or it was found dead.

`cancelled`: Somebody called it off.

`skipped`: There was nothing to do.
"""


ScanFault = Literal["root_missing", "unreadable", "link", "not_regular", "odd_name", "overlap", "changing", "run_missing", "file_missing", "kept_by_run", "reappeared", "waits_for_trash", "other_mode", "changed_meanwhile", "incomplete", "malformed", "shortened", "id_taken", "input_left_out"]
"""What somebody should know about a scan.

`root_missing`: A folder that is to be scanned is not there.

`unreadable`: A file or folder can't be read; the run that it belongs to is left as it is.

`link`: A link is not followed.

`not_regular`: Something matches a pattern and is no file.

`odd_name`: A name is no UTF-8, is too long, can be no id, or tells of a moment that there is none
of.

`overlap`: Files match several families, and belong to the first by name.

`changing`: A file changed while it was read; its run is left for the next scan.

`run_missing`: No file of a known run was found.

`file_missing`: A file of a known run is no longer there.

`kept_by_run`: A file stays with the run that has it, though its path now says another.

`reappeared`: The files of a deleted run are there again, and are registered as a new one.

`waits_for_trash`: The files of a deleted run have not been moved to the trash yet.

`other_mode`: The run is known already, in another mode.

`changed_meanwhile`: Somebody else changed or deleted the run meanwhile.

`incomplete`: A folder of a run lacks the file that says what it is; it is left out.

`malformed`: A file that says something of a run is not understood; where nothing else says what the
run is, it is left out.

`shortened`: A title, description or tag of a new run is longer than it may be, or holds control
characters; it is cut or left out.

`id_taken`: The id that a run's folder names is another artifact's, and it gets one with a number.

`input_left_out`: An input that a run's files name is not recorded: it can be no id, or was itself
made of the run.
"""


ScanMode = Literal["in_place", "copy", "move"]
"""Who keeps the files of the runs that a scan finds.

`in_place`: They stay where their producer put them.

`copy`: The store keeps a copy.

`move`: The store keeps them; the originals are removed after the commit.
"""


Skipped = Literal["other_kind", "disabled", "too_small", "too_large", "already_compact", "not_smaller", "not_text", "would_read_differently", "changed", "missing", "unreadable", "name_taken", "linked"]
"""Why a file is left as it is.

`other_kind`: It is neither JSON Lines (`.jsonl`) nor Markdown (`.md`).

`disabled`: keepstone.toml says that files of this kind stay as they are.

`too_small`: It is smaller than `min_size_kb`.

`too_large`: Markdown of more than 16 MiB is not looked into.

`already_compact`: It is in a compact form, or there is nothing in it that could be left out.

`not_smaller`: No form of it is smaller, for Markdown together with the original that is kept.

`not_text`: It is called Markdown, but is no text in UTF-8.

`would_read_differently`: Leaving something out would make its other parts read differently.

`changed`: It isn't what the last scan found; scan again.

`missing`: It is not where the last scan found it.

`unreadable`: It may not be read.

`name_taken`: Something else has the name that its compact form would get.

`linked`: It has other names (hard links), which would keep its bytes.
"""


SortBy = Literal["created", "updated", "title", "size", "type", "relevance"]
"""By what a search is ordered.

`created`: When they were created.

`updated`: When they last changed.

`title`: By title, whatever the case of its letters; those without one come last in either order.

`size`: By size in bytes.

`type`: By type.

`relevance`: By how well the words fit: a rare word counts more than a frequent one, and more in the
title than in names and tags, there more than in the description, and there more than elsewhere.
"""


Status = Literal["active", "superseded", "tombstoned"]
"""Whether an artifact stands, was replaced, or was deleted.

`active`: It stands.

`superseded`: A newer artifact replaced it.

`tombstoned`: It was deleted or collected.
"""


Storage = Literal["managed", "in_place"]
"""Who keeps the bytes.

`managed`: The store keeps them as objects.

`in_place`: They stay where their producer put them.
"""


VerifyDatasetSeverity = Literal["error", "warning", "repaired"]
"""How much a finding matters.

`error`: Something that the store promises is not so.

`warning`: Nothing is lost, but somebody should look at it.

`repaired`: It was so, and is mended.
"""


VerifyStoreVerdict = Literal["clean", "repaired", "warnings", "errors"]
"""The worst of all findings.

`clean`: There are none.

`repaired`: All of them are mended.

`warnings`: There are warnings.

`errors`: There are errors.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """What was recorded."""

    added: list[Edge]
    """The edges that are new."""
    artifact: Artifact
    """The artifact that was made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alias:
    """An alias and what it stands for."""

    alias: str
    """The name: `type:key@alias` means the artifact."""
    artifact_type: str
    """The type of the artifact."""
    logical_key: str
    """The key of the artifact."""
    artifact_id: str
    """The artifact that it stands for."""
    version: int
    """Which version of its type and key that is."""
    set_at: str
    """Since when."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AliasSet:
    """What an alias stands for now and stood for before."""

    alias: str
    """The name: `type:key@alias` means the artifact."""
    artifact_type: str
    """The type of the artifact."""
    logical_key: str
    """The key of the artifact."""
    artifact_id: str
    """The artifact that it stands for."""
    version: int
    """Which version of its type and key that is."""
    set_at: str
    """Since when."""
    previous_artifact_id: str | None
    """What it stood for before, null for nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyCompactionApplied:
    """What compaction did."""

    family: str | None
    """The family asked for; null for all."""
    files: list[PlannedFile]
    """The files as the plan names them, those that failed left out."""
    totals: CompactionTotals
    """All of them together."""
    families: list[FamilyCompaction]
    """Each family, by name."""
    failures: list[CompactionFailure]
    """Files that could not be replaced and are as they were."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyGcApplied:
    """What a collection did."""

    policy: str | None
    """The plan's policy."""
    family: str | None
    """The plan's family."""
    now: str
    """The plan's moment."""
    digest: str
    """The plan's digest."""
    deleted: list[Candidate]
    """What went to the trash."""
    skipped: list[ApplyGcLeftOut]
    """What was to go and was protected at the last moment."""
    totals: PlanTotals
    """Sums over what went to the trash."""
    backup: str | None
    """Absolute path of the manifest's copy; null where nothing was to go."""
    report: str | None
    """Absolute path of the report, Markdown."""
    report_json: str | None
    """Absolute path of the report, JSON."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyGcLeftOut:
    """An artifact to which it was not done."""

    artifact_id: str
    """The artifact."""
    reason: str
    """Why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Artifact:
    """Something published."""

    artifact_id: str
    """Its id."""
    artifact_type: str
    """Its type."""
    schema_version: int
    """Version of the type's schema."""
    logical_key: str
    """What it represents; artifacts of one type and key are its versions."""
    version: int
    """Which version of its type and key it is: 1, 2, 3 …"""
    status: Status
    """Whether it stands, was replaced, or was deleted."""
    archived: bool
    """Whether it was put aside."""
    format: Format
    """What kind of content it has."""
    storage: Storage
    """Who keeps the bytes."""
    path: str | None
    """Absolute path of its readable name: a file, or a folder for a tree; null once the bytes are
    gone. Of what is kept in place, the deepest folder that holds all its files; list_files says
    where each of them is.
    """
    path_parquet: str | None
    """The same for a table's Parquet file, null for other formats."""
    path_sidecar: str
    """Absolute path of its sidecar, the JSON record written at publish."""
    file_hash: str
    """SHA-256 of the bytes kept; of a tree, of its listing."""
    content_hash: str
    """Hash of the logical content."""
    source_hash: str
    """SHA-256 of the bytes that were given."""
    content_hash_version: int
    """Version of the content hash's definition."""
    spec_id: str
    """First 12 characters of the lower-case base32 of the file hash."""
    size_bytes: int
    """Bytes kept, of all files together."""
    file_count: int
    """Number of files."""
    row_count: int | None
    """Rows of a table, null for other formats."""
    min_ts: str | None
    """Earliest time in the table's time column, with six digits, UTC."""
    max_ts: str | None
    """Latest time in the table's time column, with six digits, UTC."""
    created_at: str
    """When it was published: `YYYY-MM-DDTHH:MM:SS.mmmZ`."""
    updated_at: str
    """When it last changed."""
    title: str | None
    """A title for people."""
    description: str | None
    """A description for people."""
    media_type: str | None
    """Its media type."""
    run_id: str | None
    """The run that published it first."""
    family: str | None
    """The family that a scan put it in."""
    outcome: Outcome | None
    """How the work that made it ended."""
    source: str | None
    """Where it came from, in the publisher's words."""
    capabilities: list[str]
    """What it can be used for."""
    roles: list[str]
    """The parts it plays."""
    tags: dict[str, str]
    """Tags; a tag that is only a word has the value ""."""
    params: dict[str, Any]
    """The parameters it was made with."""
    writer: Writer | None
    """The program that wrote it."""
    git: Git | None
    """The state of the code that made it."""
    superseded_by: str | None
    """The artifact that replaced it."""
    supersedes: list[str]
    """The artifacts it replaced."""
    pinned: bool
    """Whether a pin protects it: one of its own, of a run that published it, or of a live dataset
    that holds it. Its end may come by itself, so `revision` doesn't count it.
    """
    revision: int
    """1, and one more for each change that shows."""


class ArtifactFilter(TypedDict, total=False):
    """Which artifacts a list shows."""

    artifact_type: str | None
    """Of this type."""
    status: Status | None
    """In this state."""
    tags: Mapping[str, str] | None
    """With all of these tags."""
    min_created_at: str | None
    """Created at this moment or later (RFC 3339; without zone it reads as UTC)."""
    max_created_at: str | None
    """Created at this moment or earlier."""
    run_id: str | None
    """Published by this run, duplicates included."""
    roles: Sequence[str] | None
    """With all of these roles."""
    family: str | None
    """Of this family: runs that scans found by its patterns."""
    outcome: Outcome | None
    """Whose work ended like this."""
    limit: int | None
    """At most this many: 1 to 10000, 100 unless given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditProvenance:
    """By whom and how an artifact was made."""

    run_id: str | None
    """The run that published it first."""
    writer: Writer | None
    """The program that wrote it."""
    git: Git | None
    """The state of the code that made it."""
    params: dict[str, Any]
    """The parameters it was made with."""
    source: str | None
    """Where it came from, in the publisher's words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditReport:
    """What an audit found."""

    schema_version: int
    """Version of the report's form: 1."""
    generated_at: str
    """When it was made."""
    generator: str
    """What made it: keepstone."""
    generator_version: str
    """The version of what made it."""
    artifacts: list[Audited]
    """The artifacts, as they were named; with `all` in the order of commits."""
    totals: Totals
    """All of them in numbers."""
    graph_stats: GraphStats
    """The lineage that was looked at."""
    text: str | None
    """The report in the form that was asked for; null for `json`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Audited:
    """An artifact as an audit found it. Of an id that the store doesn't know, what only an artifact
    has is null.
    """

    artifact_id: str
    """Its id."""
    status: AuditVerdict
    """The verdict: the gravest of its issues."""
    issues: list[Issue]
    """What is wrong, the gravest first."""
    artifact_type: str | None
    """Its type."""
    logical_key: str | None
    """What it represents."""
    version: int | None
    """Which version of its type and key it is."""
    artifact_status: Status | None
    """Whether it stands, was replaced, or was deleted."""
    content_hash: str | None
    """Hash of the logical content."""
    file_hash: str | None
    """SHA-256 of the bytes kept."""
    size_bytes: int | None
    """Bytes kept."""
    created_at: str | None
    """When it was published."""
    roles: list[str]
    """The parts it plays."""
    provenance: AuditProvenance | None
    """By whom and how it was made."""
    hash_verified: bool | None
    """Whether the bytes kept still have their hash; null when they were not looked at."""
    ancestor_count: int
    """How many artifacts it was made from, at once or over others."""
    edge_count: int
    """How many edges lead to it and to them."""
    ancestor_types: list[str]
    """The types of its ancestors."""
    root_count: int
    """How many of them have no inputs themselves; an artifact without inputs is its own root."""
    roots: list[Root] | None
    """The roots, in the order of commits; null unless trace_roots asked for them."""
    cut: bool
    """Whether max_depth ended the look at its ancestors before their roots."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What the default policy's budget leaves."""

    policy: str
    """The policy."""
    space_budget_bytes: int
    """Its budget."""
    used_bytes: int
    """The bytes that live artifacts take, each object counted once."""
    left_bytes: int
    """What is left; 0 when it is used up."""
    over_budget_bytes: int
    """By how much it is exceeded; 0 when it is not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkDeleted:
    """What became of several artifacts."""

    success: bool
    """Whether all of them are in the trash now."""
    processed: int
    """How many artifacts were named."""
    deleted: int
    """How many were live until now."""
    failed: int
    """How many failed."""
    results: list[DeleteResult]
    """What became of each, in the order of the request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkResult:
    """What became of one of several changes."""

    artifact_id: str
    """The artifact."""
    success: bool
    """Whether it is now as it was wished for."""
    revision: int | None
    """Its revision by now, null when it failed."""
    error: str | None
    """Why it failed, null when it didn't."""
    error_kind: Kind | None
    """What kind of failure it was, null when it was none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkUpdated:
    """What became of several changes."""

    success: bool
    """Whether all of them succeeded."""
    processed: int
    """How many artifacts were named."""
    changed: int
    """How many changed."""
    failed: int
    """How many failed."""
    results: list[BulkResult]
    """What became of each, in the order of the request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundled:
    """What a bundle holds."""

    path: str
    """Absolute path of the bundle."""
    size_bytes: int
    """Its length in bytes."""
    artifact_count: int
    """How many artifacts it carries."""
    object_count: int
    """How many different files' bytes it carries."""
    object_bytes: int
    """The length of these together."""
    run_count: int
    """How many runs it carries, those not counted that artifacts only name."""
    dataset_count: int
    """How many versions of datasets it carries."""
    alias_count: int
    """How many aliases it carries."""
    missing_inputs: list[str]
    """Inputs that its artifacts name and that it doesn't carry, at most 1000, by id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An artifact that a plan judges."""

    artifact_id: str
    """The artifact."""
    family: str | None
    """The family whose rules judge it; null where a policy does."""
    artifact_type: str
    """Its type."""
    logical_key: str
    """What it represents."""
    created_at: str
    """When it was published."""
    outcome: Outcome | None
    """How the work that made it ended."""
    fate: Fate
    """What becomes of it."""
    reasons: list[str]
    """Every rule that keeps it; of what goes, why none does. Of families: `pinned`, `last_pass`,
    `last_run`, `explicitly_pinned`, `within_keep_count_N`, `dataset_member`; else
    `beyond_keep_count_N`. Of policies: `pinned`, `ancestor_of_pinned`, `dataset_member`,
    `has_descendants`, `protected_type:T`, `protected_role:R`, `age`, `min_count`; else
    `older_than_Nd` or `space_budget`.
    """
    files: int
    """Number of its files."""
    logical_bytes: int
    """Bytes of all its files together."""
    physical_bytes: int
    """Bytes that a purge would free because of it: what others hold too is none, and what several
    hold that go counts for the first of them alone.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What the server can do besides answering requests."""

    cancel: bool
    """`$/cancelRequest` is understood."""
    progress: bool
    """`$/progress` is sent on request."""
    batches: bool
    """JSON-RPC batches are answered."""
    orderings: list[Ordering]
    """The values that `ordering` may have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CellChange:
    """A value that differs in a row that both tables have."""

    column: str
    """The column."""
    left: float | str | bool | None
    """The value in the left table; null for none."""
    right: float | str | bool | None
    """The value in the right table; null for none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A version that was deleted or brought back."""

    changed: bool
    """Whether this request changed anything."""
    dataset: Dataset
    """The version."""


class _ChangedMemberRequired(TypedDict):
    artifact_id: str
    """The artifact."""


class ChangedMember(_ChangedMemberRequired, total=False):
    """What changes about a member of the parent version."""

    role: str | None
    """The part it plays from now on; as before unless given."""
    split: str | None
    """The split it belongs to from now on, "" for none; as before unless given."""
    features: Mapping[str, float | str | bool | None] | None
    """Features that are set; null removes one, the others stay."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedPair:
    """A member that both versions have."""

    changes: list[MemberChange]
    """What differs."""
    left: Member
    """The member of the left version."""
    right: Member
    """The member of the right version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkout:
    """The state of the checkout that a run worked in."""

    commit: str | None
    """The commit."""
    branch: str | None
    """The branch; null where none is checked out."""
    dirty: bool | None
    """Whether there were uncommitted changes."""


class CheckoutParam(TypedDict, total=False):
    """The state of the checkout that a run worked in."""

    commit: str | None
    """The commit."""
    branch: str | None
    """The branch; null where none is checked out."""
    dirty: bool | None
    """Whether there were uncommitted changes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnOf:
    """A column."""

    name: str
    """Its name."""
    type: str
    """Its type: int, float64, text, timestamp …"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnPair:
    """A column of one or both tables, and what its values come to."""

    name: str
    """Its name."""
    left: ColumnStatistics | None
    """In the left table; null where that doesn't have it."""
    right: ColumnStatistics | None
    """In the right table; null where that doesn't have it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnStatistics:
    """What the values of a column come to."""

    type: str
    """Its type: int, float64, text, timestamp …"""
    nulls: int
    """How many rows have no value."""
    nans: int | None
    """How many values are NaN; null for what can't be."""
    distinct: int | None
    """How many different values there are, NaN being one; null where there are more than 1000 or
    very long ones.
    """
    min: float | str | bool | None
    """The least value, NaN left out; null where there is none."""
    max: float | str | bool | None
    """The greatest value, NaN left out; null where there is none."""
    mean: float | None
    """The mean of numbers, NaN left out; null where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Compacted:
    """Files that are kept in a compact form."""

    files: int
    """How many."""
    logical_bytes: int
    """The bytes of their originals."""
    stored_bytes: int
    """The bytes that their compact forms have, with the originals that are kept compressed beside
    them.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class CompactionFailure:
    """A file that could not be compacted or expanded; it is as it was."""

    artifact_id: str
    """The artifact it belongs to."""
    path: str
    """The absolute path of the file."""
    message: str
    """Why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CompactionTotals:
    """Several files together."""

    files: int
    """Files of artifacts that are kept in place."""
    compacted: int
    """Those that get a compact form."""
    skipped: int
    """Those that are left as they are."""
    size_bytes: int
    """Bytes of those that get a compact form."""
    compact_size_bytes: int
    """Their bytes afterwards, the originals included that are kept."""
    saved_bytes: int
    """How many bytes that saves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """As much of a compared artifact as tells it from the other."""

    artifact_id: str
    """Its id."""
    artifact_type: str
    """Its type."""
    logical_key: str
    """What it represents."""
    version: int
    """Which version of its type and key it is."""
    status: Status
    """Whether it stands, was replaced, or was deleted."""
    archived: bool
    """Whether it was put aside."""
    format: Format
    """What kind of content it has."""
    file_hash: str
    """SHA-256 of the bytes kept; of a tree, of its listing."""
    content_hash: str
    """Hash of the logical content."""
    size_bytes: int
    """Bytes kept, of all files together."""
    title: str | None
    """A title for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What differs between two artifacts."""

    left: Compared
    """The artifact that was compared."""
    right: Compared
    """The artifact that it was compared with."""
    verdict: CompareArtifactsVerdict
    """What their content comes to."""
    reason: str
    """The same as a sentence."""
    fields: list[ValueChange]
    """The fields that differ, ids, paths and what follows from others left out."""
    params: ParamDiff
    """The params that differ."""
    tags: TagDiff
    """The tags that differ."""
    inputs: InputDiff
    """The inputs that differ."""
    files: FileDiff
    """The files that differ."""
    table: TableDiff | None
    """How the tables differ; null unless both are tables that can be read."""
    truncated: bool
    """Whether a list was cut at the limit, the examples of rows left aside. The counts are of all.
    """


class Content(TypedDict):
    """Content that stands in the request itself, at most 1 MiB."""

    encoding: Encoding
    """How `data` stands for bytes."""
    data: Any
    """The content: text for `utf8` and `base64`, any JSON value for `json`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """The copy."""

    path: str
    """The absolute path of the copy."""
    size_bytes: int
    """Its length in bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How much a verification looked at."""

    artifacts: int
    """Artifacts in the manifest, deleted ones included."""
    objects: int
    """Objects on disk; 0 when neither hash nor objects was asked for."""
    orphans: int
    """Objects that no artifact needs, such as a publish leaves that was killed before its commit.
    They do no harm.
    """
    hashed_files: int
    """Files that were read and hashed."""
    hashed_bytes: int
    """Bytes of these files."""
    names: int
    """Readable names that were looked at."""
    in_place: int
    """Files kept in place, or in the trash since their artifacts were deleted, that were looked at.
    """
    sidecars: int
    """Sidecars that were read."""
    history_lines: int
    """Lines of the history that were read."""
    datasets: int
    """Versions of datasets that were looked at."""
    edges: int
    """Edges that were followed."""
    rows: int
    """Rows of the manifest that were held against sidecars and history."""
    quarantined: int
    """Files in quarantine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateDatasetProvenance:
    """Who made a version of a dataset, and from what."""

    writer: Writer | None
    """The program that made it."""
    git_commit: str | None
    """The commit of the code that made it."""
    stage: str | None
    """The stage of the pipeline that made it."""
    source_runs: list[str]
    """The runs that published its members, sorted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Created:
    """The version that is there now."""

    deduped: bool
    """Whether it was there already, and nothing was done."""
    dataset: Dataset
    """The version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """The manifest as a database."""

    size_bytes: int
    """Length of the file."""
    log_bytes: int
    """Length of the write-ahead log beside it."""
    page_bytes: int
    """Length of a page."""
    pages: int
    """How many pages the file has."""
    free_pages: int
    """How many of them hold nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """One version of a dataset: what it holds and who made it; its members are listed apart."""

    dataset_id: str
    """The dataset."""
    version: str
    """The version."""
    status: Status
    """Whether it stands or was deleted."""
    deleted_at: str | None
    """When it was deleted."""
    name: str | None
    """A name for people."""
    description: str | None
    """A description for people."""
    tags: dict[str, str]
    """Tags; a tag that is only a word has the value ""."""
    annotations: dict[str, Any]
    """Whatever its maker noted."""
    parent_version: str | None
    """The version it was made from."""
    created_at: str
    """When it was created."""
    member_count: int
    """How many members it has."""
    total_bytes: int
    """The bytes of all members together."""
    content_digest: str
    """SHA-256 over the members' hashes alone, sorted: what bytes the version holds."""
    membership_digest: str
    """SHA-256 over everything that is known of each member: ids, roles, splits, sizes, features."""
    statistics: Statistics
    """What can be counted in it."""
    provenance: CreateDatasetProvenance
    """Who made it, and from what."""
    path: str
    """Absolute path of the snapshot, the JSON file that says all of this and every member."""
    snapshot_hash: str
    """SHA-256 of that file."""
    path_index: str | None
    """Absolute path of the Parquet file that lists the members, null when it has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetDiff:
    """What differs between two versions."""

    left: DiffSide
    """The version that was compared."""
    right: DiffSide
    """The version that it was compared with."""
    identical: bool
    """Whether they have the same members, alike in everything."""
    counts: DiffCounts
    """How many members differ, and how."""
    added: list[Member]
    """Only in the right version, by artifact id."""
    removed: list[Member]
    """Only in the left version, by artifact id."""
    changed: list[ChangedPair]
    """In both and different, by the left one's artifact id."""
    truncated: bool
    """Whether a list was cut at the limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetEntry:
    """A version of a dataset in a list; get_dataset says more."""

    dataset_id: str
    """The dataset."""
    version: str
    """The version."""
    latest: bool
    """Whether `latest` means this version."""
    status: Status
    """Whether it stands or was deleted."""
    name: str | None
    """A name for people."""
    description: str | None
    """A description for people."""
    tags: dict[str, str]
    """Tags; a tag that is only a word has the value ""."""
    parent_version: str | None
    """The version it was made from."""
    created_at: str
    """When it was created."""
    member_count: int
    """How many members it has."""
    total_bytes: int
    """The bytes of all members together."""
    by_role: dict[str, Share]
    """The members of each role."""
    content_digest: str
    """SHA-256 over the members' hashes alone."""
    membership_digest: str
    """SHA-256 over everything that is known of each member."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteResult:
    """What became of one of several artifacts."""

    artifact_id: str
    """The artifact."""
    success: bool
    """Whether it is in the trash now."""
    dependent_count: int | None
    """How many live artifacts were made of it; null when it failed."""
    error: str | None
    """Why it failed, null when it didn't."""
    error_kind: Kind | None
    """What kind of failure it was, null when it was none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deleted:
    """What became of it."""

    success: bool
    """Always true; a failure is an error."""
    changed: bool
    """Whether it was live until now."""
    dependents: list[str]
    """Live artifacts that were made of it, at most 100."""
    dependent_count: int
    """How many there are."""
    artifact: Artifact
    """The artifact, as it is now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DiffCount:
    """How many there are of each kind."""

    added: int
    """Only the right one has them."""
    removed: int
    """Only the left one has them."""
    changed: int
    """Both have them, and they differ."""
    same: int
    """Both have them alike."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DiffCounts:
    """How many members differ, and how."""

    added: int
    """Only in the right version."""
    removed: int
    """Only in the left version."""
    changed: int
    """In both, and different."""
    unchanged: int
    """In both, and alike."""
    content: int
    """Of the changed: those with other bytes."""
    role: int
    """Of the changed: those in another role."""
    split: int
    """Of the changed: those in another split."""
    features: int
    """Of the changed: those with other features."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DiffSide:
    """One side of a comparison."""

    dataset_id: str
    """The dataset."""
    version: str
    """The version."""
    member_count: int
    """How many members it has."""
    total_bytes: int
    """The bytes of all members together."""
    content_digest: str
    """SHA-256 over the members' hashes alone."""
    membership_digest: str
    """SHA-256 over everything that is known of each member."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """That it was done."""

    success: bool
    """Always true; a failure is an error."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Duplicates:
    """What was kept once although several artifacts hold it."""

    files: int
    """Files of artifacts whose bytes the store keeps."""
    objects: int
    """The objects that hold them."""
    avoided_files: int
    """How many files took no room."""
    avoided_bytes: int
    """How many bytes that saved."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """From an input to what was made of it."""

    input_artifact_id: str
    """What it was made from."""
    artifact_id: str
    """What was made."""
    relation: str
    """How the one came from the other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One line of the store's history."""

    event_id: int
    """Counts up from 1 in the order of commits."""
    at: str
    """When it happened."""
    kind: str
    """What happened: published, superseded, type_registered …"""
    artifact_id: str | None
    """The artifact it is about, where it is about one."""
    actor: str | None
    """Who did it: the client's name, where it gave one."""
    data: dict[str, Any]
    """The new values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expanded:
    """What was brought back."""

    artifact_id: str
    """The artifact."""
    files: list[ExpandedFile]
    """The files that are their originals again, by path."""
    failures: list[CompactionFailure]
    """Files that could not be expanded and are as they were."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpandedFile:
    """A file that is its original again."""

    path: str
    """The absolute path of the original."""
    form: Form
    """The form that it had."""
    compact_size_bytes: int
    """The length that it had in bytes."""
    size_bytes: int
    """The length of the original."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """What was written."""

    artifact_id: str
    """The artifact."""
    directory: str
    """The absolute path of the folder."""
    files: list[ExportedFile]
    """Its files, in the order of its listing."""
    written_count: int
    """How many files are new or were replaced."""
    written_bytes: int
    """How many bytes these have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedFile:
    """A file that is in the folder now."""

    file: str
    """Its path inside the artifact."""
    path: str
    """Its absolute path."""
    hash: str
    """SHA-256 of its bytes."""
    size_bytes: int
    """Length in bytes."""
    state: ExportState
    """What became of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facets:
    """How many of the found artifacts have which value, the 100 most frequent first; null for what
    wasn't asked for. Artifacts without a value are not counted.
    """

    type: list[ValueCount] | None
    """By type."""
    tag: list[TagCount] | None
    """By tag."""
    status: list[ValueCount] | None
    """By state."""
    family: list[ValueCount] | None
    """By family."""
    outcome: list[ValueCount] | None
    """By outcome."""
    source: list[ValueCount] | None
    """By source."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyCompaction:
    """The same of one family."""

    family: str
    """The family."""
    files: int
    """Files of artifacts that are kept in place."""
    compacted: int
    """Those that get a compact form."""
    skipped: int
    """Those that are left as they are."""
    size_bytes: int
    """Bytes of those that get a compact form."""
    compact_size_bytes: int
    """Their bytes afterwards, the originals included that are kept."""
    saved_bytes: int
    """How many bytes that saves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyShown:
    """What is kept of a family."""

    family: str
    """Its name."""
    keep: int
    """The newest so many runs are kept."""
    always_keep: list[str]
    """Runs that are kept however old they are: `last_pass`, `pinned`, `last_run`."""
    pin: list[str]
    """Artifacts that are kept: ids, the starts of ids, or their last 8 digits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyTally:
    """The same of one family."""

    family: str
    """The family."""
    files_scanned: int
    """Files that belong to a family."""
    bytes_scanned: int
    """Their bytes."""
    files_read: int
    """Files that were read, because they were new or looked otherwise than before."""
    found: int
    """Runs that these files make up."""
    registered: int
    """Runs that were not known before; of a dry run, those that would be registered."""
    refreshed: int
    """Known runs whose files, outcome, family or inputs are no longer what they were."""
    unchanged: int
    """Known runs in which nothing that shows has changed."""
    skipped: int
    """Runs that were left as they are; a warning says of each why."""
    missing: int
    """Known runs of which no file was found. They stay registered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyTotals:
    """The sums of one family."""

    family: str
    """The family."""
    entries: int
    """How many are judged."""
    keep: int
    """How many stay."""
    delete: int
    """How many go."""
    files: int
    """Files of those that go."""
    logical_bytes: int
    """Bytes of those that go, what they share counted each time."""
    physical_bytes: int
    """Bytes that a purge of those that go would free."""


class FeatureCondition(TypedDict, total=False):
    """What must hold of a feature."""

    min: float | None
    """A number, this or larger."""
    max: float | None
    """A number, this or smaller."""
    equals: float | str | bool | None
    """This very value; 1 and 1.0 are one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureRange:
    """The values of a feature that is a number."""

    min: float
    """The smallest."""
    max: float
    """The largest."""
    mean: float
    """Their mean."""
    std: float
    """Their standard deviation, of all members that have the feature."""
    count: int
    """How many members have the feature."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileChange:
    """A file that both have under the same path with different bytes."""

    path: str
    """Its path inside the artifacts; of two single files the right one's."""
    left: FileEntry
    """The file of the left one."""
    right: FileEntry
    """The file of the right one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileDiff:
    """The files that differ, by the hashes of their bytes. Where neither is a tree, the one file of
    each is held against the other's, whatever they are called.
    """

    counts: DiffCount
    """Of all of them, how many are what."""
    added: list[FileEntry]
    """Only the right one has them, by path."""
    removed: list[FileEntry]
    """Only the left one has them, by path."""
    changed: list[FileChange]
    """Both have them with different bytes, by path."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileEntry:
    """One file of an artifact."""

    path: str
    """Its path inside the artifact, with `/` between the parts."""
    hash: str
    """SHA-256 of its bytes."""
    size_bytes: int
    """Length in bytes."""
    media_type: str | None
    """Its media type, where it is known."""
    role: str | None
    """What it is for, where that was said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that a verification found."""

    check: Check
    """The check that found it."""
    artifact_id: str | None
    """The artifact, where it is about one."""
    hash: str | None
    """The object, where it is about one."""
    path: str | None
    """The absolute path, where it is about a file or a folder."""
    code: Code
    """What kind of thing it is."""
    message: str
    """One sentence."""
    severity: VerifyDatasetSeverity
    """How much it matters."""
    hint: str | None
    """The way out, where there is one and it is not gone yet."""
    quarantined_to: str | None
    """Where the damaged bytes lie now, if a repair moved them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A page of what was found."""

    artifacts: list[Artifact]
    """The artifacts."""
    total: int
    """How many were found in all."""
    count: int
    """How many are on this page."""
    next_cursor: str | None
    """What leads to the next page, null when this is the last."""
    facets: Facets | None
    """How all that was found spreads, null unless asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetLineageGraphLineage:
    """What was made of what."""

    nodes: list[Node]
    """The artifacts: the starts as given, then their ancestors, then their descendants, each
    nearest first.
    """
    edges: list[Edge]
    """The edges the walk went along, from input to output. An input may be a missing one."""
    roots: list[str]
    """The artifacts that no edge leads to; in the graph of the ancestors, what everything began
    with.
    """
    leaves: list[str]
    """The artifacts that no edge leads from."""
    missing: list[str]
    """Inputs that edges name and the store doesn't hold: an import named them and didn't bring
    them.
    """
    cut: list[str]
    """The artifacts at which max_depth or a limit ended the walk although it goes on: neither roots
    nor leaves there.
    """
    order: list[str]
    """The artifacts, inputs before outputs, otherwise in the order of commits; those on a circle
    stand together.
    """
    cycles: list[list[str]]
    """The circles, each with all artifacts that lie on circles with each other."""
    type_counts: dict[str, int]
    """How many artifacts of each type were reached, the starts not counted: of descendants, what a
    change would concern.
    """
    node_count: int
    """How many nodes there are."""
    edge_count: int
    """How many edges there are."""
    truncated: bool
    """Whether the limit of 10000 artifacts or 100000 edges left some out."""
    text: str | None
    """The graph in the form that was asked for; null for `json`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetLineageLineage:
    """What an artifact was made from."""

    artifact_id: str
    """The artifact asked for."""
    inputs: list[Artifact]
    """What it was made from, each artifact once, nearest first."""
    depth: int
    """How many edges far the answer goes."""
    edges: list[Edge]
    """The edges between them, from input to output."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Git:
    """The state of the code that made it."""

    commit: str | None
    """The commit."""
    dirty: bool | None
    """Whether there were uncommitted changes."""


class _GivenFileRequired(TypedDict):
    path: StrPath
    """Where it is."""


class GivenFile(_GivenFileRequired, total=False):
    """One file of several."""

    as_: str | None
    """Its path inside the artifact, with `/` between the parts; its file name unless given."""
    role: str | None
    """What it is for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphStats:
    """The part of the lineage that an audit looked at."""

    node_count: int
    """Artifacts: those audited and their ancestors."""
    edge_count: int
    """Edges between them, those from missing inputs included."""
    root_count: int
    """How many of the artifacts have no inputs."""
    nodes_by_type: dict[str, int]
    """The artifacts by type."""
    edges_by_relation: dict[str, int]
    """The edges by relation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Artifacts that have something in common."""

    name: str | None
    """What they have in common; null where they have none."""
    artifacts: int
    """How many they are."""
    logical_bytes: int
    """Their bytes, those that several hold counted for each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """Whether the store can be used."""

    available: bool
    """Whether it can be used."""
    error: str | None
    """Why it can't; null when it can."""
    hint: str | None
    """What to do about it; null when there is nothing to do."""
    store_root: str
    """The absolute path of its folder."""
    artifacts_root: str
    """The absolute path of the folder of readable names."""
    read_only: bool | None
    """Whether it can only be read here; null when it can't be used."""
    artifact_count: int | None
    """How many artifacts it has, deleted ones included; null when it can't be used."""
    format_version: int | None
    """The manifest's format; null when it can't be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportFinding:
    """Something that an import found."""

    severity: AuditSeverity
    """How grave it is: a warning tells of something broken in the folder, an error of something
    that could not be taken in though it may be fine.
    """
    code: ImportFault
    """What it is."""
    subject: str | None
    """The id of the artifact, run or dataset that it is about, as the folder has it; null where
    there is none.
    """
    path: str | None
    """The file that it is about, relative to the data folder; null where there is none."""
    message: str
    """The same as a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportM3LeftOut:
    """Things of one kind that the store has no place or no need for."""

    what: str
    """What they are."""
    count: int
    """How many."""
    reason: str
    """Why they are left out."""
    items: list[str]
    """Each of them, at most 1000."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportM3Report:
    """What an import did, or would do."""

    dry_run: bool
    """Whether nothing was written."""
    data_dir: str
    """The absolute path of the data folder."""
    artifacts: Tally
    """The artifacts."""
    runs: Tally
    """The runs."""
    datasets: Tally
    """The versions of datasets."""
    pins: Tally
    """The pins; each key that one has counts for itself."""
    bytes_taken: int
    """The bytes that the store had not yet."""
    findings: list[ImportFinding]
    """What was found, at most 10000 of it."""
    error_count: int
    """How many errors there are."""
    warning_count: int
    """How many warnings there are."""
    truncated: bool
    """Whether there is more than `findings` holds."""
    left_out: list[ImportM3LeftOut]
    """What is not taken in though nothing is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What became of a bundle."""

    created_at: str
    """When the bundle was written."""
    artifacts: Tally
    """The artifacts."""
    runs: Tally
    """The runs."""
    datasets: Tally
    """The versions of datasets."""
    aliases: Tally
    """The aliases; one that stands for something else here is skipped."""
    types: Tally
    """The definitions of types."""
    bytes_taken: int
    """The bytes that the store had not yet, the listings of trees included, which a bundle doesn't
    carry.
    """
    notes: list[str]
    """What could not be kept as it was, at most 1000 sentences."""
    truncated: bool
    """Whether there are more notes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InitializeResult:
    """Who serves, and within which limits."""

    server_name: str
    """`keepstone`."""
    server_version: str
    """The binary's version."""
    protocol_version: int
    """The protocol version spoken."""
    store_root: str
    """The absolute path of the store's folder, which need not exist yet."""
    capabilities: Capabilities
    """What the server can do besides answering requests."""
    limits: Limits
    """The limits of the session."""
    schema_hash: str
    """SHA-256 of the published schemas: equal hashes, equal shapes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """An artifact that another was made from."""

    artifact_id: str
    """The input's id."""
    relation: str | None
    """How the output came from it; `derived_from` unless given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InputDiff:
    """The inputs that differ; annotations count too."""

    counts: DiffCount
    """Of all of them, how many are what; an input with another relation is another input."""
    added: list[Input]
    """Only the right one was made from them, in its order."""
    removed: list[Input]
    """Only the left one was made from them, in its order."""


class _InputParamRequired(TypedDict):
    artifact_id: str
    """The input's id."""


class InputParam(_InputParamRequired, total=False):
    """An artifact that another was made from."""

    relation: str | None
    """How the output came from it; `derived_from` unless given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """Something that an audit found."""

    name: IssueName
    """What it is."""
    severity: AuditSeverity
    """Whether it is an error, or only worth a look."""
    message: str
    """The same as a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyImported:
    """What one key became."""

    key: str
    """The key, as the file has it."""
    value: Any
    """Its value."""
    became: str | None
    """The key of keepstone.toml; null where it became none."""
    reason: str | None
    """Why it became none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The limits of the session."""

    line_bytes: int
    """Longest line, in bytes."""
    batch_requests: int
    """Most requests in one batch."""
    requests_in_flight: int
    """Most requests under way; beyond them reading waits."""
    content_bytes: int
    """Largest inline content, in bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedFile:
    """One file of an artifact, and where it is."""

    path: str
    """Its path inside the artifact, with `/` between the parts; of what is kept in place, below the
    scanned folder.
    """
    hash: str
    """SHA-256 of its bytes."""
    size_bytes: int
    """Length in bytes."""
    media_type: str | None
    """Its media type, where it is known."""
    role: str | None
    """What it is for, where that was said."""
    absolute_path: str | None
    """The absolute path at which it can be read: its readable name, or the place where it is kept;
    of a deleted artifact that was kept in place, its place in the trash. Null where it has none.
    """
    form: Form | None
    """The compact form that lies there; null where the original does. `hash` and `size_bytes` are
    the original's, and read_file answers it.
    """
    stored_hash: str | None
    """SHA-256 of the bytes that lie there; null where they are the original's."""
    stored_size_bytes: int | None
    """Length of what lies there in bytes; null where it is the original."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """The store that is there now."""

    created: bool
    """Whether it was made just now."""
    configured: bool
    """Whether its configuration was written just now."""
    store_root: str
    """The absolute path of its folder."""
    artifacts_root: str
    """The absolute path of the folder of readable names."""
    configuration: str
    """The absolute path of its configuration."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """An artifact as a version of a dataset holds it."""

    artifact_id: str
    """The artifact."""
    artifact_type: str
    """Its type."""
    logical_key: str
    """Its logical key."""
    role: str
    """The part it plays in the dataset."""
    split: str | None
    """The split it belongs to (train, validation, test …), null when it belongs to none."""
    file_hash: str
    """SHA-256 of its bytes, as they were when the version was created; of a tree, of its listing.
    """
    size_bytes: int
    """Its length in bytes."""
    storage: Storage
    """Who keeps its bytes."""
    features: dict[str, float | str | bool]
    """What is known about it, by name."""


class MemberFilter(TypedDict, total=False):
    """Which members a list shows."""

    artifact_ids: Sequence[str] | None
    """One of these artifacts."""
    roles: Sequence[str] | None
    """In one of these roles."""
    artifact_types: Sequence[str] | None
    """Of one of these types."""
    splits: Sequence[str] | None
    """In one of these splits."""
    features: Mapping[str, FeatureCondition] | None
    """With all of these features; a member without one is left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Members:
    """Members of a version."""

    dataset_id: str
    """The dataset."""
    version: str
    """The version."""
    members: list[Member]
    """The members, by artifact id."""
    total: int
    """How many the filter lets through."""
    next_offset: int | None
    """The offset of the next ones, null when these are the last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedValue:
    """A param that only one of them has."""

    name: str
    """The names that lead to it, as in `grid.bins`."""
    value: Any
    """Its value."""


class _NewMemberRequired(TypedDict):
    artifact_id: str
    """The artifact."""
    role: str
    """The part it plays, for example `oracle_output`: 1 to 128 bytes."""


class NewMember(_NewMemberRequired, total=False):
    """A member that is added."""

    split: str | None
    """The split it belongs to: train, validation, test …"""
    features: Mapping[str, float | str | bool | None] | None
    """What is known about it, by name; a feature is of one kind in all members."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """As much of an artifact as a graph shows."""

    artifact_id: str
    """Its id."""
    artifact_type: str
    """Its type."""
    logical_key: str
    """What it represents."""
    version: int
    """Which version of its type and key it is."""
    status: Status
    """Whether it stands, was replaced, or was deleted."""
    archived: bool
    """Whether it was put aside."""
    roles: list[str]
    """The parts it plays."""
    run_id: str | None
    """The run that published it first."""
    created_at: str
    """When it was published."""
    depth: int
    """How many edges it is away from the nearest start; 0 for the starts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ParamDiff:
    """The params that differ, the innermost ones; lists are compared whole."""

    counts: DiffCount
    """Of all of them, how many are what."""
    added: list[NamedValue]
    """Only the right one has them, by name."""
    removed: list[NamedValue]
    """Only the left one has them, by name."""
    changed: list[ValueChange]
    """Both have them with different values, by name."""


class ParamRange(TypedDict, total=False):
    """The numbers or the texts between which a param lies, the ends included."""

    min: str | float | None
    """This or more."""
    max: str | float | None
    """This or less."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """A way from one artifact to another."""

    length: int
    """How many edges long it is."""
    artifact_ids: list[str]
    """The artifacts it comes by, both ends included."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Paths:
    """Ways from one artifact to another."""

    paths: list[Path]
    """Shortest first; those of one length in an order that is always the same."""
    truncated: bool
    """Whether there are more than the limit let through, or the search was ended by its size."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A piece of a file."""

    artifact_id: str | None
    """The artifact asked for; null when it was asked by hash."""
    file: str | None
    """The file's path inside the artifact; null when it was asked by hash."""
    hash: str
    """SHA-256 of the whole file."""
    size_bytes: int
    """Length of the whole file in bytes."""
    offset: int
    """Where the piece begins."""
    length: int
    """How many bytes the piece has."""
    encoding: PieceEncoding
    """How `data` stands for the bytes."""
    data: str
    """The bytes, as text where they are UTF-8, else as base64."""
    end: bool
    """Whether the piece reaches the end of the file."""
    integrity: Integrity | None
    """`verified` when the whole file was read and has its hash; null for a part of a file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """A reason why something must never be collected."""

    pin_id: int
    """The pin's number: the event that set it."""
    artifact_id: str | None
    """The artifact that it protects."""
    run_id: str | None
    """The run whose artifacts it protects."""
    dataset_id: str | None
    """The dataset whose members it protects, those of all versions that are not deleted."""
    reason: str | None
    """Why."""
    created_at: str
    """When it was set."""
    expires_at: str | None
    """From when on it protects no longer; null: it does until it is removed."""
    actor: str | None
    """Who set it."""
    expired: bool
    """Whether it protects no longer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanCompactionPlan:
    """What compaction would do."""

    family: str | None
    """The family asked for; null for all."""
    files: list[PlannedFile]
    """Every file of the artifacts that are kept in place: by family, the newest artifact first,
    then by path.
    """
    totals: CompactionTotals
    """All files together."""
    families: list[FamilyCompaction]
    """Each family, by name."""
    digest: str
    """Names this plan; apply_compaction does no other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanGcPlan:
    """What a collection would do."""

    policy: str | None
    """The policy that judges what belongs to no family; null: nothing of that is judged."""
    family: str | None
    """The one family that is judged; null: all of them, or none where a policy was asked for."""
    now: str
    """The moment that ages are counted to; what was published later is not looked at."""
    digest: str
    """Stands for what goes: apply_gc wants it back."""
    candidates: list[Candidate]
    """Everything that is judged: family by family, then what a policy judges, each newest first."""
    totals: PlanTotals
    """Sums over all candidates."""
    families: list[FamilyTotals]
    """Sums of each family, by name."""
    bytes_before: int
    """Bytes that everything live holds now, what is shared counted once."""
    bytes_after: int
    """Bytes that it would hold once what goes is purged."""
    space_budget_bytes: int | None
    """The policy's space budget."""
    over_budget_bytes: int
    """By how much the budget would still be exceeded, because every other rule is stronger."""
    warnings: list[str]
    """What one should know before it is applied."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanTotals:
    """Sums over candidates."""

    entries: int
    """How many are judged."""
    keep: int
    """How many stay."""
    delete: int
    """How many go."""
    files: int
    """Files of those that go."""
    logical_bytes: int
    """Bytes of those that go, what they share counted each time."""
    physical_bytes: int
    """Bytes that a purge of those that go would free."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedFile:
    """What compaction would do, or has done, to one file."""

    artifact_id: str
    """The artifact it belongs to."""
    family: str
    """The artifact's family."""
    path: str
    """The absolute path of the file as it lies there."""
    form: Form | None
    """The form it gets; null when it is left as it is."""
    skipped: Skipped | None
    """Why it is left as it is; null when it gets a compact form."""
    size_bytes: int
    """Its length in bytes."""
    compact_size_bytes: int
    """Its length afterwards; the same when it is left as it is."""
    original_size_bytes: int
    """How many bytes the original takes that is kept beside it, compressed; 0 where the form alone
    holds all.
    """
    saved_bytes: int
    """How many bytes that saves."""
    lines_processed: int | None
    """Lines of JSON Lines that get a dictionary."""
    dict_fields: int | None
    """How many fields have values in the dictionary."""
    original_sections: int | None
    """Sections of Markdown."""
    compacted_sections: int | None
    """The sections that are left."""
    empty_sections: int | None
    """Sections that are empty and are left out."""
    canonical_headers: int | None
    """Headers that are written otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policies:
    """What is kept by which name."""

    default_policy: str | None
    """The policy for what belongs to no family; null: nothing of that is collected unless a policy
    is named.
    """
    policies: list[PolicyShown]
    """The policies, by name."""
    families: list[FamilyShown]
    """The families, by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PoliciesImported:
    """What the file became."""

    dry_run: bool
    """Whether nothing was written."""
    configuration: str
    """Absolute path of keepstone.toml."""
    changed: bool
    """Whether it says more than before, or would."""
    policies: list[PolicyImported]
    """The policies, in the order of the file."""
    settings: list[KeyImported]
    """What the file says beside its policies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyImported:
    """What one policy became."""

    policy: str
    """Its name, as the file has it."""
    fate: ImportedFate
    """What became of it."""
    reason: str | None
    """Why it was left out."""
    keys: list[KeyImported]
    """Its keys."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyShown:
    """A policy as it is listed."""

    policy: str
    """Its name."""
    description: str | None
    """What it is for."""
    is_default: bool
    """Whether it judges what belongs to no family when no policy is named."""
    keep_min_age_days: int
    """What is younger is kept."""
    keep_min_count: int
    """The newest so many of each type are kept."""
    keep_types: list[str]
    """Artifacts of these types are kept."""
    keep_roles: list[str]
    """Artifacts with one of these roles are kept."""
    keep_with_descendants: bool
    """Whether that is kept from which something live was made."""
    keep_ancestors_of_pinned: bool
    """Whether that is kept from which something pinned was made."""
    space_budget_bytes: int | None
    """Beyond it the oldest go that only their age keeps."""
    dvc_gc_flags: list[str]
    """What `gc --dvc` hands to `dvc gc`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What became of a publish."""

    success: bool
    """Always true; a failure is an error."""
    deduped: bool
    """Whether the store had it already."""
    mode: Mode | None
    """By what a duplicate was recognised; null for a new artifact."""
    existing_artifact_id: str | None
    """The artifact that was there; null for a new artifact."""
    artifact_id: str
    """The artifact, new or existing."""
    path_parquet: str | None
    """Absolute path of a table's Parquet file, null for other formats."""
    path_sidecar: str
    """Absolute path of its sidecar."""
    file_hash: str
    """SHA-256 of the bytes kept."""
    content_hash: str
    """Hash of the logical content."""
    row_count: int | None
    """Rows of a table, null for other formats."""
    artifact: Artifact
    """The artifact itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PurgeReport:
    """What a purge took, or would."""

    dry_run: bool
    """Whether nothing was done."""
    now: str
    """The moment that ages are counted to."""
    deleted_until: str | None
    """What was deleted until then is purged; null: whatever its age."""
    artifacts: list[Purged]
    """What is purged, deleted last first."""
    kept: list[ApplyGcLeftOut]
    """What stays in the trash although it was meant, and why."""
    artifact_count: int
    """How many artifacts are purged."""
    file_count: int
    """Their files."""
    logical_bytes: int
    """Bytes of their files, what they share counted each time."""
    physical_bytes: int
    """Bytes that this frees."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Purged:
    """An artifact that is purged."""

    artifact_id: str
    """The artifact."""
    artifact_type: str
    """Its type."""
    logical_key: str
    """What it represents."""
    family: str | None
    """The family it belongs to."""
    deleted_at: str
    """When it was deleted."""
    file_count: int
    """Number of its files."""
    logical_bytes: int
    """Bytes of all its files together."""
    physical_bytes: int
    """Bytes that are freed because of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """An artifact that has to do with the one that was asked about."""

    artifact_id: str
    """Its id."""
    artifact_type: str
    """Its type."""
    title: str | None
    """A title for people."""
    logical_key: str
    """What it represents."""
    version: int
    """Which version of its type and key it is."""
    status: Status
    """Whether it stands, was replaced, or was deleted."""
    archived: bool
    """Whether it was put aside."""
    created_at: str
    """When it was published."""
    relation: str
    """What ties it to the other: the relation of the edge, `supersedes`, `superseded_by`,
    `sibling_of`, `shared_model`, `shared_input` or `shared_template`.
    """
    reason: str
    """The same as a sentence."""
    depth: int
    """How many steps away it is; what shares a model, an input or a template is two steps away."""
    via: str | None
    """The artifact that lies between: one step nearer, or the input that both have. Null where none
    does.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Relations:
    """What an artifact has to do with others."""

    artifact_id: str
    """The artifact that was asked about."""
    derived_from: list[Related]
    """What it was made from, nearest first, as the inputs were given."""
    derivatives: list[Related]
    """What was made of it, nearest first, then newest first."""
    related: list[Related]
    """What replaced it, what it replaced, its siblings, what shares a model, an input, and at last
    a template; then newest first.
    """
    truncated: bool
    """Whether there is more than a list holds. Inputs beyond the first 100 are not looked at for
    siblings.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Removed:
    """How many pins there were."""

    removed: int
    """How many pins were removed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What came back."""

    restored: list[Artifact]
    """What came back, as it is now."""
    unchanged: list[str]
    """What was live already."""
    skipped: list[ApplyGcLeftOut]
    """What somebody else came before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Files on the disk, each inode counted once however many names it has."""

    files: int
    """How many inodes."""
    logical_bytes: int
    """Their lengths."""
    physical_bytes: int
    """What the file system takes for them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Root:
    """An ancestor that has no inputs itself."""

    artifact_id: str
    """Its id."""
    artifact_type: str
    """Its type."""
    roles: list[str]
    """The parts it plays."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowChange:
    """A row that both tables have by its key, with different values."""

    left_row: int
    """Its number in the left table, from 1."""
    right_row: int
    """Its number in the right table, from 1."""
    key: dict[str, float | str | bool | None]
    """Its values in the key columns."""
    changes: list[CellChange]
    """What differs, of the first 100 columns that do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowDiff:
    """How the rows of two tables differ."""

    key: list[str]
    """The columns by which rows are told to be the same row: those asked for, else the sort keys
    that both types declare. Without any a row is the same only if all of it is, and none counts as
    changed.
    """
    compared: list[str]
    """The columns whose values are compared: those that both tables have with the same type.
    Without any, rows of tables that differ can't be compared, and all counts are 0.
    """
    counts: DiffCount
    """How many rows are what. Rows that are there several times count as often as they are."""
    left_repeated: int
    """How many rows of the left table have a key that a row before them has."""
    right_repeated: int
    """How many rows of the right table have a key that a row before them has."""
    added: list[RowOf]
    """Some rows that only the right table has, the first ones in it."""
    removed: list[RowOf]
    """Some rows that only the left table has, the first ones in it."""
    changed: list[RowChange]
    """Some rows that differ, the first ones of the left table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowOf:
    """A row that only one table has."""

    row: int
    """Its number in its table, from 1."""
    values: dict[str, float | str | bool | None]
    """Its values by column, of the first 100 columns."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run."""

    run_id: str
    """Its id."""
    status: RunStatus
    """How far it is, or how it ended."""
    duration_seconds: float | None
    """From start to end in seconds; null before the end."""
    output_count: int
    """How many artifacts it published, duplicates included, its standard output and error excepted.
    """
    stage: str | None
    """The stage it executes; null for a run that nobody started."""
    run_type: str | None
    """What kind of run it is; null for a run that nobody started."""
    started_at: str
    """When it began; for a run that nobody started, the earliest moment at which an artifact named
    it.
    """
    name: str | None
    """A name for people."""
    description: str | None
    """A description for people."""
    command: list[str]
    """The command and its arguments."""
    working_directory: str | None
    """The folder that the command ran in."""
    params: dict[str, Any]
    """The parameters it ran with."""
    tags: dict[str, str]
    """Tags."""
    environment: dict[str, str]
    """The environment variables that matter for repeating it."""
    git: Checkout | None
    """The state of the checkout it worked in."""
    hostname: str | None
    """The machine's name."""
    username: str | None
    """Who ran it."""
    container_digest: str | None
    """The container it ran in."""
    tools: dict[str, str]
    """Versions of the tools it used, by name."""
    ci_run_id: str | None
    """The job of the build server that ran it."""
    ci_job_url: str | None
    """Where to look at that job."""
    parent_run_id: str | None
    """The run that it is a part of."""
    mlflow_run_id: str | None
    """The run in MLflow that tells of the same work."""
    annotations: dict[str, Any]
    """Whatever else its starter noted."""
    input_artifact_ids: list[str]
    """The artifacts that it said it would read."""
    finished_at: str | None
    """When it ended."""
    exit_code: int | None
    """The command's exit code; 128 and the signal's number where a signal ended it."""
    error: RunError | None
    """Why it did not complete."""
    dvc_lock_hash: str | None
    """SHA-256 of dvc.lock after the run."""
    cached: bool | None
    """Whether DVC answered from its cache."""
    stdout_artifact_id: str | None
    """The artifact with what the command wrote to standard output; null also when it wrote nothing.
    """
    stderr_artifact_id: str | None
    """The artifact with what the command wrote to standard error; null also when it wrote nothing.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class RunDetails:
    """A run with what it read and made."""

    run_id: str
    """Its id."""
    status: RunStatus
    """How far it is, or how it ended."""
    duration_seconds: float | None
    """From start to end in seconds; null before the end."""
    output_count: int
    """How many artifacts it published, duplicates included, its standard output and error excepted.
    """
    stage: str | None
    """The stage it executes; null for a run that nobody started."""
    run_type: str | None
    """What kind of run it is; null for a run that nobody started."""
    started_at: str
    """When it began; for a run that nobody started, the earliest moment at which an artifact named
    it.
    """
    name: str | None
    """A name for people."""
    description: str | None
    """A description for people."""
    command: list[str]
    """The command and its arguments."""
    working_directory: str | None
    """The folder that the command ran in."""
    params: dict[str, Any]
    """The parameters it ran with."""
    tags: dict[str, str]
    """Tags."""
    environment: dict[str, str]
    """The environment variables that matter for repeating it."""
    git: Checkout | None
    """The state of the checkout it worked in."""
    hostname: str | None
    """The machine's name."""
    username: str | None
    """Who ran it."""
    container_digest: str | None
    """The container it ran in."""
    tools: dict[str, str]
    """Versions of the tools it used, by name."""
    ci_run_id: str | None
    """The job of the build server that ran it."""
    ci_job_url: str | None
    """Where to look at that job."""
    parent_run_id: str | None
    """The run that it is a part of."""
    mlflow_run_id: str | None
    """The run in MLflow that tells of the same work."""
    annotations: dict[str, Any]
    """Whatever else its starter noted."""
    input_artifact_ids: list[str]
    """The artifacts that it said it would read."""
    finished_at: str | None
    """When it ended."""
    exit_code: int | None
    """The command's exit code; 128 and the signal's number where a signal ended it."""
    error: RunError | None
    """Why it did not complete."""
    dvc_lock_hash: str | None
    """SHA-256 of dvc.lock after the run."""
    cached: bool | None
    """Whether DVC answered from its cache."""
    stdout_artifact_id: str | None
    """The artifact with what the command wrote to standard output; null also when it wrote nothing.
    """
    stderr_artifact_id: str | None
    """The artifact with what the command wrote to standard error; null also when it wrote nothing.
    """
    outputs: list[Artifact]
    """The artifacts that it published, oldest first, duplicates included, its standard output and
    error excepted; at most 10000.
    """
    inputs: list[Artifact]
    """The artifacts that it read: those that its start named, then those that its outputs were made
    from, its own outputs excepted; at most 10000.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class RunError:
    """Why a run did not complete."""

    message: str
    """What went wrong."""
    error_type: str | None
    """What kind of error it was, in the words of the program that ran."""


class _RunErrorParamRequired(TypedDict):
    message: str
    """What went wrong."""


class RunErrorParam(_RunErrorParamRequired, total=False):
    """Why a run did not complete."""

    error_type: str | None
    """What kind of error it was, in the words of the program that ran."""


class RunFilter(TypedDict, total=False):
    """Which runs a list shows."""

    id_part: str | None
    """Whose id is this, begins with it, or ends with these 8 hex digits; the id itself comes first.
    """
    stage: str | None
    """Of this stage."""
    status: RunStatus | None
    """In this state."""
    run_type: str | None
    """Of this type."""
    parent_run_id: str | None
    """Parts of this run."""
    since: str | None
    """Started at this moment or later (RFC 3339; without zone it reads as UTC)."""
    until: str | None
    """Started at this moment or earlier."""
    tags: Mapping[str, str] | None
    """With all of these tags."""
    limit: int | None
    """At most this many: 1 to 10000, 100 unless given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanReport:
    """What a scan found."""

    dry_run: bool
    """Whether nothing was written."""
    mode: ScanMode
    """Who keeps the files."""
    roots: list[str]
    """The absolute paths of the folders that were looked through."""
    files_scanned: int
    """Files that belong to a family."""
    bytes_scanned: int
    """Their bytes."""
    files_read: int
    """Files that were read, because they were new or looked otherwise than before."""
    found: int
    """Runs that these files make up."""
    registered: int
    """Runs that were not known before; of a dry run, those that would be registered."""
    refreshed: int
    """Known runs whose files, outcome, family or inputs are no longer what they were."""
    unchanged: int
    """Known runs in which nothing that shows has changed."""
    skipped: int
    """Runs that were left as they are; a warning says of each why."""
    missing: int
    """Known runs of which no file was found. They stay registered."""
    families: list[FamilyTally]
    """Each family, by name."""
    warnings: list[ScanWarning]
    """What somebody should know, by path; at most 10000 of it."""
    warning_count: int
    """How many warnings there are."""
    duration_seconds: float
    """How long it took."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanWarning:
    """Something that a scan found on its way."""

    path: str | None
    """The absolute path that it is about; null where it is about none."""
    code: ScanFault
    """What it is."""
    family: str | None
    """The family, where it is about one."""
    artifact_id: str | None
    """The artifact, where it is about one."""
    message: str
    """The same as a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemaDiff:
    """How the columns of two tables differ."""

    same: bool
    """Whether names, types and order are the same."""
    added: list[ColumnOf]
    """Only the right table has them, in its order."""
    removed: list[ColumnOf]
    """Only the left table has them, in its order."""
    changed: list[TypeChange]
    """Both have them with different types, in the order of the left one."""
    reordered: bool
    """Whether the columns that both have stand in another order."""


class SearchFilter(TypedDict, total=False):
    """Which artifacts a search finds; everything in it must hold."""

    types: Sequence[str] | None
    """Of one of these types, whatever the case of their letters."""
    status: Status | None
    """In this state; all but the deleted unless given."""
    archived: Archived | None
    """Whether archived artifacts are found; exclude unless given."""
    tags: Mapping[str, str] | Sequence[str] | None
    """With all of these tags: an object of texts, or a list of words."""
    any_tags: Mapping[str, str | Sequence[str]] | Sequence[str] | None
    """With at least one of these tags: an object whose values are texts or lists of texts, or a
    list of words.
    """
    source: str | None
    """From this source."""
    capabilities: Sequence[str] | None
    """With all of these capabilities."""
    family: str | None
    """Of this family."""
    outcome: Outcome | None
    """With this outcome."""
    run_id: str | None
    """Published by this run, duplicates included."""
    roles: Sequence[str] | None
    """With all of these roles."""
    min_created_at: str | None
    """Created at this moment or later (RFC 3339; without zone it reads as UTC)."""
    max_created_at: str | None
    """Created at this moment or earlier."""
    min_size_bytes: int | None
    """Of so many bytes or more."""
    max_size_bytes: int | None
    """Of so many bytes or fewer."""
    writer_name: str | None
    """Written by the program of this name."""
    writer_version: str | None
    """Written by this version of a program."""
    git_commit: str | None
    """Made by the code of this commit, or of one that begins like this."""
    params: Mapping[str, ParamCondition] | None
    """Made with all of these params, by name; `grid.bins` is the bins inside grid. A text, number
    or boolean is the value itself, a list the values of which it is one, {min?, max?} the numbers
    or texts between which it lies, the ends included. Of a param that is a list itself, one value
    must do.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingsImported:
    """What the file became."""

    dry_run: bool
    """Whether nothing was written."""
    configuration: str
    """Absolute path of keepstone.toml."""
    changed: bool
    """Whether it says more than before, or would."""
    keys: list[KeyImported]
    """The folders that are scanned, then what the file says, in its order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many members, and how many bytes they have."""

    count: int
    """How many members."""
    total_bytes: int
    """Their bytes together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """What can be counted in a version of a dataset."""

    by_artifact_type: dict[str, Share]
    """The members of each type."""
    by_role: dict[str, Share]
    """The members of each role."""
    by_split: dict[str, Share]
    """The members of each split; those without one are not counted here."""
    feature_ranges: dict[str, FeatureRange]
    """The features that are numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stats:
    """What is kept and how much room it takes."""

    total: int
    """How many artifacts there are, deleted ones left out."""
    logical_bytes: int
    """Their bytes, those that several hold counted for each."""
    live_bytes: int
    """Their bytes, each object counted once, and files that are kept in place as they lie there."""
    oldest: str | None
    """When the oldest of them was created; null without any."""
    newest: str | None
    """When the newest of them was created; null without any."""
    by_type: list[Group]
    """By type."""
    by_source: list[Group]
    """By source."""
    by_tag: list[TagGroup]
    """By tag; at most 1000."""
    tags_omitted: int
    """How many more tags there are."""
    by_status: list[Group]
    """By status."""
    by_family: list[Group]
    """By family."""
    by_outcome: list[Group]
    """By outcome."""
    duplicates: Duplicates
    """What is kept once although several artifacts hold it."""
    compacted: Compacted
    """Files that are kept in a compact form."""
    trash: TrashFigures
    """What lies in the trash."""
    store: Room
    """What the store's own files take on the disk: objects, names, sidecars, trash, manifest and
    all else.
    """
    in_place: Room
    """What files take that are kept in place."""
    database: Database
    """The manifest as a database."""
    budget: Budget | None
    """What the budget of the default policy leaves; null where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The manifest that is there now."""

    artifact_count: int
    """How many artifacts it has."""
    event_count: int
    """How many events of the history it has."""
    findings: list[str]
    """What could not be made good: missing objects, damaged sidecars, inputs that are gone; one
    sentence each.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class TableDiff:
    """How two tables differ."""

    left_rows: int
    """Rows of the left table."""
    right_rows: int
    """Rows of the right table."""
    schema: SchemaDiff
    """How their columns differ."""
    columns: list[ColumnPair]
    """The columns of the left table, then those that only the right one has."""
    rows: RowDiff
    """How their rows differ."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TagChange:
    """A tag that both have with different values."""

    left: str
    """The value of the left one."""
    right: str
    """The value of the right one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TagCount:
    """How many have a tag."""

    key: str
    """The tag's key."""
    value: str
    """Its value; "" for a tag that is only a word."""
    count: int
    """How many have it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TagDiff:
    """The tags that differ."""

    added: dict[str, str]
    """Only the right one has them."""
    removed: dict[str, str]
    """Only the left one has them."""
    changed: dict[str, TagChange]
    """Both have them with different values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TagGroup:
    """Artifacts that have a tag in common."""

    key: str
    """The tag."""
    value: str
    """Its value."""
    artifacts: int
    """How many they are."""
    logical_bytes: int
    """Their bytes, those that several hold counted for each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What became of the things of one kind."""

    imported: int
    """How many were taken in; of a dry run, how many would be."""
    already_there: int
    """How many were in the store already, alike."""
    skipped: int
    """How many were left out; a finding says of each why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What an audit found, in numbers."""

    artifacts: int
    """Artifacts that were asked for, unknown ones included."""
    ok: int
    """Those without any issue."""
    warnings: int
    """Those with warnings only."""
    errors: int
    """Those with errors."""
    not_found: int
    """Ids that the store doesn't know."""
    verification_failures: int
    """Artifacts whose bytes are not what their hash says, or can't be verified."""
    missing_roles: int
    """Artifacts none of whose roots has a role that was required."""
    objects_verified: int
    """Objects whose bytes were read and hashed, each once."""
    bytes_verified: int
    """How many bytes that were."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrashFigures:
    """What lies in the trash."""

    artifacts: int
    """How many artifacts."""
    logical_bytes: int
    """Their bytes, those that several hold counted for each."""
    purgeable_bytes: int
    """What purging all of it would free: bytes that nothing live needs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trashed:
    """Something in the trash."""

    artifact_id: str
    """Its id."""
    artifact_type: str
    """Its type."""
    logical_key: str
    """What it represents."""
    version: int
    """Which version of its type and key it is."""
    family: str | None
    """The family it belongs to."""
    storage: Storage
    """Who keeps the bytes."""
    created_at: str
    """When it was published."""
    deleted_at: str
    """When it was deleted."""
    reason: str | None
    """Why, in the words of who deleted it, or of the plan that collected it."""
    deleted_by: str | None
    """Who deleted it."""
    policy: str | None
    """The policy by which it was collected."""
    report: str | None
    """Absolute path of the report of the collection."""
    pinned: bool
    """Whether a pin protects it: it is not purged then."""
    file_count: int
    """Number of its files."""
    size_bytes: int
    """Bytes of all its files together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeChange:
    """A column that both tables have with different types."""

    name: str
    """Its name."""
    left: str
    """Its type in the left table."""
    right: str
    """Its type in the right table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeDefinition:
    """What a registered type says about its tables."""

    artifact_type: str
    """The type's name."""
    canonical_columns: list[str] | None
    """The columns that count as content, in this order; null: all of them."""
    sort_keys: list[str]
    """When given, the order of rows doesn't count."""
    timestamp_columns: list[str]
    """Columns read as timestamps even where they are text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeSummary:
    """A type of artifacts."""

    artifact_type: str
    """Its name."""
    registered: bool
    """Whether it was registered; any other type is accepted as it comes."""
    artifact_count: int
    """How many artifacts it has, superseded and deleted ones included."""
    canonical_columns: list[str] | None
    """The columns that count as content; null: all of them."""
    sort_keys: list[str]
    """When there are any, the order of rows doesn't count."""
    timestamp_columns: list[str]
    """Columns read as timestamps even where they are text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Updated:
    """What became of a change."""

    changed: bool
    """Whether anything changed."""
    artifact: Artifact
    """The artifact as it is now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueChange:
    """A field or param that both have with different values."""

    name: str
    """Its name; of a param the names that lead to it, as in `grid.bins`."""
    left: Any
    """The value of the left one."""
    right: Any
    """The value of the right one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueCount:
    """How many have a value."""

    value: str
    """The value."""
    count: int
    """How many have it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What the verification of a dataset found."""

    dataset_id: str
    """The dataset."""
    version: str
    """The version."""
    valid: bool
    """Whether there is no error; warnings don't count."""
    members_checked: int
    """How many members were looked at."""
    objects_hashed: int
    """How many objects were read and hashed."""
    error_count: int
    """How many errors there are."""
    warning_count: int
    """How many warnings there are."""
    findings: list[Finding]
    """What was found, at most 1000 of it."""
    truncated: bool
    """Whether there is more than `findings` holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifyStoreReport:
    """How a store was found."""

    status: VerifyStoreVerdict
    """The worst of all findings."""
    checks_performed: list[Check]
    """The checks that were made, in the order of the findings."""
    sample: str | None
    """The part of the bytes that was read; null for all."""
    counts: Counts
    """How much was looked at."""
    errors: int
    """How many errors there are."""
    warnings: int
    """How many warnings there are."""
    repaired: int
    """How many findings were mended."""
    findings: list[Finding]
    """What was found, by check, artifact, object and path; at most 1000."""
    omitted: int
    """How many more findings there are."""


class VersionOf(TypedDict, total=False):
    """A version of a dataset, by name or by its file."""

    dataset_id: str | None
    """The dataset; it or a path."""
    version: str | None
    """The version; `latest`, the highest that was not deleted, unless given."""
    path: StrPath | None
    """The path of a snapshot file, whose version this store need not know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Writer:
    """The program that wrote it."""

    name: str | None
    """The program's name."""
    version: str | None
    """The program's version."""


ParamCondition = Union[str, float, bool, Sequence[str | float | bool], ParamRange]
"""What must hold of a param: its value, a list of values of which it is one, or a range."""
