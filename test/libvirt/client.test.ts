// The client, its worker and libvirt itself, with the test driver that every libvirt has. Domains with SEV need a libvirtd.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorData } from '../../src/core/errors';
import { decodeParameters } from '../../src/libvirt/bindingData';
import { parseCapabilities } from '../../src/libvirt/capabilitiesXml';
import { connect } from '../../src/libvirt/client';
import type { Connection, ConnectOptions, Prompt } from '../../src/libvirt/contract';
import { launchSecurityFrom } from '../../src/libvirt/launchSecurity';
import { Library } from '../../src/libvirt/library';
import { XML_LIMITS } from '../../src/libvirt/xml';
import { failure, workerPath } from '../helpers/libvirt';

const folder = mkdtempSync(join(tmpdir(), 'sevscope-libvirt-'));

/** Domains of the test driver, in a file of its own format. */
const NODE = `<node>
  <cpu><mhz>6000</mhz><model>x</model><active>1</active><nodes>1</nodes><sockets>1</sockets><cores>1</cores><threads>1</threads></cpu>
  ${domainXml('guest', '11111111-1111-1111-1111-111111111111', "<launchSecurity type='sev'><policy>0x0007</policy></launchSecurity>")}
  ${domainXml('plain', '22222222-2222-2222-2222-222222222222', "<launchSecurity type='sev'><policy>0x0003</policy></launchSecurity>")}
  ${domainXml('2', '33333333-3333-3333-3333-333333333333')}
  ${domainXml('11111111-1111-1111-1111-111111111111', '44444444-4444-4444-4444-444444444444')}
  ${domainXml('22222222-2222-2222-2222-22222222222', '55555555-5555-5555-5555-555555555555')}
  ${domainXml('\u202egnp', 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee')}
</node>`;
const AUTH = NODE.replace(
  '</node>',
  '<auth><user password="right">bob</user><user>alice</user></auth></node>',
);

function domainXml(name: string, uuid: string, security = ''): string {
  return `<domain type='test'><name>${name}</name><uuid>${uuid}</uuid><memory>65536</memory>
    <vcpu>4</vcpu><os><type arch='x86_64' machine='pc'>hvm</type><kernel>/k</kernel><cmdline> a  b </cmdline></os>${security}</domain>`;
}

/** What the client is tested with: a file, which the allow-list refuses, as a person may type it. */
function file(name: string, xml: string): ConnectOptions {
  const path = join(folder, name);
  writeFileSync(path, xml);
  return { uri: `test://${path}`, asTyped: true, workerPath };
}

describe('libvirt', () => {
  let connection: Connection;

  before(async () => {
    connection = await connect(file('node.xml', NODE));
  });
  after(async () => {
    await connection.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('describes its host', async () => {
    const { hostname, uuid, driver, libraryVersion, serverVersion, cpu, sev } = await connection.host();
    assert.ok(hostname.length > 0);
    assert.equal(driver, 'TEST');
    assert.match(libraryVersion, /^\d+\.\d+\.\d+$/);
    assert.equal(serverVersion, libraryVersion);
    const here = Library.load().open('test:///default', { aliases: true, ask: () => undefined });
    const { capabilities } = here;
    here.close();
    // The host of the test driver is the same whatever its domains are.
    assert.deepEqual({ uuid, cpu }, parseCapabilities(capabilities));
    assert.equal(cpu.signature, undefined);
    assert.equal(sev, undefined);
  });

  it('lists its domains with their launch security', async () => {
    const found = (await connection.listDomains()).map(
      ({ name, state, launchSecurity, sevEs, vcpus, problem }) =>
        [name, state.name, launchSecurity, sevEs, vcpus, problem?.found].join(' '),
    );
    assert.deepEqual(found.sort(), [
      '11111111-1111-1111-1111-111111111111 running   4 ',
      '2 running   4 ',
      '22222222-2222-2222-2222-22222222222 running   4 ',
      'guest running sev true 4 ',
      'plain running sev false 4 ',
      '\u202egnp running   4 ',
    ]);
  });

  it('gives a definition as it is', async () => {
    const { config, summary } = await connection.domain('guest');
    assert.equal(config.cmdline, ' a  b ');
    assert.equal(config.launchSecurity?.policy, 7n);
    assert.equal(config.uuid, summary.uuid);
    assert.deepEqual(summary.state, { name: 'running', reason: 'unknown' });
  });

  const beyond: [title: string, inside: string, says: RegExp][] = [
    ['is too long', `<description>${'x'.repeat(XML_LIMITS.characters)}</description>`, /more than 8 MiB/],
    [
      'is too deep',
      `<metadata>${'<d xmlns="x:">'.repeat(XML_LIMITS.depth)}${'</d>'.repeat(XML_LIMITS.depth)}</metadata>`,
      /nested deeper than 64/,
    ],
    [
      'has too many elements',
      `<metadata><d xmlns="x:">${'<e/>'.repeat(XML_LIMITS.elements)}</d></metadata>`,
      /more than 20000 elements/,
    ],
  ];
  for (const [title, inside, says] of beyond) {
    it(`says of a domain whose definition ${title} that it cannot be read, and lists it`, async () => {
      const uuid = '66666666-6666-6666-6666-666666666666';
      const xml = NODE.replace('</node>', `${domainXml('odd', uuid, inside)}</node>`);
      const own = await connect(file('odd.xml', xml));
      try {
        const error = await failure(own.domain(uuid));
        assert.equal(error.kind, 'bug');
        assert.match(error.message, says);
        const listed = (await own.listDomains()).map(({ name, problem }) => [name, problem]);
        assert.deepEqual(
          listed.filter(([, problem]) => problem !== undefined),
          [['odd', errorData(error)]],
        );
        assert.equal((await own.domain('guest')).config.cmdline, ' a  b ', 'the others are read');
      } finally {
        await own.close();
      }
    });
  }

  const named: [given: string, domain: string | RegExp][] = [
    ['guest', 'guest'],
    ['plain', 'plain'],
    ['22222222-2222-2222-2222-222222222222', 'plain'],
    ['AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE', '\u202egnp'],
    ['aaaaaaaabbbbccccddddeeeeeeeeeeee', /no domain/],
    // Not a whole UUID, so a name only.
    ['22222222-2222-2222-2222-22222222222', '22222222-2222-2222-2222-22222222222'],
    ['1', 'guest'],
    ['99', /no domain "99"/],
    ['99999999999', /no domain/],
    ['-1', /no domain/],
    ['', /no domain|refused an argument/],
    ['nobody', /no domain "nobody"\. Give a UUID/],
    ['guest\u0000x', /failed/],
    // Two domains each.
    ['2', /"2" is the id of one domain \(2222.*\) and the name of another \(3333/],
    ['11111111-1111-1111-1111-111111111111', /is the UUID of one domain \(1111.*name of another \(4444/],
  ];
  for (const [given, expected] of named) {
    it(`finds ${JSON.stringify(given)}, or says why not`, async () => {
      if (typeof expected === 'string') {
        assert.equal((await connection.domain(given)).summary.name, expected);
      } else {
        assert.match((await failure(connection.domain(given))).message, expected);
      }
    });
  }

  it('says in its own code why a call failed, and goes on', async () => {
    const error = await failure(connection.launchSecurityInfo('11111111-1111-1111-1111-111111111111'));
    assert.equal(error.kind, 'bug');
    assert.equal((error.cause as { code: number }).code, 8);
    const secret = { header: 'AAAA', payload: 'AAAA', address: 2n ** 63n };
    const refused = await failure(
      connection.setLaunchSecurityState('11111111-1111-1111-1111-111111111111', secret),
    );
    assert.equal((refused.cause as { code: number }).code, 3);
    const gone = await failure(connection.resume('99999999-9999-9999-9999-999999999999'));
    assert.equal(gone.code, 'no-such-domain');
    const notPaused = await failure(connection.resume('11111111-1111-1111-1111-111111111111'));
    assert.match(notPaused.message, /'guest' not paused/);
    assert.equal((await connection.listDomains()).length, 6);
  });

  const unreachable: [name: string, options: ConnectOptions, says: RegExp][] = [
    ['a file that is not there', { uri: 'test:///nothing/here.xml', asTyped: true, workerPath }, /here\.xml/],
    ['another driver', { uri: 'foo:///system', asTyped: true, workerPath }, /could not connect/],
    [
      'a port where nobody listens',
      { uri: 'qemu+tcp://127.0.0.1:1/system', workerPath },
      /could not connect.*refused/i,
    ],
    [
      'a host that does not exist',
      { uri: 'qemu+ssh://host.invalid/system', workerPath },
      /could not connect/,
    ],
  ];
  for (const [name, options, says] of unreachable) {
    it(`says why it does not reach ${name}`, async () => {
      const error = await failure(connect(options));
      assert.match(error.message, says);
      assert.equal(error.kind, 'bug');
    });
  }

  it('is missed in words that say where to get it', async () => {
    // A file that is no library, where the loader looks first.
    writeFileSync(join(folder, 'libvirt.so.0'), 'no library');
    process.env['LD_LIBRARY_PATH'] = folder;
    try {
      const error = await failure(connect({ uri: 'test:///default', asTyped: true, workerPath }));
      assert.match(error.message, /no libvirt client library.*libvirt0 \(Debian, Ubuntu\)/);
      assert.equal(error.kind, 'bug');
    } finally {
      delete process.env['LD_LIBRARY_PATH'];
    }
  });

  it('cannot be reached where koffi has no native part, in words', async () => {
    const alone = join(folder, 'libvirtWorker.js');
    copyFileSync(workerPath, alone);
    const error = await failure(connect({ uri: 'test:///default', workerPath: alone }));
    assert.match(error.message, /cannot talk to libvirt on linux \w+\. Open the folder over Remote-SSH/);
  });

  it('opens the default of the test driver through the allow-list', async () => {
    const own = await connect({ uri: 'test:///default', workerPath });
    assert.equal((await own.domain('1')).summary.name, 'test');
    await own.close();
  });

  const logins: [
    name: string,
    answers: string[] | undefined,
    prompts: string[],
    outcome: RegExp | undefined,
  ][] = [
    ['a user with the right password', ['bob', 'right'], ['authorization name', 'passphrase'], undefined],
    ['a user without a password', ['alice'], ['authorization name'], undefined],
    [
      'the wrong password',
      ['bob', 'wrong'],
      ['authorization name', 'passphrase'],
      /did not accept the login/,
    ],
    ['an unknown user', ['eve', 'x'], ['authorization name', 'passphrase'], /did not accept the login/],
    ['nobody', undefined, ['authorization name'], /The login was cancelled/],
  ];
  for (const [name, answers, kinds, outcome] of logins) {
    it(`asks who is there, and is answered by ${name}`, async () => {
      const asked: Prompt[] = [];
      const onPrompt: ConnectOptions['onPrompt'] = (prompts) => {
        asked.push(...prompts);
        return Promise.resolve(
          answers && prompts.map((_, i) => answers[asked.length - prompts.length + i] ?? ''),
        );
      };
      const connecting = connect({ ...file('auth.xml', AUTH), onPrompt });
      if (outcome) {
        assert.match((await failure(connecting)).message, outcome);
      } else {
        const own = await connecting;
        assert.equal((await own.listDomains()).length, 6);
        await own.close();
      }
      assert.deepEqual(
        asked.map(({ kind }) => kind),
        kinds,
      );
      assert.ok(asked.every(({ prompt }) => prompt.length > 0));
    });
  }

  it('carries typed parameters of every type there and back', () => {
    const values = new Map<string, number | bigint | string>([
      ['sev-measurement', 'A'.repeat(64)],
      ['sev-api-major', 1],
      ['sev-api-minor', 0xffffffff],
      ['sev-build-id', 0],
      ['sev-policy', 5],
      ['sev-snp-policy', 2n ** 64n - 1n],
      ['n'.repeat(79), ''],
    ]);
    const decoded = Library.load().withParameters(values, decodeParameters);
    assert.deepEqual(decoded, values);
    assert.deepEqual(launchSecurityFrom(decoded), {
      measurement: 'A'.repeat(64),
      apiMajor: 1,
      apiMinor: 0xffffffff,
      buildId: 0,
      policy: 5,
      snpPolicy: 2n ** 64n - 1n,
    });
    assert.deepEqual(
      launchSecurityFrom(
        new Map<string, number | string>([
          ['sev-measurement', 1],
          ['sev-policy', 'x'],
        ]),
      ),
      {
        ...{ measurement: undefined, apiMajor: undefined, apiMinor: undefined },
        ...{ buildId: undefined, policy: undefined, snpPolicy: undefined },
      },
    );
  });
});
