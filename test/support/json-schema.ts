/** As much of JSON Schema as the schemas in `docs/` use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly pattern?: string;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** Where a value departs from a schema: the first place, or undefined. */
export function schemaProblem(root: JsonSchema, value: unknown, schema = root, at = '$'): string | undefined {
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    return target === undefined ? `${at}: no ${schema.$ref}` : schemaProblem(root, value, target, at);
  }
  if (schema.anyOf !== undefined) {
    const problems = schema.anyOf.map((choice) => schemaProblem(root, value, choice, at));
    return problems.includes(undefined) ? undefined : `${at}: none of ${schema.anyOf.length} fits: ${problems.at(-1)}`;
  }
  if ('const' in schema && value !== schema.const) return `${at}: ${JSON.stringify(value)}`;
  if (schema.enum !== undefined && !schema.enum.includes(value)) return `${at}: ${JSON.stringify(value)}`;
  if (schema.type !== undefined && ![schema.type].flat().includes(typeOf(value))) return `${at}: ${typeOf(value)}`;
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) return `${at}: ${value}`;
  if (Array.isArray(value))
    return firstOf(value.entries(), (item, i) => inside(root, item, schema.items, `${at}[${i}]`));
  if (typeOf(value) !== 'object') return undefined;
  const object = value as Record<string, unknown>;
  const missing = schema.required?.find((name) => !(name in object));
  if (missing !== undefined) return `${at}: no ${missing}`;
  return firstOf(Object.entries(object), (item, name) => {
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    return known === false ? `${at}: ${name} is not in the schema` : inside(root, item, known, `${at}.${name}`);
  });
}

function inside(root: JsonSchema, value: unknown, schema: JsonSchema | boolean | undefined, at: string) {
  return typeof schema === 'object' ? schemaProblem(root, value, schema, at) : undefined;
}

function firstOf<K>(entries: Iterable<[K, unknown]>, check: (value: unknown, key: K) => string | undefined) {
  for (const [key, value] of entries) {
    const problem = check(value, key);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
