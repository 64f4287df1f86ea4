// The rules about a domain's configuration: what launch security it has, and whether all that starts is measured (libvirt,
// "Launch Security" of the domain XML format).

import type { DomainConfig } from './facts';
import type { DomainRule, Judgement } from './question';

const PLAIN_SEV = 'sev';

/** What a domain of another type needs instead, by the type in `<launchSecurity>`. */
const OTHER_TYPES: ReadonlyMap<string, { is: string; advice: string }> = new Map([
  [
    'sev-snp',
    {
      is: 'SEV-SNP, whose measurement the host cannot tell: it is in the attestation report that the guest fetches',
      advice:
        'Fetch the report inside the guest and compare its measurement with "sevscope digest --mode snp".',
    },
  ],
  [
    'tdx',
    { is: 'Intel TDX, which is attested by a quote of the guest', advice: 'Use a tool for TDX quotes.' },
  ],
  [
    's390-pv',
    {
      is: 'IBM Secure Execution, which is checked by the image itself',
      advice: 'Use the tools of s390-tools.',
    },
  ],
]);

/** What of a kernel the domain starts directly. */
const directBoot = ({ kernel, initrd, cmdline }: DomainConfig): string[] =>
  Object.entries({ kernel, initrd, 'command line': cmdline }).flatMap(([name, value]) =>
    value === undefined ? [] : name,
  );

const noSev: Judgement = { skip: 'The domain has no SEV launch security.' };

/** In the order of virt-qemu-sev-validate's check_domain; what it does not have stands last. */
export const configRules: readonly DomainRule[] = [
  {
    id: 'launch-security',
    title: 'The domain has SEV launch security',
    config: true,
    judge: ({ config: { launchSecurity } }) => {
      if (launchSecurity?.type === PLAIN_SEV) return { ok: 'Its type is sev.' };
      const other = launchSecurity && OTHER_TYPES.get(launchSecurity.type);
      const found = !launchSecurity
        ? 'The domain has no launch security: its memory is not encrypted and nothing is measured.'
        : `The launch security of the domain is ${other?.is ?? `"${launchSecurity.type}", which is not known here`}.`;
      const advice =
        other?.advice ?? "Add <launchSecurity type='sev'> with the owner's session to the domain.";
      return { fail: found, kind: 'config', advice };
    },
  },
  {
    id: 'dh-certificate',
    title: "The domain has the owner's certificate",
    config: true,
    judge: ({ config: { launchSecurity } }) => {
      if (launchSecurity?.type !== PLAIN_SEV) return noSev;
      return launchSecurity.dhCert !== undefined
        ? { ok: 'There is a dhCert.' }
        : {
            fail: "The domain has no dhCert: the host made the keys itself, so the owner's TIK is none of this launch.",
            kind: 'config',
            advice: 'Make a session for this host with "sevctl session" and put both parts into the domain.',
          };
    },
  },
  {
    id: 'session',
    title: "The domain has the owner's session",
    config: true,
    judge: ({ config: { launchSecurity } }) => {
      if (launchSecurity?.type !== PLAIN_SEV) return noSev;
      return launchSecurity.session !== undefined
        ? { ok: 'There is a session.' }
        : {
            fail: "The domain has no session: the owner's keys never reached this launch.",
            kind: 'config',
            advice: 'Make a session for this host with "sevctl session" and put both parts into the domain.',
          };
    },
  },
  {
    id: 'nvram',
    title: 'There is no store of variables beside the firmware',
    config: true,
    judge: ({ config: { nvram, varstore } }) =>
      nvram === undefined && !varstore
        ? { ok: 'The firmware is stateless.' }
        : {
            fail: 'The domain has a variable store (NVRAM), which the host can change and nothing measures.',
            kind: 'insecure',
            advice: "Use firmware that needs none, with <loader stateless='yes'>.",
            security: true,
          },
  },
  {
    id: 'loader',
    title: 'The domain names its firmware',
    config: true,
    judge: ({ config: { loader } }) =>
      loader?.path === undefined
        ? {
            fail: 'The domain has no loader: it would start with an unmeasured BIOS.',
            kind: 'config',
            advice: 'Add a <loader> with an OVMF image.',
          }
        : { ok: `It is ${JSON.stringify(loader.path)}, on the host.` },
  },
  {
    id: 'kernel-hashes',
    title: 'What starts directly is measured',
    config: true,
    judge: ({ config, given }) => {
      const boots = directBoot(config);
      if (config.launchSecurity?.kernelHashes)
        return { ok: 'Kernel hashes are on, so kernel, initrd and command line are measured.' };
      if (given.kernel || given.initrd || given.cmdline) {
        return {
          fail: 'A kernel is given, but the domain does not measure one (kernelHashes is not "yes").',
          kind: 'usage',
          advice: "Leave the kernel out, or start the domain with <launchSecurity kernelHashes='yes'>.",
        };
      }
      return boots.length === 0
        ? { ok: 'Nothing is started directly.' }
        : {
            fail: `The domain starts ${boots.join(', ')} directly and measures none of it.`,
            kind: 'insecure',
            advice: "Start it with <launchSecurity kernelHashes='yes'>.",
            security: true,
          };
    },
  },
  {
    id: 'kernel-hashes-used',
    title: 'Kernel hashes have a kernel',
    config: true,
    judge: ({ config }) => {
      if (!config.launchSecurity?.kernelHashes) return { skip: 'Kernel hashes are off.' };
      return directBoot(config).length > 0
        ? { ok: `The domain starts ${directBoot(config).join(', ')} directly.` }
        : {
            fail: 'Kernel hashes are on, but the domain starts no kernel directly.',
            kind: 'config',
            advice: 'Add <kernel> to the domain, or switch kernelHashes off.',
          };
    },
  },
];
