// What a caller may choose.

/** Told of how far a request has come. */
export interface Progress {
  /** How much is done. */
  done: number;
  /** How much there is to do; null when that is not known. */
  total: number | null;
  /** What is being done. */
  message: string | null;
}

/** What one call may choose. */
export interface CallOptions {
  /** Withdraws the call: it is rejected with the signal's reason, and keepstone told to stop if nothing is committed yet. */
  signal?: AbortSignal | undefined;
  /** Rejects the call with a TimeoutError, and withdraws it, after this many milliseconds; Infinity waits as long as it takes. */
  timeoutMs?: number | undefined;
  /** Told of progress, at most ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a client may choose. */
export interface KeepstoneOptions {
  /** The store's folder; else the one that holds `manifestDb`, else as the environment and the working folder say. */
  root?: string | undefined;
  /** The store's manifest.sqlite: the folder that holds it is the store. */
  manifestDb?: string | undefined;
  /** Where readable names lie. */
  artifactsRoot?: string | undefined;
  /** The binary; else KEEPSTONE_BINARY, the platform's package, or the one on PATH. */
  binary?: string | undefined;
  /** Where relative paths count from; the working folder unless given. */
  cwd?: string | undefined;
  /** The environment of the binary; that of this process unless given. */
  env?: Record<string, string | undefined> | undefined;
  /** Stands in the history as who did it. */
  clientName?: string | undefined;
  /** That client's version. */
  clientVersion?: string | undefined;
  /**
   * `arrival`, the default: commits happen in the order of the calls, and queries wait for the commits called for before
   * them. `independent`: nothing waits for anything, for callers that await each call on which another depends.
   */
  ordering?: "arrival" | "independent" | undefined;
  /** For calls that choose no `timeoutMs` of their own; without it they wait as long as it takes. */
  timeoutMs?: number | undefined;
  /** Holds every reply against the published schemas; needs the package `ajv`. */
  validate?: boolean | undefined;
  /** How long `close()` waits in each of its steps; 5,000 milliseconds unless given. */
  graceMs?: number | undefined;
}
