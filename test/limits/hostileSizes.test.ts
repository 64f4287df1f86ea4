// Texts from outside of the largest size and the worst shapes: they are read or refused within the promised memory, and
// within a generous multiple of the promised processor time. What is counted has its tests beside each parser.

import assert from 'node:assert/strict';
import { costs } from '../helpers/measured';

/** MiB beyond what the process has. */
const MOST_MEMORY = 48;
/** Milliseconds of processor time: several times the half second that is promised, for a busy machine. */
const MOST_TIME = 2000;

/** Repeats a text, or what a function makes of each number, up to a size; between two ends. */
const FILL = `
  const fill = (head, unit, tail, size) => {
    let left = size - head.length - tail.length;
    if (typeof unit === 'string') return head + unit.repeat(Math.floor(left / unit.length)) + tail;
    const parts = [];
    for (let i = 0; left >= 0; i++) left -= parts[parts.push(unit(i)) - 1].length;
    return head + parts.slice(0, -1).join('') + tail;
  };`;

const XML = `
  import { parseDomainXml } from './src/libvirt/domainXml';
  ${FILL}
  const [begin, end] = ["<domain type='kvm'><name>x</name>", '</domain>'];
  const x = (count) => 'x'.repeat(count);
  const inside = (head, unit, tail) => () => fill(begin + head, unit, tail + end, 8 << 20);
  const attributes = (unit) => () => fill("<domain type='kvm' ", unit, '><name>x</name></domain>', 8 << 20);
  const inputs = {
    'text': inside('<description>', 'x', '</description>'),
    'white space': inside('', ' ', ''),
    'white space around a number': () => fill("<domain type='kvm'><name>x</name><vcpu>1", ' ', '</vcpu></domain>', 160_000),
    'white space in a policy': inside("<launchSecurity type='sev'><policy>", ' ', '5</policy></launchSecurity>'),
    'a long policy': inside("<launchSecurity type='sev'><policy>0x", '0', '5</policy></launchSecurity>'),
    'line breaks': inside('', '\\n', ''),
    'carriage returns': inside('', '\\r', ''),
    'attributes': attributes((i) => \`a\${i}='' \`),
    'namespaces': attributes((i) => \`xmlns:a\${i}='u' \`),
    'a long attribute': () => fill("<domain type='", 'x', "'><name>x</name></domain>", 8 << 20),
    'line breaks in an attribute': () => fill("<domain type='", '\\n', "'><name>x</name></domain>", 8 << 20),
    'elements': inside('', '<a/>', ''),
    'elements with attributes': inside('', "<a b='' c='' d='' e=''/>", ''),
    'elements of one name': inside('', '<vcpu>1</vcpu>', ''),
    'nesting': inside('', '<a>', ''),
    'references': inside('<description>', '&amp;', '</description>'),
    'one reference': inside('<description>&#x', '0', '41;</description>'),
    'comments': inside('', '<!---->', ''),
    'one comment': inside('<!--', '- ', '-->'),
    'instructions': inside('', '<?a?>', ''),
    'one instruction': inside('<?a ', '? ', '?>'),
    'CDATA': inside('<![CDATA[', '] ', ']]>'),
    // As many of them as may be, and all else as long as it may be.
    'most references': inside('<description>', '&amp;' + x(85), '</description>'),
    'most line breaks': inside('<description>', '\\r' + x(86), '</description>'),
    'most line breaks in an attribute': () => fill("<domain type='", '\\n' + x(86), "'><name>x</name></domain>", 8 << 20),
    'most of a comment': inside('<!--', '-' + x(86), '-->'),
    'most of CDATA': inside('<![CDATA[', ']' + x(86), ']]>'),
    'most elements': inside('', (i) => i < 19_990 ? '<a/>' : x(100), ''),
    'most attributes': inside('', \`<e \${Array.from({ length: 60 }, (_, i) => \`a\${i}="\${x(170)}"\`).join(' ')}/>\`, ''),
    'most of everything': inside('', (i) => i < 19_990 ? '<a/>' : x(110) + '&amp;', ''),
    'entities': () => fill('<!DOCTYPE x [', '<!ENTITY a "b">', ']><domain/>', 8 << 20),
  };
  const call = (xml) => {
    try {
      parseDomainXml(xml);
      return 'read';
    } catch ({ message }) {
      return message;
    }
  };`;

const LAUNCH = `
  import { nodeIo } from './src/node/io';
  import { parseLaunchFile } from './src/app/launchFile';
  import { lineColumnOf, parseLaunchText } from './src/app/launchText';
  ${FILL}
  const io = nodeIo('.');
  const inside = (head, unit, tail) => () => fill(head, unit, tail, 1 << 20);
  const name = (i) => i.toString(36);
  const escapes = { 'backslashes': '\\\\\\\\', 'quotes': '\\\\"', 'references': '\\\\u0041', 'digits': '1', 'white space': ' ' };
  const inputs = {
    'members': inside('{', (i) => \`"\${name(i)}":0,\`, '"z":0}'),
    'members of one name': inside('{', '"":0,', '"":0}'),
    'members of members': inside('{"launch":{', (i) => \`"\${name(i)}":0,\`, '"z":0}}'),
    'values': inside('[', '0,', '0]'),
    'objects': inside('[', '{},', '{}]'),
    'nesting': inside('', '{"a":', ''),
    'nesting again and again': inside('[', '['.repeat(400) + ']'.repeat(400) + ',', '0]'),
    'names twice, nested': inside('[', '{"a":0,"a":'.repeat(400) + '0' + '}'.repeat(400) + ',', '0]'),
    'halves of characters, nested': inside('[', '["\\\\ud800",'.repeat(400) + '0' + ']'.repeat(400) + ',', '0]'),
    'nothing': inside('{', ',', '}'),
    'comments': inside('{', '/**/', '}'),
    'words': inside('', 'x ', ''),
    'white space': inside('{', ' ', '}'),
    'line breaks before many faults': inside('{', '\\n', '"a":0,'.repeat(50) + '"b":0}'),
    'fewer line breaks before many faults': () => fill('{', '\\n', '"a":0,'.repeat(50) + '"b":0}', 1 << 17),
    'a long number': inside('{"vcpus":', '1', '}'),
    'a long text': inside('{"launch":{"measurement":"', 'A', '"}}'),
    ...Object.fromEntries(Object.entries(escapes).map(([of, unit]) => ['a text of ' + of, () => fill('{"cmdline":"', unit, '"}', 1 << 17)])),
  };
  const call = (text) => {
    for (const fault of parseLaunchText(text).faults) lineColumnOf(text, fault);
    try {
      parseLaunchFile(io, text, '/a');
      return 'read';
    } catch ({ message }) {
      return message;
    }
  };`;

for (const [what, script, refused] of [
  [
    'Domain XML of 8 MiB',
    XML,
    /^read$|cannot be read: .{10,120}\. It is what the host says: compare |cannot be used: /,
  ],
  ['A launch file of 1 MiB', LAUNCH, /^\/a is not a launch file: .{10,200}$/],
] as const)
  describe(`${what} is read or refused within ${MOST_MEMORY} MiB`, function () {
    this.timeout(120_000);
    it('whatever it is full of', () => {
      const all = costs(script);
      assert.ok(all.length > 20);
      for (const cost of all) {
        assert.ok(cost.mebibytes < MOST_MEMORY, JSON.stringify(cost));
        assert.ok(cost.milliseconds < MOST_TIME, JSON.stringify(cost));
        assert.match(cost.said, refused, JSON.stringify(cost));
      }
      if (process.env['COSTS'])
        console.table(all.map(({ said, ...cost }) => ({ ...cost, said: said.slice(0, 60) })));
    });
  });
