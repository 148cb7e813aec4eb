import type { Plan } from '@espalier/contracts';
import type { PlanActivity } from '@espalier/store';
import { expect, test } from '@jest/globals';
import { planView } from './plan-view.js';

const now = new Date('2026-01-01T00:01:00.000Z');
const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1000);

const plan: Plan = {
  id: '00000000-0000-4000-8000-000000000000',
  modelId: 'a'.repeat(64),
  status: 'measuring',
  criterion: 'l2',
  reduction: 'all',
  granularity: 'block',
  budgets: [],
  pinned: [],
  removed: null,
  predicted: null,
  measured: null,
  base: null,
  latencyTable: [],
  rounds: [],
  progress: { done: 0, total: 0, now: null, remainingSeconds: null },
  waitingFor: null,
  lowestReachableMs: null,
  message: null,
  failure: null,
  candidateId: null,
  artifact: null,
  createdAt: now.toISOString(),
  updatedAt: now.toISOString(),
  finishedAt: null,
};
const idle: PlanActivity = { ended: 0, known: 0, running: [], queued: new Map(), meanSeconds: null };
const running = (label: string, more: object = {}) => ({
  label,
  target: 'x86-cpu',
  startedAt: secondsAgo(4),
  progress: null,
  ...more,
});
const view = (activity: Partial<PlanActivity>, changes: Partial<Plan> = {}, served = true) =>
  planView({ ...plan, ...changes }, { ...idle, ...activity }, () => (served ? 'served' : 'unserved'), now);

test('a final plan is shown as the planner left it, with what was measured', () => {
  const final: Partial<Plan> = { status: 'infeasible', message: 'no set of blocks' };
  const activity = { known: 9, ended: 9, queued: new Map([['x86-cpu', 1]]), meanSeconds: 3 };
  expect(view(activity, final, false)).toEqual({
    ...plan,
    ...final,
    progress: { done: 9, total: 9, now: null, remainingSeconds: null },
  });
});

test('what runs is named, and how far all is', () => {
  const activity = { ended: 2, known: 5, running: [running('without a'), running('without b')] };
  expect(view(activity).progress).toMatchObject({ done: 2, total: 5, now: 'without a, without b' });
});

test('a planner that knows of more to come is believed', () => {
  const progress = { done: 1, total: 20, now: null, remainingSeconds: null };
  expect(view({ ended: 2, known: 5 }, { progress }).progress).toMatchObject({ done: 2, total: 20 });
});

test('what is left is the rest of what runs and the mean of what ended for what waits', () => {
  const activity = { ended: 2, known: 5, meanSeconds: 10, queued: new Map([['x86-cpu', 2]]) };
  expect(view({ ...activity, running: [running('a')] }).progress.remainingSeconds).toBe(6 + 2 * 10);
  const probe = { progress: { phase: 'sampling', runs: 1, elapsedMs: 1, remainingMs: 2500 } };
  expect(view({ ...activity, running: [running('a', probe)] }).progress.remainingSeconds).toBe(2.5 + 2 * 10);
});

test('agents side by side share what waits', () => {
  const activity = { ended: 2, known: 8, meanSeconds: 10, running: [running('a'), running('b')] };
  expect(view(activity).progress.remainingSeconds).toBe(6 + (4 * 10) / 2);
});

test('while nothing tells, nobody guesses', () => {
  expect(view({}).progress.remainingSeconds).toBeNull();
  expect(view({ known: 3, running: [running('a')] }).progress.remainingSeconds).toBeNull();
});

test('a measurement that takes longer than the mean has nothing left, not less', () => {
  const activity = { ended: 1, known: 2, meanSeconds: 1, running: [running('a')] };
  expect(view(activity).progress.remainingSeconds).toBe(0);
});

test('a target that waits and is not served is what the plan waits for', () => {
  const activity = { known: 1, queued: new Map([['arm64-cpu', 1]]) };
  expect(view(activity, {}, false).waitingFor).toBe(
    'no agent serves arm64-cpu: start one with `espalier agent --target arm64-cpu`',
  );
  expect(view(activity, {}, true).waitingFor).toBeNull();
  expect(view(activity, { waitingFor: 'a person' }, false).waitingFor).toBe('a person');
});

test('a target whose devices all fail their canary is what the plan waits for', () => {
  const activity = { ...idle, queued: new Map([['cuda', 2]]) };
  expect(planView(plan, activity, () => 'failing', now).waitingFor).toBe(
    'every device of cuda fails its canary: `espalier agents` says why',
  );
});
