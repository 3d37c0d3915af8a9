import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterJsonSchema, loadCluster, readClusterFile } from '../src/cluster-file.ts';
import { describeCluster } from '../src/cluster-spec.ts';
import { InputError } from '../src/errors.ts';
import { DAY, HOUR } from '../src/units.ts';

const DEMO = `name: demo
pools:
  - name: gpu
    nodes: 64
    cpus: 8
    memory: 512Gi
    gpus: 4
    gpu-model: A100
    mtbf: 30d
    mttr: 4h
    other: { licences: 4 }
    labels: { tier: 1 }
    taints: ["gpu=yes:NoSchedule"]
  - nodes: 10
    cpus: 64
partitions:
  - { name: batch, pools: [gpu], max-walltime: 2d, default: true }
  - name: all
outages:
  - { pool: pool-b, nodes: "0-3,8", from: 1d, until: 30h }
  - { nodes: 5, from: 0 }
topology:
  - { name: zone, nodes-per-domain: 32 }
  - name: rack
    domains: { r1: 0-15, r2: "16-31", r3: 40 }
`;

describe('readClusterFile', () => {
  test('a description with everything', async () => {
    const cluster = await readClusterFile(DEMO, 'demo.yaml');
    expect(cluster.pools).toEqual([
      {
        name: 'gpu',
        count: 64,
        cpu: 8000,
        memory: 512 * 2 ** 30,
        gpus: 4,
        gpuModel: 'A100',
        failures: { mtbf: 30 * DAY, mttr: 4 * HOUR },
        other: { licences: 4 },
        labels: { tier: '1' },
        taints: ['gpu=yes:NoSchedule'],
      },
      { name: 'pool-b', count: 10, cpu: 64_000, memory: Infinity, gpus: 0 },
    ]);
    expect(cluster.partitions).toEqual([{ name: 'batch', pools: ['gpu'], maxWalltime: 2 * DAY, default: true }, { name: 'all' }]);
    expect(cluster.outages).toEqual([
      { firstNode: 64, nodes: 4, from: DAY, until: 30 * HOUR },
      { firstNode: 72, nodes: 1, from: DAY, until: 30 * HOUR },
      { firstNode: 5, nodes: 1, from: 0, until: Infinity },
    ]);
    const [zone, rack] = cluster.topology ?? [];
    expect(zone.domain.names).toEqual(['zone0', 'zone1', 'zone2']);
    expect([0, 31, 32, 73].map((node) => zone.domain.code[node])).toEqual([0, 0, 1, 2]);
    expect([0, 16, 32, 40].map((node) => rack.domain.code[node])).toEqual([0, 1, -1, 2]);
    expect(describeCluster(cluster)).toBe(
      '74 nodes, 1,152 processors, 256 GPUs: 64 x (8 cpus, 512 GiB, 4 A100, 4 licences) + 10 x (64 cpus); ' +
        '2 partitions, 3 outages, 3 zones, 3 racks, nodes that fail',
    );
  });

  test('processors, in JSON, with and without numbers', async () => {
    const alike = await readClusterFile('{"processors": 128, "mtbf": "30d", "mttr": "1h"}', 'small.json');
    expect(alike).toMatchObject({ name: 'small', interchangeable: true, pools: [{ count: 128, failures: { mtbf: 30 * DAY } }] });
    const numbered = await readClusterFile('{"processors": 128, "identities": true}', 'small.json');
    expect(numbered.interchangeable).toBe(false);
  });

  test.each([
    ['cpus: 8', 'cpu: 8', '5:5', 'there is no "cpu"', 'did you mean "cpus"'],
    ['nodes: 64', 'nodes: many', '4:5', 'found: "many"', 'how many nodes'],
    ['nodes: 64', 'nodes: 64000000', '4:5', 'nodes', 'how many nodes'],
    ['512Gi', '512Gx', '6:5', '"512Gx" is not a quantity', '512Gi'],
    ['mtbf: 30d', 'mtbf: 30x', '9:5', '"30x" is not a duration', '2d'],
    ['mttr: 4h', 'watts: 4', '9:5', 'mtbf is given without mttr', 'mttr'],
    ['gpus: 4', 'gpus: [4', '8:5', 'Flow sequence', 'YAML'],
    ['nodes: 10', 'nodes: 10\n    nodes: 11', '15:5', 'Map keys must be unique', 'YAML'],
    ['  - nodes: 10', '  - nodes: 10\n    name: gpu', '15:5', 'there are two pools "gpu"', 'of its own'],
    ['[gpu]', '[gpi]', '17:28', 'there is no pool "gpi"', 'did you mean "gpu"'],
    ['name: all', 'name: batch', '18:5', 'there are two partitions "batch"', 'of its own'],
    ['- name: all', '- { name: all, default: true }', '18:18', 'two default partitions', 'one of them'],
    ['until: 30h', 'until: 3h', '20:47', 'it ends at 3h but begins at 1d', 'later'],
    ['0-3,8', '0-3,10', '20:21', 'there is no node 10', '0 to 9'],
    ['0-3,8', '3-0', '20:21', '3-0 runs backwards', '0-3'],
    ['0-3,8', 'some', '20:21', '"some" is not a list of node numbers', '0-3'],
    ['pool: pool-b', 'pool: pool-c', '20:7', 'there is no pool "pool-c"', 'pool-b'],
    ['nodes-per-domain: 32', 'nodes-per-domain: 24', '24:5', 'the rack "r2" reaches over more than one zone', 'coarse'],
    ['"16-31"', '"15-31"', '25:26', 'node 15 is in "r1" and in "r2"', 'one of them'],
    ['{ name: zone, nodes-per-domain: 32 }', '{ name: zone }', '23:7', 'needs either', 'nodes-per-domain: 16'],
    ['partitions:', 'partition:', '16:1', 'there is no "partition"', 'partitions'],
    ['name: demo', 'processors: 4', '1:1', 'beside pools', 'one of the two'],
    ['name: demo', 'mtbf: 4d', '1:1', 'beside pools', 'each pool'],
    ['name: demo', 'name: *demo', '', 'demo', 'anchor'],
  ])('%s as %s: %s %s', async (right, wrong, place, problem, hint) => {
    const error = await mistake(DEMO.replace(right, wrong));
    expect(error.problem).toContain(problem);
    expect(error.where).toBe(place === '' ? 'demo.yaml' : `demo.yaml:${place}`);
    expect(error.hint).toContain(hint);
    expect(error.mistake).toBe('usage');
  });

  test.each([
    ['', 'expected object'],
    ['- 1', 'expected object'],
    ['name: x', 'neither pools nor processors'],
    ['processors: 4\ntopology: [{ name: rack, nodes-per-domain: 2 }]', 'no place in a topology'],
    ['NodeName=n[1-4] CPUs=4', 'it describes no partition'],
    ['{"apiVersion": "v1", "kind": "List", "items": []}', 'there is no node in it'],
    ['apiVersion: v1\nkind: Node\n', 'the node has no name'],
  ])('%s: %s', async (text, problem) => {
    expect((await mistake(text)).problem).toContain(problem);
  });

  test('a mutilated description is a cluster or a mistake of the user', async () => {
    const cut = fc.record({
      from: fc.nat(DEMO.length),
      length: fc.nat(12),
      put: fc.constantFrom('', ':', '- ', '{', '"', '\n', '0', 'x', '&a ', '*a'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 3 }), async (cuts) => {
        const text = cuts.reduce((old, { from, length, put }) => old.slice(0, from) + put + old.slice(from + length), DEMO);
        await readClusterFile(text, 'demo.yaml').catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
      }),
      { numRuns: 300 },
    );
  });
});

describe('loadCluster', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cluster-'));
    writeFileSync(join(folder, 'a=b.yaml'), DEMO);
    writeFileSync(join(folder, 'slurm.conf'), '# nothing to be seen\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a file comes first, whatever its name', async () => {
    expect((await loadCluster(join(folder, 'a=b.yaml'))).name).toBe('demo');
    expect((await loadCluster('procs=7')).pools[0].count).toBe(7);
  });

  test.each(['nowhere.yaml', '', '.', 'slurm.conf'])('%s is refused', async (name) => {
    await expect(loadCluster(name === 'slurm.conf' ? join(folder, name) : name)).rejects.toThrow(InputError);
  });
});

test('the JSON Schema knows every key of the demonstration', async () => {
  const schema = JSON.stringify(await clusterJsonSchema());
  for (const [key] of DEMO.matchAll(/[a-z][a-z-]+(?=: )/g)) {
    if (!['tier', 'licences'].includes(key)) expect(schema).toContain(`"${key}"`);
  }
});

async function mistake(text: string): Promise<InputError> {
  try {
    await readClusterFile(text, 'demo.yaml');
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('it was read without complaint');
}

test.each([
  { what: 'UTF-16', bytes: Buffer.from('\ufeffname: demo', 'utf16le'), says: 'the text is UTF-16' },
  { what: 'UTF-16 without a mark', bytes: Buffer.from('name: demo', 'utf16le'), says: 'the text is UTF-16' },
  { what: 'gzip that is cut off', bytes: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), says: 'the gzip data is broken' },
])('a file in $what is told as that', async ({ bytes, says }) => {
  const path = join(mkdtempSync(join(tmpdir(), 'yardmaster-')), 'cluster.yaml');
  writeFileSync(path, bytes);
  await expect(loadCluster(path)).rejects.toThrow(says);
});
