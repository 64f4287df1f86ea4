// Causes in SNP launches with an SVSM image below the firmware, as QEMU loaded COCONUT-SVSM before IGVM files: whether there is one, which,
// how much room is left for variables, and two fields of the page that all vCPUs have.

import { byteCount } from '../binary/hex';
import { PAGE_SIZE } from '../launch/loads';
import { linuxSince } from '../vmsa/launch/history';
import { without, type Alternative, type LaunchCause, type Tried } from './cause';
import { FROM_PAGES, givenProfile, otherProfiles, PROFILE } from './profileTraits';
import { givenSvsm, searchTechnologyOf } from './searchTechnologies';
import type { PageFields } from './setting';

const SNP: Pick<LaunchCause, 'technologies'> = { technologies: ['snp'] };
const SVSM = { dimension: 'svsm', input: 'svsm', title: 'SVSM image', ...SNP } as const;
const VARS = { dimension: 'varsSize', input: 'varsSize', title: 'size of the variables', ...SNP } as const;

/** VARS.fd of edk2: of images of 4 MiB, and of 1 or 2 MiB. */
const USUAL_VARS = [0x84000, 0x20000] as const;
/** Sizes that are tried one after the other, in pages. */
const MOST_PAGES = 160;

/** Sizes of variables that a launch may have: none, those of the stores at hand, and edk2's. */
const likelySizes = ({ facts }: Tried): number[] => [...new Set([0, ...facts.stores, ...USUAL_VARS])];

/** Launches without the given image, by any of the profiles that have none. */
function unused({ facts }: Tried): Alternative[] {
  const given = givenSvsm(facts);
  if (!given) return [];
  const [usual, ...others] = searchTechnologyOf(facts).profiles;
  return [usual!, ...others].map(({ id }) => ({
    set: { ...FROM_PAGES, svsm: undefined, profile: id },
    given: given.name,
    found: id === usual!.id ? 'none' : `none, and the profile ${id}`,
    edits: [
      ...without('svsm', facts.isVarsFile ? 'varsFile' : 'varsSize'),
      { member: ['profile'], value: id },
    ],
  }));
}

/** Launches with an image that is at hand, although none is given. */
function notGiven(tried: Tried): Alternative[] {
  const { facts } = tried;
  const { svsmProfiles = [] } = searchTechnologyOf(facts);
  if (givenSvsm(facts)) return [];
  return facts.svsms.flatMap(({ name, path }, svsm) =>
    svsmProfiles.flatMap(({ id }) =>
      likelySizes(tried).map((varsSize) => ({
        set: { ...FROM_PAGES, svsm, varsSize, profile: id },
        given: 'none',
        found: `${name} below ${varsSize === 0 ? 'no' : `${byteCount(varsSize)} of`} variables, and the profile ${id}`,
        edits: [
          { member: ['svsm'], value: path },
          { member: ['varsSize'], value: varsSize },
          { member: ['profile'], value: id },
        ],
      })),
    ),
  );
}

/** Other images than the given one. */
function beside({ facts }: Tried): Alternative[] {
  const given = givenSvsm(facts);
  if (!given) return [];
  return facts.svsms.slice(1).map(({ name, path }, i) => ({
    set: { svsm: i + 1 },
    given: given.name,
    found: name,
    edits: [{ member: ['svsm'], value: path }],
  }));
}

/** Other sizes of the variables. */
const sizes =
  (of: (tried: Tried) => readonly number[]) =>
  (tried: Tried): Alternative[] =>
    givenSvsm(tried.facts)
      ? of(tried).map((varsSize) => ({
          set: { varsSize },
          given: byteCount(tried.given.varsSize),
          found: byteCount(varsSize),
          edits: [
            ...(tried.facts.isVarsFile ? without('varsFile') : []),
            { member: ['varsSize'], value: varsSize },
          ],
        }))
      : [];

/** Pages with other values in fields that no profile varies. */
const withFields = (tried: Tried, fields: PageFields, found: string): Alternative[] =>
  givenSvsm(tried.facts) ? [{ set: { ...FROM_PAGES, fields }, given: givenProfile(tried), found }] : [];

/** The rows for launches with an SVSM image. */
export const SVSM_CAUSES: readonly LaunchCause[] = [
  {
    id: 'svsm-unused',
    ...SVSM,
    doc: 'No SVSM image, although one is given.',
    why: 'The host started the guest without the SVSM image: its firmware runs at VMPL 0, with the metadata and the kernel hashes of the firmware, and a virtual TPM of the SVSM is not there.',
    advice: 'Have the host start the guest with the SVSM image, or take it out here if there is none.',
    weight: 'serious',
    prior: 70,
    alternatives: unused,
  },
  {
    id: 'svsm-not-given',
    ...SVSM,
    doc: 'An SVSM image in the folder of the firmware, although none is given, below variables of usual sizes; when asked for.',
    why: 'The host started the guest with an SVSM image below its firmware, which decides the measured metadata and the page of each vCPU.',
    advice: 'Give the SVSM image if you trust it; otherwise have the host start the guest without it.',
    weight: 'serious',
    prior: 45,
    alternatives: notGiven,
  },
  {
    id: 'svsm-beside',
    ...SVSM,
    doc: 'Other SVSM images in the folder of the given one, when asked for.',
    why: 'The host started the guest with another SVSM image: an update or a rebuild on one side only.',
    advice:
      'Find out which image the host uses, and expect that one only if you trust it; otherwise have the host start yours.',
    weight: 'serious',
    prior: 55,
    alternatives: beside,
  },
  {
    id: 'vars-size',
    ...VARS,
    doc: "No variables, the size of a variable store beside the images, and the sizes of edk2's: 540672 and 131072 bytes.",
    why: 'QEMU loads an SVSM image right below the variables of the firmware, so that their size decides its addresses, which are measured.',
    advice: 'Give the size of the VARS image that the guest is started with, or that file.',
    weight: 'mistake',
    prior: 80,
    alternatives: sizes(likelySizes),
  },
  {
    id: 'vars-size-other',
    ...VARS,
    doc: 'Every size of the variables up to 640 KiB, in pages.',
    why: 'QEMU loads an SVSM image right below the variables of the firmware, so that their size decides its addresses, which are measured.',
    advice: 'Give the size of the VARS image that the guest is started with, or that file.',
    weight: 'mistake',
    prior: 30,
    alternatives: sizes(() => Array.from({ length: MOST_PAGES }, (_, i) => (i + 1) * PAGE_SIZE)),
  },
  {
    id: 'svsm-fcw',
    ...PROFILE,
    ...SNP,
    doc: 'The x87 control word of an SVSM launch: 0x37f, as KVM launches it, or 0, as sev-snp-measure has it.',
    why: 'sev-snp-measure --mode snp:svsm means the control word 0x37f and loses it; no host launches with 0 beside an MXCSR of 0x1f80.',
    advice: 'Choose this profile, or take a digest of a tool that has the word.',
    weight: 'mistake',
    prior: 90,
    alternatives: (tried) => (givenSvsm(tried.facts) ? otherProfiles((a, b) => a.fpu !== b.fpu)(tried) : []),
  },
  {
    id: 'svsm-no-fpu-state',
    ...PROFILE,
    ...SNP,
    doc: 'No FPU words (MXCSR, FCW) in the page of an SVSM launch.',
    why: `Host kernels for SNP from before ${linuxSince('init2')} leave MXCSR and FCW zero in the page. The guest is the same.`,
    advice: 'Update the host kernel, or give VMSA files without these words.',
    weight: 'benign',
    prior: 75,
    alternatives: (tried) =>
      withFields(tried, { mxcsr: 0, x87_fcw: 0 }, `that of a host kernel before ${linuxSince('init2')}`),
  },
  {
    id: 'svsm-vmpl',
    ...PROFILE,
    ...SNP,
    doc: 'Another VMPL (1 to 3) in the page of an SVSM launch.',
    why: 'KVM launches every vCPU at VMPL 0, where the SVSM runs; the guest below it runs at another, in a page that the SVSM makes and nobody measures.',
    advice: 'Take a digest of a tool that measures the page at VMPL 0.',
    weight: 'mistake',
    prior: 15,
    alternatives: (tried) =>
      [1, 2, 3].flatMap((vmpl) => withFields(tried, { vmpl }, `${tried.given.profile} at VMPL ${vmpl}`)),
  },
];
