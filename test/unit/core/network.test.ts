import { describe, expect, it } from '@jest/globals';
import { networkOf } from '../../../functions/core/network.ts';

describe('networkOf', () => {
  it('is an IPv4 address itself', () => {
    expect(networkOf('203.0.113.7')).toBe('203.0.113.7');
    expect(networkOf('203.0.113.8')).not.toBe(networkOf('203.0.113.7'));
  });

  it.each([
    '2001:db8:1:2::1',
    '2001:db8:1:2:ffff:ffff:ffff:ffff',
    '2001:0DB8:0001:0002:0:0:0:abcd',
    '2001:db8:1:2::192.0.2.1',
    '2001:db8:1:2::%eth0',
  ])('is one for the 2^64 addresses of an IPv6 network: %s', (address) => {
    expect(networkOf(address)).toBe('2001:db8:1:2::/64');
  });

  it.each([
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::', 'fe80:0:0:0::/64'],
  ])('tells networks apart: %s is of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each(['::ffff:203.0.113.7', '::ffff:cb00:7107'])('knows an IPv4 address that is written as IPv6: %s', (address) => {
    expect(networkOf(address)).toBe('203.0.113.7');
  });

  it('counts what is no address as itself', () => {
    expect(networkOf('')).toBe('');
    expect(networkOf('test-invoke-source-ip')).toBe('test-invoke-source-ip');
  });
});
