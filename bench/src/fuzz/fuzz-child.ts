// Runs cases of the fuzz benchmark, in a process of its own: whatever a case does, the process that waits for it goes on. It
// is sent which cases, tells before each that it begins, and ends.
import { setImmediate } from 'node:timers/promises';
import { type CaseResult, Finding, runCase } from './case.js';
import { loadSubjects } from './subjects.js';

/** Cases `from`, `from + step`, … below `until`. */
export interface FuzzWork {
  readonly seed: number;
  readonly from: number;
  readonly until: number;
  readonly step: number;
  /** Folders with ONNX files to damage beside our own. */
  readonly modelFolders: readonly string[];
  /** Where damaged models look for external data. */
  readonly dataFolder: string;
}

/** What the process tells. */
export type FuzzNews =
  | { readonly kind: 'ready'; readonly exported: number }
  | { readonly kind: 'begins'; readonly number: number }
  | { readonly kind: 'result'; readonly number: number; readonly cpuMs: number; readonly result: CaseResult }
  | { readonly kind: 'finding'; readonly number: number; readonly text: string };

const FRAMES_SHOWN = 3;

process.once('message', (work: FuzzWork) => {
  void runAll(work).then(() => process.disconnect());
});
process.once('disconnect', () => process.exit());

async function runAll({ seed, from, until, step, modelFolders, dataFolder }: FuzzWork): Promise<void> {
  const subjects = await loadSubjects(modelFolders);
  tell({ kind: 'ready', exported: subjects.exported.length });
  for (let number = from; number < until; number += step) {
    tell({ kind: 'begins', number });
    const before = process.cpuUsage();
    try {
      const result = runCase(subjects, { seed, number }, dataFolder);
      const { user, system } = process.cpuUsage(before);
      tell({ kind: 'result', number, cpuMs: (user + system) / 1000, result });
    } catch (error) {
      tell({ kind: 'finding', number, text: textOf(error) });
    }
    await setImmediate(); // lets the messages out
  }
}

function tell(news: FuzzNews): void {
  process.send?.(news);
}

/** The message and where it was thrown. */
function textOf(error: unknown): string {
  const thrown = error instanceof Finding ? error.cause : error;
  const frames = thrown instanceof Error ? (thrown.stack ?? '').split('\n').slice(1, 1 + FRAMES_SHOWN) : [];
  return [error instanceof Error ? error.message : String(error), ...frames].join('\n');
}
