// What is wrong with TDX metadata as QEMU takes them: what it refuses is an error (hw/i386/tdvf.c,
// tdvf_parse_and_check_section_entry; target/i386/kvm/tdx.c, tdx_finalize_vm), what it does not check a warning.

import { hex } from '../binary/hex';
import type { Finding } from '../binary/region';
import type { MetadataList } from './metadata';
import { TDX_METADATA } from './metadataLayout';
import { OVMF_RULES, ovmfFinding, type OvmfRule } from './rules';

type List = MetadataList<(typeof TDX_METADATA.section.rows)[number]>;
type Section = List['sections'][number];

/** What the checks look at. */
export interface TdxInput {
  readonly fileSize: number;
  readonly tdxMetadata?: List;
  /** Whether the file starts with a variable store. */
  readonly startsWithVariables: boolean;
}

/** Something wrong with TDX metadata. */
export interface TdxProblem {
  readonly rule: OvmfRule;
  /** The section that it is about; the list as a whole, if absent. */
  readonly section?: Section;
  /** What is wrong and what follows, a clause. */
  readonly text: string;
}

const [BFV, CFV, TD_HOB, TEMP_MEM] = [0, 1, 2, 3];
const PAGE = 0x1000n;
/** RAM below 4 GiB ends here at the latest, on QEMU's pc and with the least memory (pc_piix.c, pc_init1). */
const RAM_END = 0xe0000000n;
const FOUR_GIB = 1n << 32n;

const holdsContent = ({ type }: Section) => type === BFV || type === CFV;
const isRam = ({ type }: Section) => type === TD_HOB || type === TEMP_MEM;
const endOf = ({ memory_address, memory_size }: Section) => memory_address + memory_size;
const contentEnd = ({ raw_data_offset, raw_data_size }: Section) => raw_data_offset + raw_data_size;

type SectionRule = readonly [OvmfRule, (section: Section, input: TdxInput) => string | undefined];

/** The rules about one section. */
const SECTION_RULES: readonly SectionRule[] = [
  [
    'tdx-section-type',
    ({ type }) => (type > TEMP_MEM ? `has type ${type}, and QEMU refuses types above 3` : undefined),
  ],
  [
    'tdx-content-size',
    ({ raw_data_size, memory_size }) =>
      BigInt(raw_data_size) > memory_size
        ? `has ${hex(raw_data_size)} bytes of content for ${hex(memory_size)} bytes of memory, which QEMU refuses`
        : undefined,
  ],
  [
    'tdx-content-missing',
    (section) =>
      holdsContent(section) && section.raw_data_size === 0
        ? 'has no content in the file, which QEMU refuses'
        : undefined,
  ],
  [
    'tdx-content-unwanted',
    (section) =>
      isRam(section) && section.raw_data_size > 0
        ? `has ${hex(section.raw_data_size)} bytes of content, and QEMU takes none for it`
        : undefined,
  ],
  [
    'tdx-outside-ram',
    (section) =>
      isRam(section) && endOf(section) > RAM_END && endOf(section) <= FOUR_GIB
        ? `ends at ${hex(endOf(section))}, and no machine of QEMU has RAM between ${hex(RAM_END)} and 4 GiB`
        : undefined,
  ],
  [
    'tdx-content-outside',
    (section, input) => {
      const beyond = contentEnd(section) - input.fileSize;
      if (section.raw_data_size === 0 || beyond <= 0) return undefined;
      // A CODE file lacks exactly the variables, which come first in the image that the offsets count in.
      const isCode = input.tdxMetadata?.sections.some((s) => s.type === CFV && s.raw_data_size === beyond);
      const advice = isCode ? '; TDX needs the image of code and variables together' : '';
      return `has content that ends ${hex(beyond)} bytes behind the file, which QEMU does not check: the result is undefined${advice}`;
    },
  ],
  [
    'tdx-firmware-unmeasured',
    ({ type, attributes }) =>
      type === BFV && (attributes & 1) === 0
        ? 'lacks the attribute EXTENDMR: nothing of the firmware is in MRTD'
        : undefined,
  ],
];

/** The rules about the whole list. */
const LIST_RULES: readonly (readonly [
  OvmfRule,
  (sections: List['sections'], input: TdxInput) => string | undefined,
])[] = [
  [
    'tdx-section-count',
    ({ length }) => (length < 2 ? `list ${length} of the 2 sections that QEMU wants at least` : undefined),
  ],
  [
    'tdx-no-hob',
    (sections) =>
      sections.some(({ type }) => type === TD_HOB)
        ? undefined
        : 'list no TD_HOB, without which QEMU refuses to start a TDX guest',
  ],
  [
    'tdx-no-firmware',
    (sections) =>
      sections.some(({ type }) => type === BFV)
        ? undefined
        : 'list no BFV, which QEMU does not check: nothing is loaded at the reset vector',
  ],
  [
    'tdx-no-variables',
    (sections, { startsWithVariables }) =>
      startsWithVariables && !sections.some(({ type }) => type === CFV)
        ? 'list no CFV, which QEMU does not check: the variables of the image are not loaded'
        : undefined,
  ],
];

/** What is wrong, errors first; empty without metadata, and where a descriptor is broken, which has its own finding. */
export function tdxProblems(input: TdxInput): TdxProblem[] {
  const { tdxMetadata } = input;
  if (!tdxMetadata?.whole) return [];
  const { sections } = tdxMetadata;
  const ofList = LIST_RULES.flatMap(([rule, judge]): TdxProblem[] => {
    const text = judge(sections, input);
    return text === undefined ? [] : [{ rule, text }];
  });
  const ofSections = sections.flatMap((section) =>
    SECTION_RULES.flatMap(([rule, judge]): TdxProblem[] => {
      const text = judge(section, input);
      return text === undefined ? [] : [{ rule, section, text }];
    }),
  );
  const all = [...ofList, ...ofSections];
  return [...all.filter(isRefused), ...all.filter((problem) => !isRefused(problem))];
}

/** Whether QEMU refuses to start a TDX guest for it. */
export const isRefused = ({ rule }: TdxProblem): boolean => OVMF_RULES[rule].severity === 'error';

/** A section whose address or size QEMU refuses, which is a finding for all lists alike. */
export const unaligned = (list: List): Section | undefined =>
  list.sections.find(({ memory_address, memory_size }) => (memory_address | memory_size) % PAGE !== 0n);

/** The findings about TDX metadata. */
export function checkTdx(input: TdxInput): Finding[] {
  const list = input.tdxMetadata;
  if (!list) return [];
  return tdxProblems(input).map(({ rule, section, text }) =>
    section
      ? ovmfFinding(rule, section.offset, TDX_METADATA.section.size, `${titleOf(list, section)} ${text}.`)
      : ovmfFinding(rule, list.offset, list.size, `The TDX metadata ${text}.`),
  );
}

function titleOf({ sections }: List, section: Section): string {
  return `TDX metadata, section ${sections.indexOf(section)} (${section.name} at ${hex(section.memory_address)}),`;
}
