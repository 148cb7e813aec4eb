import { join } from 'node:path';
import { GraphBuilder, writeModelFile } from '@espalier/onnx';
import { env } from 'onnxruntime-node';
import { MeasureError } from '../measure-error.js';
import { firstRun } from './first-run.js';
import type { Checked, CheckRequest } from './messages.js';
import { checkPlacement } from './placement.js';
import { openSession } from './session.js';
import { plainSettings } from './session-options.js';

const SEED = 1;

/** A network that every provider can run: one convolution and what commonly follows it. */
async function writeSmallModel(path: string): Promise<void> {
  const graph = new GraphBuilder('check');
  const image = graph.input('image', 'float32', [1, 3, 16, 16]);
  const features = graph.relu('relu', graph.conv('conv', image, { out: 8 }));
  graph.output(graph.globalAveragePool('pool', features));
  await writeModelFile(graph.build(), path);
}

async function tryProvider(provider: string, workDir: string): Promise<void> {
  const modelPath = join(workDir, 'small.onnx');
  await writeSmallModel(modelPath);
  const settings = { ...plainSettings, provider };
  const { session } = await openSession(modelPath, settings);
  const { feeds } = await firstRun(session, { batch: 1, inputShapes: {} }, SEED);
  await session.release();
  if (provider !== 'cpu') await checkPlacement(modelPath, settings, { feeds, workDir });
}

/** Whether a provider really runs a small network here, and if not why. */
export async function checkTask({ provider, workDir }: CheckRequest): Promise<Checked> {
  const onnxruntime = env.versions.node ?? 'unknown';
  try {
    await tryProvider(provider, workDir);
    return { kind: 'checked', onnxruntime };
  } catch (cause) {
    if (!(cause instanceof MeasureError)) throw cause;
    const reason = cause.hint === undefined ? cause.message : `${cause.message} (${cause.hint})`;
    return { kind: 'checked', onnxruntime, reason };
  }
}
