import type { Agent } from '@espalier/contracts';
import { Link } from 'wouter';
import { formatBytes, formatNoun } from '../format/number.js';
import { describeProgress, progressRemaining, progressShare } from '../format/progress.js';
import styles from './agent-list.module.css';
import { AgentBadge, HealthBadge } from './badge.js';
import { DeviceHealth } from './device-health.js';
import { ProgressBar } from './progress-bar.js';
import { TimeAgo } from './time-ago.js';

/** What an agent measures now: the measurement with the name of what it is about. */
export type NamedRun = NonNullable<Agent['running']> & { readonly subjectName: string };

/** An agent whose running measurement, if any, has a name. */
export interface NamedAgent {
  readonly agent: Agent;
  readonly running: NamedRun | null;
}

/** A device whose every target failed waits for its canary, not for a measurement. */
const isShutOut = ({ health }: Agent): boolean =>
  health.targets.length > 0 && health.targets.every(({ status }) => status === 'failed');

const SHUT_OUT_TEXT = 'Gets no measurement: its canary failed.';

const IDLE_TEXT: Readonly<Record<Agent['state'], string>> = {
  idle: 'Waits for a measurement.',
  busy: 'Begins a measurement.',
  draining: 'Takes no new measurement: it is about to stop.',
  offline: 'Not heard from. Its measurement, if it had one, goes to another agent.',
};

function Running({ running }: { readonly running: NamedRun }) {
  const { measurementId, progress, subjectName, target } = running;
  return (
    <>
      <div className={styles.work}>
        <span>
          <Link href={`/measurements/${measurementId}`}>{subjectName}</Link> on {target}: {describeProgress(progress)}
        </span>
        <span className={styles.remaining}>{progressRemaining(progress)}</span>
      </div>
      <ProgressBar share={progressShare(progress)} label={`Measurement of ${subjectName}`} />
    </>
  );
}

function AgentItem({ agent, running }: NamedAgent) {
  const { device, state } = agent;
  return (
    <li className={`${styles.agent} ${state === 'offline' ? styles.offline : ''}`}>
      <div className={styles.head}>
        <h3>{agent.name}</h3>
        <AgentBadge state={state} />
        <HealthBadge status={agent.health.status} />
        <span className={styles.seen}>
          seen <TimeAgo at={agent.lastSeenAt} />
        </span>
      </div>
      <p className={styles.device}>
        <strong>{device.cpuModel}</strong>, {formatNoun(device.logicalCores, 'core')}, {formatBytes(device.memoryBytes)}
        , {device.os}, onnxruntime {device.onnxruntime} · serves {agent.targets.join(', ')}
      </p>
      <div className={styles.now}>
        {running === null ? (
          <p className={styles.waiting}>{state === 'idle' && isShutOut(agent) ? SHUT_OUT_TEXT : IDLE_TEXT[state]}</p>
        ) : (
          <Running running={running} />
        )}
      </div>
      <DeviceHealth agent={agent} />
    </li>
  );
}

/** The agents: device, state, and what each measures right now. */
export function AgentList({ agents }: { readonly agents: readonly NamedAgent[] }) {
  return (
    <ul className={styles.agents}>
      {agents.map((named) => (
        <AgentItem key={named.agent.id} {...named} />
      ))}
    </ul>
  );
}
