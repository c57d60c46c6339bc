import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createNodeHost, HostError } from '../../src/host/index.ts';

const host = createNodeHost();

test('the time is that of the wall, in nanoseconds, and goes on', () => {
  const first = host.realtimeNs();
  expect(Math.abs(Number(first / 1_000_000n) - Date.now())).toBeLessThan(5000);
  expect(host.realtimeNs()).toBeGreaterThanOrEqual(first);
});

test('a file that is not there reads as undefined', () => {
  expect(host.readFile('/no/such/file')).toBeUndefined();
  expect(host.readFile('package.json')?.length).toBeGreaterThan(100);
});

test('the BTF that ships with the package is there and unpacks', () => {
  const btf = host.gunzip(host.dataFile('vmlinux-6.12.117-amd64.btf.gz'));
  expect([...btf.slice(0, 3)]).toEqual([0x9f, 0xeb, 1]);
});

test('bytes are plain arrays whose slices are copies', () => {
  const bytes = host.gunzip(gzipSync('abc'));
  const copy = bytes.slice();
  bytes[0] = 0;
  expect(copy[0]).toBe(97);
});

test.each([
  ['a file of the package that is missing', () => host.dataFile('missing'), 'HOST_NO_DATA'],
  ['what is not compressed', () => host.gunzip(new Uint8Array(10)), 'HOST_BAD_GZIP'],
])('%s is an error of the host', (_name, call, code) => {
  let found: unknown;
  try {
    call();
  } catch (error) {
    found = error;
  }
  expect(found).toBeInstanceOf(HostError);
  expect(found).toMatchObject({ code });
});
