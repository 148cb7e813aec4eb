import { MeasureError, type ProbeEnd } from '../measure-error.js';
import { MEMORY_LIMIT_MARK } from '../probe/marks.js';

/** What an end for want of memory leaves on stderr: from the guard, V8, the C++ library and the allocators. */
const outOfMemory =
  /heap out of memory|std::bad_alloc|terminate called.*bad_alloc|Fatal (?:process|JavaScript) out of memory|Cannot allocate memory|Failed to reserve|FATAL ERROR: .*[Aa]llocation failed/;

function whereOf({ doing }: ProbeEnd): string {
  switch (doing?.phase) {
    case 'loading':
      return ' while it loaded the model';
    case 'first-run':
      return ' in the first run of the model';
    case 'warming-up':
      return ' while it warmed up';
    case 'sampling':
      return ' while it measured';
    case 'scoring':
      return ' while it scored';
    default:
      return '';
  }
}

/** What it means that a probe ended without an answer, though nobody here killed it. */
export function unexpectedEnd(end: ProbeEnd, memoryLimitBytes: number): MeasureError {
  const where = whereOf(end);
  if (end.lastWords.includes(MEMORY_LIMIT_MARK) || outOfMemory.test(end.lastWords)) {
    return new MeasureError(
      'probe-out-of-memory',
      `the model needs more memory than the ${Math.round(memoryLimitBytes / 2 ** 20)} MiB that the probe may use; it ended${where}`,
      { hint: 'raise the memory limit, or measure with a smaller batch or input', probe: end },
    );
  }
  const how = end.signal === null ? `with exit code ${end.exitCode}` : `by ${end.signal}`;
  const hint = end.signal === 'SIGKILL' ? 'a SIGKILL from outside is most often the kernel, out of memory' : undefined;
  return new MeasureError('probe-crashed', `the probe ended ${how}${where} without an answer`, { hint, probe: end });
}
