// VMSA pages as bytes: judged, compared, identified, and written in every form, from which they are read again.

import assert from 'node:assert/strict';
import { generateVmsa } from '../../../src/core/vmsa/launch/generate';
import { jsonText } from '../../../src/core/binary/json';
import { terminalText } from '../../../src/core/binary/plainText';
import {
  comparePages,
  compareWithGenerated,
  type ComparedField,
} from '../../../src/core/vmsa/compare/compare';
import { comparisonJson, comparisonMarkdown } from '../../../src/core/vmsa/compare/exportComparison';
import { findLaunches } from '../../../src/core/vmsa/compare/foundLaunches';
import { changedFields } from '../../../src/core/vmsa/edit';
import { EXPORTS, findExport } from '../../../src/core/vmsa/forms/exportPage';
import { findForm } from '../../../src/core/vmsa/forms/exportForms';
import { findPages } from '../../../src/core/vmsa/forms/findPages';
import { pageJson } from '../../../src/core/vmsa/forms/pageJson';
import { assertPlain, assertSentence, bytesOf, type Target } from '../target';
import { CPU, SIZE, PAGES, assertFound, checkPage, page } from '../pageChecks';
import { decodePage } from '../../../src/core/vmsa/vmsaPage';

const TWO = () => new Uint8Array([...page(), ...page({ role: 'ap' })]);

const pathOf = ({ actual }: ComparedField): string => actual.name;

const bytesOfPage: Target = {
  name: 'vmsa-pages',
  form: 'bytes',
  most: 2 * SIZE,
  seeds: () => [...PAGES(), TWO()],
  run(input) {
    const bytes =
      input.length >= SIZE ? input.slice(0, SIZE) : new Uint8Array(SIZE).fill(0).map((_, i) => input[i] ?? 0);
    const feature = `${checkPage(bytes)} ${assertFound(findPages(input))}`;
    const other = page();
    const comparison = comparePages(decodePage(bytes), decodePage(other));
    const differing = comparison.fields.filter(({ differs }) => differs).map(pathOf);
    assert.deepEqual(
      comparePages(decodePage(other), decodePage(bytes))
        .fields.filter(({ differs }) => differs)
        .map(pathOf),
      differing,
    );
    assert.equal(changedFields(bytes, other).length === 0, Buffer.compare(bytes, other) === 0);
    const names = { actual: 'a', expected: 'b' };
    assertPlain(terminalText(comparisonMarkdown(comparison, names)));
    JSON.parse(jsonText(comparisonJson(comparison, names)));
    compareWithGenerated(decodePage(bytes), generateVmsa({ profile: 'snp', role: 'bsp', cpu: CPU }));
    JSON.parse(jsonText(pageJson(decodePage(bytes), 'x')));
    return { feature, result: differing };
  },
};

/** The forms that every byte of a page survives. */
const WHOLE_FORMS: readonly string[] = ['bin', 'json', 'hex', 'base64', 'csv', 'c'];

const exported: Target = {
  name: 'vmsa-exports',
  form: 'bytes',
  slow: true,
  most: SIZE,
  seeds: PAGES,
  run(input) {
    const bytes = new Uint8Array(SIZE);
    bytes.set(input.subarray(0, SIZE));
    const shown = [];
    for (const { id, write } of EXPORTS) {
      assert.equal(findForm(id)?.id, findExport(id)?.id);
      const written = write(bytes, 'page.vmsa');
      const text = typeof written === 'string' ? written : '';
      assertPlain(text.replaceAll('\r', ''));
      const found = findPages(typeof written === 'string' ? bytesOf(written) : written);
      if ('reason' in found) {
        assertSentence(found.reason);
        shown.push(`${id}!`);
        // A page of nothing is nothing in text, either.
        continue;
      }
      assert.equal(found.pages.length, 1, id);
      if (WHOLE_FORMS.includes(id))
        assert.deepEqual(found.pages[0]!.bytes, bytes, `${id} gives the page again`);
    }
    return { feature: shown.join(), result: shown };
  },
};

const identified: Target = {
  name: 'identified-pages',
  form: 'bytes',
  slow: true,
  most: SIZE,
  seeds: PAGES,
  run(input) {
    const bytes = new Uint8Array(SIZE);
    bytes.set(input.subarray(0, SIZE));
    const { match, launches, tried, notState } = findLaunches(bytes);
    for (const { distance } of launches) assertSentence(distance);
    if (match === 'exact') assert.ok(launches.some(({ equal }) => equal));
    const feature = [match, launches.length, notState ?? ''].join();
    return { feature, result: [tried, launches] };
  },
};

/** The targets of pages as bytes. */
export const PAGE_TARGETS: readonly Target[] = [bytesOfPage, exported, identified];
