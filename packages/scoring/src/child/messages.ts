import { MeasurementProgress, ScoreResult, ScoringSpec } from '@espalier/contracts';
import { MeasureError } from '@espalier/measure';
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** What the child process is asked: to score the blocks of a model. */
export const ScoreOrder = Type.Object({
  modelPath: Type.String({ minLength: 1 }),
  datasetPath: Type.String({ minLength: 1 }),
  /** The data are those of the path, whatever their identity. */
  spec: Type.Object({ ...ScoringSpec.properties, dataset: Type.Optional(Type.String()) }),
  threads: Type.Integer({ minimum: 0 }),
  shapes: Type.Array(
    Type.Object({
      name: Type.String(),
      elementType: Type.String(),
      dims: Type.Array(Type.Integer({ minimum: 0 })),
    }),
  ),
  /** An empty folder for whatever has to be written. */
  workDir: Type.String({ minLength: 1 }),
});
export type ScoreOrder = Static<typeof ScoreOrder>;

/** The criterion was computed. */
const Scored = Type.Object({
  kind: Type.Literal('scored'),
  scored: Type.Pick(ScoreResult, ['scores', 'groups', 'loss', 'accuracy', 'samples', 'passes']),
  /** CPU time of the process. */
  cpuSeconds: Type.Number(),
});

/** It was not; `of` says whose error it was, and `code` is one of that package's. */
const Failed = Type.Object({
  kind: Type.Literal('failed'),
  of: Type.Union([Type.Literal('scoring'), Type.Literal('measure')]),
  code: Type.String(),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
});
export type Failed = Static<typeof Failed>;

const Progress = Type.Object({ kind: Type.Literal('progress'), progress: MeasurementProgress });

const Message = Type.Union([Progress, Scored, Failed]);

/** What ends the conversation. */
export type Answer = Static<typeof Scored> | Failed;

function parserOf<Schema extends TSchema>(what: string, schema: Schema): (message: unknown) => Static<Schema> {
  const validator = Compile(schema);
  return (message) => {
    if (validator.Check(message)) return message;
    const [first] = validator.Errors(message);
    throw new MeasureError('probe-crashed', `${what} makes no sense: ${first?.instancePath || 'it'} ${first?.message}`);
  };
}

/** Parses what the child says. @throws MeasureError `probe-crashed` when it makes no sense */
export const parseMessage = parserOf('a message of the process that scores', Message);

/** Parses what the child is asked. @throws MeasureError `probe-crashed` when it makes no sense */
export const parseOrder = parserOf('the order to the process that scores', ScoreOrder);
