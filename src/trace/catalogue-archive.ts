/**
 * Logs of the Parallel Workloads Archive, https://www.cs.huji.ac.il/labs/parallel/workload/. Of each log the version
 * that the archive recommends; "cln" are cleaned of flurries. The archive publishes no checksums.
 */
import type { CatalogueEntry } from './catalogue.ts';

const HOME = 'https://www.cs.huji.ac.il/labs/parallel/workload';

const TERMS = 'free for research; acknowledge the archive and those who provided the log, as its page asks';
const CITATION = 'Feitelson, Tsafrir, Krakov, "Experience with using the Parallel Workloads Archive", JPDC 74(10), 2014';

/** Name, folder in the archive, file without .swf.gz, title, processors (0 = varies or is not stated by the log). */
const LOGS: readonly (readonly [name: string, folder: string, file: string, title: string, procs: number])[] = [
  ['nasa-ipsc', 'l_nasa_ipsc', 'NASA-iPSC-1993-3.1-cln', 'NASA Ames iPSC/860, 3 months of 1993', 128],
  ['lanl-cm5', 'l_lanl_cm5', 'LANL-CM5-1994-4.1-cln', 'Los Alamos CM-5, 2 years from 1994', 1024],
  ['sdsc-par-1995', 'l_sdsc_par', 'SDSC-Par-1995-3.1-cln', 'San Diego Paragon, 1995', 416],
  ['sdsc-par-1996', 'l_sdsc_par', 'SDSC-Par-1996-3.1-cln', 'San Diego Paragon, 1996', 416],
  ['ctc-sp2', 'l_ctc_sp2', 'CTC-SP2-1996-3.1-cln', 'Cornell Theory Center IBM SP2, 11 months from 1996', 338],
  ['kth-sp2', 'l_kth_sp2', 'KTH-SP2-1996-2.1-cln', 'Royal Institute of Technology (KTH) IBM SP2, 11 months from 1996', 100],
  ['sdsc-sp2', 'l_sdsc_sp2', 'SDSC-SP2-1998-4.2-cln', 'San Diego IBM SP2, 2 years from 1998', 128],
  ['lanl-o2k', 'l_lanl_o2k', 'LANL-O2K-1999-2', 'Los Alamos Origin 2000 cluster, 5 months from 1999', 2048],
  ['osc-cluster', 'l_osc', 'OSC-Clust-2000-3.1-cln', 'Ohio Supercomputing Center Linux cluster, 22 months from 2000', 178],
  ['sdsc-blue', 'l_sdsc_blue', 'SDSC-BLUE-2000-4.2-cln', 'San Diego Blue Horizon, 32 months from 2000', 1152],
  ['sandia-ross', 'l_sandia_ross', 'Sandia-Ross-2001-1.1-cln', 'Sandia Ross cluster, 3 years from 2001', 1524],
  ['hpc2n', 'l_hpc2n', 'HPC2N-2002-2.2-cln', 'High-Performance Computing Center North, 42 months from 2002', 240],
  ['das2-fs0', 'l_das2', 'DAS2-fs0-2003-1', 'DAS-2 research grid, Amsterdam (VU), 2003', 144],
  ['das2-fs1', 'l_das2', 'DAS2-fs1-2003-1', 'DAS-2 research grid, Leiden, 2003', 64],
  ['das2-fs2', 'l_das2', 'DAS2-fs2-2003-1', 'DAS-2 research grid, Amsterdam (UvA), 2003', 64],
  ['das2-fs3', 'l_das2', 'DAS2-fs3-2003-1', 'DAS-2 research grid, Delft, 2003', 64],
  ['das2-fs4', 'l_das2', 'DAS2-fs4-2003-1', 'DAS-2 research grid, Utrecht, 2003', 64],
  ['sdsc-ds', 'l_sdsc_ds', 'SDSC-DS-2004-2.1-cln', 'San Diego DataStar, 13 months from 2004', 1664],
  ['lpc-egee', 'l_lpc', 'LPC-EGEE-2004-1.2-cln', 'LPC cluster of the EGEE grid, 9 months from 2004', 140],
  ['lcg', 'l_lcg', 'LCG-2005-1', 'LHC Computing Grid, 11 days of 2005, all sites', 24_515],
  ['sharcnet', 'l_sharcnet', 'SHARCNET-2005-2', 'SHARCNET clusters, 13 months from 2005', 6828],
  ['sharcnet-whale', 'l_sharcnet', 'SHARCNET-Whale-2006-2', 'SHARCNET Whale cluster, from 2006', 0],
  ['llnl-ubgl', 'l_llnl_ubgl', 'LLNL-uBGL-2006-2', 'Livermore uBGL, a small BlueGene/L, 7 months from 2006', 2048],
  ['llnl-atlas', 'l_llnl_atlas', 'LLNL-Atlas-2006-2.1-cln', 'Livermore Atlas, 8 months from 2006', 9216],
  ['llnl-thunder', 'l_llnl_thunder', 'LLNL-Thunder-2007-1.1-cln', 'Livermore Thunder, 5 months of 2007', 4008],
  ['ciemat-euler', 'l_ciemat_euler', 'CIEMAT-Euler-2008-1', 'CIEMAT Euler, from 2008', 0],
  ['anl-intrepid', 'l_anl_int', 'ANL-Intrepid-2009-1', 'Argonne Intrepid, Blue Gene/P, 8 months of 2009', 163_840],
  ['metacentrum-2009', 'l_metacentrum', 'METACENTRUM-2009-2', 'Czech national grid, 5 months from 2008', 0],
  [
    'pik-iplex',
    'l_pik_iplex',
    'PIK-IPLEX-2009-1',
    'Potsdam Institute for Climate Impact Research iPlex, 40 months from 2009',
    2560,
  ],
  ['ricc', 'l_ricc', 'RICC-2010-2', 'RIKEN Integrated Cluster of Clusters, 5 months of 2010', 8192],
  ['cea-curie', 'l_cea_curie', 'CEA-Curie-2011-2.1-cln', 'CEA Curie, 20 months from 2011', 93_312],
  ['intel-netbatch-a', 'l_intel_netbatch', 'Intel-NetbatchA-2012-1', 'Intel Netbatch grid, pool A, 1 month of 2012', 0],
  ['intel-netbatch-b', 'l_intel_netbatch', 'Intel-NetbatchB-2012-1', 'Intel Netbatch grid, pool B, 1 month of 2012', 0],
  ['intel-netbatch-c', 'l_intel_netbatch', 'Intel-NetbatchC-2012-1', 'Intel Netbatch grid, pool C, 1 month of 2012', 0],
  ['intel-netbatch-d', 'l_intel_netbatch', 'Intel-NetbatchD-2012-1', 'Intel Netbatch grid, pool D, 1 month of 2012', 0],
  ['metacentrum-2013', 'l_metacentrum2', 'METACENTRUM-2013-3', 'Czech national grid, 28 months from 2013', 8412],
  ['unilu-gaia', 'l_unilu_gaia', 'UniLu-Gaia-2014-2', 'University of Luxemburg Gaia, 3 months of 2014', 2004],
  ['kit-fh2', 'l_kit_fh2', 'KIT-FH2-2016-1', 'Karlsruhe Institute of Technology ForHLR II, 19 months from 2016', 24_048],
];

export const archiveLogs: readonly CatalogueEntry[] = LOGS.map(([name, folder, file, title, procs]) => ({
  name,
  title,
  home: `${HOME}/${folder}/`,
  url: `${HOME}/${folder}/${file}.swf.gz`,
  terms: TERMS,
  citation: CITATION,
  read: { format: 'swf' },
  procs: procs > 0 ? procs : undefined,
}));
