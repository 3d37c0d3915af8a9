// Measured coverage of all intervals at 95 %, with many repetitions. One line a case: how often the true value was
// covered, and where the two do not differ how often a difference was claimed.
// To run it: npx esbuild test/bench/statistics-coverage.ts --bundle --platform=node --format=esm
// --outfile=statistics-coverage.mjs && node statistics-coverage.mjs [repetitions [part of a case's name]]
import { CASES, coverageOf, naiveCoverage } from '../statistics-coverage.ts';

const [, , repetitions = '2000', part = ''] = process.argv;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

for (const one of CASES.filter(({ name }) => name.includes(part))) {
  const { covered, claimed, without } = coverageOf(one, Number(repetitions), 2000);
  const claims = Number.isNaN(claimed) ? '' : `, claimed in ${percent(claimed)}`;
  console.log(`${one.name}: ${percent(covered)}${claims}${without > 0 ? `, ${without} without an interval` : ''}`);
}
console.log(`AR(1) 0.9 if each job were an observation: ${percent(naiveCoverage(Number(repetitions)))}`);
