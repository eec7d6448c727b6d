/*
 * Image references by the grammar of the OCI distribution specification, with the domain in front that registries add: [domain[:port]/]path[:tag][@digest].
 */

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const domain = `(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?`;
const tag = '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}';
const digest = '[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-zA-Z=_-]{32,}';
const reference = new RegExp(`^(?:${domain}/)?(${component}(?:/${component})*)(?::${tag})?(?:@${digest})?$`);

/** Maximum number of characters of a repository path. */
const longestPath = 255;

/** Whether a container runtime can read the text as an image reference. Whether the image exists is not checked. */
export const isImageReference = (text: string): boolean => {
  const path = reference.exec(text)?.[1];
  return path !== undefined && path.length <= longestPath;
};
