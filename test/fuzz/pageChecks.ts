// Pages to begin with, and what must hold of every page and of whatever pages are read from.

import assert from 'node:assert/strict';
import { jsonText } from '../../src/core/binary/json';
import { decode, encode } from '../../src/core/binary/struct';
import { vmsaFindings } from '../../src/core/vmsa/checks';
import { findPages, type NotPages, type PagesRead } from '../../src/core/vmsa/forms/findPages';
import { partJson } from '../../src/core/vmsa/forms/pageJson';
import { generateVmsa, type VmsaRequest } from '../../src/core/vmsa/launch/generate';
import { VMSA } from '../../src/core/vmsa/layout/layout';
import { stateSummary, vmsaFields, vmsaSummary } from '../../src/core/vmsa/page';
import { knownFields, unknownByGroup } from '../../src/core/vmsa/part';
import { knownFindings } from '../../src/core/vmsa/partChecks';
import { pageKind, whyNoState } from '../../src/core/vmsa/pageKind';
import { findFilePages } from '../../src/host/vmsa/pages';
import { chooseState } from '../../src/app/vmsaFile';
import { assertSentence, readOrCode, type Outcome } from './target';
import { decodePage } from '../../src/core/vmsa/vmsaPage';

/** Bytes of a page. */
export const SIZE = 4096;
/** The CPU of these pages. */
export const CPU = { family: 25, model: 1, stepping: 1 };
/** A page of a launch. */
export const page = (over: Partial<VmsaRequest> = {}) =>
  generateVmsa({ profile: 'snp', role: 'bsp', cpu: CPU, resetAddress: 0x80b004, ...over }).bytes;
/** The same, in which every line of 16 bytes is another one. */
export const marked = (bytes: Uint8Array) => {
  const copy = bytes.slice();
  for (let at = 0x1e0; at < 0x600; at += 16) copy.set([1, at >> 8, at & 0xff], at + 12);
  return copy;
};
/** Pages to begin with. */
export const PAGES = () => [
  page(),
  page({ role: 'ap' }),
  page({ profile: 'sev-es' }),
  marked(page()),
  new Uint8Array(SIZE),
];

/** Reads a page, judges it and writes it in every form, from which it is read again. */
export function checkPage(bytes: Uint8Array): string {
  const values = decode(VMSA, bytes);
  assert.deepEqual(encode(VMSA, values), bytes, 'encoding undoes decoding');
  const findings = vmsaFindings(decodePage(bytes));
  for (const { offset, size, message } of findings) {
    assert.ok(offset >= 0 && size >= 0 && offset + size <= SIZE, `a finding at ${offset}, ${size} bytes`);
    assertSentence(message);
  }
  let at = 0;
  for (const { offset, size } of vmsaFields(decodePage(bytes))) {
    assert.equal(offset, at, 'each byte is in one field');
    at += size;
  }
  assert.equal(at, SIZE);
  assertSentence(vmsaSummary(decodePage(bytes)));
  assertSentence(stateSummary(decodePage(bytes)));
  pageKind(bytes);
  whyNoState(decodePage(bytes));
  return findings.map(({ rule }) => rule).join();
}

/** What must hold for whatever pages are read from. */
export function assertFound(found: PagesRead | NotPages): string {
  if ('reason' in found) {
    assertSentence(found.reason);
    for (const { bytes, part, notes, label } of found.partial ?? []) {
      assert.equal(bytes.length, SIZE);
      notes.forEach(assertSentence);
      assertSentence(label);
      for (const { name } of knownFields(decodePage(bytes), part)) assert.ok(part.known.has(name));
      for (const { message } of knownFindings(decodePage(bytes), part)) assertSentence(message);
      unknownByGroup(part);
      JSON.parse(jsonText(partJson(decodePage(bytes), { part, notes, label }, 'x', 'form')));
    }
    return `${found.format ?? ''} ${found.reason.replaceAll(/\d+/g, '#').slice(0, 60)} ${found.partial?.length ?? 0}`;
  }
  assert.ok(found.pages.length > 0 && found.pages.length <= 512);
  for (const { bytes, note, label } of found.pages) {
    assert.equal(bytes.length, SIZE, 'a whole page');
    if (note !== undefined) assertSentence(note);
    assertSentence(label);
  }
  return `${found.format} ${found.pages.length} ${found.pages[0]!.note?.replaceAll(/\d+/g, '#').slice(0, 60) ?? ''}`;
}

/** Reads the pages of an input and checks them. */
export function readPages(input: Uint8Array): Outcome {
  const found = findPages(input);
  const feature = assertFound(found);
  findFilePages(input);
  const chosen = readOrCode(() => chooseState('x.log', found, 'reason' in found ? undefined : 0));
  return { feature, result: [found, chosen.code] };
}
