// The texts of the generated files, from the tables that the product itself uses.

import { toJsonSchema } from '@valibot/to-json-schema';
import { describeLayout } from '../core/describe';
import { KERNEL_HASHES } from '../core/measure/kernelHashes';
import { KNOWN_ENTRIES } from '../core/ovmf/entries';
import { METADATA_HEADER, SEV_METADATA, TDX_METADATA, IGVM_METADATA } from '../core/ovmf/metadataLayout';
import { OVMF_RULES } from '../core/ovmf/rules';
import { hex } from '../core/hex';
import { CPU_MODELS, describeCpuId } from '../core/vmsa/cpuModels';
import { VMSA } from '../core/vmsa/layout';
import { PROFILES } from '../core/vmsa/profiles';
import { encodeSignature } from '../core/vmsa/signature';
import { LaunchFileSchema } from '../files/launchFile';

const cell = (text: string) => text.replaceAll('|', '\\|');

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function layersTable(): string {
  return PROFILES.map((profile) => {
    const rows = profile.layers.flatMap((layer) =>
      Object.entries(layer.values).map(([field, value]) => [
        layer.title,
        `\`${field}\``,
        typeof value === 'object' ? value.symbol : hex(value),
        layer.apOnly ? 'AP' : 'both',
      ]),
    );
    return `### ${profile.id}: ${profile.title}\n\n${profile.doc}\n\n${table(['layer', 'field', 'value', 'role'], rows)}`;
  }).join('\n\n');
}

function cpuTable(): string {
  const rows = CPU_MODELS.map((m) => [
    m.name,
    describeCpuId(m),
    hex(encodeSignature(m), 8),
    m.versions.join(', '),
    m.note ?? '',
  ]);
  return table(['QEMU model', 'numbers', 'signature', 'versions and aliases', 'note'], rows);
}

function ovmfSection(): string {
  const entries = KNOWN_ENTRIES.map(({ payload, guid, doc, since }) =>
    describeLayout(payload, '###').replace('\n\n', `\n\n\`${guid}\`, ${since}. ${doc}\n\n`),
  );
  const lists = [SEV_METADATA, TDX_METADATA, IGVM_METADATA].map((m) => describeLayout(m.section, '####'));
  const rules = Object.entries(OVMF_RULES).map(([rule, { severity, doc }]) => [`\`${rule}\``, severity, doc]);
  return [
    ...entries,
    '### Metadata lists',
    describeLayout(METADATA_HEADER, '####'),
    ...lists,
    '### Rules',
    table(['rule', 'severity', 'what it notices'], rules),
  ].join('\n\n');
}

/** Path in the project and text of every generated file; Prettier formats them afterwards. */
export function generatedFiles(): Record<string, string> {
  const reference = [
    '# Reference',
    'Generated from the tables in `src/core` by `npm run generate`.',
    describeLayout(VMSA),
    '## Launch profiles',
    'Layers write in this order; the last write to a field stands, and fields that no layer names are zero.',
    layersTable(),
    '## CPU models',
    cpuTable(),
    '## OVMF',
    ovmfSection(),
    '## Measured direct boot',
    describeLayout(KERNEL_HASHES, '###'),
  ].join('\n\n');
  const schema = { title: 'SEV launch', ...toJsonSchema(LaunchFileSchema, { typeMode: 'input' }) };
  return { 'media/reference.md': reference, 'media/sevlaunch.schema.json': JSON.stringify(schema) };
}
