// The rules about where inputs come from: what the owner does not give rests on the host's word, and a file
// on the host can only be read on the host.

import { describePolicy } from '../tech/sev/policy';
import { hex } from '../binary/hex';
import { diskKind } from '../ovmf/kinds/table';
import { describeSnpPolicy } from '../tech/snp/policy';
import { describeCpuId } from '../vmsa/launch/cpuModels';
import type { CpuId } from '../vmsa/launch/signature';
import { cpuOfDomain } from './domainCpu';
import type { DomainQuestion, DomainRule, DomainJudgement, WaysToGive } from './question';
import { isSnp, measuresVcpus, snpPoliciesBy } from './question';

/** An input that is a file: given, not needed, or only on the host. */
function fileInput(
  what: 'firmware' | 'kernel' | 'initrd',
  { local }: DomainQuestion,
  given: boolean,
  onHost: string | undefined,
  ways: WaysToGive,
): DomainJudgement {
  if (given) return { ok: `The owner gave the ${what}.` };
  if (onHost === undefined) return { skip: `The domain has no ${what}.` };
  const advice = `Give the owner's own copy, ${ways(what)}.`;
  if (local === undefined)
    return {
      fail: `The ${what} was not given, and ${JSON.stringify(onHost)} is a path on the host, which is another machine.`,
      kind: 'usage',
      advice,
    };
  return {
    fail: `The ${what} was not given; that of the host, ${JSON.stringify(onHost)}, is what the host says it is.`,
    kind: 'insecure',
    advice,
    security: true,
  };
}

/** What is not hashed is not an input, whoever supplies it. */
const unmeasured = ({ config }: DomainQuestion): DomainJudgement | undefined =>
  config.launchSecurity?.kernelHashes ? undefined : { skip: 'Kernel hashes are off, so it is not measured.' };

const noPolicy: DomainJudgement = {
  skip: 'No policy of SEV is known, so neither is whether vCPUs are measured.',
};
const plainSev: DomainJudgement = { skip: 'Plain SEV measures no vCPUs.' };

/** An input that the owner gave, of which the domain of an SNP guest may say something else. */
function agreement(question: DomainQuestion, ok: string, given = '', inDomain = given): DomainJudgement {
  // A measurement that the host reports decides between them; without one, people must hear of it.
  if (given === inDomain || !isSnp(question)) return { ok };
  return {
    warn: true,
    skip: `The owner gave ${given}, and the domain has ${inDomain}: the report of this guest will show another measurement.`,
  };
}

/** The owner's CPU, or her pages. */
function givenCpu(question: DomainQuestion): DomainJudgement {
  const { cpu } = question.given;
  const inDomain = cpu && cpuOfDomain(question.config, question.host);
  const words = (id: CpuId | undefined) => id && describeCpuId(id);
  return agreement(question, 'The owner gave the CPU, or the pages.', words(cpu), words(inDomain));
}

/** What to say when the CPU of a domain is not that of its host. */
function noHostCpu(question: DomainQuestion): string | undefined {
  const mode = question.config.cpu?.mode ?? 'none';
  if (mode === 'host-passthrough')
    return question.host.cpu.signature
      ? undefined
      : 'The CPU was not given, and this libvirt does not tell the signature of its host.';
  if (!isSnp(question))
    return `The CPU mode of the domain is "${mode}": only with host-passthrough does the guest have the host's CPU.`;
  return cpuOfDomain(question.config, question.host)
    ? undefined
    : `The CPU was not given, and the domain does not tell it: its mode is "${mode}"${mode === 'custom' ? ', with a model that is not known here' : ''}.`;
}

/** In the order of virt-qemu-sev-validate's load_domain, followed by the rules that it lacks. */
export const inputRules: readonly DomainRule[] = [
  {
    id: 'vcpu-count',
    title: "The number of vCPUs is the owner's",
    judge: (question, ways) => {
      const vcpus = measuresVcpus(question);
      if (vcpus === undefined) return noPolicy;
      if (!vcpus) return plainSev;
      const { current } = question.config.vcpus;
      const { vcpus: isGiven, count = current } = question.given;
      if (isGiven) return agreement(question, 'The owner gave it.', `${count}`, `${current}`);
      return {
        fail: `The number of vCPUs was not given; ${current} is what the host says.`,
        kind: 'insecure',
        advice: `Give it ${ways('vcpus')}.`,
        security: true,
      };
    },
  },
  {
    id: 'firmware-input',
    title: "The firmware is the owner's",
    judge: (question, ways) => {
      const { loader } = question.config;
      const judged = fileInput('firmware', question, question.given.firmware, loader?.path, ways);
      const disk = diskKind(loader?.format);
      if ('skip' in judged) {
        const advice = `Give it ${ways('firmware')}.`;
        return { fail: 'No firmware was given, and the domain names none.', kind: 'usage', advice };
      }
      if (!question.given.firmware && question.insecure && loader?.format && loader.format !== 'raw') {
        const fail = `The firmware of the host is a ${loader.format} file, whose bytes are not the measured ones.`;
        const advice = `${disk?.next ?? 'Convert it with qemu-img.'} Give that ${ways('firmware')}.`;
        return { fail, kind: 'usage', advice };
      }
      if ('fail' in judged && disk)
        return { ...judged, advice: `${judged.advice} The host's is ${disk.words}. ${disk.next}` };
      return judged;
    },
  },
  {
    id: 'kernel-input',
    title: "The kernel is the owner's",
    judge: (question, ways) =>
      unmeasured(question) ??
      fileInput('kernel', question, question.given.kernel, question.config.kernel, ways),
  },
  {
    id: 'initrd-input',
    title: "The initrd is the owner's",
    judge: (question, ways) =>
      unmeasured(question) ??
      fileInput('initrd', question, question.given.initrd, question.config.initrd, ways),
  },
  {
    id: 'cmdline-input',
    title: "The command line is the owner's",
    judge: (question, ways) => {
      const { given, config } = question;
      const { cmdline } = config;
      const skipped = unmeasured(question);
      if (skipped) return skipped;
      if (given.cmdline) return { ok: 'The owner gave the command line.' };
      if (cmdline === undefined) return { skip: 'The domain has no command line.' };
      return {
        fail: `The command line was not given; ${JSON.stringify(cmdline)} is what the host says.`,
        kind: 'insecure',
        advice: `Give it ${ways('cmdline')}, exactly as booted.`,
        security: true,
      };
    },
  },
  {
    id: 'cpu-input',
    title: "The CPU of the VMSAs is the owner's",
    judge: (question, ways) => {
      const vcpus = measuresVcpus(question);
      if (vcpus === undefined) return noPolicy;
      if (!vcpus) return plainSev;
      if (question.given.vmsa) return givenCpu(question);
      const advice = `Give it ${ways('cpu')}, or VMSA files.`;
      const found = {
        fail: 'The CPU was not given; that of the host is what the host says.',
        kind: 'insecure',
        advice,
        security: true,
      } as const;
      const unknown = question.insecure ? noHostCpu(question) : undefined;
      return unknown === undefined ? found : { fail: unknown, kind: 'usage', advice };
    },
  },
  {
    id: 'policy-agrees',
    title: 'Owner, domain and firmware agree on the policy',
    judge: (question) => {
      const { given, config, info } = question;
      const isOfSnp = isSnp(question);
      const { owner, domain, reported } = isOfSnp
        ? snpPoliciesBy(question)
        : { owner: given.policy, domain: config.launchSecurity?.policy, reported: info?.policy };
      const said = [owner, domain, reported];
      const known = said.flatMap((value) => (value === undefined ? [] : BigInt(value)));
      const [policy] = known;
      if (policy === undefined || known.length < 2) return { skip: 'Only one of them tells a policy.' };
      if (new Set(known).size === 1) {
        const words = isOfSnp ? describeSnpPolicy(policy) : describePolicy(Number(policy));
        return { ok: `It is ${hex(policy)}: ${words}.` };
      }
      const [ofOwner, ofDomain, ofHost] = said.map((value) =>
        value === undefined ? 'not told' : hex(value),
      );
      const differ = `They differ: given ${ofOwner!}, in the domain ${ofDomain!}, reported ${ofHost!}.`;
      // Not a failure: the policy is part of the HMAC, and of an SNP guest's report, so a match confirms it.
      return isOfSnp
        ? {
            warn: true,
            skip: `${differ} The guest's report shows which it is (0x008).`,
            advice:
              owner === undefined
                ? 'Say in the launch file which "policy" you want.'
                : `Demand ${ofOwner!} of the report.`,
          }
        : { warn: true, skip: `${differ} The measurement decides.` };
    },
  },
];
