import { MeasurementSpec, resolveSpec } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { Command } from 'commander';
import { words } from '../testing/run-cli.js';
import {
  type PrecisionOptions,
  type SamplingOptions,
  type SessionOptions,
  specsOf,
  withPrecisionOptions,
  withSamplingOptions,
  withSessionOptions,
} from './spec-options.js';

/** The specs that a command line asks for. */
function specsFor(line: string): readonly MeasurementSpec[] {
  const command = withPrecisionOptions(withSamplingOptions(withSessionOptions(new Command(), { sweeps: true })));
  command.exitOverride().parse(words(line), { from: 'user' });
  return specsOf(command.opts<SessionOptions & SamplingOptions & PrecisionOptions>());
}

const allOptions = [
  '--batch 4 --input x=4x3 --seed 9 --provider cuda --provider-option deviceId=1 --threads 2 --inter-op-threads 3',
  '--execution-mode parallel --optimization basic --affinity 0-1 --no-spinning --no-arena --no-memory-pattern',
  '--min-runs 6 --max-runs 60 --max-seconds 7 --statistic p90 --precision 0.05 --processes 2 --pacing rate:5/s',
  '--repeat-if-unstable 1',
].join(' ');

test('every field of a latency can be chosen, except for the data, which is a file here', () => {
  const [spec] = specsFor(allOptions);
  const defaults = resolveSpec();
  const fields = Object.keys(MeasurementSpec.properties).filter(
    (field) => field !== 'inputData' && field !== 'scoring', // no part of a latency: `espalier score` chooses it
  );
  const chosen = new Map<string, unknown>(Object.entries(spec ?? {}));
  const standard = new Map<string, unknown>(Object.entries(defaults));
  for (const field of fields) expect([field, chosen.get(field)]).not.toEqual([field, standard.get(field)]);
  expect(spec).toMatchObject({
    inputShapes: { x: [4, 3] },
    providerOptions: { deviceId: 1 },
    affinity: '0-1',
    pacing: { kind: 'request-rate', perSecond: 5, arrivals: 'constant' },
  });
});

test('without options the spec is the default one', () => {
  expect(specsFor('--seed 1')).toEqual([resolveSpec()]);
});

test('several batches and threads give every combination, batch first', () => {
  const combinations = specsFor('--batch 1,8 --threads 2,0').map(({ batch, threads }) => [batch, threads]);
  expect(combinations).toEqual([
    [1, 2],
    [1, 0],
    [8, 2],
    [8, 0],
  ]);
});

test('fewer runs at most than the usual least are fine, fewer than the least that was asked for are not', () => {
  expect(specsFor('--max-runs 8')[0]).toMatchObject({ minRuns: 8, maxRuns: 8 });
  expect(() => specsFor('--min-runs 9 --max-runs 8')).toThrow(/--min-runs 9 is more than --max-runs 8/);
});
