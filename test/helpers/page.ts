// Inspects one of our pages in the workbench: rows, cells, bytes, and what an accessibility checker reports.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { leaves } from '../../src/core/binary/struct';
import { VMSA } from '../../src/core/vmsa/layout/layout';
import { ROOT } from './vscodeServer';

/** The text of a page comparison with this many differing fields; the total is computed from the layout. */
export const differing = (count: number): string =>
  `${count} of ${leaves(VMSA).length} fields ${count === 1 ? 'differs' : 'differ'}`;

/** The row of a field, heading or cause. */
export const row = (frame: Frame, id: string): Locator => frame.locator(`[role=row][data-id="${id}"]`);

/** The text of a row's cells, by column. */
export const cells = (frame: Frame, id: string): Promise<string[]> =>
  row(frame, id).getByRole('gridcell').allInnerTexts();

/** The ids of the rows drawn, in order. */
export const rowIds = (frame: Frame): Promise<(string | null)[]> =>
  frame
    .locator('[role=row][data-id]')
    .evaluateAll((rows) => rows.map((element) => element.getAttribute('data-id')));

/** The id of the selected row. */
export const selectedId = (frame: Frame): Promise<string | null> =>
  frame.locator('[role=row][aria-selected=true]').first().getAttribute('data-id');

interface Violation {
  id: string;
  impact?: string | null;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

/** Throws when axe finds a serious or critical problem on the page. */
export async function assertAccessible(frame: Frame): Promise<void> {
  if (!(await frame.evaluate(() => 'axe' in globalThis)))
    await frame.evaluate(readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8'));
  const violations = await frame.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (context: Document, options: object) => Promise<{ violations: Violation[] }> };
    };
    // Only violations: with thousands of cells, listing what passes takes longer than finding what fails.
    return (await axe.run(document, { resultTypes: ['violations'] })).violations;
  });
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = serious.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 5)
        .map((n) => `${n.target.join(' ')} (${n.failureSummary ?? ''})`)
        .join('; ')}`,
  );
  assert.deepEqual(told, []);
}
