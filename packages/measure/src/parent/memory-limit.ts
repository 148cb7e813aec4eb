import { totalmem } from 'node:os';

/** What is left for everything else, so that the probe is ended before the kernel picks a process to kill. */
const DEFAULT_SHARE = 0.9;

/** 90 % of the memory that this process may use: the machine's, or the container's where that is less. */
export function defaultMemoryLimitBytes(): number {
  const constrainedBytes = process.constrainedMemory();
  const totalBytes = totalmem();
  const limited = constrainedBytes !== undefined && constrainedBytes > 0 && constrainedBytes < totalBytes;
  return DEFAULT_SHARE * (limited ? constrainedBytes : totalBytes);
}
