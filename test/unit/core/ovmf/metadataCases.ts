// Broken images, part two: descriptors of metadata and their sections.

import type { Case } from './ruleCase';
import { ALL, ASEV, OFFSET, SIZE, TDVF_ALL, at, poke, section, sevSection, u32 } from './ruleCase';

/** One case per way in which a list of metadata can be wrong. */
export const metadataCases: readonly Case[] = [
  // The descriptors.
  {
    name: 'a metadata offset of zero',
    rule: 'metadata-offset',
    back: OFFSET,
    size: 4,
    breakIt: poke(OFFSET, ...u32(0)),
  },
  {
    name: 'a metadata offset of 15',
    rule: 'metadata-offset',
    back: OFFSET,
    size: 4,
    breakIt: poke(OFFSET, ...u32(15)),
  },
  {
    name: 'a metadata offset one past the start',
    rule: 'metadata-offset',
    back: OFFSET,
    size: 4,
    breakIt: poke(OFFSET, ...u32(SIZE + 1)),
  },
  {
    name: 'the largest metadata offset',
    rule: 'metadata-offset',
    back: OFFSET,
    size: 4,
    breakIt: poke(OFFSET, ...u32(0xffffffff)),
  },
  {
    name: 'a descriptor on the bytes of the reset vector',
    rule: 'metadata-offset',
    back: 16,
    size: 16,
    breakIt: (image) => {
      image.set([0x41, 0x53, 0x45, 0x56, ...u32(16), ...u32(1), ...u32(0)], at(image, 16));
      poke(OFFSET, ...u32(16))(image);
      return image;
    },
  },
  { name: 'a wrong signature', rule: 'metadata-signature', back: ASEV, size: 4, breakIt: poke(ASEV, 0x61) },
  {
    name: 'a metadata version of 2',
    rule: 'metadata-version',
    back: ASEV - 8,
    size: 4,
    breakIt: poke(ASEV - 8, 2),
  },
  {
    name: 'a wrong signature of TDX metadata',
    rule: 'metadata-signature',
    back: TDVF_ALL,
    size: 4,
    build: ALL,
    breakIt: poke(TDVF_ALL, 0x61),
  },
  {
    name: 'a version of TDX metadata of 2',
    rule: 'metadata-version',
    back: TDVF_ALL - 8,
    size: 4,
    build: ALL,
    breakIt: poke(TDVF_ALL - 8, 2),
  },
  {
    name: 'a metadata length that is too small',
    rule: 'metadata-length',
    back: ASEV - 4,
    size: 4,
    breakIt: poke(ASEV - 4, 99),
  },
  {
    name: 'a metadata length that is too large',
    rule: 'metadata-length',
    back: ASEV - 4,
    size: 4,
    breakIt: poke(ASEV - 4, 101),
  },
  {
    name: 'a metadata length of zero',
    rule: 'metadata-length',
    back: ASEV - 4,
    size: 4,
    breakIt: poke(ASEV - 4, ...u32(0)),
  },
  {
    name: 'a section count that is too large',
    rule: 'metadata-length',
    back: ASEV - 4,
    size: 4,
    breakIt: poke(ASEV - 12, ...u32(0xffffffff)),
  },
  {
    name: 'a list that agrees with itself but reaches past the file',
    rule: 'metadata-length',
    back: ASEV - 4,
    size: 4,
    breakIt: (image) => {
      image.set([...u32(16 + 12 * 22), ...u32(1), ...u32(22)], at(image, ASEV - 4));
      return image;
    },
    amongOthers: true,
  },
  {
    name: 'a TDVF descriptor without its GUID',
    rule: 'metadata-guid',
    back: TDVF_ALL + 16,
    size: 16,
    build: ALL,
    breakIt: poke(TDVF_ALL + 16, 0),
  },
  {
    name: 'more sections than any firmware has',
    rule: 'metadata-count',
    back: 160 + 16 + 12 * 300 - 12,
    size: 4,
    build: {
      sevSections: Array.from({ length: 300 }, (_, i) => ({
        gpa: 0x800000 + i * 0x1000,
        size: 0x1000,
        type: 1,
      })),
    },
  },
  // The sections.
  {
    name: 'a section address between pages',
    rule: 'section-unaligned',
    back: sevSection(4),
    size: 12,
    breakIt: poke(sevSection(4), ...section(0x900800, 0x1000, 4)),
  },
  {
    name: 'a section size of half a page',
    rule: 'section-unaligned',
    back: sevSection(4),
    size: 12,
    breakIt: poke(sevSection(4), ...section(0x80f000, 0x800, 4)),
  },
  {
    name: 'a section that overlaps the next',
    rule: 'section-overlap',
    back: sevSection(1),
    size: 12,
    breakIt: poke(sevSection(0), ...section(0x800000, 0xb000)),
  },
  {
    name: 'two equal sections',
    rule: 'section-overlap',
    back: sevSection(3),
    size: 12,
    breakIt: poke(sevSection(3), ...section(0x80d000, 0x1000, 3)),
  },
  {
    name: 'a section that ends above 4 GiB',
    rule: 'section-outside',
    back: sevSection(5),
    size: 12,
    breakIt: poke(sevSection(5), ...section(0xfffff000, 0x2000)),
  },
  {
    name: 'a page of secrets that is two',
    rule: 'section-pages',
    back: sevSection(2),
    size: 12,
    breakIt: poke(sevSection(2), ...section(0x700000, 0x2000, 2)),
  },
  {
    name: 'a section of size zero',
    rule: 'section-empty',
    back: sevSection(4),
    size: 12,
    breakIt: poke(sevSection(4), ...section(0, 0, 4)),
  },
  {
    name: 'a section of type 7',
    rule: 'unknown-section-type',
    back: sevSection(0),
    size: 12,
    breakIt: poke(sevSection(0) - 8, 7),
  },
  {
    name: 'an IGVM parameter outside its area',
    rule: 'section-outside',
    back: 0x100 - 16 - 24,
    size: 12,
    build: ALL,
    breakIt: poke(0x100 - 16 - 24, ...u32(0xff8)),
  },
  {
    name: 'TDX content that is mapped elsewhere',
    rule: 'section-raw-data',
    back: TDVF_ALL - 16,
    size: 32,
    build: ALL,
    breakIt: poke(TDVF_ALL - 16, ...u32(0x1000), ...u32(0x1000)),
  },
];
