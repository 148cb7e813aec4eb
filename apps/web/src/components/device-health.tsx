import type { Agent, CanaryReading, TargetHealth } from '@espalier/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { canBeCleared, describeCanary, describeHealth, describeSpeed, healthReasons } from '../format/health.js';
import { formatMs } from '../format/latency.js';
import { formatNoun } from '../format/number.js';
import { client } from '../service/client.js';
import { agentsQuery, canaryQuery } from '../service/queries.js';
import { Button } from './button.js';
import styles from './device-health.module.css';
import { ErrorNotice } from './notice.js';
import { Sparkline } from './sparkline.js';

interface Point {
  readonly atMs: number;
  readonly ms: number;
}

const pointsOf = (readings: readonly CanaryReading[]): readonly Point[] =>
  readings.flatMap(({ at, outcome }) =>
    outcome.kind === 'measured' ? [{ atMs: Date.parse(at), ms: outcome.p50Ms }] : [],
  );

function lineLabel(target: string, points: readonly Point[]): string {
  const values = points.map(({ ms }) => ms);
  const last = values.at(-1) ?? 0;
  return (
    `Canary on ${target} over ${formatNoun(points.length, 'reading')}: from ${formatMs(Math.min(...values))} to ` +
    `${formatMs(Math.max(...values))}, last ${formatMs(last)}; the dashed line is its baseline`
  );
}

function TargetPart({ agentId, health }: { readonly agentId: string; readonly health: TargetHealth }) {
  const { target, baselineMs } = health;
  const { data: readings = [] } = useQuery(canaryQuery(agentId, target));
  const points = pointsOf(readings);
  return (
    <li className={styles.target}>
      <p className={styles.name}>
        <span>{target}</span>
        <span className={styles.soft}>{health.p50Ms === null ? '' : describeSpeed(health)}</span>
      </p>
      <p className={styles.soft}>{describeCanary(health)}</p>
      {points.length < 2 ? null : (
        <Sparkline
          label={lineLabel(target, points)}
          at={points.map(({ atMs }) => atMs)}
          values={points.map(({ ms }) => ms)}
          level={baselineMs}
          height={28}
        />
      )}
    </li>
  );
}

/** Asks once more: a device that is cleared gets measurements, and its baseline begins anew. */
function Clear({ agent }: { readonly agent: Agent }) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const clear = useMutation({
    mutationFn: () => client.agents.clear(agent.id),
    onSuccess: async () => {
      setAsking(false);
      await queries.invalidateQueries({ queryKey: agentsQuery.queryKey });
    },
  });
  if (!asking)
    return (
      <Button onClick={() => setAsking(true)} aria-label={`Clear ${agent.name}`}>
        Clear
      </Button>
    );
  return (
    <div className={styles.confirm} role="group" aria-label={`Clear ${agent.name}?`}>
      <span>Is the device all right? It gets measurements again, and its next canaries make a new baseline.</span>
      <Button primary disabled={clear.isPending} onClick={() => clear.mutate()}>
        {clear.isPending ? 'Clearing…' : 'Yes, clear it'}
      </Button>
      <Button onClick={() => setAsking(false)}>No</Button>
      {clear.error === null ? null : <ErrorNotice title="The device could not be cleared" error={clear.error} />}
    </div>
  );
}

const toneOf = (status: Agent['health']['status']): string =>
  ({ failed: styles.failed, suspect: styles.suspect, healthy: '', unknown: '' })[status] ?? '';

/** What the canary says about a device: whether it gets measurements, why not, and how its speed went over time. */
export function DeviceHealth({ agent }: { readonly agent: Agent }) {
  const { health } = agent;
  const measured = health.targets.filter(({ at }) => at !== null);
  return (
    <div className={`${styles.health} ${toneOf(health.status)}`}>
      <div className={styles.head}>
        <span>{describeHealth(health)}</span>
        {canBeCleared(health) ? <Clear agent={agent} /> : null}
      </div>
      {healthReasons(health).length === 0 ? null : (
        <ul className={styles.reasons}>
          {healthReasons(health).map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {measured.length === 0 ? null : (
        <ul className={styles.targets}>
          {measured.map((target) => (
            <TargetPart key={target.target} agentId={agent.id} health={target} />
          ))}
        </ul>
      )}
    </div>
  );
}
