// The completion scripts, run by the shells that they are for.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';

import { CLI } from '../helpers/peer';

const scriptFor = (shell: string): string =>
  execFileSync(process.execPath, [CLI, 'completion', shell], { encoding: 'utf8' });

/** What each shell is asked with: the line is its first argument, and each offered word is a line of the answer. */
const SHELLS: Readonly<Record<string, readonly [args: readonly string[], ask: string]>> = {
  bash: [
    ['--norc', '-c'],
    'COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=() COMP_CWORD=0 COMPREPLY=(); _sevscope; printf "%s\\n" "${COMPREPLY[@]}"',
  ],
  // Its completion runs in its line editor only: the builtins of that say what they are told.
  zsh: [
    ['-f', '-c'],
    '_describe() { print -rl -- ${${(P)2}%%:*} }; _files() { print -rl -- $cur*(N) }; compadd() { shift; print -rl -- $@ }; compset() { cur=${cur#*=} }; _message() { : }; words=(${=1}); [[ $1 == *" " ]] && words+=(""); CURRENT=$#words; _sevscope',
  ],
  fish: [['--no-config', '-c'], 'complete -C $argv[1]'],
};

function offered(shell: string, line: string): string[] {
  const [args, ask] = SHELLS[shell]!;
  const prelude = shell === 'zsh' ? 'compdef() { : };' : '';
  const source = `${prelude}\n${scriptFor(shell)}\n${ask}`;
  const extra = shell === 'fish' ? [line] : [shell, line];
  const { stdout, stderr, status } = spawnSync(shell, [...args, source, ...extra], { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.ok(status === 0 || status === 1, String(status));
  const last = line.slice(line.lastIndexOf(' ') + 1);
  // bash and fish offer what goes on from what stands there; zsh filters itself.
  return stdout
    .split('\n')
    .map((text) => text.split('\t')[0]!)
    .filter((text) => text !== '' && (shell !== 'zsh' || text.startsWith(last.replace(/^--[a-z-]+=/, ''))));
}

const CASES: readonly [line: string, has: readonly string[], lacks: readonly string[]][] = [
  ['sevscope ', ['show', 'digest', 'report', 'id-block', 'completion'], ['--mode', 'verify']],
  ['sevscope rep', ['report'], ['show']],
  ['sevscope report ', ['show', 'verify', 'diff', 'export', 'kds-url'], ['digest']],
  ['sevscope vmsa ide', ['identify'], ['diff']],
  ['sevscope completion ', ['bash', 'zsh', 'fish'], ['show']],
  ['sevscope digest --kernel', ['--kernel', '--kernel-hash'], ['--initrd', '--certs']],
  ['sevscope digest --mode ', ['sev', 'seves', 'snp', 'snp:svsm'], ['show', 'bash']],
  ['sevscope digest --mode snp --vmm-type ', ['QEMU', 'ec2', 'gce'], ['snp']],
  ['sevscope report verify --measurement ', [], ['show', 'verify', '--certs']],
  ['sevscope show /etc/passw', ['/etc/passwd'], ['show']],
  ['sevscope vmsa diff a /etc/passw', ['/etc/passwd'], ['show']],
  ['sevscope digest --firmware /etc/passw', ['/etc/passwd'], ['show']],
];

describe('Completion', () => {
  for (const shell of Object.keys(SHELLS))
    describe(`in ${shell}`, function () {
      before(function () {
        if (spawnSync(shell, ['--version']).error) this.skip();
      });
      for (const [line, has, lacks] of CASES)
        it(`of "${line}"`, () => {
          const all = offered(shell, line);
          for (const one of has) assert.ok(all.includes(one), `${one} in ${all.join(' ')}`);
          for (const one of lacks) assert.ok(!all.includes(one), `${one} in ${all.join(' ')}`);
        });
      it('of a word with a colon', () => {
        // bash replaces only what stands after the colon.
        const [word] = offered(shell, 'sevscope digest --mode snp:sv');
        assert.equal(word, shell === 'bash' ? 'svsm' : 'snp:svsm');
        assert.match(offered(shell, 'sevscope digest --mode=snp:sv')[0] ?? '', /svsm$/);
      });
    });
});
