// Who may write into the folder of a replay, and what is not written over.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SMALL_SWF, temporaryFolder, yardmaster } from './cli-runner.ts';

const folder = temporaryFolder();
const small = join(folder, 'small.swf');
writeFileSync(small, SMALL_SWF);

test('two replays do not write into one folder', async () => {
  const out = join(folder, 'shared');
  const [policy, mayEnd] = [join(folder, 'waits.mjs'), join(folder, 'may-end')];
  // The first one is at it for as long as the second one takes, however fast or slow the machine is.
  writeFileSync(
    policy,
    `import { existsSync } from 'node:fs';
    export default { name: 'waits', create: () => ({
      schedule(cycle) {
        while (!existsSync(${JSON.stringify(mayEnd)}));
        for (let job; (job = cycle.pending.first()) >= 0; ) cycle.start(job);
      },
    }) };`,
  );
  const first = yardmaster(['replay', small, '--cluster', 'procs=100', '--policy', policy, '--policy', 'easy', '--out', out]);
  while (!existsSync(join(out, 'locks')) || readdirSync(join(out, 'locks')).length === 0) await sleep(5);
  const { code, stderr, stdout } = await yardmaster(['replay', small, '--policy', 'fcfs', '--out', out]);
  expect(stderr).toMatch(/a run is being written into it by process \d+ on /);
  expect([code, stdout]).toEqual([2, '']);
  writeFileSync(mayEnd, '');
  expect(await first).toMatchObject({ code: 0 });
  expect(readdirSync(out).sort()).toEqual(['easy', 'manifest.json', 'waits']);
  expect((await yardmaster(['replay', small, '--policy', 'fcfs', '--out', out])).code).toBe(0);
});

test('a replay does not take the manifest of an experiment away', async () => {
  const out = join(folder, 'experiment');
  const scenario = join(folder, 'small.yaml');
  writeFileSync(scenario, 'workloads: [small.swf]\npolicies: [fcfs, easy]\nreport: { page: false }\n');
  expect((await yardmaster(['run', scenario, '--out', out])).code).toBe(0);
  const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');
  const { code, stderr } = await yardmaster(['replay', small, '--policy', 'fcfs', '--out', out]);
  expect(stderr).toContain('it holds the results of "yardmaster run"');
  expect(code).toBe(2);
  expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toBe(manifest);
  expect(existsSync(join(out, 'locks'))).toBe(false);
});

test('an experiment whose name is no name of a folder stays below reports', async () => {
  const scenario = join(folder, 'dots.yaml');
  writeFileSync(scenario, 'name: ".."\nworkloads: [small.swf]\npolicies: [fcfs]\nreport: { page: false }\n');
  const { stderr } = await yardmaster(['run', scenario], { cwd: folder });
  expect(stderr).toContain('written to reports/experiment:');
});
