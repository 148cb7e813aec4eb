import type { HistoryItem, MeasurementHistory, Regression, RegressionReport } from '@espalier/contracts';
import { type HistoryPoint, judgeChange } from '@espalier/measure';
import type { HistoryFilter, IdentityHistory, Store, StoredResult } from '@espalier/store';

/**
 * A result is judged by so many before it. More would cost time (it grows with the square) and tell little: what counts is
 * the present level and the noise around it.
 */
const EARLIER = 40;
/** Identities that are read and judged before others get their turn. */
const STRETCH = 100;
/** More are no list to read any more. */
const MAX_REGRESSIONS = 1000;

const pointOf = ({ valueMs, ci, canaryMs, at }: StoredResult): HistoryPoint => ({
  valueMs,
  ci: [...ci],
  canaryMs,
  at: at.toISOString(),
});

const pause = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

/**
 * The results of a measurement's identity over time, each judged against those before it.
 * @param limit the newest so many
 * @throws StoreError `measurement-unknown`, `measurement-not-latency`
 */
export async function historyOf(store: Store, measurementId: string, limit: number): Promise<MeasurementHistory> {
  const { statistic, results } = await store.measurements.resultsLike(measurementId, limit + EARLIER);
  const points = results.map(pointOf);
  const items: HistoryItem[] = [];
  for (const [index, result] of results.entries()) {
    const point = points[index];
    if (point === undefined || index < results.length - limit) continue;
    if (index % STRETCH === 0) await pause();
    items.push({
      measurementId: result.measurementId,
      at: point.at,
      agentId: result.agentId,
      agentName: result.agentName,
      valueMs: point.valueMs,
      ci: point.ci,
      canaryMs: point.canaryMs,
      warnings: [...result.warnings],
      change: judgeChange(points.slice(Math.max(0, index - EARLIER), index), point),
    });
  }
  return { measurementId, statistic, items };
}

/** An identity whose latest result is really different, before its measurement is read. */
interface Found {
  readonly measurementId: string;
  readonly change: Regression['change'];
}

function latestChange({ results }: IdentityHistory): Found | undefined {
  const points = results.map(pointOf);
  const latest = points.at(-1);
  const measurementId = results.at(-1)?.measurementId;
  if (latest === undefined || measurementId === undefined) return undefined;
  const change = judgeChange(points.slice(0, -1), latest);
  return change.verdict === 'slower' || change.verdict === 'faster' ? { measurementId, change } : undefined;
}

const sizeOf = ({ change }: Found): number => Math.abs(Math.log(change.ratio ?? 1));

/**
 * The identities whose latest result is really slower or faster than those before it, the largest changes first; at most a
 * thousand of them.
 */
export async function regressionsOf(store: Store, filter: HistoryFilter): Promise<RegressionReport> {
  const found: Found[] = [];
  let judged = 0;
  let after: string | null = null;
  do {
    const stretch = { after, limit: STRETCH, results: EARLIER + 1 };
    const { histories, next } = await store.measurements.repeatedHistories(filter, stretch);
    const repeated = histories.filter(({ results }) => results.length > 1);
    judged += repeated.length;
    found.push(...repeated.flatMap((history) => latestChange(history) ?? []));
    after = next;
  } while (after !== null);
  const largest = found.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, MAX_REGRESSIONS);
  return { judged, regressions: await withMeasurements(store, largest) };
}

async function withMeasurements(store: Store, found: readonly Found[]): Promise<Regression[]> {
  const measurements = await store.measurements.brief(found.map(({ measurementId }) => measurementId));
  const modelIds = measurements.flatMap(({ modelId }) => modelId ?? []);
  const names = await store.models.names([...new Set(modelIds)]);
  const byId = new Map(measurements.map((measurement) => [measurement.id, measurement]));
  return found.flatMap(({ measurementId, change }) => {
    const measurement = byId.get(measurementId);
    if (measurement === undefined) return [];
    return [{ measurement, modelName: names.get(measurement.modelId ?? '') ?? null, change }];
  });
}
