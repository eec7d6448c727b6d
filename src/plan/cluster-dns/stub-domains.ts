import { clustersetZone } from '../../api/places.ts';
import { Failure } from '../../values/failure.ts';
import { readJson } from '../../values/text/read-json.ts';
import type { StubZone } from './corefile.ts';

/** What the key holds beside our entry when we created it, in a form that people do not write by hand: it is removed with our entry. */
const made = '{}\n\n';

/** Our entries in the form that only we write, without a blank. */
const entriesOf = ({ zone, also, servers }: StubZone): string =>
  [zone, ...(also === undefined ? [] : [also])].map((one) => `${JSON.stringify(one)}:${JSON.stringify(servers)}`).join(',');

const entry = (zone: string): string => `"${zone.replaceAll('.', '\\.')}":\\["[0-9A-Fa-f.:]+"(?:,"[0-9A-Fa-f.:]+")*\\]`;

/** Our entries in a text, with the following comma. */
const oursOf = (zone: string): RegExp => new RegExp(`^\\{${entry(zone)}(?:,${entry(clustersetZone)})?,?`);

/** The `stubDomains` of kube-dns without our entry, everything else byte for byte; undefined when the key was created for it. */
export const withoutStubDomain = (text: string | undefined, zone: string): string | undefined => {
  const rest = text?.replace(oursOf(zone), '{');
  return rest === made && rest !== text ? undefined : rest;
};

/** Whether the `stubDomains` of kube-dns forward a zone without us; `own` is the zone of our first entry. */
export const forwardsZone = (text: string | undefined, zone: string, own: string): boolean => {
  const parsed = readJson(withoutStubDomain(text, own) ?? '{}');
  return typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, zone);
};

/**
 * The `stubDomains` of kube-dns (`{"zone": ["address", …], …}`) with our zone first and everything else byte for byte.
 *
 * @throws Failure InvalidInput when it is not a JSON object, or already has the zone.
 */
export const withStubDomain = (text: string | undefined, stub: StubZone): string => {
  const others = withoutStubDomain(text, stub.zone) ?? made;
  const parsed = readJson(others);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Failure(
      'InvalidInput',
      'The stubDomains of kube-dns are not a JSON object, so no zone can be added; correct ConfigMap kube-system/kube-dns.',
    );
  }
  if (Object.hasOwn(parsed, stub.zone)) {
    throw new Failure(
      'InvalidInput',
      `The stubDomains of kube-dns already have "${stub.zone}"; remove it from ConfigMap kube-system/kube-dns, and KubeSlice will serve ${stub.zone} there.`,
    );
  }
  if (!others.startsWith('{')) {
    throw new Failure('InvalidInput', 'The stubDomains of kube-dns do not begin with a brace; correct ConfigMap kube-system/kube-dns.');
  }
  const comma = Object.keys(parsed).length === 0 ? '' : ',';
  return `{${entriesOf(stub)}${comma}${others.slice(1)}`;
};
