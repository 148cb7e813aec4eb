import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { canReach, canWrite, type ServiceUser } from './access.js';
import { StackError } from './error.js';
import { explained } from './failure.js';
import { clearLeftovers, endService } from './leftovers.js';
import { claim, disclaim, isAlive, readOwner } from './owner.js';

/** The folder in which one service keeps everything, claimed by this process. */
export interface ServiceFolder {
  /** Absolute, without symbolic links. */
  readonly path: string;
  readonly ephemeral: boolean;
  /** Gives the claim up once the service has ended; ephemeral data is removed. */
  release(): Promise<void>;
}

/** Where the folders of services go: one that stays or, without it, one for temporary data. */
export interface Place {
  readonly dataDir: string | undefined;
  readonly temporaryDir: string;
}

const PREFIX = 'espalier-stack-';
/** For root: holds data whose own folder lies where the service's user may not enter. */
const SYSTEM_DATA = '/var/lib/espalier';

/**
 * Makes, or takes over, the folder of a service that `user` runs (undefined: the current user).
 * @throws StackError `data-folder-in-use` while another process uses it, `data-folder-unusable`, `disk-full`
 */
export function serviceFolder(
  service: string,
  { dataDir, temporaryDir }: Place,
  user: ServiceUser | undefined,
): Promise<ServiceFolder> {
  return dataDir === undefined
    ? ephemeralFolder(service, temporaryDir, user)
    : persistentFolder(service, dataDir, user);
}

/** A new folder for temporary data, closed to others. Leftovers of owners that are gone are cleared first. */
async function ephemeralFolder(
  service: string,
  temporaryDir: string,
  user: ServiceUser | undefined,
): Promise<ServiceFolder> {
  const parent = await temporaryParent(temporaryDir, user);
  return explained(parent, async () => {
    await clearLeftovers(parent, PREFIX, user);
    const path = await mkdtemp(join(parent, `${PREFIX}${service}-`));
    await claim(path);
    if (user !== undefined) await chown(path, user.uid, user.gid);
    return { path, ephemeral: true, release: () => rm(path, { recursive: true, force: true }) };
  });
}

/** `DATADIR/SERVICE`, made when missing. A service that still runs there without its owner is ended. */
async function persistentFolder(
  service: string,
  dataDir: string,
  user: ServiceUser | undefined,
): Promise<ServiceFolder> {
  const link = join(resolve(dataDir), service);
  return explained(link, async () => {
    await mkdir(dataDir, { recursive: true });
    await makeFolder(link, user);
    const path = await realpath(link);
    if (user !== undefined && !(await canReach(path, user))) {
      throw new StackError(
        'data-folder-unusable',
        `${path} is closed to user ${user.uid}, who runs ${service} for root`,
        {
          hint: 'let others enter the folders above it (chmod o+x), or choose another data folder',
        },
      );
    }
    await takeOver(path);
    return { path, ephemeral: false, release: () => disclaim(path) };
  });
}

async function makeFolder(path: string, user: ServiceUser | undefined): Promise<void> {
  if ((await lstat(path).catch(() => undefined)) !== undefined) return;
  if (user === undefined || (await canReach(path, user))) {
    await mkdir(path, { mode: 0o700 });
  } else {
    await mkdir(SYSTEM_DATA, { recursive: true });
    await chmod(SYSTEM_DATA, 0o711); // whatever the umask
    await symlink(await mkdtemp(join(SYSTEM_DATA, `${basename(path)}-`)), path);
  }
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

async function takeOver(folder: string): Promise<void> {
  const owner = await readOwner(folder);
  if (typeof owner === 'object' && isAlive(owner)) {
    throw new StackError('data-folder-in-use', `${folder} is in use by process ${owner.pid}`, {
      hint: 'end that process, or choose another data folder',
    });
  }
  await endService(folder);
  await disclaim(folder);
  await claim(folder);
}

async function temporaryParent(temporaryDir: string, user: ServiceUser | undefined): Promise<string> {
  const wanted = await realpath(temporaryDir);
  if (user === undefined || (await canWrite(wanted, user))) return wanted;
  return realpath('/tmp'); // TMPDIR may be a private folder of root's
}
