// Generated from the code: `UPDATE=1 cargo test generated` makes it again.

import type { CallOptions } from "../options.js";
import type {
  AddLineageParams,
  AddLineageResult,
  ApplyCompactionParams,
  ApplyCompactionResult,
  ApplyGcParams,
  ApplyGcResult,
  AuditParams,
  AuditResult,
  BackupParams,
  BackupResult,
  BulkDeleteParams,
  BulkDeleteResult,
  BulkUpdateParams,
  BulkUpdateResult,
  CompareArtifactsParams,
  CompareArtifactsResult,
  CreateDatasetParams,
  CreateDatasetResult,
  DeleteArtifactParams,
  DeleteArtifactResult,
  DeleteDatasetParams,
  DeleteDatasetResult,
  DiffDatasetsParams,
  DiffDatasetsResult,
  ExpandParams,
  ExpandResult,
  ExportArtifactParams,
  ExportArtifactResult,
  ExportBundleParams,
  ExportBundleResult,
  FindByHashParams,
  FindByHashResult,
  FindByLogicalKeyParams,
  FindByLogicalKeyResult,
  FindLineagePathsParams,
  FindLineagePathsResult,
  FinishRunParams,
  FinishRunResult,
  GetArtifactParams,
  GetArtifactResult,
  GetArtifactsParams,
  GetArtifactsResult,
  GetDatasetParams,
  GetDatasetResult,
  GetDownstreamParams,
  GetDownstreamResult,
  GetLineageParams,
  GetLineageResult,
  GetLineageGraphParams,
  GetLineageGraphResult,
  GetRelatedParams,
  GetRelatedResult,
  GetRunParams,
  GetRunResult,
  GetStatsParams,
  GetStatsResult,
  HealthCheckParams,
  HealthCheckResult,
  ImportBundleParams,
  ImportBundleResult,
  ImportCryptorunParams,
  ImportCryptorunResult,
  ImportM3Params,
  ImportM3Result,
  ImportM3PoliciesParams,
  ImportM3PoliciesResult,
  InitParams,
  InitResult,
  InitializeParams,
  InitializeResult,
  ListAliasesParams,
  ListAliasesResult,
  ListArtifactsParams,
  ListArtifactsResult,
  ListDatasetMembersParams,
  ListDatasetMembersResult,
  ListDatasetsParams,
  ListDatasetsResult,
  ListEventsParams,
  ListEventsResult,
  ListFilesParams,
  ListFilesResult,
  ListPinsParams,
  ListPinsResult,
  ListPoliciesParams,
  ListPoliciesResult,
  ListRunsParams,
  ListRunsResult,
  ListTrashParams,
  ListTrashResult,
  ListTypesParams,
  ListTypesResult,
  PinParams,
  PinResult,
  PlanCompactionParams,
  PlanCompactionResult,
  PlanGcParams,
  PlanGcResult,
  PublishArtifactParams,
  PublishArtifactResult,
  PurgeTrashParams,
  PurgeTrashResult,
  ReadFileParams,
  ReadFileResult,
  RebuildManifestParams,
  RebuildManifestResult,
  RegisterTypeParams,
  RegisterTypeResult,
  RemoveAliasParams,
  RemoveAliasResult,
  ResolveParams,
  ResolveResult,
  RestoreParams,
  RestoreResult,
  RestoreBackupParams,
  RestoreBackupResult,
  RestoreDatasetParams,
  RestoreDatasetResult,
  RpcDiscoverParams,
  RpcDiscoverResult,
  ScanParams,
  ScanResult,
  SearchArtifactsParams,
  SearchArtifactsResult,
  SetAliasParams,
  SetAliasResult,
  StartRunParams,
  StartRunResult,
  SupersedeParams,
  SupersedeResult,
  TraceRootsParams,
  TraceRootsResult,
  UnpinParams,
  UnpinResult,
  UpdateArtifactParams,
  UpdateArtifactResult,
  VerifyDatasetParams,
  VerifyDatasetResult,
  VerifyStoreParams,
  VerifyStoreResult,
} from "./types.js";

/** The version of the protocol that this client speaks. */
export const PROTOCOL_VERSION = 1;

/** SHA-256 of the schemas that the types here are made from: equal hashes, equal shapes. */
export const SCHEMA_HASH = "sha256:f9a44441455862e2cbe84312c93877d0ed1a73233b1e87e90055a4c6cfc08390";

/** The longest line that keepstone takes, in bytes. */
export const LINE_BYTES_MAX = 33554432;

/** Every method by each of its names: the first of them, and whether sending it a second time changes nothing more. */
export const METHODS = {
  "initialize": { name: "initialize", idempotent: true },
  "rpc.discover": { name: "rpc.discover", idempotent: true },
  "health_check": { name: "health_check", idempotent: true },
  "init": { name: "init", idempotent: true },
  "publish_artifact": { name: "publish_artifact", idempotent: false },
  "get_artifact": { name: "get_artifact", idempotent: true },
  "get_artifacts": { name: "get_artifacts", idempotent: true },
  "get_artifacts_batch": { name: "get_artifacts", idempotent: true },
  "list_artifacts": { name: "list_artifacts", idempotent: true },
  "search_artifacts": { name: "search_artifacts", idempotent: true },
  "compare_artifacts": { name: "compare_artifacts", idempotent: true },
  "get_related": { name: "get_related", idempotent: true },
  "resolve": { name: "resolve", idempotent: true },
  "find_by_logical_key": { name: "find_by_logical_key", idempotent: true },
  "find_by_hash": { name: "find_by_hash", idempotent: true },
  "list_files": { name: "list_files", idempotent: true },
  "read_file": { name: "read_file", idempotent: true },
  "export_artifact": { name: "export_artifact", idempotent: true },
  "supersede": { name: "supersede", idempotent: true },
  "update_artifact": { name: "update_artifact", idempotent: false },
  "bulk_update": { name: "bulk_update", idempotent: true },
  "set_alias": { name: "set_alias", idempotent: true },
  "remove_alias": { name: "remove_alias", idempotent: false },
  "list_aliases": { name: "list_aliases", idempotent: true },
  "register_type": { name: "register_type", idempotent: true },
  "list_types": { name: "list_types", idempotent: true },
  "get_lineage": { name: "get_lineage", idempotent: true },
  "get_downstream": { name: "get_downstream", idempotent: true },
  "trace_roots": { name: "trace_roots", idempotent: true },
  "get_lineage_graph": { name: "get_lineage_graph", idempotent: true },
  "find_lineage_paths": { name: "find_lineage_paths", idempotent: true },
  "add_lineage": { name: "add_lineage", idempotent: true },
  "audit": { name: "audit", idempotent: true },
  "start_run": { name: "start_run", idempotent: false },
  "finish_run": { name: "finish_run", idempotent: true },
  "get_run": { name: "get_run", idempotent: true },
  "list_runs": { name: "list_runs", idempotent: true },
  "create_dataset": { name: "create_dataset", idempotent: true },
  "get_dataset": { name: "get_dataset", idempotent: true },
  "list_datasets": { name: "list_datasets", idempotent: true },
  "list_dataset_members": { name: "list_dataset_members", idempotent: true },
  "diff_datasets": { name: "diff_datasets", idempotent: true },
  "verify_dataset": { name: "verify_dataset", idempotent: true },
  "delete_dataset": { name: "delete_dataset", idempotent: true },
  "restore_dataset": { name: "restore_dataset", idempotent: true },
  "scan": { name: "scan", idempotent: true },
  "pin": { name: "pin", idempotent: false },
  "unpin": { name: "unpin", idempotent: true },
  "list_pins": { name: "list_pins", idempotent: true },
  "list_policies": { name: "list_policies", idempotent: true },
  "plan_gc": { name: "plan_gc", idempotent: true },
  "apply_gc": { name: "apply_gc", idempotent: false },
  "delete_artifact": { name: "delete_artifact", idempotent: true },
  "bulk_delete": { name: "bulk_delete", idempotent: true },
  "list_trash": { name: "list_trash", idempotent: true },
  "restore": { name: "restore", idempotent: true },
  "purge_trash": { name: "purge_trash", idempotent: true },
  "get_stats": { name: "get_stats", idempotent: true },
  "plan_compaction": { name: "plan_compaction", idempotent: true },
  "apply_compaction": { name: "apply_compaction", idempotent: false },
  "expand": { name: "expand", idempotent: true },
  "import_m3": { name: "import_m3", idempotent: true },
  "import_cryptorun": { name: "import_cryptorun", idempotent: true },
  "import_m3_policies": { name: "import_m3_policies", idempotent: true },
  "export_bundle": { name: "export_bundle", idempotent: false },
  "import_bundle": { name: "import_bundle", idempotent: true },
  "list_events": { name: "list_events", idempotent: true },
  "verify_store": { name: "verify_store", idempotent: true },
  "backup": { name: "backup", idempotent: false },
  "restore_backup": { name: "restore_backup", idempotent: true },
  "rebuild_manifest": { name: "rebuild_manifest", idempotent: true },
} as const;

/** Every operation as a method. */
export abstract class Methods {
  /** Calls any method by its name on the wire. */
  abstract call<Result = unknown>(method: string, params?: object, options?: CallOptions): Promise<Result>;

  /**
   * Introduces the client and says who serves it; optional, and only at the start of a session does `ordering` make sense.
   *
   * @example
   * await client.initialize({"clientName":"nightly","clientVersion":"1.0.0","protocolVersion":1});
   */
  initialize(params: InitializeParams = {}, options?: CallOptions): Promise<InitializeResult> {
    return this.call("initialize", params, options);
  }

  /**
   * Answers the OpenRPC document: every method with its parameters, result and errors.
   *
   * @example
   * await client.discover({});
   */
  discover(params: RpcDiscoverParams = {}, options?: CallOptions): Promise<RpcDiscoverResult> {
    return this.call("rpc.discover", params, options);
  }

  /**
   * Says whether the store can be used; never an error.
   *
   * @example
   * await client.healthCheck({});
   */
  healthCheck(params: HealthCheckParams = {}, options?: CallOptions): Promise<HealthCheckResult> {
    return this.call("health_check", params, options);
  }

  /**
   * Makes the store. One that exists stays as it is; with `force` its configuration is written anew, and nothing else. A
   * preset takes the place of a configuration that nobody has edited also without `force`.
   *
   * @example
   * await client.init({});
   *
   * @example
   * await client.init({"force":true});
   *
   * @example
   * await client.init({"preset":"cryptorun"});
   *
   * @example
   * await client.init({"preset":"flowtime","force":true});
   */
  init(params: InitParams = {}, options?: CallOptions): Promise<InitResult> {
    return this.call("init", params, options);
  }

  /**
   * Publishes a table, a file, a folder or inline content. What the store has already is not stored again.
   *
   * Identity is type, schemaVersion, logicalKey and content hash, among active artifacts: publishing it again answers
   * the existing artifact. With `artifactId` only that id counts. The reply is a promise: what was published has reached
   * the disk.
   *
   * A table of the type `telemetry` gets what a scan of FlowTime's folders would say of it, where it is not given: the
   * source `import`, the capabilities `replay` and `compare`, and its columns as the param `schema`.
   *
   * Sent a second time it may change something more, so it is never sent again by itself.
   *
   * @example
   * await client.publishArtifact({"artifactType":"ohlcv_slice","logicalKey":"AAPL:2026-03","dataPath":"out/aapl.csv","tags":{"symbol":"AAPL"},"inputArtifactIds":["art-20260301T093000-5f2c81d4"]});
   *
   * @example
   * await client.publishArtifact({"artifactType":"note","logicalKey":"2026-03-02","outcome":"pass","content":{"encoding":"utf8","data":"All tests passed."}});
   */
  publishArtifact(params: PublishArtifactParams, options?: CallOptions): Promise<PublishArtifactResult> {
    return this.call("publish_artifact", params, options);
  }

  /**
   * Answers one artifact by its id; an unknown id is not_found.
   *
   * @example
   * await client.getArtifact({"artifactId":"art-20260301T093000-5f2c81d4"});
   */
  getArtifact(params: GetArtifactParams, options?: CallOptions): Promise<GetArtifactResult> {
    return this.call("get_artifact", params, options);
  }

  /**
   * Answers several artifacts in the order of their ids, with null for an unknown one.
   *
   * @example
   * await client.getArtifacts({"artifactIds":["art-20260301T093000-5f2c81d4","art-20260302T093000-0b7e43aa"]});
   */
  getArtifacts(params: GetArtifactsParams, options?: CallOptions): Promise<GetArtifactsResult> {
    return this.call("get_artifacts", params, options);
  }

  /**
   * Lists artifacts, newest first; everything in the filter must hold. Deleted ones only when `status` asks for them.
   *
   * @example
   * await client.listArtifacts({"filter":{"artifactType":"ohlcv_slice","tags":{"symbol":"AAPL"},"limit":10}});
   */
  listArtifacts(params: ListArtifactsParams = {}, options?: CallOptions): Promise<ListArtifactsResult> {
    return this.call("list_artifacts", params, options);
  }

  /**
   * Searches artifacts by words and by what they are. Archived ones are found only when `filter.archived` asks for them,
   * deleted ones only when `filter.status` does.
   *
   * Words are looked for in title, description, tags, logical key, id, type, file names (of the first 1000 files), params,
   * roles, capabilities, writer and commit. A word is a run of letters and digits, without case and accents; what has dots,
   * hyphens or underscores in it, as an id, is found whole and by its parts. Of each text the first 16 KiB count.
   *
   * Pages follow each other by `cursor`: what others publish meanwhile neither shifts nor repeats anything, and `total`
   * stays what it was. What is changed meanwhile is found where it stands then.
   *
   * @example
   * await client.searchArtifacts({"query":"rain (november OR \"late autumn\") -draft","filter":{"types":["report"]},"sort":"relevance"});
   *
   * @example
   * await client.searchArtifacts({"filter":{"anyTags":{"symbol":["AAPL","MSFT"]},"params":{"grid.bins":{"min":1,"max":24}}},"limit":10,"facets":["type","tag"]});
   */
  searchArtifacts(params: SearchArtifactsParams = {}, options?: CallOptions): Promise<SearchArtifactsResult> {
    return this.call("search_artifacts", params, options);
  }

  /**
   * Compares two artifacts: their fields, params, tags, inputs and files; and of two tables the columns, what the values of
   * each come to, and the rows that were added, removed and changed.
   *
   * `verdict` says it in a word, `reason` in a sentence. Values are compared exactly: 0.1 is not 0.1000001, NaN is NaN.
   * Deleted artifacts are compared like others as long as their bytes are there. The files of runs that were scanned are
   * told by their paths below the run's own folder.
   *
   * @example
   * await client.compareArtifacts({"left":"art-20260301T093000-5f2c81d4","right":"art-20260302T093000-0b7e43aa"});
   *
   * @example
   * await client.compareArtifacts({"left":"art-20260301T093000-5f2c81d4","right":"art-20260302T093000-0b7e43aa","key":["ts","symbol"],"limit":20});
   */
  compareArtifacts(params: CompareArtifactsParams, options?: CallOptions): Promise<CompareArtifactsResult> {
    return this.call("compare_artifacts", params, options);
  }

  /**
   * Answers what an artifact has to do with others: what it was made from, what was made of it, and what is related.
   *
   * Related are the artifacts that it replaced or was replaced by and those noted as its siblings, then those made with the
   * same model, from the same input, and at last with the same template. Nothing is guessed from types, tags or times.
   *
   * @example
   * await client.getRelated({"artifactId":"art-20260301T093000-5f2c81d4","depth":2});
   */
  getRelated(params: GetRelatedParams, options?: CallOptions): Promise<GetRelatedResult> {
    return this.call("get_related", params, options);
  }

  /**
   * Answers the one artifact that a short reference means: an id, the start of one, the 8 hex digits at its end, or
   * `type:key`, which is the latest active version, also written `type:key@latest`; `type:key@v3` is version 3 and
   * `type:key@alias` what the alias stands for, whatever became of them.
   *
   * What could mean several artifacts is a conflict with them as `candidates`, at most 10. A whole id comes before
   * everything that only begins with it.
   *
   * @example
   * await client.resolve({"ref":"5f2c81d4"});
   *
   * @example
   * await client.resolve({"ref":"ohlcv_slice:AAPL:2026-03@v2"});
   *
   * @example
   * await client.resolve({"ref":"model:churn@production"});
   */
  resolve(params: ResolveParams, options?: CallOptions): Promise<ResolveResult> {
    return this.call("resolve", params, options);
  }

  /**
   * Answers every version of a type and logical key, newest first, superseded ones included; an unknown key has none.
   *
   * @example
   * await client.findByLogicalKey({"artifactType":"ohlcv_slice","logicalKey":"AAPL:2026-03"});
   */
  findByLogicalKey(params: FindByLogicalKeyParams, options?: CallOptions): Promise<FindByLogicalKeyResult> {
    return this.call("find_by_logical_key", params, options);
  }

  /**
   * Answers the artifacts that a hash belongs to, newest first: as file, content or source hash, as the hash of one of
   * their files, or as spec id.
   *
   * @example
   * await client.findByHash({"hash":"ftze3os7wcrq"});
   */
  findByHash(params: FindByHashParams, options?: CallOptions): Promise<FindByHashResult> {
    return this.call("find_by_hash", params, options);
  }

  /**
   * Lists the files of an artifact with their hashes and sizes, sorted by path.
   *
   * @example
   * await client.listFiles({"artifactId":"art-20260301T093000-5f2c81d4"});
   */
  listFiles(params: ListFilesParams, options?: CallOptions): Promise<ListFilesResult> {
    return this.call("list_files", params, options);
  }

  /**
   * Reads a piece of a file, at most 1 MiB, from an artifact or by the hash of its bytes.
   *
   * A file that is read whole in one piece is checked against its hash: `integrity` is `verified` then, and bytes that
   * have another hash are never answered but are an error of the kind integrity. So is a file of another length than its
   * artifact says, whichever piece is asked for.
   *
   * @example
   * await client.readFile({"artifactId":"art-20260301T093000-5f2c81d4","length":4096});
   */
  readFile(params: ReadFileParams = {}, options?: CallOptions): Promise<ReadFileResult> {
    return this.call("read_file", params, options);
  }

  /**
   * Writes the files of an artifact into a folder, under their own names: copies that may be changed.
   *
   * Every byte is checked on the way, and each file gets its name once all of it is there. A file that is there already with
   * the same bytes stays; one with others is refused before anything is written, unless `overwrite` says otherwise.
   *
   * @example
   * await client.exportArtifact({"artifactId":"art-20260301T093000-5f2c81d4","directory":"out"});
   */
  exportArtifact(params: ExportArtifactParams, options?: CallOptions): Promise<ExportArtifactResult> {
    return this.call("export_artifact", params, options);
  }

  /**
   * Records that a newer artifact replaces an older one, which stays readable. The same pair again succeeds.
   *
   * @example
   * await client.supersede({"newArtifactId":"art-20260302T093000-0b7e43aa","oldArtifactId":"art-20260301T093000-5f2c81d4","reason":"late trades came in"});
   */
  supersede(params: SupersedeParams, options?: CallOptions): Promise<SupersedeResult> {
    return this.call("supersede", params, options);
  }

  /**
   * Changes what people say about an artifact: title, description, tags, and whether it is archived. Its bytes, its
   * provenance and its sidecar stay as they are; the history tells of the change.
   *
   * What is absent stays as it is. When nothing changes nothing is recorded, and the revision stays the same. A deleted
   * artifact can't be changed.
   *
   * Sent a second time it may change something more, so it is never sent again by itself.
   *
   * @example
   * await client.updateArtifact({"artifactId":"art-20260301T093000-5f2c81d4","title":"Rain in November","tags":{"reviewed":"yes","draft":null},"revision":1});
   *
   * @example
   * await client.updateArtifact({"artifactId":"art-20260301T093000-5f2c81d4","archived":true});
   */
  updateArtifact(params: UpdateArtifactParams, options?: CallOptions): Promise<UpdateArtifactResult> {
    return this.call("update_artifact", params, options);
  }

  /**
   * Changes the same things about several artifacts, as update_artifact does for one. Each succeeds or fails by itself.
   *
   * @example
   * await client.bulkUpdate({"artifactIds":["art-20260301T093000-5f2c81d4","art-20260302T093000-0b7e43aa"],"archived":true});
   */
  bulkUpdate(params: BulkUpdateParams, options?: CallOptions): Promise<BulkUpdateResult> {
    return this.call("bulk_update", params, options);
  }

  /**
   * Lets an alias stand for an artifact: `type:key@alias` then means it, of its own type and key. What it stood for before it
   * stands for no longer, and at no moment does it stand for nothing.
   *
   * @example
   * await client.setAlias({"artifactId":"art-20260301T093000-5f2c81d4","alias":"production"});
   *
   * @example
   * await client.setAlias({"ref":"model:churn@v3","alias":"production"});
   */
  setAlias(params: SetAliasParams, options?: CallOptions): Promise<SetAliasResult> {
    return this.call("set_alias", params, options);
  }

  /**
   * Takes an alias away; the artifact that it stood for stays as it is. Answers what it stood for.
   *
   * Sent a second time it may change something more, so it is never sent again by itself.
   *
   * @example
   * await client.removeAlias({"artifactType":"model","logicalKey":"churn","alias":"production"});
   */
  removeAlias(params: RemoveAliasParams, options?: CallOptions): Promise<RemoveAliasResult> {
    return this.call("remove_alias", params, options);
  }

  /**
   * Lists aliases by type, key and name: all of them, or those of an artifact, a type, a key or a name.
   *
   * @example
   * await client.listAliases({"artifactType":"model","alias":"production"});
   */
  listAliases(params: ListAliasesParams = {}, options?: CallOptions): Promise<ListAliasesResult> {
    return this.call("list_aliases", params, options);
  }

  /**
   * Says what counts as content in a type's tables. A type that is in use can't change; the same definition again is harmless.
   *
   * @example
   * await client.registerType({"artifactType":"ohlcv_slice","canonicalColumns":["ts","open","close"],"sortKeys":["ts"],"timestampColumns":["ts"]});
   */
  registerType(params: RegisterTypeParams, options?: CallOptions): Promise<RegisterTypeResult> {
    return this.call("register_type", params, options);
  }

  /**
   * Lists the types that were registered or published, by name, with how many artifacts each has.
   *
   * @example
   * await client.listTypes({});
   */
  listTypes(params: ListTypesParams = {}, options?: CallOptions): Promise<ListTypesResult> {
    return this.call("list_types", params, options);
  }

  /**
   * Answers what an artifact was made from, its own inputs first and in the order given, then theirs.
   *
   * @example
   * await client.getLineage({"artifactId":"art-20260301T093000-5f2c81d4","depth":3});
   */
  getLineage(params: GetLineageParams, options?: CallOptions): Promise<GetLineageResult> {
    return this.call("get_lineage", params, options);
  }

  /**
   * Answers what was made of an artifact, newest first; with a depth above 1 also what was made of that, nearest first.
   *
   * @example
   * await client.getDownstream({"artifactId":"art-20260301T093000-5f2c81d4","depth":3});
   */
  getDownstream(params: GetDownstreamParams, options?: CallOptions): Promise<GetDownstreamResult> {
    return this.call("get_downstream", params, options);
  }

  /**
   * Answers the artifacts that everything began with: the ancestors that have no inputs, newest first. An artifact
   * without inputs is its own root.
   *
   * @example
   * await client.traceRoots({"artifactId":"art-20260301T093000-5f2c81d4"});
   */
  traceRoots(params: TraceRootsParams, options?: CallOptions): Promise<TraceRootsResult> {
    return this.call("trace_roots", params, options);
  }

  /**
   * Answers what some artifacts were made from, what was made of them, or both, as one graph.
   *
   * The walk follows every edge but the annotations supersedes and sibling_of; with relations it follows those, and no
   * others. It ends after 10000 artifacts or 100000 edges, and says so. Circles, which an import can bring, end too.
   *
   * @example
   * await client.getLineageGraph({"artifactIds":["art-20260301T093000-5f2c81d4"],"direction":"ancestors"});
   *
   * @example
   * await client.getLineageGraph({"artifactIds":["art-20260301T093000-5f2c81d4"],"direction":"both","maxDepth":2,"relations":["derived_from","supersedes"],"format":"mermaid"});
   */
  getLineageGraph(params: GetLineageGraphParams, options?: CallOptions): Promise<GetLineageGraphResult> {
    return this.call("get_lineage_graph", params, options);
  }

  /**
   * Answers the ways by which one artifact was made of another, shortest first.
   *
   * A way goes along the edges, from an input to what was made of it, and comes by no artifact twice. From an artifact to
   * itself there is one, of length 0. Where there is no way, the list is empty.
   *
   * @example
   * await client.findLineagePaths({"fromArtifactId":"art-20260301T093000-5f2c81d4","toArtifactId":"art-20260302T093000-0b7e43aa","limit":3});
   */
  findLineagePaths(params: FindLineagePathsParams, options?: CallOptions): Promise<FindLineagePathsResult> {
    return this.call("find_lineage_paths", params, options);
  }

  /**
   * Records what an artifact was made from, where that was not said when it was published.
   *
   * It adds to the inputs that the artifact has; one that it has with the same relation is passed over. Nothing can be
   * made from itself, nor from what was made of it; supersedes and sibling_of are annotations and may form circles.
   *
   * @example
   * await client.addLineage({"artifactId":"art-20260302T093000-0b7e43aa","inputs":[{"artifactId":"art-20260301T093000-5f2c81d4","relation":"config_from"}]});
   */
  addLineage(params: AddLineageParams, options?: CallOptions): Promise<AddLineageResult> {
    return this.call("add_lineage", params, options);
  }

  /**
   * Reports on artifacts: by whom and from what they were made, what they have for roots, whether these have the roles
   * that were required, and whether the bytes kept still are what their hash says.
   *
   * An id that the store doesn't know is an error in the report. Nothing is changed, and the same store gives the same
   * report, but for generatedAt. Annotations (supersedes, sibling_of) are not followed.
   *
   * @example
   * await client.audit({"artifactIds":["art-20260301T093000-5f2c81d4"],"traceRoots":true,"requiredRoles":["root_input"]});
   *
   * @example
   * await client.audit({"all":true,"verifyHashes":true,"format":"markdown"});
   */
  audit(params: AuditParams = {}, options?: CallOptions): Promise<AuditResult> {
    return this.call("audit", params, options);
  }

  /**
   * Records that a run has begun. Artifacts published with its runId are its outputs, and `finish_run` says how it ended.
   *
   * With a runId the same start again is harmless, another one a conflict; a run that artifacts named before is started
   * all the same. Never put secrets into a run: what is given here is kept for good.
   *
   * Sent a second time it may change something more, so it is never sent again by itself.
   *
   * @example
   * await client.startRun({"stage":"train_model","command":["python","train.py"],"params":{"epochs":20},"tags":{"env":"nightly"},"git":{"commit":"9fceb02d0ae598e95dc970b74767f19372d61af8","branch":"main","dirty":false},"inputArtifactIds":["art-20260301T093000-5f2c81d4"]});
   */
  startRun(params: StartRunParams, options?: CallOptions): Promise<StartRunResult> {
    return this.call("start_run", params, options);
  }

  /**
   * Records how a run ended. The same end again is harmless, another one a conflict.
   *
   * A run whose process died stays `running` until somebody finishes it, with `killed` for example: no clock decides that.
   *
   * @example
   * await client.finishRun({"runId":"run-20260301T093000-5f2c81d4","status":"completed","exitCode":0});
   *
   * @example
   * await client.finishRun({"runId":"run-20260301T093000-5f2c81d4","status":"failed","exitCode":3,"error":{"message":"no convergence"}});
   */
  finishRun(params: FinishRunParams, options?: CallOptions): Promise<FinishRunResult> {
    return this.call("finish_run", params, options);
  }

  /**
   * Answers one run with what it read and made; an unknown id is not_found.
   *
   * A run that artifacts name and nobody started has the status `unknown`.
   *
   * @example
   * await client.getRun({"runId":"run-20260301T093000-5f2c81d4"});
   */
  getRun(params: GetRunParams, options?: CallOptions): Promise<GetRunResult> {
    return this.call("get_run", params, options);
  }

  /**
   * Lists runs, newest first, those of one moment by id; everything in the filter must hold.
   *
   * A run whose process died without finishing it is still `running`; one that artifacts only name is `unknown`.
   *
   * @example
   * await client.listRuns({"filter":{"stage":"train_model","status":"completed","limit":10}});
   */
  listRuns(params: ListRunsParams = {}, options?: CallOptions): Promise<ListRunsResult> {
    return this.call("list_runs", params, options);
  }

  /**
   * Creates a version of a dataset for good: from the members named, or from a parent version and what changes.
   *
   * An artifact is a member once. The same version again is harmless and answered `deduped`; another one under the same
   * name is a conflict, also while the first is deleted. Who made it, when, and its index don't count for that.
   *
   * @example
   * await client.createDataset({"datasetId":"em_dataset","version":"v1.0","members":[{"artifactId":"art-20260301T093000-5f2c81d4","role":"oracle_output","features":{"freq_ghz":1.0}}]});
   *
   * @example
   * await client.createDataset({"datasetId":"em_dataset","version":"v1.1","parentVersion":"v1.0","remove":["art-20260301T093000-5f2c81d4"]});
   */
  createDataset(params: CreateDatasetParams, options?: CallOptions): Promise<CreateDatasetResult> {
    return this.call("create_dataset", params, options);
  }

  /**
   * Answers one version of a dataset: counts, digests, statistics, provenance; list_dataset_members lists its members.
   * A deleted version is answered when it is named.
   *
   * @example
   * await client.getDataset({"datasetId":"em_dataset"});
   *
   * @example
   * await client.getDataset({"datasetId":"em_dataset","version":"v1.0"});
   */
  getDataset(params: GetDatasetParams = {}, options?: CallOptions): Promise<GetDatasetResult> {
    return this.call("get_dataset", params, options);
  }

  /**
   * Lists versions of datasets: by the datasets' names, of each the highest version first. Deleted ones only when `status`
   * asks for them.
   *
   * @example
   * await client.listDatasets({"datasetId":"em_dataset"});
   *
   * @example
   * await client.listDatasets({"latestOnly":true});
   */
  listDatasets(params: ListDatasetsParams = {}, options?: CallOptions): Promise<ListDatasetsResult> {
    return this.call("list_datasets", params, options);
  }

  /**
   * Lists the members of a version of a dataset by artifact id; everything in the filter must hold.
   *
   * @example
   * await client.listDatasetMembers({"datasetId":"em_dataset","version":"v1.0","filter":{"roles":["oracle_output"],"features":{"freq_ghz":{"min":1,"max":10}}}});
   */
  listDatasetMembers(params: ListDatasetMembersParams = {}, options?: CallOptions): Promise<ListDatasetMembersResult> {
    return this.call("list_dataset_members", params, options);
  }

  /**
   * Compares two versions: members added, removed, and changed in content, role, split or features.
   *
   * An artifact that took another's place under the same type and logical key counts as a change of content.
   *
   * @example
   * await client.diffDatasets({"left":{"datasetId":"em_dataset","version":"v1.0"},"right":{"datasetId":"em_dataset","version":"latest"}});
   */
  diffDatasets(params: DiffDatasetsParams, options?: CallOptions): Promise<DiffDatasetsResult> {
    return this.call("diff_datasets", params, options);
  }

  /**
   * Proves that a version of a dataset is what it was when it was created, and that its members are there.
   *
   * It looks at the snapshot's seal and hash, both digests, the counts, the manifest's rows, the history, the Parquet
   * index, every member's artifact and its objects; with `verifyHashes` it reads their bytes. Of a snapshot by its path
   * it looks at the file, its index and the members.
   *
   * @example
   * await client.verifyDataset({"datasetId":"em_dataset","version":"v1.0","verifyHashes":true});
   */
  verifyDataset(params: VerifyDatasetParams = {}, options?: CallOptions): Promise<VerifyDatasetResult> {
    return this.call("verify_dataset", params, options);
  }

  /**
   * Deletes a version of a dataset: it is no longer listed nor the latest. Its files stay, its name stays taken, and
   * restore_dataset brings it back. Deleting it again changes nothing.
   *
   * @example
   * await client.deleteDataset({"datasetId":"em_dataset","version":"v1.0"});
   */
  deleteDataset(params: DeleteDatasetParams, options?: CallOptions): Promise<DeleteDatasetResult> {
    return this.call("delete_dataset", params, options);
  }

  /**
   * Brings a deleted version of a dataset back, as it was. Restoring one that was not deleted changes nothing.
   *
   * @example
   * await client.restoreDataset({"datasetId":"em_dataset","version":"v1.0"});
   */
  restoreDataset(params: RestoreDatasetParams, options?: CallOptions): Promise<RestoreDatasetResult> {
    return this.call("restore_dataset", params, options);
  }

  /**
   * Looks through folders for files that match the patterns of families, and registers each run that they make up as one
   * artifact.
   *
   * Which folders and families there are is said in keepstone.toml. Files belong to one run when their paths share a
   * stamp (`20250906_143022`) or an id behind `run_`, or their names an id or a date; otherwise when they lie in one
   * folder. In a data folder of FlowTime (`layout = "flowtime"`) each folder of a run, a model or telemetry is one artifact
   * that has the folder's name for an id, with what its files say: title, tags, params, what it was made from. Nothing in the folders is changed, unless `mode` is `move`. A run that was found before keeps its artifact
   * with its id, tags and pins, whatever was added to its files; those that look as before (size and time) are not read
   * again. It is committed in parts, none of them half. The store is made if there is none.
   *
   * @example
   * await client.scan({});
   *
   * @example
   * await client.scan({"family":"proofs","dryRun":true});
   *
   * @example
   * await client.scan({"root":"out","rehash":true});
   */
  scan(params: ScanParams = {}, options?: CallOptions): Promise<ScanResult> {
    return this.call("scan", params, options);
  }

  /**
   * Pins an artifact, a run or a dataset: what a pin protects is never collected, and not purged from the trash.
   *
   * A run protects everything it published, a dataset the members of its live versions. Several pins may stand side by
   * side; each has its own reason and end, and one that has ended protects no longer.
   *
   * Sent a second time it may change something more, so it is never sent again by itself.
   *
   * @example
   * await client.pin({"artifactId":"art-20260301T093000-5f2c81d4","reason":"production model"});
   *
   * @example
   * await client.pin({"datasetId":"em_dataset","expiresAt":"2027-01-01"});
   */
  pin(params: PinParams = {}, options?: CallOptions): Promise<PinResult> {
    return this.call("pin", params, options);
  }

  /**
   * Removes every pin of an artifact, a run or a dataset, also those that have ended; pins of others that protect the same
   * artifacts stay. Where there is none, nothing changes.
   *
   * @example
   * await client.unpin({"artifactId":"art-20260301T093000-5f2c81d4"});
   */
  unpin(params: UnpinParams = {}, options?: CallOptions): Promise<UnpinResult> {
    return this.call("unpin", params, options);
  }

  /**
   * Lists pins, newest first: all, or those of one artifact, run or dataset. Those that have ended are marked.
   *
   * @example
   * await client.listPins({});
   *
   * @example
   * await client.listPins({"runId":"run-20260301T093000-0b7e43aa"});
   */
  listPins(params: ListPinsParams = {}, options?: CallOptions): Promise<ListPinsResult> {
    return this.call("list_pins", params, options);
  }

  /**
   * Lists the policies, those of keepstone.toml and those that every store has, and the families with what they keep.
   *
   * @example
   * await client.listPolicies({});
   */
  listPolicies(params: ListPoliciesParams = {}, options?: CallOptions): Promise<ListPoliciesResult> {
    return this.call("list_policies", params, options);
  }

  /**
   * Tells what a collection would do, and why: every candidate with its fate and all reasons. Nothing changes.
   *
   * Without `policy` and `family` every family of keepstone.toml is judged by its own rules, and what belongs to none by
   * its `default_policy`; without either nothing is collected. Runs of families are never judged by a policy. Pinned
   * artifacts and members of live datasets stay in any case, and a plan that would delete all of a family or the newest
   * of its runs is refused. What was published after `now` is not looked at, so publishing doesn't make a plan stale.
   *
   * @example
   * await client.planGc({});
   *
   * @example
   * await client.planGc({"policy":"laptop_default"});
   *
   * @example
   * await client.planGc({"family":"proofs"});
   */
  planGc(params: PlanGcParams = {}, options?: CallOptions): Promise<PlanGcResult> {
    return this.call("plan_gc", params, options);
  }

  /**
   * Puts into the trash what a plan deletes. The plan is drawn again, and stale_plan is the answer when it would delete
   * something else by now; give `policy`, `family`, `now` and `digest` as the plan answered them.
   *
   * What is pinned or in a live dataset at the moment of its deletion stays. Before anything changes the manifest is
   * copied into backups/; afterwards a report lies in trash/, as Markdown and as JSON. Nothing is gone: `restore` brings it
   * back until `purge_trash`. It is done in transactions so short that nobody waits long, and once begun it is done to its
   * end, by the next start where the process dies.
   *
   * Sent a second time it may change something more, so it is never sent again by itself.
   *
   * @example
   * await client.applyGc({"policy":"laptop_default","now":"2026-03-01T09:30:00.000Z","digest":"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"});
   */
  applyGc(params: ApplyGcParams, options?: CallOptions): Promise<ApplyGcResult> {
    return this.call("apply_gc", params, options);
  }

  /**
   * Puts an artifact into the trash: it is no longer listed nor found, and its readable name is gone. Its bytes stay until a
   * purge, and `restore` brings it back. Deleting it again changes nothing.
   *
   * What a pin protects or a live dataset holds is refused unless `force` is true. What was made of it stays, and is named
   * in the answer.
   *
   * @example
   * await client.deleteArtifact({"artifactId":"art-20260301T093000-5f2c81d4","reason":"made from the wrong readings"});
   */
  deleteArtifact(params: DeleteArtifactParams, options?: CallOptions): Promise<DeleteArtifactResult> {
    return this.call("delete_artifact", params, options);
  }

  /**
   * Puts several artifacts into the trash, as delete_artifact does with one. Each succeeds or fails by itself.
   *
   * @example
   * await client.bulkDelete({"artifactIds":["art-20260301T093000-5f2c81d4","art-20260302T093000-0b7e43aa"],"reason":"made from the wrong readings"});
   */
  bulkDelete(params: BulkDeleteParams, options?: CallOptions): Promise<BulkDeleteResult> {
    return this.call("bulk_delete", params, options);
  }

  /**
   * Lists what lies in the trash, deleted last first. What was purged is no longer there; get_artifact still answers it.
   *
   * @example
   * await client.listTrash({"limit":20});
   */
  listTrash(params: ListTrashParams = {}, options?: CallOptions): Promise<ListTrashResult> {
    return this.call("list_trash", params, options);
  }

  /**
   * Brings artifacts back from the trash as they were: content, tags, pins, lineage, status, and their readable names.
   *
   * All of them or none: an id that is unknown, an artifact that was purged, something else at the place of a readable name,
   * or the same content that was published again meanwhile is an error before anything changes. What is live already stays
   * as it is.
   *
   * @example
   * await client.restore({"artifactIds":["art-20260301T093000-5f2c81d4"]});
   */
  restore(params: RestoreParams, options?: CallOptions): Promise<RestoreResult> {
    return this.call("restore", params, options);
  }

  /**
   * Takes away for good what lies in the trash, or tells what that would be: only with `dryRun: false` it happens.
   *
   * Objects go that nothing else needs: nothing live, nothing in the trash, nothing that is being published. What a pin
   * protects or a live dataset holds stays. Sidecar, history and lineage keep what was purged, and get_artifact answers
   * it, with path null.
   *
   * @example
   * await client.purgeTrash({});
   *
   * @example
   * await client.purgeTrash({"olderThan":"7d","dryRun":false});
   */
  purgeTrash(params: PurgeTrashParams = {}, options?: CallOptions): Promise<PurgeTrashResult> {
    return this.call("purge_trash", params, options);
  }

  /**
   * Tells what is kept, by type, source, tag, status, family and outcome, and how much room it takes.
   *
   * The files on the disk are looked at for it. Groups are of live artifacts, those by status of all; the largest come
   * first.
   *
   * @example
   * await client.getStats({});
   */
  getStats(params: GetStatsParams = {}, options?: CallOptions): Promise<GetStatsResult> {
    return this.call("get_stats", params, options);
  }

  /**
   * Says which files of artifacts that are kept in place can be smaller, in which form, and how small exactly.
   *
   * JSON Lines (`.jsonl`) get a dictionary for values that repeat, or become one Zstandard frame where that gains nothing;
   * Markdown (`.md`) loses empty sections, and its original is kept compressed in the store. Every form expands to the
   * same bytes. Files that are too small, compact already, or smaller in no form are left alone, each with the reason.
   * Nothing is written. apply_compaction does what this says.
   *
   * @example
   * await client.planCompaction({});
   *
   * @example
   * await client.planCompaction({"family":"proofs"});
   */
  planCompaction(params: PlanCompactionParams = {}, options?: CallOptions): Promise<PlanCompactionResult> {
    return this.call("plan_compaction", params, options);
  }

  /**
   * Puts compact forms in the place of files, as a plan says.
   *
   * Before a file is replaced it is proven that its compact form expands to the same bytes; its modification time stays,
   * and `expand` brings the original back. Another digest than that of the present plan is stale_plan. A file that can't be
   * replaced stays as it is and is named among the failures. It is committed in parts; whenever the process dies, each
   * file is in one form or the other, and the manifest knows in which.
   *
   * Sent a second time it may change something more, so it is never sent again by itself.
   *
   * @example
   * await client.applyCompaction({"family":"proofs","digest":"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"});
   */
  applyCompaction(params: ApplyCompactionParams, options?: CallOptions): Promise<ApplyCompactionResult> {
    return this.call("apply_compaction", params, options);
  }

  /**
   * Brings back the original bytes of an artifact's files that are kept in a compact form, proven by their hash.
   *
   * An artifact without such files is answered with none. A file that can't be expanded stays as it is and is named among
   * the failures.
   *
   * @example
   * await client.expand({"artifactId":"art-20260301T093000-5f2c81d4"});
   */
  expand(params: ExpandParams, options?: CallOptions): Promise<ExpandResult> {
    return this.call("expand", params, options);
  }

  /**
   * Takes in a data folder of M3: artifacts with their ids, times, types, roles, tags, runs and lineage, datasets, and pins.
   *
   * Every byte is proven against its hash on the way. What is broken is left out and named, never mended; what is fine is
   * taken in all the same. It is committed in parts, none of them half, so that an import that was cut short is gone on
   * with by sending it again: what is there already, alike, is left alone. The store is made if there is none.
   *
   * @example
   * await client.importM3({"dataDir":"project/data"});
   *
   * @example
   * await client.importM3({"dataDir":"project","dryRun":true});
   */
  importM3(params: ImportM3Params, options?: CallOptions): Promise<ImportM3Result> {
    return this.call("import_m3", params, options);
  }

  /**
   * Takes CryptoRun's settings into keepstone.toml: its families with their patterns, rules and pins, its folders, limits
   * and rules of compaction; and tells of every key what it became, or why nothing.
   *
   * Nothing that keepstone.toml says is changed: of a table that it has already, only what says the same counts. The store
   * is made if there is none.
   *
   * @example
   * await client.importCryptorun({"path":"config/artifacts.yaml","dryRun":true});
   */
  importCryptorun(params: ImportCryptorunParams, options?: CallOptions): Promise<ImportCryptorunResult> {
    return this.call("import_cryptorun", params, options);
  }

  /**
   * Takes M3's retention policies into keepstone.toml, each as `[policies.NAME]`, and tells what every key became.
   *
   * Nothing that keepstone.toml says is changed: a policy whose name it has for another one is left out. The store is made
   * if there is none.
   *
   * @example
   * await client.importM3Policies({"path":"project/config/gc_policies.yaml","dryRun":true});
   */
  importM3Policies(params: ImportM3PoliciesParams, options?: CallOptions): Promise<ImportM3PoliciesResult> {
    return this.call("import_m3_policies", params, options);
  }

  /**
   * Writes artifacts into one file, a bundle, from which import_bundle brings them into another store.
   *
   * A bundle carries the artifacts with their ids, files, lineage, tags, status and history, the runs that published them,
   * their types and aliases, and the versions of datasets whose members all come along; pins and policies stay. It is a tar
   * file; its form stands in docs/format.md. Every byte is checked while it is written.
   *
   * Sent a second time it may change something more, so it is never sent again by itself.
   *
   * @example
   * await client.exportBundle({"artifactIds":["art-20260301T093000-5f2c81d4"],"path":"report.tar"});
   *
   * @example
   * await client.exportBundle({"all":true,"path":"everything.tar"});
   */
  exportBundle(params: ExportBundleParams, options?: CallOptions): Promise<ExportBundleResult> {
    return this.call("export_bundle", params, options);
  }

  /**
   * Takes in a bundle that export_bundle wrote, with the ids, times and history that the artifacts had.
   *
   * Every hash is proven before anything is taken, the content of tables too; then all of it is committed at once, or
   * nothing. Artifacts that are there already with the same content are left as they are; others of the same id are a
   * conflict, which names them. The store is made if there is none, once the bundle was read to its end.
   *
   * @example
   * await client.importBundle({"path":"report.tar"});
   */
  importBundle(params: ImportBundleParams, options?: CallOptions): Promise<ImportBundleResult> {
    return this.call("import_bundle", params, options);
  }

  /**
   * Lists the store's history, newest first: who did what when.
   *
   * @example
   * await client.listEvents({"since":"2026-03-01T00:00:00Z","limit":20});
   */
  listEvents(params: ListEventsParams = {}, options?: CallOptions): Promise<ListEventsResult> {
    return this.call("list_events", params, options);
  }

  /**
   * Looks whether everything in the store is as it was promised, and tells what isn't.
   *
   * Without `repair` nothing is changed and nobody has to wait; a store in which all is well has no findings. With
   * `repair` what can be proven is mended: an object from a readable name or another copy with its hash, a name from its
   * object, a sidecar or a line of the history where what is left of it bears out the manifest. A damaged object that
   * can't be mended moves to quarantine/ and stays an error until the same bytes are published again. Nothing is guessed,
   * nothing is deleted.
   *
   * @example
   * await client.verifyStore({});
   *
   * @example
   * await client.verifyStore({"checks":["hash"],"sample":"3/30"});
   *
   * @example
   * await client.verifyStore({"repair":true});
   */
  verifyStore(params: VerifyStoreParams = {}, options?: CallOptions): Promise<VerifyStoreResult> {
    return this.call("verify_store", params, options);
  }

  /**
   * Copies the manifest as one file, into the store's backups/ or to a path of the caller's.
   *
   * Sent a second time it may change something more, so it is never sent again by itself.
   *
   * @example
   * await client.backup({});
   *
   * @example
   * await client.backup({"path":"/backups/manifest.sqlite"});
   */
  backup(params: BackupParams = {}, options?: CallOptions): Promise<BackupResult> {
    return this.call("backup", params, options);
  }

  /**
   * Brings back the manifest of a backup and then takes in what the sidecars and the history know since.
   *
   * @example
   * await client.restoreBackup({"path":"/backups/manifest.sqlite"});
   */
  restoreBackup(params: RestoreBackupParams = {}, options?: CallOptions): Promise<RestoreBackupResult> {
    return this.call("restore_backup", params, options);
  }

  /**
   * Makes the manifest again from the sidecars and the history: the same ids, hashes, versions, lineage, status and tags.
   *
   * @example
   * await client.rebuildManifest({});
   */
  rebuildManifest(params: RebuildManifestParams = {}, options?: CallOptions): Promise<RebuildManifestResult> {
    return this.call("rebuild_manifest", params, options);
  }
}
