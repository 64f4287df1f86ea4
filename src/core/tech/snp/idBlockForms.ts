// The forms in which VMMs take an ID block and its ID authentication.

import { hex, toBase64 } from '../../binary/hex';
import { decode } from '../../binary/struct';
import { ID_BLOCK } from './idBlock';
import { isVouched } from './idBlockRules';

/** Both structures. */
interface Pair {
  readonly block: Uint8Array;
  readonly auth: Uint8Array;
}

interface FormRow {
  readonly id: string;
  /** Whom it is for. */
  readonly title: string;
  readonly text: (pair: Pair) => string;
}

const policyOf = ({ block }: Pair): bigint => decode(ID_BLOCK, block).policy;

/** Where Kata Containers takes settings of one pod from. */
const KATA = 'io.katacontainers.config.hypervisor';

/** All forms. */
export const ID_BLOCK_FORMS = [
  {
    id: 'qemu',
    title: "properties of QEMU's sev-snp-guest object",
    text: (pair) =>
      `id-block=${toBase64(pair.block)},id-auth=${toBase64(pair.auth)}${isVouched(pair.auth) ? ',author-key-enabled=on' : ''}`,
  },
  {
    id: 'libvirt',
    title: 'launchSecurity of a libvirt domain',
    text: (pair) =>
      [
        `<launchSecurity type='sev-snp'${isVouched(pair.auth) ? " authorKey='yes'" : ''}>`,
        `  <policy>${hex(policyOf(pair), 8)}</policy>`,
        `  <idBlock>${toBase64(pair.block)}</idBlock>`,
        `  <idAuth>${toBase64(pair.auth)}</idAuth>`,
        '</launchSecurity>',
      ].join('\n'),
  },
  {
    id: 'kata',
    title: 'annotations of a pod for Kata Containers',
    text: (pair) =>
      [
        `${KATA}.snp_guest_policy: "${policyOf(pair)}"`,
        `${KATA}.snp_id_block: "${toBase64(pair.block)}"`,
        `${KATA}.snp_id_auth: "${toBase64(pair.auth)}"`,
      ].join('\n'),
  },
] as const satisfies readonly FormRow[];

/** The name of a form. */
export type IdBlockForm = (typeof ID_BLOCK_FORMS)[number]['id'];

/** Both structures in the form of a VMM, a text without a line end at its end. */
export const idBlockForm = (id: IdBlockForm, pair: Pair): string =>
  ID_BLOCK_FORMS.find((form) => form.id === id)!.text(pair);
