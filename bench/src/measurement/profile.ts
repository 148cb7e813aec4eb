// The parts of a profile (blocks, rest, runtime) against the run that they are parts of, as timed from outside.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveSpec } from '@espalier/contracts';
import { profile as profileModel, traceShapes } from '@espalier/measure';
import { readModelFile, writeModelFile } from '@espalier/onnx';
import { findBlocks } from '@espalier/pruning';
import { buildZooModel } from '@espalier/zoo';
import type { Bench } from '../bench.js';

const MODELS = {
  quick: ['resnet20', 'resnet18'],
  full: ['resnet20', 'resnet56', 'resnet18', 'resnet34', 'resnet50', 'resnet101'],
};

/** Blocks + rest + runtime, as a share of the profiled run. */
async function explained(folder: string, name: string): Promise<number> {
  const modelPath = join(folder, `${name}.onnx`);
  await writeModelFile(buildZooModel(name), modelPath);
  const { shapes } = await traceShapes(modelPath);
  const blocks = findBlocks(await readModelFile(modelPath), shapes, 'block');
  const { blocks: parts, rest, runtime } = await profileModel({ modelPath, blocks, spec: resolveSpec({}) });
  if (parts === null) throw new Error('the profile knows nothing of the blocks');
  return parts.reduce((sum, { share }) => sum + share, 0) + rest.share + runtime.share;
}

/** Whether the parts of a profile make the whole. */
export const profile: Bench = {
  name: 'profile',
  summary: 'blocks + rest + runtime of a profile over the profiled run, for the residual networks of the zoo',
  goals: { worstDifference: { atMost: 0.03 } },
  async run({ quick, progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
    try {
      const figures: Record<string, number> = {};
      for (const name of quick ? MODELS.quick : MODELS.full) {
        figures[name] = await explained(folder, name);
        progress(`${name}: ${figures[name].toFixed(4)} of the run`);
      }
      return {
        figures: {
          ...figures,
          worstDifference: Math.max(...Object.values(figures).map((share) => Math.abs(1 - share))),
        },
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
