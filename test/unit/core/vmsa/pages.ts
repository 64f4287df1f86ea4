// Whole pages written by hand, byte by byte where they are not zero, so that no table of ours is asked; and the
// requests that must generate them.

import type { VmsaRequest } from '../../../../src/core/vmsa/launch/generate';
import { VMSA_SIZE } from '../../../../src/core/vmsa/layout/layout';

/** The CPU of most vectors: EPYC-Milan, signature 0xa00f11. */
export const MILAN = { family: 25, model: 1, stepping: 1 };
/** EPYC-v4, signature 0x800f12. */
export const NAPLES = { family: 23, model: 1, stepping: 2 };
/** No CPU: the signature is 0. */
export const NO_CPU = { family: 0, model: 0, stepping: 0 };
/** A CPU that no list has. */
export const UNHEARD_OF = { family: 27, model: 3, stepping: 4 };
/** The reset address of current AmdSev builds. */
export const RESET = 0x0080b004;
/** Where a Linux guest could start its APs. */
const TRAMPOLINE = 0x00099050;
/** Where the APs of a profile could start. */
export const startOf = (profile: VmsaRequest['profile']) => (profile === 'snp-linux-ap' ? TRAMPOLINE : RESET);
/** Where an SVSM image could start. */
export const SVSM = { entry: 0xffaea000, stack: 0x8000, pageTable: 0x1000, vtom: 2 ** 46 };

/** Hexadecimal by offset; all other bytes are zero. */
export type Bytes = Readonly<Record<number, string>>;

/** The page with these bytes. */
export function pageOf(bytes: Bytes): Uint8Array {
  const page = Buffer.alloc(VMSA_SIZE);
  for (const [offset, text] of Object.entries(bytes)) page.write(text, Number(offset), 'hex');
  return Uint8Array.from(page);
}

/** As sev-snp-measure --mode seves dumps the page of vCPU 0 of an EPYC-Milan guest. */
const INIT2_BSP: Bytes = {
  0x002: '9300ffff',
  0x010: '00f09b00ffff00000000ffff',
  0x022: '9300ffff',
  0x032: '9300ffff',
  0x042: '9300ffff',
  0x052: '9300ffff',
  0x064: 'ffff',
  0x072: '8200ffff',
  0x084: 'ffff',
  0x092: '8b00ffff',
  0x0d0: '0010',
  0x148: '40',
  0x158: '10',
  0x160: '0004',
  0x168: 'f00fffff',
  0x170: '02',
  0x178: 'f0ff',
  0x268: '0604070006040700',
  0x310: '110fa000',
  0x3e8: '01',
  0x408: '801f',
  0x410: '7f03',
};
const AP_START: Bytes = { 0x010: '00f09b00ffff000000008000', 0x178: '04b0' };
const LEGACY: Bytes = { 0x408: '0000', 0x410: '0000' };
const features = (text: string): Bytes => ({ 0x3b0: text });
// RDX 0, SS and TR as KVM has them, and CS too for the boot processor.
const EC2_OLD: Bytes = {
  ...LEGACY,
  ...features('01'),
  0x022: '9200ffff',
  0x092: '8300ffff',
  0x310: '00000000',
};
const NOT_ACCESSED = '9200ffff';

/** The page that COCONUT-SVSM's igvmbuilder writes for SVSM. */
const COCONUT_IGVM: Bytes = {
  0x000: '1000930affffffff',
  0x010: '08009b0affffffff',
  0x020: '1000930affffffff',
  0x030: '1000930affffffff',
  0x040: '1000930affffffff',
  0x050: '1000930affffffff',
  0x0d0: '001d',
  0x148: '60',
  0x150: '0010',
  0x158: '31000080',
  0x170: '02',
  0x178: '00a0aeff',
  0x1d8: '0080',
  0x1f8: '01',
  0x268: '0604070006040700',
  0x330: '0040',
  0x3b0: '29',
  0x3e8: '01',
};

const bsp = (profile: VmsaRequest['profile']): VmsaRequest => ({ profile, role: 'bsp', cpu: MILAN });
const ap = (profile: VmsaRequest['profile']): VmsaRequest => ({
  profile,
  role: 'ap',
  cpu: MILAN,
  resetAddress: RESET,
});

/** Requests and the bytes of their pages. */
export const PAGES: readonly (readonly [VmsaRequest, Bytes])[] = [
  [bsp('sev-es-init2'), INIT2_BSP],
  [ap('sev-es-init2'), { ...INIT2_BSP, ...AP_START }],
  [bsp('sev-es'), { ...INIT2_BSP, ...LEGACY }],
  [ap('sev-es'), { ...INIT2_BSP, ...AP_START, ...LEGACY }],
  [bsp('sev-es-debugswap'), { ...INIT2_BSP, ...LEGACY, ...features('20') }],
  [ap('sev-es-debugswap'), { ...INIT2_BSP, ...AP_START, ...LEGACY, ...features('20') }],
  [bsp('sev-es-init2-debugswap'), { ...INIT2_BSP, ...features('20') }],
  [ap('sev-es-init2-debugswap'), { ...INIT2_BSP, ...AP_START, ...features('20') }],
  [bsp('snp-debugswap'), { ...INIT2_BSP, ...features('21') }],
  [ap('snp-debugswap'), { ...INIT2_BSP, ...AP_START, ...features('21') }],
  [bsp('snp-legacy'), { ...INIT2_BSP, ...LEGACY, ...features('01') }],
  [ap('snp-legacy'), { ...INIT2_BSP, ...AP_START, ...LEGACY, ...features('01') }],
  [bsp('snp-legacy-debugswap'), { ...INIT2_BSP, ...LEGACY, ...features('21') }],
  [ap('snp-legacy-debugswap'), { ...INIT2_BSP, ...AP_START, ...LEGACY, ...features('21') }],
  [bsp('snp-ec2-old'), { ...INIT2_BSP, ...EC2_OLD, 0x010: '00f09a00ffff00000000ffff' }],
  [ap('snp-ec2-old'), { ...INIT2_BSP, ...AP_START, ...EC2_OLD }],
  [{ ...bsp('snp-coconut-igvm'), svsm: SVSM }, COCONUT_IGVM],
  [
    bsp('snp-coconut-guest'),
    {
      ...INIT2_BSP,
      ...features('01'),
      0x0ca: '02',
      0x148: '00',
      0x158: '10000060',
      0x310: '00000000',
      0x40c: '5555',
      0x410: '4000',
    },
  ],
  // What Linux makes from a trampoline at 0x99050, as a guest of it was dumped that had started its APs.
  [
    { ...ap('snp-linux-ap'), resetAddress: TRAMPOLINE },
    {
      0x002: '9200ffff',
      0x010: '00999a00ffff000000900900',
      0x022: '9200ffff',
      0x032: '9200ffff',
      0x042: '9200ffff',
      0x052: '9200ffff',
      0x064: 'ffff',
      0x072: '8200ffff',
      0x084: 'ffff',
      0x092: '8300ffff',
      0x0d0: '0010',
      0x148: '40',
      0x158: '10000060',
      0x160: '0004',
      0x168: 'f00fffff',
      0x170: '02',
      0x178: '50',
      0x268: '0604070006040700',
      0x3b0: '01',
      0x3e8: '01',
      0x408: '801f',
      0x40c: '5555',
      0x410: '40',
    },
  ],
  [
    bsp('kvm'),
    {
      ...INIT2_BSP,
      ...LEGACY,
      0x002: NOT_ACCESSED,
      0x010: '00f09a00ffff00000000ffff',
      0x022: NOT_ACCESSED,
      0x032: NOT_ACCESSED,
      0x042: NOT_ACCESSED,
      0x052: NOT_ACCESSED,
      0x092: '8300ffff',
      0x310: '00060000',
    },
  ],
  [
    bsp('amd-init'),
    { ...INIT2_BSP, 0x0d0: '0000', 0x148: '00', 0x158: '10000060', 0x40c: '5555', 0x410: '4000' },
  ],
];

/** Requests and the SHA-256 of their pages: sevctl's sample pages, and dumps of sev-snp-measure. */
export const DIGESTS: readonly (readonly [VmsaRequest, string])[] = [
  [bsp('sev-es'), 'f8b52f775502472e5797d2674d9de21f6abc05dc05e9bc49cbb7b6a13688d5e7'],
  [ap('sev-es'), 'bcee5cb289f72882da17abd8dca5e8a7e9f8e2033e7ad96b4db0ab1a383a6487'],
  [bsp('sev-es-init2'), 'efcc96a66e22e3d25161643c1331c59ef2b11d0ac63369c49c0cf2133c0b58db'],
  [ap('sev-es-init2'), 'a14b28cfdc8d4d0e2884708ff279ca1204b7e45d45970c38c32fcd3374ba9f4f'],
  [
    { ...bsp('sev-es-init2'), cpu: NAPLES },
    '8295cef559b57130391d59605890ef93297720b48bef9a8c3c985b9c3fb0788c',
  ],
  [
    { ...ap('sev-es-init2'), cpu: NAPLES },
    '7ff723da33f39dedbe8336bb697e0a2f76471690074d5902e1a8177cd5312c95',
  ],
  [{ ...bsp('snp'), cpu: NAPLES }, '591598a62aa556861a392da67feab71a919975d97a579eb1df12503178c9cbb3'],
  [{ ...ap('snp'), cpu: NAPLES }, '4ffee74d299a5d74748460fd6238d5cdbb7da2fe1c12476a9bf3c8ecdbdcd905'],
  [bsp('snp-ec2'), 'd6c9d0409668043e96874082e992eb1a08393f1ad6f3c1be450e51bc2cc66004'],
  [ap('snp-ec2'), 'ce413781191b8f11f8cf1a4a5d9d7f9824356c02390b47ea0d33976bc2430b90'],
  [bsp('snp-gce'), 'a2b1355de1e1f11159d4cfaa28a748c6d19f63b330a7cb09696eda0c5f2f8ab8'],
  [ap('snp-gce'), 'e62b24c0430d685360090aa7362d89bc9009a43794cdd274a57abb8fada49344'],
  [
    { ...bsp('snp-svsm-measure'), cpu: NAPLES, svsm: { entry: 0xffaea000 } },
    'b1187625be0760978a6911cbeb452afbc4da5e11715e4f5bc8ffdc36ea06cac9',
  ],
  [
    { ...bsp('snp-svsm-measure'), role: 'ap', cpu: NAPLES, svsm: { entry: 0xffaea000 } },
    'b1187625be0760978a6911cbeb452afbc4da5e11715e4f5bc8ffdc36ea06cac9',
  ],
  [
    { ...bsp('sev-es-krun'), cpu: NO_CPU },
    '11f53f1dd4831d505b105bba98c6c171291d5e50b6762dcb7797d67768964eaa',
  ],
  [
    { profile: 'sev-es-krun', role: 'ap', cpu: NO_CPU },
    '6765fd666da2b7cc4dbe6dae605ac3eb0b105ab397bf0c01ea0021980d01e8f8',
  ],
];
