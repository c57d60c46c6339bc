/**
 * Owns: bytes and byte order, 64-bit arithmetic, digests, the error base class, `invariant` and `unreachable`.
 * Does not own: any format, any kernel constant.
 * Reads from: nothing.
 */
export { decodeBase64, encodeBase64 } from './base64.ts';
export type { Endian, TruncatedError } from './bytes.ts';
export { ByteReader, ByteWriter, decodeUtf8, encodeUtf8, readWords, wordsToBytes } from './bytes.ts';
export { sha1, sha256, toHex } from './digest.ts';
export type { ErrorDetails } from './error.ts';
export { EbpftsError, InternalError, invariant, unreachable } from './error.ts';
export { alignUp, high32, low32, s64, u64, u64FromWords } from './u64.ts';
