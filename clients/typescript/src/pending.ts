// The calls that wait for their turn, and those that keepstone has and not yet answered.
import type { Progress } from "./options.js";

/** How many requests keepstone works on at once; it reads no more, so sending more would only fill pipes. */
export const WINDOW = 64;

/** A call until it is settled. */
export class Call {
  /** Whether it was sent a second time, after a child that took it ended. */
  retried = false;
  /** Whether its promise is settled; keepstone may still be at work. */
  settled = false;
  readonly promise: Promise<unknown>;
  #resolve!: (result: unknown) => void;
  #reject!: (reason: unknown) => void;

  constructor(
    readonly id: number,
    readonly method: string,
    readonly line: string,
    readonly onProgress: ((progress: Progress) => void) | undefined,
    /** Called once, when it is settled. */
    private readonly onSettled: () => void,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  resolve(result: unknown): void {
    if (this.#settle()) this.#resolve(result);
  }

  reject(reason: unknown): void {
    if (this.#settle()) this.#reject(reason);
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.onSettled();
    return true;
  }
}

/** All calls of a client. */
export class Pending {
  /** In the order of the calls; those before `#head` are gone. */
  #queue: (Call | undefined)[] = [];
  #head = 0;
  readonly #sent = new Map<number, Call>();

  /** Puts a call behind all others. */
  add(call: Call): void {
    this.#queue.push(call);
  }

  /** The next call to send, which counts as sent; none while the window is full. */
  next(): Call | undefined {
    while (this.#sent.size < WINDOW && this.#head < this.#queue.length) {
      const call = this.#queue[this.#head];
      this.#queue[this.#head] = undefined;
      this.#head += 1;
      if (this.#head * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head);
        this.#head = 0;
      }
      // One that was withdrawn while it waited is never sent.
      if (call !== undefined && !call.settled) {
        this.#sent.set(call.id, call);
        return call;
      }
    }
    return undefined;
  }

  /** Whether a call waits for its turn. */
  get waiting(): boolean {
    for (let at = this.#head; at < this.#queue.length; at += 1) {
      if (this.#queue[at]?.settled === false) return true;
    }
    return false;
  }

  /** Whether keepstone has a call and hasn't answered it. */
  isSent(call: Call): boolean {
    return this.#sent.has(call.id);
  }

  /** The call with this id that keepstone has. */
  sent(id: number): Call | undefined {
    return this.#sent.get(id);
  }

  /** Takes out the call that was answered. */
  answered(id: number): Call | undefined {
    const call = this.#sent.get(id);
    this.#sent.delete(id);
    return call;
  }

  /** Takes out all calls that keepstone has, in their order. */
  takeSent(): Call[] {
    const calls = [...this.#sent.values()];
    this.#sent.clear();
    return calls;
  }

  /** Takes out all calls that wait. */
  takeWaiting(): Call[] {
    const calls = this.#queue.slice(this.#head);
    this.#queue = [];
    this.#head = 0;
    return calls.filter((call) => call !== undefined);
  }

  /** Puts calls before all others. */
  putBack(calls: Call[]): void {
    this.#queue = [...calls, ...this.#queue.slice(this.#head)];
    this.#head = 0;
  }
}
