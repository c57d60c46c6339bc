/** Characters that `String.fromCharCode` is given at a time: arguments have a limit. */
const CHUNK = 8192;

/** Base64 (RFC 4648) of the bytes, in one line. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

/** The bytes of base64 text; white space in it is skipped. */
export function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
