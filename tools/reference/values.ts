import { flatValues } from '../chart/values.ts';
import { page, table } from './markdown.ts';

/** Page of every value of the chart. */
export const valuesPage = (): string =>
  page(
    'tools/chart/values.ts',
    'Chart values',
    'Set them with `--set` or a values file. A name that is misspelt is refused, not ignored.',
    table(
      ['value', 'default', 'meaning'],
      flatValues().map(({ name, text, default: initial }) => [`\`${name}\``, `\`${JSON.stringify(initial)}\``, text]),
    ),
  );
