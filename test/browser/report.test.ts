// The report page in a real browser: every view is there, is drawn, answers to mouse and keys, can be printed, and
// breaks no rule of axe-core; nothing is asked of a network.
import type { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, yardmaster } from '../cli-runner.ts';
import { violationsOf } from './axe.ts';
import { CHROMIUM, openBrowser, openFile, visit, WHY_SKIPPED } from './browser.ts';
import type { Look, WatchedPage } from './browser.ts';

const folder = temporaryFolder();
const NODES = join(folder, 'nodes.html');
const SWEEP = join(folder, 'sweep.html');

async function made(args: readonly string[]): Promise<void> {
  const { code, stderr } = await yardmaster(args);
  expect(code, stderr).toBe(0);
}

/** With nodes, failures, GPUs and reasons: every view of a replay has something to show. */
async function makePages(): Promise<void> {
  const out = join(folder, 'nodes');
  const cluster = 'nodes=12,cpus=32,gpus=4,memory=512Gi';
  const replay = ['replay', 'traces/gpu-mix.csv', '--cluster', cluster, '--policy', 'fcfs', '--policy', 'easy'];
  await made([...replay, '--failures', 'mtbf=5d,mttr=4h', '--explain', '--out', out]);
  await made(['report', out, '--out', NODES]);
  const sweep = ['fcfs', 'easy', 'easy:order=sjf', 'conservative'].flatMap((policy) => ['--policy', policy]);
  const dirs = [1, 2, 3].map((seed) => join(folder, `seed${seed}`));
  for (const [at, dir] of dirs.entries())
    await made(['replay', 'traces/bursts.swf', ...sweep, '--seed', String(at + 1), '--out', dir]);
  await made(['report', ...dirs, '--out', SWEEP]);
}

async function sections(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`[...document.querySelectorAll('main section:not([hidden])')].map(({ id }) => id)`);
}

const LOOKS: readonly Look[] = [
  { width: 1440, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
];

beforeAll(async () => {
  if (CHROMIUM !== undefined) await makePages();
});

describe.skipIf(CHROMIUM === undefined).each(LOOKS)(`the page, $width px wide and $colorScheme${WHY_SKIPPED}`, (look) => {
  let context: BrowserContext;
  beforeAll(async () => {
    context = await openBrowser(look);
  });
  afterAll(() => context.close());

  test('shows every view, with its sentence, and breaks no rule of axe-core', async () => {
    const { page, troubles } = await openFile(context, NODES);
    const found = await sections(page);
    expect(found).toEqual([
      'verdict',
      'provenance',
      'utilization',
      'distributions',
      'size-and-length',
      'fairness',
      'fairness-over-time',
      'shares-over-time',
      'fragmentation',
      'interruptions',
      'gpu-hours',
      'nodes',
      'jobs',
    ]);
    for (const name of found) {
      await visit(page, name);
      const picture = page.locator(`#${name} [role=img]`).first();
      if ((await picture.count()) > 0) expect((await picture.getAttribute('aria-label'))?.length).toBeGreaterThan(40);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'nothing sticks out').toBe(true);
    expect(await violationsOf(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('explains a job in a drawer that axe-core accepts, and that Escape closes', async () => {
    const { page, troubles } = await openFile(context, NODES);
    await visit(page, 'jobs');
    await page.locator('#jobs tbody button').nth(3).click();
    await page.waitForSelector('dialog[open] h2');
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    expect(troubles).toEqual([]);
    await page.close();
  });
});

describe.skipIf(CHROMIUM === undefined)(`in use${WHY_SKIPPED}`, () => {
  let context: BrowserContext;
  let shown: WatchedPage;
  beforeAll(async () => {
    context = await openBrowser(LOOKS[0]);
  });
  afterAll(() => context.close());

  /** What a chart says of itself: it is drawn, and says so, when it comes into view. */
  const label = async (page: Page, name: string) => {
    await visit(page, name);
    return await page.locator(`#${name} [role=img]`).first().getAttribute('aria-label');
  };
  const labels = async (page: Page, names: readonly string[]) => {
    const found: (string | null)[] = [];
    for (const name of names) found.push(await label(page, name));
    return found;
  };

  test('charts of time are zoomed together, by buttons, keys and mouse', async () => {
    shown = await openFile(context, NODES);
    const { page } = shown;
    const names = ['nodes', 'fairness-over-time', 'fragmentation', 'utilization'];
    const all = await labels(page, names);
    await page.locator('#utilization').getByRole('button', { name: 'Closer' }).click();
    for (const [at, name] of names.entries()) await expect.poll(() => label(page, name)).not.toBe(all[at]);
    const closer = await label(page, 'utilization');
    await page.locator('#utilization .plot').focus();
    await page.keyboard.press('ArrowRight');
    expect(await label(page, 'utilization')).not.toBe(closer);
    await page.keyboard.press('0');
    expect(await label(page, 'utilization')).toBe(all[3]);
    const box = (await page.locator('#utilization .plot').boundingBox())!;
    await page.mouse.move(box.x + 300, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 500, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => label(page, 'utilization')).not.toBe(all[3]);
    await page.keyboard.press('0');
    expect(shown.troubles).toEqual([]);
  });

  test('jobs can be searched, sorted and opened by a link', async () => {
    const { page } = shown;
    await visit(page, 'jobs');
    const count = page.locator('#jobs .sentence');
    await expect.poll(() => count.textContent()).toBe('1,000 jobs.');
    await page.getByLabel('Search').fill('state:rejected');
    await expect.poll(() => count.textContent()).toBe('49 jobs of 1,000 jobs.');
    await page.getByLabel('Search').fill('');
    await page.locator('#jobs thead button', { hasText: 'fcfs: wait' }).click();
    const first = await page.locator('#jobs tbody tr').first().textContent();
    await page.locator('#jobs thead button', { hasText: 'fcfs: wait' }).click();
    expect(await page.locator('#jobs tbody tr').first().textContent()).not.toBe(first);
    await page.evaluate(`location.hash = 'job=17'`);
    await expect.poll(() => page.locator('#drawer-title').textContent()).toBe('Job 17');
    await page.locator('dialog .close').click();
    expect(shown.troubles).toEqual([]);
  });

  test('each view gives its data as CSV', async () => {
    const { page } = shown;
    for (const name of [
      'utilization',
      'distributions',
      'size-and-length',
      'fairness',
      'fairness-over-time',
      'shares-over-time',
      'fragmentation',
      'interruptions',
      'gpu-hours',
      'nodes',
      'jobs',
    ]) {
      await visit(page, name);
      const [file] = await Promise.all([page.waitForEvent('download'), page.locator(`#${name} .csv`).click()]);
      const text = readFileSync(await file.path(), 'utf8');
      const lines = text.trimEnd().split('\n');
      expect(file.suggestedFilename()).toBe(`${name}.csv`);
      expect(lines.length, name).toBeGreaterThan(2);
      expect(lines[0], name).toMatch(/^[^,]+(,[^,]+)+$/);
    }
    expect(shown.troubles).toEqual([]);
  });

  test('a policy that is left out is drawn no more; the last one stays', async () => {
    const { page } = shown;
    await page.getByLabel('easy', { exact: true }).uncheck();
    await expect.poll(() => label(page, 'utilization')).not.toContain('easy');
    await page.getByLabel('fcfs', { exact: true }).click();
    expect(await page.getByLabel('fcfs', { exact: true }).isChecked()).toBe(true);
    await page.getByLabel('easy', { exact: true }).check();
    await expect.poll(() => label(page, 'utilization')).toContain('easy');
  });

  test('the appearance can be chosen, and is drawn anew', async () => {
    const { page } = shown;
    await visit(page, 'utilization');
    const drawn = await page.locator('#utilization .plot').getAttribute('data-drawn');
    await page.locator('#theme').selectOption('dark');
    await expect.poll(() => page.locator('#utilization .plot').getAttribute('data-drawn')).not.toBe(drawn);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(21, 24, 28)');
    await page.locator('#theme').selectOption('auto');
  });

  test('on paper every view is drawn, in light colours', async () => {
    const { page, troubles } = await openFile(context, NODES);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await expect.poll(() => page.locator('.plot:not([data-drawn]):visible').count()).toBe(0);
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('several folders make one page, with what varied between them', async () => {
    const { page, troubles } = await openFile(context, SWEEP);
    const found = await sections(page);
    expect(found).toContain('trade-offs');
    for (const name of found) await visit(page, name);
    await page.getByLabel('Charts of jobs show').selectOption({ index: 2 });
    expect(await violationsOf(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('the page that is served loads again when there are other results', async () => {
    const out = join(folder, 'served');
    await made(['replay', 'traces/bursts.swf', '--policy', 'fcfs', '--out', out]);
    let address = '';
    let child: ReturnType<typeof spawn> | undefined;
    const served = yardmaster(['report', 'serve', out, '--watch', '--port', '0'], {
      onStart: (started) => (child = started).stdout?.on('data', (text: string) => (address += text)),
    });
    await expect.poll(() => address, { timeout: 30_000 }).toMatch(/\n$/);
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && troubles.push(message.text())));
    await page.goto(address.trim());
    await expect.poll(() => page.title(), { timeout: 60_000 }).toContain('fcfs on bursts.swf');
    await visit(page, 'utilization');
    await made(['replay', 'traces/bursts.swf', '--policy', 'fcfs', '--policy', 'easy', '--out', out]);
    await expect.poll(() => page.title(), { timeout: 60_000 }).toContain('fcfs and easy on bursts.swf');
    await visit(page, 'utilization');
    expect(troubles).toEqual([]);
    await page.close();
    child?.kill('SIGINT');
    expect((await served).code).toBe(0);
  });

  test('words are there without a script', async () => {
    const plain = await context.browser()?.newContext({ javaScriptEnabled: false });
    const page = await (plain ?? context).newPage();
    await page.goto(`file://${NODES}`);
    expect(await page.locator('table.verdict tbody tr').count()).toBeGreaterThan(5);
    await page.close();
    await plain?.close();
  });
});
