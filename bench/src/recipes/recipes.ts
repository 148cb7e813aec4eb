// Random recipes for every model of the zoo and for exported files (blocks at both granularities, filters, and both at
// once): each pruned model is written, read again, loaded and run in onnxruntime. Its outputs must have the shapes of the base
// model's, its untouched weights the very bytes, and where the zoo can build the pruned network from scratch, its outputs must
// be the very same. A model without some filters must compute what it computes with their weights set to zero.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@espalier/onnx';
import type { Bench } from '../bench.js';
import { faultOf, tracedShapes } from './check.js';
import { recipeMakers } from './random-recipes.js';
import type { RecipeMaker } from './recipe-maker.js';
import { fileSubjects, type LazySubject, type Subject, zooSubjects } from './subjects.js';

const RECIPES_PER_KIND = { quick: 3, full: 50 };
const FAILURES_SHOWN = 20;
/** Beside the checkout; not every checkout has it. */
const MODELS_FOLDER = fileURLToPath(new URL('../../../../shared/models', import.meta.url));

interface Tally {
  cases: number;
  compared: number;
  readonly failures: string[];
  /** One line a model. */
  readonly lines: string[];
}

/** Pruned models that run. */
export const recipes: Bench = {
  name: 'recipes',
  summary: 'random recipes for every model: each pruned model loads, runs, and keeps what it should',
  goals: { failures: { atMost: 0 } },
  async run({ quick, progress, seed = 1 }) {
    const tally: Tally = { cases: 0, compared: 0, failures: [], lines: [] };
    const subjects = [...fileSubjects(MODELS_FOLDER, { isLightLeftOut: quick }), ...zooSubjects()];
    for (const subject of subjects) {
      await checkSubject(subject, { seed, count: quick ? RECIPES_PER_KIND.quick : RECIPES_PER_KIND.full }, tally);
      progress(tally.lines.at(-1) ?? subject.name);
    }
    const { cases, compared, failures } = tally;
    const absent = existsSync(MODELS_FOLDER) ? [] : [`exported models are not at ${MODELS_FOLDER}`];
    return {
      figures: { models: subjects.length, cases, comparedWithBuilt: compared, failures: failures.length },
      notes: [...absent, ...tally.lines, ...failures.slice(0, FAILURES_SHOWN)],
    };
  },
};

async function checkSubject(
  { name, load }: LazySubject,
  { seed, count }: { seed: number; count: number },
  tally: Tally,
): Promise<void> {
  const subject = await load();
  const shapes = await tracedShapes(subject);
  const counts: string[] = [];
  for (const [kind, maker] of Object.entries(recipeMakers(subject, shapes))) {
    const before = tally.failures.length;
    let made = 0;
    for (let index = 0; index < count; index++) {
      const outcome = await outcomeOf(subject, shapes, maker, seededRandom(`${seed} ${name} ${kind} ${index}`));
      if (outcome === 'none') break;
      made++;
      tally.cases++;
      if (outcome.isCompared) tally.compared++;
      if (outcome.fault !== undefined) tally.failures.push(`${name} ${outcome.recipe}: ${outcome.fault}`);
    }
    counts.push(`${kind} ${made - (tally.failures.length - before)}/${made}`);
  }
  tally.lines.push(`${name}: ${counts.join(', ')}`);
}

type CaseOutcome =
  | 'none'
  | { readonly recipe: string; readonly isCompared: boolean; readonly fault: string | undefined };

async function outcomeOf(
  subject: Subject,
  shapes: Parameters<typeof faultOf>[1],
  make: RecipeMaker,
  next: () => number,
): Promise<CaseOutcome> {
  let recipe = 'recipe';
  try {
    const pruned = make(next);
    if (!pruned) return 'none';
    recipe = pruned.recipe;
    return { recipe, isCompared: pruned.wanted !== undefined, fault: await faultOf(subject, shapes, pruned) };
  } catch (error) {
    return { recipe, isCompared: false, fault: String(error) };
  }
}
