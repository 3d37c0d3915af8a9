/**
 * Options of slurm.conf that no reader asks for: those that are known, and of them those that change decisions. Source:
 * Slurm 22.05 and 26.05, src/common/read_config.c, and the man page of slurm.conf.
 */
import type { Losses } from './slurm-conf-notes.ts';

/** Names that begin alike, as `Prefix: Ending Ending`. */
function names(...families: readonly string[]): readonly string[] {
  return families.flatMap((family) => {
    const [prefix, endings] = family.split(':');
    return endings.trim().split(/\s+/).map((ending) => (ending === '-' ? prefix : `${prefix}${ending}`)); // prettier-ignore
  });
}

export const KNOWN_OPTIONS: readonly string[] = names(
  'AccountingStorage: BackupHost ExternalHost Host Loc Parameters Pass Port TRES Type User',
  'AccountingStore: Flags JobComment',
  'AcctGather: EnergyType FilesystemType InfinibandType InterconnectType NodeFreq ProfileType',
  'Auth: AltParameters AltTypes Info Type',
  'B: ackupAddr ackupController castExclude castParameters urstBufferParameters urstBufferType',
  'C: acheGroups heckpointType liFilterParameters liFilterPlugins ommunicationParameters oreSpecPlugin',
  'C: puFreqDef puFreqGovernors redType ryptoType',
  'Cert: genParameters genType mgrParameters mgrType',
  'Control: Addr Machine',
  'D: ataParserParameters ebugFlags efRuntimePlugin ependencyParameters isableRootJobs',
  'E: ioTimeout pilog pilogSlurmctld pilogTimeout xtSensorsFreq xtSensorsType',
  'F: astSchedule ederationParameters irstJobId',
  'G: etEnvTimeout puFreqDef roupUpdateForce roupUpdateTime',
  'H: ashPlugin ttpParserType',
  'HealthCheck: Interval NodeState Program Timeout',
  'InteractiveStepOptions: -',
  'JobAcctGather: Frequency Params Type',
  'JobComp: Host Loc Params Pass PassScript Port Type User',
  'Job: ContainerType CredentialPrivateKey CredentialPublicCertificate FileAppend SubmitPlugins',
  'K: eepAliveTime illOnBadExit',
  'L: aunchParameters aunchType icenseParameters ogTimeFormat',
  'M: ailDomain ailProg CSParameters CSPlugin piDefault piParams',
  'Max: BatchRequeue DBDMsgs JobId NodeCount StepCount TasksPerNode',
  'Metrics: AuthUsers Parameters Type',
  'N: amespaceType odeFeaturesPlugins',
  'P: luginDir lugStackConfig owerParameters owerPlugin rEpParameters rEpPlugins rivateData roctrackType',
  'Priority: Parameters SiteFactorParameters SiteFactorPlugin',
  'Prolog: - EpilogTimeout Flags Slurmctld Timeout',
  'Propagate: PrioProcess ResourceLimits ResourceLimitsExcept',
  'Re: bootProgram configFlags queueExit queueExitHold turnToService',
  'Resume: FailProgram Program Rate Timeout',
  'R: esvEpilog esvProlog outePlugin',
  'S: allocDefaultCommand bcastParameters chedulerAuth chedulerPort chedulerRootFilter cronParameters',
  'Serializer: Parameters Plugins',
  'Slurmctld: Addr Debug Host HttpAuthParameters LogFile Parameters PidFile Plugstack Port PrimaryOffProg PrimaryOnProg',
  'Slurmctld: SyslogDebug Timeout',
  'Slurmd: Debug HttpAuthParameters LogFile Parameters PidFile Port SpoolDir SyslogDebug Timeout User',
  'Slurm: restdHttpAuthParameters restdParameters SchedLogFile SchedLogLevel stepdParameters User',
  'Srun: Epilog PortRange Prolog',
  'StateSaveLocation: -',
  'Suspend: ExcNodes ExcParts ExcStates Program Rate Time Timeout',
  'Switch: Parameters Type',
  'T: askEpilog askPlugin askPluginParam askProlog CPTimeout LSParameters LSType mpFS rackWCKey reeWidth',
  'U: nkillableStepProgram nkillableStepTimeout rlParserType sePAM',
  'V: SizeFactor',
  'W: aitTime',
  'X: 11Parameters',
);

/** What is lost without those that change decisions. */
export const LOSSES: Losses = {
  allowspecresourcesusage: 'cores set aside for the system are never lent to jobs',
  burstbuffertype: 'no job waits for data to be staged in or out',
  dependencyparameters: 'jobs whose dependencies can never be met stay in the queue, or as --dependencies says',
  epilog: 'nodes are free again at once, or after --release',
  epilogslurmctld: 'nodes are free again at once, or after --release',
  federationparameters: 'no job goes to another cluster',
  frontendname: 'nodes take jobs as if each had a daemon of its own',
  jobsubmitplugins: 'jobs are taken as the trace has them, and not as the plugin would change them',
  licenseparameters: 'licences are those of slurm.conf',
  maxbatchrequeue: 'jobs are requeued as often as they are preempted',
  maxtaskspernode: 'a node takes any number of tasks for which it has resources',
  mcsplugin: 'users may share nodes whatever their security labels',
  nodefeaturesplugins: 'features of nodes do not change by a reboot',
  powerparameters: 'power is not capped',
  prioritysitefactorplugin: 'the site factor of priorities is 0',
  prolog: 'jobs run at once, or after --launch',
  prologslurmctld: 'jobs run at once, or after --launch',
  requeueexit: 'jobs that fail are not requeued',
  requeueexithold: 'jobs that fail are not requeued',
  suspendtime: 'nodes are never powered down, and no job waits for one to boot',
};

/** The same for partitions. */
export const KNOWN_PARTITION_OPTIONS: readonly string[] = names(
  'A: llocNodes lternate',
  'C: puBind',
  'D: isableRootJobs',
  'E: xclusive xclusiveTopo',
  'Hidden: -',
  'P: owerDownOnIdle',
  'R: esumeTimeout',
  'Suspend: Time Timeout',
  'Topology: -',
);

export const PARTITION_LOSSES: Losses = {
  exclusivetopo: 'jobs share the network with others',
  powerdownonidle: 'nodes are never powered down',
  suspendtime: 'nodes are never powered down, and no job waits for one to boot',
};

export const KNOWN_NODE_OPTIONS: readonly string[] = names(
  'B: castAddr',
  'C: puBind',
  'GresConf: -',
  'Node: Addr Hostname',
  'P: arameters ort',
  'Re: ason strictedCoresPerGPU',
  'SuspendTime: -',
  'T: mpDisk opology RESWeights',
);

export const NODE_LOSSES: Losses = {
  restrictedcorespergpu: 'no cores are kept for jobs with GPUs',
};
