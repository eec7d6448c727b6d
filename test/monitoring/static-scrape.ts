import { parse, stringify } from 'yaml';
import { scrapeFile } from '../../tools/monitoring/scrape.ts';

/** A target as the discovery of Kubernetes would find it. */
export interface FoundTarget {
  readonly address: string;
  /** Labels of the discovery, `__meta_kubernetes_…`. */
  readonly labels: Readonly<Record<string, string>>;
}

interface ScrapeConfig {
  readonly kubernetes_sd_configs?: unknown;
  readonly authorization?: { readonly credentials_file: string };
  readonly [other: string]: unknown;
}

/**
 * The scrape configuration that we ship, with these targets instead of discovery, which Debian's Prometheus is built without. Scheme, authorization and
 * relabelling stay.
 */
export const staticScrapeFile = (
  targets: readonly FoundTarget[],
  options: { readonly tokenFile?: string; readonly more?: object } = {},
): string => {
  const { scrape_configs: configs } = parse(scrapeFile()) as { readonly scrape_configs: readonly ScrapeConfig[] };
  const { tokenFile, more = {} } = options;
  const changed = configs.map((config) => ({
    ...Object.fromEntries(Object.entries(config).filter(([key]) => key !== 'kubernetes_sd_configs')),
    ...(tokenFile === undefined ? {} : { authorization: { credentials_file: tokenFile } }),
    static_configs: targets.map(({ address, labels }) => ({ targets: [address], labels })),
  }));
  return stringify({ ...more, scrape_configs: changed });
};
