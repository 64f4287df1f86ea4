// Signs an ID block in a process that ends: numbers of a signature cannot be cleared, and no key is ever in the process of the editor.

import type { Io } from '../../app/io';
import * as errors from './errors';

/** What is signed, by whom, and where it is written. */
export interface SigningOrder {
  /** In hexadecimal or base64, or the path of a launch file that gives it. */
  readonly digest: { readonly launchDigest: string } | { readonly launch: string };
  readonly familyId?: string;
  readonly imageId?: string;
  readonly guestSvn?: string;
  /** In 0x form. */
  readonly policy: string;
  /** Paths. */
  readonly idKey: string;
  readonly authorKey?: string;
  readonly blockFile: string;
  readonly authFile: string;
}

/** The arguments of the command line. */
function argumentsOf({ digest, policy, ...order }: SigningOrder): string[] {
  const values = {
    '--launch': 'launch' in digest ? digest.launch : undefined,
    '--launch-digest': 'launch' in digest ? undefined : digest.launchDigest,
    '--policy': policy,
    '--family-id': order.familyId,
    '--image-id': order.imageId,
    '--guest-svn': order.guestSvn,
    '--id-key': order.idKey,
    '--author-key': order.authorKey,
    '--id-block-file': order.blockFile,
    '--id-auth-file': order.authFile,
  };
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return ['id-block', 'create', ...given.map(([option, value]) => `${option}=${value!}`)];
}

/** Signs. @returns whether it was let to @throws CheckError with what the command line says */
export async function signIdBlock(io: Io, order: SigningOrder, signal?: AbortSignal): Promise<boolean> {
  const { isDone, stderr } = await io.commandLine(argumentsOf(order), signal);
  if (isDone) return true;
  if (signal?.aborted) return false;
  throw errors.notSigned(/^ERROR: (.*)$/m.exec(stderr)?.[1]);
}
