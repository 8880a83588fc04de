// Every way in which a call may fail: AppError is what keepstone answered, all others happened on this side.
import type { ErrorKind } from "./generated/errors.js";

/** What an error says about itself; for some kinds further facts, such as the row of a file. */
export interface ErrorData {
  /** Whether the same call may succeed when it is made again. */
  retryable?: boolean;
  /** The way out, where there is one. */
  hint?: string | null;
  /** The parameter at fault, where there is one. */
  field?: string | null;
  [name: string]: unknown;
}

/** Every error of this package. */
export abstract class KeepstoneError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** What keepstone answered. Every kind has a class of its own. */
export class AppError extends KeepstoneError {
  /** The kind's name. */
  readonly kind: ErrorKind;
  /** The JSON-RPC code. */
  readonly code: number;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  /** The way out, where there is one. */
  readonly hint: string | undefined;
  /** The parameter at fault, where there is one. */
  readonly field: string | undefined;
  /** All that the error says about itself. */
  readonly data: Readonly<ErrorData>;

  constructor(message: string, kind: ErrorKind, code: number, data: ErrorData = {}) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.retryable = data.retryable ?? false;
    this.hint = data.hint ?? undefined;
    this.field = data.field ?? undefined;
    this.data = data;
  }
}

/** How a child process ended, and what it last said. */
export interface Ending {
  /** The exit code; null when a signal ended it. */
  exitCode: number | null;
  /** The signal that ended it. */
  signal: string | null;
  /** The end of what it wrote to stderr, and of what it wrote to stdout that was no reply. */
  stderr: string;
}

/** The binary ended while the call was under way. Whether the call had an effect is not known. */
export class ChildEndedError extends KeepstoneError {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderr: string;

  constructor(subject: string, ending: Ending) {
    const how = ending.signal === null ? `exit code ${ending.exitCode}` : `signal ${ending.signal}`;
    const said = ending.stderr.trim();
    super(`${subject} (${how})${said === "" ? "" : `; the last it said:\n${said}`}`);
    this.exitCode = ending.exitCode;
    this.signal = ending.signal;
    this.stderr = ending.stderr;
  }
}

/** The binary ended so often in a short time that it is not started again for now. */
export class RestartLimitError extends ChildEndedError {}

/** The binary is nowhere to be found. */
export class BinaryNotFoundError extends KeepstoneError {
  /** Where it was looked for. */
  readonly tried: readonly string[];

  constructor(message: string, tried: readonly string[]) {
    super(message);
    this.tried = tried;
  }
}

/** The binary can't be started. */
export class SpawnError extends KeepstoneError {}

/** The call took longer than its `timeoutMs`. Whether it had an effect is not known. */
export class TimeoutError extends KeepstoneError {}

/** The client was closed. */
export class ClosedError extends KeepstoneError {}

/** A reply that does not have the published shape, or can't be held against it. */
export class ValidationError extends KeepstoneError {}
