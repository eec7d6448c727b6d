import type { CliInput, CliOption } from './command.ts';
import { textOption } from './common-options.ts';

/** `--image`. */
export const imageOption: CliOption = {
  flags: '--image <reference>',
  text: 'Image that holds all programs (default: kubeslice/kubeslice in the version of this command)',
};

/** The image to install: the one named, else that of this version. */
export const imageOf = (input: CliInput): string => textOption(input, 'image') ?? `kubeslice/kubeslice:${input.version}`;
