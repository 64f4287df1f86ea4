// The text in the controls of a comparison, and the request that it makes. Every invalid input gets core's
// error message at its own control.

import { CheckError } from '../../src/core/errors';
import { hex, parseUnsigned } from '../../src/core/binary/hex';
import { CPU_MODELS } from '../../src/core/vmsa/launch/cpuModels';
import {
  featuresOfProfile,
  generateVmsa,
  needsOf,
  type GeneratedVmsa,
  type Needs,
  type Role,
  type VmsaRequest,
} from '../../src/core/vmsa/launch/generate';
import { findProfile, type ProfileId } from '../../src/core/vmsa/launch/profiles';
import { featuresText, parseFeatures } from '../../src/core/vmsa/layout/features';
import { encodeSignature, type CpuId } from '../../src/core/vmsa/launch/signature';
import { SVSM_PARTS, svsmImage, type SvsmImage, type SvsmPart } from '../../src/core/vmsa/launch/svsm';

/** The values of an SVSM image, for profiles that launch one. */
type SvsmInputs = Readonly<Record<SvsmPart, string>>;

/** The inputs; numbers are kept as typed. */
export interface Form extends SvsmInputs {
  readonly profile: string;
  readonly role: Role;
  readonly cpuName: string;
  readonly family: string;
  readonly model: string;
  readonly stepping: string;
  readonly resetAddress: string;
  /** SEV features as typed; absent while they are those of the profile. */
  readonly features?: string | undefined;
}

/** The choice for numbers that no QEMU model has, or that the user wants to type. */
export const CUSTOM = 'custom';

const PARTS = ['family', 'model', 'stepping'] as const;

/** Parses a number in decimal or with 0x; NaN for anything else. */
export function parseNumber(text: string): number {
  const value = parseUnsigned(text.trim());
  return value === undefined || value > BigInt(Number.MAX_SAFE_INTEGER) ? NaN : Number(value);
}

/** Parses an address, which is hexadecimal with or without 0x: nobody writes one in decimal. */
export function parseAddress(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^(0x)?[0-9a-f]{1,12}$/i.test(trimmed) ? parseInt(trimmed.replace(/^0x/i, ''), 16) : NaN;
}

/** The QEMU model with these numbers; the first if several share them. */
export function cpuNameOf(id: CpuId): string {
  return CPU_MODELS.find((m) => PARTS.every((part) => m[part] === id[part]))?.name ?? CUSTOM;
}

/** The inputs that make a request. */
export function formOf(request: VmsaRequest): Form {
  const { cpu, resetAddress, svsm, features } = request;
  const address = (value: number | undefined) => (value === undefined ? '' : hex(value, 8));
  return {
    profile: request.profile,
    role: request.role,
    cpuName: cpuNameOf(cpu),
    family: `${cpu.family}`,
    model: `${cpu.model}`,
    stepping: `${cpu.stepping}`,
    resetAddress: address(resetAddress),
    ...(Object.fromEntries(SVSM_PARTS.map(({ id }) => [id, address(svsm?.[id])])) as SvsmInputs),
    ...(features !== undefined && { features }),
  };
}

/** The inputs after another CPU was chosen by name; the custom choice keeps the numbers. */
export function withCpuName(form: Form, cpuName: string): Form {
  const found = CPU_MODELS.find((m) => m.name === cpuName);
  if (!found) return { ...form, cpuName: CUSTOM };
  const { family, model, stepping } = found;
  return { ...form, cpuName, family: `${family}`, model: `${model}`, stepping: `${stepping}` };
}

/** The inputs after one of the three numbers was typed; the name follows the numbers. */
export function withCpuPart(form: Form, part: (typeof PARTS)[number], text: string): Form {
  const next = { ...form, [part]: text };
  const [family, model, stepping] = PARTS.map((p) => parseNumber(next[p])) as [number, number, number];
  return { ...next, cpuName: cpuNameOf({ family, model, stepping }) };
}

/** The SEV features of the profile. */
const presetOf = ({ profile }: Form): bigint => {
  const found = findProfile(profile);
  return found ? featuresOfProfile(found) : 0n;
};

/** The SEV features that are asked for; undefined while what is typed is no set of them. */
export const featuresOf = (form: Form): bigint | undefined =>
  form.features === undefined ? presetOf(form) : parseFeatures(form.features);

/** The inputs with one SEV feature on or off, and the others as they are. */
export function withFeature(form: Form, lsb: number, on: boolean): Form {
  const bit = 1n << BigInt(lsb);
  const others = (featuresOf(form) ?? presetOf(form)) & ~bit;
  const features = on ? others | bit : others;
  return { ...form, features: features === presetOf(form) ? undefined : featuresText(features) };
}

/**
 * The inputs after another profile was chosen, whose SEV features are taken: a role that it does not have is replaced by
 * one that it has.
 */
export function withProfile(form: Form, profile: string): Form {
  const roles: readonly Role[] = findProfile(profile)?.roles ?? [form.role];
  return { ...form, features: undefined, profile, role: roles.includes(form.role) ? form.role : roles[0]! };
}

/** The inputs that matter for the profile and role of a form. */
export function needsOfForm({ profile, role }: Form): Needs {
  const found = findProfile(profile);
  return found ? needsOf(found, role) : { cpu: true, resetAddress: role === 'ap', sipi: false, svsm: [] };
}

const INPUT_NAMES = [
  ...(['profile', 'role', ...PARTS, 'resetAddress', 'features'] as const),
  ...SVSM_PARTS.map(({ id }) => id),
] as const;

/** The name of an input that can be wrong, as in core's failures. */
export type InputName = (typeof INPUT_NAMES)[number];

/** The message for each input that is wrong. */
export type FormErrors = Partial<Record<InputName, string>>;

/** What an attempt gives, or why it fails. */
function attempt<T>(make: () => T): { readonly made: T } | { readonly wrong: CheckError } {
  try {
    return { made: make() };
  } catch (error) {
    if (error instanceof CheckError) return { wrong: error };
    throw error;
  }
}

const noNumber = (text: string, example: string) =>
  text.trim() === ''
    ? `Give a number, for example ${example}.`
    : `"${text}" is not a number such as ${example}.`;

const ANY_CPU: CpuId = { family: 0, model: 0, stepping: 0 };

function readCpu(form: Form, errors: FormErrors): CpuId {
  const cpu = { ...ANY_CPU };
  for (const part of PARTS) {
    const value = parseNumber(form[part]);
    if (Number.isNaN(value)) {
      errors[part] = noNumber(form[part], '25 or 0x19');
      continue;
    }
    const fits = attempt(() => encodeSignature({ ...cpu, [part]: value }));
    if ('wrong' in fits) errors[part] = fits.wrong.message;
    else cpu[part] = value;
  }
  return cpu;
}

function readSvsm(form: Form, needs: Needs, errors: FormErrors): SvsmImage | undefined {
  if (needs.svsm.length === 0) return undefined;
  const values: Partial<Record<SvsmPart, number>> = {};
  for (const part of needs.svsm) {
    const value = parseAddress(form[part]);
    if (Number.isNaN(value)) errors[part] = noNumber(form[part], '0xffaea000');
    else if (value !== undefined) values[part] = value;
  }
  return svsmImage(values);
}

/** The page that a request asks for, or which of its inputs is wrong, and why. */
export function expectedPage(
  request: VmsaRequest,
  generate = generateVmsa,
): { readonly page: GeneratedVmsa } | { readonly wrong: InputName; readonly message: string } {
  const result = attempt(() => generate(request));
  if ('made' in result) return { page: result.made };
  const { at, message } = result.wrong;
  return { wrong: INPUT_NAMES.find((name) => name === at?.input) ?? 'profile', message };
}

/** What the inputs make: a request and its page, or what is wrong with them. */
export interface ReadForm {
  readonly request?: VmsaRequest | undefined;
  readonly expected?: GeneratedVmsa | undefined;
  readonly errors: FormErrors;
}

/**
 * Reads the inputs. Those that the profile does not need are ignored.
 * @param generate makes the page, once at most: it is what a keystroke costs
 */
export function readForm(form: Form, generate = generateVmsa): ReadForm {
  const errors: FormErrors = {};
  const needs = needsOfForm(form);
  const cpu = needs.cpu ? readCpu(form, errors) : ANY_CPU;
  const svsm = readSvsm(form, needs, errors);
  const resetAddress = needs.resetAddress ? parseAddress(form.resetAddress) : undefined;
  const features = featuresOf(form);
  const request: VmsaRequest = {
    profile: form.profile as ProfileId,
    role: form.role,
    cpu,
    ...(resetAddress !== undefined && { resetAddress }),
    ...(svsm && { svsm }),
    ...(features !== undefined && features !== presetOf(form) && { features: featuresText(features) }),
  };
  if (features === undefined)
    errors.features = `"${form.features!}" is no set of SEV features such as 0x201 or SNPActive,SecureTSC.`;
  if (Number.isNaN(resetAddress)) errors.resetAddress = noNumber(form.resetAddress, '0x0080b004');
  if (Object.keys(errors).length > 0) return { errors };
  const expected = expectedPage(request, generate);
  return 'page' in expected
    ? { request, expected: expected.page, errors }
    : { errors: { [expected.wrong]: expected.message } };
}
