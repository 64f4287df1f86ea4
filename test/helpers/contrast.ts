// The contrast of what a page shows, computed from its styles as WCAG 2.2 does it (1.4.3 for text, 1.4.11 for marks).

import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';

/** Text on its background. */
const TEXT = 4.5;
/** A line that means something, on what is beside it. */
const MARK = 3;

/** Runs in the page once: puts `contrastOf` and `stackOf` on its global object. */
function installContrast(): void {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1, 1];
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const known = new Map<string, number>();
  /** The relative luminance of colours painted over each other. */
  const luminance = (colours: readonly string[]): number => {
    const key = colours.join('|');
    const found = known.get(key);
    if (found !== undefined) return found;
    for (const colour of ['#fff', ...colours]) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = Array.from(context.getImageData(0, 0, 1, 1).data, (byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    const value = 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    known.set(key, value);
    return value;
  };
  const stackOf = (element: Element): string[] => {
    const colours: string[] = [];
    for (let at: Element | null = element; at; at = at.parentElement)
      colours.unshift(getComputedStyle(at).backgroundColor);
    return colours;
  };
  const contrastOf = (element: Element, colour: string): number => {
    const ground = stackOf(element);
    const [a, b] = [luminance(ground), luminance([...ground, colour])];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  Object.assign(globalThis, { contrastOf, stackOf });
}

type Contrast = (element: Element, colour: string) => number;

const install = (frame: Frame) => frame.evaluate(installContrast);

/** Throws when text that can be seen on a page has too little contrast. @param state of the page, in words */
export async function assertReadable(frame: Frame, state: string): Promise<void> {
  await install(frame);
  const faint = await frame.evaluate((least) => {
    const { contrastOf } = globalThis as unknown as { contrastOf: Contrast };
    const said = new Set<string>();
    for (const element of document.querySelectorAll('#root *:not(svg *, vscode-option)')) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      if (!own || !element.checkVisibility() || element.closest('.visually-hidden, [disabled]')) continue;
      const contrast = contrastOf(element, getComputedStyle(element).color);
      if (contrast < least)
        said.add(
          `${element.className} in ${element.parentElement!.className}: ${contrast.toFixed(2)} (${element.textContent.slice(0, 20)})`,
        );
    }
    return [...said];
  }, TEXT);
  assert.deepEqual(faint, [], state);
}

/**
 * Throws when a byte cannot be read in one of the states that it can have, or when a state does not show. Tried on the
 * byte under the pointer and on one beside it.
 * @param lines whether the theme has lines in place of tints
 */
export async function assertBytesReadable(frame: Frame, state: string, lines: boolean): Promise<void> {
  await install(frame);
  const panes = await frame.locator('.hex').all();
  for (const pane of panes) {
    const bytes = pane.locator('.hex-bytes [data-at]');
    await bytes.nth(3).hover({ force: true });
    const wrong = await pane.evaluate(tryStates, { text: TEXT, mark: MARK, lines });
    assert.deepEqual(wrong.slice(0, 10), [], `${state}: ${wrong.length} states of a byte`);
  }
}

/** Runs in the page: gives two bytes every combination of states, and looks at each. */
function tryStates(
  pane: Element,
  { text, mark, lines }: { text: number; mark: number; lines: boolean },
): string[] {
  const { contrastOf, stackOf } = globalThis as unknown as {
    contrastOf: Contrast;
    stackOf: (element: Element) => string[];
  };
  const wrong: string[] = [];
  const all = [...pane.querySelectorAll('.hex-bytes [data-at], .hex-ascii [data-at]')];
  const tried = [...all.slice(2, 4), ...all.filter((byte) => byte.closest('.hex-ascii')).slice(2, 4)];
  for (const byte of tried) {
    const before = byte.className;
    const hovered = byte.matches(':hover') ? 'hovered ' : '';
    for (const tint of ['', 'tint-0', 'tint-1', 'tint-2', 'tint-3'])
      for (let bits = 0; bits < 16; bits++) {
        const states = ['zero', 'byte-differs', 'byte-selected', 'byte-cursor'].filter(
          (_, i) => bits & (1 << i),
        );
        byte.className = [tint, ...states].join(' ');
        const style = getComputedStyle(byte);
        const say = (what: string) =>
          wrong.push(`${byte.parentElement!.className} ${hovered}${byte.className}: ${what}`);
        const readable = contrastOf(byte, style.color);
        if (readable < text) say(`text ${readable.toFixed(2)}`);
        const shows = (colour: string, what: string) => {
          const contrast = contrastOf(byte, colour);
          if (contrast < (lines ? mark : 1.3)) say(`${what} ${contrast.toFixed(2)}`);
        };
        if (states.includes('byte-differs')) {
          if (!style.textDecorationLine.includes('underline')) say('a difference has no underline');
          shows(style.textDecorationColor, 'underline');
        }
        if (states.includes('byte-cursor') && !pane.matches('.hex-idle')) shows(style.outlineColor, 'cursor');
        if (lines && tint !== '') {
          if (style.borderBottomStyle === 'none') say('a band has no line');
          shows(style.borderBottomColor, 'line of a band');
        }
        if (!lines && tint !== '' && states.length === 0 && hovered === '') {
          const tinted = stackOf(byte).at(-1);
          if (tinted === 'rgba(0, 0, 0, 0)') say('a band has no tint');
        }
        if (states.includes('byte-selected') && stackOf(byte).at(-1) === 'rgba(0, 0, 0, 0)')
          say('a selection has no ground');
      }
    byte.className = before;
  }
  return wrong;
}
