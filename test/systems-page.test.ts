// What the page of an experiment with systems tells of them, and of the time of nodes job by job.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeReport } from '../src/cli/report-page.ts';
import { PURPOSES } from '../src/node-time.ts';
import { packTables } from '../src/report/pack.ts';
import { unpackTables } from '../src/report/unpack.ts';
import { temporaryFolder, yardmaster } from './cli-runner.ts';

describe('a policy and a system of one name', () => {
  const scenario = `name: twins\nworkloads: [{ name: w, generate: mix, parameters: { capacity: 32, jobs: 12, sizes: "1:0.5+8:0.5" } }]\nclusters: ["nodes=4,cpus=8"]\npolicies: [kube-default]\nsystems: [{ name: kube-default, label: system }, { name: hpk, label: hpk }]\nmetrics: [wait, node-time]\n`;

  test('are two in the page, each with what is known of it; node time is told job by job', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'twins.yaml');
    writeFileSync(path, scenario);
    const out = join(folder, 'out');
    const { code, stderr } = await yardmaster(['run', path, '--out', out]);
    expect(code, stderr).toBe(0);
    const { facts, tables } = await makeReport([out], {});
    const twins = facts.policies.filter(({ name }) => name === 'kube-default');
    expect(twins.map(({ labels }) => labels)).toEqual([['kube-default'], ['system']]);
    expect(twins[0].summary).not.toBe(twins[1].summary);
    expect(twins[1].fidelity).toContain('systems verify');

    const unpacked = unpackTables(packTables(tables));
    for (const [index, { label, figures, table }] of facts.runs.entries()) {
      const { nodeTime, cpus } = unpacked[table ?? index];
      expect(nodeTime === undefined).toBe(label === 'kube-default');
      if (nodeTime === undefined) continue;
      const sumOf = (purpose: string) =>
        nodeTime.coreTime.reduce((sum, time, at) => (PURPOSES[nodeTime.purpose[at]] === purpose ? sum + time : sum), 0) / 3.6e6;
      const told = Object.entries(figures).find(([name]) => /^node-time\.(kube|slurm)\.useful$/.test(name));
      expect(sumOf('useful')).toBeGreaterThan(0);
      if (told !== undefined) expect(sumOf('useful')).toBeCloseTo(told[1] ?? NaN, 3);
      expect(Math.max(...nodeTime.job)).toBeLessThan(cpus.length);
    }
  });
});
