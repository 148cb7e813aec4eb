// The body of a worker thread: some criteria compare every filter with every other, which takes seconds on a large model.
import { parentPort, workerData } from 'node:worker_threads';
import { readModelFile } from '@espalier/onnx';
import { findFilterGroups, PruningError, scoreFilters } from '@espalier/pruning';
import { isFilterScoreOrder, type FilterScoreAnswer } from './filter-score-messages.js';
import { tensorShapesOf } from './trace.js';

async function answer(order: unknown): Promise<FilterScoreAnswer> {
  if (!isFilterScoreOrder(order)) throw new TypeError('this is no order to score filters');
  const { path, trace, criterion, seed } = order;
  const model = await readModelFile(path);
  const groups = findFilterGroups(model, tensorShapesOf(trace));
  try {
    const { scores } = scoreFilters(model, groups, criterion, { seed });
    return { kind: 'scored', scores: Object.fromEntries([...scores].map(([name, values]) => [name, [...values]])) };
  } catch (error) {
    if (!(error instanceof PruningError)) throw error;
    const { code, message, hint } = error;
    return { kind: 'refused', code, message, ...(hint === undefined ? {} : { hint }) };
  }
}

parentPort?.postMessage(await answer(workerData), []);
