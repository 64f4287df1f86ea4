// Addresses in every spelling that a resolver takes, in one: IPv4 also in fewer parts, octal and hexadecimal, as
// inet_aton(3) and so getaddrinfo(3) read it, and IPv6 as RFC 4291 writes it. The parsing is that of URLs (WHATWG),
// which is the same; what one of them takes for a name and the other for an address is no address here.

/** A number as inet_aton reads it. */
const PART = /^(?:0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i;

function canonical(host: string): string | undefined {
  const url = `http://${host}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** The IPv4 address that an IPv6 one stands for (::ffff:0:0/96). @param v6 canonical, in brackets */
function mapped(v6: string): string | undefined {
  const groups = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(v6);
  if (!groups) return undefined;
  const bytes = groups.slice(1).flatMap((group) => {
    const number = parseInt(group, 16);
    return [number >> 8, number & 0xff];
  });
  return bytes.join('.');
}

/**
 * An address in its canonical form, IPv6 without brackets, and one that stands for IPv4 as that.
 * @param host as in a URI: IPv6 in brackets, if need be with a zone, which has no part in the result
 * @returns undefined for a name
 */
export function addressOf(host: string): string | undefined {
  if (host.startsWith('[')) {
    const v6 = canonical(`${host.split(/[%\]]/)[0]!}]`);
    return v6 && (mapped(v6) ?? v6.slice(1, -1));
  }
  return host.split('.').every((part) => PART.test(part)) ? canonical(host) : undefined;
}

/** Whether a canonical address is this machine's own, wherever it is: loopback, or none, which systems take for it. */
export const isLoopback = (address: string): boolean =>
  /^127\.|^0\.0\.0\.0$/.test(address) || address === '::1' || address === '::';
