// The task behind the page of reference values: computes the launch digests of a question, shows the first of them, keeps all, and writes them when
// it is asked to.

import type { Content, Io } from '../app/io';
import { refuseOverwriting } from '../app/outputs';
import { onceEach, readReferences } from '../app/referenceValues';
import { CheckError, errorData } from '../core/errors';
import { bytesToHex, hex } from '../core/binary/hex';
import type { DigestFinding } from '../core/check/digestRules';
import type { MatrixRow } from '../core/check/matrix';
import { MOST_COPIED, PREVIEW, type ReferenceAnswer, type ReferenceRow } from '../protocol/references';
import type { TaskCode } from './serve';

/** Rows between two answers. */
const ROWS_AT_ONCE = 64;

/** A row as the page draws it. */
const shownRow = ({ profile, cpu, signature, vcpus, digest }: MatrixRow): ReferenceRow => ({
  ...{ profile, cpu, vcpus },
  signature: signature === undefined ? '' : hex(signature, 8),
  digest: bytesToHex(digest),
});

/** The whole of a text; undefined for bytes, or for more than a clipboard should take. */
async function textOf(content: Content): Promise<string | undefined> {
  if (content instanceof Uint8Array) return undefined;
  if (typeof content === 'string') return content.length > MOST_COPIED ? undefined : content;
  let text = '';
  for await (const part of content) {
    text += part;
    if (text.length > MOST_COPIED) return undefined;
  }
  return text;
}

export const referenceValues: TaskCode<'referenceValues'> = async (
  { question, folder },
  { io, answer, hear },
) => {
  const runtime: Io = await io();
  const findings: DigestFinding[] = [];
  let sending: Promise<void> | undefined;
  const onProgress = (name: string, done: number, total: number | undefined) => {
    // One at a time: what is read meanwhile is in the next.
    sending ??= answer({ type: 'reading', name, done, ...(total !== undefined && { total }) }).then(() => {
      sending = undefined;
    });
  };
  const find = (finding: DigestFinding) => void findings.push(finding);
  const { total, rows, files, write } = await readReferences(runtime, question, { find, onProgress }, folder);
  const all: MatrixRow[] = [];
  let shown = 0;
  const send = () => {
    const end = Math.min(all.length, PREVIEW);
    const next = all.slice(shown, end).map(shownRow);
    shown = end;
    return answer({ type: 'rows', rows: next, done: all.length, total });
  };
  await send();
  for (const row of rows()) {
    all.push(row);
    if (all.length % ROWS_AT_ONCE === 0) await send();
  }
  // Whether the form can say the launches is known before anybody asks for it.
  if (question.format === 'dstack') await write(all);
  await send();
  const distinct = new Set(all.map(({ digest }) => bytesToHex(digest))).size;
  await answer({ type: 'computed', distinct, findings: onceEach(findings) });
  const deliver = async (path: string | undefined): Promise<ReferenceAnswer> => {
    const content = await write(all);
    if (path === undefined) return { type: 'text', text: await textOf(content) };
    await refuseOverwriting(runtime, [{ name: 'What is saved', path }], files);
    await runtime.write(path, content);
    return { type: 'saved', path };
  };
  hear(({ path }) => {
    deliver(path).then(answer, (error: unknown) => {
      if (!(error instanceof CheckError)) throw error;
      return answer({ type: 'refused', error: errorData(error) });
    });
  });
  return new Promise(() => undefined);
};

/** Fills in a question. */
export const fillReferences: TaskCode<'fillReferences'> = async (source, { io, answer }) => {
  const [{ questionOfCommand, questionOfLaunch }, { parseDomainXml }] = await Promise.all([
    import('../app/referenceQuestion'),
    import('../libvirt/domainXml'),
  ]);
  await answer(
    'path' in source
      ? questionOfLaunch(await io(), source.text, source.path)
      : questionOfCommand(source.text, source.name, parseDomainXml),
  );
};
