import {
  Agent,
  Block,
  BlockList,
  Candidate,
  Claimed,
  Device,
  EnvironmentSnapshot,
  LatencyEstimate,
  LatencyTableRow,
  Measurement,
  MeasurementEnvironment,
  MeasurementFailure,
  MeasurementProgress,
  MeasurementRequest,
  MeasurementResult,
  MeasurementSpec,
  MeasurementWarning,
  Model,
  Plan,
  PlanBudget,
  PlanEvent,
  PlanRound,
  Problem,
  Recipe,
  ScoreList,
  Target,
} from '@espalier/contracts';

/** Contracts that have a name of their own in the document. */
const NAMED = {
  Agent,
  Block,
  BlockList,
  Candidate,
  Claimed,
  Device,
  EnvironmentSnapshot,
  LatencyEstimate,
  LatencyTableRow,
  Measurement,
  MeasurementEnvironment,
  MeasurementFailure,
  MeasurementProgress,
  MeasurementRequest,
  MeasurementResult,
  MeasurementSpec,
  MeasurementWarning,
  Model,
  Plan,
  PlanBudget,
  PlanEvent,
  PlanRound,
  Problem,
  Recipe,
  ScoreList,
  Target,
};

/** A part of a document; made of JSON only. */
export type Json = unknown;

const isObject = (value: Json): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NAME_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMED).map(([name, schema]) => [JSON.stringify(schema), name]),
);

/** OpenAPI 3.1 speaks JSON Schema 2020-12, which calls the parts of a tuple `prefixItems`. */
function withPrefixItems(schema: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  if (!Array.isArray(schema['items'])) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => {
      if (key === 'items') return [['prefixItems', value] as const, ['items', false] as const];
      return key === 'additionalItems' ? [] : [[key, value] as const];
    }),
  );
}

function inside(value: Readonly<Record<string, Json>>): Json {
  return withPrefixItems(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNames(inner)])));
}

function withNames(value: Json): Json {
  if (Array.isArray(value)) return value.map(withNames);
  if (!isObject(value)) return value;
  const name = NAME_OF.get(JSON.stringify(value));
  return name === undefined ? inside(value) : { $ref: `#/components/schemas/${name}` };
}

/** The document with every contract written out once, under its name, and referred to everywhere else. */
export function nameContracts(document: object): object {
  const plain: Json = JSON.parse(JSON.stringify(document));
  const named = withNames(plain);
  const schemas = Object.fromEntries(
    Object.entries(NAMED).map(([name, schema]) => [name, inside(JSON.parse(JSON.stringify(schema)))]),
  );
  return { ...(isObject(named) ? named : {}), components: { schemas } };
}
