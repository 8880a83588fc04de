// The artifact store as a port that TypeScript handlers depend on, and keepstone as its adapter.
import { Keepstone } from "./client.js";
import { KeepstoneError } from "./errors.js";
import { NotFoundError } from "./generated/errors.js";
import type * as wire from "./generated/types.js";
import type { CallOptions, KeepstoneOptions } from "./options.js";

export { AppError } from "./errors.js";
export { NotFoundError } from "./generated/errors.js";

/** Whether an artifact stands, was replaced, or was deleted. */
export type ArtifactStatus = "active" | "superseded" | "tombstoned";

/** Something published. */
export interface Artifact {
  artifactId: string;
  artifactType: string;
  schemaVersion: number;
  logicalKey: string;
  status: ArtifactStatus;
  /** The Parquet file; of what is no table, its file or folder; empty once the bytes are gone. */
  pathParquet: string;
  pathSidecar: string;
  fileHash: string;
  contentHash: string;
  /** Rows of a table; 0 of what is none. */
  rowCount: number;
  minTs?: string;
  maxTs?: string;
  createdAt: string;
}

/** Which artifacts are listed: those to which all of it applies. */
export interface ArtifactFilter {
  artifactType?: string;
  status?: ArtifactStatus;
  tags?: Record<string, string>;
  minCreatedAt?: string;
  maxCreatedAt?: string;
  /** 1 to 10,000; 100 unless given. */
  limit?: number;
}

/** What is published, and where it came from. */
export interface PublishArtifactRequest {
  artifactType: string;
  schemaVersion: number;
  logicalKey: string;
  dataPath: string;
  tags?: Record<string, string>;
  inputArtifactIds?: string[];
  writerName: string;
  writerVersion: string;
  gitCommit: string;
  gitDirty: boolean;
  params?: Record<string, unknown>;
  filenameHint?: string;
}

/** What became of it. A failure is a rejection, so `success` is true and `error` absent; other adapters may differ. */
export interface PublishArtifactResult {
  success: boolean;
  deduped: boolean;
  mode?: "file_hash" | "content_hash";
  existingArtifactId?: string;
  artifactId?: string;
  pathParquet?: string;
  pathSidecar?: string;
  error?: string;
}

/** What an artifact was made from. */
export interface ArtifactLineage {
  artifactId: string;
  inputs: Artifact[];
  depth: number;
}

/** An artifact store, whichever it is. */
export interface ArtifactStorePort {
  getArtifact(artifactId: string): Promise<Artifact>;
  listArtifacts(filter: ArtifactFilter): Promise<Artifact[]>;
  findByLogicalKey(artifactType: string, logicalKey: string): Promise<Artifact[]>;
  publishArtifact(request: PublishArtifactRequest): Promise<PublishArtifactResult>;
  getLineage(artifactId: string): Promise<ArtifactLineage>;
  getDownstream(artifactId: string): Promise<Artifact[]>;
  supersede(newArtifactId: string, oldArtifactId: string): Promise<void>;
  isAvailable(): Promise<boolean>;
}

/** What ArtifactStore needs of a client; a test may give another. */
export interface ArtifactStoreClient {
  call<Result = unknown>(method: string, params?: object, options?: CallOptions): Promise<Result>;
  close?(): Promise<void>;
}

/** What an ArtifactStore may choose: as a client, and the client itself. */
export interface ArtifactStoreOptions extends Omit<KeepstoneOptions, "root" | "manifestDb" | "artifactsRoot"> {
  /** The client to use instead of one of its own. */
  client?: ArtifactStoreClient | undefined;
}

/** keepstone as an ArtifactStorePort. */
export class ArtifactStore implements ArtifactStorePort {
  readonly #client: ArtifactStoreClient;

  constructor(manifestDb: string, artifactsRoot: string, options: ArtifactStoreOptions = {}) {
    const { client, ...rest } = options;
    this.#client = client ?? new Keepstone({ ...rest, manifestDb, artifactsRoot });
  }

  /** One artifact; an unknown id is a NotFoundError. */
  async getArtifact(artifactId: string): Promise<Artifact> {
    return artifactOf(await this.#call<wire.GetArtifactResult>("get_artifact", { artifactId }));
  }

  /** Newest first. */
  async listArtifacts(filter: ArtifactFilter): Promise<Artifact[]> {
    return (await this.#call<wire.ListArtifactsResult>("list_artifacts", { filter })).map(artifactOf);
  }

  /** The versions of one key, newest first. */
  async findByLogicalKey(artifactType: string, logicalKey: string): Promise<Artifact[]> {
    const params = { artifactType, logicalKey };
    return (await this.#call<wire.FindByLogicalKeyResult>("find_by_logical_key", params)).map(artifactOf);
  }

  /** Publishes a CSV or Parquet file, any other file, or a folder. */
  async publishArtifact(request: PublishArtifactRequest): Promise<PublishArtifactResult> {
    const result = await this.#call<wire.PublishArtifactResult>("publish_artifact", request);
    const { success, deduped, mode, existingArtifactId, artifactId, pathParquet, pathSidecar, artifact } = result;
    return present({
      success,
      deduped,
      mode,
      existingArtifactId,
      artifactId,
      pathParquet: pathParquet ?? artifact?.path,
      pathSidecar,
    });
  }

  /** What it was made from, in one step. */
  async getLineage(artifactId: string): Promise<ArtifactLineage> {
    const lineage = await this.#call<wire.GetLineageResult>("get_lineage", { artifactId });
    return { artifactId: lineage.artifactId, inputs: lineage.inputs.map(artifactOf), depth: lineage.depth };
  }

  /** What was made from it, in one step. */
  async getDownstream(artifactId: string): Promise<Artifact[]> {
    return (await this.#call<wire.GetDownstreamResult>("get_downstream", { artifactId })).map(artifactOf);
  }

  /** Says that one artifact replaces another. */
  async supersede(newArtifactId: string, oldArtifactId: string): Promise<void> {
    await this.#call("supersede", { newArtifactId, oldArtifactId });
  }

  /** Whether the store can be used; never rejects. */
  async isAvailable(): Promise<boolean> {
    try {
      return (await this.#call<wire.HealthCheckResult>("health_check", {})).available;
    } catch {
      return false;
    }
  }

  /** Ends the child process, if there is one. */
  async close(): Promise<void> {
    await this.#client.close?.();
  }

  /** As `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #call<Result>(method: string, params: object): Promise<Result> {
    try {
      return await this.#client.call<Result>(method, params);
    } catch (error) {
      // Clients of other makes tell the kind by their words alone.
      if (error instanceof Error && !(error instanceof KeepstoneError) && /not found/i.test(error.message)) {
        throw new NotFoundError(error.message);
      }
      throw error;
    }
  }
}

function artifactOf(artifact: wire.Artifact): Artifact {
  const { artifactId, artifactType, schemaVersion, logicalKey, status, pathSidecar } = artifact;
  const { fileHash, contentHash, createdAt, minTs, maxTs } = artifact;
  return present({
    artifactId,
    artifactType,
    schemaVersion,
    logicalKey,
    status,
    pathParquet: artifact.pathParquet ?? artifact.path ?? "",
    pathSidecar,
    fileHash,
    contentHash,
    rowCount: artifact.rowCount ?? 0,
    minTs,
    maxTs,
    createdAt,
  });
}

/** What may be null on the wire is left out here. */
type Present<Fields> = { [Name in keyof Fields as null extends Fields[Name] ? never : Name]: Fields[Name] } & {
  [Name in keyof Fields as null extends Fields[Name] ? Name : never]?: NonNullable<Fields[Name]>;
};

function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as Present<Fields>;
}
