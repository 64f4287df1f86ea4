// To which launches the members of a launch file belong.

import assert from 'node:assert/strict';
import { MEMBER_NAMES, technologiesOf } from '../../../../src/core/launch/inputs';

describe('A member of a launch file belongs to launches of', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    technology: ['sev', 'sev-es', 'snp'],
    firmware: ['sev', 'sev-es', 'snp'],
    kernel: ['sev', 'sev-es', 'snp'],
    initrd: ['sev', 'sev-es', 'snp'],
    cmdline: ['sev', 'sev-es', 'snp'],
    vcpus: ['sev-es', 'snp'],
    cpu: ['sev-es', 'snp'],
    profile: ['sev-es', 'snp'],
    vmm: ['snp'],
    guestFeatures: ['snp'],
    policy: ['snp'],
    hostData: ['snp'],
    kernelHashes: ['snp'],
    idBlock: ['snp'],
    idAuth: ['snp'],
    authorKey: ['snp'],
    vcek: ['snp'],
    guestVisibleWorkarounds: ['snp'],
    svsm: ['snp'],
    varsSize: ['snp'],
    varsFile: ['snp'],
    vmsa: ['sev-es', 'snp'],
    keys: ['sev', 'sev-es'],
    launch: ['sev', 'sev-es'],
    domain: ['sev', 'sev-es', 'snp'],
    launchDigest: ['sev', 'sev-es', 'snp'],
    report: ['snp'],
    certificates: ['snp'],
    require: ['snp'],
  };
  for (const [name, of] of Object.entries(cases))
    it(`${of.join(', ')}: ${name}`, () => {
      assert.deepEqual(technologiesOf(name), of);
    });
  it('and every member is above', () => {
    assert.deepEqual(MEMBER_NAMES, Object.keys(cases));
  });
});
