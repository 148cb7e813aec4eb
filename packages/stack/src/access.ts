import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Who runs a service that may not run as root. */
export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
}

const READ = 4;
const WRITE = 2;
const ENTER = 1;

/**
 * Whether `user` can read `path` and enter every folder above it. Looks at permission bits only: an access list may allow
 * more, which at worst leads to a needless copy. False for a path that does not exist.
 */
export async function canRead(path: string, user: ServiceUser): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  return permits(found, user, found.isDirectory() ? READ | ENTER : READ) && (await canReach(path, user));
}

/** Whether `user` can make and remove files in a folder. */
export async function canWrite(folder: string, user: ServiceUser): Promise<boolean> {
  return permits(await stat(folder), user, WRITE | ENTER) && (await canReach(folder, user));
}

/** Whether `user` can enter every folder above `path`. */
export async function canReach(path: string, user: ServiceUser): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!permits(await stat(folder), user, ENTER)) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Whether the permission bits give `user`, who is not root and has one group, all of `wanted` (a sum of 4, 2, 1). */
export function permits(
  { uid, gid, mode }: { readonly uid: number; readonly gid: number; readonly mode: number },
  user: ServiceUser,
  wanted: number,
): boolean {
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}
