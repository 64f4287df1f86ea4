// What Linux prints of a VMCB when VMRUN fails: dump_vmcb() in arch/x86/kvm/svm/svm.c, with dump_invalid_vmcb=1 of
// kvm_amd. Since Linux 6.16 the save area is the decrypted VMSA of guests that may be debugged; it has no FPU state.

import { finder, lineEnd } from '../../binary/ascii';
import type { VmsaWord } from '../layout/layout';
import { MAX_PAGES, broken, type NotPages, type PartialPage } from './pageSource';
import { KnownValues, foundParts, isEnough, linesIn } from './partialPage';

/** What both headings begin with: one search for it is enough, also of a file of 64 MiB that has neither. */
const findVmcb = finder('VMCB ');
const [CONTROL_AREA, SAVE_AREA] = ['VMCB Control Area:', 'VMCB State Save Area:'].map((heading) =>
  Uint8Array.from(heading, (c) => c.charCodeAt(0)),
) as [Uint8Array, Uint8Array];
const findHint = finder('dump_invalid_vmcb=1');

/** Fields that the kernel prints under another name than the page's. */
const RENAMED: Readonly<Record<string, VmsaWord>> = {
  gpat: 'g_pat',
  excp_from: 'last_excp_from',
  excp_to: 'last_excp_to',
  pl0_ssp: 'vmpl0_ssp',
  pl1_ssp: 'vmpl1_ssp',
  pl2_ssp: 'vmpl2_ssp',
  pl3_ssp: 'vmpl3_ssp',
};

/** Fields that it prints under the page's own name. */
const NAMED: readonly VmsaWord[] = [
  ...(['vmpl', 'cpl', 'efer', 'cr0', 'cr2', 'cr3', 'cr4', 'dr6', 'dr7', 'rip', 'rflags'] as const),
  ...(['star', 'lstar', 'cstar', 'sfmask', 'kernel_gs_base'] as const),
  ...(['sysenter_cs', 'sysenter_esp', 'sysenter_eip', 'dbgctl', 'br_from', 'br_to'] as const),
  ...(['sev_features', 'u_cet', 's_cet', 'ssp', 'isst_addr', 'xcr0', 'xss'] as const),
  ...(['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp'] as const),
  ...(['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'] as const),
];

const FIELDS = new Map<string, VmsaWord>([
  ...NAMED.map((name) => [name, name] as const),
  ...Object.entries(RENAMED),
]);

const SEGMENT =
  /\b(es|cs|ss|ds|fs|gs|gdtr|ldtr|idtr|tr): {1,8}s: ([0-9a-f]{4}) a: ([0-9a-f]{4}) l: ([0-9a-f]{8}) b: ([0-9a-f]{16})\b/;
/** A name and its number. Levels are decimal, all others have sixteen digits. */
const VALUE = /\b([a-z][a-z0-9_]{1,20}):? {0,24}\b([0-9a-f]{16}|[0-9a-f]{8}|[0-3])\b/g;
const HEADING = /\b(SVM|SEV|SEV-ES|SEV-SNP) vCPU(\d{1,5}) VMCB/;

type SegmentName = 'es' | 'cs' | 'ss' | 'ds' | 'fs' | 'gs' | 'gdtr' | 'ldtr' | 'idtr' | 'tr';

function readSave(lines: Iterable<string>): KnownValues {
  const values = new KnownValues();
  for (const line of lines) {
    const segment = SEGMENT.exec(line);
    if (segment) {
      const [selector, attrib, limit, base] = segment.slice(2).map((digits) => BigInt(`0x${digits}`));
      const name = segment[1] as SegmentName;
      values.set(`${name}_selector`, selector!);
      values.set(`${name}_attrib`, attrib!);
      values.set(`${name}_limit`, limit!);
      values.set(`${name}_base`, base!);
      continue;
    }
    for (const [, name, digits] of line.matchAll(VALUE)) {
      const field = FIELDS.get(name!);
      if (field) values.set(field, BigInt(`0x${digits}`));
    }
  }
  return values;
}

/** What the control area says about the guest. */
interface Control {
  readonly guest: string | undefined;
  readonly vcpu: number | undefined;
  readonly allowed: bigint | undefined;
  readonly refused: boolean;
}

const NO_CONTROL: Control = { guest: undefined, vcpu: undefined, allowed: undefined, refused: false };

function readControl(lines: Iterable<string>): Control {
  let control = NO_CONTROL;
  for (const line of lines) {
    const heading = HEADING.exec(line);
    if (heading) control = { ...control, guest: heading[1], vcpu: Number(heading[2]) };
    for (const [, name, digits] of line.matchAll(VALUE)) {
      if (name === 'allowed_sev_features') control = { ...control, allowed: BigInt(`0x${digits}`) };
      if (name === 'exit_code') control = { ...control, refused: /^f+$/.test(digits!) };
    }
  }
  return control;
}

const isEncrypted = ({ guest }: Control) => guest === 'SEV-ES' || guest === 'SEV-SNP';

/** The last field of a VMCB's own save area; what only a VMSA has comes behind it. */
const LAST_OF_VMCB = 'last_excp_to';
const OWN_AREA =
  'This is the save area of the VMCB itself, without sev_features. An SEV-ES or SEV-SNP guest has its registers in a VMSA, which Linux prints since 6.16, and only for guests whose policy allows debugging.';
const CUT_SHORT = 'The dump is cut: excp_to is missing, and with it what follows, such as sev_features.';

function notesOn(values: KnownValues, control: Control): string[] {
  return [
    ...(control.refused ? ['The last exit was invalid (-1): VMRUN refused the state.'] : []),
    ...(values.has('sev_features') ? [] : [values.has(LAST_OF_VMCB) ? OWN_AREA : CUT_SHORT]),
  ];
}

/** Where a dump has its control area and its save area, and where it ends; -1 for an area that is not there. */
interface Place {
  readonly control: number;
  save: number;
  end: number;
}

/** The heading of a dump that names the vCPU is so many bytes before its control area, at most. */
const HEADING_BEFORE = 512;

function places(bytes: Uint8Array): Place[] {
  const found: Place[] = [];
  const isAt = (at: number, heading: Uint8Array) => heading.every((code, i) => bytes[at + i] === code);
  for (let at = findVmcb(bytes); at >= 0 && found.length <= MAX_PAGES; at = findVmcb(bytes, at + 1)) {
    const isControl = isAt(at, CONTROL_AREA);
    if (!isControl && !isAt(at, SAVE_AREA)) continue;
    const last = found.at(-1);
    // A save area belongs to the control area before it, unless that has one already.
    if (last && last.save < 0 && !isControl) {
      last.save = at;
      continue;
    }
    if (last) last.end = at;
    found.push({ control: isControl ? at : -1, save: isControl ? -1 : at, end: bytes.length });
  }
  return found;
}

function readPlace(
  bytes: Uint8Array,
  { control, save, end }: Place,
): { control: Control; values: KnownValues } {
  const from = Math.max(0, control - HEADING_BEFORE);
  const to = save < 0 ? end : save;
  return {
    control: control < 0 ? NO_CONTROL : readControl(linesIn(bytes, from, to)),
    values: readSave(save < 0 ? [] : linesIn(bytes, lineEnd(bytes, save) + 1, end)),
  };
}

const CONTROL_ONLY =
  "It is a dump of a VMCB in the kernel's log, without registers: only the control area. The kernel prints the VMSA of an SEV-ES or SEV-SNP guest since Linux 6.16, if the policy of the guest allows debugging.";
const CUT =
  "It is a dump of a VMCB in the kernel's log, but its save area is cut: CS, RIP and CR0 are not all there. Take the log again, whole.";
const MIXED =
  "It has dumps of VMCBs in the kernel's log, but a field has two values in one of them: the lines of two vCPUs are mixed. Take the log of one vCPU alone.";
const NO_DUMP =
  'The log says that VMRUN failed, but has no dump. Load kvm_amd with dump_invalid_vmcb=1, and start the guest again.';

/** The save areas in dumps of VMCBs; undefined for text without one. */
export function findVmcbDump(bytes: Uint8Array): NotPages | undefined {
  const all = places(bytes);
  if (all.length === 0) return findHint(bytes) < 0 ? undefined : broken('vmcb-dump', NO_DUMP);
  if (all.length > MAX_PAGES)
    return broken('vmcb-dump', `The log has more than ${MAX_PAGES} dumps. Cut out those of one launch.`);
  const dumps = all.map((place) => ({ ...readPlace(bytes, place), save: place.save }));
  if (dumps.some(({ values }) => values.isMixed)) return broken('vmcb-dump', MIXED);
  const parts = dumps
    .filter(({ values }) => isEnough(values))
    .map(({ values, control }, i): PartialPage => ({
      label: `vCPU ${control.vcpu ?? i}`,
      bytes: values.page(),
      part: {
        known: values.names,
        beforeKvm: false,
        ...(control.allowed !== undefined && { allowed: control.allowed }),
      },
      notes: notesOn(values, control),
    }));
  if (parts.length > 0) return foundParts('vmcb-dump', parts);
  const cut = dumps.some(({ save, control }) => save >= 0 || !isEncrypted(control));
  return broken('vmcb-dump', cut ? CUT : CONTROL_ONLY);
}
