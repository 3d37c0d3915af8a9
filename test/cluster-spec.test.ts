import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gpuCount, nodeCount, processorCount } from '../src/cluster.ts';
import { describeCluster, parseClusterSpec, withIdentities } from '../src/cluster-spec.ts';
import { defaultPoolName } from '../src/cluster-spec-pool.ts';
import { InputError } from '../src/errors.ts';
import { DAY, HOUR } from '../src/units.ts';

describe('parseClusterSpec', () => {
  test('procs=128 is a pool of interchangeable processors', () => {
    const cluster = parseClusterSpec('procs=128');
    expect(cluster.interchangeable).toBe(true);
    expect(processorCount(cluster)).toBe(128);
    expect(describeCluster(cluster)).toBe('128 interchangeable processors');
  });

  test('nodes with all that can be said of them', () => {
    const text =
      'name=gpu,nodes=64,cpus=7500m,gpus=4,gpu-model=A100,gpu-memory=80Gi,mig=A100-80GB,memory=512Gi,' +
      'price-per-hour=2.5,watts=700,mtbf=30d,mttr=4h,mtbf-shape=0.8';
    const cluster = parseClusterSpec(text);
    expect(cluster).toEqual({
      name: text,
      interchangeable: false,
      partitions: [],
      outages: [],
      pools: [
        {
          name: 'gpu',
          count: 64,
          cpu: 7500,
          memory: 512 * 2 ** 30,
          gpus: 4,
          gpuModel: 'A100',
          gpuMemory: 80 * 2 ** 30,
          mig: 'A100-80GB',
          pricePerHour: 2.5,
          watts: 700,
          failures: { mtbf: 30 * DAY, mttr: 4 * HOUR, shape: 0.8 },
        },
      ],
    });
  });

  test('pools joined by +, with the defaults that help says', () => {
    const cluster = parseClusterSpec('nodes=64,cpus=8,gpus=4,gpu-model=A100,memory=512Gi+nodes=2');
    expect(cluster.pools.map(({ name }) => name)).toEqual(['pool-a', 'pool-b']);
    expect(cluster.pools[1]).toEqual({ name: 'pool-b', count: 2, cpu: 1000, memory: Infinity, gpus: 0 });
    expect([nodeCount(cluster), processorCount(cluster), gpuCount(cluster)]).toEqual([66, 514, 256]);
    expect(describeCluster(cluster)).toBe('66 nodes, 514 processors, 256 GPUs: 64 x (8 cpus, 512 GiB, 4 A100) + 2 x (1 cpu)');
  });

  test.each([
    ['nodes=3,cpu=4', 'there is no "cpu"', 'did you mean "cpus"'],
    ['nodes=0', '"0" is not a number of nodes', 'from 1'],
    ['nodes=1.5', '"1.5" is not a number of nodes', 'whole'],
    ['nodes=64k', '"64k" is not a number of nodes', 'whole'],
    ['nodes=3,cpus=0', 'cpus is 0', 'greater than 0'],
    ['nodes=3,memory=lots', '"lots" is not a quantity', '512Gi'],
    ['nodes=3,mtbf=2d', 'mtbf is given without mttr', 'mttr=4h'],
    ['nodes=3,mttr=2h', 'mttr is given without mtbf', 'mtbf=30d'],
    ['nodes=3,mtbf=soon,mttr=1h', '"soon" is not a duration', '2d'],
    ['nodes=3,gpu-model=A100', 'gpu-model is given without gpus', 'gpus=4'],
    ['nodes=3,gpus=4,mig=A100-81GB', '"A100-81GB" is no kind of GPU that can be cut', 'A100-80GB'],
    ['nodes=3,nodes=4', 'nodes is given twice', '+'],
    ['nodes', '"nodes" is not key=value', 'procs=128'],
    ['nodes=', '"nodes=" is not key=value', 'procs=128'],
    ['nodes=3,', '"" is not key=value', 'procs=128'],
    ['cpus=4', 'it does not say how many nodes', 'nodes=64'],
    ['procs=4+nodes=3', 'procs stands alone', 'cpus=1'],
    ['procs=4,nodes=3', 'both procs and nodes', 'procs=512 alone'],
    ['procs=4,memory=1Gi', 'there is no "memory"', 'procs'],
    ['name=a,nodes=1+name=a,nodes=2', 'there are two pools "a"', 'name of its own'],
    ['name=n,nodes=11+name=n1,nodes=2', 'would both be n10', 'digits behind it'],
    ['name=n1,nodes=1+name=n,nodes=2', 'would both be n1', 'digits behind it'],
    ['nodes=3,constructor=1', 'there is no "constructor"', 'one of'],
  ])('%s: %s', (text, problem, hint) => {
    expect(() => parseClusterSpec(text)).toThrow(InputError);
    try {
      parseClusterSpec(text);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      expect(error.problem).toContain(problem);
      expect(error.hint).toContain(hint);
      expect(error.where).toContain(`cluster "${text}"`);
      expect(error.mistake).toBe('usage');
    }
  });

  test('any text is a cluster or a mistake of the user', () => {
    const words = fc.constantFrom(
      'nodes',
      'procs',
      'cpus',
      'memory',
      'gpus',
      'mtbf',
      'mttr',
      '=',
      ',',
      '+',
      '1',
      '0',
      '4Gi',
      '-1',
      'x',
      ' ',
      '1e9',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 14 }), (parts) => {
        try {
          expect(nodeCount(parseClusterSpec(parts.join('')))).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

test('withIdentities turns a pool of processors into numbered ones', () => {
  const cluster = withIdentities(parseClusterSpec('procs=128'));
  expect(cluster.interchangeable).toBe(false);
  expect(nodeCount(cluster)).toBe(128);
  expect(cluster.pools[0].cpu).toBe(1000);
});

test('names of pools are distinct, and no number follows a number', () => {
  const names = Array.from({ length: 800 }, (_, index) => defaultPoolName(index, 800));
  expect(new Set(names).size).toBe(800);
  expect(names[0]).toBe('pool-a');
  expect(names[27]).toBe('pool-ab');
  for (const name of names) expect(name).toMatch(/[a-z]$/);
});
