import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CaseResult, layOutData, runCase } from './case.js';
import { loadSubjects, type Subjects } from './subjects.js';

const CASES = 200;

let root: string;
let folder: string;
let subjects: Subjects;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'espalier-fuzz-test-'));
  folder = await layOutData(root);
  subjects = await loadSubjects([]);
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

test('damaged models end in a smaller model or in an error with a code, and many in each', () => {
  const results = Array.from(
    { length: CASES },
    (_, number): CaseResult => runCase(subjects, { seed: 7, number }, folder),
  );
  const share = (reached: CaseResult['reached']): number =>
    results.filter((result) => result.reached === reached).length / CASES;
  expect(share('pruned')).toBeGreaterThan(0.2);
  expect(share('refused')).toBeGreaterThan(0.2);
  expect(new Set(results.flatMap(({ codes }) => codes)).size).toBeGreaterThan(8);
});

test('a case is the same whenever it is run', () => {
  for (const number of [3, 30, 300]) {
    const key = { seed: 7, number };
    expect(runCase(subjects, key, folder)).toEqual(runCase(subjects, key, folder));
  }
});
