import { readFileSync } from 'node:fs';
import { createClient } from '@espalier/client';
import type { Measurement, Model } from '@espalier/contracts';
import { encodeModel } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumProgram, overflowOf, violationsOn } from './testing/chromium.js';
import { aDisturbedResult } from './testing/disturbed.js';
import { BOARD_NAME, BOARD_TARGET, enrolBoard, type LabBoard } from './testing/lab-board.js';
import { startTestService, type TestService } from './testing/service.js';

if (chromiumProgram === undefined) console.warn('No Chromium on this machine: the tests of measurements are skipped');

/** Starting four processes and a browser, on a machine that is busy with other tests. */
const START_MS = 120_000;

/** A measurement of seconds, in several processes, on such a machine. */
const MEASURING_MS = 240_000;

const VIEWS = [
  { name: 'a phone, light', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { name: 'the narrowest phone, dark', viewport: { width: 320, height: 780 }, colorScheme: 'dark' },
  { name: 'a desk, dark', viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
] as const;

/** Seconds are enough here: what is shown matters, not how narrow it is. */
const QUICK = { maxSeconds: 1, precision: 0.5 };

const pathOf = ({ id }: Pick<Measurement, 'id'>): string => `/measurements/${id}`;

const withChromium = chromiumProgram === undefined ? describe.skip : describe;

withChromium('measurements in Chromium', () => {
  let service: TestService;
  let browser: Browser;
  let page: Page;
  let model: Model;
  let pruned: string;
  let board: LabBoard;
  /** Addresses of the pages that the tests before have made. */
  const paths = {
    real: '',
    base: '',
    many: '',
    failed: '',
    profile: '',
    list: '/measurements',
    compare: '',
    fleet: '/',
  };
  const errors: string[] = [];

  const clientOf = () => createClient({ baseUrl: service.url });
  const region = (name: string) => page.getByRole('region', { name, exact: true });

  beforeAll(async () => {
    service = await startTestService();
    browser = await chromium.launch({ executablePath: chromiumProgram ?? '' });
    page = await browser.newPage({ baseURL: service.url });
    page.on('pageerror', ({ message }) => errors.push(message));
    const client = clientOf();
    model = await client.models.upload(new Blob([Buffer.concat(encodeModel(buildZooModel('resnet20')))]), {
      name: 'resnet20',
    });
    pruned = (await client.candidates.create({ modelId: model.id, recipe: { remove: [1, 2] } })).artifact;
    board = await enrolBoard(client);
  }, START_MS);

  afterAll(async () => {
    await browser?.close();
    await service?.[Symbol.asyncDispose]();
  }, START_MS);

  test(
    'a measurement is followed live until its page says how the subject stands to its control',
    async () => {
      const asked = { target: 'x86-cpu', spec: QUICK } as const;
      const created = await clientOf().measurements.create([
        { ...asked, subject: pruned, control: model.id },
        { ...asked, subject: model.id },
      ]);
      const [real, base] = created.map(({ measurement }) => pathOf(measurement));
      paths.real = real ?? '';
      paths.base = base ?? '';
      await page.goto(paths.real);
      await page.getByRole('heading', { level: 1, name: 'resnet20, pruned on x86-cpu' }).waitFor();
      await region('Estimate')
        .getByText(/(less|more) time than its control|not shown to differ/)
        .waitFor({ timeout: MEASURING_MS });
      await region('Distribution')
        .getByRole('img', { name: /^Subject: resnet20, pruned: \d+ samples, median/ })
        .waitFor();
      await region('Over time')
        .getByText(/warm-up runs? that were dropped/)
        .waitFor();
      await region('Processes and cold start').getByText('Peak memory').waitFor();
      expect(await region('Settings').getByText('±50.0').count()).toBe(1);
    },
    MEASURING_MS,
  );

  test('every raw sample can be saved as CSV', async () => {
    const { result } = await clientOf().measurements.get(paths.real.split('/').at(-1) ?? '');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Samples as CSV' }).click(),
    ]);
    const rows = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(rows[0]).toBe('round,process,at_ms,subject_ms,control_ms');
    expect(rows).toHaveLength(1 + (result?.subject.n ?? 0));
  });

  test('ten thousand samples, what disturbed them, and a real change among the results before', async () => {
    const asked = { subject: pruned, control: model.id };
    for (const p50Ms of [10, 10.02, 9.99, 10.01]) {
      await board.deliver(asked, { kind: 'succeeded', result: aDisturbedResult(p50Ms) });
    }
    const id = await board.deliver(asked, { kind: 'succeeded', result: aDisturbedResult(13) });
    paths.many = pathOf({ id });
    await page.goto(paths.many);
    await region('Over time').getByText('10000 samples').waitFor();
    await region('Distribution')
      .getByText(/above what is drawn/)
      .waitFor();
    await region('Warnings').getByText('The hypervisor gave CPU time').waitFor();
    await region('Warnings').getByText('What to do:').waitFor();
    await region('Discarded takes').getByText('cpu-throttled').waitFor();
    const clock = region('Environment').getByRole('row', { name: /^CPU clock/ });
    expect(await clock.textContent()).toContain('(changed)');
    const temperature = region('Environment').getByRole('row', { name: /^Temperature/ });
    expect(await temperature.textContent()).not.toContain('(changed)');
    await region('During the run')
      .getByRole('img', { name: /^CPU clock during the measurement/ })
      .waitFor();
    const history = region('History').getByRole('table', { name: 'History' });
    await history.getByText('Slower', { exact: true }).waitFor();
    expect(await history.getByRole('link').count()).toBe(4);
  });

  test('a failed measurement gives its code and the last words of the probe', async () => {
    const failure = { code: 'model-invalid', message: 'Conv_12 has no kernel', detail: 'NOT_IMPLEMENTED: Conv(99)' };
    const id = await board.deliver({ subject: model.id }, { kind: 'failed', failure });
    paths.failed = pathOf({ id });
    await page.goto('/measurements');
    await page.getByLabel('State').selectOption('failed');
    const rows = region('All measurements').getByRole('table').getByRole('rowheader');
    await page.getByText('model-invalid').waitFor();
    expect(await rows.count()).toBe(1);
    await rows.getByRole('link').click();
    await region('Why it failed').getByText('Conv_12 has no kernel').waitFor();
    await page.getByText('NOT_IMPLEMENTED: Conv(99)').waitFor();
    expect(new URL(page.url()).pathname).toBe(paths.failed);
  });

  test('what really changed is listed with a link', async () => {
    await page.goto('/measurements');
    const change = region('Real changes').getByRole('row').filter({ hasText: BOARD_TARGET });
    await change.getByText('Slower', { exact: true }).waitFor();
    expect(await change.getByRole('link').getAttribute('href')).toBe(paths.many);
  });

  test(
    'several are chosen with the keyboard and compared, each over the reference that one chooses',
    async () => {
      await page.goto(`/measurements?model=${model.id}&target=x86-cpu`);
      const boxes = region('All measurements').getByRole('checkbox', { disabled: false });
      await boxes.nth(1).waitFor({ timeout: MEASURING_MS });
      await boxes.nth(0).focus();
      await page.keyboard.press('Space');
      await boxes.nth(1).focus();
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Compare 2' }).press('Enter');
      await region('Distributions')
        .getByRole('img', { name: /^resnet20, pruned, on x86-cpu/ })
        .waitFor();
      paths.compare = page.url().slice(service.url.length);
      await page.getByLabel('Reference').selectOption(paths.base.split('/').at(-1) ?? '');
      const row = region('In numbers').getByRole('row').filter({ hasText: 'resnet20, pruned' });
      await row.getByText('in one run with it').waitFor();
      await region('What differs besides the models').getByText('are the same for all').waitFor();
      await page.goto(`${paths.compare},${paths.many.split('/').at(-1)}`);
      await page.getByText('Separate runs differ by more than their own intervals').waitFor();
      const device = region('What differs besides the models').getByRole('row', { name: /^Device/ });
      expect(await device.textContent()).toContain(BOARD_NAME);
    },
    MEASURING_MS,
  );

  test(
    'a profile shows the share of every block, and that its times are no latencies',
    async () => {
      const [created] = await clientOf().measurements.create([
        { kind: 'profile', subject: model.id, target: 'x86-cpu', spec: QUICK },
      ]);
      paths.profile = pathOf(created?.measurement ?? { id: '' });
      await page.goto(paths.profile);
      await region('Where the time goes')
        .getByText('Times are shares: the profiler slowed the run by')
        .waitFor({ timeout: MEASURING_MS });
      const parts = page.getByRole('table', { name: 'Parts of the run' });
      expect(await parts.getByRole('rowheader').count()).toBe(9 + 3);
      const shares = await parts.getByRole('row').getByRole('cell').filter({ hasText: '%' }).allTextContents();
      const whole = shares.reduce((sum, text) => sum + Number.parseFloat(text.replace('\u2212', '-')), 0);
      expect(Math.abs(whole - 100)).toBeLessThan(1);
      await page.getByRole('table', { name: 'Kernels' }).getByText('Conv').first().waitFor();
    },
    MEASURING_MS,
  );

  test('a device whose canary failed gets no measurements until a person has confirmed that it is all right', async () => {
    await board.reportCanaries([4, 4.01, 3.99, 4, 4.02, 9.5, 9.7]);
    await page.goto('/');
    const device = region('Agents').getByRole('listitem').filter({ hasText: BOARD_NAME }).first();
    await device.getByText('Canary failed', { exact: true }).waitFor();
    await device.getByText(`It gets no measurements on ${BOARD_TARGET}`).waitFor();
    await device.getByRole('img', { name: `Canary on ${BOARD_TARGET} over 7 readings` }).waitFor();
    await device.getByRole('button', { name: `Clear ${BOARD_NAME}` }).click();
    await device.getByText('Is the device all right?').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await device.getByRole('button', { name: 'Yes, clear it' }).click();
    await device.getByText('Health unknown').waitFor();
    await board.reportCanaries([9.9, 10]);
    await device.getByText('Healthy').waitFor();
  });

  test('a model is measured from its own page', async () => {
    await page.goto(`/models/${model.id}`);
    const form = region('Measure it as it is');
    await form.getByLabel('Batch').fill('none');
    expect(await form.getByRole('button', { name: 'Measure' }).isDisabled()).toBe(true);
    await form.getByLabel('Batch').fill('3');
    await form.getByLabel('On target').selectOption('cuda');
    await form.getByRole('button', { name: 'Measure' }).click();
    await page.getByText('Waits in the queue of cuda for an agent.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled', { exact: true }).waitFor();
  });

  test('what is measured can be reached from the model', async () => {
    await page.goto(`/models/${model.id}`);
    await region('Measurements').getByRole('link', { name: 'All measurements of this model' }).click();
    await page.getByRole('heading', { level: 1, name: 'Measurements' }).waitFor();
    // Only once the models have come is there an option that can be chosen.
    await page.getByLabel('Model').locator(`option[value="${model.id}"]:checked`).waitFor({ state: 'attached' });
    expect(new URL(page.url()).searchParams.get('model')).toBe(model.id);
  });

  describe.each(VIEWS)('on $name', ({ viewport, colorScheme }) => {
    test.each(['real', 'many', 'failed', 'profile', 'list', 'compare', 'fleet'] as const)(
      'the page %s is accessible and fits',
      async (name) => {
        const view = await browser.newPage({ baseURL: service.url, viewport, colorScheme });
        await view.goto(paths[name]);
        await view.getByRole('heading', { level: 2 }).first().waitFor();
        await view.getByLabel('Loading').first().waitFor({ state: 'detached' });
        expect(await violationsOn(view)).toEqual([]);
        expect(await overflowOf(view)).toBeLessThanOrEqual(0);
        await view.close();
      },
    );
  });

  test('no page has thrown an error', () => {
    expect(errors).toEqual([]);
  });
});
