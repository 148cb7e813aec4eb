import { candidateOf } from '@espalier/catalog';
import {
  type Block,
  type CreatePlan,
  type Measurement,
  type PartialMeasurementSpec,
  resolveSpec,
} from '@espalier/contracts';
import type { MeasurementOutcome, MeasurementWish } from '@espalier/planner';
import type { PlanWish, Store } from '@espalier/store';

/**
 * An ablation only has to tell what one block saves, beside the base: several blocks' errors average out in the fit, and a
 * verification sharpens what matters. So the table is measured faster than the verification, unless the user wants less.
 */
const ABLATION = { precision: 0.01, maxSeconds: 6 } as const;
/**
 * What a plan decides by are ratios, measured side by side in one process, and a fit over dozens of measurements, each a
 * process of its own: their variance is in it already. More processes a measurement would only cost device time.
 */
const PROCESSES = 1;
/** The base alone says whether there is anything to do, and what a run takes. */
const BASE = { precision: 0.01, maxSeconds: 10 } as const;

/** The spec of one measurement of a plan. */
export function specOf(
  { purpose, sharper }: Pick<MeasurementWish, 'purpose' | 'sharper'>,
  { spec: asked = {} }: Pick<CreatePlan, 'spec'>,
): PartialMeasurementSpec {
  const { provider: _decidedByTarget, ...resolved } = resolveSpec(asked);
  const spec = { ...resolved, processes: asked.processes ?? PROCESSES };
  if (purpose === 'verification') {
    return {
      ...spec,
      precision: Math.max(0.0005, spec.precision / sharper),
      maxSeconds: Math.min(3600, spec.maxSeconds * sharper),
    };
  }
  const quick = purpose === 'base' ? BASE : ABLATION;
  return {
    ...spec,
    ...(purpose === 'ablation' ? { processes: PROCESSES } : {}),
    precision: Math.max(spec.precision, quick.precision),
    maxSeconds: Math.min(spec.maxSeconds, quick.maxSeconds),
  };
}

/** What is measured, for people. */
export function labelOf({ purpose, removed }: MeasurementWish, blocks: readonly Block[]): string {
  if (purpose === 'base') return 'the whole model';
  const names = removed.map((index) => blocks.find((block) => block.index === index)?.name ?? String(index));
  return purpose === 'ablation' ? `without ${names.join(', ')}` : `verifying without ${names.join(', ')}`;
}

/**
 * The wish as a measurement of artifacts: its subject is materialised first.
 * @throws StoreError `disk-full`; PruningError when the recipe cannot be made
 */
export async function requestOf(
  store: Store,
  wish: MeasurementWish,
  plan: { readonly modelId: string; readonly request: CreatePlan },
  blocks: readonly Block[],
): Promise<PlanWish> {
  const { modelId, request } = plan;
  const common = {
    kind: 'latency' as const,
    target: wish.target,
    spec: specOf(wish, request),
    fresh: request.fresh,
    priority: PRIORITY,
  };
  const label = labelOf(wish, blocks);
  if (wish.purpose === 'base') return { key: wish.key, label, request: { ...common, subject: modelId } };
  const recipe = { granularity: request.granularity, remove: [...wish.removed] };
  const { artifact } = await candidateOf(store, modelId, recipe);
  return { key: wish.key, label, request: { ...common, subject: artifact, control: modelId } };
}

/** Of what plans and comparisons ask for. */
export const PRIORITY = 100;

/** How a stored measurement ended, as the planner sees it. */
export function outcomeOf({ result, failure, status }: Measurement): MeasurementOutcome {
  if (result === null) {
    const { code, message } = failure ?? { code: `measurement-${status}`, message: `the measurement was ${status}` };
    return { kind: 'failed', failure: { code, message } };
  }
  const subject = { p50Ms: result.subject.p50Ms, ci: result.subject.p50Ci, n: result.subject.n };
  if (result.control === undefined || result.ratio === undefined) return { kind: 'base', base: subject };
  const control = { p50Ms: result.control.p50Ms, ci: result.control.p50Ci, n: result.control.n };
  return { kind: 'paired', measurement: { subject, control, ratio: { p50: result.ratio.p50, ci: result.ratio.ci } } };
}
