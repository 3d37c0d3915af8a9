// Policies that ask for what cannot be: the answer is an error that names the job, what it needs and what there is.
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { Cycle, Policy } from '../src/policy.ts';
import type { Workload } from '../src/workload.ts';
import { workloadOf } from './workload-of.ts';
import type { TestJob } from './workload-of.ts';

const JOBS: TestJob[] = [
  { submit: 0, runtime: 5, procs: 3 },
  { submit: 0, runtime: 5, procs: 2 },
  { submit: 9, runtime: 5, procs: 1 },
];

function run(schedule: Policy['schedule'], workload: Workload = workloadOf(JOBS), costs = {}): void {
  const spec = { name: 'bad', summary: 'A test.', source: 'its test', create: () => ({ schedule }) };
  simulate(workload, processorPool(4), spec, { audit: true, costs });
}

const atFirst = (does: (cycle: Cycle) => void) => (cycle: Cycle) => {
  if (cycle.now === 0) does(cycle);
};

describe('starting', () => {
  test.each([
    { what: 'a job that does not fit', jobs: [0, 1], says: 'job 1 cannot start: it needs 2 processors, 1 are free' },
    { what: 'a job twice', jobs: [1, 1], says: 'the policy started job 1, which is not waiting: it runs' },
    {
      what: 'a job before it is there',
      jobs: [2],
      says: 'the policy started job 2, which is not waiting: it has not been submitted',
    },
    { what: 'a job that does not exist', jobs: [7], says: 'the policy started job 7, which is not waiting: it does not exist' },
    { what: 'none', jobs: [-1], says: 'the policy started job -1, which is not waiting: it does not exist' },
  ])('$what', ({ jobs, says }) => {
    expect(() => run(atFirst((cycle) => jobs.forEach((job) => cycle.start(job))))).toThrow(says);
  });

  test('a job that is over', () => {
    const late = (cycle: Cycle) => {
      if (cycle.now === 0) cycle.start(0);
      if (cycle.now === 9) cycle.start(0);
    };
    expect(() => run(late)).toThrow('the policy started job 0, which is not waiting: it is over');
  });

  test('a job within a what-if that has no room for it', () => {
    const within = (cycle: Cycle) => {
      const whatIf = cycle.free.copy();
      whatIf.take(0);
      cycle.start(1, whatIf);
    };
    expect(() => run(within)).toThrow('job 1 does not fit: it needs 2 processors, 1 are free');
  });
});

describe('taking back for ever', () => {
  test('at one instant is told', () => {
    const loop = atFirst((cycle) => {
      for (;;) {
        cycle.start(0);
        cycle.preempt(0, { how: 'requeue' });
      }
    });
    expect(() => run(loop)).toThrow('the policy takes back what it has started for ever: 100300 times');
  });

  test('from instant to instant is told', () => {
    const loop = (cycle: Cycle) => {
      if (cycle.running.has(0)) cycle.preempt(0, { how: 'requeue' });
      else if (cycle.pending.has(0)) cycle.start(0);
      cycle.wakeAt(cycle.now + 1);
    };
    const forEver = workloadOf([{ submit: 0, runtime: 5, procs: 3 }]);
    expect(() => run(loop, forEver)).toThrow('stop before it with --until');
  });
});

describe('preempting', () => {
  test.each([
    { what: 'a job that waits', says: 'the policy preempted job 1, which does not run: it waits', does: () => {} },
    {
      what: 'a job that is being stopped',
      says: 'the policy preempted job 1, which does not run: it is being stopped',
      does: (cycle: Cycle) => {
        cycle.start(1);
        cycle.preempt(1, { how: 'requeue', grace: 2 });
      },
    },
    {
      what: 'a job that is suspended',
      says: 'the policy preempted job 1, which does not run: it is suspended',
      does: (cycle: Cycle) => {
        cycle.start(1);
        cycle.preempt(1, { how: 'suspend' });
      },
    },
  ])('$what', ({ says, does }) => {
    const twice = atFirst((cycle) => {
      does(cycle);
      cycle.preempt(1, { how: 'requeue' });
    });
    expect(() => run(twice)).toThrow(says);
  });

  test('a job that is being cleaned, which a policy can see', () => {
    const seen: boolean[] = [];
    const late = (cycle: Cycle) => {
      if (cycle.now === 0) cycle.start(0);
      else if (cycle.running.has(0)) {
        seen.push(cycle.running.mayPreempt(0));
        cycle.preempt(0, { how: 'requeue' });
      }
    };
    const says = 'the policy preempted job 0, which does not run: it has ended and is being cleaned';
    expect(() => run(late, workloadOf(JOBS), { release: 3 })).toThrow(says);
    expect(seen).toEqual([false]);
  });
});

describe('placing', () => {
  // Four tasks of half a processor, two of which are enough.
  const elastic = (): Workload => {
    const workload = workloadOf([
      { submit: 0, runtime: 5, procs: 4, request: { cpu: 500, memory: 0, gpu: 0 } },
      { submit: 0, runtime: 5, procs: 3 },
    ]);
    return { ...workload, groupMinimum: Int32Array.of(2, 3) };
  };

  test.each([
    {
      what: 'more tasks than it has',
      group: 0,
      tasks: 5,
      says: 'job 0 cannot bind 5 more tasks of group 0: it has 4, of which 0 are bound',
    },
    { what: 'no task', group: 0, tasks: 0, says: 'job 0 cannot bind 0 more tasks of group 0' },
    { what: 'less than none', group: 0, tasks: -1, says: 'job 0 cannot bind -1 more tasks of group 0' },
    { what: 'half a task', group: 0, tasks: 0.5, says: 'job 0 cannot bind 0.5 more tasks of group 0' },
    { what: 'tasks of a group that is not there', group: 1, tasks: 1, says: 'job 0 cannot bind 1 more tasks of group 1' },
  ])('$what', ({ group, tasks, says }) => {
    expect(() =>
      run(
        atFirst((cycle) => cycle.place(0, group, 0, tasks)),
        elastic(),
      ),
    ).toThrow(says);
  });

  test('what does not fit', () => {
    const both = atFirst((cycle) => {
      cycle.place(0, 0, 0, 2);
      cycle.place(1, 0, 0, 3);
    });
    expect(() => run(both, elastic())).not.toThrow();
    const tooMuch = atFirst((cycle) => {
      cycle.start(0);
      cycle.place(1, 0, 0, 3);
    });
    expect(() => run(tooMuch, elastic())).toThrow('job 1 cannot start: it needs 3 processors, 2 are free');
  });

  test('more tasks than a job has that runs already', () => {
    const twice = atFirst((cycle) => {
      cycle.place(0, 0, 0, 2);
      cycle.place(0, 0, 0, 9);
    });
    expect(() => run(twice, elastic())).toThrow('job 0 cannot bind 9 more tasks of group 0');
  });

  test('tasks that are to be there before now', () => {
    expect(() =>
      run(
        atFirst((cycle) => cycle.place(0, 0, 0, 2, -1)),
        elastic(),
      ),
    ).toThrow('to be there at -1 ms, but it is');
  });

  test('starting a job that has some tasks bound', () => {
    const mixed = atFirst((cycle) => {
      cycle.place(0, 0, 0, 1);
      cycle.start(0);
    });
    expect(() => run(mixed, elastic())).toThrow(
      'the policy started job 0, which is not waiting: it waits with some of its tasks bound',
    );
  });

  test('parts of processors that do not add up exactly leave the books as they were', () => {
    const tenths = workloadOf([{ submit: 0, runtime: 5, procs: 10, request: { cpu: 100, memory: 0, gpu: 0 } }]);
    const free: number[] = [];
    const oneByOne = atFirst((cycle) => {
      for (let task = 0; task < 10; task++) {
        cycle.place(0, 0, 0, 1);
        free.push(cycle.free.procs);
      }
    });
    run(oneByOne, tenths);
    expect(free).toEqual(new Array(10).fill(3));
  });
});

describe('waking', () => {
  test.each([0, -1, NaN])('at %d, when it is 0 already', (time) => {
    expect(() => run(atFirst((cycle) => cycle.wakeAt(time)))).toThrow(
      `the policy asked to be woken at ${time} ms, but it is 0 ms already`,
    );
  });
});
