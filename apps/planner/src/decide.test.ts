import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addModel, blocksOf, putScores } from '@espalier/catalog';
import { builtInTargets, type CreatePlan } from '@espalier/contracts';
import { encodeModel, GraphBuilder } from '@espalier/onnx';
import { loadSolver } from '@espalier/planner';
import { openStore, type PlanStep, type Store } from '@espalier/store';
import { createTestDatabase, type TestDatabase } from '@espalier/store/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decide } from './decide.js';

let database: TestDatabase;
let folder: string;
let store: Store;
let modelId: string;

/** A residual network of three blocks that can go. */
async function* network(): AsyncGenerator<Uint8Array> {
  const graph = new GraphBuilder('net', { seed: 1 });
  let tensor = graph.conv('stem', graph.input('input', 'float32', ['batch', 3, 6, 6]), { out: 4 });
  for (const name of ['b0', 'b1', 'b2']) {
    tensor = graph.relu(
      `${name}.relu`,
      graph.add(`${name}.add`, graph.conv(`${name}.conv`, tensor, { out: 4 }), tensor),
    );
  }
  const pooled = graph.flatten('flatten', graph.globalAveragePool('pool', tensor));
  graph.output(graph.gemm('fc', pooled, { in: 4, out: 2 }), { as: 'logits' });
  yield Buffer.concat(encodeModel(graph.build()));
}

beforeAll(async () => {
  database = await createTestDatabase(process.env['DATABASE_URL']);
  folder = await mkdtemp(join(tmpdir(), 'espalier-planner-'));
  store = await openStore({ databaseUrl: database.url, artifactsDir: folder });
  await store.targets.ensure(builtInTargets);
  const staged = await store.artifacts.receive(network(), { maxBytes: 1e6 });
  modelId = (await addModel(store, staged, { name: 'net' })).model.id;
});
afterAll(async () => {
  await store.close();
  await database.close();
  await rm(folder, { recursive: true });
});

const request = (criterion: string): CreatePlan => ({
  modelId,
  budgets: [{ target: 'x86-cpu', statistic: 'p50', ratio: 0.7 }],
  criterion,
  reduction: 'all',
  granularity: 'block',
  pinned: [],
  maxRounds: 3,
  fresh: false,
});

/** The first step of a new plan. */
async function firstStep(criterion: string): Promise<PlanStep> {
  const solver = await loadSolver();
  await store.plans.create(request(criterion));
  let step: PlanStep | undefined;
  await store.plans.withDue(async (plan) => {
    if (plan.kind !== 'plan') throw new Error('only plans were created');
    step = await decide(store, solver, plan);
    return step;
  });
  if (step === undefined) throw new Error('the plan was not due');
  return step;
}

test('a plan counts with posted scores as shares, also where some are negative', async () => {
  const blocks = await blocksOf(store, modelId, 'block');
  const going = blocks.flatMap(({ index, removable }) => (removable ? [index] : []));
  const scores = going.map((index, rank) => ({ index, importance: rank - 1 }));
  await putScores(store, modelId, 'learned', { granularity: 'block', scores });
  const { state, events, measure, summary } = await firstStep('learned');
  expect(summary).toMatchObject({ status: 'measuring', criterion: 'learned' });
  // −1, 0, 1, … are raised to 0, 1, 2, … and divided by their sum.
  const sum = (going.length * (going.length - 1)) / 2;
  expect(Object(state)['importances']).toEqual(
    going.map((index, rank) => ({ index, importance: expect.closeTo(rank / sum, 12) })),
  );
  expect(events.map(({ type }) => type)).toContain('scored');
  expect(measure.length).toBeGreaterThan(0);
});

test('scores that were known when the plan began and are gone fail its step, which is tried again', async () => {
  await expect(firstStep('forgotten')).rejects.toMatchObject({ code: 'scores-unknown' });
});
