import { Failure } from '../../src/values/failure.ts';

/** The line of `ctr images import` for each image: `unpacking NAME (DIGEST)...done`. */
const imported = /^unpacking (\S+) \((sha256:[0-9a-f]+)\)/gm;

/**
 * Whether the names of an earlier import still point to its images; another archive may have reused them.
 *
 * @param printed output of `ctr images import` at that time.
 * @param listed current output of `ctr images list`: a heading, then name, type and digest of each.
 */
export const isStillImported = (printed: string, listed: string): boolean => {
  const rows = listed.split('\n').map((line) => line.split(/\s+/));
  const digests = new Map(rows.map(([name = '', , digest = '']) => [name, digest]));
  const names = [...printed.matchAll(imported)];
  return names.length > 0 && names.every(([, name = '', digest]) => digests.get(name) === digest);
};

/** ctr's messages for a file that is not an archive of images, or is incomplete. */
const notAnArchive = /unrecognized image format|invalid tar header|unexpected EOF|missing index\.json|untar /;

/** The failure for an import that ctr refused, in one sentence that names the file. */
export const importFailure = (file: string, node: string, error: Failure): Failure => {
  // The lines above are warnings, and the command with a path that the user never named.
  const why = (error.message.trim().split('\n').at(-1) ?? '').replace(/^.*\bctr: /, '').replace(/\.$/, '');
  return notAnArchive.test(error.message)
    ? new Failure(
        'InvalidInput',
        `${file} is not an image archive, or it is incomplete (${why}); name an uncompressed docker-archive or OCI archive, as "docker save" writes it.`,
        { cause: error },
      )
    : new Failure(
        error.code,
        `${file} could not be loaded into ${node}: ${why}; see "kubeslice playground status" for whether the node runs.`,
        { cause: error },
      );
};
