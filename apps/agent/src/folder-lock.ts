import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parserOf } from '@espalier/contracts';
import { Type, type Static } from 'typebox';
import { AgentError } from './error.js';
import { hasCode } from './system-error.js';

/** The process that holds a folder; `startedAt` tells it from a later one with the same pid. */
const Holder = Type.Object({
  pid: Type.Integer({ minimum: 1 }),
  startedAt: Type.Union([Type.String(), Type.Null()]),
});
type Holder = Static<typeof Holder>;

const parseHolder = parserOf('the lock', Holder);

/** When a process started, in clock ticks since boot, as Linux tells it; null where the system does not. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The command's name, in parentheses, may hold anything; the start time is the 20th field behind it (proc(5)).
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not allowed to send it a signal: then it is there.
    return hasCode(error, 'EPERM');
  }
}

function holderIn(text: string): Holder | null {
  try {
    return parseHolder(JSON.parse(text));
  } catch {
    return null; // damaged: nobody's
  }
}

/** Whether the process that took the lock still runs; a later process with its pid is another one. */
async function isHeldBy({ pid, startedAt }: Holder): Promise<boolean> {
  return isAlive(pid) && (startedAt === null || startedAt === (await startOf(pid)));
}

/** Puts a stale lock away. Should another starter have renewed it in the meantime, that one gets it back. */
async function clear(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return; // another starter was faster
  }
  const moved = await readFile(aside, 'utf8');
  if (moved !== stale) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function take(dir: string, path: string): Promise<void> {
  const mine: Holder = { pid: process.pid, startedAt: await startOf(process.pid) };
  const prepared = join(dir, `lock.${randomUUID()}`);
  await writeFile(prepared, JSON.stringify(mine));
  try {
    for (;;) {
      try {
        await link(prepared, path); // unlike a write, it appears whole or not at all
        return;
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
      const text = await readFile(path, 'utf8').catch(() => '');
      const holder = holderIn(text);
      if (holder !== null && (await isHeldBy(holder))) {
        throw new AgentError('folder-locked', `another agent (process ${holder.pid}) uses ${dir}`, {
          hint: 'stop it, or give this one a folder of its own with ESPALIER_AGENT_DIR',
        });
      }
      await clear(path, text);
    }
  } finally {
    await rm(prepared, { force: true });
  }
}

/**
 * Makes the agent's folder and holds it for this process, so that two agents never share an identity. A lock that a dead
 * process left behind is taken over.
 * @throws AgentError `folder-locked`, `folder-unusable`
 */
export async function lockFolder(dir: string): Promise<{ readonly release: () => Promise<void> }> {
  const path = join(dir, 'agent.lock');
  try {
    await mkdir(dir, { recursive: true });
    await take(dir, path);
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    throw new AgentError('folder-unusable', `cannot use ${dir}: ${String(cause)}`, {
      cause,
      hint: 'ESPALIER_AGENT_DIR names a folder that this user may write to',
    });
  }
  return { release: () => rm(path, { force: true }) };
}
