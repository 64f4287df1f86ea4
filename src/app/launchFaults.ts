// What makes a text unfit to be read as a launch file, besides not being JSON: a member that occurs twice, of which readers take one or the
// other (RFC 8259, section 4), and a string that no UTF-8 can hold (section 8.2).

import type { Node } from 'jsonc-parser';
import type { MemberPath } from '../core/check/question';

/** A range of a text, in UTF-16 units as VS Code counts. */
export interface TextRange {
  readonly offset: number;
  readonly size: number;
}

/** Where a text is first not JSON. */
export interface BrokenText extends TextRange {
  readonly rule: 'not-json';
  readonly member: MemberPath;
}

/** Where JSON is what no launch file may be. */
export interface UnclearText extends TextRange {
  readonly rule: 'too-deep' | 'too-large' | 'repeated-member' | 'not-unicode';
  readonly member: MemberPath;
  /** Of a repeated member, where it occurs first. */
  readonly first?: number;
}

/** Why a text is refused, under the name of its rule in lint. */
export type TextFault = BrokenText | UnclearText;

/** Nobody reads more of them, and each is shown with its line. */
const MOST_FAULTS = 20;

/** The faults of values that are JSON, in the order of the text, up to an offset; the tree is no deeper than the parser allows. */
export function faultsIn(root: Node, end: number): UnclearText[] {
  const faults: UnclearText[] = [];
  /** Where the walk is; copied for a fault only, because nesting may be deep. */
  const member: string[] = [];
  const add = (node: Node, fault: Pick<UnclearText, 'rule' | 'first'>) => {
    if (faults.length < MOST_FAULTS && node.offset < end)
      faults.push({ ...fault, member: [...member], offset: node.offset, size: node.length });
  };
  const walk = (node: Node): void => {
    const places = new Map<string, number>();
    for (const [i, child] of (node.children ?? []).entries()) {
      const [name, value]: readonly (Node | undefined)[] =
        child.type === 'property' ? (child.children ?? []) : [undefined, child];
      member.push(name ? String(name.value) : String(i));
      if (name) {
        const text = String(name.value);
        const first = places.get(text);
        if (first === undefined) places.set(text, name.offset);
        else add(name, { rule: 'repeated-member', first });
        checkText(name);
      }
      if (value) walk(value);
      member.pop();
    }
    checkText(node);
  };
  const checkText = (node: Node): void => {
    if (node.type === 'string' && !isUnicode(String(node.value))) add(node, { rule: 'not-unicode' });
  };
  walk(root);
  return faults;
}

/** Whether a text has no half of a surrogate pair. */
const isUnicode = (text: string): boolean => !/\p{Surrogate}/u.test(text);
