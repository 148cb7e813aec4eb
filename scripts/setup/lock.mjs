import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATE_DIR } from './paths.mjs';
import { note } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

const SETUP_LOCK = join(STATE_DIR, 'setup.lock');
const POLL_MS = 200;

/** The holder shows this often that it is alive; one that has not for so long is gone, or its number is another's now. */
const BEAT_MS = 2_000;
const STALE_MS = 20_000;

/**
 * Runs `work` while no other setup of this checkout runs. A lock whose holder is gone is taken over.
 * @template T @param {() => Promise<T>} work @param {string} [lock] a file @returns {Promise<T>}
 */
export async function exclusively(work, lock = SETUP_LOCK) {
  await acquire(lock);
  const beat = setInterval(touch, BEAT_MS, lock);
  const giveUp = () => release(lock);
  process.once('exit', giveUp);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off('exit', giveUp);
    giveUp();
  }
}

async function acquire(lock) {
  let told = false;
  while (!tryAcquire(lock)) {
    const holder = holderOf(lock);
    if (holder !== undefined && isStale(lock, holder)) {
      takeAway(lock, holder);
    } else {
      if (!told && holder !== undefined) note(`waiting for another setup of this checkout (process ${holder})`);
      told = true;
      await sleep(POLL_MS);
    }
  }
}

/** Written aside and linked, so that a lock is never seen without its holder's number. */
function tryAcquire(lock) {
  const draft = `${lock}.${process.pid}`;
  try {
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(draft, String(process.pid));
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new SetupError(`cannot write to ${dirname(lock)} (${error.code})`, {
      cause: error,
      hint: 'run setup as the owner of the checkout, with some disk space left',
    });
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @returns {number | undefined} undefined when nobody holds the lock */
function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} lock @param {number} holder */
function isStale(lock, holder) {
  try {
    process.kill(holder, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return true; // EPERM: it runs, as another user
  }
  try {
    return Date.now() - statSync(lock).mtimeMs > STALE_MS;
  } catch {
    return false; // given up in the meantime
  }
}

/** Moves the lock of a holder that is gone out of the way, and puts it back if it is a new holder's by now. */
function takeAway(lock, holder) {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (Number(readFileSync(aside, 'utf8')) !== holder) linkSync(aside, lock);
  } catch {
    // another waiting setup was faster
  } finally {
    rmSync(aside, { force: true });
  }
}

function touch(lock) {
  const now = new Date();
  utimesSync(lock, now, now);
}

function release(lock) {
  if (holderOf(lock) === process.pid) rmSync(lock, { force: true });
}
