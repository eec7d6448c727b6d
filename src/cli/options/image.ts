import type { Client } from '../../kubernetes/client.ts';
import type { DaemonSet, Deployment } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import type { ObjectName } from '../../values/object-key.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';
import { isImageReference } from '../../values/text/image-reference.ts';
import type { CliInput, CliOption } from '../command.ts';
import { textOption } from './common-options.ts';

/** `--image`. */
export const imageOption: CliOption = {
  flags: '--image <reference>',
  text: 'Image that holds all programs (default: one from elsewhere that is installed already, else kubeslice/kubeslice in the version of this command)',
};

/** The default repository of images. */
const repository = 'kubeslice/kubeslice';

/** The image of `--image`. @throws Failure InvalidInput for an invalid reference. */
export const imageNamed = (input: CliInput): string | undefined => {
  const named = textOption(input, 'image');
  if (named === undefined || isImageReference(named)) return named;
  throw new Failure(
    'InvalidInput',
    `--image "${named}" is not the reference of an image; write one such as registry.example.org/kubeslice:1.2.`,
  );
};

/** The named image, else that of this version. */
export const imageOf = (input: CliInput): string => imageNamed(input) ?? `${repository}:${input.version}`;

/**
 * The image to install: the named one; else the installed one if it was chosen explicitly, so that a repair does not undo the choice; else that of
 * this version.
 */
export const imageFor = async (
  input: CliInput,
  client: Client,
  kind: ResourceKind<Deployment> | ResourceKind<DaemonSet>,
  target: ObjectName,
): Promise<string> => {
  const named = imageNamed(input);
  if (named !== undefined) return named;
  const installed = (await client.find<Deployment | DaemonSet>(kind, target, { signal: input.signal }))?.spec?.template.spec.containers[0]
    ?.image;
  // An invalid reference was a mistake, and is not kept.
  if (installed === undefined || installed.startsWith(`${repository}:`) || !isImageReference(installed)) return imageOf(input);
  input.terminal.err(`note: image ${installed} is kept; name another one with --image`);
  return installed;
};
