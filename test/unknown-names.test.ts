// What is said of a name that is not known: the nearest names, or a file of that name.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { didYouMean, InputError } from '../src/errors.ts';
import { loadPolicyEntry } from '../src/experiment/policy-entry.ts';
import { unknownPolicy } from '../src/experiment/unknown-policy.ts';
import { loadSystem } from '../src/systems/system-library.ts';
import { temporaryFolder } from './cli-runner.ts';

describe('a name', () => {
  const known = ['flux-operator', 'slurm-native', 'first-fit', 'easy'];

  test.each([
    { wrong: 'esay', hint: 'did you mean "easy"?' },
    { wrong: 'fluxx', hint: 'did you mean "flux-operator"?' },
    { wrong: 'natve', hint: 'did you mean "slurm-native"?' },
    // Short words are near to many parts.
    { wrong: 'foo', hint: `one of: ${known.join(', ')}` },
    { wrong: 'something', hint: `one of: ${known.join(', ')}` },
  ])('$wrong: $hint', ({ wrong, hint }) => {
    expect(didYouMean(wrong, known)).toBe(hint);
  });

  test('of a system', () => {
    expect(() => loadSystem('fluxx')).toThrow('there is no system "fluxx"\n  hint: did you mean "flux-operator"?');
  });
});

describe('a policy with a file of its name', () => {
  const hintOf = (files: readonly string[]) => {
    const folder = temporaryFolder();
    for (const file of files) writeFileSync(join(folder, file), '');
    return unknownPolicy('mine', ['mane'], '--policy', folder).hint;
  };

  test.each([
    { files: ['mine.js'], hint: 'did you mean "./mine.js"?' },
    { files: ['mine.js', 'mine.py'], hint: 'did you mean "./mine.js" or "./mine.py"?' },
    { files: [], hint: 'did you mean "mane"?' },
  ])('$files', ({ files, hint }) => {
    expect(hintOf(files)).toBe(hint);
  });

  test('may be a program without an ending, but no folder', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'mine.js'));
    expect(unknownPolicy('mine', ['mane'], '--policy', folder).hint).toBe('did you mean "mane"?');
    writeFileSync(join(folder, 'mine'), '');
    chmodSync(join(folder, 'mine'), 0o755);
    expect(unknownPolicy('mine', ['mane'], '--policy', folder).hint).toBe('did you mean "./mine"?');
  });

  test('is looked for beside the scenario', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'mine.py'), '');
    const entry = { name: 'mine', at: 's.yaml:4:12', parameters: {}, files: {} } as unknown as Parameters<
      typeof loadPolicyEntry
    >[0];
    const error: unknown = await loadPolicyEntry(entry, folder).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ where: 's.yaml:4:12', hint: 'did you mean "./mine.py"?' });
  });
});
