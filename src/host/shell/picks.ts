// Questions to the user: which CPU, which firmware, where to save. Each is one quick pick with the likely answer
// on top, and can also be answered by typing.

import * as vscode from 'vscode';
import { hex, parseUnsigned } from '../../core/binary/hex';
import { CPU, SIGNATURE } from '../../core/launch/inputKinds';
import type { OvmfImage } from '../../core/ovmf/image';
import { CPU_MODELS, describeCpuId, modelsWithSignature } from '../../core/vmsa/launch/cpuModels';
import { featuresOfProfile, needsOf, type VmsaRequest } from '../../core/vmsa/launch/generate';
import { svsmImage, svsmPart, type SvsmPart } from '../../core/vmsa/launch/svsm';
import type { Role } from '../../core/vmsa/launch/initial';
import { PROFILES } from '../../core/vmsa/launch/profiles';
import { encodeSignature, type CpuId } from '../../core/vmsa/launch/signature';
import { FEATURE_ROWS } from '../../core/vmsa/layout/bitsSev';
import { featuresText } from '../../core/vmsa/layout/features';
import type { FirmwareChoice } from '../../protocol/vmsa';
import type { Io } from '../../app/io';
import { firmwareOf, readFirmware } from '../../app/firmware';
import { resetAddressOf } from '../../app/launch';
import { choose, chooseFile, chooseSaveFile, chooseSome, typeLine, type Choice } from './ask';
import { findFiles, isOnDisk, nameOf, readUri } from './files';
import type { RecentCpus } from './recentCpus';

/** Reset addresses of the images in the workspace: looks at the tables of a few, does not search the disk. */
export async function firmwareChoices(io: Io): Promise<FirmwareChoice[]> {
  const files = await findFiles('**/*.fd', 20);
  const choices = await Promise.all(
    files.map(async (uri) => {
      const resetAddress = await firmwareAt(io, uri).then(
        (image) => image.resetAddress,
        () => undefined,
      );
      return resetAddress === undefined ? [] : [{ name: vscode.workspace.asRelativePath(uri), resetAddress }];
    }),
  );
  return choices.flat().sort((a, b) => a.name.localeCompare(b.name));
}

/** The image at a URI. @throws CheckError when it cannot be read, or is a container */
export async function firmwareAt(io: Io, uri: vscode.Uri): Promise<OvmfImage> {
  if (isOnDisk(io, uri)) return readFirmware(io, uri.fsPath, { onlyFile: true });
  return firmwareOf(nameOf(uri), await readUri(io, uri)).image;
}

/** Asks for an OVMF image. @returns its reset address, or undefined when the user cancelled */
export async function pickFirmware(io: Io): Promise<number | undefined> {
  const uri = await chooseFile({ title: 'OVMF image that the guest starts with' });
  if (!uri) return undefined;
  return resetAddressOf(await firmwareAt(io, uri), nameOf(uri));
}

/** Asks where an AP starts: images of the workspace, another image, or an address. */
async function pickResetAddress(io: Io): Promise<number | undefined> {
  const images = (await firmwareChoices(io)).map(({ name, resetAddress }) => ({
    label: name,
    description: `reset address ${hex(resetAddress, 8)}`,
    run: () => Promise.resolve<number | undefined>(resetAddress),
  }));
  const others = [
    { label: 'Another OVMF image…', description: '', run: () => pickFirmware(io) },
    { label: 'Type the address…', description: '', run: typeAddress },
  ];
  const chosen = await choose([...images, ...others], {
    title: 'Where do additional vCPUs start?',
    placeHolder: 'The SEV-ES reset address comes from the OVMF image',
  });
  return chosen?.run();
}

async function typeAddress(): Promise<number | undefined> {
  const text = await typeLine({
    title: 'SEV-ES reset address',
    placeHolder: '0x0080b004',
    whyNot: (value) => (/^0x[0-9a-f]{1,8}$/i.test(value) ? undefined : 'An address of 32 bits in 0x form'),
  });
  return text === undefined ? undefined : Number(text);
}

interface CpuItem extends Choice {
  readonly cpu?: CpuId;
}

/** A CPU by its first QEMU model, or by `otherwise` if it has none. */
function cpuItem(cpu: CpuId, otherwise: string, description = describeCpuId(cpu)): CpuItem {
  return { label: modelsWithSignature(encodeSignature(cpu))[0]?.name ?? otherwise, description, cpu };
}

const heading = (label: string): CpuItem => ({ label, isHeading: true });

/** Asks for a CPU, and remembers it. `like`, the CPU of the page, is on top, then recently chosen ones. */
export async function pickCpu(recent: RecentCpus, like?: CpuId): Promise<CpuId | undefined> {
  const own = like && cpuItem(like, 'The CPU in the page', `as in the page: ${describeCpuId(like)}`);
  const latest = recent
    .list()
    .map((cpu) => cpuItem(cpu, describeCpuId(cpu)))
    .filter(({ label }) => label !== own?.label);
  const taken = new Set([own?.label, ...latest.map(({ label }) => label)]);
  const models = CPU_MODELS.filter((m) => !taken.has(m.name)).map((m) => ({
    label: m.name,
    description: describeCpuId(m),
    ...(m.note === undefined ? {} : { detail: m.note }),
    cpu: { family: m.family, model: m.model, stepping: m.stepping },
  }));
  const typed: CpuItem = { label: 'Family, model and stepping…', description: 'or a signature' };
  const items: CpuItem[] = [
    ...(own ? [own] : []),
    ...(latest.length > 0 ? [heading('chosen lately'), ...latest] : []),
    ...(own || latest.length > 0 ? [heading('QEMU models')] : []),
    ...models,
    typed,
  ];
  const chosen = await choose(items, {
    title: 'CPU model of the guest',
    placeHolder: 'The model that the guest sees, not the host',
    matchOnDescription: true,
  });
  const cpu = chosen === typed ? await typeCpu() : chosen?.cpu;
  if (cpu) await recent.add(cpu);
  return cpu;
}

/** A smaller number is rather a family alone. */
const LEAST_SIGNATURE = 0x1000n;

/** Reads 25/1/1, 0x19/1/1, also with other separators, a signature such as 0xa00f11, or the name of a model. */
function parseCpu(text: string): CpuId | undefined {
  const typed = text.trim().replaceAll(/[\s/,]+/g, '/');
  const cpu = CPU.parse(typed);
  if (cpu.ok) return cpu.value;
  const signature = SIGNATURE.parse(typed);
  return signature.ok && parseUnsigned(typed)! >= LEAST_SIGNATURE ? signature.value : undefined;
}

async function typeCpu(): Promise<CpuId | undefined> {
  const text = await typeLine({
    title: 'CPU of the guest',
    prompt: 'Family/model/stepping, or the signature',
    placeHolder: '25/1/1 or 0xa00f11',
    whyNot: (value) =>
      parseCpu(value) ? undefined : 'Three numbers such as 25/1/1, or a signature such as 0xa00f11',
  });
  return text === undefined ? undefined : parseCpu(text);
}

/** The folder that dialogs start in; undefined where VS Code has to know one. */
export function startFolder(io: Io): vscode.Uri | undefined {
  const open = vscode.workspace.workspaceFolders?.[0]?.uri;
  const home = open ? undefined : io.homeFolder();
  return open ?? (home === undefined ? undefined : vscode.Uri.file(home));
}

/** Asks where to save a page and writes it. @returns where, or undefined when the user cancelled */
export async function savePage(io: Io, bytes: Uint8Array, role: Role): Promise<vscode.Uri | undefined> {
  const uri = await chooseSaveFile({
    title: 'Save VMSA page',
    folder: startFolder(io),
    name: role === 'bsp' ? 'vcpu0' : 'vcpu1',
    end: '.vmsa',
    filters: { 'VMSA page': ['vmsa', 'bin'] },
  });
  if (uri) await vscode.workspace.fs.writeFile(uri, bytes);
  return uri;
}

/** The file of the active editor, whatever its kind. */
export function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText
    ? input.uri
    : undefined;
}

/** Asks for a file of the workspace, or another one. @param except is not offered */
export async function pickFile(
  io: Io,
  title: string,
  pattern: string,
  except?: vscode.Uri,
): Promise<vscode.Uri | undefined> {
  const files = await findFiles(pattern, 200);
  const items = files
    .filter((uri) => uri.toString() !== except?.toString())
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const other = { label: 'Another file…', uri: undefined };
  const chosen = await choose([...items, other], { title });
  if (chosen !== other) return chosen?.uri;
  return chooseFile({ title, folder: startFolder(io) });
}

const ROLES = [
  { label: 'Boot processor', description: 'vCPU 0', role: 'bsp' as Role },
  { label: 'Additional processor', description: 'every other vCPU', role: 'ap' as Role },
];

/**
 * Asks for everything that decides a generated page: the kind of launch first, then only what that needs.
 * @param known the reset address, when it need not be asked for
 */
export async function pickRequest(
  io: Io,
  recent: RecentCpus,
  known?: number,
): Promise<VmsaRequest | undefined> {
  const profiles = PROFILES.map((profile) => ({ label: profile.title, detail: profile.doc, profile }));
  const title = 'How is the guest launched?';
  const profile = (await choose(profiles, { title, matchOnDetail: true }))?.profile;
  if (!profile) return undefined;
  const roles = ROLES.filter(({ role }) => profile.roles.includes(role));
  const chosen = roles.length === 1 ? roles[0] : await choose(roles, { title: 'Which vCPU?' });
  if (!chosen) return undefined;
  const { role } = chosen;
  const needs = needsOf(profile, role);
  const cpu = needs.cpu ? await pickCpu(recent) : { family: 0, model: 0, stepping: 0 };
  if (!cpu) return undefined;
  const resetAddress = needs.resetAddress ? (known ?? (await pickResetAddress(io))) : undefined;
  if (needs.resetAddress && resetAddress === undefined) return undefined;
  const values: Partial<Record<SvsmPart, number>> = {};
  for (const part of needs.svsm) {
    const value = await typeSvsmValue(part);
    if (value === undefined) return undefined;
    values[part] = value;
  }
  const svsm = svsmImage(values);
  const features = await pickFeatures(featuresOfProfile(profile));
  if (features === undefined) return undefined;
  return {
    profile: profile.id,
    role,
    cpu,
    ...(resetAddress === undefined ? {} : { resetAddress }),
    ...(svsm && { svsm }),
    ...(features !== featuresOfProfile(profile) && { features: featuresText(features) }),
  };
}

/** Asks for SEV features, of which those of the profile are checked. */
async function pickFeatures(preset: bigint): Promise<bigint | undefined> {
  const rows = FEATURE_ROWS.map(({ name, lsb, doc }) => ({
    label: name,
    description: `bit ${lsb}: ${doc}`,
    bit: 1n << BigInt(lsb),
  }));
  const chosen = await chooseSome(rows, ({ bit }) => (preset & bit) !== 0n, {
    title: 'SEV features of the page; those of the profile are checked',
    matchOnDescription: true,
  });
  return chosen?.reduce((all, { bit }) => all | bit, 0n);
}

/** The limit of JavaScript's exact integers, which a request uses. */
const TOO_LARGE = 2n ** 53n;

async function typeSvsmValue(part: SvsmPart): Promise<number | undefined> {
  const { question, usual } = svsmPart(part);
  const text = await typeLine({
    title: question,
    value: usual === undefined ? '' : `${usual}`,
    placeHolder: '0xffffe000',
    whyNot: (value) =>
      (parseUnsigned(value) ?? TOO_LARGE) < TOO_LARGE ? undefined : 'A number in decimal or 0x form',
  });
  return text === undefined ? undefined : Number(text);
}
