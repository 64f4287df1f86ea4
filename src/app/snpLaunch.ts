// The launch digest that the guest of an SNP domain must have, and the launch file by which a person compares it with the report of the
// guest: only the owner's inputs are in that, as in any launch file.

import * as errors from './errors';
import { bytesToHex, hex, toBase64 } from '../core/binary/hex';
import type { HostInput } from '../core/check/loadedSteps';
import type { Report } from '../core/launch/report';
import { expectDigest } from './digestCheck';
import type { Io } from './io';
import type { CheckOptions, DigestInputs } from './launch';
import { parseLaunchFile } from './launchFile';

/** What decides the launch digest of an SNP guest that libvirt launches, and what else its owner wants. */
export interface SnpLaunch extends Omit<DigestInputs, 'launchDigest'> {
  /** Inputs named only by the host, not by anyone the owner trusts. */
  readonly fromHost: readonly HostInput[];
}

/** A launch with the digest that its inputs give. */
export interface ExpectedLaunch {
  readonly inputs: SnpLaunch;
  /** Lower-case hexadecimal. */
  readonly digest: string;
}

/**
 * Computes what the report of a guest must show.
 * @throws CheckError when an input cannot be read, is unsuitable, or contradicts another
 */
export function expectSnpLaunch(io: Io, inputs: SnpLaunch, options?: CheckOptions): Promise<Report> {
  // Pages from files are those of SEV-ES.
  return expectDigest(io, { ...inputs, vmsa: undefined, technology: 'snp' }, options);
}

/**
 * The text of a launch file by which the measurement of the guest's report is compared: its "launchDigest" is the one that the
 * inputs give, until a person puts that of the report there.
 * @param path it will have, absolute
 * @throws CheckError when an input is not the owner's
 */
export function expectedText(io: Io, { inputs, digest }: ExpectedLaunch, path: string): string {
  const { fromHost } = inputs;
  if (fromHost.length > 0) throw errors.hostsInputs(fromHost);
  const { title, firmware, kernel, initrd, cmdline, vcpus, cpu, profile, vmm } = inputs;
  const { features, guestPolicy, hostData, guestVisibleWorkarounds: workarounds } = inputs;
  const { kernelHashes, idBlock, idAuth, authorKey, vcek } = inputs;
  const near = (file: string | undefined) => {
    if (file === undefined) return undefined;
    const { dirname, relative, toSlashes } = io.path;
    const shorter = toSlashes(relative(dirname(path), file));
    return shorter.startsWith('..') ? file : shorter;
  };
  const members = {
    name: title,
    technology: 'snp',
    firmware: near(firmware),
    kernel: near(kernel),
    initrd: near(initrd),
    cmdline: kernel === undefined ? undefined : cmdline,
    vcpus,
    cpu,
    profile,
    vmm,
    guestFeatures: features === undefined ? undefined : hex(features),
    policy: guestPolicy === undefined ? undefined : hex(guestPolicy),
    hostData: hostData && bytesToHex(hostData),
    kernelHashes,
    idBlock: idBlock && toBase64(idBlock),
    idAuth: idAuth && toBase64(idAuth),
    authorKey,
    vcek,
    guestVisibleWorkarounds: workarounds && bytesToHex(workarounds),
    launchDigest: digest,
  };
  const text = `${JSON.stringify(members, null, 2)}\n`;
  parseLaunchFile(io, text, path);
  return text;
}
