import type { Comparison, Plan, PlanProgress } from '@espalier/contracts';
import { isFinal, type PlanActivity } from '@espalier/store';

/** What a plan and a comparison have in common for those who watch them. */
type Watched = Pick<Plan | Comparison, 'status' | 'progress' | 'waitingFor'>;

type RunningMeasurement = PlanActivity['running'][number];

/** What is left of a running measurement; null: nobody can tell yet. */
function remainingSecondsOf({ progress, startedAt }: RunningMeasurement, mean: number | null, now: Date) {
  if (progress?.remainingMs !== undefined) return progress.remainingMs / 1000;
  if (mean === null || startedAt === null) return null;
  return Math.max(0, mean - (now.getTime() - startedAt.getTime()) / 1000);
}

/**
 * The longest of what runs (agents work side by side), then what waits, at the mean of those that ended here. Null when
 * nothing tells: nothing has ended yet, or nothing is being measured.
 */
function remainingSeconds({ running, meanSeconds }: PlanActivity, waiting: number, now: Date): number | null {
  if (running.length === 0 && waiting === 0) return null;
  const left = running.map((measurement) => remainingSecondsOf(measurement, meanSeconds, now));
  const known = left.filter((seconds) => seconds !== null);
  if (known.length < left.length || (waiting > 0 && meanSeconds === null)) return null;
  return Math.max(0, ...known) + (waiting * (meanSeconds ?? 0)) / Math.max(1, running.length);
}

function progressOf({ progress, status }: Watched, activity: PlanActivity, now: Date): PlanProgress {
  const done = Math.max(progress.done, activity.ended);
  const total = Math.max(progress.total, activity.known);
  if (isFinal(status)) return { done, total, now: null, remainingSeconds: null };
  const seconds = remainingSeconds(activity, Math.max(0, total - done - activity.running.length), now);
  return {
    done,
    total,
    now: activity.running.map(({ label }) => label).join(', ') || progress.now,
    remainingSeconds: seconds === null ? null : Math.round(seconds * 10) / 10,
  };
}

/** Who could measure on a target. */
export type TargetService = 'served' | 'failing' | 'unserved';

/** Why nobody measures on a target; undefined: somebody does. */
function obstacleOf(target: string, service: TargetService): string | undefined {
  if (service === 'served') return undefined;
  return service === 'unserved'
    ? `no agent serves ${target}: start one with \`espalier agent --target ${target}\``
    : `every device of ${target} fails its canary: \`espalier agents\` says why`;
}

/**
 * A plan or a comparison as the API shows it: what the planner last said, and what the fleet does for it at this moment.
 * @param serviceOf whether an agent for a target is there, and may measure
 */
export function planView<Work extends Watched>(
  plan: Work,
  activity: PlanActivity,
  serviceOf: (target: string) => TargetService,
  now: Date,
): Work {
  const progress = progressOf(plan, activity, now);
  if (isFinal(plan.status)) return { ...plan, progress };
  return {
    ...plan,
    progress,
    waitingFor:
      plan.waitingFor ??
      ([...activity.queued.keys()].flatMap((target) => obstacleOf(target, serviceOf(target)) ?? []).join('; ') || null),
  };
}
