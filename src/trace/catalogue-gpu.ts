/** Traces of GPU clusters. Repositories are named with a revision wherever we know one, so that the file cannot change. */
import type { CatalogueEntry } from './catalogue.ts';

const CC_BY = 'CC-BY-4.0';

const HELIOS_MAP =
  'id:job_id+submit:submit_time@iso+start:start_time@iso+end:end_time@iso+gpus:gpu_num+procs:cpu_num+user:user+queue:vc+' +
  'state:state+zone:Asia/Shanghai';
const ACME_MAP =
  'id:job_id+submit:submit_time@iso+start:start_time@iso+end:end_time@iso+gpus:gpu_num+procs:cpu_num+user:user+queue:type+state:state';

const ACME = {
  home: 'https://github.com/InternLM/AcmeTrace',
  terms: CC_BY,
  citation: 'Hu et al., "Characterization of large language model development in the datacenter", NSDI 2024',
  read: { format: 'csv', parameters: { map: ACME_MAP } },
};
const ACME_FILES = 'https://raw.githubusercontent.com/InternLM/AcmeTrace/6d6ac9cd15f3b01151ac6ba00ecddd9156f0dc73/data/job_trace';

const PAI = {
  home: 'https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2020',
  terms: CC_BY,
  citation:
    'Weng et al., "MLaaS in the wild: workload analysis and scheduling in large-scale heterogeneous GPU clusters", NSDI 2022',
  gpus: 6742,
};
const PAI_FILES = 'https://aliopentrace.oss-cn-beijing.aliyuncs.com/v2020GPUTraces';

const OPENB = {
  home: 'https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2023',
  terms: 'none stated in its folder; ask its owners before you publish it again',
  citation:
    'Weng et al., "Beware of fragmentation: scheduling GPU-sharing workloads with fragmentation gradient descent", ATC 2023',
  gpus: 6212,
};
const openbFile = (revision: string, file: string) =>
  `https://raw.githubusercontent.com/alibaba/clusterdata/${revision}/cluster-trace-gpu-v2023/csv/${file}`;

export const gpuTraces: readonly CatalogueEntry[] = [
  {
    name: 'philly',
    title: 'Microsoft Philly, deep learning training, August to December 2017',
    home: 'https://github.com/msr-fiddle/philly-traces',
    url: 'https://media.githubusercontent.com/media/msr-fiddle/philly-traces/29a1b87fa2d9ed80b83c9e3a37f3a88d382b031d/trace-data.tar.gz',
    file: 'philly-trace-data.tar.gz',
    terms: CC_BY,
    citation: 'Jeon et al., "Analysis of large-scale multi-tenant GPU clusters for DNN training workloads", ATC 2019',
    unpack: 'tar xzf philly-trace-data.tar.gz trace-data/cluster_job_log trace-data/cluster_machine_list',
    bytes: 1_055_988_361,
    sha256: '2037ccf63a725a02be718b0e1aeee6142c90b7f62d0d849295120e9f6ba13d2c',
  },
  {
    name: 'philly-pollux',
    title: 'Microsoft Philly as reduced by the authors of Pollux: 82,247 jobs with submission, run time, GPUs',
    home: 'https://github.com/petuum/adaptdl',
    url: 'https://raw.githubusercontent.com/petuum/adaptdl/de25dcc90c350b8ade3a710e437a651a8d2efae6/simulator/traces/philly.csv',
    file: 'philly-pollux.csv',
    terms: 'CC-BY-4.0 for the trace, Apache-2.0 for the table',
    citation:
      'Jeon et al., ATC 2019; Qiao et al., "Pollux: co-adaptive cluster scheduling for goodput-optimized deep learning", OSDI 2021',
    read: { format: 'csv' },
    bytes: 3_444_496,
    sha256: 'ebffb3dd1589bdf4e7bcd74496201c5ded1d557d498ee14f560463f37ec353da',
  },
  {
    name: 'helios',
    title: 'SenseTime Helios, four GPU clusters (Venus, Earth, Saturn, Uranus), April to September 2020',
    home: 'https://github.com/S-Lab-System-Group/HeliosData',
    url: 'https://raw.githubusercontent.com/S-Lab-System-Group/HeliosData/159f0caeec16600b9b6017862952a36aae01c43f/data.zip',
    file: 'helios-data.zip',
    terms: CC_BY,
    citation: 'Hu et al., "Characterization and prediction of deep learning workloads in large-scale GPU datacenters", SC 2021',
    read: { format: 'csv', parameters: { map: HELIOS_MAP } },
    unpack: 'unzip helios-data.zip; then read data/Venus/cluster_log.csv, or that of Earth, Saturn or Uranus',
    bytes: 36_437_672,
  },
  {
    ...ACME,
    name: 'acme-seren',
    title: 'Shanghai AI Laboratory, cluster Seren, language model development, March to August 2023',
    url: `${ACME_FILES}/trace_seren.csv`,
    file: 'acme-seren.csv',
  },
  {
    ...ACME,
    name: 'acme-kalos',
    title: 'Shanghai AI Laboratory, cluster Kalos, language model development, May to August 2023',
    url: `${ACME_FILES}/trace_kalos.csv`,
    file: 'acme-kalos.csv',
  },
  {
    ...PAI,
    name: 'pai-jobs',
    title: 'Alibaba PAI, July and August 2020: the job table (needs the task table beside it)',
    url: `${PAI_FILES}/pai_job_table.tar.gz`,
    unpack: 'tar xzf pai_job_table.tar.gz',
    sha256: '5aad7f7caac501136d14ed6a48e40546f825d7b0617a3a4f337e2348fe0a6cb0',
  },
  {
    ...PAI,
    name: 'pai-tasks',
    title: 'Alibaba PAI, July and August 2020: the task table',
    url: `${PAI_FILES}/pai_task_table.tar.gz`,
    unpack: 'tar xzf pai_task_table.tar.gz',
    sha256: 'cd1d6dc3215d2a8607ccf6b6dd952b5db776df86926c73259fea7c1499ac40e5',
  },
  {
    ...PAI,
    name: 'pai-machines',
    title: 'Alibaba PAI, 2020: the machines',
    url: `${PAI_FILES}/pai_machine_spec.tar.gz`,
    unpack: 'tar xzf pai_machine_spec.tar.gz',
    bytes: 30_449,
    sha256: 'cc0d38a4045af1b1af8179de8b1b54b1ddd995e6160d6d061a6b1000f1276c2d',
  },
  {
    ...OPENB,
    name: 'openb',
    title: 'Alibaba GPU cluster 2023 (openb): the default list of 8,152 pods',
    url: openbFile('50a91c7c74abe3b658188dc78ac1dd302970d40c', 'openb_pod_list_default.csv'),
    bytes: 575_468,
    sha256: '1ee7ed79c27a3b0861cda8ddba86a004c6aba904caafa329a76ae93ca63834a8',
  },
  {
    ...OPENB,
    name: 'openb-gpuspec33',
    title: 'Alibaba GPU cluster 2023 (openb): a third of the pods ask for a GPU model',
    url: openbFile('b937928cf81f0edb6fe33634d01f2069a8d6ab17', 'openb_pod_list_gpuspec33.csv'),
    bytes: 587_467,
    sha256: 'eca4f746db1e5b25864ad021b55ece3943e101a3ebd4574d09dcb95c46117652',
  },
  {
    ...OPENB,
    name: 'openb-nodes',
    title: 'Alibaba GPU cluster 2023 (openb): its 1,523 nodes',
    url: openbFile('0c9677bb156ded9c63ca40d9aa54cd31d3e75061', 'openb_node_list_all_node.csv'),
    bytes: 52_287,
    sha256: '5a85c2af79c66a1efff8bbcbda430400aae56d8431370d738480967e1a9c6b15',
  },
  {
    name: 'itp',
    title: 'Microsoft ITP, ten GPU clusters, March and April 2021 (traces of ElasticFlow)',
    home: 'https://github.com/microsoft/elasticflow-traces',
    url: 'https://raw.githubusercontent.com/microsoft/elasticflow-traces/277ed24d0e908c31a1c98145819e2e3853d8ac00/data/raw-traces.tar.gz',
    file: 'itp-raw-traces.tar.gz',
    terms: 'MIT',
    citation: 'Gu et al., "ElasticFlow: an elastic serverless training platform for distributed deep learning", ASPLOS 2023',
    read: { format: 'csv', parameters: { map: 'id:job_id+submit:submission_time@s+runtime:duration@s+gpus:num_gpu' } },
    unpack: 'tar xzf itp-raw-traces.tar.gz; then read the CSV file of one cluster',
    bytes: 1_943_846,
    sha256: '67398e1a89245c50ae0881bf997e6cda0c95f9f47980af5bc56d67998965669f',
  },
];
