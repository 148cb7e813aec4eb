import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CheckModels, writeCheckModels } from './models.js';
import { checkProvider } from './provider-checks.js';

let dir: string;
let models: CheckModels;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'espalier-gpu-check-test-'));
  models = await writeCheckModels(dir, { quick: true });
});

afterAll(() => rm(dir, { recursive: true }));

const statusesOf = async (provider: string) => {
  const { checks } = await checkProvider(provider, models, { quick: true, progress: () => undefined });
  return Object.fromEntries(checks.map(({ name, status, detail }) => [name, `${status} ${detail}`]));
};

test('on the CPU, which runs everything, all passes but that something must be refused', async () => {
  expect(await statusesOf('cpu')).toEqual({
    measure: expect.stringMatching(/^passed resnet20 p50/),
    environment: expect.any(String),
    placement: expect.stringMatching(/^passed .* 100 % of their time on cpu/),
    outputs: "passed differ from the CPU's by 0 of the largest (at most 0.02)",
    fallback: 'failed a model that it cannot run was measured all the same',
  });
});

test('a provider that is not there passes nothing but that it is refused', async () => {
  const { environment, ...checks } = await statusesOf('abacus');
  expect(environment).toBe('skipped nothing was measured');
  const { fallback, ...others } = checks;
  expect(fallback).toMatch(/^passed is an error: provider-unavailable/);
  for (const text of Object.values(others)) expect(text).toMatch(/^failed provider-unavailable: .*abacus/);
});
