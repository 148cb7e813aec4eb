import { known, largestOf, smallestOf } from './known.js';
import {
  parseCfsQuota,
  parseCgroupPaths,
  parseCpuMax,
  parseInteger,
  parseKeyedInteger,
  parseMemoryLimit,
} from './proc-text.js';
import type { System } from './system.js';

const CGROUP_FOLDER = '/sys/fs/cgroup';
const MICROSECONDS = 1e6;
const NANOSECONDS = 1e9;

/** What a container allows, and how often it held us up; absent: no limit, or not told. */
export interface ContainerState {
  readonly containerCpus?: number;
  readonly containerMemoryBytes?: number;
  readonly containerThrottledSeconds?: number;
}

/** A container, and the memory that is left in it. */
export interface Container {
  readonly state: ContainerState;
  /** Below its limit; `undefined`: it has none. */
  readonly availableBytes: number | undefined;
}

/** Which files of a version of cgroups tell what. */
interface Files {
  readonly cpuFolders: readonly string[];
  readonly memoryFolders: readonly string[];
  readonly limitFile: string;
  readonly usageFile: string;
}

/**
 * The folders whose limits hold for this process: its own and all above it; inside of a namespace the mount's root is its
 * own.
 */
function foldersOf(mount: string, path: string | undefined): readonly string[] {
  const folders = [mount];
  for (const part of (path ?? '').split('/').filter((name) => name !== '')) folders.push(`${folders.at(-1)}/${part}`);
  return folders;
}

/** cgroup v2, and v1 where that is mounted; a machine may have both. */
async function filesOf(system: System): Promise<readonly Files[]> {
  const paths = parseCgroupPaths((await system.readText('/proc/self/cgroup')) ?? '');
  const unified = foldersOf(CGROUP_FOLDER, paths.get(''));
  return [
    { cpuFolders: unified, memoryFolders: unified, limitFile: 'memory.max', usageFile: 'memory.current' },
    {
      cpuFolders: foldersOf(`${CGROUP_FOLDER}/cpu`, paths.get('cpu')),
      memoryFolders: foldersOf(`${CGROUP_FOLDER}/memory`, paths.get('memory')),
      limitFile: 'memory.limit_in_bytes',
      usageFile: 'memory.usage_in_bytes',
    },
  ];
}

async function cpusIn(system: System, folder: string): Promise<number | undefined> {
  const read = (file: string) => system.readText(`${folder}/${file}`);
  return (
    parseCpuMax(await read('cpu.max')) ?? parseCfsQuota(await read('cpu.cfs_quota_us'), await read('cpu.cfs_period_us'))
  );
}

/** v2 counts microseconds, v1 nanoseconds, each under a name of its own. */
async function throttledSecondsIn(system: System, folder: string): Promise<number | undefined> {
  const stat = await system.readText(`${folder}/cpu.stat`);
  const micro = parseKeyedInteger(stat, 'throttled_usec');
  if (micro !== undefined) return micro / MICROSECONDS;
  const nano = parseKeyedInteger(stat, 'throttled_time');
  return nano === undefined ? undefined : nano / NANOSECONDS;
}

/** Memory below the limit of one folder. Cached files that the kernel can drop at once do not count as used. */
async function memoryIn(system: System, folder: string, { limitFile, usageFile }: Files) {
  const limit = parseMemoryLimit(await system.readText(`${folder}/${limitFile}`));
  if (limit === undefined) return undefined;
  const used = parseInteger(await system.readText(`${folder}/${usageFile}`));
  const stat = await system.readText(`${folder}/memory.stat`);
  const droppable = parseKeyedInteger(stat, 'total_inactive_file') ?? parseKeyedInteger(stat, 'inactive_file') ?? 0;
  return { limit, available: used === undefined ? undefined : Math.max(0, limit - used + droppable) };
}

/** Reads limits and throttling of cgroups. The tightest limit counts, and the longest throttling. */
export async function readContainer(system: System): Promise<Container> {
  const versions = await filesOf(system);
  const cpuFolders = versions.flatMap((files) => files.cpuFolders);
  const [cpus, throttled, memory] = await Promise.all([
    Promise.all(cpuFolders.map((folder) => cpusIn(system, folder))),
    Promise.all(cpuFolders.map((folder) => throttledSecondsIn(system, folder))),
    Promise.all(versions.flatMap((files) => files.memoryFolders.map((folder) => memoryIn(system, folder, files)))),
  ]);
  return {
    state: known({
      containerCpus: smallestOf(cpus),
      containerMemoryBytes: smallestOf(memory.map((each) => each?.limit)),
      containerThrottledSeconds: largestOf(throttled),
    }),
    availableBytes: smallestOf(memory.map((each) => each?.available)),
  };
}
