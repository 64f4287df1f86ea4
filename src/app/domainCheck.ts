// The whole check of a libvirt domain: asks the host, judges its answers, fills in what the owner left out where
// she allows that, and runs the launch check. Used by the command line and the extension host.

import type { LaunchSecurityInfo } from '../core/domain/facts';
import { isActive, isSnp, WISH_IDS, type DomainQuestion, type GivenInputs } from '../core/domain/question';
import { cpuOfDomain } from '../core/domain/domainCpu';
import { notesOn, type VerifiedReport } from '../core/check/checkReport';
import { checkedReport, comparedReport, expectedReport, refusedReport } from '../core/domain/report';
import { firstFailedRule, judgeDomain } from '../core/domain/rules';
import type { RuleResult } from '../core/launch/report';
import type { CheckStage } from '../core/domain/stages';
import * as errors from './errors';
import { CheckError, reworded } from '../core/errors';
import { keyFilter } from '../core/check/keyText';
import type { HostInput } from '../core/check/loadedSteps';
import { HOST_IDS, MEMBER_IDS, pickInputs, REPORTED_IDS } from '../core/launch/inputs';
import type { Report } from '../core/launch/report';
import type { Secret } from '../core/tech/sev/secret';
import type { ExplainScope } from './explainThreads';
import { withConnection } from './hostConnections';
import { atInput, reportedLaunch, waysToGive } from './inputs';
import type { Io } from './io';
import {
  checkFiles,
  checkOwnerInputs,
  filesOf,
  type CheckedFiles,
  type CheckOptions,
  type DigestInputs,
  type LaunchInputs,
  type StatedPlatform,
} from './launch';
import type { EvidenceQuestion } from './reportEvidence';
import { sealForLaunch } from './seal';
import { expectSnpLaunch, type ExpectedLaunch, type SnpLaunch } from './snpLaunch';
import { toBase64 } from '../core/binary/hex';
import type { Connection, ConnectOptions, Libvirt } from '../libvirt/contract';
import { whyLocal } from '../libvirt/locality';

/** What the guest owner provides, and how strict to be. The host fills in what is missing, where that is allowed. */
export interface DomainInputs
  extends
    Omit<LaunchInputs, 'title' | 'measurement' | 'platform' | 'firmware' | 'fromHost' | 'keys'>,
    Pick<DigestInputs, 'features' | 'guestPolicy'> {
  /** UUID, id or name. */
  readonly domain: string;
  readonly measurement?: string | undefined;
  readonly platform?: StatedPlatform;
  readonly firmware?: string | undefined;
  /** The report of the guest, which only one of SEV-SNP has. */
  readonly evidence?: EvidenceQuestion | undefined;
  /** Needed for SEV and SEV-ES. */
  readonly keys?: LaunchInputs['keys'] | undefined;
  readonly insecure?: boolean;
  readonly ignoreConfig?: boolean;
}

/** Lets `ask` ask a host. @throws CheckError as connect() and `ask` do */
export type Connector = <T>(
  options: ConnectOptions,
  ask: (connection: Connection) => Promise<T>,
) => Promise<T>;

/** How to connect, and how to watch and stop the check. */
export interface DomainCheckOptions extends CheckOptions {
  readonly libvirt: Libvirt;
  readonly connection: ConnectOptions;
  /** Connects; by default with a connection for this check alone. */
  readonly connected?: Connector;
  readonly onStage?: (stage: CheckStage) => void;
  /** Called as soon as the rules are judged, before anything is hashed. */
  readonly onRules?: (rules: readonly RuleResult[]) => void;
}

/** What to inject after a match, when asked for. */
export interface Injection {
  /** Reads the secrets; called only after a match. They are cleared. */
  readonly secrets: () => Promise<readonly Secret[]>;
  /**
   * Whether to inject even if the verdict cannot be trusted although the measurements agree: the owner asked for it.
   */
  readonly evenUntrusted?: boolean;
}

/**
 * The starting point of a search for the cause of a mismatch: the inputs as checked, and what else the host reported.
 */
export interface CheckedLaunch extends Pick<ExplainScope, 'hostCpu' | 'otherMeasurements'> {
  readonly inputs: LaunchInputs | DigestInputs;
  /** What is to be known of the evidence, sentences. */
  readonly notes?: readonly string[];
}

/** How a check ended. */
export interface DomainOutcome {
  readonly report: Report;
  /** How many secrets the guest received; undefined when none were requested, or nothing matched. */
  readonly injected?: number;
  /** The domain that was checked. */
  readonly uuid: string;
  /** What was checked; absent when a rule failed and nothing was checked, and for SEV-SNP without a report. */
  readonly launch?: CheckedLaunch;
  /** Of SEV-SNP: what the report of the guest must show, and of which inputs. */
  readonly expected?: ExpectedLaunch;
  /** The report of the guest, if one was given. */
  readonly evidence?: VerifiedReport;
  /** Why the guest did not get its secrets, or got them but does not run; the verdict still holds. */
  readonly injectionError?: CheckError;
}

/** The host's answers. */
interface Asked {
  readonly uuid: string;
  readonly question: DomainQuestion;
}

/**
 * Checks a domain.
 * @throws CheckError when an input cannot be read or contradicts another, or the host cannot be reached or stops
 * answering; a failed rule or a differing measurement is a report, not an error
 */
export async function checkDomain(
  io: Io,
  inputs: DomainInputs,
  options: DomainCheckOptions,
  injection?: Injection,
): Promise<DomainOutcome> {
  try {
    return await checkAndInject(io, inputs, options, injection);
  } catch (error) {
    // Whoever waits for a secret to be sent must learn that it was not.
    if (injection && options.signal?.aborted) throw errors.injectionStopped();
    // libvirt repeats what it was given.
    const withhold = keyFilter([inputs.domain, options.connection.uri]);
    throw error instanceof CheckError && withhold(error.message) !== error.message
      ? reworded(error, withhold)
      : error;
  }
}

async function checkAndInject(
  io: Io,
  inputs: DomainInputs,
  options: DomainCheckOptions,
  injection?: Injection,
): Promise<DomainOutcome> {
  const { libvirt, onStage, signal } = options;
  const connected: Connector = options.connected ?? ((how, use) => withConnection(libvirt, how, use));
  // Report problems that need no host before asking one.
  await options.admit?.(filesOf(inputs));
  await checkOwnerInputs(io, inputs, signal);
  const evidence = inputs.evidence && (await verified(inputs.evidence, options));
  onStage?.('connecting');
  return connected({ ...options.connection, ...(signal && { signal }) }, async (connection) => {
    onStage?.('asking the host');
    const { uuid, question } = await ask(connection, options, inputs);
    const rules = judgeDomain(question, waysToGive);
    options.onRules?.(rules);
    if (firstFailedRule(rules)) return { uuid, report: refusedReport(question, rules) };
    if (isSnp(question)) {
      onStage?.('reading and hashing');
      const launch = ownerOrHost(inputs, question);
      const expectation = await expectSnpLaunch(io, launch, options);
      const expected = expectedReport(question, rules, expectation, { ...launch, hashes: io.hashes });
      const report = evidence ? comparedReport(question, expected, evidence, io.hashes) : expected;
      const searched = evidence && { ...launch, launchDigest: evidence.report.values.measurement };
      return {
        uuid,
        report,
        expected: { inputs: launch, digest: expectation.expected! },
        ...(evidence && { evidence }),
        ...(searched && {
          launch: {
            inputs: { ...searched, vmsa: undefined, technology: 'snp' as const },
            hostCpu: question.host.cpu.signature,
            notes: notesOn(evidence),
          },
        }),
      };
    }
    if (evidence) throw errors.reportOfSevDomain();
    const { keys } = inputs;
    if (!keys) throw errors.domainKeysNeeded(waysToGive('keys.tik'));
    onStage?.('reading and hashing');
    const launch = fillIn({ ...inputs, keys }, question);
    const checked = await checkFiles(io, launch, options);
    const report = checkedReport(question, rules, checked.report);
    const agrees =
      report.verdict === 'matches' || (injection?.evenUntrusted === true && report.agrees === true);
    if (!injection || !agrees) return { uuid, report, launch: checkedLaunch(launch, question) };
    onStage?.('injecting secrets');
    try {
      const injected = await inject(io, connection, uuid, launch, checked, await injection.secrets());
      return { uuid, report, injected };
    } catch (error) {
      if (!(error instanceof CheckError)) throw error;
      return { uuid, report, injectionError: signal?.aborted ? errors.injectionUnsure() : error };
    }
  });
}

/** The report of the guest. @throws CheckError when it cannot be read */
function verified(
  evidence: EvidenceQuestion,
  { verifyEvidence, signal }: DomainCheckOptions,
): Promise<VerifiedReport> {
  if (!verifyEvidence) throw new Error('Nothing verifies reports here.');
  return verifyEvidence(evidence, signal);
}

/** Asks for everything that is judged, and asks nothing about a domain that cannot answer. */
async function ask(
  connection: Connection,
  { libvirt, connection: { uri } }: DomainCheckOptions,
  inputs: DomainInputs,
): Promise<Asked> {
  const host = await connection.host();
  const { summary, config } = await atInput('domain', () => connection.domain(inputs.domain));
  const { state } = summary;
  const reported = isActive({ state }) ? await launchInfo(connection, summary.uuid) : {};
  const question: DomainQuestion = {
    config,
    state,
    host,
    local: whyLocal(host, await libvirt.thisMachine(), uri),
    info: reported.info,
    infoError: reported.infoError,
    given: givenBy(inputs, isSnp({ config })),
    insecure: inputs.insecure === true,
    ignoreConfig: inputs.ignoreConfig === true,
  };
  return { uuid: summary.uuid, question };
}

/**
 * What the host reports about the launch. A missing report is judged by a rule; only a lost connection ends the check.
 */
async function launchInfo(
  connection: Connection,
  uuid: string,
): Promise<{ info?: LaunchSecurityInfo; infoError?: string }> {
  try {
    return { info: await connection.launchSecurityInfo(uuid) };
  } catch (error) {
    if (error instanceof CheckError && error.kind === 'bug') return { infoError: error.message };
    throw error;
  }
}

/** Which of these values are given. */
const areGiven = <I extends string>(ids: readonly I[], values: Readonly<Partial<Record<I, unknown>>>) =>
  Object.fromEntries(ids.map((id) => [id, values[id] !== undefined])) as Record<I, boolean>;

/** @param ofSnp whose pages are generated, so that files give none */
function givenBy({ platform = {}, ...inputs }: DomainInputs, ofSnp: boolean): GivenInputs {
  return {
    ...areGiven(MEMBER_IDS, inputs),
    ...areGiven(REPORTED_IDS, { ...platform, measurement: inputs.measurement }),
    vmsa: (inputs.cpu ?? (ofSnp ? undefined : inputs.vmsa)) !== undefined,
    policy: platform.policy,
    count: inputs.vcpus,
    cpu: inputs.cpu,
    // Only a guest of SNP has a report.
    technology: inputs.technology ?? (inputs.evidence && 'snp'),
    profile: inputs.profile,
    guestPolicy: inputs.guestPolicy,
    features: inputs.features,
    wishes: pickInputs(WISH_IDS, inputs),
  };
}

/** The owner's inputs with the host's values for those she left out, as far as they are of any technology. */
function ownerOrHost(given: DomainInputs, question: DomainQuestion): SnpLaunch {
  const { cpu, ...files } = reportedByHost(question);
  const onHost: ReportedByHost = (given.cpu ?? given.vmsa) ? files : { ...files, cpu };
  const fromHost = HOST_IDS.filter((id) => given[id] === undefined && onHost[id] !== undefined);
  const { firmware, ...members } = pickInputs(MEMBER_IDS, given, onHost);
  if (firmware === undefined) throw errors.notReported('loader');
  const { features, guestPolicy } = given;
  return { ...members, title: question.config.name, firmware, features, guestPolicy, fromHost };
}

/** All that a check of SEV or SEV-ES takes. */
function fillIn(inputs: DomainInputs & Pick<LaunchInputs, 'keys'>, question: DomainQuestion): LaunchInputs {
  const { platform: stated, keys, vmsa, measurement: given } = inputs;
  const { measurement, ...platform } = reportedLaunch(question.info ?? {}, { ...stated, measurement: given });
  return { ...ownerOrHost(inputs, question), measurement, platform, vmsa, keys };
}

/** What the host can provide in place of the owner. */
type ReportedByHost = { readonly [I in HostInput]?: LaunchInputs[I] | undefined };

/**
 * What the host reports that the domain starts with, files as paths on the host; omits a kernel that is not measured.
 */
function reportedByHost(question: DomainQuestion): ReportedByHost {
  const { config, host } = question;
  const { loader, kernel, initrd, cmdline, launchSecurity, vcpus } = config;
  const hashed = launchSecurity?.kernelHashes === true;
  return {
    firmware: loader?.path,
    ...(hashed && { kernel, initrd, cmdline }),
    cpu: isSnp(question) ? cpuOfDomain(config, host) : host.cpu.signature,
    vcpus: vcpus.current,
  };
}

/** The starting point of a search for the cause. */
function checkedLaunch(inputs: LaunchInputs, { host, info }: DomainQuestion): CheckedLaunch {
  const measurement = info?.measurement;
  const isOther = measurement !== undefined && measurement !== inputs.measurement;
  const otherMeasurements = isOther ? [{ label: 'what the host reports now', measurement }] : [];
  return { inputs, hostCpu: host.cpu.signature, otherMeasurements };
}

/** Seals secrets for the guest, injects them, and resumes it. @returns how many */
async function inject(
  io: Io,
  connection: Connection,
  uuid: string,
  launch: LaunchInputs,
  { image }: CheckedFiles,
  secrets: readonly Secret[],
): Promise<number> {
  const { header, payload, noRoom } = await sealForLaunch(io, launch, image, secrets);
  if (noRoom !== undefined) throw errors.noSecretArea(noRoom);
  await connection.setLaunchSecurityState(uuid, { header: toBase64(header), payload: toBase64(payload) });
  try {
    await connection.resume(uuid);
  } catch (error) {
    throw errors.notResumed(error instanceof CheckError ? error : undefined);
  }
  return secrets.length;
}
