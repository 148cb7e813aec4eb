import type { ProfileResult } from '@espalier/contracts';
import { environmentText, factLines, inputsText, warningLines } from './environment-text.js';
import { formatMs, formatPercent, significant } from './format.js';
import { renderTable } from './table.js';
import { styled } from './terminal.js';

const BAR_CELLS = 24;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar as long as a share of the largest one. */
function bar(share: number, largest: number): string {
  const eighths = largest > 0 ? Math.round(Math.max(0, share / largest) * BAR_CELLS * 8) : 0;
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** A row of the table of parts: what, its share, its time in the profiled run, and how many kernels. */
interface Part {
  readonly index: string;
  readonly name: string;
  readonly share: number;
  readonly kernels: string;
}

/** The parts that make the whole run, in order of the run, what belongs to no block behind them. */
export function partsOf(result: ProfileResult): readonly Part[] {
  const { blocks, rest, runtime, unexplained, kernels } = result;
  const inBlocks = (blocks ?? []).reduce((sum, block) => sum + block.kernels, 0);
  return [
    ...(blocks ?? []).map(({ index, name, share, kernels: count }) => ({
      index: String(index),
      name,
      share,
      kernels: String(count),
    })),
    {
      index: '',
      name: blocks === null ? 'kernels' : 'rest (stem, head, layout changes)',
      share: rest.share,
      kernels: String(kernels.length - inBlocks),
    },
    { index: '', name: 'runtime (onnxruntime itself, the profiler)', share: runtime.share, kernels: '' },
    { index: '', name: 'unexplained', share: unexplained, kernels: '' },
  ];
}

function partsTable(result: ProfileResult): string {
  const parts = partsOf(result);
  const largest = Math.max(...parts.map(({ share }) => share));
  const total = parts.reduce((sum, { share }) => sum + share, 0);
  return renderTable(
    [
      { heading: '#', align: 'right' },
      { heading: 'block' },
      { heading: 'share', align: 'right' },
      { heading: '' },
      { heading: 'kernels', align: 'right' },
    ],
    [
      ...parts.map(({ index, name, share, kernels }) => [
        index,
        name,
        formatPercent(share),
        styled('cyan', bar(share, largest)),
        kernels,
      ]),
      ['', styled('bold', 'the whole run'), formatPercent(total), '', String(result.kernels.length)],
    ],
  );
}

/** The nodes of a kernel in few words: the main one, and how many more. */
function nodesText(nodes: readonly string[]): string {
  const [main, ...others] = nodes;
  if (main === undefined) return styled('dim', 'added by onnxruntime');
  return others.length === 0 ? main : `${main} + ${others.length} more`;
}

function kernelsTable({ kernels, placement }: ProfileResult, top: number): string {
  const largest = [...kernels].sort((a, b) => b.share - a.share).slice(0, top);
  const several = Object.keys(placement).length > 1;
  return renderTable(
    [
      { heading: 'share', align: 'right' },
      { heading: 'kernel' },
      ...(several ? [{ heading: 'provider' }] : []),
      { heading: 'does the work of' },
    ],
    largest.map(({ share, opType, provider, nodes }) => [
      formatPercent(share),
      opType,
      ...(several ? [provider] : []),
      nodesText(nodes),
    ]),
  );
}

/** Which share of the whole run the blocks, the rest and the runtime account for. */
function sumText({ unexplained, blocks }: ProfileResult): string {
  const what = blocks === null ? 'kernels and runtime' : 'blocks, rest and runtime';
  return `${what} together are ${formatPercent(1 - unexplained)} of the profiled run as it was timed from outside`;
}

/** From here on the profiler takes as long as what it looks at. */
const COARSE_FROM = 2;

/** What the profiler costs; medians of runs that took turns differ by chance, too. */
function overheadText({ overhead, plainP50Ms, profiledP50Ms, runs }: ProfileResult): string {
  const cost = overhead < 1.005 ? 'adds nothing that shows' : `makes a run ${significant(overhead)} times as long`;
  const times = `${formatMs(plainP50Ms)} without, ${formatMs(profiledP50Ms)} with it (p50 of ${runs} runs)`;
  const coarse =
    overhead < COARSE_FROM ? '' : styled('yellow', '; so much that the shares of small kernels are coarse');
  return `${cost}: ${times}${coarse}`;
}

/** A profile as a person reads it; `top` kernels are listed. */
export function profileText(name: string, result: ProfileResult, top: number): string {
  const { placement, environment, inputs, warnings } = result;
  const isGpu = environment.provider !== 'cpu';
  return [
    `${styled('bold', name)}  where the time of a run goes`,
    '',
    partsTable(result),
    '',
    ...(top === 0 ? [] : [kernelsTable(result, top), '']),
    ...factLines([
      ['sum', sumText(result)],
      ['profiler', overheadText(result)],
      [
        'kernels',
        Object.entries(placement)
          .map(([provider, count]) => `${count} on ${provider}`)
          .join(', '),
      ],
      ['inputs', inputsText(inputs)],
      ['device', environmentText(environment)],
    ]),
    styled('dim', 'Shares are of the profiled run and no latencies; `espalier measure` gives those.'),
    ...(isGpu
      ? [styled('dim', 'Kernels of a GPU run on after they were started: these shares tell of starting them.')]
      : []),
    ...warningLines(warnings),
  ].join('\n');
}
