import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { COMPLETES, FAILS, gpusOf, IS_CANCELLED, jobId, nameOf } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { accounted, readAs } from './table-read.ts';

const MAP = 'id:id+submit:t@s+start:start@s+end:end@s+runtime:run@s+walltime:limit@s+procs:n+state:state+user:user';
const HEADER = 'id,t,start,end,run,limit,n,state,user\n';

/** The groups of a job as text: tasks x millicores / gpu thousandths / bytes. */
function groupsOf(workload: Workload, job = 0): string[] {
  const texts: string[] = [];
  for (let group = workload.firstGroup[job]; group < workload.firstGroup[job + 1]; group++) {
    const { cpu, gpu, memory } = workload.requests[workload.groupRequest[group]];
    texts.push(`${workload.groupTasks[group]} x ${cpu}/${gpu}/${memory}`);
  }
  return texts;
}

describe('a row', () => {
  test('has its run time from start and end, its wait kept, no limit where none is said', async () => {
    const { workload } = await readAs('csv', `${HEADER}7,100,130,190,,,4,COMPLETED,ada\n`, { map: MAP });
    expect([workload.origin, workload.submit[0], workload.recordedStart?.[0], workload.runtime[0]]).toEqual([
      100_000, 0, 30_000, 60_000,
    ]);
    expect([workload.walltime[0], workload.procs[0], jobId(workload, 0), nameOf(workload.user, 0)]).toEqual([
      Infinity,
      4,
      '7',
      'ada',
    ]);
  });

  test.each([
    ['1,,5,6,,,1,,', 'no submit time'],
    ['1,5,,,,,1,,', 'no run time'],
    ['1,5,,,,,1,CANCELLED by 380,', 'cancelled before it started'],
    ['1,5,,,,,1,FAILED,', 'failed before it started'],
    ['1,5,7,,,,1,,', 'has a start but no end'],
    ['1,5,9,7,,,1,,', 'ends before it starts'],
    ['1,5,6,7,,,0,,', 'asks for no processors'],
    ['1,5,6,7,,,,,', 'asks for no processors'],
    ['1,5,6,7,,,-4,,', 'asks for less than nothing'],
    ['1,5,6,7,,,3e9,,', 'asks for more than can be counted'],
    ['1,-5,6,7,,,1,,', 'submitted before the zero of the trace'],
    ['1,5,6,7,,,1,RUNNING,', 'is running'],
  ])('%s is skipped: %s', async (row, reason) => {
    const trace = await readAs('csv', `${HEADER}${row}\n2,5,6,7,,,1,,\n`, { map: MAP });
    expect(trace.skipped).toEqual([{ what: reason, count: 1, where: [2] }]);
    expect(accounted(trace)).toBe(3);
  });

  test.each([
    ['1,5,3,7,,,1,,', 'started before it was submitted: the recorded start is left out'],
    ['1,5,6,7,,-1,1,,', 'has a limit of nothing: taken as none'],
  ])('%s is repaired: %s', async (row, what) => {
    const { repaired, workload } = await readAs('csv', `${HEADER}${row}\n`, { map: MAP });
    expect(repaired).toEqual([{ what, count: 1, where: [2] }]);
    expect(workload.walltime[0]).toBe(Infinity);
  });

  test.each([
    ['COMPLETED', COMPLETES],
    ['timeout', COMPLETES],
    ['NODE_FAIL', FAILS],
    ['CANCELLED by 380693', IS_CANCELLED],
    ['Odd', FAILS],
    ['', COMPLETES],
  ])('in state "%s" has outcome %i', async (state, outcome) => {
    const { workload } = await readAs('csv', `${HEADER}1,5,6,7,,,1,${state},\n`, { map: `${MAP}+states:odd=fails` });
    expect(workload.outcome[0]).toBe(outcome);
  });
});

describe('sizes', () => {
  const read = async (map: string, header: string, row: string) =>
    (await readAs('csv', `t,r,${header}\n0,1,${row}\n`, { map: `submit:t@s+runtime:r@s+${map}` })).workload;

  test.each([
    ['procs:n', 'n', '36', ['36 x 1000/0/0']],
    ['procs:n+gpus:g', 'n,g', '36,2', ['2 x 18000/1000/0']],
    ['procs:n+gpus:g', 'n,g', '10,4', ['2 x 5000/2000/0']],
    ['procs:n+gpus:g', 'n,g', '7,2', ['1 x 7000/2000/0']],
    ['gpus:g', 'g', '16', ['16 x 1000/1000/0']],
    ['gpus:g', 'g', '0.5', ['1 x 1000/500/0']],
    ['procs:n+tasks:k', 'n,k', '10,3', ['1 x 4000/0/0', '2 x 3000/0/0']],
    ['procs:n+gpus:g+tasks:k', 'n,g,k', '9,2,4', ['1 x 3000/1000/0', '1 x 2000/1000/0', '2 x 2000/0/0']],
    ['procs:n@percent/task+gpus:g@percent/task+tasks:k', 'n,g,k', '600,50,8', ['8 x 6000/500/0']],
    ['procs:n+memory:m@Gi', 'n,m', '4,8', ['4 x 1000/0/2147483648']],
    ['procs:n+memory:m@B/proc+tasks:k', 'n,m,k', '4,10,2', ['2 x 2000/0/20']],
    ['procs:n+tasks:k', 'n,k', '1,2', ['2 x 500/0/0']],
    ['procs:=8+gpus:g', 'g', '2', ['2 x 4000/1000/0']],
  ])('%s of %s = %s', async (map, header, row, groups) => {
    expect(groupsOf(await read(map, header, row))).toEqual(groups);
  });

  test('keep their totals, however they are split', async () => {
    for (const [procs, gpus, tasks] of [[10, 3, 4], [1, 1, 3], [7, 7, 7], [100, 9, 8], [5, 0, 2]]) {
      const workload = await read('procs:n+gpus:g+tasks:k', 'n,g,k', `${procs},${gpus},${tasks}`);
      expect([workload.procs[0], gpusOf(workload, 0)]).toEqual([procs, gpus * 1000]);
    } // prettier-ignore
  });
});

describe('refuses', () => {
  const refusal = async (text: string, parameters: Record<string, string>) => {
    const error: unknown = await readAs('csv', text, parameters).catch((thrown: unknown) => thrown);
    if (!(error instanceof InputError)) throw error;
    return error;
  };

  test('an unknown header, with its columns and a map to start from', async () => {
    const error = await refusal('job_name,submitted,duration_min,cores\nx,1,2,3\n', {});
    expect(error.problem).toContain('job_name, submitted, duration_min, cores');
    expect(error.hint).toContain('map=id:job_name+submit:submitted@s+runtime:duration_min@min+procs:cores');
  });

  test('the map it proposes reads the table', async () => {
    const text = 'job_name,submitted,duration_min,cores\nx,1,2,3\n';
    const proposed = /map=(\S+)$/.exec((await refusal(text, {})).hint)?.[1] ?? '';
    expect((await readAs('csv', text, { map: proposed })).workload.runtime[0]).toBe(120_000);
  });

  test('a map without what a job needs', async () => {
    const error = await refusal('a,b\n1,2\n', { map: 'submit:a@s' });
    expect(error.problem).toContain('runtime (or start and end) and procs (or gpus, tasks)');
  });

  test('a time without a notation: milliseconds must not be taken for seconds', async () => {
    const error = await refusal('a,b,c\n1,2,3\n', { map: 'submit:a+runtime:b@s+procs:c' });
    expect(error.problem).toContain('how submit is written');
  });

  test('a column that is not there, or there twice', async () => {
    expect((await refusal('a,b\n1,2\n', { map: 'submit:x@s+runtime:b@s+procs:=1' })).problem).toContain('no column "x"');
    expect((await refusal('a,b,b\n1,2,3\n', { map: 'submit:a@s+runtime:b@s+procs:=1' })).problem).toContain('more than one');
  });

  test('times of two kinds', async () => {
    const error = await refusal('a,b\n1,2\n', { map: 'submit:a@s+start:a@s+end:b@unix+procs:=1' });
    expect(error.problem).toContain('1970');
  });

  test('a value that is not in its notation, with line, column and value', async () => {
    const error = await refusal('a,b\n1,2\n\n3,soon\n', { map: 'submit:a@s+runtime:b@s+procs:=1' });
    expect(error.where).toBe('test.csv:4');
    expect(error.problem).toBe('"soon" in column b is no runtime in the notation "s"');
  });

  test.each(['1e308', '9007199254740993'])('%s processors', async (procs) => {
    const error = await refusal(`t,r,n\n0,1,${procs}\n`, { map: 'submit:t@s+runtime:r@s+procs:n' });
    expect(error.problem).toContain('is no procs');
  });

  test('a state that nobody has explained', async () => {
    const error = await refusal('a,b,s\n1,2,Gone\n', { map: 'submit:a@s+runtime:b@s+procs:=1+state:s' });
    expect(error.hint).toContain('states:Gone=completes');
  });

  test('a row of another width', async () => {
    const error = await refusal('a,b\n1,2\n1,2,3\n', { map: 'submit:a@s+runtime:b@s+procs:=1' });
    expect([error.where, error.problem]).toEqual(['test.csv:3', 'found 3 fields where the header has 2']);
  });
});

test('leaves rows out that cannot be read, and counts them, if asked to', async () => {
  const map = 'submit:a@s+runtime:b@s+procs:=1';
  const trace = await readAs('csv', 'a,b\n1,2\n1,x\n1\n1,2,,\n', { map, unreadable: 'skip' });
  expect(trace.workload.count).toBe(2);
  expect(trace.skipped.map(({ what }) => what)).toEqual(['unreadable runtime', 'has another number of fields than the header']);
  expect(accounted(trace)).toBe(5);
});

test('takes tables without a header by column numbers, comments before the header, a BOM and CRLF', async () => {
  const map = 'submit:1@s+runtime:2@s+procs:3';
  expect((await readAs('csv', '1;2;3\n4;5;6\n', { map, header: 'false' })).workload.count).toBe(2);
  const trace = await readAs('csv', '\uFEFF# made by hand\r\na,b\r\n\r\n1,2\r\n', { map: 'submit:a@s+runtime:b@s+procs:=1' });
  expect(trace.workload.count).toBe(1);
  expect(trace.noJob.map(({ what }) => what)).toEqual(['comment', 'header', 'blank line']);
});

describe('JSON', () => {
  const map = 'id:id+submit:t@s+runtime:r@s+procs:n+user:u';
  const objects = ['{"id":"a","t":1,"r":2,"n":3,"u":null}', '{"r":2.5,"n":3,"t":"2","id":"b{\\"}","u":"ada","x":{"y":[1]}}'];

  test.each([
    ['one a line', objects.join('\n')],
    ['in an array', `[${objects.join(',')}]`],
    ['in an array over many lines', `[\n  ${objects.join(',\n\n')}\n]\n`],
    ['one behind the other', objects.join('')],
  ])('objects %s', async (_, text) => {
    const { workload } = await readAs('jsonl', text, { map });
    expect([jobId(workload, 0), jobId(workload, 1), nameOf(workload.user, 1)]).toEqual(['a', 'b{"}', 'ada']);
    expect([...workload.runtime]).toEqual([2000, 2500]);
  });

  test('keys that only later objects have are columns too', async () => {
    const text = '{"t":1,"r":2,"n":3}\n{"t":1,"r":2,"n":3,"u":"ada","id":"x"}\n';
    expect((await readAs('jsonl', text, { map })).workload.user.names).toEqual(['ada']);
  });

  test.each([
    ['{"t":1', /never closed/],
    ['[{"t":1}', /array is never closed/],
    ['{"t":1} x', /where an object should begin/],
    ['[{"t":1},]', /where an object should begin/],
    ['{"t":tru}', /not valid JSON/],
    [`{"t":${'['.repeat(200)}${']'.repeat(200)}}`, /nested more than/],
    ['42', /where an object should begin/],
  ])('%s is refused', async (text, problem) => {
    await expect(readAs('jsonl', text, { map: 'submit:t@s+runtime:=1@s+procs:=1' })).rejects.toThrow(problem);
  });

  test('ids that JSON rounds are counted', async () => {
    const { repaired } = await readAs('jsonl', '{"id":12345678901234567890,"t":1,"r":2,"n":3,"u":""}', { map });
    expect(repaired[0].what).toContain('2^53');
  });
});

test('names of Object are keys like others', async () => {
  const text =
    '{"constructor":1,"__proto__":2,"toString":3}\n{"constructor":1,"__proto__":2,"toString":3}\n{"constructor":4,"toString":5}';
  const trace = await readAs('jsonl', text, { map: 'submit:constructor@s+runtime:__proto__@s+procs:toString' });
  expect(trace.workload.count).toBe(2);
  expect(trace.skipped[0].what).toBe('no run time');
});
