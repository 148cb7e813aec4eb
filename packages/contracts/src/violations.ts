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

/**
 * A validator's errors as one sentence a place: choices are listed instead of one complaint a choice, and an unknown
 * property is named.
 */
export function violationsOf(errors: readonly TLocalizedValidationError[]): readonly ContractViolation[] {
  const unknown = new Set(errors.flatMap((error) => (error.keyword === 'boolean' ? [error.instancePath] : [])));
  const chosen = new Set(errors.filter(({ keyword }) => keyword === 'const').map(pathOf));
  const told = errors.flatMap((error): ContractViolation[] => {
    const { keyword, instancePath: path, message } = error;
    if (keyword === 'const' || unknown.has(path)) return [];
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
