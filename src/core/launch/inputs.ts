// Everything that a launch is checked or digested from, one row per input. From this table come the type of a launch,
// its files' validator, schema and completions, the options of the command line with the names that other programs
// have for them, what lint and the rules look at, who said what, what the search for an explanation varies, and the
// reference.

import { DIGEST_FORMS } from '../binary/textBytes';
import { CPU_ID_LIMITS } from '../vmsa/launch/signature';
import {
  bytes,
  choice,
  count,
  CPU,
  EVIDENCE,
  EVIDENCE_LIST,
  FEATURES,
  FILE,
  FLAG,
  KEY,
  MAX_VCPUS,
  MODEL_OR_NAME,
  NAME,
  number,
  PAGE,
  PROFILE,
  SIGNATURE,
  TEXT,
  WISHES,
  WORD,
  type Read,
} from './inputKinds';

/** What launches a guest can have, and their names for people. */
export const TECHNOLOGY_NAMES = { sev: 'SEV', 'sev-es': 'SEV-ES', snp: 'SEV-SNP' } as const;
export type TechnologyId = keyof typeof TECHNOLOGY_NAMES;

/** What the search for an explanation varies. */
export interface Varied {
  readonly order: number;
  readonly title: string;
}

/** A row. */
export interface InputRow {
  /** Also the `input` of failures. */
  readonly id: string;
  readonly kind: string;
  /** Where it is in a launch file, outermost name first; absent where a file has no place for it. */
  readonly member?: readonly string[];
  /** It must be there where the object around it is. */
  readonly required?: true;
  /** It takes the place of all other members of the object around it. */
  readonly alone?: true;
  /** The option of the command line, the letter for it, and the names that other programs have for it. */
  readonly option?: string;
  readonly short?: string;
  readonly aliases?: readonly string[];
  /** What the option takes, for its help. */
  readonly value?: string;
  readonly help?: string;
  /** What it is, sentences for a launch file's schema and the reference. */
  readonly doc: string;
  /** Who can give it. What is from both rests on the host's word unless the owner gives it. */
  readonly from: 'owner' | 'host' | 'both';
  /** The launches that it has an effect on. */
  readonly technologies: readonly TechnologyId[];
  /** libvirt's name for it, where the host reports it. */
  readonly reported?: string;
  /** Of a number. */
  readonly least?: number;
  readonly most?: number;
  /** That the search for an explanation varies it: its name there, and its place in nesting, the costliest outermost. */
  readonly varied?: Varied;
  /** What stands in a new launch file until its owner changes it; a text where that is only known to the host. */
  readonly sample?: string | number;
  /** What an editor offers, and what stands for nothing. */
  readonly examples?: readonly unknown[];
  readonly fallback?: unknown;
  readonly parse: (text: string) => Read<unknown>;
}

/** An object of inputs. */
export interface ObjectRow {
  /** What it is, sentences for the schema. */
  readonly doc: string;
  readonly varied?: Varied;
}

const ALL = ['sev', 'sev-es', 'snp'] as const;
const SEV = ['sev', 'sev-es'] as const;
const OF_PAGES = ['sev-es', 'snp'] as const;

/** Who launches an SNP guest, by sev-snp-measure's names, with the profile of their launches. */
export const VMM_PROFILES = { QEMU: 'snp', ec2: 'snp-ec2', gce: 'snp-gce' } as const;
const VMMS = Object.keys(VMM_PROFILES) as (keyof typeof VMM_PROFILES)[];

const TECHNOLOGY_IDS = Object.keys(TECHNOLOGY_NAMES) as TechnologyId[];

/** In the order of a launch file. */
export const INPUTS = [
  {
    id: 'technology',
    ...choice(TECHNOLOGY_IDS, TECHNOLOGY_NAMES),
    member: ['technology'],
    doc: 'What launches the guest: "sev", "sev-es" or "snp". It may be left out where the rest says it.',
    examples: TECHNOLOGY_IDS,
    from: 'owner',
    technologies: ALL,
  },
  {
    id: 'firmware',
    ...FILE,
    member: ['firmware'],
    option: '--firmware',
    short: '-f',
    aliases: ['--ovmf'],
    help: 'firmware image',
    doc: 'The firmware image that QEMU loaded: OVMF.fd, or the CODE image of a split build. Only a report can be checked without.',
    examples: ['OVMF.fd', 'OVMF_CODE.fd'],
    sample: 'OVMF.fd',
    varied: { order: 0, title: 'firmware image' },
    from: 'both',
    technologies: ALL,
  },
  {
    id: 'kernel',
    ...FILE,
    member: ['kernel'],
    option: '--kernel',
    short: '-k',
    help: 'kernel',
    doc: 'The kernel, when the guest boots with kernel hashes.',
    varied: { order: 1, title: 'kernel' },
    from: 'both',
    technologies: ALL,
  },
  {
    id: 'initrd',
    ...FILE,
    member: ['initrd'],
    option: '--initrd',
    short: '-r',
    help: 'initrd',
    doc: 'The initrd of that kernel.',
    varied: { order: 2, title: 'initrd' },
    from: 'both',
    technologies: ALL,
  },
  {
    id: 'cmdline',
    ...TEXT,
    member: ['cmdline'],
    option: '--cmdline',
    short: '-e',
    aliases: ['--append'],
    help: 'kernel command line, exactly as booted',
    doc: 'The kernel command line, exactly as given to QEMU.',
    fallback: '',
    varied: { order: 3, title: 'command line' },
    from: 'both',
    technologies: ALL,
  },
  {
    id: 'vcpus',
    ...count(MAX_VCPUS),
    member: ['vcpus'],
    option: '--num-cpus',
    short: '-n',
    aliases: ['--vcpus'],
    help: 'number of vCPUs',
    doc: 'Number of vCPUs; needed for SEV-ES and SEV-SNP.',
    examples: [1, 2, 4],
    sample: 1,
    varied: { order: 6, title: 'vCPUs' },
    from: 'both',
    technologies: OF_PAGES,
  },
  {
    id: 'cpu',
    ...CPU,
    member: ['cpu'],
    option: '--vcpu-type',
    value: '<name>',
    help: "the guest's CPU: a QEMU model",
    doc: "The guest's CPU, for generated VMSAs: a QEMU model such as EPYC-Milan, or its numbers.",
    sample: 'EPYC-Milan',
    varied: { order: 5, title: 'CPU' },
    from: 'both',
    technologies: OF_PAGES,
  },
  {
    id: 'cpu.family',
    ...number(CPU_ID_LIMITS.family),
    member: ['cpu', 'family'],
    required: true,
    option: '--cpu-family',
    aliases: ['--vcpu-family', '--family'],
    help: "CPU family of the guest's CPU",
    doc: 'CPU family with the extended part added in.',
    sample: 25,
    from: 'owner',
    technologies: OF_PAGES,
  },
  {
    id: 'cpu.model',
    ...MODEL_OR_NAME,
    member: ['cpu', 'model'],
    required: true,
    option: '--cpu-model',
    aliases: ['--vcpu-model', '--model'],
    help: "CPU model of the guest's CPU, or the name of a QEMU model",
    doc: 'CPU model with the extended part.',
    sample: 1,
    from: 'owner',
    technologies: OF_PAGES,
  },
  {
    id: 'cpu.stepping',
    ...number(CPU_ID_LIMITS.stepping),
    member: ['cpu', 'stepping'],
    required: true,
    option: '--cpu-stepping',
    aliases: ['--vcpu-stepping', '--stepping'],
    help: "CPU stepping of the guest's CPU",
    doc: 'CPU stepping.',
    sample: 1,
    from: 'owner',
    technologies: OF_PAGES,
  },
  {
    id: 'cpu.signature',
    ...SIGNATURE,
    option: '--vcpu-sig',
    value: '<number>',
    help: "signature of the guest's CPU",
    doc: "The signature of the guest's CPU, CPUID Fn0000_0001_EAX.",
    from: 'owner',
    technologies: OF_PAGES,
  },
  {
    id: 'profile',
    ...PROFILE,
    member: ['profile'],
    option: '--profile',
    help: 'profile of generated pages',
    doc: 'The profile of generated VMSAs; without it, with SEV-SNP, "snp" or that of the VMM.',
    fallback: 'sev-es',
    varied: { order: 4, title: 'profile' },
    from: 'owner',
    technologies: OF_PAGES,
  },
  {
    id: 'vmm',
    ...choice(VMMS),
    member: ['vmm'],
    option: '--vmm-type',
    help: 'who launches the guest',
    doc: 'Who launches an SNP guest, which decides its profile: QEMU, ec2 or gce.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'features',
    ...FEATURES,
    member: ['guestFeatures'],
    varied: { order: 4.5, title: 'SEV features' },
    option: '--guest-features',
    value: '<features>',
    help: 'SEV features of an SNP guest, instead of those of the profile: a number, or names such as SNPActive,SecureTSC',
    doc: 'SEV features of an SNP guest, instead of those of the profile: a number, or a list of their names.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'guestPolicy',
    ...WORD,
    member: ['policy'],
    doc: 'Guest policy of an SNP guest, 64 bits, as "0x30000". It is no part of the launch digest; the attestation report shows it.',
    examples: ['0x30000'],
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'hostData',
    ...bytes(32),
    member: ['hostData'],
    option: '--host-data',
    value: '<bytes>',
    help: 'what the VMM is to pass as HOST_DATA, 32 bytes in hexadecimal or base64',
    doc: 'What the VMM passes to an SNP guest as HOST_DATA, 32 bytes in hexadecimal or base64. It is no part of the launch digest; the attestation report shows it.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'kernelHashes',
    ...FLAG,
    member: ['kernelHashes'],
    doc: 'Whether an SNP domain is to be launched with kernel hashes, as its "kernelHashes" says.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'idBlock',
    ...bytes(96),
    member: ['idBlock'],
    doc: 'The ID block that an SNP guest is to be launched with, 96 bytes in hexadecimal or base64. It is no part of the launch digest, which it must name; the attestation report shows the rest of it.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'idAuth',
    ...bytes(4096),
    member: ['idAuth'],
    doc: 'The ID authentication of that ID block, 4096 bytes in hexadecimal or base64. The attestation report shows the digests of its keys.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'authorKey',
    ...FLAG,
    member: ['authorKey'],
    doc: 'Whether an author key is to vouch for the key of the ID block. The attestation report shows its digest.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'vcek',
    ...FLAG,
    member: ['vcek'],
    doc: 'Whether a VCEK may sign the attestation reports of an SNP guest; false leaves that to a VLEK.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'guestVisibleWorkarounds',
    ...bytes(16),
    member: ['guestVisibleWorkarounds'],
    doc: 'What an SNP guest is to find in its secrets page about workarounds, 16 bytes in hexadecimal or base64. Neither the launch digest nor the attestation report covers it.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'svsm',
    ...FILE,
    member: ['svsm'],
    option: '--svsm',
    help: 'SVSM image that QEMU loads below the firmware',
    doc: 'The SVSM image that QEMU loads below the firmware and its variables.',
    varied: { order: 0.5, title: 'SVSM image' },
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'varsSize',
    ...number(0xffffffff),
    member: ['varsSize'],
    option: '--vars-size',
    value: '<bytes>',
    help: 'size of the variables of the firmware, above an SVSM image',
    doc: 'The size of the variables of the firmware, which lie between it and an SVSM image.',
    varied: { order: 0.6, title: 'size of the variables' },
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'varsFile',
    ...FILE,
    member: ['varsFile'],
    option: '--vars-file',
    help: 'or the image of the variables, whose size counts',
    doc: 'The image of the variables of the firmware; only its size counts.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'vmsa.bsp',
    ...PAGE,
    member: ['vmsa', 'bsp'],
    required: true,
    option: '--vmsa-cpu0',
    short: '-0',
    help: 'VMSA page of the boot processor',
    doc: 'VMSA page of vCPU 0, of 4096 bytes or in any form of text that pages come in.',
    from: 'owner',
    technologies: OF_PAGES,
  },
  {
    id: 'vmsa.ap',
    ...PAGE,
    member: ['vmsa', 'ap'],
    option: '--vmsa-cpu1',
    short: '-1',
    help: 'VMSA page of every other vCPU',
    doc: 'VMSA page of every other vCPU, of 4096 bytes or in any form of text that pages come in.',
    from: 'owner',
    technologies: OF_PAGES,
  },
  {
    id: 'keys.tik',
    ...KEY,
    member: ['keys', 'tik'],
    required: true,
    option: '--tik',
    help: 'transport integrity key, 16 bytes',
    doc: 'Transport integrity key, 16 bytes.',
    sample: 'tik.bin',
    from: 'owner',
    technologies: SEV,
  },
  {
    id: 'keys.tek',
    ...KEY,
    member: ['keys', 'tek'],
    option: '--tek',
    help: 'transport encryption key, 16 bytes',
    doc: 'Transport encryption key, 16 bytes; needed for secrets only.',
    sample: 'tek.bin',
    from: 'owner',
    technologies: SEV,
  },
  {
    id: 'keys.tk',
    ...KEY,
    member: ['keys', 'tk'],
    required: true,
    alone: true,
    option: '--tk',
    help: 'TEK and TIK in one file of 32 bytes',
    doc: 'TEK and TIK in one file of 32 bytes, TEK first.',
    sample: 'tk.bin',
    from: 'owner',
    technologies: SEV,
  },
  {
    id: 'measurement',
    ...TEXT,
    member: ['launch', 'measurement'],
    required: true,
    option: '--measurement',
    short: '-m',
    aliases: ['--launch-measure-blob'],
    value: '<base64>',
    help: 'launch measurement and nonce',
    doc: 'What the host reported (sev-measurement): base64 of 48 bytes, the HMAC and its nonce.',
    sample: 'sev-measurement',
    varied: { order: 9, title: 'other measurements' },
    from: 'host',
    reported: 'sev-measurement',
    technologies: SEV,
  },
  {
    id: 'apiMajor',
    ...number(0xff),
    member: ['launch', 'apiMajor'],
    required: true,
    option: '--api-major',
    help: 'SEV API major version',
    doc: 'SEV API major version of the firmware (sev-api-major).',
    sample: 1,
    varied: { order: 12, title: 'API major version' },
    from: 'host',
    reported: 'sev-api-major',
    technologies: SEV,
  },
  {
    id: 'apiMinor',
    ...number(0xff),
    member: ['launch', 'apiMinor'],
    required: true,
    option: '--api-minor',
    help: 'SEV API minor version',
    doc: 'SEV API minor version of the firmware (sev-api-minor).',
    sample: 55,
    varied: { order: 10, title: 'API minor version' },
    from: 'host',
    reported: 'sev-api-minor',
    technologies: SEV,
  },
  {
    id: 'buildId',
    ...number(0xff),
    member: ['launch', 'buildId'],
    required: true,
    option: '--build-id',
    help: 'SEV firmware build',
    doc: 'Build of the SEV firmware (sev-build-id).',
    sample: 24,
    varied: { order: 11, title: 'build of the SEV firmware' },
    from: 'host',
    reported: 'sev-build-id',
    technologies: SEV,
  },
  {
    id: 'policy',
    ...number(0xffffffff, ' (one of 64 bits is a policy of SEV-SNP)'),
    member: ['launch', 'policy'],
    required: true,
    option: '--policy',
    help: 'guest policy',
    doc: 'Guest policy, 32 bits (sev-policy), also as "0x5". With bit 2 set the guest is SEV-ES.',
    sample: 7,
    varied: { order: 7, title: 'policy' },
    from: 'host',
    reported: 'sev-policy',
    technologies: SEV,
  },
  {
    id: 'connection',
    ...NAME,
    member: ['domain', 'connection'],
    required: true,
    option: '--connect',
    short: '-c',
    value: '<uri>',
    help: 'libvirt connection, taken as it is',
    doc: 'The libvirt connection, such as qemu+ssh://user@host/system. It must be one of the forms that run no program; VS Code asks before it is used.',
    examples: ['qemu+ssh://user@host/system', 'qemu+tls://host/system', 'qemu:///system'],
    sample: 'qemu+ssh://user@host/system',
    from: 'owner',
    technologies: ALL,
  },
  {
    id: 'domain',
    ...NAME,
    member: ['domain', 'name'],
    required: true,
    option: '--domain',
    short: '-o',
    help: 'domain by UUID, ID or name',
    doc: 'The domain: its UUID, its name, or its id.',
    sample: 'guest',
    from: 'owner',
    technologies: ALL,
  },
  {
    id: 'domain.policy',
    ...number(0xffffffff, ' (one of 64 bits is a policy of SEV-SNP)'),
    member: ['domain', 'policy'],
    doc: 'The guest policy that you asked for, instead of the one that the host reports.',
    from: 'owner',
    technologies: SEV,
  },
  {
    id: 'launchDigest',
    ...bytes([32, 48], DIGEST_FORMS),
    member: ['launchDigest'],
    option: '--launch-digest',
    value: '<digest>',
    help: 'launch digest that the launch must have',
    doc: 'The launch digest that somebody wrote down, which the launch must have: its inputs must give it, or, where they are not given, its measurement must be that of a guest with it. 32 bytes, of SEV-SNP 48, in hexadecimal, base64 or a line of sha256sum.',
    from: 'host',
    technologies: ALL,
  },
  {
    id: 'report',
    ...EVIDENCE,
    member: ['report'],
    option: '--report',
    help: 'attestation report of the guest, in any form, or a folder of configfs-tsm',
    doc: "The attestation report of an SEV-SNP guest, in any form: 1184 bytes, with certificates, hexadecimal, base64, JSON, a blob of Azure's HCL, or a folder of configfs-tsm. The launch matches when the inputs give the measurement in it and it verifies up to a root of AMD. Without firmware nothing is computed: then it matches only with a launchDigest, or a measurement in require, that the report shows.",
    examples: ['report.bin', 'guest.snpreport'],
    from: 'host',
    technologies: ['snp'],
  },
  {
    id: 'certificates',
    ...EVIDENCE_LIST,
    member: ['certificates'],
    option: '--certificates',
    aliases: ['--certs'],
    help: "a file of certificates, or a folder with snpguest's names; can be given more than once",
    doc: "The certificates of the report beside those that it has: a file, a folder with snpguest's names, or a list of these. AMD's roots and intermediates are known; that of the chip (VCEK) or the provider (VLEK) is needed.",
    examples: ['certs', 'vcek.pem'],
    from: 'host',
    technologies: ['snp'],
  },
  {
    id: 'require',
    ...WISHES,
    member: ['require'],
    option: '--require',
    help: "JSON with wishes of the report, or go-sev-guest's policy",
    doc: 'What the report must show besides. A wish that is not fulfilled leaves the report unverified: the launch cannot be trusted.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'nonce',
    ...bytes(16),
    option: '--nonce',
    help: 'nonce of the launch, 16 bytes in hexadecimal or base64',
    doc: 'The nonce of a measurement that is to be computed, its last 16 bytes.',
    from: 'host',
    technologies: SEV,
  },
  {
    id: 'firmwareDigest',
    ...bytes(48),
    option: '--snp-ovmf-hash',
    aliases: ['--ovmf-hash'],
    value: '<digest>',
    help: 'digest of the firmware pages',
    doc: 'The digest of the firmware pages alone, from which an SNP launch continues.',
    from: 'owner',
    technologies: ['snp'],
  },
  {
    id: 'kernelDigest',
    ...bytes(32, DIGEST_FORMS),
    option: '--kernel-hash',
    value: '<sha256>',
    help: 'SHA-256 of the kernel, in place of the file',
    doc: 'The SHA-256 of the kernel, in place of the file.',
    from: 'owner',
    technologies: ALL,
  },
  {
    id: 'initrdDigest',
    ...bytes(32, DIGEST_FORMS),
    option: '--initrd-hash',
    value: '<sha256>',
    help: 'SHA-256 of the initrd, in place of the file',
    doc: 'The SHA-256 of the initrd, in place of the file.',
    from: 'owner',
    technologies: ALL,
  },
  {
    id: 'cmdlineDigest',
    ...bytes(32, DIGEST_FORMS),
    option: '--cmdline-hash',
    value: '<sha256>',
    help: 'SHA-256 of the command line and a NUL, in place of the text',
    doc: 'The SHA-256 of the kernel command line and one NUL, in place of the text.',
    from: 'owner',
    technologies: ALL,
  },
] as const satisfies readonly InputRow[];

/** The objects of a launch file that hold inputs. */
export const OBJECTS: Readonly<Record<'vmsa' | 'keys' | 'launch' | 'domain', ObjectRow>> = {
  vmsa: { doc: 'VMSA pages from files, instead of generated ones.' },
  keys: {
    varied: { order: 8, title: 'keys' },
    doc: "The guest owner's keys, for a measurement. Only their paths are here; keys are read when needed.",
  },
  launch: { doc: 'What the host reported about the launch, when it was recorded.' },
  domain: { doc: 'The running domain whose host is asked about the launch.' },
};

type Row = (typeof INPUTS)[number];

/** The name of an input. */
export type InputId = Row['id'];

/** The inputs of a kind. */
export type InputIdOf<K extends Row['kind']> = Extract<Row, { readonly kind: K }>['id'];

type RowOf<I extends InputId> = Extract<Row, { readonly id: I }>;

/** The value of an input. */
export type InputValue<I extends InputId> = Extract<
  ReturnType<RowOf<I>['parse']>,
  { readonly ok: true }
>['value'];

/** Values of inputs, as far as they are given. */
export type InputValues = { readonly [I in InputId]?: InputValue<I> | undefined };

/** What is to be matched, and what that is verified with: no inputs. */
const MATCHED = ['launchDigest', 'report', 'certificates', 'require'] as const;

/** A row that is a member of a launch file by itself, under its own name. */
type NamesakeOf<R extends Row> = R extends { readonly id: infer I; readonly member: readonly [infer N] }
  ? I & N
  : never;

/** The inputs that are members of a launch file by themselves, under their own names, not part of an object in it. */
export type MemberId = Exclude<NamesakeOf<Row>, (typeof MATCHED)[number]>;
export const MEMBER_IDS = (INPUTS as readonly InputRow[])
  .filter(
    ({ id, member }) =>
      member?.length === 1 && member[0] === id && !(MATCHED as readonly string[]).includes(id),
  )
  .map(({ id }) => id as MemberId);

/** The inputs that rest on the host's word unless the owner gives them. */
export type HostId = Extract<Row, { readonly from: 'both' }>['id'];

export const HOST_IDS = INPUTS.filter((row) => row.from === 'both').map(({ id }) => id);

/** The inputs that the search for an explanation varies. */
export type VariedId = Extract<Row, { readonly varied: Varied }>['id'];

/** The inputs that libvirt reports about a launch. */
export type ReportedId = Extract<Row, { readonly reported: string }>['id'];
export const REPORTED_IDS = INPUTS.filter((row) => 'reported' in row).map(({ id }) => id);

/** The first of two that is given, for each of some inputs. */
export const pickInputs = <I extends InputId>(
  ids: readonly I[],
  first: Partial<Pick<InputValues, I>>,
  otherwise: Partial<Pick<InputValues, I>> = {},
): Pick<InputValues, I> =>
  Object.fromEntries(ids.map((id) => [id, first[id] ?? otherwise[id]])) as Pick<InputValues, I>;

/** The row of an input. */
export const inputRow = (id: InputId): InputRow => INPUTS.find((row) => row.id === id)!;

/** The members of a launch file by themselves that are no files. */
export const STATED_IDS = MEMBER_IDS.filter(
  (id): id is Exclude<MemberId, InputIdOf<'file'>> => inputRow(id).kind !== 'file',
);

/** The outermost names in a launch file, in its order. */
export const MEMBER_NAMES: readonly string[] = [
  ...new Set((INPUTS as readonly InputRow[]).flatMap(({ member = [] }) => member.slice(0, 1))),
];

/** The launches that a member of a launch file belongs to: those that anything in it has an effect on. @param name its outermost name */
export const technologiesOf = (name: string): readonly TechnologyId[] =>
  (Object.keys(TECHNOLOGY_NAMES) as TechnologyId[]).filter((id) =>
    (INPUTS as readonly InputRow[]).some(
      ({ member, technologies }) => member?.[0] === name && technologies.includes(id),
    ),
  );
