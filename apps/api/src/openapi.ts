import {
  Agent,
  AgentHealth,
  Block,
  BlockList,
  BlockScore,
  CanaryHistory,
  CanaryReading,
  Candidate,
  canonicalJson,
  Change,
  ChooseFilters,
  ChosenFilters,
  Claimed,
  Dataset,
  Comparison,
  ComparisonPoint,
  Device,
  EnvironmentSample,
  EnvironmentSnapshot,
  FilterGroup,
  FilterGroupList,
  FilterScoreList,
  GpuState,
  GroupSensitivity,
  HistoryItem,
  InputData,
  LatencyEstimate,
  LatencyTableRow,
  Measurement,
  MeasurementEnvironment,
  MeasurementFailure,
  MeasurementHistory,
  MeasurementProgress,
  MeasurementRequest,
  MeasurementResult,
  MeasurementSpec,
  MeasurementWarning,
  MethodOutcome,
  Model,
  Plan,
  PlanBudget,
  PlanEvent,
  PlanRound,
  Problem,
  ProfiledBlock,
  ProfiledKernel,
  ProfileResult,
  Recipe,
  Regression,
  RegressionReport,
  Reinitialised,
  ScoreList,
  ScoreResult,
  ScoringSpec,
  Sweep,
  Target,
  TargetHealth,
} from '@espalier/contracts';

/** Contracts that have a name of their own in the document. */
const NAMED = {
  Agent,
  AgentHealth,
  Block,
  BlockList,
  BlockScore,
  CanaryHistory,
  CanaryReading,
  Candidate,
  Change,
  ChooseFilters,
  ChosenFilters,
  Claimed,
  Dataset,
  Comparison,
  ComparisonPoint,
  Device,
  EnvironmentSample,
  EnvironmentSnapshot,
  FilterGroup,
  FilterGroupList,
  FilterScoreList,
  GpuState,
  GroupSensitivity,
  HistoryItem,
  InputData,
  LatencyEstimate,
  LatencyTableRow,
  Measurement,
  MeasurementEnvironment,
  MeasurementFailure,
  MeasurementHistory,
  MeasurementProgress,
  MeasurementRequest,
  MeasurementResult,
  MeasurementSpec,
  MeasurementWarning,
  MethodOutcome,
  Model,
  Plan,
  PlanBudget,
  PlanEvent,
  PlanRound,
  Problem,
  ProfiledBlock,
  ProfiledKernel,
  ProfileResult,
  Recipe,
  Regression,
  RegressionReport,
  Reinitialised,
  ScoreList,
  ScoreResult,
  ScoringSpec,
  Sweep,
  Target,
  TargetHealth,
};

/** A part of a document; made of JSON only. */
type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The one value that a schema allows; undefined when it allows more. */
function literalOf(schema: Json): Json {
  if (!isObject(schema)) return undefined;
  const { const: literal, enum: choices } = schema;
  return literal ?? (Array.isArray(choices) && choices.length === 1 ? choices[0] : undefined);
}

/** A choice of literals as an `enum`, which documents and generators show best. */
function withEnum(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema;
  const choices = Array.isArray(anyOf) ? anyOf.map(literalOf) : [literalOf(schema)];
  if (!choices.every((choice) => typeof choice === 'string')) return schema;
  const { const: _literal, ...plain } = rest;
  return { ...plain, type: 'string', enum: choices };
}

/** OpenAPI 3.1 speaks JSON Schema 2020-12, which calls the parts of a tuple `prefixItems`. */
function withPrefixItems(schema: JsonObject): JsonObject {
  const { items, additionalItems: _closed, ...rest } = schema;
  return Array.isArray(items) ? { ...rest, prefixItems: items, items: false } : schema;
}

/** A map from any name to one kind of value. */
function withAdditionalProperties(schema: JsonObject): JsonObject {
  const { patternProperties, ...rest } = schema;
  const [only, ...others] = isObject(patternProperties) ? Object.values(patternProperties) : [];
  return only === undefined || others.length > 0 ? schema : { ...rest, additionalProperties: only };
}

const hasDefault = (schema: Json): boolean => isObject(schema) && 'default' in schema;

/** What has a default need not be sent: of the fields of a body, and of the parameters of an address. */
function withOptionalDefaults(schema: JsonObject): JsonObject {
  const { required, properties, ...rest } = schema;
  if (typeof schema['in'] === 'string' && hasDefault(schema['schema'])) return { ...schema, required: false };
  if (!Array.isArray(required) || !isObject(properties)) return schema;
  const needed = required.filter((name: unknown) => typeof name !== 'string' || !hasDefault(properties[name]));
  return { ...rest, ...(needed.length === 0 ? {} : { required: needed }), properties };
}

/** A schema, and every one inside it, in the words of OpenAPI 3.1. */
function translated(value: Json): Json {
  if (Array.isArray(value)) return value.map(translated);
  if (!isObject(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, translated(part)]));
  return withOptionalDefaults(withEnum(withPrefixItems(withAdditionalProperties(inner))));
}

const copyOf = (value: object): Json => JSON.parse(JSON.stringify(value));

const COMPONENTS: JsonObject = Object.fromEntries(
  Object.entries(NAMED).map(([name, schema]) => [name, translated(copyOf(schema))]),
);
const NAME_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(COMPONENTS).map(([name, schema]) => [canonicalJson(schema), name]),
);

function referring(value: Json): Json {
  if (Array.isArray(value)) return value.map(referring);
  if (!isObject(value)) return value;
  const name = NAME_OF.get(canonicalJson(value));
  return name === undefined ? referringInside(value) : { $ref: `#/components/schemas/${name}` };
}

const referringInside = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, referring(inner)]));

/** The document with every contract written out once, under its name, and referred to everywhere else. */
export function nameContracts(document: object): object {
  const plain = translated(copyOf(document));
  const schemas = Object.fromEntries(
    Object.entries(COMPONENTS).map(([name, schema]) => [name, isObject(schema) ? referringInside(schema) : schema]),
  );
  return { ...(isObject(plain) ? referringInside(plain) : {}), components: { schemas } };
}
