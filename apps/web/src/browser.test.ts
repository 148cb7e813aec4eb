import { encodeModel } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumProgram, overflowOf, takeLayoutShift, violationsOn, watchLayoutShifts } from './testing/chromium.js';
import { startTestService, type TestService } from './testing/service.js';

if (chromiumProgram === undefined) console.warn('No Chromium on this machine: the tests of the dashboard are skipped');

/** Starting four processes and a browser, on a machine that is busy with other tests. */
const START_MS = 120_000;

/** A plan measures the base, seven blocks and a candidate, each for seconds. */
const PLAN_MS = 400_000;

/** Below this sum of layout shifts a page counts as steady (web.dev, "Cumulative Layout Shift"). */
const STEADY = 0.1;

const VIEWS = [
  { name: 'a phone, light', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { name: 'the narrowest phone, dark', viewport: { width: 320, height: 780 }, colorScheme: 'dark' },
  { name: 'a desk, dark', viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
] as const;

const TITLES = { fleet: 'Fleet', models: 'Models', model: 'resnet20', plan: /^resnet20 within p50/ } as const;

const modelFile = {
  name: 'resnet20.onnx',
  mimeType: 'application/octet-stream',
  buffer: Buffer.concat(encodeModel(buildZooModel('resnet20'))),
};

const withChromium = chromiumProgram === undefined ? describe.skip : describe;

withChromium('the dashboard in Chromium', () => {
  let service: TestService;
  let browser: Browser;
  let page: Page;
  /** Addresses of the pages that the tests before have made. */
  const paths = { fleet: '/', models: '/models', model: '', plan: '' };
  const errors: string[] = [];

  beforeAll(async () => {
    service = await startTestService();
    browser = await chromium.launch({ executablePath: chromiumProgram ?? '' });
    page = await browser.newPage({ baseURL: service.url });
    page.on('pageerror', ({ message }) => errors.push(message));
    await watchLayoutShifts(page);
  }, START_MS);

  afterAll(async () => {
    await browser?.close();
    await service?.[Symbol.asyncDispose]();
  }, START_MS);

  test('the fleet shows the agent, its device and its targets', async () => {
    await page.goto('/');
    const agents = page.getByRole('region', { name: 'Agents' });
    const agent = agents.getByRole('listitem').filter({ hasText: service.agentName });
    await agent.getByText('Idle').waitFor();
    await agent.getByText(/onnxruntime \d/).waitFor();
    await page.getByRole('region', { name: 'Targets' }).getByText('1 agent online').first().waitFor();
    expect(await page.title()).toBe('Fleet · Espalier');
  });

  test('a file that is no model is refused with what to do', async () => {
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByText('No model yet').waitFor();
    await page
      .getByLabel('ONNX file')
      .setInputFiles({ name: 'cat.onnx', mimeType: 'application/octet-stream', buffer: Buffer.from('meow') });
    const notice = page.getByRole('status').filter({ hasText: 'The model could not be uploaded' });
    await notice.getByText('not-onnx').waitFor();
    expect(page.url()).toBe(`${service.url}/models`);
  });

  test('an uploaded model is shown with its blocks and why some of them must stay', async () => {
    await page.getByLabel('ONNX file').setInputFiles(modelFile);
    await page.getByRole('heading', { level: 1, name: 'resnet20' }).waitFor();
    paths.model = new URL(page.url()).pathname;
    await page.getByText('9 blocks, 7 removable').waitFor();
    const blocks = page.getByRole('list', { name: 'Blocks in order of data flow' }).getByRole('button');
    expect(await blocks.count()).toBe(9);
    expect(await blocks.filter({ hasText: /, removable/ }).count()).toBe(7);
    const table = page.getByRole('table', { name: 'Blocks of resnet20' });
    expect(await table.getByText(/not removable: .+/).count()).toBe(2);
  });

  test('the arrow keys lead from block to block, and the detail follows', async () => {
    const blocks = page.getByRole('list', { name: 'Blocks in order of data flow' }).getByRole('button');
    await blocks.first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.getByText('Block 2', { exact: true }).waitFor();
    expect(await page.evaluate<string>('document.activeElement.textContent')).toContain('Block 2, ');
  });

  test('a budget that is not understood is explained while it is typed', async () => {
    await page.getByRole('textbox', { name: 'Budget' }).fill('fast');
    await page.getByText("'fast' is no budget").waitFor();
    expect(await page.getByRole('button', { name: 'Plan', exact: true }).isDisabled()).toBe(true);
  });

  test(
    'a budget becomes a plan that is followed live until it is verified',
    async () => {
      await page.getByRole('textbox', { name: 'Budget' }).fill('0.8x');
      await page.getByRole('button', { name: 'Plan', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: /resnet20 within p50 ≤ 0.8×/ }).waitFor();
      paths.plan = new URL(page.url()).pathname;
      await page.getByText(/\d+ of \d+ measurements/).waitFor({ timeout: PLAN_MS });
      await takeLayoutShift(page); // what the change of pages moved
      await page.getByRole('link', { name: 'Download the pruned model' }).waitFor({ timeout: PLAN_MS });
      expect(await takeLayoutShift(page)).toBeLessThan(STEADY);
      expect(await page.getByText('Verified', { exact: true }).count()).toBeGreaterThan(0);
      await page.getByText('within the limit').last().waitFor();
      const removed = page.getByRole('button', { name: /removed by this plan/ });
      expect(await removed.count()).toBeGreaterThan(0);
    },
    PLAN_MS,
  );

  test('the pruned model can be downloaded and is a model again', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the pruned model' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('resnet20-pruned.onnx');
    const path = await download.path();
    await page.goto('/models');
    await page.getByLabel('ONNX file').setInputFiles(path);
    await page.getByText(/^[3-8] blocks, /).waitFor();
  });

  test('after a plan, the page of the model knows what each block saves', async () => {
    await page.goto(paths.model);
    const table = page.getByRole('table', { name: 'Blocks of resnet20' });
    await table
      .getByText(/± [\d.]+\sms/)
      .first()
      .waitFor();
    expect(await table.getByText(/± [\d.]+\sms/).count()).toBe(7);
  });

  test('what does not exist is said to be missing', async () => {
    await page.goto('/nowhere');
    await page.getByText('There is no such page').waitFor();
    await page.goto('/plans/00000000-0000-4000-8000-000000000000');
    const notice = page.getByRole('status').filter({ hasText: 'Could not load the plan' });
    await notice.waitFor();
    expect(await notice.textContent()).toContain('plan-unknown');
  });

  describe.each(VIEWS)('on $name', ({ viewport, colorScheme }) => {
    test.each(['fleet', 'models', 'model', 'plan'] as const)('the page %s is accessible and fits', async (name) => {
      const view = await browser.newPage({ baseURL: service.url, viewport, colorScheme });
      await view.goto(paths[name]);
      await view.getByRole('heading', { level: 1, name: TITLES[name] }).waitFor();
      await view.getByRole('heading', { level: 2 }).first().waitFor();
      await view.getByLabel('Loading').first().waitFor({ state: 'detached' });
      expect(await violationsOn(view)).toEqual([]);
      expect(await overflowOf(view)).toBeLessThanOrEqual(0);
      await view.close();
    });
  });

  test('while the API is away, a page keeps what it knows and says so', async () => {
    await page.goto('/');
    await page.getByText(service.agentName).waitFor();
    await service.killApi();
    const lost = page.getByText('The connection is lost').first();
    await lost.waitFor();
    expect(await page.getByText(service.agentName).isVisible()).toBe(true);
    await service.restartApi();
    await lost.waitFor({ state: 'detached' });
  });

  test('no page has thrown an error', () => {
    expect(errors).toEqual([]);
  });
});
