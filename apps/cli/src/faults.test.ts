import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { uploadModelFile } from '@espalier/client/node';
import type { Plan } from '@espalier/contracts';
import { writeModelFile } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import { Redis } from 'ioredis';
import { localCpuTarget } from './plan/budget-options.js';
import type { RunningProcess } from './service/process.js';
import { prepareService, type RealService } from './testing/real-service.js';

/** Long enough to be interrupted in the middle, short enough for a test. */
const SPEC = { precision: 0.1, minRuns: 10, maxSeconds: 1.5 };
/** Fewer blocks that may go are fewer to measure; what is left saves more than the budget asks for. */
const PINNED = [1, 2, 8];
const PATIENCE_MS = 150_000;

let service: RealService;
let api: RunningProcess;
let planner: RunningProcess;
let agent: RunningProcess;

beforeEach(async () => {
  service = await prepareService();
  api = await service.start('api');
  planner = await service.start('planner');
  agent = await service.start('agent');
});

afterEach(() => service.close());

async function startPlan(): Promise<Plan> {
  const path = join(service.folder, 'resnet20.onnx');
  await writeModelFile(buildZooModel('resnet20'), path);
  const model = await uploadModelFile(service.client, path);
  return service.client.plans.create({
    modelId: model.id,
    budgets: [{ target: localCpuTarget(), statistic: 'p50', ratio: 0.8 }],
    spec: SPEC,
    pinned: PINNED,
  });
}

/** Follows the plan until some of its table is measured, but not all of it. */
async function untilTheMiddleOfTheTable(planId: string): Promise<void> {
  for await (const update of service.client.plans.follow(planId)) {
    if (update.kind !== 'plan') continue;
    if (update.plan.status === 'measuring' && update.plan.progress.done >= 2) return;
  }
  throw new Error('the plan ended before its table was measured');
}

async function expectVerified(planId: string): Promise<void> {
  const plan = await service.client.plans.wait(planId);
  expect(plan).toMatchObject({ status: 'verified', failure: null });
  expect(plan.removed?.length).toBeGreaterThan(0);
  const [budget] = plan.budgets;
  expect(plan.measured?.ci[1]).toBeLessThanOrEqual(budget?.limitMs ?? 0);
}

/** No measurement of the plan was done twice: each artifact and control has one that succeeded. */
async function expectNothingMeasuredTwice(): Promise<void> {
  const seen = new Set<string>();
  for await (const { subject, control, spec } of service.client.measurements.each({ status: 'succeeded' })) {
    const identity = JSON.stringify([subject, control, spec]);
    expect(seen).not.toContain(identity);
    seen.add(identity);
  }
  expect(seen.size).toBeGreaterThan(0);
}

test(
  'a plan whose agent is killed in the middle of the table ends verified on another agent',
  async () => {
    const { id } = await startPlan();
    await untilTheMiddleOfTheTable(id);
    await service.kill(agent);
    await service.start('agent');
    await expectVerified(id);
    await expectNothingMeasuredTwice();
  },
  PATIENCE_MS,
);

test(
  'a plan survives that Redis forgets everything, and that API and planner are killed and started again',
  async () => {
    const { id } = await startPlan();
    await untilTheMiddleOfTheTable(id);
    const redis = new Redis(service.redisUrl);
    await redis.flushall();
    await redis.quit();
    await service.kill(planner);
    await service.kill(api);
    await service.start('api');
    await service.start('planner');
    await expectVerified(id);
    await expectNothingMeasuredTwice();
  },
  PATIENCE_MS,
);
