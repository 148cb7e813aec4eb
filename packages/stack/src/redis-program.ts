import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { StackError } from './error.js';

/**
 * The program redis-server: the first one on `searchPath` (the variable PATH), else the one that `npm run setup` unpacked
 * into `cacheDir`. @throws StackError `redis-missing` with how to install it here
 */
export async function redisProgram(searchPath: string, cacheDir: string): Promise<string> {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  const candidates = [
    ...folders.map((folder) => join(folder, 'redis-server')),
    join(cacheDir, 'redis/bin/redis-server'),
  ];
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  throw new StackError('redis-missing', 'redis-server was found neither on PATH nor in the cache of `npm run setup`', {
    hint: `${howToInstall(process.platform, await readFile('/etc/os-release', 'utf8').catch(() => ''))}; or set REDIS_URL`,
  });
}

/** The command that installs redis-server, by platform and the text of /etc/os-release. */
export function howToInstall(platform: NodeJS.Platform, osRelease: string): string {
  if (platform === 'darwin') return 'brew install redis';
  const ids = /^ID=.*$|^ID_LIKE=.*$/gm;
  const family = [...osRelease.matchAll(ids)].join(' ');
  const known = INSTALLERS.find(({ match }) => match.test(family));
  return known?.command ?? "install redis-server with the system's package manager";
}

const INSTALLERS = [
  { match: /debian|ubuntu/, command: 'sudo apt-get install redis-server' },
  { match: /fedora|rhel|centos/, command: 'sudo dnf install redis' },
  { match: /suse/, command: 'sudo zypper install redis' },
  { match: /arch/, command: 'sudo pacman -S valkey' },
  { match: /alpine/, command: 'sudo apk add redis' },
];

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
