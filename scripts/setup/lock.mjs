import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATE_DIR } from './paths.mjs';
import { note } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

const LOCK = join(STATE_DIR, 'setup.lock');
const POLL_MS = 200;

/** The holder shows this often that it is alive; one that has not for so long is gone, or its number is another's now. */
const BEAT_MS = 2_000;
const STALE_MS = 20_000;

/**
 * Runs `work` while no other setup of this checkout runs. A lock whose holder is gone is taken over.
 * @template T @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function exclusively(work) {
  await acquire();
  const beat = setInterval(touch, BEAT_MS);
  beat.unref();
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off('exit', release);
    release();
  }
}

async function acquire() {
  let told = false;
  while (!tryAcquire()) {
    const holder = holderOfLock();
    if (holder !== undefined && isStale(holder)) {
      takeAway(holder);
    } else {
      if (!told && holder !== undefined) note(`waiting for another setup of this checkout (process ${holder})`);
      told = true;
      await sleep(POLL_MS);
    }
  }
}

/** Written aside and linked, so that a lock is never seen without its holder's number. */
function tryAcquire() {
  const draft = `${LOCK}.${process.pid}`;
  try {
    mkdirSync(STATE_DIR, { recursive: true });
    writeFileSync(draft, String(process.pid));
    linkSync(draft, LOCK);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new SetupError(`cannot write to ${STATE_DIR} (${error.code})`, {
      cause: error,
      hint: 'run setup as the owner of the checkout, with some disk space left',
    });
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @returns {number | undefined} undefined when nobody holds the lock */
function holderOfLock() {
  try {
    return Number(readFileSync(LOCK, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {number} holder */
function isStale(holder) {
  try {
    process.kill(holder, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return true; // EPERM: it runs, as another user
  }
  try {
    return Date.now() - statSync(LOCK).mtimeMs > STALE_MS;
  } catch {
    return false; // given up in the meantime
  }
}

/** Moves the lock of a holder that is gone out of the way, and puts it back if it is a new holder's by now. @param {number} holder */
function takeAway(holder) {
  const aside = `${LOCK}.stale.${process.pid}`;
  try {
    renameSync(LOCK, aside);
    if (Number(readFileSync(aside, 'utf8')) !== holder) linkSync(aside, LOCK);
  } catch {
    // another waiting setup was faster
  } finally {
    rmSync(aside, { force: true });
  }
}

function touch() {
  const now = new Date();
  utimesSync(LOCK, now, now);
}

function release() {
  if (holderOfLock() === process.pid) rmSync(LOCK, { force: true });
}
