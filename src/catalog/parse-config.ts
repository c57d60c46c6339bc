/** Reads `/proc/config.gz` or `/boot/config-…`, decompressed: its `CONFIG_NAME=value` lines. */
export function parseKernelConfig(text: string): ReadonlyMap<string, string> {
  const config = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(CONFIG_\w+)=(.*)$/.exec(line);
    if (match) config.set(match[1], match[2]);
  }
  return config;
}
