import type {
  MeasurementFailure,
  MeasurementKind,
  MeasurementResult,
  Outcome,
  ProfileResult,
  ScoreResult,
} from '@espalier/contracts';

/** Crashes of the probe after which a job counts as poisonous: once may be bad luck, twice is the model. */
export const MAX_PROBE_CRASHES = 2;
/** Agents that may vanish under one measurement: it is not the job's fault, but something kills them. */
export const MAX_LOST_LEASES = 5;

/** How the probe, not the model's check, ended: worth a second try. */
const CRASH_CODES = new Set(['probe-crashed', 'probe-out-of-memory', 'probe-timeout']);

/** What happens to a measurement whose agent says how the attempt ended. */
export type Ending =
  | { readonly kind: 'succeed'; readonly result: MeasurementResult }
  | { readonly kind: 'profile'; readonly profile: ProfileResult }
  | { readonly kind: 'score'; readonly score: ScoreResult }
  | { readonly kind: 'fail'; readonly failure: MeasurementFailure; readonly crashed: boolean }
  | { readonly kind: 'requeue'; readonly crashed: boolean };

const WORD: Readonly<Record<MeasurementKind, string>> = { latency: 'a latency', profile: 'a profile', score: 'scores' };

/** An agent of another version may not know what it was asked for. */
function otherKind(asked: MeasurementKind, given: MeasurementKind): Ending {
  const what = `${WORD[given]} where ${WORD[asked]} ${asked === 'score' ? 'were' : 'was'} asked for`;
  const message = `The agent delivered ${what}; it is of another version than the service`;
  return { kind: 'fail', failure: { code: 'outcome-mismatched', message }, crashed: false };
}

const clean = (text: string): string => text.replaceAll('\0', '\ufffd');

/** The last words of a probe are whatever it wrote; Postgres keeps no NUL, and a failure that cannot be kept would come again. */
const withoutNul = ({ code, message, detail }: MeasurementFailure): MeasurementFailure => ({
  code: clean(code),
  message: clean(message),
  ...(detail === undefined ? {} : { detail: clean(detail) }),
});

/** Decides from what was asked for, the outcome and the crashes of earlier attempts. Pure. */
export function endingOf(asked: MeasurementKind, outcome: Outcome, probeCrashes: number): Ending {
  switch (outcome.kind) {
    case 'succeeded':
      return asked === 'latency' ? { kind: 'succeed', result: outcome.result } : otherKind(asked, 'latency');
    case 'profiled':
      return asked === 'profile' ? { kind: 'profile', profile: outcome.profile } : otherKind(asked, 'profile');
    case 'scored':
      return asked === 'score' ? { kind: 'score', score: outcome.score } : otherKind(asked, 'score');
    case 'released':
      return { kind: 'requeue', crashed: false };
    case 'failed': {
      const crashed = CRASH_CODES.has(outcome.failure.code);
      return crashed && probeCrashes + 1 < MAX_PROBE_CRASHES
        ? { kind: 'requeue', crashed }
        : { kind: 'fail', failure: withoutNul(outcome.failure), crashed };
    }
    default:
      return outcome satisfies never;
  }
}
