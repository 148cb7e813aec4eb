import { createHash } from 'node:crypto';
import { parserOf, ScoreList } from '@espalier/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, enrol, scoreOf } from './testing/fleet.js';
import { addDataset, imageNetwork, residualNetwork } from './testing/models.js';
import { type ApiScene, openApiScene } from './testing/scene.js';

const file = residualNetwork({ blocks: 3, seed: 5 });
const modelId = createHash('sha256').update(file).digest('hex');
const parseScores = parserOf('ScoreList', ScoreList);
const at = `/v1/models/${modelId}`;
let api: ApiScene;
let dataset: string;
let unlabelled: string;
let removable: readonly number[];

beforeAll(async () => {
  api = await openApiScene();
  await api.upload('/v1/models?name=net', file);
  dataset = await addDataset(api.store, { classes: 4 });
  unlabelled = await addDataset(api.store, { classes: null });
  const { body } = await api.get(`${at}/blocks`);
  const blocks = Object(body)['blocks'];
  removable = blocks.flatMap(({ index, removable: can }: { index: number; removable: boolean }) =>
    can ? [index] : [],
  );
});
afterAll(async () => await api.close());

const askForScores = async (scoring: object) =>
  await ask(api, modelId, { kind: 'score', spec: { scoring: { dataset, ...scoring } } });

/** Does what an agent does. */
async function deliver(measurementId: string, outcome: object) {
  const agentId = await enrol(api);
  await api.post(`/v1/measurements/${measurementId}/claim`, { agentId, attempt: 1 });
  const delivery = { agentId, attempt: 1, outcome };
  return [
    await api.post(`/v1/measurements/${measurementId}/result`, delivery),
    await api.post(`/v1/measurements/${measurementId}/result`, delivery),
  ];
}

const scoresBy = (importance: number) => removable.map((index) => ({ index, importance: importance + index }));

test('scores are asked for as a measurement, delivered once, and are those of the model by that name', async () => {
  expect(await api.get(`${at}/scores?criterion=ablation`)).toMatchObject({
    status: 404,
    body: { code: 'scores-unknown', hint: expect.stringContaining('kind score') },
  });
  const asked = await askForScores({ criterion: 'ablation' });
  expect(asked).toMatchObject({
    kind: 'score',
    status: 'queued',
    spec: { scoring: { criterion: 'ablation', dataset, samples: 1024, granularity: 'block' } },
  });
  expect((await askForScores({ criterion: 'ablation' })).id).toBe(asked.id);
  expect((await askForScores({ criterion: 'ablation', seed: 2 })).id).not.toBe(asked.id);
  const score = scoreOf(scoresBy(0.5));
  expect((await deliver(asked.id, { kind: 'scored', score })).map(({ body }) => body)).toEqual([
    { accepted: true },
    { accepted: false },
  ]);
  expect((await api.get(`/v1/measurements/${asked.id}`)).body).toMatchObject({
    status: 'succeeded',
    score,
    result: null,
  });
  const known = { modelId, criterion: 'ablation', source: 'calibration', scores: score.scores };
  expect((await api.get(`${at}/scores?criterion=ablation`)).body).toEqual({
    ...known,
    granularity: 'block',
    reduction: 'all',
  });
  // No filters are behind it, so that the way from filters to blocks does not matter.
  expect((await api.get(`${at}/scores/ablation?reduction=paper`)).body).toMatchObject(known);
  expect(await api.get(`${at}/scores/ablation?granularity=layer`)).toMatchObject({ status: 404 });
});

test('of two computations by one name the last that was asked for counts', async () => {
  const [one, two] = [await askForScores({ criterion: 'cka' }), await askForScores({ criterion: 'cka', seed: 2 })];
  await deliver(one.id, { kind: 'scored', score: scoreOf(scoresBy(1)) });
  await deliver(two.id, { kind: 'scored', score: scoreOf(scoresBy(2)) });
  expect((await api.get(`${at}/scores/cka`)).body).toMatchObject({ scores: scoresBy(2) });
  expect((await askForScores({ criterion: 'cka' })).id).toBe(one.id);
  expect((await api.get(`${at}/scores/cka`)).body).toMatchObject({ scores: scoresBy(1) });
});

test('what failed says why, and leaves no scores', async () => {
  const { id } = await askForScores({ criterion: 'imprinting' });
  await deliver(id, { kind: 'failed', failure: { code: 'dataset-invalid', message: 'the file ends early' } });
  expect((await api.get(`/v1/measurements/${id}`)).body).toMatchObject({
    status: 'failed',
    score: null,
    failure: { code: 'dataset-invalid' },
  });
  expect(await api.get(`${at}/scores/imprinting`)).toMatchObject({ status: 404, body: { code: 'scores-unknown' } });
});

test('scores have no history', async () => {
  const { id } = await askForScores({ criterion: 'activation' });
  await deliver(id, { kind: 'scored', score: scoreOf(scoresBy(1)) });
  expect(await api.get(`/v1/measurements/${id}/history`)).toMatchObject({
    status: 422,
    body: { code: 'measurement-not-latency' },
  });
  expect((await api.get('/v1/regressions')).body).toMatchObject({ judged: 0 });
  expect((await api.get('/v1/measurements?kind=score&limit=1')).body).toMatchObject({ items: [{ id, kind: 'score' }] });
});

test('scores that cannot be computed are refused before they wait for an agent', async () => {
  const foreign = await addDataset(api.store, { classes: 4, input: 'image' });
  const scoring = { criterion: 'ablation', dataset };
  const cases: [string, object, number, string, string][] = [
    ['no criterion', { kind: 'score' }, 422, 'scoring-missing', '/v1/datasets'],
    ['a latency', { spec: { scoring } }, 422, 'scoring-not-allowed', 'kind score'],
    ['a control', { kind: 'score', control: modelId, spec: { scoring } }, 422, 'control-not-allowed', 'control'],
    [
      'a sweep',
      { kind: 'score', sweep: { batch: [1, 2] }, spec: { scoring } },
      422,
      'sweep-not-allowed',
      'scoring.batch',
    ],
    [
      'unknown data',
      { kind: 'score', spec: { scoring: { ...scoring, dataset: 'f'.repeat(64) } } },
      422,
      'artifact-unknown',
      '/v1/datasets',
    ],
    [
      'a model as data',
      { kind: 'score', spec: { scoring: { ...scoring, dataset: modelId } } },
      422,
      'artifact-kind-wrong',
      '/v1/datasets',
    ],
    ['data as a model', { kind: 'score', subject: dataset, spec: { scoring } }, 422, 'artifact-kind-wrong', 'model'],
    [
      'another input',
      { kind: 'score', spec: { scoring: { ...scoring, dataset: foreign } } },
      422,
      'dataset-unfit',
      'name it input',
    ],
    [
      'an unknown order of filters',
      { kind: 'score', spec: { scoring: { ...scoring, criterion: 'sensitivity', filterCriterion: 'taste' } } },
      422,
      'criterion-not-applicable',
      'fpgm',
    ],
    [
      'no labels',
      { kind: 'score', spec: { scoring: { ...scoring, dataset: unlabelled } } },
      422,
      'labels-missing',
      'labels',
    ],
  ];
  for (const [, wish, status, code, hint] of cases) {
    const measurements = [{ subject: modelId, target: 'x86-cpu', ...wish }];
    expect(await api.post('/v1/measurements', { measurements })).toMatchObject({
      status,
      body: { code, hint: expect.stringContaining(hint) },
    });
  }
  const measurements = [
    { kind: 'score', subject: modelId, target: 'x86-cpu', spec: { scoring: { ...scoring, samples: 1 } } },
  ];
  expect(await api.post('/v1/measurements', { measurements })).toMatchObject({
    status: 400,
    body: {
      code: 'request-invalid',
      errors: [{ path: 'body/measurements/0/spec/scoring/samples', message: 'must be >= 2' }],
    },
  });
});

test('a model that makes images is scored by a loss without labels, but by its classes only with them', async () => {
  const images = imageNetwork();
  await api.upload('/v1/models?name=images', images);
  const subject = createHash('sha256').update(images).digest('hex');
  const scoring = { criterion: 'sensitivity', dataset: unlabelled };
  expect(await ask(api, subject, { kind: 'score', spec: { scoring } })).toMatchObject({ status: 'queued' });
  const measurements = [
    { kind: 'score', subject, target: 'x86-cpu', spec: { scoring: { ...scoring, criterion: 'imprinting' } } },
  ];
  expect(await api.post('/v1/measurements', { measurements })).toMatchObject({ body: { code: 'labels-missing' } });
});

test('a training job posts scores under a name of its own, and plans take it', async () => {
  const scores = scoresBy(-1);
  for (let time = 0; time < 2; time += 1) {
    const answer = await api.post(`${at}/scores/my-scores`, { scores }, 'PUT');
    expect(answer).toMatchObject({ status: 200, body: { criterion: 'my-scores', source: 'posted' } });
    expect(parseScores(answer.body).scores.filter(({ importance }) => importance !== null)).toEqual(scores);
    expect((await api.get(`${at}/scores?criterion=my-scores&reduction=paper`)).body).toMatchObject({
      source: 'posted',
    });
  }
  const plan = { modelId, budgets: [{ target: 'x86-cpu', ratio: 0.7 }], criterion: 'my-scores' };
  expect(await api.post('/v1/plans', plan)).toMatchObject({ status: 201, body: { criterion: 'my-scores' } });
});

test('posted scores that cannot be used are refused', async () => {
  const put = async (criterion: string, body: object) => await api.post(`${at}/scores/${criterion}`, body, 'PUT');
  const scores = scoresBy(1);
  for (const taken of ['l2', 'bn-scale', 'random', 'ensemble', 'sensitivity']) {
    expect(await put(taken, { scores })).toMatchObject({
      status: 409,
      body: { code: 'criterion-reserved', hint: expect.stringContaining('name of your own') },
    });
  }
  expect(await put('mine', { scores: [...scores, { index: 99, importance: 1 }] })).toMatchObject({
    status: 422,
    body: { code: 'block-unknown' },
  });
  expect(await put('mine', { scores: scores.slice(1) })).toMatchObject({
    status: 422,
    body: { code: 'scores-incomplete', detail: expect.stringContaining(String(removable[0])) },
  });
  expect(await put('mine', { scores: [...scores, ...scores] })).toMatchObject({ body: { code: 'scores-incomplete' } });
  expect(await put('Not a name', { scores })).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
  expect(await api.post(`/v1/models/${'f'.repeat(64)}/scores/mine`, { scores }, 'PUT')).toMatchObject({
    status: 404,
    body: { code: 'model-unknown' },
  });
});

test('the ensemble sums the ranks of its parts, and names what is missing until they are known', async () => {
  const normed = residualNetwork({ blocks: 3, batchNorm: true });
  const id = createHash('sha256').update(normed).digest('hex');
  await api.upload('/v1/models?name=normed', normed);
  const { body } = await api.get(`/v1/models/${id}/blocks`);
  const going: number[] = Object(body)['blocks'].flatMap((block: { index: number; removable: boolean }) =>
    block.removable ? [block.index] : [],
  );
  const ensemble = async () => await api.get(`/v1/models/${id}/scores?criterion=ensemble`);
  expect(await ensemble()).toMatchObject({
    status: 404,
    body: {
      code: 'scores-unknown',
      detail: expect.stringMatching(/unknown yet: gate-taylor, weight-taylor, feature-taylor$/),
      hint: expect.stringMatching(/gate-taylor: an agent .* feature-taylor: a training job posts them/),
    },
  });
  for (const criterion of ['gate-taylor', 'weight-taylor', 'feature-taylor']) {
    const scores = going.map((index, rank) => ({ index, importance: 10 * rank }));
    await api.post(`/v1/models/${id}/scores/${criterion}`, { scores }, 'PUT');
  }
  const found = parseScores((await ensemble()).body);
  expect(found.source).toBe('combined');
  const importances = found.scores.map(({ importance }) => importance ?? 0);
  const scored = found.scores.filter(({ importance }) => importance !== null).length;
  // Every part gives its ranks away, whatever their order.
  expect(importances.reduce((sum, importance) => sum + importance, 0)).toBe((5 * scored * (scored - 1)) / 2);
  const plan = { modelId: id, budgets: [{ target: 'x86-cpu', ratio: 0.7 }], criterion: 'ensemble' };
  expect(await api.post('/v1/plans', plan)).toMatchObject({ status: 201 });
});
