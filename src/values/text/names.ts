const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** A DNS label as Kubernetes names namespaces and services: RFC 1123, lower case, at most 63 characters. */
export const isDnsLabel = (text: string): boolean => text.length <= 63 && label.test(text);

/** A DNS subdomain as Kubernetes names most objects: labels joined by dots, at most 253 characters in all. */
export const isDnsSubdomain = (text: string): boolean => text.length <= 253 && text.split('.').every((part) => label.test(part));
