import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { guardsOf, isRunning, makeSandbox, type Sandbox, servicesIn, until } from './testing/sandbox.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => {
  sandbox.remove();
});

const SERVICES = 2;
const noneRuns = (pids: readonly number[]): boolean => !pids.some(isRunning);

describe('Postgres and Redis end and their temporary data goes', () => {
  test.each<{ how: string; end: (pid: number) => void }>([
    { how: 'is killed', end: (pid) => process.kill(pid, 'SIGKILL') },
    { how: 'is terminated', end: (pid) => process.kill(pid, 'SIGTERM') },
    { how: 'is interrupted with its whole process group', end: (pid) => process.kill(-pid, 'SIGINT') },
  ])('when their owner $how', async ({ end }) => {
    const { process: owner } = await sandbox.startOwner();
    const services = servicesIn(sandbox.folders());
    expect(services.filter(isRunning)).toHaveLength(SERVICES);
    end(owner.pid ?? 0);
    await until(() => noneRuns(services) && sandbox.folders().length === 0);
  });

  test('at the next start when their guards were killed with their owner', async () => {
    const { process: owner } = await sandbox.startOwner();
    const folders = sandbox.folders();
    const services = servicesIn(folders);
    owner.kill('SIGSTOP'); // or it notices that a guard is gone and ends the other service in order
    for (const guard of services.flatMap(guardsOf)) process.kill(guard, 'SIGKILL');
    owner.kill('SIGKILL');
    await until(() => owner.signalCode !== null);
    expect(services.filter(isRunning)).toHaveLength(SERVICES);

    await sandbox.startOwner();
    expect(noneRuns(services)).toBe(true);
    expect(sandbox.folders().filter((folder) => folders.includes(folder))).toEqual([]);
    expect(servicesIn(sandbox.folders()).filter(isRunning)).toHaveLength(SERVICES);
  });
});

describe('a stack with a data folder', () => {
  test('belongs to one process at a time, until that is gone', async () => {
    const dataDir = join(sandbox.path, 'data');
    const first = await sandbox.startOwner(dataDir);
    const second = await sandbox.startOwner(dataDir);
    expect(second.answer).toEqual({ code: 'data-folder-in-use' });

    first.process.kill('SIGKILL');
    const third = await sandbox.startOwner(dataDir);
    expect(third.answer).toHaveProperty('databaseUrl');
  });

  test('is left alone by a stack that starts beside it', async () => {
    const { process: owner } = await sandbox.startOwner();
    const services = servicesIn(sandbox.folders());
    mkdirSync(join(sandbox.path, 'espalier-stack-postgres-justmade')); // its owner is about to write its name
    await sandbox.startOwner();
    expect(services.filter(isRunning)).toHaveLength(SERVICES);
    expect(sandbox.folders()).toContain(join(sandbox.path, 'espalier-stack-postgres-justmade'));
    expect(owner.exitCode).toBeNull();
  });
});
