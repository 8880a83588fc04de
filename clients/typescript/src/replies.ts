// What the lines from keepstone say.
import { AppError, type ErrorData } from "./errors.js";
import { ERRORS, InternalError } from "./generated/errors.js";
import type { Progress } from "./options.js";

/** A line taken apart. */
export type Message =
  | { type: "result"; id: number; result: unknown }
  | { type: "error"; id: number; error: AppError; wire: unknown }
  | { type: "progress"; token: number; progress: Progress };

/** Takes a line apart; undefined for one that is none of keepstone's. */
export function messageOf(line: string): Message | undefined {
  let value: Record<string, any> | null;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (typeof value["id"] === "number") {
    const id = value["id"];
    if (typeof value["error"]?.message === "string") {
      return { type: "error", id, error: errorOf(value["error"]), wire: value["error"] };
    }
    if ("result" in value) return { type: "result", id, result: value["result"] };
  }
  if (value["method"] === "$/progress" && typeof value["params"]?.token === "number") {
    const { token, done, total = null, message = null } = value["params"];
    return { type: "progress", token, progress: { done, total, message } };
  }
  return undefined;
}

/** The error that a reply holds. A kind that this client doesn't know yet is told by its words alone. */
export function errorOf(wire: { code: number; message: string; data?: ErrorData & { kind?: string } }): AppError {
  const kind = wire.data?.kind ?? "";
  if (Object.hasOwn(ERRORS, kind)) return new ERRORS[kind as keyof typeof ERRORS](wire.message, wire.data);
  return new InternalError(`${wire.message} (code ${wire.code}, kind ${JSON.stringify(kind)})`, wire.data);
}
