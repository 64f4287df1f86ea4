// `sevscope launch record`: writes what a host reports about a domain's launch into a launch file, for a check
// later and elsewhere.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Io } from '../app/io';
import * as ioErrors from '../app/ioErrors';
import { firmwareDoubt } from '../app/firmware';
import { parseLaunchFile, readLaunchText } from '../app/launchFile';
import { askLaunch, recordedText } from '../app/launchRecord';
import { connect } from '../libvirt/client';
import { parseConnectionUri } from '../libvirt/uri';
import { addInputs } from './inputOptions';
import { timeoutOption } from './options';
import type { Output } from './output';
import { terminalConnection } from './validateDomain';

interface RecordOptions {
  readonly connection: string;
  readonly domain: string;
  readonly launch?: string;
  readonly output?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Adds `launch record`. */
export function addLaunchRecordCommand(
  io: Io,
  launch: Command,
  out: Output,
  workerPath: string | undefined,
): void {
  const command = launch
    .command('record')
    .description(
      'write what the host reports of a launch into a launch file, to be checked without the host',
    );
  addInputs(command, [
    { id: 'connection', mandatory: true },
    { id: 'domain', short: '-d', mandatory: true },
  ])
    .option('--launch <path>', "launch file with the owner's inputs; placeholders without it")
    .option('-o, --output <path>', 'file to write, which must not be there; standard output without it')
    .addOption(timeoutOption())
    .action((options: RecordOptions) => record(io, options, out, workerPath));
}

async function record(
  io: Io,
  { connection: uri, domain, launch, output, timeout }: RecordOptions,
  out: Output,
  workerPath: string | undefined,
): Promise<void> {
  const path = resolve(output ?? 'recorded.sevlaunch.json');
  // An earlier recording may be the only evidence of that launch.
  if (output !== undefined && (await io.stat(path)).kind !== 'none') throw ioErrors.fileExists(output);
  const inputs = launch === undefined ? undefined : await readInputs(io, resolve(launch));
  const connection = await connect(terminalConnection({ uri, workerPath, timeoutMs: timeout }));
  try {
    const recorded = await askLaunch(connection, domain);
    // The user may type any URI, but one in a file is opened by whoever receives the file.
    const named = parseConnectionUri(uri).ok ? uri : undefined;
    const text = recordedText(io, recorded, path, named, inputs);
    if (output === undefined) out.data(text);
    else await io.write(path, text);
  } finally {
    await connection.close();
  }
  const doubt = inputs?.firmware === undefined ? undefined : await firmwareDoubt(io, inputs.firmware);
  if (doubt !== undefined) out.note(`WARNING: ${doubt}`);
  out.note(
    'NOTE: Only what the host reported was recorded. Firmware, kernel, vCPUs and CPU are yours to give: nothing that the host says of them is in the file.',
  );
}

async function readInputs(io: Io, path: string) {
  const text = await readLaunchText(io, path);
  return { path, text, firmware: parseLaunchFile(io, text, path).firmware };
}
