import type { TLocalizedValidationError } from 'typebox/error';
import { Settings } from 'typebox/system';

/** The library stops looking after eight errors, and each choice of a field counts as one: then choices and fields go missing. */
const MAX_ERRORS = 1_000;
Settings.Set({ maxErrors: MAX_ERRORS });

/** One thing that is wrong with a value, and where. */
export interface ContractViolation {
  readonly path: string;
  readonly message: string;
}

const pathOf = ({ instancePath }: TLocalizedValidationError): string => instancePath;

/** The choices at a place where only certain values may stand. */
function choicesAt(errors: readonly TLocalizedValidationError[], path: string): readonly string[] {
  return errors.flatMap((error) =>
    error.keyword === 'const' && error.instancePath === path ? [JSON.stringify(error.params.allowedValue)] : [],
  );
}

/** What lies in a schema at the end of a path such as `#/properties/spec/anyOf/0`. */
function schemaAt(schema: object, schemaPath: string): unknown {
  return schemaPath
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
      schema,
    );
}

/** Properties that a value must have itself: where one of several forms is meant, defaults are filled in only once it fits. */
function withoutDefault(schema: object, schemaPath: string, properties: readonly string[]): readonly string[] {
  const known = schemaAt(schema, `${schemaPath}/properties`);
  if (typeof known !== 'object' || known === null) return properties;
  return properties.filter((name) => !('default' in Object(Reflect.get(known, name))));
}

/** Places where null may stand, and something else stands that is wrong in itself: that is what has to be told. */
function nullablePlaces(errors: readonly TLocalizedValidationError[]): ReadonlySet<string> {
  const nullable = errors.filter((error) => error.keyword === 'type' && error.params.type === 'null');
  return new Set(
    nullable
      .map(pathOf)
      .filter((path) =>
        errors.some(
          ({ keyword, instancePath }) =>
            instancePath.startsWith(`${path}/`) || (instancePath === path && keyword === 'required'),
        ),
      ),
  );
}

/**
 * A validator's errors as one sentence a place: choices are listed instead of one complaint a choice, and an unknown
 * property is named.
 * @param schema what the value was checked against
 */
export function violationsOf(
  errors: readonly TLocalizedValidationError[],
  schema: object = {},
): readonly ContractViolation[] {
  const nullable = nullablePlaces(errors);
  const unknown = new Set(errors.flatMap((error) => (error.keyword === 'boolean' ? [error.instancePath] : [])));
  const chosen = new Set(errors.filter(({ keyword }) => keyword === 'const').map(pathOf));
  const told = errors.flatMap((error): ContractViolation[] => {
    const { keyword, instancePath: path, message } = error;
    if (keyword === 'const' || unknown.has(path)) return [];
    if (nullable.has(path) && (keyword === 'type' || keyword === 'anyOf')) return [];
    if (error.keyword === 'required') {
      const missing = withoutDefault(schema, error.schemaPath, error.params.requiredProperties);
      return missing.length === 0 ? [] : [{ path, message: `must have required properties ${missing.join(', ')}` }];
    }
    if (keyword === 'anyOf' && chosen.has(path)) {
      return [{ path, message: `must be one of ${choicesAt(errors, path).join(', ')}` }];
    }
    if (error.keyword === 'additionalProperties') {
      return [{ path, message: `must not have the unknown property ${error.params.additionalProperties.join(', ')}` }];
    }
    return [{ path, message }];
  });
  return [...new Map(told.map((violation) => [JSON.stringify(violation), violation])).values()];
}
