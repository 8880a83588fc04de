// Cuts a stream of bytes into lines, at the byte 0x0A alone: U+2028 and the like stand inside lines.

const NEWLINE = 0x0a;

/** The lines of a stream. */
export class Lines {
  /** The pieces of the line that has no end yet; put together once, when it has. */
  #pieces: Buffer[] = [];

  /** Takes the next bytes; the lines that end with them, without their ends. */
  *push(chunk: Buffer): Generator<string> {
    let begin = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, begin);
      if (end < 0) break;
      const last = chunk.subarray(begin, end);
      begin = end + 1;
      if (this.#pieces.length === 0) {
        yield last.toString("utf8");
      } else {
        this.#pieces.push(last);
        // Decoded as a whole, since a character may be split between pieces.
        const line = Buffer.concat(this.#pieces).toString("utf8");
        this.#pieces = [];
        yield line;
      }
    }
    if (begin < chunk.length) this.#pieces.push(chunk.subarray(begin));
  }

  /** What stands behind the last newline. */
  rest(): string {
    return Buffer.concat(this.#pieces).toString("utf8");
  }
}
