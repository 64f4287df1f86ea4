// How the value of an input is read from text: the same way in a launch file, as an option, or as an answer to a
// question. Each kind says what it wants in a phrase that every front door can put into a sentence.

import { parseUnsigned } from '../binary/hex';
import { PLAIN_FORMS, readTextBytes, type TextForm, type UnfitText } from '../binary/textBytes';
import { similarName } from '../binary/similar';
import { findCpuModel, similarCpuModel } from '../vmsa/launch/cpuModels';
import { PROFILES, type ProfileId } from '../vmsa/launch/profiles';
import { CPU_ID_LIMITS, decodeSignature, type CpuId } from '../vmsa/launch/signature';
import { parseFeatures, similarFeature } from '../vmsa/layout/features';

/** The maximum vCPU count of QEMU's q35 machine; guards against typing mistakes, not a limit of a technology. */
export const MAX_VCPUS = 4096;

/** A value, or what was wanted in its place: a phrase, after "wanted" or "It must be". */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly wanted: string;
      /** What was found, for bytes in the form of text. */
      readonly found?: UnfitText;
      /** The name that was probably meant. */
      readonly meant?: string | undefined;
    };

const taken = <T>(value: T): Read<T> => ({ ok: true, value });
const refused = (wanted: string, meant?: string): Read<never> => ({
  ok: false,
  wanted,
  ...(meant !== undefined && { meant }),
});

/** A text that QEMU, libvirt and the system can take whole: they take C strings, which end at a NUL. */
export const NO_NUL = /^[^\0]*$/;
/** What is wanted of a text, as a phrase. */
export const WITHOUT_NUL = 'a text without a NUL character';

const text = (given: string): Read<string> => (NO_NUL.test(given) ? taken(given) : refused(WITHOUT_NUL));

/** A text that is taken as it is, and may be empty. */
export const TEXT = { kind: 'text', parse: text } as const;

const path = (given: string): Read<string> => (given === '' ? refused('a path') : text(given));

/** The path of a file. */
export const FILE = { kind: 'file', parse: path } as const;
/** The path of a file with one page of a vCPU. */
export const PAGE = { kind: 'page', parse: path } as const;
/** The path of a file with a key, which no message repeats. */
export const KEY = { kind: 'key', parse: path } as const;

/** The path of a file or a folder that was not loaded: what says how the launch was. */
export const EVIDENCE = { kind: 'evidence', parse: path } as const;
/** Paths of these; an option gives one at a time. */
export const EVIDENCE_LIST = {
  kind: 'evidence list',
  parse: (given: string): Read<readonly string[]> => {
    const read = path(given);
    return read.ok ? taken([read.value]) : read;
  },
} as const;
/** Wishes of a report: in a launch file themselves, as an option the path of a file with them. */
export const WISHES = { kind: 'wishes', parse: path } as const;

/** The name of something outside of SevScope. */
export const NAME = {
  kind: 'name',
  parse: (given: string): Read<string> => (given === '' ? refused('a name') : text(given)),
} as const;

/** A number in decimal or 0x form. @param more the end of the phrase */
const numberFrom =
  (least: number, most: number, more = '') =>
  (given: string): Read<number> => {
    const value = parseUnsigned(given);
    return value !== undefined && value >= BigInt(least) && value <= BigInt(most)
      ? taken(Number(value))
      : refused(`a number from ${least} to ${most}, in decimal or 0x form${more}`);
  };

/** A number from 0 on. @param more the end of the phrase that says what is wanted */
export const number = (most: number, more = '') =>
  ({ kind: 'number', least: 0, most, parse: numberFrom(0, most, more) }) as const;

/** A number of things, at least one. */
export const count = (most: number) =>
  ({ kind: 'count', least: 1, most, parse: numberFrom(1, most) }) as const;

/** A number that JavaScript's `number` cannot hold. */
export const WORD = {
  kind: 'word',
  parse: (given: string): Read<bigint> => {
    const value = parseUnsigned(given);
    return value !== undefined && value < 2n ** 64n
      ? taken(value)
      : refused('a number of at most 64 bits, in decimal or 0x form');
  },
} as const;

/** SEV features: a number as WORD has it, or names. */
export const FEATURES = {
  kind: 'word',
  parse: (given: string): Read<bigint> => {
    const value = parseFeatures(given);
    return value === undefined
      ? refused('a number of at most 64 bits, or names such as SNPActive,SecureTSC', similarFeature(given))
      : taken(value);
  },
} as const;

/** Bytes as text. @param sizes how many, or one of several numbers; @param forms that are taken */
export const bytes = (sizes: number | readonly number[], forms: readonly TextForm[] = PLAIN_FORMS) =>
  ({
    kind: 'bytes',
    parse: (given: string): Read<Uint8Array> => {
      const all = [sizes].flat();
      const read = readTextBytes(given, all, forms);
      return read.ok
        ? taken(read.bytes)
        : { ok: false, wanted: `${all.join(' or ')} bytes, in hexadecimal or base64`, found: read };
    },
  }) as const;

/** Something that is so or not. */
export const FLAG = {
  kind: 'flag',
  parse: (given: string): Read<boolean> =>
    given === 'true' || given === 'yes'
      ? taken(true)
      : given === 'false' || given === 'no'
        ? taken(false)
        : refused('true or false'),
} as const;

/** One of several names. @param also other words for them */
export const choice = <const C extends string>(choices: readonly C[], also?: Readonly<Record<C, string>>) =>
  ({
    kind: 'choice',
    choices,
    parse: (given: string): Read<C> => {
      const found = choices.find((one) => one === given);
      return found === undefined
        ? refused(
            `one of ${choices.join(', ')}`,
            similarName(given, choices, (one) => (also ? [also[one]] : [])),
          )
        : taken(found);
    },
  }) as const;

const PROFILE_IDS = PROFILES.map(({ id }) => id) as readonly ProfileId[];

/** The name of a launch profile. */
export const PROFILE = { ...choice(PROFILE_IDS), kind: 'profile' } as const;

/** Numbers in the order of a CPU's name, as people write it. */
const CPU_NUMBERS = /^(\w+)\/(\w+)\/(\w+)$/;

function cpu(given: string): Read<CpuId> {
  const named = findCpuModel(given);
  const [family, model, stepping] = (CPU_NUMBERS.exec(given)?.slice(1) ?? []).map((n) => parseUnsigned(n));
  const id = named ?? { family: Number(family), model: Number(model), stepping: Number(stepping) };
  const isFit = (['family', 'model', 'stepping'] as const).every((part) => id[part] <= CPU_ID_LIMITS[part]);
  return isFit
    ? taken({ family: id.family, model: id.model, stepping: id.stepping })
    : refused('a CPU model of QEMU, such as EPYC-Milan', similarCpuModel(given));
}

/** A CPU: a model by name, or family/model/stepping. */
export const CPU = { kind: 'cpu', parse: cpu } as const;

/** A CPU by its signature. */
export const SIGNATURE = {
  kind: 'cpu',
  parse: (given: string): Read<CpuId> => {
    const value = parseUnsigned(given);
    const wanted = 'a CPU signature, such as 0xa00f11';
    if (value === undefined || value > 0xffffffffn) return refused(wanted);
    const { malformed, ...id } = decodeSignature(value);
    return malformed ? refused(wanted) : taken(id);
  },
} as const;

/** The model of a CPU among its numbers, or the name of a model, which begins with no digit. */
export const MODEL_OR_NAME = {
  ...number(CPU_ID_LIMITS.model),
  parse: (given: string): Read<number | string> =>
    given === '' || /^[0-9]/.test(given) ? numberFrom(0, CPU_ID_LIMITS.model)(given) : taken(given),
} as const;
