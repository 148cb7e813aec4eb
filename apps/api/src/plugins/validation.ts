import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { RequestInvalid } from '../problem.js';

/** What people call the parts of a request. */
const PART: Readonly<Record<string, string>> = { querystring: 'query', params: 'path' };

/**
 * Checks the parts of a request against their contracts, with the same library that made them: defaults are filled in, texts
 * of the address become numbers where numbers are wanted, a body is taken as it is.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = 'body' }) => {
  const validator = Compile(schema);
  return (value: unknown) => {
    if (validator.Check(value)) return { value }; // whole already, as what agents send: the rest costs more than this
    const read = Value.Default(schema, httpPart === 'body' ? value : Value.Convert(schema, value));
    if (validator.Check(read)) return { value: read };
    return { error: new RequestInvalid(validator.Errors(read), schema, PART[httpPart] ?? httpPart) };
  };
};
