// Whether a binary that keeps ending may be started again.

/** How many ends within WINDOW_MS are too many. */
export const DEATHS_MAX = 5;

/** Three minutes. */
export const WINDOW_MS = 180_000;

/** The moments at which a binary ended unasked. */
export class Deaths {
  #moments: number[] = [];

  /** Takes note of one. */
  add(now: number): void {
    this.#moments.push(now);
    if (this.#moments.length > DEATHS_MAX) this.#moments.shift();
  }

  /** Whether there were too many of late. */
  tooMany(now: number): boolean {
    const first = this.#moments.at(-DEATHS_MAX);
    return first !== undefined && now - first < WINDOW_MS;
  }
}
