import { type Agents, agentsOf } from './agents.js';
import { type Artifacts, openArtifacts } from './artifacts.js';
import { type Candidates, candidatesOf } from './candidates.js';
import { type Comparisons, comparisonsOf } from './comparisons/comparisons.js';
import { openDatabase } from './database.js';
import { type Datasets, datasetsOf } from './datasets.js';
import { listen, type Listener, type Notice } from './listen.js';
import { type Measurements, measurementsOf } from './measurements/measurements.js';
import { type Models, modelsOf } from './models.js';
import { type Plans, plansOf } from './plans/plans.js';
import { type Scores, scoresOf } from './scores.js';
import { type Targets, targetsOf } from './targets.js';

/** The truth: Postgres and the artifacts folder. Every call may throw StoreError `database-unavailable`. */
export interface Store {
  readonly artifacts: Artifacts;
  readonly models: Models;
  readonly scores: Scores;
  readonly datasets: Datasets;
  readonly candidates: Candidates;
  readonly targets: Targets;
  readonly agents: Agents;
  readonly measurements: Measurements;
  readonly plans: Plans;
  readonly comparisons: Comparisons;
  /** Hears of changes. A notice may be lost while Postgres is away: poll as well, seldom. */
  listen(handlers: { onNotice: (notice: Notice) => void; onConnected?: () => void }): Listener;
  /** Resolves when Postgres answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly databaseUrl: string;
  readonly artifactsDir: string;
  /** Connections to Postgres at most. */
  readonly maxConnections?: number;
}

const DEFAULT_MAX_CONNECTIONS = 10;

/** Opens the store on a database that was migrated. Connects when first needed; makes the artifacts folder. */
export async function openStore({ databaseUrl, artifactsDir, maxConnections }: StoreOptions): Promise<Store> {
  const db = openDatabase(databaseUrl, maxConnections ?? DEFAULT_MAX_CONNECTIONS);
  return {
    artifacts: await openArtifacts(db, artifactsDir, Date.now),
    models: modelsOf(db),
    scores: scoresOf(db),
    datasets: datasetsOf(db),
    candidates: candidatesOf(db),
    targets: targetsOf(db),
    agents: agentsOf(db),
    measurements: measurementsOf(db),
    plans: plansOf(db),
    comparisons: comparisonsOf(db),
    listen: (handlers) => listen(databaseUrl, handlers),
    ping: async () => {
      await db.$queryRaw`SELECT 1`;
    },
    close: async () => await db.$disconnect(),
  };
}
