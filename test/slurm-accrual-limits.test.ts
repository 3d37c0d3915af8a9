// Limits on growing older are not modelled, and that is said where they would count.
// Caught when planted: said where priorities do not depend on age; limits of QoS overlooked.
import { expect, test } from 'vitest';
import { readSlurmConf } from '../src/slurm-conf.ts';

const CONF = 'NodeName=n1 CPUs=8\nPartitionName=main Nodes=ALL Default=YES\nPriorityType=priority/multifactor\n';
const ENFORCED = 'AccountingStorageType=accounting_storage/slurmdbd\nAccountingStorageEnforce=limits\n';

function warningsOf(conf: string, account: string, qos = 'normal'): string {
  const dump = `Cluster - 'c':Fairshare=1\nParent - 'root'\nAccount - 'phys':Fairshare=1${account}\n`;
  const files = { conf: { path: 'slurm.conf', text: CONF + conf }, accounts: { path: 'dump', text: dump } };
  const table = { path: 'qos', text: `Name|Priority|GrpJobsAccrue\n${qos}\n` };
  return readSlurmConf({ ...files, qos: table }).warnings.join('\n');
}

test.each([
  {
    what: 'an account',
    account: ':GrpJobsAccrue=5',
    qos: 'normal|0|',
    says: /account phys: GrpJobsAccrue or MaxJobsAccrue is not/,
  },
  { what: 'an account, for each user', account: ':MaxJobsAccrue=5', qos: 'normal|0|', says: /account phys: / },
  {
    what: 'a QoS',
    account: '',
    qos: 'fast|0|7',
    says: /QoS fast: GrpJobsAccrue or MaxJobsAccrue is not modelled: every waiting/,
  },
])('limits of $what are told of', ({ account, qos, says }) => {
  expect(warningsOf(`${ENFORCED}PriorityWeightAge=10\n`, account, qos)).toMatch(says);
});

test.each([
  { what: 'there are none', conf: `${ENFORCED}PriorityWeightAge=10\n`, account: '' },
  { what: 'age has no weight', conf: ENFORCED, account: ':GrpJobsAccrue=5' },
  { what: 'limits are not enforced', conf: 'PriorityWeightAge=10\n', account: ':GrpJobsAccrue=5' },
  {
    what: 'jobs always grow older',
    conf: `${ENFORCED}PriorityWeightAge=10\nPriorityFlags=ACCRUE_ALWAYS\n`,
    account: ':GrpJobsAccrue=5',
  },
])('nothing is said where $what', ({ conf, account }) => {
  expect(warningsOf(conf, account, 'normal|0|')).not.toContain('JobsAccrue');
});
