// One child process: lines to it, lines from it, and how it ended.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";

import { type Ending, SpawnError } from "./errors.js";
import { Lines } from "./framing.js";

/** How much of the end of stderr is kept, in characters. */
const TAIL_LENGTH = 8192;

/** How long what a dead child wrote is waited for: a process that it left behind may hold its pipes open. */
const REST_MS = 1000;

/** What is started. */
export interface Command {
  binary: string;
  args: string[];
  cwd: string;
  env: Record<string, string | undefined>;
}

/** Who is told what happens. */
export interface Listener {
  /** A line came. Answers whether it was one of keepstone's. */
  line(line: string): boolean;
  /** There is room for lines again. */
  drained(): void;
  /** The child is gone, or never was. Told once, and the last that is told. */
  ended(ending: Ending | SpawnError): void;
}

/** A child that speaks in lines. */
export class Connection {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #listener: Listener;
  readonly #gone: Promise<void>;
  #resolveGone!: () => void;
  #tail = "";
  #exited = false;
  #over = false;
  #blocked = false;

  constructor({ binary, args, cwd, env }: Command, listener: Listener) {
    this.#listener = listener;
    this.#gone = new Promise((resolve) => (this.#resolveGone = resolve));
    // A session of its own: a Ctrl-C at the terminal is for this program, which may still want its replies.
    const detached = process.platform !== "win32";
    this.#child = spawn(binary, args, { cwd, env, stdio: "pipe", windowsHide: true, detached });
    const { stdin, stdout, stderr } = this.#child;

    const lines = new Lines();
    stdout.on("data", (chunk: Buffer) => {
      for (const line of lines.push(chunk)) this.#line(line);
    });
    // Always drained: a child whose stderr is full stands still.
    stderr.setEncoding("utf8").on("data", (text: string) => this.#note(text));
    stdin.on("drain", () => {
      this.#blocked = false;
      this.#listener.drained();
    });
    // A pipe that breaks is the end of the child, or the child is of no more use.
    for (const stream of [stdin, stdout, stderr]) stream.on("error", () => this.#expectEnd());
    stdout.on("end", () => this.#expectEnd());

    let exit: Pick<Ending, "exitCode" | "signal"> = { exitCode: null, signal: null };
    const finish = () => {
      const rest = lines.rest();
      if (rest !== "") this.#line(rest);
      this.#end({ ...exit, stderr: this.#tail });
    };
    this.#child.on("error", (error) => {
      // Later errors are about signals that could not be sent, which changes nothing.
      if (this.#child.pid !== undefined) return;
      const why = existsSync(cwd) ? error.message : `there is no folder ${cwd} to start it in`;
      this.#end(new SpawnError(`can't start ${binary}: ${why}`));
    });
    this.#child.on("exit", (exitCode, signal) => {
      this.#exited = true;
      exit = { exitCode, signal };
      setTimeout(finish, REST_MS).unref();
    });
    this.#child.on("close", finish);
  }

  /** Whether another line may be sent now. */
  get writable(): boolean {
    return !this.#exited && !this.#over && !this.#blocked && this.#child.stdin.writable;
  }

  /** Sends a line, whether or not there is room. */
  send(line: string): void {
    if (this.#child.stdin.writable && !this.#child.stdin.write(`${line}\n`)) this.#blocked = true;
  }

  /** Keeps this process running. */
  ref(): void {
    for (const part of this.#parts()) part.ref?.();
  }

  /** Lets this process end: the child ends with it. */
  unref(): void {
    for (const part of this.#parts()) part.unref?.();
  }

  /** Ends the child: asks it by ending its input, then by SIGTERM, then makes it; each but the last within `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.ref();
    this.#child.stdin.end();
    if (await this.#goneWithin(graceMs)) return;
    this.#child.kill("SIGTERM");
    if (await this.#goneWithin(graceMs)) return;
    this.#child.kill("SIGKILL");
    await this.#gone;
  }

  #line(line: string): void {
    // Whatever else is printed there must not end the session, but may be what one looks for after its end.
    if (line.trim() !== "" && !this.#listener.line(line)) this.#note(`stdout: ${line.slice(0, TAIL_LENGTH)}\n`);
  }

  #note(text: string): void {
    this.#tail = (this.#tail + text).slice(-TAIL_LENGTH);
  }

  #expectEnd(): void {
    if (!this.#over) setTimeout(() => this.#exited || this.#child.kill("SIGKILL"), REST_MS).unref();
  }

  #end(ending: Ending | SpawnError): void {
    if (this.#over) return;
    this.#over = true;
    this.#resolveGone();
    this.#listener.ended(ending);
  }

  async #goneWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
    const gone = await Promise.race([this.#gone.then(() => true), late]);
    clearTimeout(timer);
    return gone;
  }

  /** The pipes are sockets, though their types don't say so. */
  #parts(): { ref?(): void; unref?(): void }[] {
    const { stdin, stdout, stderr } = this.#child;
    return [this.#child, stdin, stdout, stderr] as { ref?(): void; unref?(): void }[];
  }
}
