// Every system that is shipped can be read, runs jobs of all its queues, and says where its figures come from.
import { describe, expect, test } from 'vitest';
import { COMPLETED } from '../src/schedule.ts';
import { queued, run, systemNames, systemOf } from './systems-runs.ts';

const S = 1000;

describe.each(systemNames)('%s', (name) => {
  const system = systemOf(name);

  test('says what it is and what it follows', () => {
    expect(system.summary).toMatch(/\.$/);
    expect(system.source).not.toBe('');
    expect(system.entry.has('default')).toBe(true);
    for (const { path, note, evidence } of system.figures) {
      if (evidence === 'assumed') expect(note, `what is behind ${path}`).toBeDefined();
    }
  });

  test.each([...system.entry.keys()])('completes jobs of queue %s', (queue) => {
    const jobs = queued(
      Array.from({ length: 8 }, (_, row) => ({ submit: row * 7 * S, runtime: 60 * S, procs: 4, walltime: 600 * S, queue })),
    );
    const result = run(system, { jobs }, { audit: true, until: 86_400 * S });
    expect([...result.jobs.state]).toEqual(Array.from({ length: 8 }, () => COMPLETED));
    expect(result.stoodStill).toBe(false);
  });
});
