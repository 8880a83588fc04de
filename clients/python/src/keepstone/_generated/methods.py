"""Every operation as a method.

Generated from the code: `UPDATE=1 cargo test generated` makes it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._vocabulary import OnProgress, StrPath
from .types import (
    Added,
    Alias,
    AliasSet,
    ApplyCompactionApplied,
    ApplyGcApplied,
    Archived,
    Artifact,
    ArtifactFilter,
    AuditFormatParam,
    AuditReport,
    BulkDeleted,
    BulkUpdated,
    Bundled,
    Changed,
    ChangedMember,
    Check,
    CheckoutParam,
    ColumnType,
    Comparison,
    Content,
    Copy,
    Created,
    Dataset,
    DatasetDiff,
    DatasetEntry,
    Deleted,
    Direction,
    Done,
    Event,
    Expanded,
    Exported,
    FacetBy,
    Format,
    Found,
    GetLineageGraphFormatParam,
    GetLineageGraphLineage,
    GetLineageLineage,
    GivenFile,
    Health,
    ImportM3Report,
    Imported,
    Ingest,
    InputParam,
    ListedFile,
    Made,
    MemberFilter,
    Members,
    NewMember,
    Order,
    Outcome,
    Paths,
    Piece,
    Pin,
    PlanCompactionPlan,
    PlanGcPlan,
    Policies,
    PoliciesImported,
    Preset,
    Published,
    PurgeReport,
    Related,
    Relations,
    Removed,
    Restored,
    Run,
    RunDetails,
    RunEnd,
    RunErrorParam,
    RunFilter,
    ScanMode,
    ScanReport,
    SearchFilter,
    SettingsImported,
    SortBy,
    Stats,
    Status,
    Summary,
    Trashed,
    TypeDefinition,
    TypeSummary,
    Updated,
    Verified,
    VerifyStoreReport,
    VersionOf,
)

IDEMPOTENT = frozenset(
    {
        "add_lineage",
        "audit",
        "bulk_delete",
        "bulk_update",
        "compare_artifacts",
        "create_dataset",
        "delete_artifact",
        "delete_dataset",
        "diff_datasets",
        "expand",
        "export_artifact",
        "find_by_hash",
        "find_by_logical_key",
        "find_lineage_paths",
        "finish_run",
        "get_artifact",
        "get_artifacts",
        "get_dataset",
        "get_downstream",
        "get_lineage",
        "get_lineage_graph",
        "get_related",
        "get_run",
        "get_stats",
        "health_check",
        "import_bundle",
        "import_cryptorun",
        "import_m3",
        "import_m3_policies",
        "init",
        "initialize",
        "list_aliases",
        "list_artifacts",
        "list_dataset_members",
        "list_datasets",
        "list_events",
        "list_files",
        "list_pins",
        "list_policies",
        "list_runs",
        "list_trash",
        "list_types",
        "plan_compaction",
        "plan_gc",
        "purge_trash",
        "read_file",
        "rebuild_manifest",
        "register_type",
        "resolve",
        "restore",
        "restore_backup",
        "restore_dataset",
        "rpc.discover",
        "scan",
        "search_artifacts",
        "set_alias",
        "supersede",
        "trace_roots",
        "unpin",
        "verify_dataset",
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
        preset: Preset | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Made:
        """Makes the store. One that exists stays as it is; with `force` its configuration is
        written anew, and nothing else. A preset takes the place of a configuration that nobody has
        edited also without `force`.

        Args:
            force: Whether to write keepstone.toml anew in a store that exists; false unless given.
            preset: What keepstone.toml says besides the defaults; nothing unless given.
        """
        reply: Made = self._run(
            "init",
            {
                "force": force,
                "preset": preset,
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
        inputs: Sequence[InputParam] | None = None,
        writer_name: str | None = None,
        writer_version: str | None = None,
        git_commit: str | None = None,
        git_dirty: bool | None = None,
        params: Mapping[str, Any] | None = None,
        filename_hint: str | None = None,
        artifact_id: str | None = None,
        run_id: str | None = None,
        roles: Sequence[str] | None = None,
        capabilities: Sequence[str] | None = None,
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

        A table of the type `telemetry` gets what a scan of FlowTime's folders would say of it,
        where it is not given: the source `import`, the capabilities `replay` and `compare`, and its
        columns as the param `schema`.

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
            tags: Tags: an object of texts, or a list of words. At most 1000, of keys of 1 to 128
                bytes without control characters and values of at most 4096 bytes.
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
            capabilities: What can be done with it, such as `replay` or `compare`; a search finds it
                by these words.
            title: A title for people, at most 256 bytes without control characters.
            description: A description for people, at most 4096 bytes.
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
                "capabilities": capabilities,
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
        filter: ArtifactFilter | None = None,
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

    def search_artifacts(
        self,
        *,
        query: str | None = None,
        filter: SearchFilter | None = None,
        sort: SortBy | None = None,
        order: Order | None = None,
        limit: int | None = None,
        offset: int | None = None,
        cursor: str | None = None,
        facets: Sequence[FacetBy] | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Found:
        """Searches artifacts by words and by what they are. Archived ones are found only when
        `filter.archived` asks for them, deleted ones only when `filter.status` does.

        Words are looked for in title, description, tags, logical key, id, type, file names (of the
        first 1000 files), params, roles, capabilities, writer and commit. A word is a run of
        letters and digits, without case and accents; what has dots, hyphens or underscores in it,
        as an id, is found whole and by its parts. Of each text the first 16 KiB count.

        Pages follow each other by `cursor`: what others publish meanwhile neither shifts nor
        repeats anything, and `total` stays what it was. What is changed meanwhile is found where it
        stands then.

        Args:
            query: What is looked for: words, all of which must be there; "phrases"; starts of
                words, as rain*; AND, OR, NOT or - before a word; parentheses. At most 128 words.
            filter: What else must hold.
            sort: By what they are ordered; created unless given. What is alike in it stands in the
                order in which it was published.
            order: Whether the least or the greatest comes first: asc by title and type, desc by all
                else, unless given.
            limit: At most this many: 1 to 1000, 50 unless given.
            offset: How many are passed over, 0 unless given. Through many pages a cursor is safer
                and faster.
            cursor: The next_cursor of the page before, instead of an offset; query, filter, sort
                and order must be the same.
            facets: By what all that was found is counted.
        """
        reply: Found = self._run(
            "search_artifacts",
            {
                "query": query,
                "filter": filter,
                "sort": sort,
                "order": order,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
                "facets": facets,
            },
            timeout,
            on_progress,
        )
        return reply

    def compare_artifacts(
        self,
        left: str,
        right: str,
        *,
        key: Sequence[str] | None = None,
        limit: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Comparison:
        """Compares two artifacts: their fields, params, tags, inputs and files; and of two tables
        the columns, what the values of each come to, and the rows that were added, removed and
        changed.

        `verdict` says it in a word, `reason` in a sentence. Values are compared exactly: 0.1 is not
        0.1000001, NaN is NaN. Deleted artifacts are compared like others as long as their bytes are
        there. The files of runs that were scanned are told by their paths below the run's own
        folder.

        Args:
            left: The artifact that is compared, as a rule the older one.
            right: The artifact that it is compared with.
            key: The columns by which rows are told to be the same row; the sort keys that both
                types declare unless given, and without those the whole row.
            limit: Of each list at most this many: 1 to 1000, 100 unless given. Of rows at most 100
                are shown, 10 unless given.
        """
        reply: Comparison = self._run(
            "compare_artifacts",
            {
                "left": left,
                "right": right,
                "key": key,
                "limit": limit,
            },
            timeout,
            on_progress,
        )
        return reply

    def get_related(
        self,
        artifact_id: str,
        *,
        depth: int | None = None,
        limit: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Relations:
        """Answers what an artifact has to do with others: what it was made from, what was made of
        it, and what is related.

        Related are the artifacts that it replaced or was replaced by and those noted as its
        siblings, then those made with the same model, from the same input, and at last with the
        same template. Nothing is guessed from types, tags or times.

        Args:
            artifact_id: The artifact.
            depth: How many edges or supersessions far: 1 to 100, 1 unless given.
            limit: Of each list at most this many: 1 to 1000, 100 unless given.
        """
        reply: Relations = self._run(
            "get_related",
            {
                "artifact_id": artifact_id,
                "depth": depth,
                "limit": limit,
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
        `type:key@latest`; `type:key@v3` is version 3 and `type:key@alias` what the alias stands
        for, whatever became of them.

        What could mean several artifacts is a conflict with them as `candidates`, at most 10. A
        whole id comes before everything that only begins with it.

        Args:
            ref: The reference. The first `:` ends the type; only `latest`, a version or an alias
                behind the last `@` is not part of the key.
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
    ) -> list[ListedFile]:
        """Lists the files of an artifact with their hashes and sizes, sorted by path.

        Args:
            artifact_id: The artifact.
        """
        reply: list[ListedFile] = self._run(
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
            file: Which file of a tree, as list_files names it or by its path below the folder that
                holds them all; a table or a single file needs none.
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

    def export_artifact(
        self,
        artifact_id: str,
        directory: str,
        *,
        overwrite: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Exported:
        """Writes the files of an artifact into a folder, under their own names: copies that may be
        changed.

        Every byte is checked on the way, and each file gets its name once all of it is there. A
        file that is there already with the same bytes stays; one with others is refused before
        anything is written, unless `overwrite` says otherwise.

        Args:
            artifact_id: The artifact.
            directory: The folder, made where it is not there. A relative path counts from the
                server's working directory.
            overwrite: Whether files that are there with other bytes are replaced; false unless
                given.
        """
        reply: Exported = self._run(
            "export_artifact",
            {
                "artifact_id": artifact_id,
                "directory": directory,
                "overwrite": overwrite,
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

    def update_artifact(
        self,
        artifact_id: str,
        *,
        title: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str | None] | Sequence[str] | None = None,
        archived: bool | None = None,
        revision: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Updated:
        """Changes what people say about an artifact: title, description, tags, and whether it is
        archived. Its bytes, its provenance and its sidecar stay as they are; the history tells of
        the change.

        What is absent stays as it is. When nothing changes nothing is recorded, and the revision
        stays the same. A deleted artifact can't be changed.

        Asked a second time it may change something more, so it is never retried by itself.

        Args:
            artifact_id: The artifact.
            title: Its new title, at most 256 bytes without control characters; "" takes it away, as
                a null does that is sent.
            description: Its new description, at most 4096 bytes; "" takes it away, as a null does
                that is sent.
            tags: Tags that it gets, an object of texts or a list of words; one whose value is null
                is taken from it, and the others stay. It may have 1000, of keys of 1 to 128 bytes
                without control characters and values of at most 4096 bytes.
            archived: Whether it is archived: a search leaves archived ones out.
            revision: The revision that the change was decided on: when the artifact has another by
                now, it is a conflict that names currentRevision, and nothing changes.
        """
        reply: Updated = self._run(
            "update_artifact",
            {
                "artifact_id": artifact_id,
                "title": title,
                "description": description,
                "tags": tags,
                "archived": archived,
                "revision": revision,
            },
            timeout,
            on_progress,
        )
        return reply

    def bulk_update(
        self,
        artifact_ids: Sequence[str],
        *,
        title: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str | None] | Sequence[str] | None = None,
        archived: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> BulkUpdated:
        """Changes the same things about several artifacts, as update_artifact does for one. Each
        succeeds or fails by itself.

        Args:
            artifact_ids: The artifacts, 1 to 1000.
            title: Their new title, at most 256 bytes without control characters; "" takes it away,
                as a null does that is sent.
            description: Their new description, at most 4096 bytes; "" takes it away, as a null does
                that is sent.
            tags: Tags that they get, an object of texts or a list of words; one whose value is null
                is taken from them, and the others stay. Each may have 1000, of keys of 1 to 128
                bytes without control characters and values of at most 4096 bytes.
            archived: Whether they are archived.
        """
        reply: BulkUpdated = self._run(
            "bulk_update",
            {
                "artifact_ids": artifact_ids,
                "title": title,
                "description": description,
                "tags": tags,
                "archived": archived,
            },
            timeout,
            on_progress,
        )
        return reply

    def set_alias(
        self,
        alias: str,
        *,
        artifact_id: str | None = None,
        ref: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> AliasSet:
        """Lets an alias stand for an artifact: `type:key@alias` then means it, of its own type and
        key. What it stood for before it stands for no longer, and at no moment does it stand for
        nothing.

        Args:
            alias: The alias: neither latest nor a version.
            artifact_id: The artifact; it or a reference.
            ref: What resolve understands: a part of an id, type:key, type:key@v3, or another alias.
        """
        reply: AliasSet = self._run(
            "set_alias",
            {
                "alias": alias,
                "artifact_id": artifact_id,
                "ref": ref,
            },
            timeout,
            on_progress,
        )
        return reply

    def remove_alias(
        self,
        artifact_type: str,
        logical_key: str,
        alias: str,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Alias:
        """Takes an alias away; the artifact that it stood for stays as it is. Answers what it stood
        for.

        Asked a second time it may change something more, so it is never retried by itself.

        Args:
            artifact_type: The type.
            logical_key: The key.
            alias: The alias.
        """
        reply: Alias = self._run(
            "remove_alias",
            {
                "artifact_type": artifact_type,
                "logical_key": logical_key,
                "alias": alias,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_aliases(
        self,
        *,
        artifact_id: str | None = None,
        artifact_type: str | None = None,
        logical_key: str | None = None,
        alias: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Alias]:
        """Lists aliases by type, key and name: all of them, or those of an artifact, a type, a key
        or a name.

        Args:
            artifact_id: Of this artifact.
            artifact_type: Of this type.
            logical_key: Of this key.
            alias: Of this name.
            limit: At most this many: 1 to 10000, 1000 unless given.
        """
        reply: list[Alias] = self._run(
            "list_aliases",
            {
                "artifact_id": artifact_id,
                "artifact_type": artifact_type,
                "logical_key": logical_key,
                "alias": alias,
                "limit": limit,
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
        inputs: Sequence[InputParam],
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

    def start_run(
        self,
        stage: str,
        *,
        run_id: str | None = None,
        run_type: str | None = None,
        name: str | None = None,
        description: str | None = None,
        command: Sequence[str] | None = None,
        working_directory: str | None = None,
        params: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
        git: CheckoutParam | None = None,
        hostname: str | None = None,
        username: str | None = None,
        container_digest: str | None = None,
        tools: Mapping[str, str] | None = None,
        ci_run_id: str | None = None,
        ci_job_url: str | None = None,
        parent_run_id: str | None = None,
        mlflow_run_id: str | None = None,
        annotations: Mapping[str, Any] | None = None,
        input_artifact_ids: Sequence[str] | None = None,
        started_at: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Run:
        """Records that a run has begun. Artifacts published with its run_id are its outputs, and
        `finish_run` says how it ended.

        With a run_id the same start again is harmless, another one a conflict; a run that artifacts
        named before is started all the same. Never put secrets into a run: what is given here is
        kept for good.

        Asked a second time it may change something more, so it is never retried by itself.

        Args:
            stage: The stage that is executed: any text up to 1024 bytes.
            run_id: An id of the caller's own; else `run-YYYYMMDDTHHMMSS-xxxxxxxx`.
            run_type: What kind of run it is. Its default is what the stage's name suggests:
                `model_training` for one with `train` in it, and so on; `other` when it suggests
                nothing.
            name: A name for people.
            description: A description for people.
            command: The command and its arguments.
            working_directory: The folder that the command runs in.
            params: The parameters it runs with. Integers beyond 2^53-1 are refused.
            tags: Tags: an object of texts, or a list of words.
            environment: The environment variables that matter for repeating it.
            git: The state of the checkout it works in.
            hostname: The machine's name.
            username: Who runs it.
            container_digest: The container it runs in.
            tools: Versions of the tools it uses, by name.
            ci_run_id: The job of the build server that runs it.
            ci_job_url: Where to look at that job.
            parent_run_id: The run that it is a part of.
            mlflow_run_id: The run in MLflow that tells of the same work.
            annotations: Whatever else there is to note. Integers beyond 2^53-1 are refused.
            input_artifact_ids: The artifacts that it will read.
            started_at: When it began, for imports: RFC 3339, without zone it reads as UTC; now
                unless given.
        """
        reply: Run = self._run(
            "start_run",
            {
                "stage": stage,
                "run_id": run_id,
                "run_type": run_type,
                "name": name,
                "description": description,
                "command": command,
                "working_directory": working_directory,
                "params": params,
                "tags": tags,
                "environment": environment,
                "git": git,
                "hostname": hostname,
                "username": username,
                "container_digest": container_digest,
                "tools": tools,
                "ci_run_id": ci_run_id,
                "ci_job_url": ci_job_url,
                "parent_run_id": parent_run_id,
                "mlflow_run_id": mlflow_run_id,
                "annotations": annotations,
                "input_artifact_ids": input_artifact_ids,
                "started_at": started_at,
            },
            timeout,
            on_progress,
        )
        return reply

    def finish_run(
        self,
        run_id: str,
        status: RunEnd,
        *,
        exit_code: int | None = None,
        finished_at: str | None = None,
        error: RunErrorParam | None = None,
        dvc_lock_hash: str | None = None,
        cached: bool | None = None,
        stdout_artifact_id: str | None = None,
        stderr_artifact_id: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Run:
        """Records how a run ended. The same end again is harmless, another one a conflict.

        A run whose process died stays `running` until somebody finishes it, with `killed` for
        example: no clock decides that.

        Args:
            run_id: The run.
            status: How it ended.
            exit_code: The command's exit code; 128 and the signal's number where a signal ended it.
            finished_at: When it ended, not before it began: RFC 3339, without zone it reads as UTC;
                now unless given.
            error: Why it did not complete.
            dvc_lock_hash: SHA-256 of dvc.lock after the run.
            cached: Whether DVC answered from its cache.
            stdout_artifact_id: The artifact with what the command wrote to standard output; it is
                not counted among the outputs.
            stderr_artifact_id: The artifact with what the command wrote to standard error; it is
                not counted among the outputs.
        """
        reply: Run = self._run(
            "finish_run",
            {
                "run_id": run_id,
                "status": status,
                "exit_code": exit_code,
                "finished_at": finished_at,
                "error": error,
                "dvc_lock_hash": dvc_lock_hash,
                "cached": cached,
                "stdout_artifact_id": stdout_artifact_id,
                "stderr_artifact_id": stderr_artifact_id,
            },
            timeout,
            on_progress,
        )
        return reply

    def get_run(
        self,
        run_id: str,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> RunDetails:
        """Answers one run with what it read and made; an unknown id is not_found.

        A run that artifacts name and nobody started has the status `unknown`.

        Args:
            run_id: The run.
        """
        reply: RunDetails = self._run(
            "get_run",
            {
                "run_id": run_id,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_runs(
        self,
        *,
        filter: RunFilter | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Run]:
        """Lists runs, newest first, those of one moment by id; everything in the filter must hold.

        A run whose process died without finishing it is still `running`; one that artifacts only
        name is `unknown`.

        Args:
            filter: Which runs; all of them without a filter.
        """
        reply: list[Run] = self._run(
            "list_runs",
            {
                "filter": filter,
            },
            timeout,
            on_progress,
        )
        return reply

    def create_dataset(
        self,
        dataset_id: str,
        version: str,
        *,
        members: Sequence[NewMember] | None = None,
        parent_version: str | None = None,
        remove: Sequence[str] | None = None,
        update: Sequence[ChangedMember] | None = None,
        name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | Sequence[str] | None = None,
        annotations: Mapping[str, Any] | None = None,
        writer_name: str | None = None,
        writer_version: str | None = None,
        git_commit: str | None = None,
        stage: str | None = None,
        index: bool | str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Created:
        """Creates a version of a dataset for good: from the members named, or from a parent version
        and what changes.

        An artifact is a member once. The same version again is harmless and answered `deduped`;
        another one under the same name is a conflict, also while the first is deleted. Who made it,
        when, and its index don't count for that.

        Args:
            dataset_id: The dataset.
            version: The version, as people write it: v1, v2.1-beta, 2026-01.
            members: The members; with a parent version, those that are added.
            parent_version: The version of this dataset that it is made from: its members, name,
                description, tags and annotations are taken over unless given.
            remove: Artifacts of the parent version that are left out.
            update: Members of the parent version about which something changes.
            name: A name for people, at most 256 bytes.
            description: A description for people, at most 4096 bytes.
            tags: Tags: an object, or a list of words (a word's value is "").
            annotations: Whatever its maker notes.
            writer_name: The program that makes it.
            writer_version: The version of that program.
            git_commit: The commit of the code that makes it.
            stage: The stage of the pipeline that makes it.
            index: Whether a Parquet file lists the members: true (unless given), false, or the path
                of a folder outside the store where it is to lie.
        """
        reply: Created = self._run(
            "create_dataset",
            {
                "dataset_id": dataset_id,
                "version": version,
                "members": members,
                "parent_version": parent_version,
                "remove": remove,
                "update": update,
                "name": name,
                "description": description,
                "tags": tags,
                "annotations": annotations,
                "writer_name": writer_name,
                "writer_version": writer_version,
                "git_commit": git_commit,
                "stage": stage,
                "index": index,
            },
            timeout,
            on_progress,
        )
        return reply

    def get_dataset(
        self,
        *,
        dataset_id: str | None = None,
        version: str | None = None,
        path: StrPath | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Dataset:
        """Answers one version of a dataset: counts, digests, statistics, provenance;
        list_dataset_members lists its members. A deleted version is answered when it is named.

        Args:
            dataset_id: The dataset; it or a path.
            version: The version; `latest`, the highest that was not deleted, unless given.
            path: The path of a snapshot file, whose version this store need not know.
        """
        reply: Dataset = self._run(
            "get_dataset",
            {
                "dataset_id": dataset_id,
                "version": version,
                "path": path,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_datasets(
        self,
        *,
        dataset_id: str | None = None,
        tags: Mapping[str, str] | None = None,
        status: Status | None = None,
        latest_only: bool | None = None,
        limit: int | None = None,
        offset: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[DatasetEntry]:
        """Lists versions of datasets: by the datasets' names, of each the highest version first.
        Deleted ones only when `status` asks for them.

        Args:
            dataset_id: Of this dataset; of all without it.
            tags: With all of these tags.
            status: `active` (unless given) or `tombstoned`.
            latest_only: Of each dataset only the highest version that was not deleted.
            limit: At most this many: 1 to 10000, 100 unless given.
            offset: How many are passed over, 0 unless given.
        """
        reply: list[DatasetEntry] = self._run(
            "list_datasets",
            {
                "dataset_id": dataset_id,
                "tags": tags,
                "status": status,
                "latest_only": latest_only,
                "limit": limit,
                "offset": offset,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_dataset_members(
        self,
        *,
        dataset_id: str | None = None,
        version: str | None = None,
        path: StrPath | None = None,
        filter: MemberFilter | None = None,
        limit: int | None = None,
        offset: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Members:
        """Lists the members of a version of a dataset by artifact id; everything in the filter must
        hold.

        Args:
            dataset_id: The dataset; it or a path.
            version: The version; `latest`, the highest that was not deleted, unless given.
            path: The path of a snapshot file, whose version this store need not know.
            filter: Which members; all of them without a filter.
            limit: At most this many: 1 to 10000, 100 unless given.
            offset: How many are passed over, 0 unless given.
        """
        reply: Members = self._run(
            "list_dataset_members",
            {
                "dataset_id": dataset_id,
                "version": version,
                "path": path,
                "filter": filter,
                "limit": limit,
                "offset": offset,
            },
            timeout,
            on_progress,
        )
        return reply

    def diff_datasets(
        self,
        left: VersionOf,
        right: VersionOf,
        *,
        limit: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> DatasetDiff:
        """Compares two versions: members added, removed, and changed in content, role, split or
        features.

        An artifact that took another's place under the same type and logical key counts as a change
        of content.

        Args:
            left: The version that is compared.
            right: The version that it is compared with, as a rule the newer one.
            limit: Of each list at most this many: 1 to 10000, 100 unless given. The counts are of
                all.
        """
        reply: DatasetDiff = self._run(
            "diff_datasets",
            {
                "left": left,
                "right": right,
                "limit": limit,
            },
            timeout,
            on_progress,
        )
        return reply

    def verify_dataset(
        self,
        *,
        dataset_id: str | None = None,
        version: str | None = None,
        path: StrPath | None = None,
        verify_hashes: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Verified:
        """Proves that a version of a dataset is what it was when it was created, and that its
        members are there.

        It looks at the snapshot's seal and hash, both digests, the counts, the manifest's rows, the
        history, the Parquet index, every member's artifact and its objects; with `verify_hashes` it
        reads their bytes. Of a snapshot by its path it looks at the file, its index and the
        members.

        Args:
            dataset_id: The dataset; it or a path.
            version: The version; `latest`, the highest that was not deleted, unless given.
            path: The path of a snapshot file, whose version this store need not know.
            verify_hashes: Whether every byte of the members is read and hashed; false unless given.
        """
        reply: Verified = self._run(
            "verify_dataset",
            {
                "dataset_id": dataset_id,
                "version": version,
                "path": path,
                "verify_hashes": verify_hashes,
            },
            timeout,
            on_progress,
        )
        return reply

    def delete_dataset(
        self,
        dataset_id: str,
        version: str,
        *,
        reason: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Changed:
        """Deletes a version of a dataset: it is no longer listed nor the latest. Its files stay,
        its name stays taken, and restore_dataset brings it back. Deleting it again changes nothing.

        Args:
            dataset_id: The dataset.
            version: The version; it has to be named, `latest` is refused.
            reason: Why; it stands in the history.
        """
        reply: Changed = self._run(
            "delete_dataset",
            {
                "dataset_id": dataset_id,
                "version": version,
                "reason": reason,
            },
            timeout,
            on_progress,
        )
        return reply

    def restore_dataset(
        self,
        dataset_id: str,
        version: str,
        *,
        reason: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Changed:
        """Brings a deleted version of a dataset back, as it was. Restoring one that was not deleted
        changes nothing.

        Args:
            dataset_id: The dataset.
            version: The version; it has to be named, `latest` is refused.
            reason: Why; it stands in the history.
        """
        reply: Changed = self._run(
            "restore_dataset",
            {
                "dataset_id": dataset_id,
                "version": version,
                "reason": reason,
            },
            timeout,
            on_progress,
        )
        return reply

    def scan(
        self,
        *,
        root: str | None = None,
        family: str | None = None,
        mode: ScanMode | None = None,
        dry_run: bool | None = None,
        rehash: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> ScanReport:
        """Looks through folders for files that match the patterns of families, and registers each
        run that they make up as one artifact.

        Which folders and families there are is said in keepstone.toml. Files belong to one run when
        their paths share a stamp (`20250906_143022`) or an id behind `run_`, or their names an id
        or a date; otherwise when they lie in one folder. In a data folder of FlowTime (`layout =
        "flowtime"`) each folder of a run, a model or telemetry is one artifact that has the
        folder's name for an id, with what its files say: title, tags, params, what it was made
        from. Nothing in the folders is changed, unless `mode` is `move`. A run that was found
        before keeps its artifact with its id, tags and pins, whatever was added to its files; those
        that look as before (size and time) are not read again. It is committed in parts, none of
        them half. The store is made if there is none.

        Args:
            root: The one folder to look through, instead of those that keepstone.toml names. A
                relative path counts from the server's working directory. One that is not named
                there and looks like FlowTime's is read as such.
            family: The one family to look for; all of them unless given.
            mode: Who keeps the files: `in_place` leaves them with their producer, `copy` takes them
                into the store, `move` removes them there afterwards; `in_place` unless given.
            dry_run: Whether it is only told what would be done: nothing is written then, no store
                either. False unless given.
            rehash: Whether every file is read again, also where it looks as before; false unless
                given.
        """
        reply: ScanReport = self._run(
            "scan",
            {
                "root": root,
                "family": family,
                "mode": mode,
                "dry_run": dry_run,
                "rehash": rehash,
            },
            timeout,
            on_progress,
        )
        return reply

    def pin(
        self,
        *,
        artifact_id: str | None = None,
        run_id: str | None = None,
        dataset_id: str | None = None,
        reason: str | None = None,
        expires_at: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Pin:
        """Pins an artifact, a run or a dataset: what a pin protects is never collected, and not
        purged from the trash.

        A run protects everything it published, a dataset the members of its live versions. Several
        pins may stand side by side; each has its own reason and end, and one that has ended
        protects no longer.

        Asked a second time it may change something more, so it is never retried by itself.

        Args:
            artifact_id: The artifact; or give `run_id` or `dataset_id`.
            run_id: The run.
            dataset_id: The dataset.
            reason: Why.
            expires_at: From when on it protects no longer: RFC 3339, without zone it reads as UTC.
                Without, it does until unpin.
        """
        reply: Pin = self._run(
            "pin",
            {
                "artifact_id": artifact_id,
                "run_id": run_id,
                "dataset_id": dataset_id,
                "reason": reason,
                "expires_at": expires_at,
            },
            timeout,
            on_progress,
        )
        return reply

    def unpin(
        self,
        *,
        artifact_id: str | None = None,
        run_id: str | None = None,
        dataset_id: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Removed:
        """Removes every pin of an artifact, a run or a dataset, also those that have ended; pins of
        others that protect the same artifacts stay. Where there is none, nothing changes.

        Args:
            artifact_id: The artifact; or give `run_id` or `dataset_id`.
            run_id: The run.
            dataset_id: The dataset.
        """
        reply: Removed = self._run(
            "unpin",
            {
                "artifact_id": artifact_id,
                "run_id": run_id,
                "dataset_id": dataset_id,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_pins(
        self,
        *,
        artifact_id: str | None = None,
        run_id: str | None = None,
        dataset_id: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Pin]:
        """Lists pins, newest first: all, or those of one artifact, run or dataset. Those that have
        ended are marked.

        Args:
            artifact_id: The artifact.
            run_id: The run.
            dataset_id: The dataset.
        """
        reply: list[Pin] = self._run(
            "list_pins",
            {
                "artifact_id": artifact_id,
                "run_id": run_id,
                "dataset_id": dataset_id,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_policies(
        self,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Policies:
        """Lists the policies, those of keepstone.toml and those that every store has, and the
        families with what they keep.
        """
        reply: Policies = self._run(
            "list_policies",
            {},
            timeout,
            on_progress,
        )
        return reply

    def plan_gc(
        self,
        *,
        policy: str | None = None,
        family: str | None = None,
        now: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> PlanGcPlan:
        """Tells what a collection would do, and why: every candidate with its fate and all reasons.
        Nothing changes.

        Without `policy` and `family` every family of keepstone.toml is judged by its own rules, and
        what belongs to none by its `default_policy`; without either nothing is collected. Runs of
        families are never judged by a policy. Pinned artifacts and members of live datasets stay in
        any case, and a plan that would delete all of a family or the newest of its runs is refused.
        What was published after `now` is not looked at, so publishing doesn't make a plan stale.

        Args:
            policy: The policy that judges what belongs to no family.
            family: The family whose runs are judged.
            now: The moment that ages are counted to: RFC 3339, without zone it reads as UTC. The
                present unless given.
        """
        reply: PlanGcPlan = self._run(
            "plan_gc",
            {
                "policy": policy,
                "family": family,
                "now": now,
            },
            timeout,
            on_progress,
        )
        return reply

    def apply_gc(
        self,
        now: str,
        digest: str,
        *,
        policy: str | None = None,
        family: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> ApplyGcApplied:
        """Puts into the trash what a plan deletes. The plan is drawn again, and stale_plan is the
        answer when it would delete something else by now; give `policy`, `family`, `now` and
        `digest` as the plan answered them.

        What is pinned or in a live dataset at the moment of its deletion stays. Before anything
        changes the manifest is copied into backups/; afterwards a report lies in trash/, as
        Markdown and as JSON. Nothing is gone: `restore` brings it back until `purge_trash`. It is
        done in transactions so short that nobody waits long, and once begun it is done to its end,
        by the next start where the process dies.

        Asked a second time it may change something more, so it is never retried by itself.

        Args:
            now: The plan's moment.
            digest: The plan's digest.
            policy: The plan's policy.
            family: The plan's family.
        """
        reply: ApplyGcApplied = self._run(
            "apply_gc",
            {
                "now": now,
                "digest": digest,
                "policy": policy,
                "family": family,
            },
            timeout,
            on_progress,
        )
        return reply

    def delete_artifact(
        self,
        artifact_id: str,
        *,
        reason: str | None = None,
        force: bool | None = None,
        revision: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Deleted:
        """Puts an artifact into the trash: it is no longer listed nor found, and its readable name
        is gone. Its bytes stay until a purge, and `restore` brings it back. Deleting it again
        changes nothing.

        What a pin protects or a live dataset holds is refused unless `force` is true. What was made
        of it stays, and is named in the answer.

        Args:
            artifact_id: The artifact.
            reason: Why; it stands in the history and the trash.
            force: Whether it is deleted although something protects it; false unless given.
            revision: The revision that the deletion was decided on: when the artifact has another
                by now, it is a conflict that names currentRevision, and nothing changes.
        """
        reply: Deleted = self._run(
            "delete_artifact",
            {
                "artifact_id": artifact_id,
                "reason": reason,
                "force": force,
                "revision": revision,
            },
            timeout,
            on_progress,
        )
        return reply

    def bulk_delete(
        self,
        artifact_ids: Sequence[str],
        *,
        reason: str | None = None,
        force: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> BulkDeleted:
        """Puts several artifacts into the trash, as delete_artifact does with one. Each succeeds or
        fails by itself.

        Args:
            artifact_ids: The artifacts, 1 to 1000.
            reason: Why; it stands in the history and the trash.
            force: Whether they are deleted although something protects them; false unless given.
        """
        reply: BulkDeleted = self._run(
            "bulk_delete",
            {
                "artifact_ids": artifact_ids,
                "reason": reason,
                "force": force,
            },
            timeout,
            on_progress,
        )
        return reply

    def list_trash(
        self,
        *,
        limit: int | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Trashed]:
        """Lists what lies in the trash, deleted last first. What was purged is no longer there;
        get_artifact still answers it.

        Args:
            limit: At most so many: 1 to 10000, 100 unless given.
        """
        reply: list[Trashed] = self._run(
            "list_trash",
            {
                "limit": limit,
            },
            timeout,
            on_progress,
        )
        return reply

    def restore(
        self,
        artifact_ids: Sequence[str],
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Restored:
        """Brings artifacts back from the trash as they were: content, tags, pins, lineage, status,
        and their readable names.

        All of them or none: an id that is unknown, an artifact that was purged, something else at
        the place of a readable name, or the same content that was published again meanwhile is an
        error before anything changes. What is live already stays as it is.

        Args:
            artifact_ids: The artifacts, 1 to 10000.
        """
        reply: Restored = self._run(
            "restore",
            {
                "artifact_ids": artifact_ids,
            },
            timeout,
            on_progress,
        )
        return reply

    def purge_trash(
        self,
        *,
        older_than: str | None = None,
        artifact_ids: Sequence[str] | None = None,
        now: str | None = None,
        dry_run: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> PurgeReport:
        """Takes away for good what lies in the trash, or tells what that would be: only with
        `dry_run: false` it happens.

        Objects go that nothing else needs: nothing live, nothing in the trash, nothing that is
        being published. What a pin protects or a live dataset holds stays. Sidecar, history and
        lineage keep what was purged, and get_artifact answers it, with path null.

        Args:
            older_than: Only what was deleted so long ago (30d, 12h) or until a moment; 30d unless
                given, whatever its age where artifacts are named.
            artifact_ids: Only these artifacts, 1 to 10000.
            now: The moment that ages are counted to: RFC 3339, without zone it reads as UTC. The
                present unless given.
            dry_run: Whether it is only told what would be done; true unless given.
        """
        reply: PurgeReport = self._run(
            "purge_trash",
            {
                "older_than": older_than,
                "artifact_ids": artifact_ids,
                "now": now,
                "dry_run": dry_run,
            },
            timeout,
            on_progress,
        )
        return reply

    def get_stats(
        self,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Stats:
        """Tells what is kept, by type, source, tag, status, family and outcome, and how much room
        it takes.

        The files on the disk are looked at for it. Groups are of live artifacts, those by status of
        all; the largest come first.
        """
        reply: Stats = self._run(
            "get_stats",
            {},
            timeout,
            on_progress,
        )
        return reply

    def plan_compaction(
        self,
        *,
        family: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> PlanCompactionPlan:
        """Says which files of artifacts that are kept in place can be smaller, in which form, and
        how small exactly.

        JSON Lines (`.jsonl`) get a dictionary for values that repeat, or become one Zstandard frame
        where that gains nothing; Markdown (`.md`) loses empty sections, and its original is kept
        compressed in the store. Every form expands to the same bytes. Files that are too small,
        compact already, or smaller in no form are left alone, each with the reason. Nothing is
        written. apply_compaction does what this says.

        Args:
            family: The one family whose files are looked at; all of them unless given.
        """
        reply: PlanCompactionPlan = self._run(
            "plan_compaction",
            {
                "family": family,
            },
            timeout,
            on_progress,
        )
        return reply

    def apply_compaction(
        self,
        digest: str,
        *,
        family: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> ApplyCompactionApplied:
        """Puts compact forms in the place of files, as a plan says.

        Before a file is replaced it is proven that its compact form expands to the same bytes; its
        modification time stays, and `expand` brings the original back. Another digest than that of
        the present plan is stale_plan. A file that can't be replaced stays as it is and is named
        among the failures. It is committed in parts; whenever the process dies, each file is in one
        form or the other, and the manifest knows in which.

        Asked a second time it may change something more, so it is never retried by itself.

        Args:
            digest: The plan's digest.
            family: The family that the plan was made for; left out where the plan is for all of
                them.
        """
        reply: ApplyCompactionApplied = self._run(
            "apply_compaction",
            {
                "digest": digest,
                "family": family,
            },
            timeout,
            on_progress,
        )
        return reply

    def expand(
        self,
        artifact_id: str,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Expanded:
        """Brings back the original bytes of an artifact's files that are kept in a compact form,
        proven by their hash.

        An artifact without such files is answered with none. A file that can't be expanded stays as
        it is and is named among the failures.

        Args:
            artifact_id: The artifact.
        """
        reply: Expanded = self._run(
            "expand",
            {
                "artifact_id": artifact_id,
            },
            timeout,
            on_progress,
        )
        return reply

    def import_m3(
        self,
        data_dir: str,
        *,
        dry_run: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> ImportM3Report:
        """Takes in a data folder of M3: artifacts with their ids, times, types, roles, tags, runs
        and lineage, datasets, and pins.

        Every byte is proven against its hash on the way. What is broken is left out and named,
        never mended; what is fine is taken in all the same. It is committed in parts, none of them
        half, so that an import that was cut short is gone on with by sending it again: what is
        there already, alike, is left alone. The store is made if there is none.

        Args:
            data_dir: The data folder, which holds manifests/ and objects/, or the project whose
                `data` it is. Nothing in it changes. A relative path counts from the server's
                working directory.
            dry_run: Whether it is only told what would be done: nothing is written then, no store
                either. False unless given.
        """
        reply: ImportM3Report = self._run(
            "import_m3",
            {
                "data_dir": data_dir,
                "dry_run": dry_run,
            },
            timeout,
            on_progress,
        )
        return reply

    def import_cryptorun(
        self,
        path: StrPath,
        *,
        dry_run: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> SettingsImported:
        """Takes CryptoRun's settings into keepstone.toml: its families with their patterns, rules
        and pins, its folders, limits and rules of compaction; and tells of every key what it
        became, or why nothing.

        Nothing that keepstone.toml says is changed: of a table that it has already, only what says
        the same counts. The store is made if there is none.

        Args:
            path: The YAML file. A relative path counts from the server's working directory. The
                folders `artifacts` and `out` are looked for beside its folder, where that is called
                `config`, else in it.
            dry_run: Whether it is only told what would be done. False unless given.
        """
        reply: SettingsImported = self._run(
            "import_cryptorun",
            {
                "path": path,
                "dry_run": dry_run,
            },
            timeout,
            on_progress,
        )
        return reply

    def import_m3_policies(
        self,
        path: StrPath,
        *,
        dry_run: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> PoliciesImported:
        """Takes M3's retention policies into keepstone.toml, each as `[policies.NAME]`, and tells
        what every key became.

        Nothing that keepstone.toml says is changed: a policy whose name it has for another one is
        left out. The store is made if there is none.

        Args:
            path: The YAML file. A relative path counts from the server's working directory.
            dry_run: Whether it is only told what would be done. False unless given.
        """
        reply: PoliciesImported = self._run(
            "import_m3_policies",
            {
                "path": path,
                "dry_run": dry_run,
            },
            timeout,
            on_progress,
        )
        return reply

    def export_bundle(
        self,
        path: StrPath,
        *,
        artifact_ids: Sequence[str] | None = None,
        all: bool | None = None,
        closure: bool | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Bundled:
        """Writes artifacts into one file, a bundle, from which import_bundle brings them into
        another store.

        A bundle carries the artifacts with their ids, files, lineage, tags, status and history, the
        runs that published them, their types and aliases, and the versions of datasets whose
        members all come along; pins and policies stay. It is a tar file; its form stands in
        docs/format.md. Every byte is checked while it is written.

        Asked a second time it may change something more, so it is never retried by itself.

        Args:
            path: The file, which must not be there yet. A relative path counts from the server's
                working directory.
            artifact_ids: The artifacts, 1 to 10000; or say all.
            all: Whether every artifact of the store goes into it, deleted ones included; false
                unless given.
            closure: Whether everything that the artifacts were made from comes along, as far as it
                goes; true unless given.
        """
        reply: Bundled = self._run(
            "export_bundle",
            {
                "path": path,
                "artifact_ids": artifact_ids,
                "all": all,
                "closure": closure,
            },
            timeout,
            on_progress,
        )
        return reply

    def import_bundle(
        self,
        path: StrPath,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Imported:
        """Takes in a bundle that export_bundle wrote, with the ids, times and history that the
        artifacts had.

        Every hash is proven before anything is taken, the content of tables too; then all of it is
        committed at once, or nothing. Artifacts that are there already with the same content are
        left as they are; others of the same id are a conflict, which names them. The store is made
        if there is none, once the bundle was read to its end.

        Args:
            path: The bundle. A relative path counts from the server's working directory.
        """
        reply: Imported = self._run(
            "import_bundle",
            {
                "path": path,
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
