import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, pause, retryDelayMs } from '@espalier/client';
import { DeliverOutcome, Id, parserOf } from '@espalier/contracts';
import type { Logger } from 'pino';
import { Type, type Static } from 'typebox';
import { PATIENT } from './until-answered.js';
import { verdictOf } from './verdict.js';
import { writeWhole } from './write-whole.js';

/** An outcome on its way to the API. */
const Parcel = Type.Object({ measurementId: Id, delivery: DeliverOutcome });
export type Parcel = Static<typeof Parcel>;

const parseParcel = parserOf('a spooled outcome', Parcel);

/**
 * Delivers outcomes: each lies on the disk from before the first try until the API has answered, so that neither an outage
 * nor the end of this process loses it. The API stores it once, however often it arrives.
 */
export interface Spool {
  /** Lays down what the next start is to say of an attempt, should this process end without a word about it. */
  readonly prepare: (parcel: Parcel) => Promise<void>;
  /** There is nothing to say of the attempt any more. */
  readonly withdraw: (parcel: Parcel) => Promise<void>;
  /** Keeps the outcome and tries to deliver it; resolves after that first try, delivered or not. */
  readonly send: (parcel: Parcel) => Promise<void>;
  /** One try for everything that waits; how many still wait afterwards. */
  readonly flush: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** What the spool needs. */
export interface SpoolOptions {
  readonly dir: string;
  readonly client: Client;
  readonly log: Logger;
  readonly random: () => number;
}

type Delivered = 'done' | 'later';

const nameOf = ({ measurementId, delivery }: Parcel): string => `${measurementId}-${delivery.attempt}.json`;

/** The outcome when the API refuses the real one: the measurement must end, and say why. */
const refusedParcel = (parcel: Parcel, reason: string): Parcel => ({
  ...parcel,
  delivery: {
    ...parcel.delivery,
    outcome: {
      kind: 'failed',
      failure: { code: 'result-refused', message: `the API refused what was measured: ${reason}` },
    },
  },
});

const isRefusal = ({ delivery: { outcome } }: Parcel): boolean =>
  outcome.kind === 'failed' && outcome.failure.code === 'result-refused';

async function readParcels(dir: string, log: Logger): Promise<Map<string, Parcel>> {
  const parcels = new Map<string, Parcel>();
  for (const name of (await readdir(dir)).toSorted()) {
    const path = join(dir, name);
    if (name.endsWith('.part')) await rm(path, { force: true });
    if (!name.endsWith('.json')) continue;
    try {
      parcels.set(name, parseParcel(JSON.parse(await readFile(path, 'utf8'))));
    } catch (error) {
      log.error({ path, reason: String(error) }, 'a spooled outcome cannot be read; put aside');
      await rename(path, `${path}.unreadable`);
    }
  }
  return parcels;
}

/** Opens the spool in `dir` with what an earlier run left there, and keeps trying to deliver it. */
export async function openSpool({ dir, client, log, random }: SpoolOptions): Promise<Spool> {
  await mkdir(dir, { recursive: true });
  const waiting = await readParcels(dir, log);
  const stop = new AbortController();
  let wakeUp: (() => void) | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const write = (parcel: Parcel): Promise<void> =>
    writeWhole(join(dir, nameOf(parcel)), JSON.stringify(parcel)).catch((error: unknown) =>
      log.error({ measurementId: parcel.measurementId, reason: String(error) }, 'an outcome is only in memory'),
    );

  async function keep(parcel: Parcel): Promise<void> {
    waiting.set(nameOf(parcel), parcel);
    await write(parcel);
  }

  async function forget(name: string): Promise<void> {
    waiting.delete(name);
    await rm(join(dir, name), { force: true });
  }

  async function tryOnce(parcel: Parcel): Promise<Delivered> {
    const { measurementId, delivery } = parcel;
    const about = { measurementId, attempt: delivery.attempt, outcome: delivery.outcome.kind };
    try {
      const { accepted } = await client.measurements.deliver(measurementId, delivery, { signal: stop.signal });
      log.info({ ...about, accepted }, 'outcome delivered');
      return 'done';
    } catch (error) {
      const verdict = verdictOf(error);
      const reason = String(error);
      if (verdict === 'later') {
        log.warn({ ...about, reason }, 'an outcome waits to be delivered');
        return 'later';
      }
      log.warn({ ...about, reason }, 'the API does not take an outcome');
      if (verdict === 'gone' || isRefusal(parcel)) return 'done';
      const refused = refusedParcel(parcel, reason);
      await keep(refused);
      return tryOnce(refused);
    }
  }

  /** Turns follow each other: two tries for one parcel at the same time would say everything twice. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    return mine;
  }

  const tryAll = async (): Promise<number> => {
    for (const [name, parcel] of waiting) {
      if (stop.signal.aborted) break;
      if ((await tryOnce(parcel)) === 'done') await forget(name);
    }
    return waiting.size;
  };

  /** Ends when something waits, or the spool closes. */
  const somethingWaits = (): Promise<void> =>
    new Promise((resolve) => {
      wakeUp = resolve;
      if (waiting.size > 0 || stop.signal.aborted) resolve();
    });

  async function run(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (waiting.size === 0) attempt = 1;
      await somethingWaits();
      const nextTryMs = Math.round(retryDelayMs(attempt, PATIENT, random()));
      if (waiting.size > 0) log.info({ waiting: waiting.size, nextTryMs }, 'outcomes wait to be delivered');
      await pause(nextTryMs, stop.signal).catch(() => undefined);
      if (stop.signal.aborted) return;
      await inTurn(tryAll);
    }
  }

  const running = run();
  return {
    prepare: write,
    withdraw: (parcel) => forget(nameOf(parcel)),
    send: (parcel) =>
      inTurn(async () => {
        await keep(parcel);
        if ((await tryOnce(parcel)) === 'done') await forget(nameOf(parcel));
        else wakeUp?.();
      }),
    flush: () => inTurn(tryAll),
    close: async () => {
      stop.abort();
      wakeUp?.();
      await running;
      await turn;
    },
  };
}
