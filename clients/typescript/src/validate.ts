// Holds replies against the published schemas. Needs ajv, which is loaded only here.
import type { ValidateFunction } from "ajv";
import type { Ajv2020 } from "ajv/dist/2020.js";

import { ValidationError } from "./errors.js";
import { METHODS, SCHEMA_HASH } from "./generated/methods.js";
import * as here from "./here.cjs";

/** The published schemas, each compiled when it is first needed. */
export class Validator {
  readonly #ajv: Ajv2020;
  readonly #schemas = here.schemas();
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor() {
    let module: { default: typeof Ajv2020 };
    try {
      module = here.load("ajv/dist/2020") as typeof module;
    } catch (error) {
      throw new ValidationError("the option `validate` needs the package ajv: npm install ajv", { cause: error });
    }
    this.#ajv = new module.default({ strict: false, validateFormats: false });
  }

  /** Refuses a result, or an error, that its schema doesn't allow. `schemaHash` is the server's. */
  check(method: string, side: "result" | "error", value: unknown, schemaHash: string | undefined): void {
    const known = Object.hasOwn(METHODS, method) ? METHODS[method as keyof typeof METHODS] : undefined;
    const name = side === "error" ? "error" : `${known?.name}.result`;
    const schema = this.#schemas.get(name);
    if (schema === undefined) return;
    let validate = this.#compiled.get(name);
    if (validate === undefined) {
      validate = this.#ajv.compile(schema);
      this.#compiled.set(name, validate);
    }
    if (validate(value)) return;
    const other = schemaHash === undefined || schemaHash === SCHEMA_HASH ? "" : "; the binary is of another version";
    const where = this.#ajv.errorsText(validate.errors, { dataVar: side });
    throw new ValidationError(`the ${side} of ${method} does not have the published shape: ${where}${other}`);
  }
}
