// `sevscope id-block …`: makes, shows and checks the ID blocks of SEV-SNP launches.

import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { amongOption } from './amongOption';
import * as errors from './errors';
import { bytesToHex, fromHex, parseUnsigned, toBase64 } from '../core/binary/hex';
import { DIGEST_FORMS, readTextBytes } from '../core/binary/textBytes';
import { keyDigestIn, type KeyField } from '../core/tech/snp/idBlock';
import { ID_BLOCK_FORMS, idBlockForm, type IdBlockForm } from '../core/tech/snp/idBlockForms';
import { idAuthJson, idBlockJson } from '../core/tech/snp/idBlockJson';
import { createIdBlock, launchForIdBlock, readIdBlockFiles } from '../app/idBlock';
import type { WholePair } from '../app/idBlock';
import { readLaunchFile } from '../app/launchFile';
import type { Io } from '../app/io';
import { readSigningKey } from '../node/signingKey';
import { checkIdBlocks, type CheckOptions } from './idBlockCheck';
import { showIdBlock } from './idBlockShow';
import { printJson, type Output } from './output';

interface LaunchOptions {
  readonly launchDigest?: Uint8Array;
  readonly launch?: string;
  readonly policy?: bigint;
}

interface CreateOptions extends LaunchOptions {
  readonly idKey: string;
  readonly authorKey?: string;
  readonly familyId?: Uint8Array;
  readonly imageId?: Uint8Array;
  readonly guestSvn?: number;
  readonly format?: IdBlockForm;
  readonly json?: true;
  readonly idBlockFile?: string;
  readonly idAuthFile?: string;
}

/** The policy of a new ID block is given by a number of 64 bits. */
function policyFrom(text: string): bigint {
  const value = parseUnsigned(text);
  if (value === undefined || value >> 64n !== 0n)
    throw new InvalidArgumentError('It must be a number of at most 64 bits, in decimal or 0x form.');
  return value;
}

/** A launch digest in any form. Exactly 48 bytes: sev-snp-measure takes the first 48 of more. */
function digestFrom(text: string): Uint8Array {
  const read = readTextBytes(text.trim(), [48], DIGEST_FORMS);
  if (read.ok) return read.bytes;
  throw new InvalidArgumentError(
    `It is ${read.found}, and a launch digest of SEV-SNP has 48 bytes: 96 hexadecimal digits, or base64.`,
  );
}

/** A family or image ID. */
function idFrom(text: string): Uint8Array {
  const bytes = fromHex(text.replace(/^0x/i, '').replaceAll('-', ''));
  if (bytes?.length === 16) return bytes;
  throw new InvalidArgumentError('It must be 16 bytes, 32 hexadecimal digits.');
}

const MOST_SVN = 2n ** 32n - 1n;

function svnFrom(text: string): number {
  const value = parseUnsigned(text);
  if (value === undefined || value > MOST_SVN)
    throw new InvalidArgumentError('It must be a number of at most 32 bits, in decimal or 0x form.');
  return Number(value);
}

/** An option, and the names that other programs have for it, which help does not list. */
function addNamed(
  command: Command,
  flags: string,
  help: string,
  others: readonly string[],
  parse?: (text: string) => unknown,
): void {
  const own = new Option(flags, help);
  const value = flags.slice(flags.indexOf('<'));
  const name = own.attributeName();
  class Other extends Option {
    override attributeName(): string {
      return name;
    }
  }
  for (const option of [own, ...others.map((other) => new Other(`${other} ${value}`).hideHelp())]) {
    if (parse) option.argParser(parse);
    command.addOption(option);
  }
}

const addLaunchOptions = (command: Command): void => {
  const digest = 'the launch digest, 48 bytes in hexadecimal or base64';
  addNamed(command, '--launch-digest <digest>', digest, ['--measurement'], digestFrom);
  command.option('--launch <path>', 'launch file of SEV-SNP, whose inputs give the launch digest');
};

/** Adds the commands. */
export function addIdBlockCommands(
  io: Io,
  program: Command,
  out: Output,
  exit: (status: number) => void,
): void {
  const group = program
    .command('id-block')
    .description('make, show and check the ID blocks of SEV-SNP launches');

  const create = group
    .command('create')
    .description('make an ID block and its ID authentication: the same bytes for the same inputs (RFC 6979)');
  addLaunchOptions(create);
  addNamed(create, '--id-key <path>', 'private key of P-384 that signs the ID block, PEM or DER', [
    '--idkey',
  ]);
  addNamed(create, '--author-key <path>', 'private key that signs the ID key', ['--authorkey']);
  addNamed(create, '--family-id <hex>', "the owner's name for a family of guests, 16 bytes", [], idFrom);
  addNamed(create, '--image-id <hex>', "the owner's name for an image, 16 bytes", [], idFrom);
  addNamed(create, '--guest-svn <number>', 'security version number of the guest', ['--svn'], svnFrom);
  addNamed(create, '--policy <number>', 'guest policy, 0x30000 unless given', [], policyFrom);
  create
    .addOption(
      amongOption(
        new Option('--format <form>', `for whom: ${ID_BLOCK_FORMS.map(({ title }) => title).join('; ')}`),
        ID_BLOCK_FORMS.map(({ id }) => id),
      ),
    )
    .option('--json', 'print JSON')
    .option('--id-block-file <path>', 'write the ID block in base64')
    .option('--id-auth-file <path>', 'write the ID authentication in base64')
    .action((options: CreateOptions) => createCommand(io, options, out));

  group
    .command('show <files...>')
    .description('decode an ID block, an ID authentication, or a text that holds them')
    .option('--all', 'print fields that are zero, too')
    .option('--json', 'print JSON')
    .action(async (files: string[], options: { all?: true; json?: true }) => {
      showIdBlock(await readIdBlockFiles(io, files), io.hashes, options, out);
    });

  const check = group
    .command('check [files...]')
    .description('check structure, signatures, launch and report; exit status 1 when a step fails')
    .option('--id-block <base64>', 'the ID block, or its file')
    .option('--id-auth <base64>', 'the ID authentication, or its file');
  addLaunchOptions(check);
  addNamed(check, '--policy <number>', 'guest policy of the launch', [], policyFrom);
  check
    .option('--report <path>', 'attestation report in any form, of a guest that was launched with them')
    .option('--no-author-key', 'the launch does not use the author key')
    .option('--json', 'print JSON')
    .action(async (files: string[], options: CheckOptions & LaunchOptions) => {
      const launch = await launchFrom(io, options);
      if (!(await checkIdBlocks(io, files, launch, options, out))) exit(1);
    });
}

/** What the options say of the launch. @throws CheckError (usage) for two launch digests, or as launchForIdBlock */
async function launchFrom(io: Io, { launchDigest, launch, policy }: LaunchOptions) {
  if (launchDigest && launch !== undefined) throw errors.twoLaunchDigests();
  if (launch === undefined) return { launchDigest, policy };
  const file = await readLaunchFile(io, resolve(launch));
  const read = await launchForIdBlock(io, file, launch);
  return { launchDigest: read.launchDigest, policy: policy ?? read.policy };
}

async function createCommand(io: Io, options: CreateOptions, out: Output): Promise<void> {
  const { idKey, authorKey, familyId, imageId, guestSvn, format, json, idBlockFile, idAuthFile } = options;
  if (json && format !== undefined) throw errors.oddOption('--format', '--json prints all values');
  if ((idKey as string | undefined) === undefined) throw errors.idKeyNeeded();
  const { launchDigest, policy } = await launchFrom(io, options);
  if (!launchDigest) throw errors.launchDigestNeeded();
  const pair = await createIdBlock(io, readSigningKey, {
    fields: {
      launch_digest: launchDigest,
      ...(policy !== undefined && { policy }),
      ...(familyId && { family_id: familyId }),
      ...(imageId && { image_id: imageId }),
      ...(guestSvn !== undefined && { guest_svn: guestSvn }),
    },
    idKey,
    authorKey,
  });
  const files = [
    ...(idBlockFile === undefined ? [] : [{ path: idBlockFile, content: `${toBase64(pair.block)}\n` }]),
    ...(idAuthFile === undefined ? [] : [{ path: idAuthFile, content: `${toBase64(pair.auth)}\n` }]),
  ];
  if (files.length > 0) await io.writeAll(files);
  if (json) printJson(out, pairJson(io, pair));
  else if (format !== undefined) out.lines(idBlockForm(format, pair).split('\n'));
  else printPair(io, pair, files.length > 0, authorKey !== undefined, out);
}

const pairJson = (io: Io, { block, auth }: WholePair) => ({
  id_block: toBase64(block),
  id_auth: toBase64(auth),
  ...idBlockJson(block),
  ...idAuthJson(auth, io.hashes),
});

/** The two values as snp-create-id-block prints them, unless files have them, and the digests that a report will show. */
function printPair(io: Io, pair: WholePair, isWritten: boolean, hasAuthor: boolean, out: Output): void {
  if (!isWritten) out.line(idBlockForm('qemu', pair));
  const digest = (field: KeyField) => bytesToHex(keyDigestIn(pair.auth, field, io.hashes));
  out.line(`ID key digest: ${digest('id_key')}`);
  if (hasAuthor) out.line(`author key digest: ${digest('author_key')}`);
}
