import { createHash, randomUUID } from 'node:crypto';
import { type Comparison, Comparison as ComparisonSchema, parserOf } from '@espalier/contracts';
import type { ComparisonStep, DueComparison } from '@espalier/store';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { residualNetwork } from './testing/models.js';
import { type ApiScene, openApiScene } from './testing/scene.js';

const file = residualNetwork({ blocks: 2 });
const modelId = createHash('sha256').update(file).digest('hex');
const budget = { target: 'x86-cpu', ratio: 0.7 };
const parseComparison = parserOf('Comparison', ComparisonSchema);
let api: ApiScene;

beforeAll(async () => {
  api = await openApiScene();
  await api.upload('/v1/models', file);
});
afterAll(async () => await api.close());

async function create(): Promise<Comparison> {
  return parseComparison((await api.post('/v1/comparisons', { modelId, budget })).body);
}

/** Does what the planner does: one step of this comparison. What other tests left is cancelled on the way. */
async function step(
  comparison: Comparison,
  more: Partial<ComparisonStep['summary']>,
  message: string,
): Promise<DueComparison> {
  for (;;) {
    const stepped: DueComparison[] = [];
    const saved = await api.store.plans.withDue(async (due) => {
      const isOurs = due.kind === 'comparison' && due.id === comparison.id;
      if (isOurs) stepped.push(due);
      const changes = isOurs ? more : { status: 'cancelled' as const };
      const events = [{ type: 'finished' as const, message }];
      return { state: {}, summary: { ...comparison, ...changes }, events, measure: [] };
    });
    const [ours] = stepped;
    if (ours !== undefined) return ours;
    if (saved === null) throw new Error('the comparison is not due');
  }
}

test('a comparison is created with defaults, found again, listed, and is no plan', async () => {
  const answer = await api.post('/v1/comparisons', { modelId, budget });
  expect(answer).toMatchObject({
    status: 201,
    body: {
      status: 'measuring',
      criterion: 'l2',
      filterCriterion: 'l2',
      budget: { target: 'x86-cpu', statistic: 'p50', ratio: 0.7, limitMs: null },
      points: [],
      layers: { floor: null, best: null },
    },
  });
  const path = answer.headers.get('location') ?? '';
  expect(path).toBe(`/v1/comparisons/${String(answer.body['id'])}`);
  expect((await api.get(path)).body).toEqual(answer.body);
  expect((await api.get('/v1/comparisons')).body).toMatchObject({ items: [{ id: answer.body['id'] }] });
  expect((await api.get('/v1/plans')).body).toMatchObject({ items: [] });
  await step(parseComparison(answer.body), { status: 'cancelled' }, 'over');
});

test('a comparison that cannot begin is refused with what would help', async () => {
  const cases: [object, number, string, string][] = [
    [{ modelId: 'f'.repeat(64), budget }, 422, 'model-unknown', '/v1/models'],
    [{ modelId, budget: { target: 'toaster', ratio: 0.7 } }, 422, 'target-unknown', 'x86-cpu'],
    [{ modelId, budget, criterion: 'gate-taylor' }, 422, 'scores-unknown', 'calibration data'],
    [{ modelId, budget, filterCriterion: 'kdfs' }, 422, 'scores-unknown', 'PUT /v1/models'],
  ];
  for (const [comparison, status, code, hint] of cases) {
    expect(await api.post('/v1/comparisons', comparison)).toMatchObject({
      status,
      body: { code, hint: expect.stringContaining(hint) },
    });
  }
  for (const bad of [{ points: 1 }, { scope: 'here' }, { budget: { target: 'x86-cpu', ratio: -1 } }]) {
    expect(await api.post('/v1/comparisons', { modelId, budget, ...bad })).toMatchObject({
      status: 400,
      body: { code: 'request-invalid' },
    });
  }
  const path = `/v1/comparisons/${randomUUID()}`;
  for (const answer of [await api.get(path), await api.get(`${path}/events`), await api.post(`${path}/cancel`)]) {
    expect(answer).toMatchObject({ status: 404, body: { code: 'comparison-unknown' } });
  }
});

test('who follows a comparison hears its events and its end; one that is over tells the recipe of every point', async () => {
  const comparison = await create();
  const { body: candidate } = await api.post('/v1/candidates', { modelId, recipe: { remove: [1] } });
  const point = {
    method: 'layers' as const,
    removed: 1,
    prunedShare: 0.3,
    parameters: 10,
    macs: 10,
    keptImportance: 0.5,
    candidateId: String(candidate['id']),
    artifact: String(candidate['artifact']),
    measured: { p50Ms: 5, ci: [4.9, 5.1] as [number, number], n: 9 },
  };
  await step(
    comparison,
    { status: 'finished', points: [point], layers: { floor: point.measured, best: point } },
    'done',
  );
  const stream = await (await fetch(`${api.url}/v1/comparisons/${comparison.id}/events`)).text();
  expect(stream.match(/^event: \w+$/gm)).toEqual(['event: event', 'event: event', 'event: comparison']);
  expect(stream).toContain('"status":"finished"');
  expect(stream).not.toContain('recipe');
  const { points, layers } = parseComparison((await api.get(`/v1/comparisons/${comparison.id}`)).body);
  expect(points).toMatchObject([{ recipe: { granularity: 'block', remove: [1] } }]);
  expect(layers.best?.recipe).toEqual(points[0]?.recipe);
});

test('a comparison is cancelled by the next step', async () => {
  const comparison = await create();
  expect((await api.post(`/v1/comparisons/${comparison.id}/cancel`)).body).toMatchObject({ status: 'measuring' });
  expect(await step(comparison, { status: 'cancelled' }, 'Cancelled')).toMatchObject({ cancelRequested: true });
  expect((await api.get(`/v1/comparisons/${comparison.id}`)).body).toMatchObject({ status: 'cancelled' });
});
