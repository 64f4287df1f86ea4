// Rows of a table of measurements, as virt-qemu-sev-validate sees them: it accepts each as the measurement of that launch, and no row
// as that of another.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuByName } from '../../src/core/vmsa/launch/generate';
import { runCli, runPeer } from '../helpers/peer';
import { randomBytes, seeded } from '../helpers/random';

const FIRMWARE = '/usr/share/ovmf/OVMF.fd';
const SEED = 4711;

let folder: string;
before(() => (folder = mkdtempSync(join(tmpdir(), 'sevscope-matrix-'))));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Row {
  readonly profile: string;
  readonly cpu: string;
  readonly vcpus: number;
  readonly measurement: string;
}

describe('virt-qemu-sev-validate accepts rows of a table', () => {
  it('for the launch that they are of, and for no other', async function () {
    this.timeout(120_000);
    const random = seeded(SEED);
    writeFileSync(join(folder, 'tk'), randomBytes(random, 32));
    const platform = ['--api-major', '1', '--api-minor', '55', '--build-id', '24', '--policy', '5'];
    const nonce = Buffer.from(randomBytes(random, 16)).toString('hex');
    const shared = [...platform, '--tk', 'tk'];
    const table = ['digest', '--mode', 'seves', '--matrix', '-f', FIRMWARE, '--profile', 'sev-es'];
    const asked = [...table, '--vcpus', '1-8', '--nonce', nonce, ...shared, '--format', 'json'];
    const { stdout, status } = await runCli(asked, folder);
    assert.equal(status, 0);
    const rows = JSON.parse(stdout) as Row[];
    assert.equal(rows.length, 8 * 17);
    const ask = ({ cpu, vcpus }: Row, measurement: string) => {
      const { family, model, stepping } = cpuByName(cpu);
      const numbers = ['--cpu-family', family, '--cpu-model', model, '--cpu-stepping', stepping, '-n', vcpus];
      return runPeer([...shared, '-f', FIRMWARE, '-m', measurement, ...numbers.map(String)], folder);
    };
    for (let i = 0; i < 8; i++) {
      const at = random(rows.length);
      const row = rows[at]!;
      const what = `${row.cpu} with ${row.vcpus} vCPUs, SEED ${SEED}`;
      assert.equal((await ask(row, row.measurement)).status, 0, what);
      // The neighbour has one vCPU more or less, or is of another CPU.
      const other = rows[at === 0 ? 1 : at - 1]!;
      assert.equal((await ask(row, other.measurement)).status, 1, `not ${what}`);
    }
  });
});
