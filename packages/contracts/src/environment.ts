import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { ContractError, parserOf } from './parse.js';

/** Environment variables that are missing or wrong, all of them at once. */
export class EnvironmentError extends Error {
  readonly code = 'config-invalid';
  readonly hint = 'set them and start again';
}

/** How much an app logs. */
export const LogLevel = Type.Union([
  Type.Literal('trace'),
  Type.Literal('debug'),
  Type.Literal('info'),
  Type.Literal('warn'),
  Type.Literal('error'),
  Type.Literal('fatal'),
  Type.Literal('silent'),
]);
export type LogLevel = Static<typeof LogLevel>;

/**
 * Makes the reader of an app's environment. Variables are texts: their schemas say with patterns what they may be, and a
 * variable that is set to nothing counts as not set.
 * @param examples how each variable is written, for the error
 * @returns a function that throws EnvironmentError naming every bad variable, each with its example
 */
export function environmentReader<Properties extends TProperties>(
  schema: TObject<Properties>,
  examples: Readonly<Record<keyof Properties & string, string>>,
): (env: Readonly<Record<string, string | undefined>>) => Static<TObject<Properties>> {
  const parse = parserOf('the environment', schema);
  const exampleOf = new Map<string, string>(Object.entries(examples));
  return (env) => {
    const given = Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) =>
        exampleOf.has(name) && value?.trim() ? [[name, value.trim()]] : [],
      ),
    );
    try {
      return parse(given);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      throw new EnvironmentError(`the environment is not right: ${complaints(error, given, exampleOf)}`, {
        cause: error,
      });
    }
  };
}

function complaints(
  { violations }: ContractError,
  given: Readonly<Record<string, string>>,
  examples: ReadonlyMap<string, string>,
): string {
  const named = violations.flatMap(({ path, message }) => [path.slice(1), ...message.split(/[\s,]+/)]);
  return [...new Set(named)]
    .filter((name) => examples.has(name))
    .map((name) => {
      const now = given[name] === undefined ? 'is missing' : `is '${given[name]}'`;
      return `${name} ${now}, write it like ${examples.get(name)}`;
    })
    .join('; ');
}
