import { clustersetZone, memberNamespace, sliceZone } from '../../api/places.ts';
import { corednsConfigMap, dnsOperatorServer, kubeDnsConfigMap, stubBegin, stubEnd, stubKey } from '../../api/stub-block.ts';
import { isAccount } from './callers.ts';
import { planPolicy } from './policy.ts';

/**
 * F11: limits what the worker's account may change of cluster DNS. An account that can write the whole Corefile can redirect every Service of the
 * cluster.
 */

const { namespace, custom, key } = corednsConfigMap;
const { name: kubeDns, key: domainsKey } = kubeDnsConfigMap;

/** A text as a literal in a regular expression of RE2. */
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const address = '[0-9A-Fa-f.:]+';
/** The only block that the worker writes: our zone, with that of the Multi-Cluster Services API or without, forwarded to addresses. Its `bind` lines are those of cluster DNS itself. */
const block = [
  literal(stubBegin),
  `${literal(sliceZone)}:[0-9]{1,5}(?: ${literal(clustersetZone)}:[0-9]{1,5})? \\{`,
  '    errors',
  `(?:    bind(?: [-0-9A-Za-z_.:]+)+\\n)*    forward \\.(?: ${address})+`,
  '\\}',
  literal(stubEnd),
  '',
].join('\\n');
/** Any block between our marks, including one that a person edited. */
const marked = '# kubeslice: begin\\b.*\\n(?:.*\\n)*?# kubeslice: end(?:\\r?\\n|$)';

const raw = (pattern: string): string => `r'${pattern}'`;
const textOf = (which: string, field: string): string =>
  `(${which} == null || !has(${which}.data) || !('${field}' in ${which}.data) ? '' : ${which}.data['${field}'])`;

/** CEL: both maps have the same keys with the same content, except for one key. */
const sameBut = (path: 'data' | 'binaryData', but: string): string => {
  const map = (which: string): string => `(has(${which}.${path}) ? ${which}.${path} : {})`;
  const within = (a: string, b: string): string => `${map(a)}.all(k, k == '${but}' || (k in ${map(b)} && ${map(a)}[k] == ${map(b)}[k]))`;
  return `${within('object', 'oldObject')} && ${within('oldObject', 'object')}`;
};

/** Metadata that can undo the work of others: with an owner that does not exist, the garbage collector deletes the object. */
const sameMetadata = ['labels', 'annotations', 'ownerReferences', 'finalizers']
  .map((field) => {
    const [now, before] = ['object', 'oldObject'].map((which) => `${which}.metadata.?${field}`);
    return `${now} == ${before}`;
  })
  .join(' && ');

const isUpdateOf = (name: string): string =>
  `request.operation == 'UPDATE' && request.namespace == '${namespace}' && request.name == '${name}'`;
/** Any other ConfigMap that the worker has a right to: one with a Corefile, under any name. */
const isCorefile = `request.operation == 'UPDATE' && request.namespace != '${memberNamespace}' && !(request.namespace == '${namespace}' && request.name in ['${custom}', '${kubeDns}'])`;
const holdsOnly = (which: string, only: string): string =>
  `(!has(${which}.data) || ${which}.data.all(k, k == '${only}')) && !has(${which}.binaryData)`;
const isOurs = (which: string): string =>
  `(${which}.metadata.name == '${kubeDns}' ? ${holdsOnly(which, domainsKey)} : ${holdsOnly(which, stubKey)})`;

/** Our entries at the beginning of the `stubDomains` of kube-dns, with a comma if others follow. */
const entry = (zone: string): string => `"${literal(zone)}":\\["${address}"(?:,"${address}")*\\]`;
const domain = `^\\{${entry(sliceZone)}(?:,${entry(clustersetZone)})?,?`;
/** What is beside our entry if the worker created the key. */
const madeDomains = "'{}\\n\\n'";
/** CEL: a text of `stubDomains` without our entry. */
const domainsRest = (text: string): string =>
  `(${text}.find(${raw(domain)}) == '' ? ${text} : '{' + ${text}.substring(size(${text}.find(${raw(domain)}))))`;
const domainsSame = (a: string, b: string): string =>
  `${a} == ${b} || (${a} == '' && ${b} == ${madeDomains}) || (${b} == '' && ${a} == ${madeDomains})`;

const configMaps = planPolicy({
  name: 'kubeslice-cluster-dns',
  rules: [{ apiGroups: [''], apiVersions: ['*'], resources: ['configmaps'], operations: ['CREATE', 'UPDATE', 'DELETE'] }],
  conditions: isAccount(memberNamespace, 'kubeslice-worker'),
  variables: [
    { name: 'before', expression: textOf('oldObject', key) },
    { name: 'after', expression: textOf('object', key) },
    { name: 'block', expression: `variables.after.find(${raw(block)})` },
    { name: 'rest', expression: "variables.block == '' ? variables.after : variables.after.replace(variables.block, '', 1)" },
    { name: 'replaced', expression: `variables.before.findAll(${raw(marked)})` },
    {
      // One block, or two after a bad merge: an administrator must repair more.
      name: 'restBefore',
      expression:
        "variables.replaced.size() == 0 ? variables.before : (variables.replaced.size() == 1 ? variables.before.replace(variables.replaced[0], '') : variables.before.replace(variables.replaced[0], '').replace(variables.replaced[1], ''))",
    },
    {
      // In the middle of a line or of another block it would change their meaning.
      name: 'stands',
      expression:
        "variables.block == '' || variables.after.startsWith(variables.block) || (variables.replaced.size() > 0 && variables.after.indexOf(variables.block) == variables.before.indexOf(variables.replaced[0]))",
    },
    { name: 'domainsBefore', expression: textOf('oldObject', domainsKey) },
    { name: 'domainsAfter', expression: textOf('object', domainsKey) },
    { name: 'domainsRest', expression: domainsRest('variables.domainsAfter') },
    {
      name: 'listens',
      expression: `variables.block.findAll(r'\\n    bind [^\\n]*').all(line, variables.restBefore.contains(line.trim())) && variables.block.find(r'\\n[^#\\n][^\\n]* \\{').findAll(r':[0-9]+ ').all(port, port == ':53 ' || variables.restBefore.contains(port.trim()))`,
    },
  ],
  validations: [
    {
      expression: `request.operation == 'UPDATE' || (request.namespace == '${namespace}' && (object == null ? oldObject : object).metadata.name in ['${custom}', '${kubeDns}'])`,
      message: `The worker of KubeSlice may create and delete no ConfigMap but ${custom} and ${kubeDns}.`,
      reason: 'Forbidden',
    },
    {
      expression: `!(${isCorefile}) || (has(oldObject.data) && '${key}' in oldObject.data)`,
      message: 'The worker of KubeSlice may change no ConfigMap of others but one with a Corefile.',
      reason: 'Forbidden',
    },
    {
      expression: `!(${isCorefile}) || (variables.rest == variables.restBefore && variables.stands && variables.listens)`,
      message:
        'The worker of KubeSlice may change nothing of the Corefile but its own block, which forwards its zone to an address and listens where the rest does.',
      reason: 'Forbidden',
    },
    {
      expression: `!(${isCorefile}) || (${sameBut('data', key)} && ${sameBut('binaryData', '')})`,
      messageExpression: `'The worker of KubeSlice may change no key of ConfigMap ' + request.name + ' but ${key}.'`,
      reason: 'Forbidden',
    },
    {
      expression: `!(${isUpdateOf(custom)}) || (${sameBut('data', stubKey)} && ${sameBut('binaryData', '')})`,
      message: `The worker of KubeSlice may change no key of ConfigMap ${custom} but ${stubKey}.`,
      reason: 'Forbidden',
    },
    {
      expression: `object == null || request.namespace != '${namespace}' || object.metadata.name != '${custom}' || !has(object.data) || !('${stubKey}' in object.data) || object.data['${stubKey}'].matches(${raw(`^${block}$`)})`,
      message: `Key ${stubKey} of ConfigMap ${custom} may hold one block of KubeSlice, which forwards its zone to an address, and nothing else.`,
      reason: 'Forbidden',
    },
    {
      expression: `!(${isUpdateOf(kubeDns)}) || (${sameBut('data', domainsKey)} && ${sameBut('binaryData', '')})`,
      message: `The worker of KubeSlice may change no key of ConfigMap ${kubeDns} but ${domainsKey}.`,
      reason: 'Forbidden',
    },
    {
      expression: `object == null || request.namespace != '${namespace}' || object.metadata.name != '${kubeDns}' || ((${domainsSame('variables.domainsRest', domainsRest('variables.domainsBefore'))}) && (variables.domainsRest == variables.domainsAfter || variables.domainsRest.matches(${raw('^\\{\\s*\\}')}) != variables.domainsAfter.find(${raw(domain)}).endsWith(',')))`,
      message: `The worker of KubeSlice may change nothing of ${domainsKey} but its own entry, which forwards its zone to an address.`,
      reason: 'Forbidden',
    },
    {
      expression: `request.operation != 'UPDATE' || request.namespace == '${memberNamespace}' || (${sameMetadata} && object.?immutable == oldObject.?immutable)`,
      message: 'The worker of KubeSlice may change no labels, annotations, owners or finalizers of the configuration of cluster DNS.',
      reason: 'Forbidden',
    },
    {
      expression: `request.operation == 'UPDATE' || (request.operation == 'CREATE' ? ${isOurs('object')} : ${isOurs('oldObject')})`,
      message: `The worker of KubeSlice may create and delete ConfigMap ${custom} only while it holds nothing but ${stubKey}, and ${kubeDns} only while it holds nothing but ${domainsKey}.`,
      reason: 'Forbidden',
    },
  ],
});

const serversOf = (which: string): string => `${which}.?spec.?servers.orValue([])`;
const othersOf = (which: string): string => `${serversOf(which)}.filter(s, s.name != '${dnsOperatorServer}')`;

/** CEL: every field of the spec of `a` except `servers` is in `b` with the same value. */
const specWithin = (a: string, b: string): string => `${a}.spec.all(k, k == 'servers' || (k in ${b}.spec && ${a}.spec[k] == ${b}.spec[k]))`;

/** The DNS of OpenShift: the worker may have one server there, which forwards its zone to addresses. */
const operator = planPolicy({
  name: 'kubeslice-dns-operator',
  rules: [{ apiGroups: ['operator.openshift.io'], apiVersions: ['*'], resources: ['dnses'], operations: ['CREATE', 'UPDATE', 'DELETE'] }],
  conditions: isAccount(memberNamespace, 'kubeslice-worker'),
  validations: [
    {
      expression: `request.operation == 'UPDATE' && ${othersOf('object')} == ${othersOf('oldObject')} && ${specWithin('object', 'oldObject')} && ${specWithin('oldObject', 'object')} && ${sameMetadata}`,
      message: 'The worker of KubeSlice may change nothing of the DNS operator but its own server.',
      reason: 'Forbidden',
    },
    {
      expression: `object == null || (${serversOf('object')}.filter(s, s.name == '${dnsOperatorServer}').size() <= 1 && ${serversOf('object')}.filter(s, s.name == '${dnsOperatorServer}').all(s, s.zones in [['${sliceZone}'], ['${sliceZone}', '${clustersetZone}']] && s.forwardPlugin.upstreams.all(u, u.matches(${raw(`^${address}$`)}))))`,
      message: 'The server of KubeSlice may forward its zone to addresses, and nothing else.',
      reason: 'Forbidden',
    },
  ],
});

/** The worker changes only its own part of the cluster's DNS configuration. */
export const clusterDnsPolicy = [...configMaps, ...operator];
