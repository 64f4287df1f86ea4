// What a host can do: capabilities XML and domain capabilities XML (libvirt's pages of those names, 12.8). A missing
// or invalid value is undefined, and people are asked for it: servers of different ages report different things.

import type { HostCpu, SevCapabilities } from '../core/domain/facts';
import { unreadableXml } from './errors';
import { CPU_ID_LIMITS, type CpuId } from '../core/vmsa/launch/signature';
import { childElements, onlyChild, parseXml, type XmlElement } from './xml';

/** Descends through the only element of each name. */
function descend(top: XmlElement, what: string, ...names: string[]): XmlElement | undefined {
  const fail = (why: string): never => {
    throw unreadableXml(what, why);
  };
  return names.reduce<XmlElement | undefined>((element, name) => onlyChild(element, name, fail), top);
}

const textOf = (element: XmlElement | undefined): string | undefined =>
  element === undefined || element.text.trim() === '' ? undefined : element.text.trim();

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;

/** A complete signature with numbers that CPUID can express, or undefined. */
function signatureOf(element: XmlElement | undefined): CpuId | undefined {
  const part = (name: keyof CpuId) => {
    const value = numberOf(element?.attributes.get(name));
    return value !== undefined && value <= CPU_ID_LIMITS[name] ? value : undefined;
  };
  const [family, model, stepping] = [part('family'), part('model'), part('stepping')];
  if (!family || model === undefined || stepping === undefined) return undefined;
  return { family, model, stepping };
}

/** What capabilities report about the host itself. */
export interface HostCapabilities {
  readonly uuid: string | undefined;
  readonly cpu: HostCpu;
}

/**
 * Parses the result of virConnectGetCapabilities.
 * @throws CheckError of kind `bug` when it is not capabilities XML
 */
export function parseCapabilities(xml: string): HostCapabilities {
  const what = 'What the host says about itself';
  const host = descend(parseXml(xml, 'capabilities', what), what, 'host');
  const cpu = host && descend(host, what, 'cpu');
  const text = (name: string) => textOf(cpu && descend(cpu, what, name));
  return {
    uuid: textOf(host && descend(host, what, 'uuid')),
    cpu: {
      arch: text('arch'),
      vendor: text('vendor'),
      model: text('model'),
      signature: signatureOf(cpu && descend(cpu, what, 'signature')),
    },
  };
}

const isSupported = (element: XmlElement | undefined) => element?.attributes.get('supported') === 'yes';

/**
 * Parses the result of virConnectGetDomainCapabilities.
 * @throws CheckError of kind `bug` when it is not domain capabilities XML
 */
export function parseDomainCapabilities(xml: string): SevCapabilities {
  const what = 'What the host says about the domains that it can start';
  const top = parseXml(xml, 'domainCapabilities', what);
  const features = descend(top, what, 'features');
  const sev = features && descend(features, what, 'sev');
  const number = (name: string) => numberOf(textOf(sev && descend(sev, what, name)));
  const security = features && descend(features, what, 'launchSecurity');
  const types = isSupported(security)
    ? childElements(security, 'enum').find((list) => list.attributes.get('name') === 'sectype')
    : undefined;
  const hostModel = childElements(descend(top, what, 'cpu'), 'mode').find(
    (mode) => mode.attributes.get('name') === 'host-model',
  );
  return {
    sev: isSupported(sev),
    cbitpos: number('cbitpos'),
    reducedPhysBits: number('reducedPhysBits'),
    maxGuests: number('maxGuests'),
    maxEsGuests: number('maxESGuests'),
    types: childElements(types, 'value').flatMap((value) => textOf(value) ?? []),
    hostModel: textOf(hostModel && childElements(hostModel, 'model')[0]),
  };
}
