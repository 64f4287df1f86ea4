// The VMSA pages of a setting: from files, or those of a profile with the fields written over that the search varies.

import { entriesOf, writeLeaf } from '../binary/struct';
import { generateVmsa, needsOf, type Role } from '../vmsa/launch/generate';
import { findProfile } from '../vmsa/launch/profiles';
import type { CpuId } from '../vmsa/launch/signature';
import { vmsaLeaf } from '../vmsa/layout/layout';
import type { LaunchFacts } from './launchFacts';
import type { Setting } from './setting';
import { svsmPlace } from './svsmPlaces';
import type { PageForCpus } from './vcpuDigests';

const SEV_FEATURES = vmsaLeaf('sev_features');
/** The one field that the address of an SVSM image decides. */
const ENTRY = vmsaLeaf('rip');

/** Any CPU will do: its signature is written over. */
const NO_CPU: CpuId = { family: 0, model: 0, stepping: 0 };
/** Pages that are kept, 8 MiB of them: of the sizes of variables times the sets of features few are needed again. */
const MOST_KEPT = 2048;

/** Makes pages, each once as long as it is kept. */
export class SettingPages {
  /** Of profiles, as they are. */
  private readonly ofProfiles = new Map<string, PageForCpus | undefined>();
  private readonly made = new Map<string, PageForCpus | undefined>();

  constructor(private readonly facts: LaunchFacts) {}

  /** The page of a role; undefined where there is none. */
  of(setting: Setting, role: Role): PageForCpus | undefined {
    const { pages, profile, features, fields, firmware } = setting;
    if (pages !== 'generated') return this.ofFile(pages, role);
    const { resetAddress } = this.facts.firmwares[firmware]!;
    const entry = svsmPlace(this.facts, setting)?.entry;
    // With an SVSM image all vCPUs have the same page.
    const own = entry === undefined ? role : 'bsp';
    const start = entry === undefined ? (resetAddress ?? '') : `svsm ${entry}`;
    const key = `${start} ${profile} ${features ?? ''} ${fields ? JSON.stringify(fields) : ''} ${own}`;
    return this.keep(key, () => this.make(setting, own, entry));
  }

  private keep(key: string, make: () => PageForCpus | undefined): PageForCpus | undefined {
    const { made } = this;
    if (!made.has(key)) {
      if (made.size >= MOST_KEPT) made.clear();
      made.set(key, make());
    }
    return made.get(key);
  }

  private ofFile(pages: 'files' | 'swapped', role: Role): PageForCpus | undefined {
    const isSwapped = pages === 'swapped';
    return this.keep(`${pages} ${role}`, () => {
      const bytes = this.facts.vmsa?.[(role === 'bsp') === isSwapped ? 'ap' : 'bsp'];
      return bytes && { bytes, hasCpu: false };
    });
  }

  /** @param entry of an SVSM image; undefined without one */
  private make(setting: Setting, role: Role, entry: number | undefined): PageForCpus | undefined {
    const { features, fields } = setting;
    const page = this.ofProfile(setting, role, entry !== undefined);
    if (!page) return undefined;
    const bytes = page.bytes.slice();
    if (entry !== undefined) writeLeaf(bytes, ENTRY, BigInt(entry));
    if (features !== undefined) writeLeaf(bytes, SEV_FEATURES, features);
    for (const [name, value] of entriesOf(fields ?? {})) writeLeaf(bytes, vmsaLeaf(name), value);
    return { ...page, bytes };
  }

  private ofProfile({ profile, firmware }: Setting, role: Role, isSvsm: boolean): PageForCpus | undefined {
    const { resetAddress } = this.facts.firmwares[firmware]!;
    const key = `${resetAddress ?? ''} ${profile} ${role}`;
    const { ofProfiles } = this;
    const needs = needsOf(findProfile(profile)!, role);
    if (needs.svsm.length > 0 !== isSvsm || (needs.resetAddress && resetAddress === undefined))
      return undefined;
    if (!ofProfiles.has(key)) {
      const request = { profile, role, cpu: NO_CPU, resetAddress, svsm: { entry: 0 } };
      ofProfiles.set(key, { bytes: generateVmsa(request).bytes, hasCpu: needs.cpu });
    }
    return ofProfiles.get(key);
  }
}
