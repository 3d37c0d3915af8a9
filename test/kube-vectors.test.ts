// The unit tests of Kubernetes v1.36.2, converted to vectors, and the command that judges them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verifyKubeVectors } from '../src/verify/kube-vectors.ts';
import { yardmaster } from './cli-runner.ts';

const VECTORS = '../shared/truth/kube/vectors';
const there = existsSync(VECTORS);

describe.skipIf(!there)(`vectors of Kubernetes v1.36.2${there ? '' : ` (skipped: ${VECTORS} is not there)`}`, () => {
  test.each(there ? readdirSync(VECTORS) : [])('every vector of %s agrees', (file) => {
    const results = verifyKubeVectors(JSON.parse(readFileSync(join(VECTORS, file), 'utf8')), '1.36', file);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ verdict }) => verdict !== 'agree')).toEqual([]);
  });

  test('the formulas of 1.26 disagree where they differ, and only there', () => {
    const files = readdirSync(VECTORS);
    const results = files.flatMap((file) => verifyKubeVectors(JSON.parse(readFileSync(join(VECTORS, file), 'utf8')), '1.26'));
    const plugins = new Set(results.filter(({ verdict }) => verdict !== 'agree').map(({ id }) => id.split('.')[1]));
    expect(plugins).toEqual(new Set(['NodeResourcesFit', 'NodeResourcesBalancedAllocation']));
  });
});

/** A vector in the format, made by hand: half of one node's cpu and memory, nothing of the other's. */
const vector = (id: string, more: object) => ({
  format: 'kube-sched-vector/1',
  id,
  kind: 'score',
  plugin: 'NodeResourcesFit',
  normalized: false,
  source: { file: 'plugins/fit_test.go', test: 'TestFit', case: 'half' },
  cluster: {
    nodes: ['a', 'b'].map((name) => ({ metadata: { name }, status: { allocatable: { cpu: '2', memory: '8' } } })),
    pods: [{ spec: { nodeName: 'a', containers: [{ resources: { requests: { cpu: '1', memory: '4' } } }] } }],
  },
  pod: { spec: { containers: [{ resources: { requests: { cpu: '0', memory: '0' } } }] } },
  expect: { scores: { a: 50, b: 100 } },
  ...more,
});

describe('a vector', () => {
  test.each([
    { what: 'agrees', more: {}, verdict: 'agree' },
    { what: 'disagrees', more: { expect: { scores: { a: 51, b: 100 } } }, verdict: 'disagree' },
    { what: 'names a node that is not there', more: { expect: { scores: { c: 0 } } }, verdict: 'disagree' },
    { what: 'is of a kind that is not known', more: { kind: 'bind' }, verdict: 'unsupported' },
    { what: 'is of a plugin that is not modelled', more: { plugin: 'VolumeBinding' }, verdict: 'unsupported' },
  ])('that $what: $verdict', ({ more, verdict }) => {
    const [result] = verifyKubeVectors([vector('v.1', more)], '1.36');
    expect(result).toMatchObject({ id: 'v.1', source: 'fit_test.go TestFit: half', verdict });
  });

  test('tells what was expected and what came out, or why it cannot be judged', () => {
    const bad = vector('v.1', { expect: { scores: { a: 51 } } });
    expect(verifyKubeVectors([bad], '1.36')[0]).toMatchObject({ expected: { a: 51 }, actual: { a: 50 } });
    const foreign = vector('v.2', { plugin: 'VolumeBinding' });
    expect(verifyKubeVectors([foreign], '1.36')[0].reason).toBe('plugin VolumeBinding is not modelled');
  });

  test('that is damaged is an error that names the place', () => {
    const damaged = vector('v.1', { pod: { spec: { containers: 'many' } } });
    expect(() => verifyKubeVectors([damaged], '1.36', 'v.json')).toThrow('v.json[0].pod.spec.containers: found "many"');
  });
});

describe('yardmaster verify kube-vectors', () => {
  const file = (...vectors: unknown[]) => {
    const path = join(mkdtempSync(join(tmpdir(), 'vectors-')), 'v.json');
    writeFileSync(path, JSON.stringify(vectors));
    return path;
  };

  test('exits 0 if all agree', async () => {
    const path = file(vector('v.1', {}), vector('v.2', {}));
    const { code, stdout } = await yardmaster(['verify', 'kube-vectors', path, '--version', '1.26']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `agree 2 of 2  ${path}\nOK: agree 2 of 2\n` });
  });

  test('exits 1 if one does not, and shows it', async () => {
    const path = file(vector('v.1', {}), vector('v.2', { expect: { scores: { a: 1 } } }), vector('v.3', { kind: 'bind' }));
    const { code, stdout } = await yardmaster(['verify', 'kube-vectors', path]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      `agree 1 of 3  ${path}\n` +
        '  disagrees: v.2  fit_test.go TestFit: half\n    expected {"a":1}\n    actual   {"a":50}\n' +
        '  not supported: v.3  fit_test.go TestFit: half\n    vectors of kind "bind" are not known\n' +
        'FAILED: agree 1 of 3, 1 not supported\n',
    );
  });

  test('tells machines the same', async () => {
    const { code, stdout } = await yardmaster(['verify', 'kube-vectors', file(vector('v.1', {})), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, version: '1.36', vectors: 1, agree: 1, disagree: 0 });
  });

  test('knows two versions', async () => {
    const { code, stderr } = await yardmaster(['verify', 'kube-vectors', file(), '--version', '1.99']);
    expect(code).toBe(2);
    expect(stderr).toContain('--version: "1.99" is not known');
  });
});
