const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const qualified = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** A DNS label as Kubernetes names namespaces and services: RFC 1123, lower case, at most 63 characters. */
export const isDnsLabel = (text: string): boolean => text.length <= 63 && label.test(text);

/** A DNS subdomain as Kubernetes names most objects: labels joined by dots, at most 253 characters in all. */
export const isDnsSubdomain = (text: string): boolean => text.length <= 253 && text.split('.').every((part) => label.test(part));

/** A label value of Kubernetes: empty, or at most 63 characters that begin and end alphanumeric with `-`, `_`, `.` between. */
export const isLabelValue = (text: string): boolean => text === '' || (text.length <= 63 && qualified.test(text));

/** A qualified name, the key of a label or annotation: an optional DNS subdomain and `/`, then at most 63 characters. */
export const isQualifiedName = (text: string): boolean => {
  const slash = text.indexOf('/');
  const name = text.slice(slash + 1);
  return (slash < 0 || isDnsSubdomain(text.slice(0, slash))) && name.length <= 63 && qualified.test(name);
};

/**
 * One sentence that says what is wrong with a name that must be a DNS label, or `undefined` when nothing is.
 *
 * `what` is how the sentence names it, for example `cluster name`.
 */
export const dnsLabelFault = (what: string, text: string): string | undefined => {
  if (isDnsLabel(text)) return undefined;
  const why = text === '' ? 'is empty' : text.length > 63 ? `has ${text.length} characters` : 'has other characters than that';
  return `The ${what} "${text}" ${why}; use 1 to 63 lower-case letters, digits and "-", beginning and ending with a letter or digit.`;
};
