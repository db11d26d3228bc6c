import { isIPv6 } from 'node:net';

/**
 * Whom an address counts as: an IPv4 address is itself, an IPv6 address its /64, of which a household or a phone has every address
 * (https://www.rfc-editor.org/rfc/rfc6177 and rfc4291, section 2.5.4).
 *
 * @param address as API Gateway's `sourceIp`; what is no address counts as itself
 */
export const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
};

/** The eight numbers of an IPv6 address. */
const groupsOf = (address: string): number[] => {
  const [withoutZone = ''] = address.split('%');
  // The URL parser writes every form, the dotted one too, as hexadecimal groups.
  const [head = '', tail] = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1).split('::');
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const after = tail === undefined ? [] : numbers(tail);
  const before = numbers(head);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
};
