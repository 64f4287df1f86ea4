// Domain XML (libvirt's "Domain XML format" and "Launch Security" pages, 12.8) -> DomainConfig. Strict: anything
// that libvirt and people would read differently is refused. Texts stay as the host wrote them, not decoded.

import type { DomainConfig, DomainLoader, DomainNvram, LaunchSecurity } from '../core/domain/facts';
import { policyBits } from '../core/domain/launchTypes';
import { badDomain } from './errors';
import { plainText } from '../core/binary/plainText';
import { fromBase64 } from '../core/binary/hex';
import { readTextBytes } from '../core/binary/textBytes';
import { lengthWithout } from '../core/binary/trim';
import { childElements, onlyChild, parseXml, type XmlElement } from './xml';

const QEMU_SPACE = 'http://libvirt.org/schemas/domain/qemu/1.0';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const fail = (why: string): never => {
  throw badDomain(why);
};
const child = (parent: XmlElement | undefined, name: string) => onlyChild(parent, name, fail);

/** XML's white space only. JavaScript's trim() removes more. */
const trim = (text: string): string =>
  text.slice(0, lengthWithout(text, ' \t\r\n')).replace(/^[ \t\r\n]+/, '');

/** The text of an element exactly as written; undefined when it is missing or empty (virXPathString). */
function textOf(parent: XmlElement | undefined, name: string): string | undefined {
  const element = child(parent, name);
  if (element && element.children.length > 0) fail(`"${name}" holds elements in place of a text`);
  return element === undefined || element.text === '' ? undefined : element.text;
}

const trimmedTextOf = (parent: XmlElement | undefined, name: string): string | undefined => {
  const text = trim(textOf(parent, name) ?? '');
  return text === '' ? undefined : text;
};

/** @throws CheckError for anything but yes and no */
function yesNo(element: XmlElement, name: string): boolean | undefined {
  const value = element.attributes.get(name);
  if (value === undefined) return undefined;
  if (value !== 'yes' && value !== 'no') fail(`"${name}" is "${plainText(value, 40)}", neither yes nor no`);
  return value === 'yes';
}

function decimal(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,9}$/.test(trim(text))) fail(`"${name}" is "${plainText(text, 40)}", not a decimal number`);
  return Number(trim(text));
}

/** A policy, base 16 with or without 0x: `<policy>10</policy>` is 0x10. */
function policyOf(element: XmlElement, type: string): bigint | undefined {
  const bits = policyBits(type);
  if (bits === undefined) return undefined;
  const text = trimmedTextOf(element, 'policy') ?? fail(`launch security of type ${type} has no policy`);
  const digits = /^(?:0x)?([0-9a-f]+)$/i.exec(text)?.[1];
  if (digits === undefined) fail(`the policy "${plainText(text, 40)}" is not a hexadecimal number`);
  // Limits the digits to those of the policy, so that a text of megabytes is never parsed as a number.
  const significant = digits!.replace(/^0+/, '');
  if (significant.length > bits / 4) fail(`the policy has more than ${bits} bits`);
  return BigInt(`0x0${significant}`);
}

/** What an SNP launch takes as base64, and its size in bytes (QEMU, SevSnpGuestProperties in qapi/qom.json). */
const SNP_BYTES = { guestVisibleWorkarounds: 16, idBlock: 96, idAuth: 4096, hostData: 32 } as const;

/** Longer texts are none of these, and are not read. */
const LONGEST_BASE64 = 1 << 14;

/** Base64 of a known size, without the line ends that QEMU passes over; every other type has none of these. */
function base64Of(element: XmlElement, type: string, name: keyof typeof SNP_BYTES): string | undefined {
  if (type !== 'sev-snp') return undefined;
  const text = trimmedTextOf(element, name)?.replaceAll('\n', '');
  if (text === undefined) return undefined;
  const size = SNP_BYTES[name];
  if (text.length > LONGEST_BASE64) fail(`"${name}" has ${text.length} characters for ${size} bytes`);
  if (fromBase64(text)?.length === size) return text;
  const read = readTextBytes(text, [], ['base64']);
  return fail(`"${name}" is ${read.ok ? 'other text' : read.found}, and must be base64 of ${size} bytes`);
}

/** What of `<launchSecurity>` is read, or means nothing for the launch (the handle of status XML). */
const KNOWN_ATTRIBUTES = ['type', 'kernelHashes', 'authorKey', 'vcek'];
const KNOWN_ELEMENTS = ['policy', 'cbitpos', 'reducedPhysBits', 'dhCert', 'session', 'handle'].concat(
  Object.keys(SNP_BYTES),
);

/** What a later libvirt has in it, elements as `<name>`. */
function unknownIn({ attributes, children }: XmlElement): string[] {
  const names = [
    ...[...attributes.keys()].filter((name) => !KNOWN_ATTRIBUTES.includes(name)),
    ...children
      .filter(({ name, space }) => space !== '' || !KNOWN_ELEMENTS.includes(name))
      .map(({ name }) => `<${name}>`),
  ];
  return [...new Set(names)];
}

function launchSecurityOf(domain: XmlElement): LaunchSecurity | undefined {
  const element = child(domain, 'launchSecurity');
  if (!element) return undefined;
  const type = element.attributes.get('type') ?? fail('launch security has no type');
  const number = (name: string) => decimal(trimmedTextOf(element, name), name);
  return {
    type,
    kernelHashes: yesNo(element, 'kernelHashes'),
    policy: policyOf(element, type),
    cbitpos: number('cbitpos'),
    reducedPhysBits: number('reducedPhysBits'),
    dhCert: trimmedTextOf(element, 'dhCert'),
    session: trimmedTextOf(element, 'session'),
    idBlock: base64Of(element, type, 'idBlock'),
    idAuth: base64Of(element, type, 'idAuth'),
    hostData: base64Of(element, type, 'hostData'),
    guestVisibleWorkarounds: base64Of(element, type, 'guestVisibleWorkarounds'),
    authorKey: yesNo(element, 'authorKey'),
    vcek: yesNo(element, 'vcek'),
    unknown: unknownIn(element),
  };
}

function loaderOf(os: XmlElement | undefined): DomainLoader | undefined {
  const element = child(os, 'loader');
  return (
    element && {
      path: textOf(os, 'loader'),
      type: element.attributes.get('type'),
      stateless: yesNo(element, 'stateless'),
      readonly: yesNo(element, 'readonly'),
      secure: yesNo(element, 'secure'),
      format: element.attributes.get('format'),
    }
  );
}

/** The variable store; its path is text, or in a `<source>` when it is a disk of its own (since 8.5). */
function nvramOf(os: XmlElement | undefined): DomainNvram | undefined {
  const element = child(os, 'nvram');
  if (!element) return undefined;
  const source = child(element, 'source')?.attributes;
  return {
    path: source?.get('file') ?? source?.get('dev') ?? (trim(element.text) === '' ? undefined : element.text),
    template: element.attributes.get('template'),
    templateFormat: element.attributes.get('templateFormat'),
    format: element.attributes.get('format'),
  };
}

function vcpusOf(domain: XmlElement): DomainConfig['vcpus'] {
  const element = child(domain, 'vcpu');
  const max = decimal(trimmedTextOf(domain, 'vcpu'), 'vcpu') ?? 1;
  const current = decimal(element?.attributes.get('current'), 'current') ?? max;
  if (max < 1 || current < 1 || current > max) fail(`it has ${current} of ${max} vCPUs`);
  return { max, current };
}

function uuidOf(domain: XmlElement): string | undefined {
  const text = trimmedTextOf(domain, 'uuid');
  if (text !== undefined && !UUID.test(text)) fail(`"${plainText(text, 40)}" is not a UUID`);
  return text?.toLowerCase();
}

/** All elements of QEMU's own namespace at a path below the domain, as libvirt's XPath finds them. */
function ofQemu(domain: XmlElement, path: string): readonly XmlElement[] {
  return path
    .split('/')
    .reduce<readonly XmlElement[]>(
      (parents, name) =>
        parents.flatMap(({ children }) => children.filter((c) => c.space === QEMU_SPACE && c.name === name)),
      [domain],
    );
}

/** What QEMU gets that libvirt only passes on ("QEMU driver", "Pass-through of arbitrary qemu commands"). */
function rawOf(domain: XmlElement): Pick<DomainConfig, 'rawArguments' | 'rawSettings'> {
  const value = ({ attributes }: XmlElement, name: string) => attributes.get(name) ?? '';
  const properties = ofQemu(domain, 'override/device').flatMap((device) =>
    ofQemu(device, 'frontend/property').flatMap((property) => [
      '-set',
      `device.${value(device, 'alias')}.${value(property, 'name')}=${value(property, 'value')}`,
    ]),
  );
  const variables = ofQemu(domain, 'commandline/env').map((env) => `the variable ${value(env, 'name')}`);
  const capabilities = ['add', 'del'].flatMap((change) =>
    ofQemu(domain, `capabilities/${change}`).map(
      (one) => `the capability ${value(one, 'capability')} (${change})`,
    ),
  );
  return {
    rawArguments: [...ofQemu(domain, 'commandline/arg').map((arg) => value(arg, 'value')), ...properties],
    rawSettings: [...variables, ...capabilities],
  };
}

/**
 * Parses a domain's definition.
 * @throws CheckError of kind `bug` when it is not domain XML, `config` for a value that libvirt would not accept
 */
export function parseDomainXml(xml: string): DomainConfig {
  const domain = parseXml(xml, 'domain', 'The XML of the domain');
  const os = child(domain, 'os');
  const osType = child(os, 'type');
  const cpu = child(domain, 'cpu');
  return {
    name: textOf(domain, 'name') ?? fail('it has no name'),
    uuid: uuidOf(domain),
    type: domain.attributes.get('type') ?? fail('it has no type'),
    vcpus: vcpusOf(domain),
    cpu: cpu && { mode: cpu.attributes.get('mode'), model: trimmedTextOf(cpu, 'model') },
    arch: osType?.attributes.get('arch'),
    machine: osType?.attributes.get('machine'),
    firmware: os?.attributes.get('firmware'),
    loader: loaderOf(os),
    nvram: nvramOf(os),
    varstore: childElements(os, 'varstore').length > 0,
    kernel: textOf(os, 'kernel'),
    initrd: textOf(os, 'initrd'),
    cmdline: textOf(os, 'cmdline'),
    launchSecurity: launchSecurityOf(domain),
    ...rawOf(domain),
  };
}

/** Whether a text is a UUID in its full form, 8-4-4-4-12 digits of either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
