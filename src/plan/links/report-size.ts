import type { LinksBody } from '../../exchange/statement/links.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { sortedBy } from '../../values/text/order.ts';

/** Maximum number of bytes of a report: a statement has other content too, and must not exceed its own limit. */
export const maxReportBytes = 28_672;

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text);

/** The report with sentences of at most `words` characters, and at most `items` entries in each list of examples. Sums stay unchanged. */
const shortened = (report: LinksBody, words: number, items: number): LinksBody => ({
  ...report,
  worst: report.worst.slice(0, items).map((link) => ({ ...link, reason: cut(link.reason, words) })),
  impaired: report.impaired
    .slice(0, items)
    .map((node) => ({ ...node, ...(node.reason === undefined ? {} : { reason: cut(node.reason, words) }) })),
  missingNodes: report.missingNodes.slice(0, items).map((node) => ({ ...node, reason: cut(node.reason, words) })),
  ...(report.failingExports === undefined
    ? {}
    : { failingExports: report.failingExports.slice(0, items).map((one) => ({ ...one, message: cut(one.message, words) })) }),
  ...(report.refused === undefined ? {} : { refused: report.refused.slice(0, items).map((one) => cut(one, words)) }),
});

/**
 * The report, small enough to be published: a report that is too large would be refused, and the previous one would stay in force. Sentences are cut
 * first, then examples, and then the best reachable clusters.
 */
export const fitReport = (report: LinksBody): LinksBody => {
  let next = report;
  for (const [words, items] of [
    [1_024, 50],
    [300, 50],
    [200, 20],
    [120, 5],
  ] as const) {
    next = shortened(report, words, items);
    if (Buffer.byteLength(canonicalJson(next)) <= maxReportBytes) return next;
  }
  const room = maxReportBytes - Buffer.byteLength(canonicalJson({ ...next, clusters: [] }));
  const worstFirst = next.clusters.toSorted((a, b) => b.down - a.down || a.up - b.up);
  let bytes = 0;
  const clusters = worstFirst.filter((cluster) => {
    bytes += Buffer.byteLength(canonicalJson(cluster)) + 1;
    return bytes <= room;
  });
  return { ...next, clusters: sortedBy(clusters, ({ cluster }) => cluster) };
};
