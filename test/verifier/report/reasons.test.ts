import { describe, expect, it } from 'vitest';
import { REASON_CODES, reasonOf } from '../../../src/verifier/report/reasons.table.ts';

const MESSAGES = [
  ["R0 invalid mem access 'map_value_or_null'", 'MAYBE_NULL_ACCESS'],
  ["R6 invalid mem access 'scalar'", 'UNTRUSTED_POINTER_ACCESS'],
  ['invalid access to packet, off=14 size=1, R3(id=0,off=14,r=0)\nR3 offset is outside of the packet', 'PACKET_BOUNDS'],
  ['invalid access to map value, value_size=48 off=44 size=8', 'MAP_VALUE_BOUNDS'],
  ['R2 !read_ok', 'UNINITIALISED_REGISTER'],
  ['invalid func unknown#195896080', 'HELPER_UNKNOWN'],
  [
    "func 'bpf_lsm_socket_bind' offset 28 is not multiple of 8\ninvalid bpf_context access off=28 size=4",
    'CONTEXT_ACCESS',
  ],
  ['something new', 'OTHER'],
] as const;

describe('reasons of refusals', () => {
  for (const [message, code] of MESSAGES) {
    it(`${JSON.stringify(message)} is ${code}`, () => expect(reasonOf(message).code).toBe(code));
  }

  it('finds the numbers of an access', () => {
    const groups = reasonOf(MESSAGES[3][0]).pattern.exec(MESSAGES[3][0])?.groups;
    expect({ ...groups }).toEqual({ limit: '48', off: '44', size: '8' });
  });

  it('has each code once', () => {
    const codes = REASON_CODES.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
