// Who may write into a folder of results: with others at once, after others were killed, and from other machines.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { beat, claimsIn, publish, thisWriter, withdraw } from '../src/experiment/folder-claims.ts';
import { lockFolder } from '../src/experiment/folder-lock.ts';
import type { Writing } from '../src/experiment/folder-lock.ts';
import { temporaryFolder } from './cli-runner.ts';

const part = (index: number, count: number): Writing => ({ what: 'part', shard: { index, count } });
const whole: Writing = { what: 'whole' };
const merge: Writing = { what: 'merge' };

describe('side by side', () => {
  test.each([
    { first: whole, second: whole, may: false },
    { first: whole, second: part(1, 2), may: false },
    { first: part(1, 2), second: whole, may: false },
    { first: part(1, 2), second: part(2, 2), may: true },
    { first: part(1, 2), second: part(1, 2), may: false },
    { first: part(1, 2), second: part(2, 3), may: false },
    { first: part(1, 2), second: merge, may: true },
    { first: merge, second: part(1, 2), may: true },
    { first: merge, second: merge, may: false },
    { first: merge, second: whole, may: false },
  ])('$first.what $first.shard, then $second.what $second.shard: $may', async ({ first, second, may }) => {
    const out = temporaryFolder();
    const held = await lockFolder(out, first);
    if (may) (await lockFolder(out, second)).release();
    else await expect(lockFolder(out, second)).rejects.toThrow(new RegExp(`process ${process.pid} on `));
    held.release();
    (await lockFolder(out, second)).release();
    expect(existsSync(join(out, 'locks'))).toBe(false);
  });
});

test('a process that was killed holds nothing, nor does one whose number is used again', async () => {
  const out = temporaryFolder();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  publish(out, 'whole', { ...thisWriter(), pid, started: '1' });
  publish(out, 'whole', { ...thisWriter(), started: '1' });
  (await lockFolder(out, whole)).release();
  expect(existsSync(join(out, 'locks'))).toBe(false);
});

test('what is no claim keeps nobody out', async () => {
  const out = temporaryFolder();
  mkdirSync(join(out, 'locks'));
  for (const name of ['x', 'whole~1', '~~~~~~~lock', 'whole~x~y~lock']) writeFileSync(join(out, 'locks', name), 'garbage');
  const waits: string[] = [];
  const options = { beatEvery: 20, patience: 60, onWait: () => void waits.push('') };
  (await lockFolder(out, part(1, 2), options)).release();
  expect(readdirSync(join(out, 'locks'))).not.toHaveLength(0);
});

describe('another machine', () => {
  const elsewhere = { ...thisWriter(), host: 'elsewhere', boot: 'other' };
  const options = { beatEvery: 40, patience: 400 };

  test('that shows signs of life keeps the folder', async () => {
    const out = temporaryFolder();
    const claim = publish(out, 'whole', elsewhere);
    let beats = 0;
    const timer = setInterval(() => beat(out, claim, ++beats), 40);
    await expect(lockFolder(out, whole, options)).rejects.toThrow(/process \d+ on elsewhere/);
    clearInterval(timer);
    expect(claimsIn(out).map(({ name }) => name)).toEqual([claim.name]);
  });

  test('that shows none for long enough has lost it, and is told', async () => {
    const out = temporaryFolder();
    const waited: string[] = [];
    const lost = await lockFolder(out, whole, options);
    // As if it had been written by another machine: renamed, it cannot be found by its holder any more.
    const [claim] = claimsIn(out);
    withdraw(out, claim);
    publish(out, 'whole', elsewhere);
    const taken = await lockFolder(out, whole, { ...options, onWait: ({ host }) => void waited.push(host) });
    expect(waited).toEqual(['elsewhere']);
    await sleep(100);
    expect(lost.lost.aborted).toBe(true);
    expect(taken.lost.aborted).toBe(false);
    taken.release();
    lost.release();
  });
});

describe.skipIf(!existsSync('dist/experiment/folder-lock.js'))('many processes, killed at any moment (needs a build)', () => {
  test('are never two in the folder, and leave it free', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'out');
    const lock = pathToFileURL('dist/experiment/folder-lock.js').href;
    // Each marks that it is inside, and looks whether a living other one is.
    const script = `
      import { lockFolder } from '${lock}';
      import { mkdirSync, readdirSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
      const [out, inside, log] = process.argv.slice(2);
      const lives = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
      for (;;) {
        let held;
        try { held = await lockFolder(out, { what: 'whole' }); } catch (error) { if (error.name !== 'InputError') appendFileSync(log, 'error ' + error.stack + '\\n'); continue; }
        writeFileSync(inside + '/' + process.pid, '');
        for (let look = 0; look < 3; look++) {
          for (const name of readdirSync(inside)) if (name !== String(process.pid) && lives(Number(name))) appendFileSync(log, 'two\\n');
          await new Promise((done) => setTimeout(done, 1));
        }
        appendFileSync(log, 'in\\n');
        rmSync(inside + '/' + process.pid);
        held.release();
      }`;
    const [inside, log, program] = [join(folder, 'inside'), join(folder, 'log'), join(folder, 'enter.mjs')];
    mkdirSync(inside);
    writeFileSync(program, script);
    writeFileSync(log, '');
    const start = () => spawn(process.execPath, [program, out, inside, log], { stdio: 'ignore' });
    const children = Array.from({ length: 3 }, start);
    const pauses = [310, 23, 187, 71, 253, 11, 409, 97, 149, 37, 211, 59];
    await sleep(700);
    for (const [turn, length] of pauses.entries()) {
      await sleep(length);
      const [child] = children.splice(turn % children.length, 1);
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await gone;
      children.push(start());
    }
    await sleep(500);
    for (const child of children) {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await gone;
    }
    const lines = readFileSync(log, 'utf8').split('\n');
    expect(lines.filter((line) => line !== 'in' && line !== '')).toEqual([]);
    expect(lines.length).toBeGreaterThan(10);
    (await lockFolder(out, whole)).release();
    expect(existsSync(join(out, 'locks'))).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
