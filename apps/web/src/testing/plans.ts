import type { Plan, PlanEvent } from '@espalier/contracts';

/** A plan for tests that has only just been made; what a test does not care about is made up. */
export function aPlan(overrides: Partial<Plan> = {}): Plan {
  return {
    id: '3f0c8a52-6f0b-4a53-9a37-3a1a5f6d2c11',
    modelId: 'a'.repeat(64),
    status: 'scoring',
    criterion: 'l2',
    reduction: 'all',
    granularity: 'block',
    budgets: [{ target: 'x86-cpu', statistic: 'p50', limitMs: null, ratio: 0.7 }],
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
    createdAt: '2026-03-01T12:00:00.000Z',
    updatedAt: '2026-03-01T12:00:00.000Z',
    finishedAt: null,
    ...overrides,
  };
}

/** An event for tests. */
export function anEvent(seq: number): PlanEvent {
  return { seq, at: '2026-03-01T12:00:00.000Z', type: 'measured', message: `event ${seq}` };
}
