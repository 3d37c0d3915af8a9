/** The system's own browser, as tests of the page use it. */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Undefined where there is none: then the tests say that they are skipped, and why. */
export const CHROMIUM = PLACES.find((path) => path !== undefined && existsSync(path));

export const WHY_SKIPPED =
  CHROMIUM === undefined ? ' (SKIPPED: no Chromium was found; install chromium, or set CHROMIUM to its path)' : '';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page and everything that went wrong in it: errors, warnings, and requests for anything but the file itself. */
export interface WatchedPage {
  readonly page: Page;
  readonly troubles: string[];
}

export interface Look {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

export async function openBrowser({ width, colorScheme }: Look): Promise<BrowserContext> {
  const folder = mkdtempSync(join(tmpdir(), 'yardmaster-browser-'));
  return await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM,
    args: FLAGS,
    viewport: { width, height: 900 },
    colorScheme,
    acceptDownloads: true,
  });
}

export async function openFile(context: BrowserContext, path: string): Promise<WatchedPage> {
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`${message.type()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) troubles.push(`asked for ${request.url()}`);
  });
  await page.goto(`file://${path}`);
  await page.waitForSelector('#views:not([aria-busy])');
  return { page, troubles };
}

/** Brings a section into view and waits until it is drawn. */
export async function visit(page: Page, name: string): Promise<void> {
  await page.locator(`#${name}`).scrollIntoViewIfNeeded();
  if ((await page.locator(`#${name} .plot`).count()) > 0) await page.waitForSelector(`#${name} .plot[data-drawn]`);
  if ((await page.locator(`#${name} canvas`).count()) > 0) await page.waitForSelector(`#${name} canvas[data-drawn]`);
}
