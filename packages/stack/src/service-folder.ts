import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { canReach, type ServiceUser } from './access.js';
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

const PREFIX = 'espalier-stack-';
/** For root: holds data whose own folder lies where the service's user may not enter. */
const SYSTEM_DATA = '/var/lib/espalier';

/**
 * A new folder in the system's temporary folder, closed to others. Leftovers of owners that are gone are cleared first.
 * @throws StackError `disk_full`, `data_folder_unusable`
 */
export async function ephemeralFolder(service: string, user: ServiceUser | undefined): Promise<ServiceFolder> {
  const parent = await temporaryParent(user);
  return explained(parent, async () => {
    await clearLeftovers(parent, PREFIX, user);
    const path = await mkdtemp(join(parent, `${PREFIX}${service}-`));
    await claim(path);
    if (user !== undefined) await chown(path, user.uid, user.gid);
    return { path, ephemeral: true, release: () => rm(path, { recursive: true, force: true }) };
  });
}

/**
 * The folder of a service below `dataDir`, made when missing. A service that still runs there without its owner is ended.
 * @throws StackError `data_folder_in_use` while another process uses it, `data_folder_unusable`, `disk_full`
 */
export async function persistentFolder(
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
        'data_folder_unusable',
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
    throw new StackError('data_folder_in_use', `${folder} is in use by process ${owner.pid}`, {
      hint: 'end that process, or choose another data folder',
    });
  }
  await endService(folder);
  await disclaim(folder);
  await claim(folder);
}

async function temporaryParent(user: ServiceUser | undefined): Promise<string> {
  const wanted = await realpath(tmpdir());
  if (user === undefined || (await canReach(join(wanted, 'any'), user))) return wanted;
  return realpath('/tmp'); // TMPDIR may be a private folder of root's
}
