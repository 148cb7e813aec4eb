import { createHash } from 'node:crypto';
import { Candidate, ChosenFilters, FilterGroupList, FilterScoreList, parserOf } from '@espalier/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, enrol, scoreOf } from './testing/fleet.js';
import { addDataset, residualNetwork } from './testing/models.js';
import { type ApiScene, openApiScene } from './testing/scene.js';

// A stem and the second convolution of every block are added, so that they make one group of 8; each block has a group of its own.
const file = residualNetwork({ blocks: 2, seed: 9 });
const modelId = createHash('sha256').update(file).digest('hex');
const at = `/v1/models/${modelId}`;
const parseGroups = parserOf('FilterGroupList', FilterGroupList);
const parseScores = parserOf('FilterScoreList', FilterScoreList);
const parseChosen = parserOf('ChosenFilters', ChosenFilters);
const parseCandidate = parserOf('Candidate', Candidate);
let api: ApiScene;

beforeAll(async () => {
  api = await openApiScene();
  await api.upload('/v1/models?name=net', file);
});
afterAll(async () => await api.close());

const choose = async (choice: object) => await api.post(`${at}/filter-recipes`, choice);
const put = async (criterion: string, body: object) => await api.post(`${at}/filter-scores/${criterion}`, body, 'PUT');
const ramp = [0, 1, 2, 3, 4, 5, 6, 7];

test('filter groups are found once, and every group has scores by a criterion', async () => {
  const { groups } = parseGroups((await api.get(`${at}/filter-groups`)).body);
  expect(parseGroups((await api.get(`${at}/filter-groups`)).body).groups).toEqual(groups);
  const prunable = groups.filter((group) => group.prunable);
  expect(prunable).toMatchObject([
    { name: 'stem', filters: 8, producers: ['stem', 'b0.conv2', 'b1.conv2'] },
    { name: 'b0.conv1', filters: 8, producers: ['b0.conv1'], consumers: ['b0.conv2'] },
    { name: 'b1.conv1', filters: 8 },
  ]);
  const scores = parseScores((await api.get(`${at}/filter-scores?criterion=fpgm`)).body);
  expect(scores.groups.filter(({ scores: values }) => values !== null).map(({ name }) => name)).toEqual(
    prunable.map(({ name }) => name),
  );
  expect(await api.get(`/v1/models/${'f'.repeat(64)}/filter-groups`)).toMatchObject({ status: 404 });
});

test('a filter recipe becomes a candidate with fewer numbers, and the same recipe is the same candidate', async () => {
  const { recipe, filters } = parseChosen((await choose({ rate: 0.5, multipleOf: 4 })).body);
  expect(filters.before - filters.after).toBe(12);
  expect(Object.values(recipe.filters ?? {}).map(({ length }) => length)).toEqual([4, 4, 4]);
  const candidate = parseCandidate((await api.post('/v1/candidates', { modelId, recipe })).body);
  // 4 of 8 channels everywhere: the stem reads 3, the other four convolutions 4; then 4 × 4 of the last layer.
  expect(candidate.macs).toBe(3 * 4 * 9 * 64 + 4 * (4 * 4 * 9 * 64) + 4 * 4);
  expect(candidate.reinitialised).toEqual([]);
  const { granularity, remove, filters: kept = {} } = recipe;
  const shuffled = Object.fromEntries(Object.entries(kept).map(([name, indices]) => [name, indices.toReversed()]));
  const again = await api.post('/v1/candidates', { modelId, recipe: { granularity, remove, filters: shuffled } });
  expect(again.body).toMatchObject({ id: candidate.id, recipe: { filters: kept } });
  const both = await api.post('/v1/candidates', { modelId, recipe: { ...recipe, remove: [1] } });
  expect(parseCandidate(both.body).parameters).toBeLessThan(candidate.parameters);
});

test('posted scores order the filters, posted masks are the filters', async () => {
  expect(await choose({ criterion: 'learned' })).toMatchObject({
    status: 404,
    body: { code: 'scores-unknown', hint: expect.stringContaining('/filter-scores/learned') },
  });
  for (let time = 0; time < 2; time += 1) {
    const answer = await put('learned', { scores: { 'b0.conv1': ramp }, keep: { 'b1.conv1': [7, 2] } });
    expect(answer).toMatchObject({ status: 200, body: { criterion: 'learned' } });
    expect((await api.get(`${at}/filter-scores?criterion=learned`)).body).toEqual(answer.body);
    expect(parseScores(answer.body).groups.filter(({ scores }) => scores !== null)).toEqual([
      { name: 'b0.conv1', scores: ramp },
      { name: 'b1.conv1', scores: [0, 0, 1, 0, 0, 0, 0, 1] },
    ]);
  }
  expect((await choose({ criterion: 'learned', rate: 0.25 })).body).toMatchObject({
    recipe: { remove: [], filters: { 'b0.conv1': [2, 3, 4, 5, 6, 7], 'b1.conv1': [2, 7] } },
  });
});

test('posted scores and masks that do not fit are refused', async () => {
  const cases: [string, object, number, string][] = [
    ['l2', { scores: { 'b0.conv1': ramp } }, 409, 'criterion-reserved'],
    ['sensitivity', { scores: { 'b0.conv1': ramp } }, 409, 'criterion-reserved'],
    ['mine', {}, 422, 'filter-choice-invalid'],
    ['mine', { scores: { 'b0.conv1': ramp }, keep: { 'b0.conv1': [1] } }, 422, 'filter-choice-invalid'],
    ['mine', { scores: { 'b0.conv1': [1, 2] } }, 422, 'filter-choice-invalid'],
    ['mine', { scores: { nowhere: ramp } }, 422, 'group-unknown'],
    ['mine', { keep: { nowhere: [0] } }, 422, 'group-unknown'],
    ['mine', { keep: { 'b0.conv1': [8] } }, 422, 'filter-choice-invalid'],
    ['mine', { keep: { 'b0.conv1': [] } }, 400, 'request-invalid'],
  ];
  for (const [criterion, body, status, code] of cases) {
    expect(await put(criterion, body)).toMatchObject({ status, body: { code } });
  }
  expect(await api.get(`${at}/filter-scores?criterion=mine`)).toMatchObject({ status: 404 });
  expect(await choose({ rates: { nowhere: 0.5 } })).toMatchObject({ status: 422, body: { code: 'group-unknown' } });
  expect(await choose({ rate: 2 })).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
  const recipe = { remove: [], filters: { 'b0.conv1': [9] } };
  expect(await api.post('/v1/candidates', { modelId, recipe })).toMatchObject({
    status: 422,
    body: { code: 'filter-unknown' },
  });
});

test('rates that an agent found are those of the recipe, in the order that they were found with', async () => {
  const dataset = await addDataset(api.store, { classes: 4 });
  const scoring = { criterion: 'sensitivity', dataset, filterCriterion: 'l1' };
  const { id } = await ask(api, modelId, { kind: 'score', spec: { scoring } });
  const agentId = await enrol(api);
  await api.post(`/v1/measurements/${id}/claim`, { agentId, attempt: 1 });
  const groups = [
    { group: 'b0.conv1', rate: 0.25, curve: [{ rate: 0.25, loss: 1 }] },
    { group: 'b1.conv1', rate: 0.5, curve: [] },
  ];
  await api.post(`/v1/measurements/${id}/result`, {
    agentId,
    attempt: 1,
    outcome: { kind: 'scored', score: { ...scoreOf([]), groups } },
  });
  const rates = { 'b0.conv1': 0.25, 'b1.conv1': 0.5 };
  const byHand = parseChosen((await choose({ criterion: 'l1', rate: 0, rates })).body);
  expect(parseChosen((await choose({ criterion: 'sensitivity' })).body)).toEqual(byHand);
  expect(byHand.filters).toMatchObject({ before: expect.any(Number), after: byHand.filters.before - 6 });
  expect(parseChosen((await choose({ criterion: 'sensitivity', rates: { 'b1.conv1': 0 } })).body).filters.after).toBe(
    byHand.filters.before - 2,
  );
});
