// Digests of single files and of parts of a launch that people take for a launch digest, each as long as the value that is to be explained.

import { bytesOfText } from '../core/binary/rawText';
import { computeImageDigests } from '../core/check/imageDigests';
import type { LaunchFacts } from '../core/explain/launchFacts';
import { isLong } from '../core/explain/mistaken';
import { PageStates } from '../core/explain/pageStates';
import { givenSvsm } from '../core/explain/searchTechnologies';
import { givenSetting } from '../core/explain/setting';
import { encodeHashTable } from '../core/launch/kernelHashes';
import type { Io } from './io';

type OfFile = LaunchFacts['ofFiles'][number];

/** What is in memory, and its name. */
function contentsOf(facts: LaunchFacts): (readonly [name: string, bytes: Uint8Array])[] {
  const { firmwares, svsms, cmdline, kernel, initrd, vmsa } = facts;
  const [{ name, parts }] = firmwares;
  const svsm = givenSvsm({ svsms });
  const { cmdline: hash } = givenSetting(facts);
  return [
    ...parts.slice(0, 1).map((image) => [name, image] as const),
    ...(svsm ? [[svsm.name, svsm.bytes] as const] : []),
    ...(cmdline === undefined
      ? []
      : ([
          ['the command line and a NUL', bytesOfText(`${cmdline}\0`)],
          ['the command line without a NUL', bytesOfText(cmdline)],
          ['the command line and a line feed', bytesOfText(`${cmdline}\n`)],
        ] as const)),
    ...(kernel
      ? [
          [
            'the table of kernel hashes',
            encodeHashTable({ kernel: kernel.sha256, initrd: initrd?.sha256, cmdline: hash }),
          ] as const,
        ]
      : []),
    ...(vmsa ? [['the VMSA file of the boot processor', vmsa.bsp] as const] : []),
    ...(vmsa?.ap ? [['the VMSA file of the other vCPUs', vmsa.ap] as const] : []),
  ];
}

/** The launch digest that the inputs of a measurement give with SEV-SNP; none where no VMM launches them so. */
function ofSnp(io: Io, facts: LaunchFacts): OfFile[] {
  const other: LaunchFacts = { ...facts, technology: 'snp', profile: undefined, features: undefined };
  if (!other.firmwares[0].image.sevMetadata) return [];
  const digest = new PageStates(other, io.hashes).digest(givenSetting(other));
  return digest instanceof Uint8Array
    ? [
        {
          words: 'the launch digest that these inputs give with SEV-SNP',
          digest: digest.slice(),
          isLaunch: true,
        },
      ]
    : [];
}

/** The digests of the given files, and of parts of the launch, as long as the value that is to be explained. */
export function digestsOfFiles(io: Io, facts: LaunchFacts): OfFile[] {
  const { firmwares, kernel, initrd, wanted } = facts;
  const { sha256, sha384 } = io.hashes;
  const [hash, name] = isLong(wanted) ? [sha384, 'SHA-384'] : [sha256, 'SHA-256'];
  const streamed = [kernel, initrd].flatMap((file) => {
    const digest = isLong(wanted) ? file?.sha384 : file?.sha256;
    return file && digest ? [{ words: `the ${name} of ${file.name}`, digest }] : [];
  });
  const [image] = firmwares[0].parts;
  const pages = isLong(wanted) && image ? computeImageDigests(image, io.hashes).snpOvmfHash : undefined;
  return [
    ...contentsOf(facts).map(([what, bytes]) => ({ words: `the ${name} of ${what}`, digest: hash(bytes) })),
    ...streamed,
    ...(pages ? [{ words: `the digest of the pages of ${firmwares[0].name} alone`, digest: pages }] : []),
    ...(wanted.kind === 'measurement' ? ofSnp(io, facts) : []),
  ];
}
