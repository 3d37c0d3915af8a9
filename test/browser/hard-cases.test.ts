// Reports that are hard to show, in a real browser: nothing breaks, nothing that a name says is done, and what there is
// of views is drawn, fits, prints, and breaks no rule of axe-core.
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAssets, writeReport } from '../../src/report/write-report.ts';
import { temporaryFolder } from '../cli-runner.ts';
import { CASES } from '../report-cases.ts';
import { violationsOf } from './axe.ts';
import { CHROMIUM, openBrowser, openFile, visit, WHY_SKIPPED } from './browser.ts';

const folder = temporaryFolder();
const assets = () => readAssets(new URL('../../dist/page/', import.meta.url));

describe.skipIf(CHROMIUM === undefined)(`hard cases${WHY_SKIPPED}`, () => {
  let context: BrowserContext;
  beforeAll(async () => {
    context = await openBrowser({ width: 390, colorScheme: 'dark' });
  });
  afterAll(() => context.close());

  test.each(Object.keys(CASES))('%s', async (name) => {
    const path = join(folder, 'case.html');
    writeReport(path, CASES[name](), assets());
    const { page, troubles } = await openFile(context, path);
    const views = await page.evaluate<string[]>(
      `[...document.querySelectorAll('main section:not([hidden])')].map(({ id }) => id)`,
    );
    for (const view of views) await visit(page, view);
    if (views.includes('jobs') && (await page.locator('#jobs tbody button').count()) > 0) {
      await page.locator('#jobs tbody button').first().click();
      await page.waitForSelector('dialog[open] h2');
      await page.keyboard.press('Escape');
    }
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'nothing sticks out').toBe(true);
    expect(await violationsOf(page)).toEqual([]);
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    expect(troubles).toEqual([]);
    await page.close();
  });
});
