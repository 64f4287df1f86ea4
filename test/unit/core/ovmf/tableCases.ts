// Broken images, part one: the file as a whole, the GUIDed table and what its entries say.

import type { Case } from './ruleCase';
import { foreignImage } from '../../../helpers/otherFiles';
import { volume } from '../../../../src/core/ovmf/volumes/build';
import { join } from '../../../helpers/volumes';
import { ASEV, HASH, OFFSET, RESET, SECRET, SIZE, extra, poke, u32 } from './ruleCase';

/** Makes the start of an image that of a volume of variables as long as the file. */
function variableStore(image: Uint8Array): Uint8Array {
  const nvram = '8d2bf1ff96768b4ca9852747075b4f50';
  const header = Buffer.concat([
    Buffer.alloc(16),
    Buffer.from(nvram, 'hex'),
    Buffer.from([...u32(image.length), ...u32(0)]),
    Buffer.from('_FVH'),
  ]);
  image.set(header);
  image.fill(0xff, header.length);
  return image;
}

/** One case per way in which file and table can be wrong. */
export const tableCases: readonly Case[] = [
  // The file.
  { name: 'an empty file', rule: 'too-small-file', back: 0, size: 0, breakIt: () => new Uint8Array() },
  { name: '49 bytes', rule: 'too-small-file', back: 49, size: 49, breakIt: (image) => image.slice(-49) },
  {
    name: 'erased flash',
    rule: 'erased',
    back: SIZE,
    size: SIZE,
    breakIt: (image) => image.fill(0xff),
  },
  { name: 'a file of zeros', rule: 'erased', back: SIZE, size: SIZE, breakIt: (image) => image.fill(0) },
  { name: 'a variable store', rule: 'variable-store-only', back: SIZE, size: SIZE, breakIt: variableStore },
  {
    name: 'variables and code without a table, which is no variable store',
    rule: 'no-table',
    back: 48,
    size: 16,
    build: { form: 'none' },
    breakIt: (image) => {
      const code = image.slice(0x1000);
      variableStore(image);
      image.set(u32(0x1000), 0x20);
      image.set(code, 0x1000);
      return image;
    },
  },
  {
    name: 'a disk image',
    rule: 'container',
    back: SIZE,
    size: SIZE,
    breakIt: (image) => {
      image.set(Buffer.from('QFI\xfb', 'latin1'));
      return image;
    },
  },
  {
    name: 'a kernel',
    rule: 'other-file',
    back: SIZE,
    size: SIZE,
    breakIt: (image) => {
      image.set(Buffer.from('HdrS'), 0x202);
      return image;
    },
  },
  {
    name: 'firmware for Arm',
    rule: 'other-processor',
    back: SIZE,
    size: SIZE,
    breakIt: () => foreignImage(0xaa64, 0, SIZE),
  },
  {
    name: 'a line end after the image',
    rule: 'misplaced-image',
    back: 49,
    size: 16,
    breakIt: (image) => join(image, Uint8Array.of(10)),
  },
  {
    name: 'an image and the image again',
    rule: 'doubled-image',
    back: SIZE,
    size: SIZE,
    breakIt: (image) => join(image, image),
  },
  {
    name: 'a volume that ends behind the file',
    rule: 'cut-image',
    back: 0x1000,
    size: 0x1000,
    breakIt: () => volume({ size: 0x2000 }).slice(0, 0x1000),
  },
  { name: 'an image without a table', rule: 'no-table', back: 48, size: 16, build: { form: 'none' } },
  {
    name: 'a footer GUID with one bit changed',
    rule: 'no-table',
    back: 48,
    size: 16,
    breakIt: poke(48, 0xdf),
  },
  {
    name: 'a size of half a page too much',
    rule: 'image-size',
    back: SIZE + 0x800,
    size: SIZE + 0x800,
    build: { size: SIZE + 0x800 },
  },
  {
    name: 'a size of more than 4 GiB',
    rule: 'image-size',
    back: 2 ** 32 + 4096,
    size: 2 ** 32 + 4096,
    fileSize: 2 ** 32 + 4096,
  },
  // The table.
  { name: 'the reset block of 2020', rule: 'legacy-table', back: 54, size: 22, build: { form: 'legacy' } },
  {
    name: 'a reset block of 2020 with a length of zero',
    rule: 'entry-length',
    back: 50,
    size: 2,
    build: { form: 'legacy' },
    breakIt: poke(50, 0, 0),
    also: ['legacy-table'],
  },
  {
    name: 'a reset block of 2020 that is too long',
    rule: 'entry-payload-size',
    back: 32 + 24,
    size: 24,
    build: { form: 'legacy' },
    breakIt: poke(50, 24, 0),
    also: ['legacy-table'],
  },
  {
    name: 'a table length of zero',
    rule: 'table-length',
    back: 50,
    size: 2,
    breakIt: poke(50, 0, 0),
  },
  {
    name: 'a table length of 17',
    rule: 'table-length',
    back: 50,
    size: 2,
    breakIt: poke(50, 17, 0),
  },
  {
    name: 'a table that starts before the file',
    rule: 'table-length',
    back: 50,
    size: 2,
    breakIt: poke(50, 0xff, 0xff),
  },
  {
    name: 'an entry length of zero',
    rule: 'entry-length',
    back: SECRET - 8,
    size: 2,
    breakIt: poke(SECRET - 8, 0, 0),
  },
  {
    name: 'an entry length of 17',
    rule: 'entry-length',
    back: SECRET - 8,
    size: 2,
    breakIt: poke(SECRET - 8, 17, 0),
  },
  {
    name: 'an entry that is longer than the rest of the table',
    rule: 'entry-length',
    back: HASH - 8,
    size: 2,
    breakIt: poke(HASH - 8, 49, 0),
  },
  {
    name: 'a table with five bytes too many',
    rule: 'entry-length',
    back: OFFSET + 5,
    size: 5,
    breakIt: poke(50, 114 + 5),
  },
  {
    name: 'an entry with less data than its layout',
    rule: 'entry-payload-size',
    back: OFFSET + 20,
    size: 20,
    build: extra(2, 'a789a612-0597-4c4b-a49f-cbb1fe9d1ddd'),
  },
  {
    name: 'an entry with more data than its layout',
    rule: 'entry-payload-size',
    back: OFFSET + 23,
    size: 23,
    build: extra(5, 'a789a612-0597-4c4b-a49f-cbb1fe9d1ddd'),
  },
  {
    name: 'a second reset block',
    rule: 'duplicate-entry',
    back: OFFSET + 22,
    size: 22,
    build: extra(4, '00f771de-1a7e-4fcb-890e-68c77e2fb44e'),
  },
  { name: 'an unknown GUID', rule: 'unknown-entry', back: OFFSET + 41, size: 41, build: extra(23) },
  {
    name: 'an unknown GUID without data',
    rule: 'unknown-entry',
    back: OFFSET + 18,
    size: 18,
    build: extra(0),
  },
  // What the entries say.
  { name: 'no reset block', rule: 'no-reset-block', back: 124, size: 92, build: { resetAddress: false } },
  {
    name: 'a reset address of zero',
    rule: 'reset-address-zero',
    back: RESET,
    size: 4,
    build: { resetAddress: 0 },
  },
  {
    name: 'a hash area at zero',
    rule: 'hash-area-empty',
    back: HASH,
    size: 8,
    build: { hashArea: { base: 0, size: 1024 } },
  },
  {
    name: 'a hash area of size zero',
    rule: 'hash-area-empty',
    back: HASH,
    size: 8,
    build: { hashArea: { base: 0x810c00, size: 0 } },
  },
  {
    name: 'a hash area of 175 bytes',
    rule: 'hash-area-small',
    back: HASH,
    size: 8,
    build: { hashArea: { base: 0x810c00, size: 175 } },
  },
  {
    name: 'a secret area of size zero',
    rule: 'secret-area-empty',
    back: SECRET,
    size: 8,
    build: { secretArea: { base: 0xdeadbeef, size: 0 } },
  },
  {
    name: 'a secret area of 0xbff bytes',
    rule: 'secret-area-small',
    back: SECRET,
    size: 8,
    build: { secretArea: { base: 0x810000, size: 0xbff } },
  },
  { name: 'no hash area', rule: 'no-hash-area', back: 120, size: 88, build: { hashArea: false } },
  { name: 'no secret area', rule: 'no-secret-area', back: 120, size: 88, build: { secretArea: false } },
  {
    name: 'a secret area that ends above 4 GiB',
    rule: 'area-outside',
    back: SECRET,
    size: 8,
    build: { secretArea: { base: 0xfffff000, size: 0x1001 } },
  },
  {
    name: 'a hash area that ends above 4 GiB',
    rule: 'area-outside',
    back: HASH,
    size: 8,
    build: { hashArea: { base: 0xffffffff, size: 0xb0 } },
  },
  {
    name: 'a hash area inside the secret area',
    rule: 'area-overlap',
    back: HASH,
    size: 8,
    build: { hashArea: { base: 0x810bff, size: 0x400 } },
  },
  {
    name: 'no SEV metadata offset',
    rule: 'no-sev-metadata',
    back: 124,
    size: 92,
    build: { sevSections: false },
  },
  // Parts.
  {
    name: 'a tail without the metadata',
    rule: 'outside-tail',
    back: ASEV,
    size: 16,
    breakIt: (image) => image.slice(-(ASEV - 1)),
    fileSize: SIZE,
  },
  {
    name: 'a tail that cuts the table',
    rule: 'outside-tail',
    back: 146,
    size: 48,
    breakIt: (image) => image.slice(-HASH + 1),
    fileSize: SIZE,
  },
  {
    name: 'a tail that cuts the footer',
    rule: 'outside-tail',
    back: 50,
    size: 50,
    breakIt: (image) => image.slice(-49),
    fileSize: SIZE,
  },
  // Sizes.
  {
    name: 'a size that is no multiple of 64 KiB',
    rule: 'bios-size',
    back: SIZE + 0x1000,
    size: SIZE + 0x1000,
    build: { size: SIZE + 0x1000 },
  },
  {
    name: 'the size of a CODE image of 4 MiB',
    rule: 'bios-size',
    back: 0x37c000,
    size: 0x37c000,
    build: { size: 0x37c000 },
  },
];
