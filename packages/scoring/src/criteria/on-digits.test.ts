import { beforeAll, expect, test } from '@jest/globals';
import type { MeasurementProgress } from '@espalier/contracts';
import { drawSamples } from '../dataset/draw.js';
import type { ArraySource } from '../dataset/write-dataset.js';
import { digitModel } from '../testing/digit-model.js';
import { CHANNELS, type DigitNetwork, type Slopes, slopesOf, trainNetwork } from '../testing/digit-network.js';
import { arrayOf, importances, inScene, plainSpec, scoreHere } from '../testing/in-process.js';
import { type Digits, readDigits, SIDE } from '../testing/mnist.js';
import type { Scored } from '../score-model.js';
import { seededSigns, type Signs } from './signs.js';
import { squaresOf, taylor } from './taylor.js';
import { gateSites } from './gate-sites.js';

/** Samples that are scored. */
const COUNT = 300;

/** The block that was made useless, between the two that were trained. */
const USELESS = 1;

let network: DigitNetwork;
let digits: Digits;
let arrays: readonly ArraySource[];

/** Of every mini-batch of 100. */
let slopes: readonly Slopes[];

beforeAll(() => {
  network = trainNetwork(readDigits('train', 1000), { epochs: 3, rate: 0.02 });
  digits = readDigits('t10k', COUNT);
  arrays = [
    arrayOf('x', 'float32', [COUNT, 1, SIDE, SIDE], digits.images),
    arrayOf('labels', 'uint8', [COUNT], digits.labels),
  ];
  slopes = miniBatches(100).map((each) => slopesOf(network, digits, each));
});

const score = (spec: Parameters<typeof scoreHere>[0]['spec']) =>
  scoreHere({ model: digitModel(network, { uselessBehind: USELESS }), arrays, spec });

/** The digits of each mini-batch that the seed gives. */
function miniBatches(batch: number): readonly (readonly number[])[] {
  const order = drawSamples(COUNT, COUNT, plainSpec.seed);
  return Array.from({ length: Math.floor(COUNT / batch) }, (_, index) =>
    order.slice(index * batch, (index + 1) * batch),
  );
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean over mini-batches of the mean over the filters of a trained block of a square, from back-propagated gradients. */
function byGradients(squares: (slopes: Slopes, block: number) => readonly number[]): readonly number[] {
  return network.blocks.map((_, block) => meanOf(slopes.map((each) => meanOf(squares(each, block)))));
}

/** That scores of the trained blocks are what gradients give, but for the error that the probes say they have. */
function expectEstimated({ scores }: Pick<Scored, 'scores'>, exact: readonly number[]): void {
  for (const [block, index] of [0, 2].entries()) {
    const { importance, standardError = 0 } = scores[index] ?? {};
    const truth = exact[block] ?? 0;
    expect(Math.abs(Number(importance) - truth)).toBeLessThan(3 * standardError);
    expect(standardError).toBeLessThan(0.35 * truth);
  }
}

test('the network that is scored was trained: most digits it has never seen are told apart', async () => {
  const { loss, accuracy } = await score({ criterion: 'ablation' });
  expect(accuracy).toBeGreaterThan(0.85);
  expect(loss).toBeCloseTo(meanOf(slopes.map((each) => each.loss)), 4);
});

test.each(['ablation', 'imprinting'] as const)('%s ranks the block that was made useless last', async (criterion) => {
  const [first = 0, useless = 1, last = 0] = importances(await score({ criterion })).map(Number);
  expect(useless).toBe(0);
  expect(Math.min(first, last)).toBeGreaterThan(0.01);
});

test.each(['cka', 'block-influence', 'gate-taylor', 'weight-taylor'] as const)(
  '%s sees that a block changes nothing',
  async (criterion) => {
    const [first = 0, useless = 1, last = 0] = importances(await score({ criterion, probes: 2, batch: 100 })).map(
      Number,
    );
    expect(useless).toBeCloseTo(0, 5);
    expect(Math.min(first, last)).toBeGreaterThan(useless);
  },
);

test('gate-taylor estimates what back-propagation gives, within its standard error', async () => {
  const exact = byGradients(({ gates }, block) => (gates[block] ?? []).flatMap((each) => [...each].map((a) => a * a)));
  expectEstimated(await score({ criterion: 'gate-taylor', probes: 16, batch: 100 }), exact);
});

test('weight-taylor estimates what back-propagation gives, within its standard error', async () => {
  const exact = byGradients(({ network: ofBatch }, block) =>
    (network.blocks[block] ?? []).flatMap(({ weights }, layer) => {
      const gradients = ofBatch.blocks[block]?.[layer === 0 ? 0 : 1].weights ?? [];
      const perFilter = weights.length / CHANNELS;
      return Array.from({ length: CHANNELS }, (_, filter) => {
        const own = weights.subarray(filter * perFilter, (filter + 1) * perFilter);
        return own.reduce(
          (sum, weight, index) => sum + (weight * (gradients[filter * perFilter + index] ?? 0)) ** 2,
          0,
        );
      });
    }),
  );
  expectEstimated(await score({ criterion: 'weight-taylor', probes: 16, batch: 100 }), exact);
});

/** Probe number g moves gate g and no other. */
const alone: Signs = ({ probe }, length) => Int8Array.from({ length }, (_, gate) => (gate === probe ? 1 : 0));

test('a finite difference of one gate alone is the gradient of that gate, gate by gate', async () => {
  const wanted = { model: digitModel(network), arrays, spec: { batch: 100, samples: 100, probes: 2 * CHANNELS } };
  const gates = slopes[0]?.gates[0]?.flatMap((each) => [...each]) ?? [];
  const differences = await inScene(wanted, (scene) => squaresOf(scene, gateSites(scene).slice(0, 1), alone));
  const largest = Math.max(...gates.map(Math.abs));
  for (const [gate, slope] of gates.entries()) {
    // Within the error of kinks: some activations pass through 0 on the way.
    const difference = Math.sqrt((differences[0]?.[0]?.[gate] ?? 0) * 2 * CHANNELS);
    expect(Math.abs(difference - Math.abs(slope))).toBeLessThan(0.02 * largest);
  }
});

test('the paper scores the first convolution of a block alone', async () => {
  const exact = byGradients(({ gates }, block) => [...(gates[block]?.[0] ?? [])].map((a) => a * a));
  expectEstimated(await score({ criterion: 'gate-taylor', reduction: 'paper', probes: 16, batch: 100 }), exact);
});

test('a Softmax at the end changes no loss: it is computed from what the Softmax reads', async () => {
  const spec = { criterion: 'ablation', samples: 100 } as const;
  const plain = await scoreHere({ model: digitModel(network), arrays, spec });
  expect(await scoreHere({ model: digitModel(network, { softmax: true }), arrays, spec })).toEqual(plain);
});

test.each([1, 8])('a model that is fixed to a batch of %i gives the scores of one that is not', async (batch) => {
  const spec = { samples: 60, batch: 30, probes: 2 } as const;
  for (const criterion of ['ablation', 'gate-taylor', 'imprinting', 'cka', 'activation'] as const) {
    const free = await scoreHere({ model: digitModel(network), arrays, spec: { ...spec, criterion } });
    const fixed = await scoreHere({ model: digitModel(network, { batch }), arrays, spec: { ...spec, criterion } });
    expect(fixed.passes).toBe(free.passes);
    for (const [index, importance] of importances(fixed).entries()) {
      expect(importance).toBeCloseTo(Number(importances(free)[index]), 4);
    }
  }
});

test('the order in which samples come does not matter where all of them count', async () => {
  const model = digitModel(network);
  for (const criterion of ['ablation', 'block-influence', 'activation'] as const) {
    const one = importances(await scoreHere({ model, arrays, spec: { criterion, seed: 1 } }));
    const other = importances(await scoreHere({ model, arrays, spec: { criterion, seed: 2, batch: 70 } }));
    for (const [index, importance] of one.entries()) expect(other[index]).toBeCloseTo(Number(importance), 5);
  }
});

test('mini-batches may come in any order: each has signs of its own, by its number', async () => {
  const signs = seededSigns(7);
  const wanted = { model: digitModel(network), arrays, spec: { batch: 50, samples: 100, probes: 2 } };
  const scores = await inScene(wanted, async (scene) => {
    const forward = await taylor(scene, gateSites(scene), signs);
    const turned = { ...scene, samples: [...scene.samples.slice(50), ...scene.samples.slice(0, 50)] };
    const backward = await taylor(turned, gateSites(turned), (direction, length) =>
      signs({ ...direction, batch: 1 - direction.batch }, length),
    );
    return [importances(forward), importances(backward)] as const;
  });
  for (const [index, importance] of scores[0].entries()) expect(scores[1][index]).toBeCloseTo(Number(importance), 6);
});

test('the same seed gives the same scores, another seed other ones', async () => {
  const spec = { criterion: 'gate-taylor', samples: 100, probes: 2 } as const;
  const model = digitModel(network);
  const first = await scoreHere({ model, arrays, spec });
  expect(await scoreHere({ model, arrays, spec })).toEqual(first);
  expect(importances(await scoreHere({ model, arrays, spec: { ...spec, seed: 2 } }))).not.toEqual(importances(first));
});

test.each([
  'gate-taylor',
  'weight-taylor',
  'imprinting',
  'ablation',
  'cka',
  'block-influence',
  'activation',
  'sensitivity',
] as const)('the progress of %s reaches the passes that were planned', async (criterion) => {
  const seen: MeasurementProgress[] = [];
  const { passes } = await scoreHere({
    model: digitModel(network),
    arrays,
    spec: { criterion, samples: 40, batch: 20, probes: 2 },
    onProgress: (progress) => seen.push(progress),
  });
  expect(seen.at(-1)).toMatchObject({ phase: 'scoring', runs: passes, plannedRuns: passes, remainingMs: 0 });
  expect(seen.map(({ runs }) => runs)).toEqual(seen.map(({ runs }) => runs).sort((a, b) => a - b));
  // All but the search know from the beginning how much there is to do; that may need fewer than it planned.
  expect(Number(seen[0]?.plannedRuns) - passes).toBeGreaterThanOrEqual(0);
  expect(seen[0]?.plannedRuns === passes || criterion === 'sensitivity').toBe(true);
});

test('sensitivity finds for each group the largest rate of its grid that the loss bears', async () => {
  const { groups, scores, loss } = await score({ criterion: 'sensitivity', samples: 100, threshold: 0.1 });
  expect(scores).toEqual([]);
  expect(groups.length).toBeGreaterThan(2);
  for (const { rate, curve } of groups) {
    const limit = Number(loss) * 1.1;
    expect(curve.find((point) => point.rate === rate)?.loss).toBeLessThanOrEqual(limit);
    const beyond = curve.filter((point) => point.rate > rate).map((point) => point.loss);
    expect(Math.min(Number.POSITIVE_INFINITY, ...beyond)).toBeGreaterThan(limit);
  }
  // Nothing that the useless block computes inside is felt.
  expect(groups.find(({ group }) => group.startsWith('useless.conv1'))?.rate).toBeGreaterThan(0.8);
});
