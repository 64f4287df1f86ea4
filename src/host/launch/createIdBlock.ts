// Create ID Block…: asks for what an owner demands of an SNP launch, has it signed, and offers it in the forms of VMMs. Keys are paths
// here, which are neither shown nor kept.

import * as vscode from 'vscode';
import { readIdBlockFiles } from '../../app/idBlock';
import type { Io } from '../../app/io';
import { readLaunchFile } from '../../app/launchFile';
import { LAUNCH_PATTERN, LAUNCH_SUFFIX } from '../../contributions';
import { fromHex, hex, parseUnsigned } from '../../core/binary/hex';
import { DIGEST_FORMS, readTextBytes } from '../../core/binary/textBytes';
import { isObject } from '../../core/binary/values';
import { USUAL_POLICY } from '../../core/tech/snp/idBlock';
import { ID_BLOCK_FORMS, idBlockForm } from '../../core/tech/snp/idBlockForms';
import { SNP_POLICY, snpPolicyValue } from '../../core/tech/snp/policy';
import { choose, chooseFile, chooseSaveFile, chooseSomeOrType, typeLine } from '../shell/ask';
import { copyText } from '../shell/clipboard';
import * as shellErrors from '../shell/errors';
import { nameOf } from '../shell/files';
import { confirm, flash, withProgress } from '../shell/notify';
import { activeFile, pickFile, startFolder } from '../shell/picks';
import { openIn } from '../shell/run';
import { signIdBlock, type SigningOrder } from './signIdBlock';

const TITLE = 'Create ID Block';

/** What our own callers give instead of answers. */
const isOrder = (value: unknown): value is SigningOrder =>
  isObject(value) && typeof value['idKey'] === 'string' && typeof value['policy'] === 'string';

type Digest = SigningOrder['digest'] & { readonly policy?: bigint | undefined };

/** Where the launch digest comes from. */
async function askDigest(io: Io, given: unknown): Promise<Digest | undefined> {
  const active = given instanceof vscode.Uri ? given : activeFile();
  const own = active?.path.endsWith(LAUNCH_SUFFIX) ? active : undefined;
  const ways = [
    ...(own ? [{ id: 'own', label: nameOf(own), detail: 'The digest that its inputs give' }] : []),
    { id: 'launch', label: 'Launch file…', detail: 'The digest that its inputs give' },
    { id: 'digest', label: 'Launch digest…', detail: '48 bytes in hexadecimal or base64' },
  ];
  const way =
    own && given instanceof vscode.Uri
      ? ways[0]
      : await choose(ways, { title: TITLE, placeHolder: 'The launch that it is for' });
  if (!way) return undefined;
  if (way.id === 'digest') {
    const launchDigest = await typeLine({
      ...{ title: TITLE, prompt: 'Launch digest, 48 bytes in hexadecimal or base64', ignoreFocusOut: true },
      whyNot: (text) =>
        readTextBytes(text.trim(), [48], DIGEST_FORMS).ok
          ? undefined
          : 'It has 48 bytes: 96 hexadecimal digits, or base64.',
    });
    return launchDigest === undefined ? undefined : { launchDigest: launchDigest.trim() };
  }
  const file = way.id === 'own' ? own : await pickFile(io, TITLE, LAUNCH_PATTERN);
  if (!file) return undefined;
  if (file.scheme !== 'file') throw shellErrors.notOnDisk(file.scheme);
  return { launch: file.fsPath, policy: (await readLaunchFile(io, file.fsPath)).policy };
}

const isId = (text: string): boolean =>
  text.trim() === '' || fromHex(text.trim().replace(/^0x/i, '').replaceAll('-', ''))?.length === 16;

const askId = (what: string) =>
  typeLine({
    ...{ title: TITLE, prompt: `${what}, 32 hexadecimal digits; empty for zeros`, ignoreFocusOut: true },
    whyNot: (text) => (isId(text) ? undefined : 'It has 16 bytes, 32 hexadecimal digits.'),
  });

const askSvn = () =>
  typeLine({
    ...{ title: TITLE, prompt: 'Guest SVN, its security version number', value: '0', ignoreFocusOut: true },
    whyNot: (text) =>
      (parseUnsigned(text) ?? 2n ** 32n) < 2n ** 32n ? undefined : 'It is a number of at most 32 bits.',
  });

/** The lowest ABI of the firmware as a row, whose bits are those of its version. */
const abiRow = (major: number, minor: number) => ({
  label: `Minimum ABI ${major}.${minor}`,
  description: 'bits 0 to 15',
  detail: 'Lowest ABI of the firmware; type another, such as 1.55',
  bits: BigInt((major << 8) | minor),
});

function typedAbi(text: string): ReturnType<typeof abiRow> | undefined {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})$/.exec(text.trim()) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return Number(major) > 255 || Number(minor) > 255 ? undefined : abiRow(Number(major), Number(minor));
}

/** The bits of the policy by name, and the version of the ABI that it asks for. */
async function askPolicy(start: bigint): Promise<bigint | undefined> {
  const rows = SNP_POLICY.filter(({ width, lsb }) => width === 1 && lsb !== 17).map(({ name, doc, lsb }) => ({
    label: name,
    description: `bit ${lsb}`,
    detail: doc,
    bits: 1n << BigInt(lsb),
  }));
  const chosen = await chooseSomeOrType(rows, ({ bits }) => (start & bits) !== 0n, {
    ...{ title: TITLE, placeHolder: 'The policy that the guest must have; a minimum ABI can be typed' },
    last: abiRow(snpPolicyValue(start, 'ABI_MAJOR'), snpPolicyValue(start, 'ABI_MINOR')),
    typed: typedAbi,
  });
  return chosen?.reduce((policy, { bits }) => policy | bits, 1n << 17n);
}

/** The path of a private key. */
async function askKey(io: Io, title: string): Promise<string | undefined> {
  const file = await chooseFile({ title, openLabel: 'Sign with This Key', folder: startFolder(io) });
  if (file && file.scheme !== 'file') throw shellErrors.notOnDisk(file.scheme);
  return file?.fsPath;
}

/** Where both files are written: the second beside the first. */
async function askTarget(io: Io): Promise<Pick<SigningOrder, 'blockFile' | 'authFile'> | undefined> {
  const file = await chooseSaveFile({
    ...{ title: 'Save the ID Block', folder: startFolder(io), name: 'guest', end: '.idblock' },
  });
  if (!file) return undefined;
  if (file.scheme !== 'file') throw shellErrors.notOnDisk(file.scheme);
  const authFile = `${file.fsPath.replace(/\.idblock$/, '')}.idauth`;
  const isThere = (await io.stat(authFile)).kind !== 'none';
  const name = nameOf(vscode.Uri.file(authFile));
  const detail = 'The ID authentication is written beside the ID block.';
  if (isThere && !(await confirm(`Replace ${name}?`, detail, 'Replace'))) return undefined;
  return { blockFile: file.fsPath, authFile };
}

const AUTHOR_WAYS = [
  { label: 'No author key', hasAuthor: false },
  { label: 'Author key…', detail: 'Vouches for the ID key', hasAuthor: true },
];

/** Every answer; undefined as soon as one is cancelled. */
async function askOrder(io: Io, given: unknown): Promise<SigningOrder | undefined> {
  const source = await askDigest(io, given);
  const familyId = source && (await askId('Family ID'));
  const imageId = familyId === undefined ? undefined : await askId('Image ID');
  const guestSvn = imageId === undefined ? undefined : await askSvn();
  if (!source || familyId === undefined || imageId === undefined || guestSvn === undefined) return undefined;
  const { policy: start = USUAL_POLICY, ...digest } = source;
  const policy = await askPolicy(start);
  const idKey = policy === undefined ? undefined : await askKey(io, 'ID Key');
  if (policy === undefined || idKey === undefined) return undefined;
  const author = await choose(AUTHOR_WAYS, { title: TITLE, placeHolder: 'Who vouches for the ID key' });
  const authorKey = author?.hasAuthor ? await askKey(io, 'Author Key') : undefined;
  if (!author || (author.hasAuthor && authorKey === undefined)) return undefined;
  const target = await askTarget(io);
  const ids = { familyId: familyId.trim(), imageId: imageId.trim(), guestSvn };
  return (
    target && {
      digest,
      ...ids,
      policy: hex(policy),
      idKey,
      ...(authorKey !== undefined && { authorKey }),
      ...target,
    }
  );
}

/** Offers what was made in the form of a VMM, or as a page. */
async function offer(io: Io, { blockFile, authFile }: SigningOrder): Promise<void> {
  const forms = ID_BLOCK_FORMS.map(({ id, title }) => ({ label: `Copy ${title}`, icon: 'copy', id }));
  const open = { label: 'Open the ID block', icon: 'go-to-file', id: 'open' as const };
  const chosen = await choose([...forms, open], { title: 'The ID block is signed and saved' });
  if (!chosen) return;
  if (chosen.id === 'open') {
    await openIn('idBlock', vscode.Uri.file(blockFile));
    return;
  }
  const { block, auth } = await readIdBlockFiles(io, [blockFile, authFile]);
  if (!block || !auth) return;
  await copyText(idBlockForm(chosen.id, { block, auth }));
  flash('Copied.');
}

/** Makes an ID block. @param given a launch file, or all answers, with which nothing is asked or offered */
export async function createIdBlock(io: Io, given: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const order = isOrder(given) ? given : await askOrder(io, given);
  if (!order) return;
  const isSigned = await withProgress('Signing the ID block', (token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort());
    return signIdBlock(io, order, stop.signal);
  });
  if (isSigned && !isOrder(given)) await offer(io, order);
}
