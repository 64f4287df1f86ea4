// The README of the sample: what to try, in the order of its launch files, and what each command prints. A test runs every command in
// it and compares the answers.

import { SAMPLE } from './sampleNames';

/** How it begins: a folder with such a README is a sample already. */
export const SAMPLE_HEADING = '# SevScope sample\n';

/** The README as Markdown. @param firmwareSha256 in hexadecimal, beside what the editor says of the image */
export const sampleReadme = (firmwareSha256: string): string => `${SAMPLE_HEADING}
Made by SevScope, to try it without hardware: no guest was launched, the firmware only halts, the keys are no secret.
In VS Code, open a launch file and choose **Validate** or **Explain** above its first line. In a shell, type what stands here after \`$\`.

## 1. An SEV-SNP launch that matches

\`${SAMPLE.snpMatches}\` holds what the owner of a guest knows (firmware, kernel, initrd, command line, two vCPUs, their CPU model) and
the launch digest that it must have.

\`\`\`
$ sevscope validate --launch ${SAMPLE.snpMatches}
OK: These inputs give the expected launch digest. No processor vouched for it: that a guest was launched with them shows only in its attestation report.
\`\`\`

## 2. An SEV-SNP launch that does not match, and why

\`${SAMPLE.snpMismatch}\` has the same inputs, and the digest of a guest that has grown and moved to newer machines.

\`\`\`
$ sevscope validate --launch ${SAMPLE.snpMismatch}
…
ERROR: These inputs give another launch digest than the expected one: an input is not what that was computed from.
$ sevscope explain --launch ${SAMPLE.snpMismatch}
It matches with CPU EPYC-Genoa (25/17/0) (not EPYC-Milan (25/1/1)) and vCPUs 4 (not 2)
…
  launch file  set "cpu" to "EPYC-Genoa", set "vcpus" to 4

Only a suggestion: with the inputs as given it does not match.
\`\`\`

**Change Launch File** makes the change; then it matches.

## 3. An SEV-ES launch that matches

With SEV-ES the platform reports a measurement, an HMAC over the launch digest under a key of the owner's. \`${SAMPLE.sevEsMatches}\` names the keys
and holds what was reported.

\`\`\`
$ sevscope validate --launch ${SAMPLE.sevEsMatches}
OK: The reported measurement equals the expected one: the guest was launched with exactly these inputs.
\`\`\`

## 4. An SEV-ES launch that does not match, and why

\`${SAMPLE.sevEsMismatch}\` gives the VMSA as a file, \`${SAMPLE.wrongVmsa}\`, in which two fields are wrong.

\`\`\`
$ sevscope explain --launch ${SAMPLE.sevEsMismatch}
It matches with profile sev-es (not sev-es-debugswap, by the file) and CPU EPYC-Milan (25/1/1) (not EPYC-Genoa (25/17/0), by the file)
…
  weight       a mistake in the inputs of the check, or in the configuration of the guest
…
\`\`\`

## The firmware and the VMSAs

Open \`${SAMPLE.firmware}\`: which guests it can start, its volumes, the GUIDed table, and the memory that an SNP launch measures. Its SHA-256 is
\`${firmwareSha256}\`.

\`\`\`
$ sevscope ovmf show ${SAMPLE.firmware}
${SAMPLE.firmware}: OVMF image, 262144 bytes (256 KiB), mapped at 0xfffc0000
  code and variables in one image, both measured; AmdSev build (64-bit)
…
  SNP            not excluded  SEV metadata with 7 ranges
…
\`\`\`

Open \`${SAMPLE.wrongVmsa}\` and run **SEV: Compare VMSA with Generated…** for EPYC-Milan: both wrong fields, each with its cause.

\`\`\`
$ sevscope vmsa diff ${SAMPLE.wrongVmsa} --cpu-model EPYC-Milan
${SAMPLE.wrongVmsa} differs from the generated page (sev-es, bsp) in 2 of 227 fields:
…
\`\`\`
`;
