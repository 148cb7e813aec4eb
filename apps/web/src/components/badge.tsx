import type { AgentState, Change, HealthStatus, MeasurementStatus, PlanStatus } from '@espalier/contracts';
import styles from './badge.module.css';
import { Icon, type IconName } from './icon.js';

type Tone = 'good' | 'busy' | 'attention' | 'bad' | 'quiet';

interface Look {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly text: string;
}

const TONES: Readonly<Record<Tone, string | undefined>> = {
  good: styles.good,
  busy: styles.busy,
  attention: styles.attention,
  bad: styles.bad,
  quiet: styles.quiet,
};

const PLAN_LOOKS: Readonly<Record<PlanStatus, Look>> = {
  scoring: { tone: 'busy', icon: 'dot', text: 'Scoring' },
  measuring: { tone: 'busy', icon: 'dot', text: 'Measuring' },
  solving: { tone: 'busy', icon: 'dot', text: 'Solving' },
  verifying: { tone: 'busy', icon: 'dot', text: 'Verifying' },
  verified: { tone: 'good', icon: 'check', text: 'Verified' },
  infeasible: { tone: 'attention', icon: 'wall', text: 'Infeasible' },
  failed: { tone: 'bad', icon: 'cross', text: 'Failed' },
  cancelled: { tone: 'quiet', icon: 'minus', text: 'Cancelled' },
};

const AGENT_LOOKS: Readonly<Record<AgentState, Look>> = {
  idle: { tone: 'good', icon: 'check', text: 'Idle' },
  busy: { tone: 'busy', icon: 'dot', text: 'Measuring' },
  draining: { tone: 'attention', icon: 'clock', text: 'Draining' },
  offline: { tone: 'quiet', icon: 'minus', text: 'Offline' },
};

const MEASUREMENT_LOOKS: Readonly<Record<MeasurementStatus, Look>> = {
  queued: { tone: 'quiet', icon: 'clock', text: 'Queued' },
  running: { tone: 'busy', icon: 'dot', text: 'Running' },
  succeeded: { tone: 'good', icon: 'check', text: 'Measured' },
  failed: { tone: 'bad', icon: 'cross', text: 'Failed' },
  cancelled: { tone: 'quiet', icon: 'minus', text: 'Cancelled' },
};

const HEALTH_LOOKS: Readonly<Record<HealthStatus, Look>> = {
  healthy: { tone: 'good', icon: 'check', text: 'Healthy' },
  suspect: { tone: 'attention', icon: 'warning', text: 'Suspect' },
  failed: { tone: 'bad', icon: 'cross', text: 'Canary failed' },
  unknown: { tone: 'quiet', icon: 'minus', text: 'Health unknown' },
};

const CHANGE_LOOKS: Readonly<Record<Change['verdict'], Look>> = {
  slower: { tone: 'bad', icon: 'up', text: 'Slower' },
  faster: { tone: 'good', icon: 'down', text: 'Faster' },
  'no-change': { tone: 'quiet', icon: 'check', text: 'No change' },
  'too-little-data': { tone: 'quiet', icon: 'minus', text: 'Too little to judge' },
};

function Badge({ tone, icon, text }: Look) {
  return (
    <span className={`${styles.badge} ${TONES[tone]}`}>
      <Icon name={icon} size={13} />
      {text}
    </span>
  );
}

/** Where a plan stands: colour, sign and word. */
export function PlanBadge({ status }: { readonly status: PlanStatus }) {
  return <Badge {...PLAN_LOOKS[status]} />;
}

/** What a device does: colour, sign and word. */
export function AgentBadge({ state }: { readonly state: AgentState }) {
  return <Badge {...AGENT_LOOKS[state]} />;
}

/** Where a measurement stands. */
export function MeasurementBadge({ status }: { readonly status: MeasurementStatus }) {
  return <Badge {...MEASUREMENT_LOOKS[status]} />;
}

/** What the canary says about a device. */
export function HealthBadge({ status }: { readonly status: HealthStatus }) {
  return <Badge {...HEALTH_LOOKS[status]} />;
}

/** Whether a result really differs from those before it. */
export function ChangeBadge({ verdict }: Pick<Change, 'verdict'>) {
  return <Badge {...CHANGE_LOOKS[verdict]} />;
}
