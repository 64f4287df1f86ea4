// The schema of launch files for VS Code: what the validator accepts, from its own table, with completions and
// explanations from the tables of CPU models, profiles and policies.

import { toJsonSchema } from '@valibot/to-json-schema';
import { hex } from '../core/binary/hex';
import { describePolicy } from '../core/tech/sev/policy';
import { CPU_MODELS, describeCpuId } from '../core/vmsa/launch/cpuModels';
import { SEV_ES_PROFILES } from '../core/vmsa/launch/profiles';
import { LaunchFileSchema, NO_NUL } from '../app/launchFile';

/** A JSON schema with VS Code's extensions to the standard. */
interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
}

/** A completion that VS Code offers: `body` has `${1:text}` where the user continues typing. */
interface Snippet {
  readonly label: string;
  readonly description?: string;
  readonly body: unknown;
}

/** Policies that owners commonly give their guests, the safest SEV-ES policy first. */
const POLICIES = [7, 5, 3, 1, 4, 0];
const POLICY_CHOICES: readonly Snippet[] = POLICIES.map((policy) => ({
  label: hex(policy),
  description: describePolicy(policy),
  body: policy,
}));

const CPU_CHOICES = CPU_MODELS.flatMap((model) =>
  [model.name, ...model.versions].map((name) => ({
    name,
    text: `${describeCpuId(model)}${model.note === undefined ? '' : `; ${model.note}`}`,
  })),
);

const TIK_AND_TEK = { tik: '${1:tik.bin}', tek: '${2:tek.bin}' };
const RECORDED = {
  measurement: '${1:sev-measurement}',
  apiMajor: '^${2:1}',
  apiMinor: '^${3:55}',
  buildId: '^${4:24}',
  policy: '^${5:7}',
};
const DOMAIN = { connection: '${1:qemu+ssh://user@host/system}', name: '${2:guest}' };
const OWNER = { firmware: '${6:OVMF.fd}', vcpus: '^${7:1}', cpu: '${8:EPYC-Milan}' };

/** The help for each member, by its path. */
const HELP: Readonly<Record<string, Record<string, unknown>>> = {
  '': {
    defaultSnippets: [
      {
        label: 'A recorded launch',
        description: 'what the host reported is in the file; no host is asked',
        body: { ...OWNER, launch: RECORDED, keys: { tik: '${9:tik.bin}', tek: '${10:tek.bin}' } },
      },
      {
        label: 'The launch of a libvirt domain',
        description: 'the host is asked',
        body: { ...OWNER, domain: DOMAIN, keys: { tik: '${9:tik.bin}', tek: '${10:tek.bin}' } },
      },
    ],
  },
  firmware: { examples: ['OVMF.fd', 'OVMF_CODE.fd'] },
  cmdline: { default: '' },
  vcpus: { examples: [1, 2, 4] },
  profile: {
    default: SEV_ES_PROFILES[0]!.id,
    enumDescriptions: SEV_ES_PROFILES.map(({ title, doc }) => `${title}. ${doc}`),
  },
  keys: {
    defaultSnippets: [
      { label: 'TIK and TEK', description: 'a file for each', body: TIK_AND_TEK },
      { label: 'TEK and TIK in one file', body: { tk: '${1:tk.bin}' } },
    ],
  },
  launch: { defaultSnippets: [{ label: 'What the host reported', body: RECORDED }] },
  'launch.policy': { defaultSnippets: POLICY_CHOICES },
  domain: { defaultSnippets: [{ label: 'A domain of a libvirt host', body: DOMAIN }] },
  'domain.connection': {
    examples: ['qemu+ssh://user@host/system', 'qemu+tls://host/system', 'qemu:///system'],
  },
  'domain.policy': { defaultSnippets: POLICY_CHOICES },
};

function memberOf(schema: JsonSchema, path: string): JsonSchema {
  if (path === '') return schema;
  return path.split('.').reduce((at, name) => {
    const next = at.properties?.[name];
    if (!next) throw new Error(`A launch file has no "${path}".`);
    return next;
  }, schema);
}

/** Each member that may have no NUL with a sentence of its own: VS Code would show the pattern. */
function explainPatterns(schema: JsonSchema): void {
  if (schema['pattern'] === NO_NUL.source)
    schema['patternErrorMessage'] =
      'This text must not have a NUL character: what takes it would stop there.';
  for (const inner of [...Object.values(schema.properties ?? {}), ...(schema.anyOf ?? [])])
    explainPatterns(inner);
}

/** The schema, with `title` as VS Code displays it. */
export function launchSchema(): object {
  const schema = {
    title: 'SEV launch',
    // These checks are replaced by an enumeration below.
    ...toJsonSchema(LaunchFileSchema, { typeMode: 'input', ignoreActions: ['check'] }),
  } as unknown as JsonSchema;
  explainPatterns(schema);
  for (const [path, help] of Object.entries(HELP)) Object.assign(memberOf(schema, path), help);
  const [named, numbers] = memberOf(schema, 'cpu').anyOf ?? [];
  Object.assign(named!, {
    enum: CPU_CHOICES.map(({ name }) => name),
    enumDescriptions: CPU_CHOICES.map(({ text }) => text),
  });
  Object.assign(numbers!, {
    defaultSnippets: [
      {
        label: 'Family, model and stepping',
        body: { family: '^${1:25}', model: '^${2:1}', stepping: '^${3:1}' },
      },
    ],
  });
  return schema;
}
