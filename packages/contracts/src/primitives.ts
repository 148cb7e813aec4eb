import { Type, type Static } from 'typebox';

/** A 95 % interval, `[lower, upper]`, in the unit of the estimate beside it. */
export const Interval = Type.Tuple([Type.Number(), Type.Number()], { description: '95 % interval: [lower, upper]' });
export type Interval = Static<typeof Interval>;

/** SHA-256 of an artifact in lower-case hex; it identifies models and artifacts. */
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 in lower-case hex' });
export type Sha256 = Static<typeof Sha256>;

/** Identifier of a candidate, measurement, agent or plan. */
export const Id = Type.String({ format: 'uuid' });
export type Id = Static<typeof Id>;

/** A moment as ISO 8601 in UTC. */
export const Timestamp = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });
export type Timestamp = Static<typeof Timestamp>;

/** The latency statistic that a measurement makes precise and a budget limits. */
export const Statistic = Type.Union([
  Type.Literal('p50'),
  Type.Literal('p90'),
  Type.Literal('p95'),
  Type.Literal('p99'),
  Type.Literal('mean'),
]);
export type Statistic = Static<typeof Statistic>;

/** How fine the regions are that count as one block. */
export const Granularity = Type.Union([Type.Literal('block'), Type.Literal('layer')], {
  description:
    '`block`: the finest region that closes a residual join, or a conv unit; `layer`: the finest region at all',
});
export type Granularity = Static<typeof Granularity>;

/** Name of a target, as in `x86-cpu`. */
export const TargetName = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$', description: 'Target, such as x86-cpu' });
export type TargetName = Static<typeof TargetName>;

/** A page of a list: pass `nextCursor` as `cursor` to get the following one. */
export const PageQuery = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ description: 'nextCursor of the page before' })),
});
export type PageQuery = Static<typeof PageQuery>;
