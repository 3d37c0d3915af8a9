// "report serve": who may read the page, how it follows results that come, and how it ends.
import { cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { resultsState } from '../src/cli/results-state.ts';
import { temporaryFolder, yardmaster } from './cli-runner.ts';
import type { Outcome } from './cli-runner.ts';

const results = join(temporaryFolder(), 'results');

beforeAll(async () => {
  const run = ['replay', 'traces/bursts.swf', '--policy', 'fcfs', '--policy', 'easy', '--out', results];
  const { code, stderr } = await yardmaster(run);
  expect(code, stderr).toBe(0);
});

interface Served {
  readonly address: URL;
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

const started: Served[] = [];
afterEach(async () => {
  for (const { child, outcome } of started.splice(0)) {
    child.kill('SIGKILL');
    await outcome;
  }
});

async function serve(args: readonly string[]): Promise<Served> {
  let outcome: Promise<Outcome> | undefined;
  const served = await new Promise<Omit<Served, 'outcome'>>((done, failed) => {
    outcome = yardmaster(['report', 'serve', ...args, '--port', '0'], {
      onStart(child) {
        let text = '';
        child.stdout?.on('data', (piece: string) => {
          text += piece;
          if (text.endsWith('\n')) done({ address: new URL(text.trim()), child });
        });
      },
    });
    void outcome.then(({ stderr }) => failed(new Error(stderr)));
  });
  const all = { ...served, outcome: outcome! };
  started.push(all);
  return all;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(address: URL, path: string, { method = 'GET', host = address.host } = {}): Promise<Answer> {
  return new Promise((done, failed) => {
    const asked = request(new URL(path, address), { method, headers: { host } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => done({ status: response.statusCode ?? 0, text }));
    });
    asked.on('error', failed).end();
  });
}

/** The versions of the page that a reader is told of. */
function versionsTold(address: URL): string[] {
  const told: string[] = [];
  request(new URL('/events', address), (response) => {
    response.setEncoding('utf8').on('data', (text: string) => {
      told.push(...[...text.matchAll(/^data: (.*)$/gm)].map(([, version]) => version));
    });
    response.on('error', () => {});
  })
    .on('error', () => {})
    .end();
  return told;
}

describe('the page that is served', () => {
  test('is there for this machine only, and nothing else is', async () => {
    const { address, child, outcome } = await serve([results]);
    expect(address.hostname).toBe('127.0.0.1');
    const page = await ask(address, '/');
    expect(page.status).toBe(200);
    expect(page.text).toContain('<title>fcfs and easy on bursts.swf');
    expect(page.text).not.toContain('EventSource');
    expect((await ask(address, '/', { method: 'HEAD' })).text).toBe('');
    expect((await ask(address, '/../manifest.json')).status).toBe(404);
    expect((await ask(address, '/fcfs/jobs.csv')).status).toBe(404);
    expect((await ask(address, '/', { method: 'POST' })).status).toBe(405);
    expect((await ask(address, '/', { host: 'results.example.org' })).status).toBe(403);
    expect((await ask(address, '/', { host: `localhost:${address.port}` })).status).toBe(200);
    child.kill('SIGINT');
    expect((await outcome).code).toBe(0);
    await expect(ask(address, '/')).rejects.toThrow('ECONNREFUSED');
  });

  test('follows results that come, and tells its readers', async () => {
    const coming = join(temporaryFolder(), 'coming');
    mkdirSync(coming);
    const { address, child, outcome } = await serve([coming, '--watch']);
    // Who comes before the results have been looked at is not left with an empty page.
    expect((await ask(address, '/')).text).toContain('EventSource');
    const told = versionsTold(address);
    let said = '';
    child.stderr?.on('data', (text: string) => (said += text));
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(['1']);
    expect((await ask(address, '/')).text).toContain('There is no complete result yet');
    for (const part of ['fcfs', 'easy', 'manifest.json']) cpSync(join(results, part), join(coming, part), { recursive: true });
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(['1', '2']);
    const { text } = await ask(address, '/');
    expect(text).toContain('<title>fcfs and easy on bursts.swf');
    expect(text).toContain('EventSource');
    // Half a file is no page; what was shown stays.
    writeFileSync(join(coming, 'manifest.json'), readFileSync(join(results, 'manifest.json'), 'utf8').slice(0, 100));
    await expect.poll(() => said, { timeout: 20_000 }).toContain('it is not JSON');
    expect((await ask(address, '/')).text).toContain('<title>fcfs and easy on bursts.swf');
    expect(told).toEqual(['1', '2']);
    child.kill('SIGTERM');
    expect((await outcome).code).toBe(143);
  });

  test('says what it cannot do', async () => {
    const { address } = await serve([results]);
    const taken = await yardmaster(['report', 'serve', results, '--port', address.port]);
    expect(taken.code).toBe(2);
    expect(taken.stderr).toContain(`port ${address.port} is taken`);
    const nothing = await yardmaster(['report', 'serve', join(results, 'nothing')]);
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain('there is no such folder');
    const elsewhere = await yardmaster(['report', 'serve', results, '--port', '0', '--host', '203.0.113.7']);
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.stderr).toContain('is no address of this machine');
  });
});

test('the state of results differs when one is written, written anew, or gone', () => {
  const dir = join(temporaryFolder(), 'state');
  const states = new Set([resultsState([dir])]);
  const note = () => states.add(resultsState([dir]));
  mkdirSync(join(dir, 'points', 'a'), { recursive: true });
  writeFileSync(join(dir, 'points', 'a', 'jobs.csv'), 'job\n');
  expect(states.has(resultsState([dir]))).toBe(true);
  writeFileSync(join(dir, 'points', 'a', 'point.json'), '{}');
  note();
  utimesSync(join(dir, 'points', 'a', 'point.json'), 5, 5);
  note();
  writeFileSync(join(dir, 'manifest.json'), '{}');
  note();
  rmSync(join(dir, 'points'), { recursive: true });
  note();
  expect(states.size).toBe(5);
});
