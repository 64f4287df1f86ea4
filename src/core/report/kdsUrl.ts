// Where AMD's key distribution service has the certificates for a report (57230, "VCEK Certificate and KDS Interface Specification").
// Addresses only: nothing here fetches.

import { bytesToHex } from '../binary/hex';
import { leaves, type Leaf } from '../binary/struct';
import { productRow, TCB_LAYOUTS, type ProductName, type TcbComponent } from './products';
import { isChipUnsaid, signingKeyOf, type AttestationReport } from './report';

const HOST = 'https://kdsintf.amd.com';

/** The names of the parts of a TCB in an address. */
const PARAMETERS: Readonly<Record<TcbComponent, string>> = {
  fmc: 'fmcSPL',
  boot_loader: 'blSPL',
  tee: 'teeSPL',
  snp: 'snpSPL',
  microcode: 'ucodeSPL',
};

/** Addresses for one product that a report may be of. */
export interface KdsUrls {
  readonly product: ProductName;
  /** Of the VCEK; undefined when a VLEK signed, which its owner's provider has, or when the report names no chip. */
  readonly vcek: string | undefined;
  /** Of the authorities above it, and of the list of those that are revoked. */
  readonly chain: string;
  readonly crl: string;
}

/** Where AMD has a VCEK, in words. */
export const addressesText = (urls: readonly string[]): string => `AMD has it at ${urls.join(' or ')}`;

/** The addresses for each product that a report may be of; none when its processor is not known. */
export function kdsUrls(report: AttestationReport): KdsUrls[] {
  const { values, product } = report;
  const kind = signingKeyOf(values) === 'VLEK' ? 'vlek' : 'vcek';
  return product.names.map((name) => {
    const { chipId, tcb } = productRow(name);
    const parts = (leaves(TCB_LAYOUTS[tcb]) as readonly Leaf[])
      .filter(({ row }) => row.type === 'u8')
      .map(({ path, offset }) => {
        const spl = String(values.reported_tcb[offset]!).padStart(2, '0');
        return `${PARAMETERS[path as TcbComponent]}=${spl}`;
      });
    const hwid = bytesToHex(values.chip_id.subarray(0, chipId));
    const hasVcek = kind === 'vcek' && !isChipUnsaid(values);
    return {
      product: name,
      vcek: hasVcek ? `${HOST}/vcek/v1/${name}/${hwid}?${parts.join('&')}` : undefined,
      chain: `${HOST}/${kind}/v1/${name}/cert_chain`,
      crl: `${HOST}/${kind}/v1/${name}/crl`,
    };
  });
}
