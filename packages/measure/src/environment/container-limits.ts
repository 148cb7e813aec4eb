import { parseCfsQuota, parseCgroupPaths, parseCpuMax, parseMemoryLimit } from './proc-text.js';
import type { System } from './system.js';

const CGROUP_FOLDER = '/sys/fs/cgroup';

/** Limits of the container; absent: none is set. */
export interface ContainerLimits {
  readonly containerCpus?: number;
  readonly containerMemoryBytes?: number;
}

/** The folders of a controller that may limit this process: its own and, as inside of a namespace, the mount's root. */
function foldersOf(mount: string, path: string | undefined): readonly string[] {
  return path === undefined || path === '/' ? [mount] : [mount, `${mount}${path}`];
}

function smallest(limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Reads the CPU and memory limits of cgroup v2, or of v1 where that is mounted. The tightest counts. */
export async function readContainerLimits(system: System): Promise<ContainerLimits> {
  const paths = parseCgroupPaths((await system.readText('/proc/self/cgroup')) ?? '');
  const read = (folder: string, file: string): Promise<string | undefined> => system.readText(`${folder}/${file}`);
  const unified = foldersOf(CGROUP_FOLDER, paths.get(''));
  const cpuFolders = foldersOf(`${CGROUP_FOLDER}/cpu`, paths.get('cpu'));
  const memoryFolders = foldersOf(`${CGROUP_FOLDER}/memory`, paths.get('memory'));
  const cpus = smallest(
    await Promise.all([
      ...unified.map(async (folder) => parseCpuMax(await read(folder, 'cpu.max'))),
      ...cpuFolders.map(async (folder) =>
        parseCfsQuota(await read(folder, 'cpu.cfs_quota_us'), await read(folder, 'cpu.cfs_period_us')),
      ),
    ]),
  );
  const memoryBytes = smallest(
    await Promise.all([
      ...unified.map(async (folder) => parseMemoryLimit(await read(folder, 'memory.max'))),
      ...memoryFolders.map(async (folder) => parseMemoryLimit(await read(folder, 'memory.limit_in_bytes'))),
    ]),
  );
  return {
    ...(cpus === undefined ? {} : { containerCpus: cpus }),
    ...(memoryBytes === undefined ? {} : { containerMemoryBytes: memoryBytes }),
  };
}
