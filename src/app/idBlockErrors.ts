// ID blocks that cannot be made or read.

import { usage, type CheckError } from '../core/errors';
import { refusedPolicyText } from '../core/tech/snp/policyRules';
import { withoutKey } from '../core/check/keyText';

/** A file is no private key that signs ID blocks. @param found what it is instead, a phrase @param input the option that names it */
export function badSigningKey(input: string, path: string, found: string): CheckError {
  const isLocked = found.includes('passphrase');
  return usage(
    'bad-signing-key',
    `${path} is ${found}; an ID block is signed with a private key of P-384, in PEM or DER, without a passphrase.`,
    {
      advice: isLocked
        ? 'Write it without one, to memory only: openssl pkey -in KEY -out /dev/shm/key.pem.'
        : 'Make one: openssl ecparam -name secp384r1 -genkey -noout -out key.pem.',
      at: { input },
    },
  );
}

/** ID key and author key are the same. */
export function sameSigningKeys(): CheckError {
  return usage('same-signing-keys', 'The ID key and the author key are the same key.', {
    advice: 'Leave the author key out, or give the one that vouches for ID keys.',
    at: { input: '--author-key' },
  });
}

/** A file or text holds no ID block. @param found what it holds, a phrase */
export function noIdBlock(name: string, found: string): CheckError {
  return usage(
    'no-id-block',
    `${withoutKey(name)} holds neither an ID block (96 bytes) nor an ID authentication (4096 bytes); it holds ${found}.`,
    {
      advice:
        "Give them as bytes, in base64 or hexadecimal, or in QEMU's options, libvirt's XML or Kata's annotations.",
    },
  );
}

/** Two files hold different ones of the same structure. @param what `ID block` */
export function twoIdBlocks(what: string): CheckError {
  return usage('two-id-blocks', `There are two of the ${what}, and they differ.`, {
    advice: 'Give one pair.',
  });
}

/** Two texts state different policies beside what they hold. */
export function twoPolicies(one: string, other: string): CheckError {
  return usage('two-stated-policies', `The texts state two policies, ${one} and ${other}.`, {
    advice: 'Give the texts of one launch.',
  });
}

/** Only one of both structures was given to be checked. @param what is missing, a phrase with its article */
export function halfIdBlock(what: string): CheckError {
  return usage(
    'half-id-block',
    `The launch needs ${what}, too, without which no signature can be verified.`,
    {
      advice: 'Give the files of both, or a text that holds both.',
    },
  );
}

/** A launch file for an ID block is of another technology. */
export function notSnpLaunch(path: string): CheckError {
  return usage('not-snp-launch', `${path} is no launch of SEV-SNP, and only SNP has ID blocks.`, {
    advice: 'Set "technology" to "snp" in it, or give a launch digest.',
    at: { input: '--launch' },
  });
}

/** The inputs of a launch file give another digest than the one that it names. */
export function otherLaunchDigest(path: string, found: string, named: string): CheckError {
  return usage(
    'other-launch-digest',
    `The inputs in ${path} give the launch digest ${found}, and the file expects ${named}: no ID block was made.`,
    { advice: 'Find out why, with sevscope explain --launch FILE.', at: { input: '--launch' } },
  );
}

/** No firmware launches a guest under a policy. @param why a phrase */
export function unfitIdPolicy(policy: bigint, why: string): CheckError {
  return usage('unfit-policy', refusedPolicyText(policy, why), {
    advice: 'The usual policy is 0x30000.',
    at: { input: '--policy' },
  });
}
