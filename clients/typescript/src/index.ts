// keepstone for TypeScript.
export { ArtifactStore, type ArtifactStoreClient, type ArtifactStoreOptions, type ArtifactStorePort } from "./artifact-store.js";
export { findBinary, type Search } from "./binary.js";
export { Keepstone } from "./client.js";
export * from "./errors.js";
export * from "./generated/errors.js";
export * from "./generated/types.js";
export { METHODS, PROTOCOL_VERSION, SCHEMA_HASH } from "./generated/methods.js";
export type { CallOptions, KeepstoneOptions, Progress } from "./options.js";
