import type { Regression, RegressionReport } from '@espalier/contracts';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../context.js';
import { exitCodes } from '../errors.js';
import { formatMs } from '../output/format.js';
import { renderTable } from '../output/table.js';
import { serverOption } from '../service/server-option.js';

interface RegressionOptions {
  readonly server: string;
  readonly model?: string;
  readonly target?: string;
  readonly since?: string;
  readonly json?: true;
}

const HOUR_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

/**
 * Reads a moment such as `7d` (so long ago) or `2026-11-01`.
 * @returns ISO 8601 in UTC
 * @throws InvalidArgumentError with examples
 */
export function sinceText(text: string, now: number = Date.now()): string {
  const [, amount, unit = ''] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  const ago = Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
  const at = Number.isNaN(ago) ? (/^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN) : now - ago;
  if (Number.isNaN(at)) throw new InvalidArgumentError('Give a time such as 7d, 12h, 2w or 2026-11-01T08:00:00Z.');
  return new Date(at).toISOString();
}

/** `espalier regressions`: what became really slower or faster. It ends with 3 when something is slower, like a check. */
export function regressionsCommand(program: Command, context: CommandContext): void {
  program
    .command('regressions')
    .summary('tell which measurements of a service became really slower or faster')
    .description(
      'Compares the latest result of everything that was measured several times (`fresh`) with ' +
        'the results before it, by the noise that the history itself shows. Ends with 0 when nothing is slower, with 3 when ' +
        'something is.',
    )
    .addOption(serverOption())
    .option('--model <id>', 'only this model, by its SHA-256')
    .option('--target <name>', 'only this target')
    .option('--since <time>', 'only results that are newer: 7d, 12h, 2w or a date', (text) => sinceText(text))
    .option('--json', 'print JSON')
    .action((options: RegressionOptions) => run(options, context));
}

async function run({ server, model, target, since, json }: RegressionOptions, context: CommandContext): Promise<void> {
  // Loaded here, so that other commands start without it.
  const { createClient } = await import('@espalier/client');
  const report = await createClient({ baseUrl: server }).measurements.regressions({
    ...(model === undefined ? {} : { modelId: model }),
    ...(target === undefined ? {} : { target }),
    ...(since === undefined ? {} : { since }),
    signal: context.signal,
  });
  context.terminal.out(json ? JSON.stringify(report, undefined, 2) : regressionsText(report));
  if (report.regressions.some(({ change }) => change.verdict === 'slower')) process.exitCode = exitCodes.infeasible;
}

/** The report for people. */
export function regressionsText({ judged, regressions }: RegressionReport): string {
  if (judged === 0) return 'nothing was measured twice yet: there is no history to judge';
  if (regressions.length === 0) return `no change in ${judged} measured again`;
  const slower = regressions.filter(({ change }) => change.verdict === 'slower').length;
  const table = renderTable(
    [
      { heading: 'change' },
      { heading: 'ratio', align: 'right' },
      { heading: '95 % interval' },
      { heading: 'before', align: 'right' },
      { heading: 'model' },
      { heading: 'target' },
      { heading: 'batch', align: 'right' },
      { heading: 'threads', align: 'right' },
      { heading: 'measurement' },
    ],
    regressions.map(rowOf),
  );
  return `${table}\n\n${slower} slower, ${regressions.length - slower} faster, of ${judged} measured again`;
}

function rowOf({ measurement, modelName, change }: Regression): string[] {
  const { ratio, ci, referenceMs, verdict } = change;
  return [
    verdict,
    ratio === null ? '' : `${ratio.toFixed(3)}×`,
    ci === null ? '' : `${ci[0].toFixed(3)} to ${ci[1].toFixed(3)}`,
    referenceMs === null ? '' : formatMs(referenceMs),
    modelName ?? measurement.subject.slice(0, 12),
    measurement.target,
    String(measurement.spec.batch),
    String(measurement.spec.threads),
    measurement.id,
  ];
}
