/** Traces of supercomputers and clusters beyond the Parallel Workloads Archive. */
import type { CatalogueEntry } from './catalogue.ts';

export const hpcTraces: readonly CatalogueEntry[] = [
  {
    name: 'nrel-eagle',
    title: 'NREL Eagle, 11 million Slurm jobs, November 2018 to February 2023',
    home: 'https://data.openei.org/submissions/5860',
    url: 'https://data.openei.org/files/5860/eagle_data.parquet',
    terms: 'CC-BY-4.0',
    citation:
      'Menear et al., "Mastering HPC runtime prediction: from observing patterns to a methodological approach", PEARC 2023',
    read: { format: 'parquet' },
  },
  {
    name: 'nrel-eagle-sample',
    title: 'NREL Eagle, its first 1,000 jobs of 2019',
    home: 'https://github.com/NREL/eagle-jobs',
    url: 'https://raw.githubusercontent.com/NREL/eagle-jobs/f3e3dedf5716e91aeed4beb04deb29ed7229e092/data/sample_eagle_data.csv',
    terms: 'BSD-3-Clause',
    citation:
      'Menear et al., "Mastering HPC runtime prediction: from observing patterns to a methodological approach", PEARC 2023',
    read: { format: 'csv' },
    bytes: 193_901,
    sha256: '848e8dd418dfd5efcb4897c054489c21e0022ced637a6954216aa878e03bb513',
  },
  {
    name: 'f-data',
    title: 'F-DATA: Fugaku, 24 million jobs from March 2021 to April 2024; this is April 2021, the other months lie beside it',
    home: 'https://zenodo.org/records/11467483',
    url: 'https://zenodo.org/records/11467483/files/21_04.parquet',
    file: 'f-data-21_04.parquet',
    terms: 'as stated on its page',
    citation:
      'Antici et al., "F-DATA: a Fugaku workload dataset for job-centric predictive modelling in HPC systems", Scientific Data, 2025',
  },
  {
    name: 'pm100',
    title: 'PM100: CINECA Marconi100, 231,116 jobs with their power, May to October 2020',
    home: 'https://zenodo.org/records/10127767',
    url: 'https://zenodo.org/records/10127767/files/job_table.parquet',
    file: 'pm100-job_table.parquet',
    terms: 'as stated on its page',
    citation: 'Antici et al., "PM100: a job power consumption dataset of a large-scale production HPC system", SC 2023 workshops',
  },
  {
    name: 'mit-supercloud',
    title: 'MIT Supercloud datacenter challenge: the Slurm log, 2021',
    home: 'https://dcc.mit.edu',
    url: 'https://mit-supercloud-dataset.s3.amazonaws.com/datacenter-challenge/202201/slurm-log.csv',
    file: 'mit-supercloud-slurm-log.csv',
    terms: 'as stated on its page',
    citation: 'Samsi et al., "The MIT Supercloud dataset", HPEC 2021',
  },
  {
    name: 'google-borg-2011',
    title: 'Google cluster data 2011: one cell for 29 days',
    home: 'https://github.com/google/cluster-data/blob/master/ClusterData2011_2.md',
    obtain: 'it is 41 GB in many files: copy them with gsutil from gs://clusterdata-2011-2/ (task_events and machine_events)',
    terms: 'CC-BY-4.0',
    citation: 'Reiss, Wilkes, Hellerstein, "Google cluster-usage traces: format + schema", 2011',
  },
  {
    name: 'google-borg-2019',
    title: 'Google cluster data 2019: eight cells in May 2019',
    home: 'https://github.com/google/cluster-data/blob/master/ClusterData2019.md',
    obtain:
      'it is 2.4 TB in BigQuery: query the tables of google.com:google-cluster-data (collection_events and instance_events)',
    terms: 'CC-BY-4.0',
    citation: 'Tirmazi et al., "Borg: the next generation", EuroSys 2020',
  },
];
