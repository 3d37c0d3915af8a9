// The manifests of "sweep emit kubernetes" before a real API server: it takes every field, and its own names.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kubernetesManifests } from '../../src/experiment/emit-kubernetes.ts';
import { run, temporaryFolder } from '../cli-runner.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';

const common = {
  name: 'A sweep: of "loads"',
  scenario: 'sweep.yaml',
  image: 'registry.example/yardmaster:0.1.0',
  out: 'results/a sweep',
  tasks: 12,
  atOnce: 4,
  cpus: 2,
  memory: '2Gi',
};

describe.skipIf(MISSING)(`manifests of sweep emit ${SKIPPED}`, () => {
  let plane: ControlPlane | undefined;
  beforeAll(async () => {
    plane = await startControlPlane({ cluster: 'nodes=2,cpus=8' });
  });
  afterAll(() => plane?.stop());

  test.each([
    { what: 'on a volume', wishes: { ...common, claim: 'results' }, jobs: 2 },
    { what: 'through logs', wishes: common, jobs: 1 },
  ])('$what: taken field by field, on trial', async ({ wishes, jobs }) => {
    const manifests = kubernetesManifests(wishes);
    const objects = parseAllDocuments(manifests).map((document) => document.toJS() as { metadata: { name: string } });
    expect(objects).toHaveLength(jobs);
    for (const object of objects) {
      const path = '/apis/batch/v1/namespaces/default/jobs?dryRun=All&fieldValidation=Strict';
      const answer = await plane?.api.send('POST', path, object);
      expect([answer?.status, answer?.body]).toEqual([201, expect.stringContaining(object.metadata.name)]);
    }
    const wrong = { ...objects[0], spec: { ...(objects[0] as { spec?: object }).spec, completionModus: 'Indexed' } };
    const refused = await plane?.api.send(
      'POST',
      '/apis/batch/v1/namespaces/default/jobs?dryRun=All&fieldValidation=Strict',
      wrong,
    );
    expect([refused?.status, refused?.body]).toEqual([400, expect.stringContaining('completionModus')]);
  });

  test('kubectl takes them as the server does', async () => {
    const file = join(temporaryFolder(), 'jobs.yaml');
    writeFileSync(file, kubernetesManifests({ ...common, claim: 'results' }));
    const args = ['--kubeconfig', plane?.kubeconfig ?? '', 'apply', '--dry-run=server', '--validate=strict', '-f', file];
    const { code, stdout, stderr } = await run('kubectl', args);
    expect([code, stderr, stdout]).toEqual([0, '', expect.stringMatching(/job\.batch\/yardmaster-a-sweep-of-loads created/)]);
  });
});
