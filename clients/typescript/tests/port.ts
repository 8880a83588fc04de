// The port as its hosts define it themselves. Compiles only if ArtifactStore is that port, field by field.
import * as keepstone from "keepstone/artifact-store";

interface Artifact {
  artifactId: string;
  artifactType: string;
  schemaVersion: number;
  logicalKey: string;
  status: 'active' | 'superseded' | 'tombstoned';
  pathParquet: string;
  pathSidecar: string;
  fileHash: string;
  contentHash: string;
  rowCount: number;
  minTs?: string;
  maxTs?: string;
  createdAt: string;
}

interface ArtifactFilter {
  artifactType?: string;
  status?: 'active' | 'superseded' | 'tombstoned';
  tags?: Record<string, string>;
  minCreatedAt?: string;
  maxCreatedAt?: string;
  limit?: number;
}

interface PublishArtifactRequest {
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

interface PublishArtifactResult {
  success: boolean;
  deduped: boolean;
  mode?: 'file_hash' | 'content_hash';
  existingArtifactId?: string;
  artifactId?: string;
  pathParquet?: string;
  pathSidecar?: string;
  error?: string;
}

interface ArtifactLineage {
  artifactId: string;
  inputs: Artifact[];
  depth: number;
}

interface Port {
  getArtifact(artifactId: string): Promise<Artifact>;
  listArtifacts(filter: ArtifactFilter): Promise<Artifact[]>;
  findByLogicalKey(artifactType: string, logicalKey: string): Promise<Artifact[]>;
  publishArtifact(request: PublishArtifactRequest): Promise<PublishArtifactResult>;
  getLineage(artifactId: string): Promise<ArtifactLineage>;
  getDownstream(artifactId: string): Promise<Artifact[]>;
  supersede(newArtifactId: string, oldArtifactId: string): Promise<void>;
  isAvailable(): Promise<boolean>;
}

/** Whether two types can stand for each other, absent fields included. */
type Same<A, B> = [A, B] extends [B, A] ? true : false;

export const store: Port = new keepstone.ArtifactStore("manifest/manifest.sqlite", "artifacts");
export const same: Same<Port, keepstone.ArtifactStorePort> &
  Same<Artifact, keepstone.Artifact> &
  Same<ArtifactFilter, keepstone.ArtifactFilter> &
  Same<PublishArtifactRequest, keepstone.PublishArtifactRequest> &
  Same<PublishArtifactResult, keepstone.PublishArtifactResult> &
  Same<ArtifactLineage, keepstone.ArtifactLineage> = true;
