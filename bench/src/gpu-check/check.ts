import type { GpuState } from '@espalier/contracts';
import type { DetectedTarget } from '@espalier/measure';

/** What one check came to. */
export interface Check {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** What was seen, or why not. */
  readonly detail: string;
}

/** All checks of one execution provider. */
export interface ProviderChecks {
  readonly provider: string;
  readonly checks: readonly Check[];
}

/** Everything that a run found. */
export interface Findings {
  readonly targets: readonly DetectedTarget[];
  readonly gpus: readonly GpuState[];
  readonly providers: readonly ProviderChecks[];
}

/** How a run ended. */
export type Verdict = 'passed' | 'failed' | 'no-gpu';

/** `no-gpu`: nothing was there to be checked, which nobody must mistake for success. */
export function verdictOf({ providers }: Findings): Verdict {
  const checks = providers.flatMap((each) => each.checks);
  if (checks.some(({ status }) => status === 'failed')) return 'failed';
  return checks.some(({ status }) => status === 'passed') ? 'passed' : 'no-gpu';
}

/** The exit code of each verdict; 2 is left to a run that could not begin. */
export const exitCodes: Readonly<Record<Verdict, number>> = { passed: 0, failed: 1, 'no-gpu': 3 };

const verdictTexts: Readonly<Record<Verdict, string>> = {
  passed: 'Everything that is present passed.',
  failed: 'Something failed.',
  'no-gpu': 'There is no GPU here that a target could use: nothing was checked.',
};

const marks: Readonly<Record<Check['status'], string>> = { passed: 'ok', failed: 'FAILED', skipped: 'skipped' };

/** The findings as a table for people. */
export function tableOf(findings: Findings): string {
  const gpus = findings.gpus.map(({ index, name, driver }) => `GPU ${index}: ${name}, driver ${driver}`);
  const rows = findings.providers.flatMap(({ provider, checks }) =>
    checks.map(
      ({ name, status, detail }) => `${provider.padEnd(9)} ${name.padEnd(12)} ${marks[status].padEnd(8)} ${detail}`,
    ),
  );
  const absent = findings.targets.flatMap(({ name, available, reason }) =>
    available ? [] : [`not here: ${name}: ${reason ?? 'for no known reason'}`],
  );
  return [...gpus, ...rows, ...absent, verdictTexts[verdictOf(findings)]].join('\n');
}
