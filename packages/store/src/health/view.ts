import type { AgentHealth, HealthStatus, TargetHealth } from '@espalier/contracts';
import { type CanaryState, medianOf } from './judge.js';

/** A device whose canary differs from its class by more than this factor does not belong in it. */
const CLASS_FACTOR = 1.5;

/** A device on one target, as it was last judged. */
export interface TargetState extends CanaryState {
  readonly agentId: string;
  readonly targetName: string;
  readonly at: Date;
}

/** The worst comes last. */
const ORDER: readonly HealthStatus[] = ['healthy', 'unknown', 'suspect', 'failed'];

/** The worst of several; of none: nothing is known. */
export function worstOf(statuses: readonly HealthStatus[]): HealthStatus {
  if (statuses.length === 0) return 'unknown';
  return ORDER[Math.max(...statuses.map((status) => ORDER.indexOf(status)))] ?? 'unknown';
}

const unknownOn = (target: string): TargetHealth => ({
  target,
  status: 'unknown',
  reason: null,
  p50Ms: null,
  baselineMs: null,
  drift: null,
  relativeSpeed: null,
  at: null,
});

/** Median canary of the other devices of the class over ours; devices that failed speak for no class. */
function relativeSpeedOf(own: TargetState, all: readonly TargetState[]): number | null {
  const others = all.flatMap(({ agentId, targetName, status, p50Ms }) =>
    agentId !== own.agentId && targetName === own.targetName && status !== 'failed' && p50Ms !== null ? [p50Ms] : [],
  );
  const classMs = medianOf(others);
  return classMs === null || own.p50Ms === null ? null : classMs / own.p50Ms;
}

/** Why a device does not belong in its class; null: it does, or is alone in it. */
function misfitOf(target: string, relativeSpeed: number | null): string | null {
  if (relativeSpeed === null || Math.max(relativeSpeed, 1 / relativeSpeed) <= CLASS_FACTOR) return null;
  const factor = Math.max(relativeSpeed, 1 / relativeSpeed).toFixed(1);
  return `does not belong in this class: ${factor}× ${relativeSpeed > 1 ? 'faster' : 'slower'} than the other devices of ${target}`;
}

function targetView(own: TargetState, all: readonly TargetState[]): TargetHealth {
  const baselineMs = medianOf(own.baseline);
  const relativeSpeed = relativeSpeedOf(own, all);
  const reasons = [own.reason, misfitOf(own.targetName, relativeSpeed)].filter((reason) => reason !== null);
  return {
    target: own.targetName,
    status: own.status === 'healthy' && reasons.length > 0 ? 'suspect' : own.status,
    reason: reasons.join('; ') || null,
    p50Ms: own.p50Ms,
    baselineMs,
    drift: baselineMs === null || own.p50Ms === null ? null : own.p50Ms / baselineMs - 1,
    relativeSpeed,
    at: own.at.toISOString(),
  };
}

/**
 * The health of a device on the targets that it serves, beside the other devices of each class. Pure.
 * @param states of all devices that serve any of these targets
 */
export function healthView(
  agent: { readonly id: string; readonly targets: readonly string[]; readonly clearedAt: Date | null },
  states: readonly TargetState[],
): AgentHealth {
  const targets = agent.targets.map((target) => {
    const own = states.find(({ agentId, targetName }) => agentId === agent.id && targetName === target);
    return own === undefined ? unknownOn(target) : targetView(own, states);
  });
  return {
    status: worstOf(targets.map(({ status }) => status)),
    targets,
    clearedAt: agent.clearedAt?.toISOString() ?? null,
  };
}
