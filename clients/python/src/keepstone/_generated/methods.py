"""Every operation as a method.

Generated from the code: `UPDATE=1 cargo test generated` makes it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._vocabulary import OnProgress, StrPath
from .types import (
    Added,
    Artifact,
    AuditFormatParam,
    AuditReport,
    Check,
    ColumnType,
    Content,
    Copy,
    Direction,
    Done,
    Event,
    FileEntry,
    Filter,
    Format,
    GetLineageGraphFormatParam,
    GetLineageGraphLineage,
    GetLineageLineage,
    GivenFile,
    Health,
    Ingest,
    Input,
    Made,
    Outcome,
    Paths,
    Piece,
    Published,
    Summary,
    TypeDefinition,
    TypeSummary,
    VerifyStoreReport,
)

IDEMPOTENT = frozenset(
    {
        "add_lineage",
        "audit",
        "find_by_hash",
        "find_by_logical_key",
        "find_lineage_paths",
        "get_artifact",
        "get_artifacts",
        "get_downstream",
        "get_lineage",
        "get_lineage_graph",
        "health_check",
        "init",
        "initialize",
        "list_artifacts",
        "list_events",
        "list_files",
        "list_types",
        "read_file",
        "rebuild_manifest",
        "register_type",
        "resolve",
        "restore_backup",
        "rpc.discover",
        "supersede",
        "trace_roots",
        "verify_store",
    }
)
"""What may be asked a second time, because that changes nothing more."""

ALIASES = {
    "get_artifacts_batch": "get_artifacts",
}
"""Other names of methods."""


class Methods:
    """Every operation of keepstone; `Keepstone` carries them out."""

    def _run(
        self,
        method: str,
        params: dict[str, Any],
        timeout: float | None,
        on_progress: OnProgress | None,
    ) -> Any:
        raise NotImplementedError

    def rpc_discover(
        self,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> dict[str, Any]:
        """Answers the OpenRPC document: every method with its parameters, result and errors."""
        reply: dict[str, Any] = self._run(
            "rpc.discover",
            {},
            timeout,
            on_progress,
        )
        return reply

    def health_check(
        self,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Health:
        """Says whether the store can be used; never an error."""
        reply: Health = self._run(
            "health_check",
            {},
            timeout,
            on_progress,
        )
        return reply

    def init(
        self,
        *,
        force: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Made:
        """Makes the store. One that exists stays as it is; with `force` its configuration is
        written anew, and nothing else.

        Args:
            force: Whether to write keepstone.toml anew in a store that exists; false unless given.
        """
        reply: Made = self._run(
            "init",
            {
                "force": force,
            },
            timeout,
            on_progress,
        )
        return reply

    def publish_artifact(
        self,
        artifact_type: str,
        *,
        schema_version: int | None = None,
        logical_key: str | None = None,
        data_path: StrPath | None = None,
        content: Content | None = None,
        files: Sequence[GivenFile] | None = None,
        format: Format | None = None,
        columns: Mapping[str, ColumnType] | None = None,
        tags: Mapping[str, str] | Sequence[str] | None = None,
        input_artifact_ids: Sequence[str] | None = None,
        inputs: Sequence[Input] | None = None,
        writer_name: str | None = None,
        writer_version: str | None = None,
        git_commit: str | None = None,
        git_dirty: bool | None = None,
        params: Mapping[str, Any] | None = None,
        filename_hint: str | None = None,
        artifact_id: str | None = None,
        run_id: str | None = None,
        roles: Sequence[str] | None = None,
        title: str | None = None,
        description: str | None = None,
        media_type: str | None = None,
        outcome: Outcome | None = None,
        source: str | None = None,
        created_at: str | None = None,
        expected_file_hash: str | None = None,
        request_id: str | None = None,
        ingest: Ingest | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Published:
        """Publishes a table, a file, a folder or inline content. What the store has already is not
        stored again.

        Identity is type, schema_version, logical_key and content hash, among active artifacts:
        publishing it again answers the existing artifact. With `artifact_id` only that id counts.
        The reply is a promise: what was published has reached the disk.

        Asked a second time it may change something more, so it is never retried by itself.

        Args:
            artifact_type: The type; one that was not registered is accepted as it comes.
            schema_version: Version of the type's schema, 1 or more; 1 unless given.
            logical_key: What it represents: any text up to 1024 bytes. Its default is the
                artifact_id, else the file name, else the new id.
            data_path: The file or folder to publish. A relative path counts from the server's
                working directory.
            content: The content itself, at most 1 MiB, instead of data_path.
            files: Several files that become one tree, instead of data_path.
            format: What kind of content it is; by default a folder is a tree, .csv and .parquet are
                tables, everything else a file.
            columns: Column types of a CSV that shall not be inferred, by column name.
            tags: Tags: an object of texts, or a list of words.
            input_artifact_ids: What it was made from, with the relation derived_from.
            inputs: What it was made from, with relations.
            writer_name: The program that wrote it.
            writer_version: That program's version.
            git_commit: The commit of the code that made it.
            git_dirty: Whether that code had uncommitted changes.
            params: The parameters it was made with. Integers beyond 2^53-1 are refused.
            filename_hint: What stands in the readable name instead of the logical key.
            artifact_id: An id of the caller's own.
            run_id: The run that published it; publishing a duplicate makes it a member of this run
                too.
            roles: The parts it plays.
            title: A title for people.
            description: A description for people.
            media_type: Its media type, where the file name doesn't tell.
            outcome: How the work that made it ended.
            source: Where it came from, in the publisher's words.
            created_at: When it was made, for imports: RFC 3339, without zone it reads as UTC.
            expected_file_hash: The hash that the bytes given must have; of a folder, its listing's.
            request_id: Makes the request repeatable: the same id with the same params answers as
                the first time.
            ingest: `copy` leaves the original alone, `move` removes it after the commit; `copy`
                unless given.
        """
        reply: Published = self._run(
            "publish_artifact",
            {
                "artifact_type": artifact_type,
                "schema_version": schema_version,
                "logical_key": logical_key,
                "data_path": data_path,
                "content": content,
                "files": files,
                "format": format,
                "columns": columns,
                "tags": tags,
                "input_artifact_ids": input_artifact_ids,
                "inputs": inputs,
                "writer_name": writer_name,
                "writer_version": writer_version,
                "git_commit": git_commit,
                "git_dirty": git_dirty,
                "params": params,
                "filename_hint": filename_hint,
                "artifact_id": artifact_id,
                "run_id": run_id,
                "roles": roles,
                "title": title,
                "description": description,
                "media_type": media_type,
                "outcome": outcome,
                "source": source,
                "created_at": created_at,
                "expected_file_hash": expected_file_hash,
                "request_id": request_id,
                "ingest": ingest,
            },
            timeout,
            on_progress,
        )
        return reply

    def get_artifact(
        self,
        artifact_id: str,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Artifact:
        """Answers one artifact by its id; an unknown id is not_found.

        Args:
            artifact_id: The artifact.
        """
        reply: Artifact = self._run(
            "get_artifact",
            {
                "artifact_id": artifact_id,
            },
            timeout,
            on_progress,
        )
        return reply

    def get_artifacts(
        self,
        artifact_ids: Sequence[str],
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Artifact | None]:
        """Answers several artifacts in the order of their ids, with null for an unknown one.

        Args:
            artifact_ids: The artifacts, at most 10000.
        """
        reply: list[Artifact | None] = self._run(
            "get_artifacts",
            {
                "artifact_ids": artifact_ids,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_artifacts(
        self,
        *,
        filter: Filter | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Artifact]:
        """Lists artifacts, newest first; everything in the filter must hold. Deleted ones only when
        `status` asks for them.

        Args:
            filter: Which artifacts; all of them without a filter.
        """
        reply: list[Artifact] = self._run(
            "list_artifacts",
            {
                "filter": filter,
            },
            timeout,
            on_progress,
        )
        return reply

    def resolve(
        self,
        ref: str,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Artifact:
        """Answers the one artifact that a short reference means: an id, the start of one, the 8 hex
        digits at its end, or `type:key`, which is the latest active version, also written
        `type:key@latest`; `type:key@v3` is version 3, whatever became of it.

        What could mean several artifacts is a conflict with them as `candidates`, at most 10. A
        whole id comes before everything that only begins with it.

        Args:
            ref: The reference. The first `:` ends the type; only `latest` or a version behind the
                last `@` is not part of the key.
        """
        reply: Artifact = self._run(
            "resolve",
            {
                "ref": ref,
            },
            timeout,
            on_progress,
        )
        return reply

    def find_by_logical_key(
        self,
        artifact_type: str,
        logical_key: str,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Artifact]:
        """Answers every version of a type and logical key, newest first, superseded ones included;
        an unknown key has none.

        Args:
            artifact_type: The type.
            logical_key: The key.
        """
        reply: list[Artifact] = self._run(
            "find_by_logical_key",
            {
                "artifact_type": artifact_type,
                "logical_key": logical_key,
            },
            timeout,
            on_progress,
        )
        return reply

    def find_by_hash(
        self,
        hash: str,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Artifact]:
        """Answers the artifacts that a hash belongs to, newest first: as file, content or source
        hash, as the hash of one of their files, or as spec id.

        Args:
            hash: `sha256:` and 64 hex digits, the digits alone, or the 12 characters of a spec id.
        """
        reply: list[Artifact] = self._run(
            "find_by_hash",
            {
                "hash": hash,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_files(
        self,
        artifact_id: str,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[FileEntry]:
        """Lists the files of an artifact with their hashes and sizes, sorted by path.

        Args:
            artifact_id: The artifact.
        """
        reply: list[FileEntry] = self._run(
            "list_files",
            {
                "artifact_id": artifact_id,
            },
            timeout,
            on_progress,
        )
        return reply

    def read_file(
        self,
        *,
        artifact_id: str | None = None,
        hash: str | None = None,
        file: str | None = None,
        offset: int | None = None,
        length: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Piece:
        """Reads a piece of a file, at most 1 MiB, from an artifact or by the hash of its bytes.

        A file that is read whole in one piece is checked against its hash: `integrity` is
        `verified` then, and bytes that have another hash are never answered but are an error of the
        kind integrity. So is a file of another length than its artifact says, whichever piece is
        asked for.

        Args:
            artifact_id: The artifact; or give `hash`.
            hash: The hash of the file's bytes.
            file: Which file of a tree; a table or a single file needs none.
            offset: Where the piece begins, in bytes; 0 unless given.
            length: How many bytes at most: 1 to 1048576, 1048576 unless given.
        """
        reply: Piece = self._run(
            "read_file",
            {
                "artifact_id": artifact_id,
                "hash": hash,
                "file": file,
                "offset": offset,
                "length": length,
            },
            timeout,
            on_progress,
        )
        return reply

    def supersede(
        self,
        new_artifact_id: str,
        old_artifact_id: str,
        *,
        reason: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Done:
        """Records that a newer artifact replaces an older one, which stays readable. The same pair
        again succeeds.

        Args:
            new_artifact_id: The artifact that replaces.
            old_artifact_id: The artifact that is replaced.
            reason: Why; it stands in the history.
        """
        reply: Done = self._run(
            "supersede",
            {
                "new_artifact_id": new_artifact_id,
                "old_artifact_id": old_artifact_id,
                "reason": reason,
            },
            timeout,
            on_progress,
        )
        return reply

    def register_type(
        self,
        artifact_type: str,
        *,
        canonical_columns: Sequence[str] | None = None,
        sort_keys: Sequence[str] | None = None,
        timestamp_columns: Sequence[str] | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> TypeDefinition:
        """Says what counts as content in a type's tables. A type that is in use can't change; the
        same definition again is harmless.

        Args:
            artifact_type: The type.
            canonical_columns: The columns that count as content, in this order; all of them unless
                given.
            sort_keys: When given, the order of rows doesn't count; duplicates still do.
            timestamp_columns: Columns read as timestamps even where they are text.
        """
        reply: TypeDefinition = self._run(
            "register_type",
            {
                "artifact_type": artifact_type,
                "canonical_columns": canonical_columns,
                "sort_keys": sort_keys,
                "timestamp_columns": timestamp_columns,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_types(
        self,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[TypeSummary]:
        """Lists the types that were registered or published, by name, with how many artifacts each
        has.
        """
        reply: list[TypeSummary] = self._run(
            "list_types",
            {},
            timeout,
            on_progress,
        )
        return reply

    def get_lineage(
        self,
        artifact_id: str,
        *,
        depth: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> GetLineageLineage:
        """Answers what an artifact was made from, its own inputs first and in the order given, then
        theirs.

        Args:
            artifact_id: The artifact.
            depth: How many edges far: 1 to 10000, 1 unless given.
        """
        reply: GetLineageLineage = self._run(
            "get_lineage",
            {
                "artifact_id": artifact_id,
                "depth": depth,
            },
            timeout,
            on_progress,
        )
        return reply

    def get_downstream(
        self,
        artifact_id: str,
        *,
        depth: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Artifact]:
        """Answers what was made of an artifact, newest first; with a depth above 1 also what was
        made of that, nearest first.

        Args:
            artifact_id: The artifact.
            depth: How many edges far: 1 to 10000, 1 unless given.
        """
        reply: list[Artifact] = self._run(
            "get_downstream",
            {
                "artifact_id": artifact_id,
                "depth": depth,
            },
            timeout,
            on_progress,
        )
        return reply

    def trace_roots(
        self,
        artifact_id: str,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Artifact]:
        """Answers the artifacts that everything began with: the ancestors that have no inputs,
        newest first. An artifact without inputs is its own root.

        Args:
            artifact_id: The artifact.
        """
        reply: list[Artifact] = self._run(
            "trace_roots",
            {
                "artifact_id": artifact_id,
            },
            timeout,
            on_progress,
        )
        return reply

    def get_lineage_graph(
        self,
        artifact_ids: Sequence[str],
        direction: Direction,
        *,
        max_depth: int | None = None,
        relations: Sequence[str] | None = None,
        format: GetLineageGraphFormatParam | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> GetLineageGraphLineage:
        """Answers what some artifacts were made from, what was made of them, or both, as one graph.

        The walk follows every edge but the annotations supersedes and sibling_of; with relations it
        follows those, and no others. It ends after 10000 artifacts or 100000 edges, and says so.
        Circles, which an import can bring, end too.

        Args:
            artifact_ids: Where the graph begins: 1 to 10000 artifacts.
            direction: Which way it goes from there.
            max_depth: How many edges far; as far as it goes unless given, and with 0 nowhere.
            relations: The relations to follow, at most 100; without any, all that are no
                annotations.
            format: What `text` holds; nothing unless given, or with `json`.
        """
        reply: GetLineageGraphLineage = self._run(
            "get_lineage_graph",
            {
                "artifact_ids": artifact_ids,
                "direction": direction,
                "max_depth": max_depth,
                "relations": relations,
                "format": format,
            },
            timeout,
            on_progress,
        )
        return reply

    def find_lineage_paths(
        self,
        from_artifact_id: str,
        to_artifact_id: str,
        *,
        limit: int | None = None,
        max_depth: int | None = None,
        relations: Sequence[str] | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Paths:
        """Answers the ways by which one artifact was made of another, shortest first.

        A way goes along the edges, from an input to what was made of it, and comes by no artifact
        twice. From an artifact to itself there is one, of length 0. Where there is no way, the list
        is empty.

        Args:
            from_artifact_id: Where the ways begin: the input.
            to_artifact_id: Where they end: what was made of it, at once or over others.
            limit: At most this many: 1 to 1000, 10 unless given.
            max_depth: How many edges long they may be; any length unless given.
            relations: The relations to follow, at most 100; without any, all that are no
                annotations.
        """
        reply: Paths = self._run(
            "find_lineage_paths",
            {
                "from_artifact_id": from_artifact_id,
                "to_artifact_id": to_artifact_id,
                "limit": limit,
                "max_depth": max_depth,
                "relations": relations,
            },
            timeout,
            on_progress,
        )
        return reply

    def add_lineage(
        self,
        artifact_id: str,
        inputs: Sequence[Input],
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Added:
        """Records what an artifact was made from, where that was not said when it was published.

        It adds to the inputs that the artifact has; one that it has with the same relation is
        passed over. Nothing can be made from itself, nor from what was made of it; supersedes and
        sibling_of are annotations and may form circles.

        Args:
            artifact_id: The artifact that was made.
            inputs: What it was made from, 1 to 10000 artifacts.
        """
        reply: Added = self._run(
            "add_lineage",
            {
                "artifact_id": artifact_id,
                "inputs": inputs,
            },
            timeout,
            on_progress,
        )
        return reply

    def audit(
        self,
        *,
        artifact_ids: Sequence[str] | None = None,
        all: bool | None = None,
        trace_roots: bool | None = None,
        verify_hashes: bool | None = None,
        max_depth: int | None = None,
        required_roles: Sequence[str] | None = None,
        format: AuditFormatParam | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> AuditReport:
        """Reports on artifacts: by whom and from what they were made, what they have for roots,
        whether these have the roles that were required, and whether the bytes kept still are what
        their hash says.

        An id that the store doesn't know is an error in the report. Nothing is changed, and the
        same store gives the same report, but for generated_at. Annotations (supersedes, sibling_of)
        are not followed.

        Args:
            artifact_ids: The artifacts, 1 to 10000; one that is named twice is reported once.
            all: All artifacts of the store, at most 100000, in the order of commits, instead of
                artifact_ids.
            trace_roots: Whether the roots of each artifact are listed; false unless given.
            verify_hashes: Whether the bytes kept are read and hashed, each object once; false
                unless given.
            max_depth: How many edges far ancestors are looked for; as far as it goes unless given.
            required_roles: Roles that the roots of each artifact must have, each role at least one
                root; at most 64. An artifact without inputs is its own root.
            format: What `text` holds; nothing unless given, or with `json`.
        """
        reply: AuditReport = self._run(
            "audit",
            {
                "artifact_ids": artifact_ids,
                "all": all,
                "trace_roots": trace_roots,
                "verify_hashes": verify_hashes,
                "max_depth": max_depth,
                "required_roles": required_roles,
                "format": format,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_events(
        self,
        *,
        artifact_id: str | None = None,
        since: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Event]:
        """Lists the store's history, newest first: who did what when.

        Args:
            artifact_id: Only events of this artifact.
            since: Only events at this moment or later (RFC 3339; without zone it reads as UTC).
            limit: At most this many: 1 to 10000, 100 unless given.
        """
        reply: list[Event] = self._run(
            "list_events",
            {
                "artifact_id": artifact_id,
                "since": since,
                "limit": limit,
            },
            timeout,
            on_progress,
        )
        return reply

    def verify_store(
        self,
        *,
        checks: Sequence[Check] | None = None,
        sample: str | None = None,
        repair: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> VerifyStoreReport:
        """Looks whether everything in the store is as it was promised, and tells what isn't.

        Without `repair` nothing is changed and nobody has to wait; a store in which all is well has
        no findings. With `repair` what can be proven is mended: an object from a readable name or
        another copy with its hash, a name from its object, a sidecar or a line of the history where
        what is left of it bears out the manifest. A damaged object that can't be mended moves to
        quarantine/ and stays an error until the same bytes are published again. Nothing is guessed,
        nothing is deleted.

        Args:
            checks: What to look at, at least one; everything unless given.
            sample: Reads only one part of the bytes: `"3/30"` is the third of thirty, cut by hash,
                so that thirty calls read every object once. It is about the check hash alone; the
                others are always whole.
            repair: Mends what can be proven and moves damaged objects to quarantine; false unless
                given.
        """
        reply: VerifyStoreReport = self._run(
            "verify_store",
            {
                "checks": checks,
                "sample": sample,
                "repair": repair,
            },
            timeout,
            on_progress,
        )
        return reply

    def backup(
        self,
        *,
        path: StrPath | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Copy:
        """Copies the manifest as one file, into the store's backups/ or to a path of the caller's.

        Asked a second time it may change something more, so it is never retried by itself.

        Args:
            path: Where the copy goes; it must not exist. `backups/manifest-<moment>.sqlite` unless
                given.
        """
        reply: Copy = self._run(
            "backup",
            {
                "path": path,
            },
            timeout,
            on_progress,
        )
        return reply

    def restore_backup(
        self,
        *,
        path: StrPath | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Summary:
        """Brings back the manifest of a backup and then takes in what the sidecars and the history
        know since.

        Args:
            path: The backup; the newest in the store's backups/ unless given.
        """
        reply: Summary = self._run(
            "restore_backup",
            {
                "path": path,
            },
            timeout,
            on_progress,
        )
        return reply

    def rebuild_manifest(
        self,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Summary:
        """Makes the manifest again from the sidecars and the history: the same ids, hashes,
        versions, lineage, status and tags.
        """
        reply: Summary = self._run(
            "rebuild_manifest",
            {},
            timeout,
            on_progress,
        )
        return reply
