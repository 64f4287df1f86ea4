// What a text says of a launch besides its ID block and ID authentication: the policy, and whether the author key counts. Kata Containers takes
// both from annotations of a pod, QEMU from properties of its sev-snp-guest object, libvirt from launchSecurity.

import { parseUnsigned } from '../../binary/hex';

/** What stands beside an ID block. */
export interface StatedLaunch {
  /** As it is written; its value is undefined when that is no number of 64 bits. */
  readonly policy?: { readonly text: string; readonly value: bigint | undefined };
  readonly authorKey?: boolean;
}

/** What is stated, or what is stated twice, a phrase. */
export type ReadStated =
  { readonly ok: true; readonly stated: StatedLaunch } | { readonly ok: false; readonly found: string };

/** The largest part of a policy that is repeated in a message. */
const MOST_TEXT = 40;

/** A value behind a name: `: "1"` of YAML and JSON, `=1` of options; quotes of a shell or of JSON in a text may have a backslash. */
const VALUE = String.raw`\\?["']?\s{0,8}[:=]\s{0,8}\\?["']?([^\s"',;\\<>{}]{1,80})`;

/** In an annotation, or in the settings that Kata reads them from. */
const KATA_POLICY = new RegExp(String.raw`snp_guest_policy${VALUE}`, 'gi');

/** The words with properties of the object that takes an ID block; a text may have other objects with a policy. */
const qemuObjects = (text: string): string[] =>
  text.split(/\s+/).filter((word) => /\bid-(?:block|auth)\b/.test(word));
const QEMU_POLICY = new RegExp(String.raw`(?<![\w.-])policy${VALUE}`, 'gi');
const QEMU_AUTHOR = new RegExp(String.raw`author-key-enabled${VALUE}`, 'gi');

/** The elements of launchSecurity. */
const libvirtElements = (text: string): string[] =>
  text
    .split('</launchSecurity>')
    .slice(0, -1)
    .map((part) => part.slice(Math.max(0, part.lastIndexOf('<launchSecurity'))));
const LIBVIRT_POLICY = /<policy>\s{0,80}([^<\s]{1,80})\s{0,80}<\/policy>/gi;
const LIBVIRT_AUTHOR = /\bauthorKey\s{0,8}=\s{0,8}["']?(\w{1,20})/gi;

/** The forms in which a text states either. */
const FORMS: readonly {
  readonly within: (text: string) => readonly string[];
  readonly policy: RegExp;
  readonly author?: RegExp;
  /** Whether a policy without 0x is hexadecimal, too: `<policy>10</policy>` is 0x10. */
  readonly isHex?: true;
}[] = [
  { within: (text) => [text], policy: KATA_POLICY },
  { within: qemuObjects, policy: QEMU_POLICY, author: QEMU_AUTHOR },
  { within: libvirtElements, policy: LIBVIRT_POLICY, author: LIBVIRT_AUTHOR, isHex: true },
];

/** How booleans are written. */
const SWITCHES: Readonly<Record<string, boolean>> = {
  ...{ on: true, yes: true, true: true },
  ...{ off: false, no: false, false: false },
};

const valuesOf = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, value]) => value!);

const numberOf = (text: string): bigint | undefined => {
  const value = parseUnsigned(text);
  return value !== undefined && value >> 64n === 0n ? value : undefined;
};

/** Reads what a text states. The same twice is once; what is no number is not lost. */
export function readStated(text: string): ReadStated {
  const policies = new Map<string, NonNullable<StatedLaunch['policy']>>();
  const authors = new Set<boolean>();
  for (const { within, policy, author, isHex } of FORMS)
    for (const part of within(text)) {
      for (const written of valuesOf(part, policy)) {
        const value = numberOf(isHex ? written.replace(/^(?:0x)?/i, '0x') : written);
        policies.set(value === undefined ? written : value.toString(), {
          text: written.slice(0, MOST_TEXT),
          value,
        });
      }
      for (const written of author ? valuesOf(part, author) : []) {
        const isOn = SWITCHES[written.toLowerCase()];
        if (isOn !== undefined) authors.add(isOn);
      }
    }
  if (policies.size > 1) return { ok: false, found: 'several policies that differ' };
  if (authors.size > 1) return { ok: false, found: 'an author key that is on and off' };
  const [policy] = policies.values();
  const [authorKey] = authors;
  return {
    ok: true,
    stated: { ...(policy && { policy }), ...(authorKey !== undefined && { authorKey }) },
  };
}
