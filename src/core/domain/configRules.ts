// The rules about a domain's configuration: its launch security, and whether everything that starts is
// measured (libvirt, "Launch Security" of the domain XML format).

import type { DomainConfig } from './facts';
import { whyNotLaunched } from './launchable';
import { PLAIN_SEV, SNP, whyUncheckable } from './launchTypes';
import { isActive, wishOf } from './question';
import type { DomainRule, DomainJudgement } from './question';
import { rawArguments, type RawArgument } from './rawArguments';
import { plainText } from '../binary/plainText';

/** The parts of a direct kernel boot that the domain has. */
const directBoot = ({ kernel, initrd, cmdline }: DomainConfig): string[] =>
  Object.entries({ kernel, initrd, 'command line': cmdline }).flatMap(([name, value]) =>
    value === undefined ? [] : name,
  );

/** More are counted, not listed, and longer ones are cut. */
const MOST_LISTED = 3;
const MOST_QUOTED = 80;

const some = (texts: readonly string[]): string[] => [
  ...texts.slice(0, MOST_LISTED),
  ...(texts.length > MOST_LISTED ? [`${texts.length - MOST_LISTED} more`] : []),
];

const listed = (found: readonly RawArgument[]): string =>
  some(found.map(({ text, why }) => `"${plainText(text, MOST_QUOTED)}", which ${why}`)).join('; ');

/** Why a domain has no owner's session, if that is no mistake. */
const sessionless = (type: string | undefined): DomainJudgement | undefined =>
  type === PLAIN_SEV
    ? undefined
    : {
        skip:
          type === SNP
            ? 'SEV-SNP has no sessions: the owner trusts the report of the guest.'
            : 'The domain has no SEV launch security.',
      };

/** In the order of virt-qemu-sev-validate's check_domain, followed by the rules that it lacks. */
export const configRules: readonly DomainRule[] = [
  {
    id: 'launch-security',
    title: 'The domain has SEV launch security',
    config: true,
    judge: ({ config: { launchSecurity } }) => {
      const why = whyUncheckable(launchSecurity?.type);
      return why
        ? { fail: why.found, kind: 'config', advice: why.advice }
        : { ok: `Its type is ${launchSecurity!.type}.` };
    },
  },
  {
    id: 'host-launches-it',
    title: 'The host can launch it',
    config: true,
    judge: (question) => {
      const { sev } = question.host;
      if (isActive(question)) return { ok: 'It has.' };
      const why = whyNotLaunched(wishOf(question.config), sev);
      if (!why)
        return sev
          ? { ok: 'Nothing in its domain capabilities speaks against it.' }
          : { skip: 'The host does not say what it can launch.' };
      return why.isCertain
        ? { fail: why.found, kind: 'config', advice: why.advice }
        : { warn: true, skip: `${why.found} ${why.advice}` };
    },
  },
  {
    id: 'dh-certificate',
    title: "The domain has the owner's certificate",
    config: true,
    judge: ({ config: { launchSecurity } }) => {
      const skipped = sessionless(launchSecurity?.type);
      if (skipped) return skipped;
      return launchSecurity?.dhCert !== undefined
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
      const skipped = sessionless(launchSecurity?.type);
      if (skipped) return skipped;
      return launchSecurity?.session !== undefined
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
    judge: ({ config: { loader, firmware } }) => {
      if (loader?.path !== undefined) return { ok: `It is ${JSON.stringify(loader.path)}, on the host.` };
      const kind = 'config';
      return firmware === undefined
        ? {
            fail: 'The domain has no loader: it would start with an unmeasured BIOS.',
            kind,
            advice: 'Add a <loader> with an OVMF image.',
          }
        : {
            fail: `The host chooses the firmware when the domain starts (firmware="${plainText(firmware, MOST_QUOTED)}"), and may choose another each time.`,
            kind,
            advice:
              'Name it with <loader>, or check the domain while it runs: then its definition names the one that it has.',
          };
    },
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
  {
    id: 'raw-arguments',
    title: 'QEMU gets nothing past libvirt',
    config: true,
    judge: ({ config }) => {
      const found = rawArguments(config.rawArguments);
      const launch = found.filter(({ effect }) => effect === 'launch');
      if (launch.length > 0)
        return {
          fail: `The domain hands QEMU what none of these rules can judge: ${listed(launch)}.`,
          kind: 'insecure',
          advice: 'Take it out of <qemu:commandline>, and say it with <os>, <launchSecurity> and the like.',
          security: true,
        };
      const others = found.filter(({ effect }) => effect !== 'host');
      const settings = config.rawSettings.map((what) => plainText(what, MOST_QUOTED));
      const parts = [listed(others), ...some(settings)].filter((text) => text !== '').join(', ');
      if (parts !== '') return { warn: true, skip: `QEMU gets, past libvirt, ${parts}.` };
      return {
        ok:
          found.length > 0 ? 'What it gets stays on the host.' : 'All of its arguments are those of libvirt.',
      };
    },
  },
];
