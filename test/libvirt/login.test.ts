// Logging in to a libvirtd that wants a name and a password (SASL), as `sevscope validate --domain` asks for them at the
// terminal: what is typed as a password is nowhere to be seen, and whoever may not come in gets one sentence.

import assert from 'node:assert/strict';
import { REMOTE_CPU, useBed } from '../helpers/bed';
import type { Domain } from '../helpers/bedDomain';
import { children, until } from '../helpers/libvirt';
import { Owner, statedOptions } from '../helpers/owner';
import { runCli } from '../helpers/peer';
import { runAtTerminal, type Typed } from '../helpers/terminal';

const [NAME, PASSWORD] = ['owner', 'canary-8d1f0c'];
const LAUNCH = { policy: 5, vcpus: 2, cpu: REMOTE_CPU } as const;
/** What is asked: a name, then a password. */
const [ASKS_NAME, ASKS_PASSWORD] = [/name: $/, /[Pp]assword: $/];
const CTRL_C = '\x03';
/** Milliseconds for a check that waits for nobody. */
const PATIENCE = 15_000;

describe('A libvirtd that wants a login', () => {
  const bed = useBed({ login: [NAME, PASSWORD] });
  const owner = new Owner();
  let domain: Domain;
  before(async () => {
    domain = await bed().defineDomain({ ...LAUNCH, host: 'b', name: 'guarded' });
  });
  after(() => owner.remove());

  const args = () => [
    'validate',
    ...owner.optionsFor(bed().uris.b.tcp, domain),
    ...statedOptions(LAUNCH),
    ...['--timeout', '5'],
  ];

  const cases: [string, Typed[], status: number, said: RegExp][] = [
    [
      'lets in who types name and password',
      [
        [ASKS_NAME, `${NAME}\r`],
        [ASKS_PASSWORD, `${PASSWORD}\r`],
      ],
      0,
      /OK: The reported measurement equals the expected one/,
    ],
    [
      'refuses another password',
      [
        [ASKS_NAME, `${NAME}\r`],
        [ASKS_PASSWORD, `${PASSWORD}x\r`],
      ],
      6,
      /^ERROR: libvirt did not accept the login/m,
    ],
    [
      'refuses another name',
      [
        [ASKS_NAME, 'nobody\r'],
        [ASKS_PASSWORD, `${PASSWORD}\r`],
      ],
      6,
      /^ERROR: libvirt did not accept the login/m,
    ],
    [
      'is left by Ctrl+C at the password',
      [
        [ASKS_NAME, `${NAME}\r`],
        [ASKS_PASSWORD, CTRL_C],
      ],
      5,
      /^ERROR: The login was cancelled/m,
    ],
    ['is left by Ctrl+C at the name', [[ASKS_NAME, CTRL_C]], 5, /^ERROR: The login was cancelled/m],
  ];
  for (const [what, typed, status, said] of cases) {
    it(`${what}: ${status}`, async () => {
      const before = new Set(children());
      const outcome = await runAtTerminal(args(), typed, { cwd: owner.folder, patience: PATIENCE });
      const { screen } = outcome;
      assert.equal(outcome.status, status, screen);
      assert.match(screen, said);
      assert.equal(screen.match(/^ERROR: /gm)?.length ?? 0, status === 0 ? 0 : 1, screen);
      assert.ok(!screen.includes(PASSWORD), 'the password was shown');
      await until(() => children().every((child) => before.has(child)), 2000);
    });
  }

  it('is told that there is nobody to ask where there is no terminal: 6', async () => {
    const { status, stdout, stderr } = await runCli(args(), owner.folder);
    assert.equal(status, 6, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^ERROR: libvirt did not accept the login/m);
  });
});
