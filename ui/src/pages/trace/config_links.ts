// SPDX-License-Identifier: Apache-2.0
// Links that the operator of clew wrote into its configuration, such as
// `https://logs.example/?q={traceId}`.

/**
 * The link with every `{name}` filled in; undefined where none is configured, or where what is
 * there is no web address.
 */
export function ownedLink(
  pattern: string | undefined,
  values: Readonly<Record<string, string>>,
): string | undefined {
  if (pattern === undefined) return undefined;
  const filled = pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    return Object.hasOwn(values, name) ? encodeURIComponent(values[name] ?? '') : whole;
  });
  try {
    const { protocol, href } = new URL(filled, document.baseURI);
    return protocol === 'http:' || protocol === 'https:' ? href : undefined;
  } catch {
    return undefined;
  }
}
