// The client: calls go out through one long-lived child, which is started when it is needed.
import { resolve } from "node:path";

import { findBinary } from "./binary.js";
import { type Command, Connection } from "./connection.js";
import { type AppError, ChildEndedError, ClosedError, type Ending, RestartLimitError, SpawnError, TimeoutError } from "./errors.js";
import { InvalidParamsError, LimitExceededError } from "./generated/errors.js";
import { LINE_BYTES_MAX, METHODS, Methods, PROTOCOL_VERSION } from "./generated/methods.js";
import type { CallOptions, KeepstoneOptions } from "./options.js";
import { Call, Pending } from "./pending.js";
import { messageOf } from "./replies.js";
import { DEATHS_MAX, Deaths } from "./restarts.js";
import { Validator } from "./validate.js";

const GRACE_MS = 5000;

/** The longest that a timer can wait; whoever allows more, Infinity say, wants none. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The id of the request that opens every session; calls count from 1. */
const INITIALIZE = 0;

/**
 * One store, through one child process.
 *
 * The child is started by the first call and does not keep this process running while no call is under way. When it dies,
 * the calls that it had are rejected with a ChildEndedError, those that change nothing when they are repeated are sent
 * once more, and the next call starts another child. Calls that were never sent wait for it.
 */
export class Keepstone extends Methods {
  readonly #options: Readonly<KeepstoneOptions>;
  readonly #cwd: string;
  readonly #validator: Validator | undefined;
  readonly #pending = new Pending();
  readonly #deaths = new Deaths();
  #connection: Connection | undefined;
  #lastEnding: Ending | undefined;
  /** Why the server did not want this client. */
  #refusal: AppError | undefined;
  #schemaHash: string | undefined;
  #nextId = INITIALIZE + 1;
  /** Calls whose promises are not settled. */
  #unsettled = 0;
  #whenSettled: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: KeepstoneOptions = {}) {
    super();
    this.#options = { ...options };
    // A later change of the working folder must not move the store.
    this.#cwd = resolve(options.cwd ?? ".");
    if (options.validate) this.#validator = new Validator();
  }

  override async call<Result = unknown>(method: string, params: object = {}, options: CallOptions = {}): Promise<Result> {
    const { signal, timeoutMs = this.#options.timeoutMs, onProgress } = options;
    signal?.throwIfAborted();
    if (this.#closing) throw new ClosedError(`the client is closed; ${method} was not sent`);

    const id = this.#nextId++;
    let timer: NodeJS.Timeout | undefined;
    const call = new Call(id, method, lineOf(id, method, params, onProgress !== undefined), onProgress, () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      this.#unsettled -= 1;
      if (this.#unsettled === 0) {
        this.#connection?.unref();
        this.#whenSettled?.();
      }
    });
    const onAbort = () => this.#withdraw(call, signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (timeoutMs !== undefined && timeoutMs <= TIMER_MS_MAX) {
      const late = () => this.#withdraw(call, new TimeoutError(`${method} took longer than ${timeoutMs} ms`));
      timer = setTimeout(late, timeoutMs);
    }

    this.#unsettled += 1;
    this.#connection?.ref();
    this.#pending.add(call);
    this.#pump();
    return (await call.promise) as Result;
  }

  /**
   * Lets the calls under way finish and ends the child, in bounded time: three times `graceMs` and a second at most. Calls
   * that are not done by then are rejected. Closing twice is harmless; a closed client stays closed.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** As `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const graceMs = this.#options.graceMs ?? GRACE_MS;
    if (this.#unsettled > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#whenSettled = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
    }
    this.#rejectWaiting((call) => new ClosedError(`the client was closed before ${call.method} was sent`));
    await this.#connection?.close(graceMs);
  }

  /** Sends what waits, as far as there is room; starts a child where there is none. */
  #pump(): void {
    if (this.#connection === undefined) {
      if (!this.#pending.waiting || !this.#start()) return;
    }
    while (this.#connection?.writable) {
      const call = this.#pending.next();
      if (call === undefined) return;
      this.#connection.send(call.line);
    }
  }

  #start(): boolean {
    try {
      if (this.#closing) throw new ClosedError("the client is closed");
      if (this.#lastEnding && this.#deaths.tooMany(performance.now())) {
        const subject = `keepstone ended ${DEATHS_MAX} times within three minutes, so it is not started again for now`;
        throw new RestartLimitError(subject, this.#lastEnding);
      }
      const connection: Connection = new Connection(this.#command(), {
        line: (line) => this.#line(line),
        drained: () => this.#pump(),
        ended: (ending) => this.#ended(ending),
      });
      const { clientName, clientVersion, ordering } = this.#options;
      const params = { clientName, clientVersion, ordering, protocolVersion: PROTOCOL_VERSION };
      connection.send(lineOf(INITIALIZE, "initialize", params, false));
      this.#connection = connection;
      return true;
    } catch (error) {
      this.#rejectWaiting(() => error);
      return false;
    }
  }

  #command(): Command {
    const { root, manifestDb, artifactsRoot } = this.#options;
    const env = { ...(this.#options.env ?? process.env) };
    // A store that is named outright is meant, whichever the environment names besides.
    if (manifestDb !== undefined) delete env["KEEPSTONE_ROOT"];
    const binary = findBinary({ binary: this.#options.binary, cwd: this.#cwd, env });
    const args = ["serve", "--parent-pid", String(process.pid)];
    for (const [option, path] of [["--root", root], ["--manifest-db", manifestDb], ["--artifacts-root", artifactsRoot]]) {
      if (option !== undefined && path !== undefined) args.push(option, resolve(this.#cwd, path));
    }
    return { binary, args, cwd: this.#cwd, env };
  }

  #line(line: string): boolean {
    const message = messageOf(line);
    if (message === undefined) return false;
    if (message.type === "progress") {
      const call = this.#pending.sent(message.token);
      try {
        if (!call?.settled) call?.onProgress?.(message.progress);
      } catch (error) {
        if (call) this.#withdraw(call, error);
      }
      return true;
    }
    if (message.id === INITIALIZE) {
      if (message.type === "error") {
        this.#refusal = message.error;
        void this.#connection?.close(this.#options.graceMs ?? GRACE_MS);
      } else {
        this.#schemaHash = (message.result as { schemaHash?: string }).schemaHash;
      }
      return true;
    }
    const call = this.#pending.answered(message.id);
    if (call === undefined) return false;
    try {
      if (message.type === "error") {
        this.#validator?.check(call.method, "error", message.wire, this.#schemaHash);
        call.reject(message.error);
      } else {
        this.#validator?.check(call.method, "result", message.result, this.#schemaHash);
        call.resolve(message.result);
      }
    } catch (error) {
      call.reject(error);
    }
    this.#pump();
    return true;
  }

  /** The caller wants the call no more. Its reply is still awaited, and dropped. */
  #withdraw(call: Call, reason: unknown): void {
    if (call.settled) return;
    if (this.#pending.isSent(call)) {
      this.#connection?.send(JSON.stringify({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: call.id } }));
    }
    call.reject(reason);
  }

  #ended(ending: Ending | SpawnError): void {
    this.#connection = undefined;
    const sent = this.#pending.takeSent();
    const refusal = ending instanceof SpawnError ? ending : this.#refusal;
    this.#refusal = undefined;
    if (refusal !== undefined) {
      for (const call of sent) call.reject(refusal);
      this.#rejectWaiting(() => refusal);
      return;
    }

    this.#lastEnding = ending as Ending;
    if (!this.#closing) this.#deaths.add(performance.now());
    const again = !this.#closing && !this.#deaths.tooMany(performance.now());
    const retries = sent.filter((call) => again && !call.settled && !call.retried && isIdempotent(call.method));
    for (const call of sent) {
      if (retries.includes(call)) call.retried = true;
      else call.reject(new ChildEndedError(`keepstone ended before it answered ${call.method}`, ending as Ending));
    }
    this.#pending.putBack(retries);
    this.#pump();
  }

  #rejectWaiting(reason: (call: Call) => unknown): void {
    for (const call of this.#pending.takeWaiting()) call.reject(reason(call));
  }
}

function isIdempotent(method: string): boolean {
  return Object.hasOwn(METHODS, method) && METHODS[method as keyof typeof METHODS].idempotent;
}

/** A request as one line. Made when the call is made, so that later changes of the params don't matter. */
function lineOf(id: number, method: string, params: object, progress: boolean): string {
  if (progress && !Array.isArray(params)) {
    const meta = (params as { _meta?: object })._meta;
    params = { ...params, _meta: { ...meta, progressToken: id } };
  }
  let line: string;
  try {
    line = JSON.stringify({ jsonrpc: "2.0", id, method, params }, finite);
  } catch (error) {
    if (error instanceof InvalidParamsError) {
      throw error;
    }
    throw new InvalidParamsError(`the params of ${method} can't be sent: ${(error as Error).message}`, { retryable: false });
  }
  // Checked here, because keepstone can't tell whose line it was that it skipped.
  if (line.length * 3 > LINE_BYTES_MAX && Buffer.byteLength(line) > LINE_BYTES_MAX) {
    throw new LimitExceededError(`${method} makes a line of ${Buffer.byteLength(line)} bytes; ${LINE_BYTES_MAX} are allowed`, {
      retryable: false,
      hint: "publish large content as a file, with dataPath",
    });
  }
  return line;
}

/** JSON has no NaN and no infinity: null would take their place, which means absent. */
function finite(name: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new InvalidParamsError(`${name}: ${value} is no number that JSON can hold`, { retryable: false });
  }
  return value;
}
