import { Failure } from '../values/failure.ts';

/** What `ctr images import` says of each image: `unpacking NAME (DIGEST)...done`. */
const imported = /^unpacking (\S+) \((sha256:[0-9a-f]+)\)/gm;

/**
 * Whether the names of an earlier import still point to what it brought; another archive may have taken them since.
 *
 * @param said what `ctr images import` printed then.
 * @param listed what `ctr images list` prints now: a heading, then name, type and digest of each.
 */
export const isStillImported = (said: string, listed: string): boolean => {
  const rows = listed.split('\n').map((line) => line.split(/\s+/));
  const digests = new Map(rows.map(([name = '', , digest = '']) => [name, digest]));
  const names = [...said.matchAll(imported)];
  return names.length > 0 && names.every(([, name = '', digest]) => digests.get(name) === digest);
};

/** What ctr says of a file that is something else than an archive of images, or a part of one. */
const notAnArchive = /unrecognized image format|invalid tar header|unexpected EOF|missing index\.json|untar /;

/** The failure for an import that ctr refused, in one sentence that names the file. */
export const importFailure = (file: string, node: string, error: Failure): Failure => {
  // Above it stand warnings, and the command with a path that the person never named.
  const why = (error.message.trim().split('\n').at(-1) ?? '').replace(/^.*\bctr: /, '').replace(/\.$/, '');
  return notAnArchive.test(error.message)
    ? new Failure(
        'InvalidInput',
        `${file} is no image archive, or not a whole one (${why}); name an uncompressed docker-archive or OCI archive, as "docker save" writes it.`,
        { cause: error },
      )
    : new Failure(
        error.code,
        `${file} could not be loaded into ${node}: ${why}; see "kubeslice playground status" for whether the node runs.`,
        { cause: error },
      );
};
