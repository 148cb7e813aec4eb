import { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { type ContractViolation, violationsOf } from './violations.js';

/** A value from outside does not match its schema. */
export class ContractError extends Error {
  readonly code = 'contract-violated';
  readonly violations: readonly ContractViolation[];

  constructor(what: string, violations: readonly ContractViolation[]) {
    super(`${what}: ${violations.map(({ path, message }) => `${path || 'the value'} ${message}`).join('; ')}`);
    this.violations = violations;
  }
}

/**
 * Makes the parser of a schema: fills defaults into a copy of the value, checks it and returns it typed.
 * @param what names the value in the error, such as `MeasurementSpec`
 * @throws ContractError listing every violation, when the value does not match
 */
export function parserOf<Schema extends TSchema>(what: string, schema: Schema): (value: unknown) => Static<Schema> {
  const validator = Compile(schema);
  return (value) => {
    const filled = Value.Default(schema, Value.Clone(value));
    if (validator.Check(filled)) return filled;
    throw new ContractError(what, violationsOf(validator.Errors(filled), schema));
  };
}
