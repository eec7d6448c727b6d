import type { LabelSelector } from '../../../values/builtin/label-selector.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Whether labels satisfy a selector, by the rules of the API server (apimachinery `LabelSelector`): all parts must hold, `NotIn` and `DoesNotExist`
 * hold for a missing label, and an empty selector matches everything.
 */
export const selects = (selector: LabelSelector, labels: Labels = {}): boolean => {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
};
