// The last words of a run: what failed, by name and with the beginning of its message, and how many tests passed and
// failed. From the reports in JSON that the runs of vitest left; a report that is missing or empty was never written,
// because its step failed before.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

let passed = 0;
let failed = 0;

function tell(file, name, message) {
  failed += 1;
  const lines = (message ?? '').split('\n').slice(0, 12);
  console.log(`FAILED ${relative('.', file)}: ${name}\n    ${lines.join('\n    ')}`);
}

for (const path of process.argv.slice(2)) {
  const text = readFileSync(path, 'utf8');
  if (text === '') {
    tell(path, 'no report was written', '');
    continue;
  }
  for (const { name: file, status, message, assertionResults } of JSON.parse(text).testResults) {
    // A file that cannot be loaded has no tests to fail.
    if (status === 'failed' && assertionResults.length === 0) tell(file, 'cannot be loaded', message);
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === 'passed') passed += 1;
      if (status === 'failed') tell(file, fullName, failureMessages[0]);
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
