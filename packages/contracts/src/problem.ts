import { Type, type Static } from 'typebox';

/** An error over HTTP (RFC 9457), with our stable code and a hint for the person. */
export const Problem = Type.Object({
  type: Type.String({ description: 'URI of the kind of problem' }),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'Stable; programs may rely on it' }),
  detail: Type.String(),
  hint: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String({ description: 'The request id' })),
  errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
});
export type Problem = Static<typeof Problem>;
