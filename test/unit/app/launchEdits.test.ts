// Edits of launch files as text: what they change, and that nothing else is touched.

import assert from 'node:assert/strict';
import { applyEdits } from 'jsonc-parser';
import type { LaunchEdit } from '../../../src/core/explain/explanation';
import { changeLaunchText } from '../../../src/app/launchEdits';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { io } from '../../helpers/io';

const PATH = '/work/guest/a.sevlaunch.json';
const LAUNCH = '"launch": { "measurement": "", "apiMajor": 1, "apiMinor": 55, "buildId": 24, "policy": 5 }';

/** A launch file with some lines of its own, and a layout that no program writes. */
const file = (...lines: string[]) => `{
  "firmware":   "OVMF.fd",
${lines.map((line) => `  ${line},\n`).join('')}  "keys": {"tik": "tik.bin",   "tek": "tek.bin"},
    ${LAUNCH}
}
`;

const edit = (member: string, value?: LaunchEdit['value']): LaunchEdit => ({
  member: member.split('.'),
  ...(value !== undefined && { value }),
});

describe('A launch file', () => {
  const cases: { name: string; text: string; edits: LaunchEdit[]; wanted: [string, string][] }[] = [
    {
      name: 'has a number changed, and nothing around it',
      text: file('"vcpus" : 4'),
      edits: [edit('vcpus', 2)],
      wanted: [['"vcpus" : 4', '"vcpus" : 2']],
    },
    {
      name: 'has a text changed that needs escapes',
      text: file('"kernel": "vmlinuz"', '"cmdline": "a"'),
      edits: [edit('cmdline', 'x="ü\\"\n')],
      wanted: [['"cmdline": "a"', String.raw`"cmdline": "x=\"ü\\\"\n"`]],
    },
    {
      name: 'has a number inside a member changed',
      text: file(),
      edits: [edit('launch.policy', 1)],
      wanted: [['"policy": 5', '"policy": 1']],
    },
    {
      name: 'has a member added where it belongs, on a line of its own',
      text: file('"vcpus": 4'),
      edits: [edit('kernel', '/work/guest/vmlinuz')],
      wanted: [['"OVMF.fd",', '"OVMF.fd",\n  "kernel": "vmlinuz",']],
    },
    {
      name: 'has two members added after one',
      text: file(),
      edits: [edit('vcpus', 2), edit('cpu', { family: 25, model: 1, stepping: 1 })],
      wanted: [
        [
          '"OVMF.fd",',
          '"OVMF.fd",\n  "vcpus": 2,\n  "cpu": {\n    "family": 25,\n    "model": 1,\n    "stepping": 1\n  },',
        ],
      ],
    },
    {
      name: 'has pages taken out and a CPU put in',
      text: file('"vcpus": 1', '"vmsa": { "bsp": "a.vmsa" }'),
      edits: [edit('vmsa'), edit('cpu', 'EPYC-Milan')],
      wanted: [[' "vcpus": 1,\n  "vmsa": { "bsp": "a.vmsa" },', ' "vcpus": 1,\n  "cpu": "EPYC-Milan",']],
    },
    {
      name: 'has two members taken out that stand together',
      text: file('"kernel": "vmlinuz"', '"initrd": "initrd"', '"vcpus": 1'),
      edits: [edit('kernel'), edit('initrd')],
      wanted: [['  "kernel": "vmlinuz",\n  "initrd": "initrd",\n', '']],
    },
    {
      name: 'has its keys exchanged on their line',
      text: file('"vcpus": 1'),
      edits: [edit('keys', { tik: '/work/guest/tek.bin', tek: '/work/guest/tik.bin' })],
      wanted: [['{"tik": "tik.bin",   "tek": "tek.bin"}', '{ "tik": "tek.bin", "tek": "tik.bin" }']],
    },
    {
      name: 'has its keys exchanged one by one',
      text: file(),
      edits: [edit('keys.tik', '/work/guest/tek.bin'), edit('keys.tek', '/work/guest/tik.bin')],
      wanted: [
        ['"tik": "tik.bin"', '"tik": "tek.bin"'],
        ['"tek": "tek.bin"', '"tek": "tik.bin"'],
      ],
    },
    {
      name: 'has a path written relative to it, also upwards',
      text: file(),
      edits: [edit('firmware', '/work/images/OVMF.4m.fd')],
      wanted: [['"OVMF.fd"', '"../images/OVMF.4m.fd"']],
    },
    {
      name: 'keeps a path absolute that was absolute',
      text: file().replace('OVMF.fd', '/usr/share/OVMF/OVMF_CODE.fd'),
      edits: [edit('firmware', '/usr/share/OVMF/OVMF.fd')],
      wanted: [['OVMF_CODE.fd', 'OVMF.fd']],
    },
    {
      name: 'of one line stays one',
      text: `{"firmware":"a.fd","keys":{"tk":"k"},${LAUNCH}}`,
      edits: [edit('vcpus', 2), edit('cpu', 'EPYC')],
      wanted: [['"a.fd",', '"a.fd","vcpus": 2,"cpu": "EPYC",']],
    },
    {
      name: 'keeps its tabs and line ends',
      text: file('"vmsa": {\n    "bsp": "b"\n  }').replaceAll('  ', '\t').replaceAll('\n', '\r\n'),
      edits: [edit('vmsa', { bsp: '/work/guest/0.vmsa', ap: '/work/guest/1.vmsa' })],
      wanted: [['\t\t"bsp": "b"', '\t\t"bsp": "0.vmsa",\r\n\t\t"ap": "1.vmsa"']],
    },
    {
      name: 'keeps its byte order mark',
      text: `\ufeff${file('"vcpus": 4')}`,
      edits: [edit('vcpus', 2)],
      wanted: [['"vcpus": 4', '"vcpus": 2']],
    },
    {
      name: 'keeps its byte order mark when a member is added',
      text: `\ufeff{"firmware":"a.fd","keys":{"tk":"k"},${LAUNCH}}`,
      edits: [edit('vcpus', 2)],
      wanted: [['"a.fd",', '"a.fd","vcpus": 2,']],
    },
    {
      name: 'that says so already is left alone',
      text: file('"vcpus": 2'),
      edits: [edit('vcpus', 2), edit('firmware', '/work/guest/OVMF.fd'), edit('profile')],
      wanted: [],
    },
  ];
  for (const { name, text, edits, wanted } of cases) {
    it(name, () => {
      const expected = wanted.reduce((now, [from, to]) => {
        assert.ok(now.includes(from), `${from} is in it`);
        return now.replace(from, () => to);
      }, text);
      assert.equal(applyEdits(text, changeLaunchText(io, text, PATH, edits)), expected);
    });
  }

  it('is changed in few places: what lies between is not written again', () => {
    const text = file('"vcpus": 4');
    const changes = changeLaunchText(io, text, PATH, [edit('launch.policy', 1), edit('vcpus', 2)]);
    assert.deepEqual(
      changes.map(({ length, content }) => [length, content]),
      [
        [1, '1'],
        [1, '2'],
      ],
    );
  });

  it('is changed in one place where edits are in the way of each other', () => {
    const text = `{"kernel":"k","initrd":"i","firmware":"a.fd","keys":{"tk":"k"},${LAUNCH}}`;
    const changes = changeLaunchText(io, text, PATH, [edit('kernel'), edit('initrd'), edit('vcpus', 2)]);
    assert.equal(changes.length, 1);
    assert.equal(applyEdits(text, changes), `{"firmware":"a.fd","vcpus": 2,"keys":{"tk":"k"},${LAUNCH}}`);
  });

  const refused: [string, string, LaunchEdit[], code: string, message: RegExp][] = [
    ['is no JSON', '{', [edit('vcpus', 2)], 'not-json', /is not JSON/],
    ['has a comment', file('// four', '"vcpus": 4'), [edit('vcpus', 2)], 'not-json', /is not JSON/],
    [
      'would have no vCPU',
      file(),
      [edit('vcpus', 0)],
      'not-a-launch-file',
      /vcpus: wanted at least 1, found 0/,
    ],
    [
      'would have a field that there is not',
      file(),
      [edit('tik', 'x')],
      'not-a-launch-file',
      /there is no such field/,
    ],
    ['would lack its firmware', file(), [edit('firmware')], 'firmware-needed', /firmware: wanted/],
    [
      'would have neither launch nor domain',
      file(),
      [edit('launch')],
      'nothing-to-check',
      /neither a recorded "launch"/,
    ],
    [
      'has the member twice',
      file('"vcpus": 4', '"vcpus": 3'),
      [edit('vcpus', 2)],
      'repeated-member',
      /more than once/,
    ],
  ];
  for (const [what, text, edits, code, message] of refused) {
    it(`that ${what} is not changed`, () => {
      assert.throws(() => changeLaunchText(io, text, PATH, edits), { code, message });
    });
  }

  it('says the same of everything else after it was changed, in whatever way it is laid out', () => {
    const fields = {
      firmware: 'a.fd',
      vcpus: 4,
      kernel: 'k',
      keys: { tk: 'k' },
      domain: { connection: 'c', name: 'n' },
    };
    for (const space of [undefined, 1, 4, '\t']) {
      const text = JSON.stringify(fields, null, space);
      for (const edits of [
        [edit('vcpus', 2)],
        [edit('vcpus')],
        [edit('kernel'), edit('cpu', 'EPYC'), edit('vcpus')],
      ]) {
        const result = parseLaunchFile(io, applyEdits(text, changeLaunchText(io, text, PATH, edits)), PATH);
        assert.deepEqual([result.firmware, result.domain?.name], ['/work/guest/a.fd', 'n']);
      }
    }
  });
});
