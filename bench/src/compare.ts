// LayerPrune's question (arXiv 2007.05667) on this machine's CPU: how fast does a network get when whole layers go, and how
// fast when filters go? Blocks go one after the other, filters at one rate everywhere, both by the l2 norm of their weights.
// Every candidate is measured beside the whole network in the same processes; figures are ratios of the p50.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MeasurementSpec, resolveSpec } from '@espalier/contracts';
import { measure, traceShapes } from '@espalier/measure';
import { type OnnxModel, writeModelFile } from '@espalier/onnx';
import {
  chooseFilters,
  findBlocks,
  findFilterGroups,
  prune,
  type PruningRecipe,
  scoreBlocks,
  scoreFilters,
  summarise,
  type TensorShapes,
} from '@espalier/pruning';
import { buildZooModel } from '@espalier/zoo';
import type { Bench } from './bench.js';

interface Network {
  /** As it ends the names of the figures. */
  readonly name: string;
  readonly zoo: string;
}

const QUICK: readonly Network[] = [
  { name: 'ResNet50', zoo: 'resnet50' },
  { name: 'VGG19Cifar', zoo: 'vgg19_bn_cifar' },
];
/** VGG-19 has most of its parameters in its fully connected layers; the one for CIFAR, which LayerPrune used too, has not. */
const FULL: readonly Network[] = [...QUICK, { name: 'VGG19', zoo: 'vgg19' }];

const SPECS: Readonly<Record<'quick' | 'full', MeasurementSpec>> = {
  quick: resolveSpec({ precision: 0.05, minRuns: 10, maxSeconds: 5, processes: 1 }),
  full: resolveSpec({ precision: 0.01, maxSeconds: 60, maxRuns: 20_000 }),
};

/** How far from half of the parameters "half" may be, in parts of all: the blocks of some networks are large. */
const HALF_WITHIN = 0.15;
/** From there on a note says where it is. */
const TOLD_FROM = 0.05;
/** The rate at which filters leave as many parameters as layers do is found to this. */
const RATE_STEP = 0.001;

/** A network and its ways to be pruned. */
interface Subject {
  readonly model: OnnxModel;
  readonly shapes: TensorShapes;
  readonly parameters: number;
  /** Blocks in the order in which they go. */
  readonly order: readonly number[];
  readonly filtersAt: (rate: number) => Readonly<Record<string, readonly number[]>>;
}

/** A recipe, and the parameters that it leaves. */
interface Choice {
  readonly recipe: PruningRecipe;
  readonly parameters: number;
}

async function subjectOf({ zoo }: Network, path: string): Promise<Subject> {
  const model = buildZooModel(zoo);
  await writeModelFile(model, path);
  const { shapes } = await traceShapes(path);
  const blocks = findBlocks(model, shapes, 'block');
  const removable = new Set(blocks.filter((block) => block.removable).map(({ index }) => index));
  const order = scoreBlocks(model, blocks, 'l2')
    .filter(({ index, importance }) => removable.has(index) && importance !== null)
    .toSorted((a, b) => (a.importance ?? 0) - (b.importance ?? 0) || a.index - b.index)
    .map(({ index }) => index);
  const groups = findFilterGroups(model, shapes);
  const { scores } = scoreFilters(model, groups, 'l2');
  return {
    model,
    shapes,
    parameters: summarise(model, shapes).parameters,
    order,
    filtersAt: (rate) => Object.fromEntries(chooseFilters(model, shapes, groups, { criterion: 'l2', scores, rate })),
  };
}

function choiceOf({ model, shapes }: Subject, recipe: PruningRecipe): Choice {
  const pruned = prune(model, shapes, recipe);
  return { recipe, parameters: summarise(pruned.model, pruned.shapes).parameters };
}

const withoutLayers = (subject: Subject, count: number): Choice =>
  choiceOf(subject, { granularity: 'block', remove: subject.order.slice(0, count) });

const withoutFilters = (subject: Subject, rate: number): Choice =>
  choiceOf(subject, { granularity: 'block', remove: [], filters: subject.filtersAt(rate) });

/** The number of blocks whose removal leaves closest to half of the parameters; undefined: none comes near. */
function halfOfLayers(subject: Subject): Choice | undefined {
  const half = subject.parameters / 2;
  const [closest] = subject.order
    .map((_, at) => withoutLayers(subject, at + 1))
    .toSorted((a, b) => Math.abs(a.parameters - half) - Math.abs(b.parameters - half));
  return closest !== undefined && Math.abs(closest.parameters - half) <= HALF_WITHIN * subject.parameters
    ? closest
    : undefined;
}

/** The rate that leaves as many parameters as asked, or the next fewer. */
function filtersLeaving(subject: Subject, parameters: number): Choice {
  let [low, high] = [0, 1];
  while (high - low > RATE_STEP) {
    const middle = (low + high) / 2;
    if (withoutFilters(subject, middle).parameters > parameters) low = middle;
    else high = middle;
  }
  return withoutFilters(subject, high);
}

interface Measuring {
  readonly folder: string;
  readonly basePath: string;
  readonly spec: MeasurementSpec;
  readonly progress: (text: string) => void;
}

/** The p50 of a candidate over that of the whole network, measured side by side. */
async function ratioOf(
  { model, shapes, parameters }: Subject,
  what: string,
  choice: Choice,
  { folder, basePath, spec, progress }: Measuring,
): Promise<number> {
  const path = join(folder, 'candidate.onnx');
  await writeModelFile(prune(model, shapes, choice.recipe).model, path);
  const { ratio, subject, control } = await measure({ subjectPath: path, controlPath: basePath, spec });
  if (ratio === undefined || control === undefined) throw new Error('a measurement with a control has a ratio');
  const [low, high] = ratio.ci.map((end) => end.toFixed(4));
  const share = ((100 * choice.parameters) / parameters).toFixed(1);
  progress(
    `${what}: ${share} % of the parameters, ${subject.p50Ms.toFixed(2)} of ${control.p50Ms.toFixed(2)} ms, ${ratio.p50.toFixed(4)} [${low}, ${high}]`,
  );
  return ratio.p50;
}

/** The figures of one network, and why some are missing. */
async function compareNetwork(
  network: Network,
  { progress, ...measuring }: Omit<Measuring, 'basePath'>,
): Promise<{ readonly figures: Record<string, number>; readonly notes: readonly string[] }> {
  const { name } = network;
  const basePath = join(measuring.folder, 'base.onnx');
  progress(`${name}: building it and learning its shapes`);
  const subject = await subjectOf(network, basePath);
  const ratio = (what: string, choice: Choice): Promise<number> =>
    ratioOf(subject, `${name}, ${what}`, choice, { ...measuring, basePath, progress });
  const floors = {
    [`layerFloorRatio${name}`]: await ratio(
      `without all ${subject.order.length} blocks that can go`,
      withoutLayers(subject, subject.order.length),
    ),
    [`filterFloorRatio${name}`]: await ratio('one filter a group', withoutFilters(subject, 1)),
  };
  const half = halfOfLayers(subject);
  if (half === undefined) {
    return { figures: floors, notes: [`${name}: no number of its blocks comes near half of its parameters`] };
  }
  const share = half.parameters / subject.parameters;
  return {
    figures: {
      ...floors,
      [`latencyAtHalfParametersLayer${name}`]: await ratio(`without ${half.recipe.remove.length} blocks`, half),
      [`latencyAtHalfParametersFilter${name}`]: await ratio(
        'as many parameters by filters',
        filtersLeaving(subject, half.parameters),
      ),
    },
    notes:
      Math.abs(share - 0.5) < TOLD_FROM
        ? []
        : [`${name}: what its blocks leave closest to half of the parameters are ${(100 * share).toFixed(1)} %`],
  };
}

/** Layers or filters: what either reaches at all, and at half of the parameters. */
export const compare: Bench = {
  name: 'compare',
  summary: 'prune layers or filters? p50 over the whole network: at the floor of each, and at half of the parameters',
  goals: {},
  async run({ quick, progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
    try {
      const figures: Record<string, number> = {};
      const notes: string[] = quick ? ['VGG19 (for ImageNet) is left to the full run'] : [];
      for (const network of quick ? QUICK : FULL) {
        const found = await compareNetwork(network, { folder, spec: SPECS[quick ? 'quick' : 'full'], progress });
        Object.assign(figures, found.figures);
        notes.push(...found.notes);
      }
      return { figures, notes };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
