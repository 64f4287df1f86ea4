// The steps of a verification about the certificate that signed the report: its kind, its product, its signature, its TCB and its chip.

import { countOf, hex, isSameBytes, isZero } from '../binary/hex';
import { roleOf, type Certificate, type From } from './certificate';
import { SIGNED_SIZE } from './layout';
import { productRow, PRODUCTS, TCB_LAYOUTS, type ProductName, type TcbComponent } from './products';
import { describeTcb, isChipMasked, isChipUnsaid, signingKeyOf, type AttestationReport } from './report';
import { failed, judged, notChecked, passed, type Step } from './steps';
import { otherParts } from './tcb';
import type { Runtime } from './evidence';

/** The product of a certificate: by what it says itself, without the stepping. */
export function productOfLeaf({ leaf }: Certificate): ProductName | undefined {
  const name = leaf.product?.replace(/-[A-Z][0-9]$/, '');
  return PRODUCTS.find((one) => one.name === name)?.name;
}

/** Whether the leaf is of the kind and the product that the report says. */
export function leafSteps(report: AttestationReport, { value }: From<Certificate>): Step[] {
  const { values } = report;
  const signed = signingKeyOf(values);
  const { role } = roleOf(value.subject)!;
  const product = productOfLeaf(value);
  const issuer = roleOf(value.issuer)?.product;
  const said = value.leaf.product ?? 'no product';
  const isProduct = product !== undefined && issuer === product && report.product.names.includes(product);
  const isUnsaid = report.product.names.length === 0 && product !== undefined && issuer === product;
  return [
    judged(
      'key-kind',
      signed === role,
      `A ${role} signed, and the certificate is one.`,
      `The report says that ${signed === 'none' || signed === 'reserved' ? 'no known key' : `a ${signed}`} signed it; the certificate is of a ${role}.`,
    ),
    isUnsaid && values.version < 3
      ? passed(
          'product',
          `The certificate is of ${said}; a report of version ${values.version} without CHIP_ID does not say.`,
        )
      : judged(
          'product',
          isProduct,
          `The certificate is of ${said}, the report of ${report.product.title}.`,
          `The certificate is of ${said}, issued for ${issuer ?? 'no product'}; the report is of ${report.product.title}.`,
        ),
  ];
}

/** Bytes of a number of P-384. */
const NUMBER_SIZE = 48;

/** r and s of a report's signature as WebCrypto takes them; undefined where one is too long. */
export function signatureOf({ values }: AttestationReport): Uint8Array | undefined {
  const { signature_r: r, signature_s: s } = values;
  if (!isZero(r.subarray(NUMBER_SIZE)) || !isZero(s.subarray(NUMBER_SIZE))) return undefined;
  const bytes = new Uint8Array(2 * NUMBER_SIZE);
  bytes.set(r.slice(0, NUMBER_SIZE).reverse());
  bytes.set(s.slice(0, NUMBER_SIZE).reverse(), NUMBER_SIZE);
  return bytes;
}

/** Whether the leaf signed the report. */
export async function signatureStep(
  report: AttestationReport,
  { value, source }: From<Certificate>,
  { verifier }: Runtime,
) {
  const signature = signatureOf(report);
  if (value.key !== 'P-384') return failed('signature', `The key of ${source} is none of P-384.`);
  const isRight =
    report.values.signature_algo === 1 &&
    signature !== undefined &&
    (await verifier.ecdsa(value.spki, signature, report.bytes.subarray(0, SIGNED_SIZE)));
  return judged(
    'signature',
    isRight,
    `The key of ${source} signed bytes 0 to ${hex(SIGNED_SIZE - 1)}.`,
    `The key of ${source} did not sign this report: the report was changed, or it is of another chip, TCB or provider.`,
  );
}

/** The TCB that a certificate is for, in the layout of its product; undefined when it does not say. */
export function tcbOfLeaf({ leaf: { spl } }: Certificate, product: ProductName): Uint8Array | undefined {
  const { tcb } = productRow(product);
  const of = {
    boot_loader: spl.get(1),
    tee: spl.get(2),
    snp: spl.get(3),
    microcode: spl.get(8),
    fmc: spl.get(9),
  };
  const rows = TCB_LAYOUTS[tcb].rows.filter(({ type }) => type === 'u8');
  if (rows.some(({ name }) => (of[name as TcbComponent] ?? 256) > 255)) return undefined;
  if ([4, 5, 6, 7].some((number) => (spl.get(number) ?? 0) !== 0)) return undefined;
  const bytes = new Uint8Array(8);
  for (const { name, offset } of rows) bytes[offset] = of[name as TcbComponent]!;
  return bytes;
}

/** Whether the leaf is for the TCB that the report has. */
export function tcbStep(
  { values }: AttestationReport,
  { value }: From<Certificate>,
  product: ProductName | undefined,
): Step {
  if (product === undefined) return notChecked('tcb', 'It is not known of which product the certificate is.');
  const { tcb } = productRow(product);
  const found = tcbOfLeaf(value, product);
  if (!found) return failed('tcb', 'The certificate does not say which TCB it is for.');
  const others = otherParts(found, values.reported_tcb, tcb);
  return judged(
    'tcb',
    others.length === 0,
    `The certificate is for the reported TCB: ${describeTcb(found, tcb)}.`,
    `The certificate is for ${describeTcb(found, tcb)}; the report has ${describeTcb(values.reported_tcb, tcb)}. They differ in ${others.join(', ')}.`,
  );
}

/** Whether the leaf is of the chip that the report names. */
export function hwidStep(
  { values }: AttestationReport,
  { value }: From<Certificate>,
  product: ProductName | undefined,
): Step {
  const { hwid } = value.leaf;
  if (roleOf(value.subject)?.role === 'VLEK') {
    return isChipUnsaid(values)
      ? notChecked('hwid', 'A VLEK is of a provider, not of a chip.')
      : notChecked('hwid', 'A VLEK is of a provider, not of a chip, although the report names one.');
  }
  if (!hwid) return failed('hwid', 'The certificate does not say of which chip it is.');
  if (isChipUnsaid(values))
    return isChipMasked(values)
      ? notChecked(
          'hwid',
          'CHIP_ID is zero, because the host masks it. That the key signed says that the chip is the one of the certificate.',
        )
      : failed('hwid', 'CHIP_ID is zero, but MASK_CHIP_KEY is clear: the report should name its chip.');
  const size = product === undefined ? hwid.length : productRow(product).chipId;
  const isSame =
    hwid.length === size &&
    isSameBytes(hwid, values.chip_id.subarray(0, size)) &&
    isZero(values.chip_id.subarray(size));
  return judged(
    'hwid',
    isSame,
    `HWID of the certificate is CHIP_ID of the report (${countOf(size, 'byte')}).`,
    'The certificate is of another chip: its HWID is not CHIP_ID of the report.',
  );
}
