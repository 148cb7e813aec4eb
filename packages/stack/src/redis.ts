import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explained } from './failure.js';
import { redisProgram } from './redis-program.js';
import { type Place, serviceFolder } from './service-folder.js';
import { runService, type Service } from './service.js';

/** Where and how Redis runs. */
export interface RedisOptions {
  readonly place: Place;
  readonly port: number | undefined;
  /** Where `npm run setup` unpacks redis-server. */
  readonly cacheDir: string;
  /** The variable PATH. */
  readonly searchPath: string;
}

/** Starts Redis on 127.0.0.1, empty or as it was left in `dataDir`. @throws StackError */
export async function startRedis({ place, port: wantedPort, cacheDir, searchPath }: RedisOptions): Promise<Service> {
  const program = await redisProgram(searchPath, cacheDir);
  const folder = await serviceFolder('redis', place, undefined);
  return runService(folder, wantedPort, async (port) => {
    const password = randomBytes(16).toString('hex'); // other users of the machine can reach the port, too
    await explained(folder.path, async () => {
      await mkdir(join(folder.path, 'data'), { recursive: true });
      await writeFile(join(folder.path, 'redis.conf'), configuration(port, password, folder.ephemeral), {
        mode: 0o600,
      });
    });
    return {
      service: 'redis',
      command: [program, 'redis.conf'],
      ready: 'Ready to accept connections',
      signal: 'TERM',
      env: { PATH: searchPath, LC_ALL: 'C' },
      user: undefined,
      url: `redis://:${password}@127.0.0.1:${port}`,
    };
  });
}

function configuration(port: number, password: string, ephemeral: boolean): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    'maxmemory-policy noeviction', // a queue must not forget jobs
    'save ""',
    `appendonly ${ephemeral ? 'no' : 'yes'}`,
    'dir data',
    'pidfile redis.pid',
    '',
  ].join('\n');
}
