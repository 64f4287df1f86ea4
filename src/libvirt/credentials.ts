// What libvirt can ask while it logs in (virConnectAuth), and how a person reads it.

import * as v from 'valibot';

/**
 * Types of virConnectCredentialType that a person can answer, in words. Not 1, another account to act as: as with virsh it is
 * the one that logs in, and nobody is asked for two names.
 */
export const CREDENTIALS = {
  2: 'authorization name',
  5: 'passphrase',
  6: 'text',
  7: 'hidden text',
  8: 'realm',
} as const;
/** What kind of answer is asked for. */
export type CredentialKind = (typeof CREDENTIALS)[keyof typeof CREDENTIALS];
/** The kinds that are not to be seen while they are typed. */
export const HIDDEN: readonly CredentialKind[] = ['passphrase', 'hidden text'];

/** The shape of a question. */
export const CredentialSchema = v.strictObject({
  kind: v.picklist(Object.values(CREDENTIALS)),
  prompt: v.string(),
  challenge: v.optional(v.string()),
  fallback: v.optional(v.string()),
});
/** A question: the host's text, what it refers to, and the answer that it expects unless told. */
export type Credential = v.InferOutput<typeof CredentialSchema>;

/** What a person is asked, in the host's words: what they refer to is added where they do not say it themselves. */
export function questionText({ prompt, challenge = '' }: Pick<Credential, 'prompt' | 'challenge'>): string {
  const included = prompt.toLowerCase().includes(challenge.toLowerCase());
  return included ? prompt : `${prompt} ${challenge}`;
}
