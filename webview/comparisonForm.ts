// What a person has typed into the controls of a comparison, as text, and the request that it makes. Every wrong
// input gets the sentence that core has for it, at its own control.

import { CheckError } from '../src/core/errors';
import { hex } from '../src/core/hex';
import { CPU_MODELS } from '../src/core/vmsa/cpuModels';
import { generateVmsa, type Role, type VmsaRequest } from '../src/core/vmsa/generate';
import { PROFILES, type ProfileId } from '../src/core/vmsa/profiles';
import { encodeSignature, type CpuId } from '../src/core/vmsa/signature';

/** The inputs; numbers are kept as they were typed. */
export interface Form {
  readonly profile: string;
  readonly role: Role;
  readonly cpuName: string;
  readonly family: string;
  readonly model: string;
  readonly stepping: string;
  readonly resetAddress: string;
}

/** The choice that stands for numbers which no QEMU model has, or that a person wants to type. */
export const CUSTOM = 'custom';

const PARTS = ['family', 'model', 'stepping'] as const;

/** A number as people write it, in decimal or with 0x; NaN for anything else. */
export function parseNumber(text: string): number {
  const trimmed = text.trim();
  return /^(0x[0-9a-f]{1,12}|[0-9]{1,15})$/i.test(trimmed) ? Number(trimmed) : NaN;
}

/** A reset address is hexadecimal with or without 0x: nobody writes one in decimal. */
export function parseAddress(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^(0x)?[0-9a-f]{1,12}$/i.test(trimmed) ? parseInt(trimmed.replace(/^0x/i, ''), 16) : NaN;
}

/** The QEMU model with these numbers: the first of those that share them. */
function nameOf(id: CpuId): string {
  return CPU_MODELS.find((m) => PARTS.every((part) => m[part] === id[part]))?.name ?? CUSTOM;
}

/** The inputs that make a request. */
export function formOf(request: VmsaRequest): Form {
  const { cpu, resetAddress } = request;
  return {
    profile: request.profile,
    role: request.role,
    cpuName: nameOf(cpu),
    family: `${cpu.family}`,
    model: `${cpu.model}`,
    stepping: `${cpu.stepping}`,
    resetAddress: resetAddress === undefined ? '' : hex(resetAddress, 8),
  };
}

/** The inputs after another CPU was chosen by name; a custom one keeps the numbers. */
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
  return { ...next, cpuName: nameOf({ family, model, stepping }) };
}

/** The sentence for each input that is wrong. */
export type FormErrors = Partial<Record<(typeof PARTS)[number] | 'resetAddress' | 'profile', string>>;

function failure(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof CheckError) return error.message;
    throw error;
  }
}

const noNumber = (text: string, example: string) =>
  text.trim() === ''
    ? `Give a number, for example ${example}.`
    : `"${text}" is not a number such as ${example}.`;

/** What the inputs ask for, or what is wrong with them. A boot processor's page has no reset address in it. */
export function readForm(form: Form): { request: VmsaRequest | undefined; errors: FormErrors } {
  const cpu = { family: 0, model: 0, stepping: 0 };
  const errors: FormErrors = {};
  for (const part of PARTS) {
    const value = parseNumber(form[part]);
    const wrong = Number.isNaN(value)
      ? noNumber(form[part], '25 or 0x19')
      : failure(() => encodeSignature({ ...cpu, [part]: value }));
    if (wrong === undefined) cpu[part] = value;
    else errors[part] = wrong;
  }
  const profile = form.profile as ProfileId;
  const resetAddress = form.role === 'ap' ? parseAddress(form.resetAddress) : undefined;
  const request: VmsaRequest = {
    profile,
    role: form.role,
    cpu,
    ...(resetAddress !== undefined && { resetAddress }),
  };
  if (Number.isNaN(resetAddress)) errors.resetAddress = noNumber(form.resetAddress, '0x0080b004');
  else {
    const bsp: VmsaRequest = { profile: PROFILES[0].id, role: 'ap', cpu, resetAddress };
    const wrong = form.role === 'ap' ? failure(() => generateVmsa(bsp)) : undefined;
    if (wrong !== undefined) errors.resetAddress = wrong;
  }
  const wrongProfile = failure(() => generateVmsa({ profile, role: 'bsp', cpu }));
  if (wrongProfile !== undefined) errors.profile = wrongProfile;
  return { request: Object.keys(errors).length > 0 ? undefined : request, errors };
}
