// `sevscope validate --domain` on the libvirt test bed, each time beside libvirt's own virt-qemu-sev-validate with the same
// arguments: the same exit status, or another one for a reason that stands in the table.

import assert from 'node:assert/strict';
import { REMOTE_CPU, useBed } from '../helpers/bed';
import type { Domain, DomainSpec } from '../helpers/bedDomain';
import { runHere } from '../helpers/cli';
import { Owner, statedOptions } from '../helpers/owner';

const owner = new Owner();
after(() => owner.remove());

const { kernel, initrd } = owner;
const measured = { kernel, kernelHashes: true };
const LAUNCHES: [string, Omit<DomainSpec, 'host' | 'name'>][] = [
  ['SEV with 1 vCPU', { policy: 1, vcpus: 1 }],
  ['SEV-ES with 1 vCPU', { policy: 5, vcpus: 1 }],
  ['SEV-ES with 2 vCPUs', { policy: 7, vcpus: 2 }],
  ['SEV-ES with 4 vCPUs', { policy: 4, vcpus: 4 }],
  ['SEV-ES with 64 vCPUs', { policy: 5, vcpus: 64 }],
  ['SEV with a kernel and all that belongs to it', { policy: 1, ...measured, initrd, cmdline: 'quiet' }],
  [
    'SEV-ES with 4 vCPUs, kernel and command line',
    { policy: 5, vcpus: 4, ...measured, cmdline: ' a="<1>" & ö ' },
  ],
];

describe('validate --domain beside virt-qemu-sev-validate', () => {
  const bed = useBed();
  const both = async (args: readonly string[]) => {
    const peer = await owner.ask(args);
    const ours = await runHere(['validate', ...args], owner.folder);
    return { peer: peer.status, ours: ours.status, said: ours.stdout + ours.stderr };
  };

  describe('finds the same of', () => {
    const domains: Domain[] = [];
    before(async function () {
      this.timeout(120_000);
      const specs = LAUNCHES.flatMap(([, launch], i): DomainSpec[] => [
        { ...launch, host: 'a', name: `check-${i}` },
        { ...launch, host: 'b', name: `check-${i}` },
      ]);
      domains.push(...(await bed().defineDomains(specs)));
    });
    for (const [i, [title, launch]] of LAUNCHES.entries()) {
      it(title, async () => {
        const [near, far] = [domains[2 * i]!, domains[2 * i + 1]!];
        const { a, b } = bed().uris;
        const stated = statedOptions({ ...launch, cpu: REMOTE_CPU });
        for (const uri of [b.tcp, b.ssh]) {
          const { peer, ours, said } = await both([...owner.optionsFor(uri, far), ...stated]);
          assert.deepEqual([peer, ours], [0, 0], said);
          assert.match(said, /OK: /);
        }
        const { peer, ours, said } = await both([...owner.optionsFor(a.unix, near), '--insecure']);
        assert.deepEqual([peer, ours], [0, 0], said);
        assert.match(said, /NOT TRUSTED: The measurements agree/);
      });
    }
  });
});
