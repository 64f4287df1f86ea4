// `sevscope validate --domain`: the check of a running domain, with the options and exit status of virt-qemu-sev-validate.

import { resolve } from 'node:path';
import * as errors from './errors';
import { statusOf } from '../core/domain/report';
import type { RuleResult } from '../core/launch/report';
import type { Report } from '../core/launch/report';
import type { Secret } from '../core/tech/sev/secret';
import { checkDomain, type DomainInputs } from '../app/domainCheck';
import { expectedText, type ExpectedLaunch } from '../app/snpLaunch';
import type { Io } from '../app/io';
import type { VerifyEvidence } from '../app/reportEvidence';
import { libvirt } from '../libvirt/client';
import type { ConnectOptions } from '../libvirt/contract';
import type { Admit } from './files';
import { columns, type Output } from './output';
import { askAtTerminal } from './prompt';

/** What a check of a domain needs in addition to its inputs. */
export interface DomainRun {
  /** As typed; empty for libvirt's own default. */
  readonly uri: string;
  /** The URI comes from a launch file, not from the user: it must pass the allow-list. */
  readonly fromFile?: boolean;
  /** The script of libvirt's process. */
  readonly workerPath: string | undefined;
  /** For connecting and for each call; the default timeout unless given. */
  readonly timeoutMs?: number | undefined;
  /** Refuses files of which one would be overwritten. */
  readonly admit: Admit;
  /** Verifies attestation reports; absent when there is none. */
  readonly verifyEvidence?: VerifyEvidence | undefined;
  /** Reads the secrets to inject; absent when there are none. */
  readonly secrets?: () => Promise<readonly Secret[]>;
}

/** The result of a domain's check, for the caller to print. */
export interface DomainAnswer {
  readonly report: Report;
  readonly status: number;
  /** How many secrets the guest received. */
  readonly injected?: number;
  /** Of SEV-SNP: what its report must show. */
  readonly expected?: ExpectedLaunch;
}

/** How a command connects. @throws CheckError when the libvirt part is missing */
export function terminalConnection({
  uri,
  fromFile = false,
  workerPath,
  timeoutMs,
}: Omit<DomainRun, 'secrets' | 'admit' | 'verifyEvidence'>): ConnectOptions {
  if (workerPath === undefined) throw errors.noWorker();
  return {
    uri,
    asTyped: !fromFile,
    workerPath,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(process.stdin.isTTY && { onPrompt: askAtTerminal }),
  };
}

/** Checks a domain. @throws CheckError */
export async function printDomainCheck(
  io: Io,
  inputs: DomainInputs,
  run: DomainRun,
  out: Output,
): Promise<DomainAnswer> {
  const { secrets, admit, verifyEvidence } = run;
  const connection = terminalConnection(run);
  const options = { libvirt, connection, onProgress: out.onProgress, admit, verifyEvidence };
  const { report, injected, injectionError, expected } = await checkDomain(
    io,
    inputs,
    options,
    // As in virt-qemu-sev-validate, --insecure injects even when the verdict cannot be trusted.
    secrets && { secrets, evenUntrusted: true },
  );
  if (injectionError) throw injectionError;
  return {
    report,
    status: statusOf(report),
    ...(injected !== undefined && { injected }),
    ...(expected && { expected }),
  };
}

/** Writes the launch file by which the report of an SNP guest is compared. @throws CheckError when there is none to write */
export async function saveExpected(
  io: Io,
  expected: ExpectedLaunch | undefined,
  output: string,
  out: Output,
): Promise<void> {
  if (!expected) throw errors.nothingToSave();
  const path = resolve(output);
  await io.write(path, expectedText(io, expected, path));
  out.note(
    'NOTE: The launch file has the launch digest of your inputs. Put that of the report into "launchDigest" to compare it, once the signature of the report is verified.',
  );
}

/** The rules as lines: those that failed or were skipped, or with `all` every one. */
export function ruleLines(rules: readonly RuleResult[], all: boolean): string[] {
  const listed = rules.filter(({ outcome, untrusted }) => all || outcome === 'failed' || untrusted);
  return columns(
    listed.map(({ outcome, id, reason, advice }) => [outcome, id, `${reason} ${advice}`.trim()]),
  );
}
