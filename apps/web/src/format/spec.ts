import type { MeasurementSpec, Pacing, ScoringSpec } from '@espalier/contracts';
import { formatCount, formatNoun, formatShare, UNIT_SPACE } from './number.js';
import { formatSha, formatShape } from './shape.js';

/** One setting of a measurement as people read it; `usual`: it has its default value. */
export interface SpecChip {
  readonly name: string;
  readonly text: string;
  readonly usual: boolean;
}

function pacingText(pacing: Pacing): string {
  switch (pacing.kind) {
    case 'back-to-back':
      return 'back to back';
    case 'idle-gap':
      return `idle for ${pacing.gapMs}${UNIT_SPACE}ms after each run`;
    case 'request-rate':
      return `${pacing.perSecond} requests a second, ${pacing.arrivals}`;
    default:
      return pacing satisfies never;
  }
}

const threadsText = (threads: number): string => (threads === 0 ? 'as onnxruntime decides' : String(threads));

const optionsText = (options: MeasurementSpec['providerOptions']): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

const shapesText = (shapes: MeasurementSpec['inputShapes']): string =>
  Object.entries(shapes)
    .map(([name, shape]) => `${name} ${formatShape(shape)}`)
    .join(', ');

const chip = (name: string, text: string, usual: boolean): SpecChip => ({ name, text, usual });

/** How scores are computed; what only latencies have is left out. */
function scoringChips(scoring: ScoringSpec, threads: number): readonly SpecChip[] {
  return [
    chip('criterion', scoring.criterion, false),
    chip('calibration data', formatSha(scoring.dataset), false),
    chip('samples', formatCount(scoring.samples), scoring.samples === 1024),
    chip('mini-batch', String(scoring.batch), scoring.batch === 128),
    chip('granularity', scoring.granularity, scoring.granularity === 'block'),
    chip('threads', threadsText(threads), threads === 1),
    chip('seed', String(scoring.seed), scoring.seed === 1),
  ];
}

/** What decides about the latency comes first, how it is measured then; what has its default and says little is left out. */
export function specChips(spec: MeasurementSpec): readonly SpecChip[] {
  if (spec.scoring !== null) return scoringChips(spec.scoring, spec.threads);
  const onlyUnusual = [
    chip('input shapes', shapesText(spec.inputShapes), Object.keys(spec.inputShapes).length === 0),
    chip('input data', spec.inputData === null ? 'random' : formatSha(spec.inputData), spec.inputData === null),
    chip('inter-op threads', threadsText(spec.interOpThreads), spec.interOpThreads === 1),
    chip('execution', spec.executionMode, spec.executionMode === 'sequential'),
    chip('graph optimisation', spec.graphOptimization, spec.graphOptimization === 'all'),
    chip('memory arena', spec.memoryArena ? 'on' : 'off', spec.memoryArena),
    chip('memory pattern', spec.memoryPattern ? 'on' : 'off', spec.memoryPattern),
    chip('spinning', spec.spinning ? 'on' : 'off', spec.spinning),
    chip('CPUs', spec.affinity ?? 'all', spec.affinity === null),
    chip('provider options', optionsText(spec.providerOptions), Object.keys(spec.providerOptions).length === 0),
    chip('repeated if unstable', `up to ${formatNoun(spec.repeatIfUnstable, 'time')}`, spec.repeatIfUnstable === 0),
    chip('seed', String(spec.seed), spec.seed === 1),
  ].filter(({ usual }) => !usual);
  return [
    chip('batch', String(spec.batch), spec.batch === 1),
    chip('threads', threadsText(spec.threads), spec.threads === 1),
    chip('provider', spec.provider, spec.provider === 'cpu'),
    chip('statistic', spec.statistic, spec.statistic === 'p50'),
    chip('precision', `±${formatShare(spec.precision)}`, spec.precision === 0.01),
    chip('pacing', pacingText(spec.pacing), spec.pacing.kind === 'back-to-back'),
    chip(
      'processes',
      spec.processes === 'auto' ? 'as many as needed' : String(spec.processes),
      spec.processes === 'auto',
    ),
    chip(
      'at most',
      `${formatNoun(spec.maxRuns, 'run')}, ${spec.maxSeconds}${UNIT_SPACE}s`,
      spec.maxRuns === 5000 && spec.maxSeconds === 30,
    ),
    ...onlyUnusual,
  ];
}

/** The few settings that tell measurements of a list apart: `batch 8, 2 threads`. */
export function specSummary(spec: MeasurementSpec): string {
  if (spec.scoring !== null) return `${spec.scoring.criterion} on data ${formatSha(spec.scoring.dataset)}`;
  const threads = spec.threads === 0 ? 'threads: automatic' : formatNoun(spec.threads, 'thread');
  const others = specChips(spec).filter(
    ({ name, usual }) =>
      !usual && !['batch', 'threads', 'provider', 'precision', 'at most', 'processes'].includes(name),
  );
  return [`batch ${spec.batch}`, threads, ...others.map(({ name, text }) => `${name} ${text}`)].join(', ');
}
