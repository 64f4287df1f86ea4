// `sevscope vmsa diff`: compares a page, or what is known of it, with another or with the one that a launch should have.

import * as errors from './errors';
import { comparePages, compareWithGenerated } from '../core/vmsa/compare/compare';
import { comparisonJson, comparisonMarkdown, notCompared } from '../core/vmsa/compare/exportComparison';
import { findPages } from '../core/vmsa/forms/findPages';
import { generateVmsa } from '../core/vmsa/launch/generate';
import { expectedOf, FIELDS_OF_PAGE } from '../core/vmsa/part';
import type { Io } from '../app/io';
import { chooseState, nameOfInput, readWhole } from '../app/vmsaFile';
import { asksForPage, requestFrom, type PageOptions } from './options';
import { printJson, type Output } from './output';
import { noteState, readState } from './pages';
import { printByCause } from './vmsaDifference';

/** The options of `vmsa diff`. */
export interface DiffOptions extends PageOptions {
  readonly json?: true;
  readonly markdown?: true;
  readonly vcpu?: number;
}

/** Reads two files; `vcpu` selects a page in those that have several, unless neither does. */
async function readBoth(io: Io, file: string, other: string, vcpu: number | undefined, out: Output) {
  const paths = [file, other];
  const reads = await Promise.all(paths.map(async (path) => findPages(await readWhole(io, path))));
  const counts = reads.map((read) => ('reason' in read ? (read.partial ?? []) : read.pages).length);
  const single = counts.every((count) => count <= 1);
  return reads.map((read, i) => {
    const state = chooseState(paths[i]!, read, single || counts[i]! > 1 ? vcpu : undefined);
    noteState(paths[i]!, state, out);
    return state;
  });
}

async function compared(io: Io, file: string, other: string | undefined, options: DiffOptions, out: Output) {
  const actual = nameOfInput(file);
  if (other !== undefined) {
    const [a, b] = await readBoth(io, file, other, options.vcpu, out);
    const comparison = comparePages(a!.page, b!.page, { parts: [a!.part, b!.part] });
    return { comparison, names: { actual, expected: nameOfInput(other) } };
  }
  const { page, part } = await readState(io, file, options.vcpu, out);
  const request = await requestFrom(io, page, options, part);
  const generated = expectedOf(generateVmsa(request), part);
  const expected = `the generated page (${request.profile}, ${request.role})`;
  return {
    comparison: compareWithGenerated(page, generated, part),
    names: { actual, expected, request },
  };
}

/** Whether the pages differ in a field that is known. */
export async function diffVmsa(
  io: Io,
  file: string,
  other: string | undefined,
  options: DiffOptions,
  out: Output,
): Promise<boolean> {
  if (other === undefined && !asksForPage(options)) throw errors.comparisonNeeded();
  if (other !== undefined && asksForPage(options)) throw errors.twoComparisons();
  const { comparison, names } = await compared(io, file, other, options, out);
  const { fields } = comparison;
  const differing = fields.filter((f) => f.differs);
  const unknown = FIELDS_OF_PAGE - fields.length;
  if (options.json) {
    printJson(out, comparisonJson(comparison, names));
  } else if (options.markdown) {
    out.data(comparisonMarkdown(comparison, names));
  } else if (differing.length === 0) {
    out.line(
      unknown === 0
        ? `${names.actual} equals ${names.expected}.`
        : `${names.actual} agrees with ${names.expected} in ${fields.length} fields. ${notCompared(unknown)}`,
    );
  } else {
    const count = `${differing.length} of ${fields.length} fields`;
    out.line(`${names.actual} differs from ${names.expected} in ${count}:`);
    if (unknown > 0) out.line(notCompared(unknown));
    printByCause(comparison, 'request' in names, out);
  }
  return differing.length > 0;
}
