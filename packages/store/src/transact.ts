import type { Database, Queries } from './database.js';
import { reachingDatabase } from './unavailable.js';

/** A transaction that takes longer holds a connection that others need. */
const TIMEOUT_MS = 15_000;

/** Runs a piece of work in one transaction; it is undone when it throws. */
export async function transact<T>(
  db: Database,
  work: (tx: Queries) => Promise<T>,
  timeoutMs: number = TIMEOUT_MS,
): Promise<T> {
  return await reachingDatabase(async () => await db.$transaction(work, { timeout: timeoutMs }));
}
