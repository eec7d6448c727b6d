import { basename } from 'node:path';
import { shellQuote } from '../../src/values/text/shell-quote.ts';
import { programFolder } from '../toolchain/tools.ts';
import { underlayRange } from './address-plan.ts';
import type { PlaygroundPaths } from './paths.ts';

/**
 * Shell lines to evaluate: the kubeconfig, a PATH with the playground's kubectl, helm and kubeslice, the playground's name, and, if a proxy is set,
 * an exception for the playground.
 */
export function environment(paths: PlaygroundPaths, noProxy: string | undefined): string {
  const exclusions = [...new Set([...(noProxy ?? '').split(',').filter((part) => part !== ''), underlayRange])].join(',');
  return [
    `export KUBECONFIG=${shellQuote(paths.kubeconfig)}`,
    `export PATH="${programFolder(paths).replaceAll(/["$`\\]/g, '\\$&')}:$PATH"`,
    `export KUBESLICE_PLAYGROUND=${shellQuote(basename(paths.directory))}`,
    `export NO_PROXY=${shellQuote(exclusions)}`,
    `export no_proxy=${shellQuote(exclusions)}`,
  ].join('\n');
}
