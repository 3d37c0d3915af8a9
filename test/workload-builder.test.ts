import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jobId, nameOf } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { JobRow } from '../src/workload-builder.ts';

const few = <Value>(...values: Value[]) => fc.constantFrom(...values);

/** Few distinct values, most of them usual ones: columns must come into being in the middle. */
const row = fc.record({
  id: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 9 }) }, { weight: 1, arbitrary: few('a', '1_2', '7') }),
  submit: few(0, 0, 1, 2, 2, 5),
  runtime: few(0, 3),
  walltime: few(3, Infinity),
  tasks: few(1, 4),
  minimum: few(undefined, undefined, undefined, 1),
  outcome: few(undefined, undefined, 0, 1),
  recordedStart: few(undefined, NaN, NaN, 7),
  priority: few(undefined, undefined, undefined, 0, 5),
  user: few<string | number | undefined>(undefined, 'eve', 3, '3', ''),
  queue: few<string | undefined>(undefined),
  more: few(false, false, false, true),
  withdrawn: few(false, false, false, true),
});

test('holds what was added, sorted by submission, without what was withdrawn', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), few(0, 3, 100), (rows, expected) => {
      const builder = new WorkloadBuilder();
      builder.expect(expected);
      const request = builder.request();
      const pair = builder.request({ cpu: 2000, memory: 1, gpu: 0 });
      for (const { more, withdrawn, ...plain } of rows) {
        const added: JobRow = { ...plain, request, moreGroups: more ? [{ tasks: 3, request: pair }] : undefined };
        const number = builder.add(added);
        if (withdrawn) builder.withdraw(number);
      }
      const kept = rows.filter(({ withdrawn }) => !withdrawn);
      expect(builder.count).toBe(kept.length);
      // A stable sort, by definition.
      const sorted = kept.map((one, at) => ({ ...one, at })).sort((a, b) => a.submit - b.submit || a.at - b.at);
      const origin = sorted[0]?.submit ?? 0;
      const workload = builder.finish('x');
      const orNaN = (value: number | undefined) => value ?? NaN;
      expect(workload.origin).toBe(origin);
      expect(Array.from(sorted, (_, job) => jobId(workload, job))).toEqual(sorted.map(({ id }) => String(id)));
      expect([...workload.submit]).toEqual(sorted.map(({ submit }) => submit - origin));
      expect([...workload.runtime]).toEqual(sorted.map(({ runtime }) => runtime));
      expect([...workload.walltime]).toEqual(sorted.map(({ walltime }) => walltime));
      expect([...workload.outcome]).toEqual(sorted.map(({ outcome }) => outcome ?? 0));
      expect(sorted.map((_, job) => orNaN(workload.recordedStart?.[job]))).toEqual(
        sorted.map((one) => orNaN(one.recordedStart) - origin),
      );
      expect(sorted.map((_, job) => workload.priority?.[job] ?? 0)).toEqual(sorted.map(({ priority }) => priority ?? 0));
      expect([...workload.procs]).toEqual(sorted.map(({ tasks, more }) => tasks + (more ? 6 : 0)));
      expect(sorted.map((_, job) => workload.groupMinimum[workload.firstGroup[job]])).toEqual(
        sorted.map((one) => one.minimum ?? one.tasks),
      );
      expect(workload.firstGroup.length).toBe(sorted.length + 1);
      expect(sorted.map((_, job) => nameOf(workload.user, job))).toEqual(
        sorted.map(({ user }) => (user === '' ? undefined : user?.toString())),
      );
      expect(workload.queue.code.length).toBe(sorted.length);
      expect(new Set(workload.user.names).size).toBe(workload.user.names.length);
    }),
    { numRuns: 1000 },
  );
});

test('columns that are alike take room once', () => {
  const builder = new WorkloadBuilder();
  for (let id = 0; id < 3; id++) builder.add({ id, submit: 0, runtime: 1, walltime: 1, tasks: 2, request: builder.request() });
  const { groupMinimum, groupTasks, user, qos, recordedStart, priority } = builder.finish('x');
  expect(groupMinimum).toBe(groupTasks);
  expect(user.code).toBe(qos.code);
  expect([recordedStart, priority]).toEqual([undefined, undefined]);
});
