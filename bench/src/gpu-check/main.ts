// bench/gpu-check: see there.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { builtInTargets } from '@espalier/contracts';
import { captureEnvironment, type DetectedTarget, detectTargets } from '@espalier/measure';
import { currentCommit, describeMachine } from '../machine.js';
import { exitCodes, type Findings, type ProviderChecks, tableOf, verdictOf } from './check.js';
import { writeCheckModels } from './models.js';
import { checkProvider } from './provider-checks.js';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, require: { type: 'string' } },
});
const quick = values.quick ?? false;
const progress = (text: string): void => console.error(`… ${text}`);

progress('detecting targets');
const targets = await detectTargets({ targets: builtInTargets.filter(({ provider }) => provider !== 'cpu') });
const gpus = (await captureEnvironment()).gpus ?? [];

// A machine with an NVIDIA GPU that CUDA does not reach is no machine without a GPU.
const required = values.require?.split(',').map((name) => name.trim()) ?? (gpus.length > 0 ? ['cuda'] : []);

/** A provider that must be here and is not. */
function absence({ provider, reason = 'for no known reason' }: DetectedTarget): ProviderChecks {
  return { provider, checks: [{ name: 'available', status: 'failed', detail: reason }] };
}

async function checkAll(): Promise<readonly ProviderChecks[]> {
  const absent = targets.filter(({ provider, available }) => !available && required.includes(provider)).map(absence);
  const present = targets.filter(({ available }) => available);
  if (present.length === 0) return absent;
  const dir = await mkdtemp(join(tmpdir(), 'espalier-gpu-check-'));
  try {
    const models = await writeCheckModels(dir, { quick });
    const checks: ProviderChecks[] = [];
    for (const { provider } of present) checks.push(await checkProvider(provider, models, { quick, progress }));
    return [...absent, ...checks];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const findings: Findings = { targets, gpus, providers: await checkAll() };
const verdict = verdictOf(findings);
const report = {
  check: 'gpu-check',
  at: new Date().toISOString(),
  commit: currentCommit(),
  machine: describeMachine(),
  verdict,
  ...findings,
};
console.log(values.json ? JSON.stringify(report) : tableOf(findings));
process.exitCode = exitCodes[verdict];
