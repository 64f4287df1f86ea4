// The variables of a store (edk2, MdeModulePkg/Include/Guid/VariableFormat.h and Universal/Variable/RuntimeDxe/
// VariableParsing.c): one after the other, each with a state whose bits are cleared as it is written, replaced and deleted.

import { guidText } from '../../binary/guid';
import { byteCount, hex } from '../../binary/hex';
import { decode } from '../../binary/struct';
import { fieldViews } from '../regions';
import { guidName } from './guids';
import { AUTHENTICATED_VARIABLE, VARIABLE } from './layouts';
import type { Variable, VariableState, VolumeNode, WalkRange } from './tree';
import { align, gap, node, utf16 } from './tree';
import type { Walk } from './walk';
import { timeText, valueText } from './variableValue';

const START_ID = 0x55aa;
const UNWRITTEN = 0xffffffff;
const TIME_AT = AUTHENTICATED_VARIABLE.rows.find(({ name }) => name === 'time_stamp')!.offset;
/** What a state that firmware writes means; any other is invalid. */
const STATES: ReadonlyMap<number, VariableState> = new Map([
  [0x3f, 'valid'],
  // In deleted transition: valid while no other variable of its name is.
  [0x3e, 'valid'],
  [0x3d, 'deleted'],
  [0x3c, 'deleted'],
  // Only the header is valid: the data was not completed. Not written for a new variable since edk2 88580a79d4 (2023-11).
  [0x7f, 'incomplete'],
]);
const IN_TRANSITION = 0x3e;

/** What a state means for whoever looks for the variable. */
const WORDS: Readonly<Record<VariableState, string>> = {
  valid: 'valid',
  replaced: 'replaced: another variable of this name counts',
  deleted: 'deleted',
  incomplete: 'incomplete: its header was written, its data was not completed',
  unwritten: 'unwritten: its header was not completed',
  invalid: 'invalid: firmware writes no such state',
};

/** The variables of a store up to where a reader stops, and what follows them. */
export function parseVariables(walk: Walk, range: WalkRange, isAuthenticated: boolean): VolumeNode[] {
  const { space, end } = range;
  const least = isAuthenticated ? AUTHENTICATED_VARIABLE.size : VARIABLE.size;
  const nodes: VolumeNode[] = [];
  let at = Math.min(align(range.at, 0, 4), end);
  while (end - at >= least && startsAt(space.bytes, at)) {
    const here = { ...range, at };
    const part = walk.step(here, () => {
      const variable = parseVariable(walk, here, isAuthenticated);
      return variable ?? { rest: walk.unclaimed(here) };
    });
    if (!part) return [...withReplaced(nodes), ...walk.unread(here)];
    if ('rest' in part) return [...withReplaced(nodes), ...part.rest];
    nodes.push(part);
    const variableEnd = part.offset + part.size;
    at = Math.min(align(variableEnd, 0, 4), end);
    nodes.push(...gap(space, variableEnd, at));
  }
  const here = { ...range, at };
  const rest = (walk.within(here, () => walk.unclaimed(here)) ?? walk.unread(here)).map((part) =>
    part.kind === 'padding' ? { ...part, kind: 'free' as const, name: 'free space' } : part,
  );
  return [...withReplaced(nodes), ...rest];
}

const startsAt = (bytes: Uint8Array, at: number) => (bytes[at]! | (bytes[at + 1]! << 8)) === START_ID;

function parseVariable(
  walk: Walk,
  { space, at, end, depth }: WalkRange,
  isAuthenticated: boolean,
): VolumeNode | undefined {
  const { bytes } = space;
  const layout = isAuthenticated ? AUTHENTICATED_VARIABLE : VARIABLE;
  const header = isAuthenticated ? decode(AUTHENTICATED_VARIABLE, bytes, at) : decode(VARIABLE, bytes, at);
  const state = stateOf(header);
  // Readers step over the header alone.
  const [nameSize, dataSize] = state === 'unwritten' ? [0, 0] : [header.name_size, header.data_size];
  const body = at + layout.size;
  const size = layout.size + nameSize + dataSize;
  if (size > end - at) {
    const message = `The variable at ${hex(at)} has ${hex(nameSize)} bytes of name and ${hex(dataSize)} of value; ${hex(end - at)} bytes are left.`;
    walk.note(space, 'variable-size', at, layout.size, message);
    return undefined;
  }
  noteState(walk, { space, at, end, depth }, { ...header, isAuthenticated }, layout.size);
  const name = utf16(bytes, body, body + nameSize);
  const vendor = guidText(header.vendor_guid);
  const value = bytes.subarray(body + nameSize, at + size);
  const time = isAuthenticated ? timeText(bytes, at + TIME_AT) : undefined;
  const text = valueText(vendor, name, value);
  const variable: Variable = {
    name,
    vendor,
    attributes: header.attributes,
    dataSize,
    state,
    ...(header.state === IN_TRANSITION && { inTransition: true }),
    ...(time !== undefined && { time }),
    ...(text !== undefined && { value: text }),
  };
  const meanings = {
    vendor_guid: guidName(vendor) === undefined ? vendor : `${vendor} (${guidName(vendor)})`,
    state: WORDS[state],
    ...(time !== undefined && { time_stamp: time }),
  };
  const shown = state === 'unwritten' ? 'unwritten variable' : name;
  return node('variable', shown, at, size, docOf(state, dataSize), {
    guid: vendor,
    variable,
    fields: fieldViews(layout, space, at, meanings),
  });
}

const docOf = (state: VariableState, dataSize: number) =>
  `A variable: ${WORDS[state]}, ${byteCount(dataSize)}.`;

/** What both forms of a header have. */
interface VariableHeader {
  readonly state: number;
  readonly attributes: number;
  readonly name_size: number;
  readonly data_size: number;
  readonly isAuthenticated: boolean;
}

/** The state that edk2's driver sees: with erased sizes or attributes the header was not written, whatever it is. */
function stateOf(header: Omit<VariableHeader, 'isAuthenticated'>): VariableState {
  const { state, attributes, name_size, data_size } = header;
  if (state === 0xff || [attributes, name_size, data_size].includes(UNWRITTEN)) return 'unwritten';
  return STATES.get(state) ?? 'invalid';
}

/** Notes a state that firmware does not write or complete, about which edk2's readers do not agree. */
function noteState(walk: Walk, { space, at, end }: WalkRange, header: VariableHeader, size: number): void {
  const { state, isAuthenticated } = header;
  const isUnwritten = stateOf(header) === 'unwritten';
  if (STATES.has(state) && !isUnwritten) return;
  const next = at + size;
  const isLast =
    isUnwritten &&
    end - next >= size &&
    !startsAt(space.bytes, next) &&
    walk.runEnd(space.bytes, next, end) < end;
  const driver = isUnwritten
    ? `was not completed: edk2's variable driver steps over its header alone${isLast ? ' and finds no variable after it' : ''}`
    : "is not one that firmware writes: edk2's variable driver ignores the variable";
  const check = STATES.has(state) ? 'takes its sizes as they are' : 'refuses the whole store';
  const other = isAuthenticated ? `. OVMF's own check, for -bios with secure boot and for TDX, ${check}` : '';
  const what = isUnwritten
    ? `The variable at ${hex(at)}, state ${hex(state, 2)},`
    : `The state ${hex(state, 2)} of the variable at ${hex(at)}`;
  walk.note(space, 'variable-state', at, size, `${what} ${driver}${other}.`);
}

/**
 * Marks variables in deleted transition that do not count: firmware takes another of their name that is not, or the last
 * of those that are.
 */
function withReplaced(nodes: readonly VolumeNode[]): VolumeNode[] {
  const counts = new Map<string, VolumeNode>();
  for (const one of nodes) {
    const { variable } = one;
    if (variable?.state !== 'valid') continue;
    const key = keyOf(variable);
    const other = counts.get(key)?.variable;
    // Of several that are not in transition, firmware finds the first.
    if (other === undefined || other.inTransition === true) counts.set(key, one);
  }
  return nodes.map((one) => {
    const { variable } = one;
    if (variable?.inTransition !== true || counts.get(keyOf(variable)) === one) return one;
    const fields = one.fields.map((field) =>
      field.name === 'state' ? { ...field, meaning: WORDS.replaced } : field,
    );
    const doc = docOf('replaced', variable.dataSize);
    return { ...one, fields, doc, variable: { ...variable, state: 'replaced' as const } };
  });
}

const keyOf = ({ vendor, name }: Variable) => `${vendor} ${name}`;
