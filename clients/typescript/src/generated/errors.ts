// Generated from the code: `UPDATE=1 cargo test generated` makes it again.

import { AppError, type ErrorData } from "../errors.js";

/** The line is no JSON. */
export class ParseError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "parse_error", -32700, data);
  }
}

/** The line is JSON but no request. */
export class InvalidRequestError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "invalid_request", -32600, data);
  }
}

/** No operation has this name. */
export class MethodNotFoundError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "method_not_found", -32601, data);
  }
}

/** A parameter is missing, unknown, of the wrong type or out of range. */
export class InvalidParamsError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "invalid_params", -32602, data);
  }
}

/** A defect in keepstone. */
export class InternalError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "internal", -32603, data);
  }
}

/** What was asked for does not exist. */
export class NotFoundError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "not_found", 1001, data);
  }
}

/** It contradicts what is already there. */
export class ConflictError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "conflict", 1002, data);
  }
}

/** The data itself (a file, a row, a column) can't be taken. */
export class InvalidDataError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "invalid_data", 1003, data);
  }
}

/** That path may not be read or written. */
export class PathNotAllowedError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "path_not_allowed", 1004, data);
  }
}

/** Another process kept the store for too long. */
export class BusyError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "busy", 1005, data);
  }
}

/** Bytes are not what their hash says. */
export class IntegrityError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "integrity", 1006, data);
  }
}

/** A size or count beyond what is allowed. */
export class LimitExceededError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "limit_exceeded", 1007, data);
  }
}

/** The disk is full. */
export class NoSpaceError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "no_space", 1008, data);
  }
}

/** The store can't be written here. */
export class ReadOnlyError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "read_only", 1009, data);
  }
}

/** keepstone can't do that. */
export class UnsupportedError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "unsupported", 1010, data);
  }
}

/** The caller withdrew the request before anything was committed. */
export class CancelledError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "cancelled", 1011, data);
  }
}

/** The store has changed so that the plan would delete something else. */
export class StalePlanError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "stale_plan", 1012, data);
  }
}

/** A pin, a dataset or a policy protects it. */
export class ProtectedError extends AppError {
  constructor(message: string, data?: ErrorData) {
    super(message, "protected", 1013, data);
  }
}

/** The name of a kind of error. */
export type ErrorKind =
  | "parse_error"
  | "invalid_request"
  | "method_not_found"
  | "invalid_params"
  | "internal"
  | "not_found"
  | "conflict"
  | "invalid_data"
  | "path_not_allowed"
  | "busy"
  | "integrity"
  | "limit_exceeded"
  | "no_space"
  | "read_only"
  | "unsupported"
  | "cancelled"
  | "stale_plan"
  | "protected";

/** Of each kind its class. */
export const ERRORS = {
  parse_error: ParseError,
  invalid_request: InvalidRequestError,
  method_not_found: MethodNotFoundError,
  invalid_params: InvalidParamsError,
  internal: InternalError,
  not_found: NotFoundError,
  conflict: ConflictError,
  invalid_data: InvalidDataError,
  path_not_allowed: PathNotAllowedError,
  busy: BusyError,
  integrity: IntegrityError,
  limit_exceeded: LimitExceededError,
  no_space: NoSpaceError,
  read_only: ReadOnlyError,
  unsupported: UnsupportedError,
  cancelled: CancelledError,
  stale_plan: StalePlanError,
  protected: ProtectedError,
} as const;
