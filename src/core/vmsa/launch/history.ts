// Since when Linux does what changes an initial page, and until when. Profiles, layers, causes and texts print it from here.

/** One thing that KVM does, and the versions of Linux in which it does. */
export interface Behaviour<Id extends string = string> {
  readonly id: Id;
  readonly doc: string;
  /** The first version. */
  readonly since: string;
  /** The first versions that no longer do it: of each series that got the change, the oldest first, and the mainline's. */
  readonly until?: readonly string[];
  /** The commit that began it and, where it ended, the one that ended it. */
  readonly commits?: readonly string[];
}

/** The history of KVM, as far as pages show it. */
export const HISTORY = [
  { id: 'sev-es', doc: 'KVM launches SEV-ES guests.', since: '5.11' },
  {
    id: 'debug-swap',
    doc: 'KVM turns DebugSwap on by default, on CPUs that have it.',
    since: '6.6',
    until: ['6.6.24', '6.7.12', '6.8'],
    commits: ['d1f85fbe836e', '5abf6dceb066'],
  },
  {
    id: 'init2',
    doc: 'KVM_SEV_INIT2: the VMM asks for features such as DebugSwap, and the FPU state is in the page.',
    since: '6.10',
    commits: ['4dd5ecacb9a4'],
  },
  { id: 'snp', doc: 'KVM launches SEV-SNP guests.', since: '6.11' },
  { id: 'secure-tsc', doc: 'The VMM can ask for SecureTSC.', since: 'about 6.18' },
] as const satisfies readonly Behaviour[];

/** The id of a behaviour. */
export type BehaviourId = (typeof HISTORY)[number]['id'];

const find = (id: BehaviourId): Behaviour => HISTORY.find((row) => row.id === id)!;

/** The first version: `Linux 6.6`. */
export const linuxSince = (id: BehaviourId): string => `Linux ${find(id).since}`;

/** The commits that began it and ended it. */
export const commitsOf = (id: BehaviourId): readonly string[] => find(id).commits ?? [];

/** The last versions of each series that do it. The mainline's has none: its releases end with those of its series. */
const endsOf = (id: BehaviourId) =>
  (find(id).until ?? []).flatMap((update) => {
    const [, series, number] = /^(\d+\.\d+)\.(\d+)$/.exec(update) ?? [];
    return series === undefined ? [] : [{ series, last: `${series}.${Number(number) - 1}` }];
  });

/** The last versions that do it: `Linux 6.6.23 and 6.7.11`. */
export const linuxUntil = (id: BehaviourId): string =>
  `Linux ${endsOf(id)
    .map(({ last }) => last)
    .join(' and ')}`;

/** All versions that do it: `Linux 6.6 to 6.6.23 and 6.7 to 6.7.11`. */
export const linuxVersions = (id: BehaviourId): string =>
  `Linux ${endsOf(id)
    .map(({ series, last }) => `${series} to ${last}`)
    .join(' and ')}`;
