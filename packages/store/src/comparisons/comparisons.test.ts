import { randomUUID } from 'node:crypto';
import type { Comparison, CreateComparison } from '@espalier/contracts';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ComparisonStep } from '../plans/step.js';
import { addModel, openScene, type Scene, wish } from '../testing/scene.js';

let scene: Scene;
let modelId: string;

beforeEach(async () => {
  scene = await openScene();
  modelId = await addModel(scene.store, 'a model');
});
afterEach(async () => await scene.close());

const requestFor = (id: string): CreateComparison => ({
  modelId: id,
  budget: { target: 'x86-cpu', statistic: 'p50', ratio: 0.7 },
  criterion: 'l2',
  filterCriterion: 'fpgm',
  reduction: 'all',
  granularity: 'block',
  scope: 'uniform',
  multipleOf: 8,
  points: 6,
  fresh: false,
});

const create = async (): Promise<Comparison> => await scene.store.comparisons.create(requestFor(modelId));

/** A step that decides what is given, and nothing otherwise. */
const decision = (comparison: Comparison, more: Partial<ComparisonStep> = {}): ComparisonStep => ({
  state: { step: 1 },
  summary: { ...comparison },
  events: [],
  measure: [],
  ...more,
});

test('a new comparison is due once, with its request, and is no plan', async () => {
  const comparison = await create();
  expect(comparison).toMatchObject({ modelId, status: 'measuring', filterCriterion: 'fpgm', points: [] });
  const seen: unknown[] = [];
  const step = async () =>
    await scene.store.plans.withDue(async (due) => {
      seen.push(due);
      return decision(comparison);
    });
  expect(await step()).toEqual({ planId: comparison.id, jobs: [] });
  expect(await step()).toBeNull();
  expect(seen).toEqual([
    {
      id: comparison.id,
      kind: 'comparison',
      modelId,
      request: requestFor(modelId),
      state: null,
      cancelRequested: false,
      failures: 0,
      ended: [],
    },
  ]);
  await expect(scene.store.plans.get(comparison.id)).rejects.toMatchObject({ code: 'plan-unknown' });
  expect((await scene.store.plans.list({ limit: 10 })).items).toEqual([]);
  expect((await scene.store.comparisons.list({ limit: 10 })).items.map(({ id }) => id)).toEqual([comparison.id]);
});

test('what a step of a comparison decides is saved together, and its cancelled end lets go of what it waited for', async () => {
  const comparison = await create();
  const base = { key: 'base', label: 'the whole model', request: wish(modelId) };
  const saved = await scene.store.plans.withDue(async () =>
    decision(comparison, { measure: [base], events: [{ type: 'scored', message: 'one' }] }),
  );
  expect(saved?.jobs).toHaveLength(1);
  expect(await scene.store.comparisons.activity(comparison.id)).toMatchObject({ known: 1, ended: 0 });
  expect((await scene.store.comparisons.events(comparison.id, 1)).map(({ message }) => message)).toEqual(['one']);
  await scene.store.comparisons.requestCancel(comparison.id);
  await scene.store.plans.withDue(async ({ cancelRequested }) =>
    decision(comparison, { summary: { ...comparison, status: cancelRequested ? 'cancelled' : 'measuring' } }),
  );
  expect(await scene.store.comparisons.get(comparison.id)).toMatchObject({
    status: 'cancelled',
    finishedAt: expect.any(String),
  });
  const { items } = await scene.store.measurements.list({ limit: 10 });
  expect(items.map(({ status }) => status)).toEqual(['cancelled']);
});

test('a comparison of an unknown model is refused, and an unknown comparison is said', async () => {
  const { comparisons } = scene.store;
  await expect(comparisons.create(requestFor('f'.repeat(64)))).rejects.toMatchObject({ code: 'model-unknown' });
  await expect(comparisons.get(randomUUID())).rejects.toMatchObject({ code: 'comparison-unknown' });
  await expect(comparisons.requestCancel(randomUUID())).rejects.toMatchObject({ code: 'comparison-unknown' });
});
