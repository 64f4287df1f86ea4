// The words for inputs: each option is one of the command line, each key one of a launch file, and no advice about a domain names
// the one without the other.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { judgeDomain } from '../../../src/core/domain/rules';
import { INPUT_NAMES, waysToGive } from '../../../src/app/inputs';
import { questionWith, type Change } from '../core/domain/cleanQuestion';

// What belongs to SNP only is an option of the commands that take it.
const HELP = ['validate', 'explain', 'digest']
  .map((command) => readFileSync(`test/unit/cli/golden/${command}-help.txt`, 'utf8'))
  .join('');
const SCHEMA = readFileSync('media/sevlaunch.schema.json', 'utf8');

describe('The words for an input', () => {
  for (const input of INPUT_NAMES) {
    it(`name keys and options that there are: ${input}`, () => {
      const [keys, options] = waysToGive(input).split(' in a launch file or with ');
      for (const [key] of keys!.matchAll(/"\w+"/g)) assert.ok(SCHEMA.includes(`${key}: {`), key);
      const named = [...options!.matchAll(/--[\w-]+/g)].map(([option]) => option);
      assert.notEqual(named.length, 0);
      for (const option of named) assert.match(HELP, new RegExp(`${option} <`));
    });
  }

  const nothing = {
    firmware: false,
    kernel: false,
    initrd: false,
    cmdline: false,
    vcpus: false,
    vmsa: false,
  };
  const changes: [title: string, change: Change][] = [
    ['nothing is given', { given: nothing }],
    ['nothing is given on the host itself', { given: nothing, local: 'both are called node1' }],
    ['the domain names no firmware', { given: nothing, config: { loader: undefined } }],
    ['the guest has another CPU', { given: nothing, insecure: true, config: { cpu: undefined } }],
  ];
  for (const [title, change] of changes) {
    it(`are both in what is advised where ${title}`, () => {
      const named = judgeDomain(questionWith(change), waysToGive).filter(
        ({ id, advice }) => /-(input|count)$/.test(id) && advice !== '',
      );
      assert.ok(named.length >= 4, String(named.length));
      for (const { advice } of named) assert.match(advice, /as "\w+" in a launch file or with --\w/);
    });
  }
});
