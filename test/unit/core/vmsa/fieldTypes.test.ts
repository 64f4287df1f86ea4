// The names and types of the VMSA's fields are known to the compiler. What matters here happens when the tests are type-checked:
// a line that is expected to be an error, and is none, fails.

import assert from 'node:assert/strict';
import { decode, encode } from '../../../../src/core/binary/struct';
import { SEV_FEATURES, type SevFeature } from '../../../../src/core/vmsa/layout/bitsSev';
import { named, type Side } from '../../../../src/core/vmsa/compare/causePair';
import { segments, type Layer } from '../../../../src/core/vmsa/launch/initial';
import { VMSA, vmsaLeaf, type VmsaName, type VmsaWord } from '../../../../src/core/vmsa/layout/layout';

describe('The compiler knows of the fields of a VMSA', () => {
  const values = decode(
    VMSA,
    encode(VMSA, { cs_base: 0xffff0000n, rip: 0xfff0n, x87_fcw: 0x37f, vmpl3_ssp: 3n }),
  );

  it('their types', () => {
    const start: bigint = values.cs_base + values.rip;
    const word: number = values.x87_fcw;
    const shadow: bigint[] = [values.vmpl0_ssp, values.vmpl3_ssp, values.dr3_addr_mask, values.r15];
    const register: Uint8Array = values.fpreg_xmm.xmm15;
    assert.deepEqual([start, word, shadow[1], register.length], [0xfffffff0n, 0x37f, 3n, 16]);
    // @ts-expect-error eight bytes are a bigint
    const notBig: number = values.rip;
    assert.equal(typeof notBig, 'bigint');
    // @ts-expect-error a text is no value
    assert.throws(() => encode(VMSA, { x87_fcw: 'two' }));
  });

  it('their names, with those made from numbers and those of arrays', () => {
    const words: VmsaWord[] = ['ldtr_base', 'vmpl2_ssp', 'dr0_addr_mask', 'r8', 'spec_ctrl'];
    const names: VmsaName[] = [...words, 'fpreg_x87.st7_significand', 'lbr_stack.lbr15_to', 'reserved_0xc8'];
    for (const name of names) assert.equal(vmsaLeaf(name).path, name);
    // @ts-expect-error there are registers up to 15
    const beyond: VmsaWord = 'r16';
    // @ts-expect-error an array is no number
    const array: VmsaWord = 'fpreg_xmm';
    // @ts-expect-error an array is shown as its elements
    const whole: VmsaName = 'fpreg_xmm';
    for (const name of [beyond, array, whole]) assert.equal(vmsaLeaf(name), undefined);
  });

  it('in the rules about causes', () => {
    const test = named('x87_fcw', 'reserved_0xc8');
    // @ts-expect-error misspelled
    const never = named('x87_fcv');
    // @ts-expect-error misspelled
    const value = (side: Side) => side.value('ss_atrib');
    for (const made of [test, never, value]) assert.equal(typeof made, 'function');
  });

  it('in the layers of a launch', () => {
    const right: Layer['values'] = { ...segments(['es', 'tr'], 'limit', 0xffff), mxcsr: 0x1f80 };
    // @ts-expect-error misspelled
    const wrong: Layer['values'] = { mxscr: 0x1f80 };
    // @ts-expect-error no such segment
    const segment = segments(['hs'], 'limit', 0xffff);
    assert.deepEqual(right, { es_limit: 0xffff, tr_limit: 0xffff, mxcsr: 0x1f80 });
    assert.notDeepEqual(wrong, segment);
  });

  it('and the names of SEV features', () => {
    const right: SevFeature = 'SecureTSC';
    // @ts-expect-error misspelled
    const wrong: SevFeature = 'SecureTsc';
    const has = (feature: SevFeature) => SEV_FEATURES.some(({ name }) => name === feature);
    assert.deepEqual([has(right), has(wrong)], [true, false]);
  });
});
