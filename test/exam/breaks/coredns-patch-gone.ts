import type { Break } from '../break.ts';

/** The zone of slices, taken out of cluster DNS by whoever else keeps its configuration. */
export const corednsPatchGone: Break = {
  name: 'CoreDNS patch gone',
  make: async (world) => {
    const { data } = (await world.get('west', 'configmap', 'coredns', 'kube-system')) as unknown as {
      readonly data: { readonly Corefile: string };
    };
    const without = data.Corefile.replace(/# kubeslice: begin[\s\S]*# kubeslice: end\n/, '');
    await world.kubectl('west', [
      '--namespace',
      'kube-system',
      'patch',
      'configmap',
      'coredns',
      '--type',
      'merge',
      '-p',
      JSON.stringify({ data: { Corefile: without } }),
    ]);
  },
  isBroken: async (world) => !JSON.stringify(await world.get('west', 'configmap', 'coredns', 'kube-system')).includes('slice.local'),
  undo: async () => undefined,
};
