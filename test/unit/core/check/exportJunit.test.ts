// JUnit XML: well formed whatever a report says, in the shape that Jenkins' schema asks for, and never green for what is no match.

import assert from 'node:assert/strict';
import { SaxesParser } from 'saxes';
import { CheckError } from '../../../../src/core/errors';
import { junitXml, type JunitCheck } from '../../../../src/core/check/exportJunit';
import type { Report } from '../../../../src/core/launch/report';

const step = (id: 'measurement' | 'reported', digest: string): Report['steps'][number] => ({
  id,
  title: id,
  bytes: 48,
  digest,
  algorithm: 'SHA-256',
  source: 'host',
  detail: '',
});

const REPORT: Report = {
  title: 'guest',
  mode: 'SEV',
  verdict: 'matches',
  summary: 'It is so.',
  facts: [{ name: 'Policy', value: '0x5' }],
  steps: [step('measurement', 'aa'), step('reported', 'bb')],
  warnings: [],
};

const rule = (id: string, outcome: 'passed' | 'failed' | 'skipped') =>
  ({ id, title: `Rule ${id}`, outcome, reason: 'Why.', advice: 'Do.', kind: 'state' }) as const;

const check = (more: Partial<Report>): JunitCheck => ({
  file: 'a/b.sevlaunch.json',
  outcome: { report: { ...REPORT, ...more } },
  milliseconds: 1234,
});

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** Reads a document. @throws for one that is not well formed */
function read(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = {
      name,
      attributes: { ...attributes },
      children: [],
      text: '',
    };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => (open.at(-1)!.text += text));
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return root.children[0]!;
}

/** What Jenkins' schema has, by element: the attributes that it knows and those that it needs, and the children. */
const SHAPE: Readonly<Record<string, { may: string[]; must: string[]; in: string[] }>> = {
  testsuites: { may: ['name', 'tests', 'failures', 'errors', 'time'], must: [], in: ['testsuite'] },
  testsuite: {
    may: ['name', 'tests', 'failures', 'errors', 'skipped', 'time', 'timestamp'],
    must: ['name', 'tests'],
    in: ['properties', 'testcase'],
  },
  properties: { may: [], must: [], in: ['property'] },
  property: { may: ['name', 'value'], must: ['name', 'value'], in: [] },
  testcase: {
    may: ['name', 'classname', 'time'],
    must: ['name'],
    in: ['skipped', 'failure', 'error', 'system-out'],
  },
  failure: { may: ['message', 'type'], must: [], in: [] },
  error: { may: ['message', 'type'], must: [], in: [] },
  skipped: { may: ['message'], must: [], in: [] },
  'system-out': { may: [], must: [], in: [] },
};

function assertShape(element: Element): void {
  const shape = SHAPE[element.name]!;
  const names = Object.keys(element.attributes);
  assert.deepEqual(
    names.filter((name) => !shape.may.includes(name)),
    [],
  );
  for (const name of shape.must) assert.ok(names.includes(name), `${element.name} has no ${name}`);
  for (const child of element.children) {
    assert.ok(shape.in.includes(child.name), `${child.name} in ${element.name}`);
    assertShape(child);
  }
}

const documentOf = (...checks: JunitCheck[]) => read(junitXml(checks, new Date(0)));
const casesOf = (root: Element) =>
  root.children.flatMap((suite) => suite.children.filter(({ name }) => name === 'testcase'));
const outcomeOf = (one: Element) => one.children.find(({ name }) => name !== 'system-out')?.name ?? 'passed';

describe('JUnit XML', () => {
  const cases: [string, JunitCheck, string[]][] = [
    ['a match', check({}), ['passed']],
    ['a mismatch', check({ verdict: 'does not match' }), ['failure']],
    ['agreement that proves nothing', check({ verdict: 'cannot be trusted', agrees: true }), ['failure']],
    ['a digest without a report', check({ verdict: 'cannot be trusted', expected: 'cc' }), ['failure']],
    [
      'a rule that failed',
      check({
        verdict: 'cannot be trusted',
        steps: [],
        rules: [rule('a', 'passed'), rule('b', 'failed'), rule('c', 'skipped')],
      }),
      ['error', 'passed', 'failure', 'skipped'],
    ],
    [
      'no verdict',
      { file: 'x', outcome: { error: new CheckError('usage', 'test', 'Not so.') }, milliseconds: 0 },
      ['error'],
    ],
  ];
  for (const [name, one, wanted] of cases) {
    it(`of ${name} has the shape of Jenkins' schema, and counts it`, () => {
      const root = documentOf(one);
      assertShape(root);
      const outcomes = casesOf(root).map(outcomeOf);
      assert.deepEqual(outcomes, wanted);
      const count = (outcome: string) => String(outcomes.filter((o) => o === outcome).length);
      for (const { attributes } of [root, root.children[0]!]) {
        assert.equal(attributes['tests'], String(wanted.length));
        assert.equal(attributes['failures'], count('failure'));
        assert.equal(attributes['errors'], count('error'));
      }
      assert.equal(root.children[0]!.attributes['skipped'], count('skipped'));
    });
  }
  it('says both measurements, the facts, and how long it took', () => {
    const root = documentOf(check({ verdict: 'does not match' }));
    const [one] = casesOf(root);
    assert.equal(one!.children[0]!.text, 'reported bb\nexpected aa');
    assert.equal(one!.attributes['time'], '1.234');
    const properties = root.children[0]!.children[0]!.children.map(({ attributes }) => attributes);
    assert.deepEqual(properties[1], { name: 'Policy', value: '0x5' });
    assert.equal(root.children[0]!.attributes['timestamp'], '1970-01-01T00:00:00');
  });
  it('says of a digest without a report what the report must show', () => {
    const [one] = casesOf(documentOf(check({ verdict: 'cannot be trusted', expected: 'cc' })));
    assert.equal(one!.children[0]!.text, 'It is so.');
  });
  it('holds any text', () => {
    const odd = 'a<b>&"\'\u0000\u001b[1A\ud800\ufffe\u0085 \t\r\n]]>é😀';
    const root = documentOf({ ...check({ verdict: 'does not match', summary: odd, title: odd }), file: odd });
    const [one] = casesOf(root);
    const wanted = 'a<b>&"\'\\u0000\\u001b[1A\\ud800\\ufffe\\u0085 \t\\u000d\n]]>é😀';
    assert.equal(one!.attributes['classname'], wanted);
    assert.equal(one!.children[0]!.attributes['message'], wanted);
  });
});
