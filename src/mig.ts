/**
 * How GPUs are cut into MIG instances: of each kind of GPU its profiles, and where on the device an instance of each may
 * begin. Positions count memory slices; two instances must not overlap.
 * Source: NVIDIA, "Multi-Instance GPU User Guide", the placements that `nvidia-smi mig -lgipp` lists.
 */

/** One profile of a kind of GPU. */
export interface MigProfile {
  /** As NVIDIA writes it: `1g.5gb`. */
  readonly name: string;
  /** Compute slices [count]: seven of them are a whole GPU, four on an A30. */
  readonly compute: number;
  /** The memory slices that an instance takes at each place where it may stand [bit masks]. */
  readonly windows: readonly number[];
}

export interface MigGeometry {
  /** As a cluster names it: the model and its memory. */
  readonly name: string;
  /** Compute slices of the device [count]. */
  readonly compute: number;
  readonly profiles: readonly MigProfile[];
}

/** Names of the profiles for one slice, one slice with the memory of two, two, three, four and seven slices. */
function sevenths(name: string, profiles: readonly string[]): MigGeometry {
  const shapes = [
    { compute: 1, starts: [0, 1, 2, 3, 4, 5, 6], size: 1 },
    { compute: 1, starts: [0, 2, 4, 6], size: 2 },
    { compute: 2, starts: [0, 2, 4], size: 2 },
    { compute: 3, starts: [0, 4], size: 4 },
    { compute: 4, starts: [0], size: 4 },
    { compute: 7, starts: [0], size: 8 },
  ];
  return { name, compute: 7, profiles: shapes.map((shape, index) => profileOf(profiles[index], shape)) };
}

function profileOf(name: string, shape: { compute: number; starts: readonly number[]; size: number }): MigProfile {
  const slices = (1 << shape.size) - 1;
  return { name, compute: shape.compute, windows: shape.starts.map((start) => slices << start) };
}

/** The kinds of GPU that can be cut. */
export const MIG_GEOMETRIES: readonly MigGeometry[] = [
  {
    name: 'A30-24GB',
    compute: 4,
    profiles: [
      profileOf('1g.6gb', { compute: 1, starts: [0, 1, 2, 3], size: 1 }),
      profileOf('2g.12gb', { compute: 2, starts: [0, 2], size: 2 }),
      profileOf('4g.24gb', { compute: 4, starts: [0], size: 4 }),
    ],
  },
  sevenths('A100-40GB', ['1g.5gb', '1g.10gb', '2g.10gb', '3g.20gb', '4g.20gb', '7g.40gb']),
  sevenths('A100-80GB', ['1g.10gb', '1g.20gb', '2g.20gb', '3g.40gb', '4g.40gb', '7g.80gb']),
  sevenths('H100-80GB', ['1g.10gb', '1g.20gb', '2g.20gb', '3g.40gb', '4g.40gb', '7g.80gb']),
  sevenths('H100-96GB', ['1g.12gb', '1g.24gb', '2g.24gb', '3g.48gb', '4g.48gb', '7g.96gb']),
  sevenths('H200-141GB', ['1g.18gb', '1g.35gb', '2g.35gb', '3g.71gb', '4g.71gb', '7g.141gb']),
  sevenths('B200-180GB', ['1g.23gb', '1g.45gb', '2g.45gb', '3g.90gb', '4g.90gb', '7g.180gb']),
];

/** The kind of GPU with this name; undefined if it cannot be cut, or is not known. */
export function migGeometry(name: string | undefined): MigGeometry | undefined {
  return MIG_GEOMETRIES.find((geometry) => geometry.name === name);
}

/** Names of all profiles. */
export const MIG_PROFILES: readonly string[] = [
  ...new Set(MIG_GEOMETRIES.flatMap(({ profiles }) => profiles.map(({ name }) => name))),
];

/** What an instance of a profile counts as [thousandths], the same on every kind of GPU that has it; undefined if none has. */
export function migShareOfProfile(profile: string): number | undefined {
  const geometry = MIG_GEOMETRIES.find(({ profiles }) => profiles.some(({ name }) => name === profile));
  return geometry && migShare(geometry, profile);
}

/** What an instance counts as in sums over devices [thousandths]: its compute slices, rounded down so that all of them fit. */
export function migShare(geometry: MigGeometry, profile: string): number | undefined {
  const found = geometry.profiles.find(({ name }) => name === profile);
  return found && Math.floor((1000 * found.compute) / geometry.compute);
}
