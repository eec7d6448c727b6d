import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { version } from '../../../src/programs/version.ts';
import { ensure, until } from '../until.ts';
import { commandsOf, readBill, releaseFolder, type TakenHome, takeHome } from './release-files.ts';

/*
 * A release on bare clusters: npm package, single-file program, chart and images are installed from their files, in a folder with nothing of this
 * checkout on the PATH; even the clusters are made by the npm package. RELEASE names the folder of a release; without it one is made in dist/release.
 */
const project = dirname(dirname(dirname(import.meta.dirname)));
const name = process.env.KUBESLICE_TAKE_HOME_NAME ?? 'take-home';
const members = ['east', 'west'] as const;
const images = [`kubeslice-image-${version}.tar`, `kubeslice-demo-image-${version}.tar`].map((file) => `"$RELEASE/${file}"`).join(' ');
const url = 'http://backend-service.app-ns.svc.slice.local';
const npm = [commandsOf.npm, commandsOf.node, commandsOf.tools];
const single = [commandsOf.single, commandsOf.tools];

/** One way of installing: lines of a shell, one command each. */
interface Way {
  readonly title: string;
  readonly path: readonly string[];
  readonly install: readonly string[];
  readonly remove: readonly string[];
}

const byCommand = (title: string, path: readonly string[], kubeslice: string): Way => ({
  title,
  path,
  install: [
    `${kubeslice} install --context hub --wait`,
    ...members.map((member) => `${kubeslice} join ${member} --hub-context hub --context ${member} --wait`),
  ],
  remove: [
    ...members.map((member) => `${kubeslice} leave ${member} --hub-context hub --context ${member}`),
    `${kubeslice} uninstall --context hub`,
  ],
});

const plugin = byCommand('the single-file program, as a plugin of kubectl', single, 'kubectl slice');
const chart = `"$RELEASE/kubeslice-chart-${version}.tgz"`;
const ways: readonly Way[] = [
  byCommand('the npm package', npm, 'kubeslice'),
  plugin,
  {
    title: 'the chart',
    path: single,
    install: [
      `helm --kube-context hub install kubeslice ${chart} -n kubeslice-controller --create-namespace --wait`,
      ...members.flatMap((member) => [
        `helm --kube-context ${member} install kubeslice ${chart} -n kubeslice-system --create-namespace --set mode=member`,
        `kubectl slice join ${member} --register-only --hub-context hub --context ${member} --wait`,
      ]),
    ],
    remove: plugin.remove,
  },
];

describe('a release on bare clusters', () => {
  let release: string;
  let home: TakenHome | undefined;
  let folder: string;
  const sh: TakenHome['sh'] = (script, options) => {
    ensure(home, 'nothing was taken home');
    return home.sh(script, options);
  };

  beforeAll(async () => {
    release = releaseFolder(project);
    folder = await mkdtemp(join(tmpdir(), 'kubeslice-take-home-'));
    home = await takeHome(release, version, folder, project);
    const up = `kubeslice playground up --name ${name} --bare --nodes 1 >up.log 2>&1 || { tail -20 up.log; exit 1; }`;
    await sh(up, { path: npm, timeoutMs: 1_400_000 });
    // Only these two: the playground's own folder of programs has a kubeslice, too.
    await sh(
      `eval "$(kubeslice playground env --name ${name})"
       ln -s "$(command -v kubectl)" "$(kubeslice playground tool helm)" ${commandsOf.tools}/
       cp "$KUBECONFIG" kubeconfig
       kubeslice playground load --name ${name} ${images}`,
      { path: npm, timeoutMs: 1_400_000 },
    );
  });
  afterAll(async () => {
    await home?.sh(`kubeslice playground down --name ${name}`, { path: npm });
    await rm(folder, { recursive: true, force: true });
  }, 200_000);

  /** Runs lines as somebody types them, and says how long all took. */
  const type = async ({ path }: Way, lines: readonly string[]): Promise<number> => {
    const started = performance.now();
    for (const line of lines) await sh(`export KUBECONFIG=$PWD/kubeconfig\n${line}`, { path });
    return Math.round((performance.now() - started) / 1_000);
  };

  test('its checksums are those of its files', async () => {
    await sh('cd "$RELEASE"; sha256sum --check --strict --quiet SHA256SUMS');
    const listed = await sh(`cd "$RELEASE"; awk '{print $2}' SHA256SUMS; echo SHA256SUMS`);
    expect(listed.trim().split('\n').toSorted()).toEqual((await sh('ls "$RELEASE"')).trim().split('\n').toSorted());
  });

  test('its bill of materials names every part with its version', async () => {
    const { bomFormat, specVersion, metadata, components } = await readBill(release, version);
    expect({ bomFormat, specVersion, name: metadata.component.name, version: metadata.component.version }).toEqual({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      name: 'kubeslice',
      version,
    });
    expect(components.filter(({ purl, version: of }) => !purl.startsWith('pkg:') || of === '')).toEqual([]);
    for (const kind of ['npm', 'golang', 'deb', 'generic'])
      expect(components.filter(({ purl }) => purl.startsWith(`pkg:${kind}/`)).length, kind).toBeGreaterThan(0);
  });

  test('every part is of its version', async () => {
    expect(await sh('kubeslice version', { path: npm })).toBe(`kubeslice ${version}\n`);
    expect(await sh('kubectl slice version', { path: single })).toBe(`kubeslice ${version}\n`);
    const described = await sh(`helm show chart ${chart}`, { path: [commandsOf.tools] });
    expect(described).toContain(`\nversion: ${version}\n`);
    expect(described).toMatch(new RegExp(`^appVersion: "?${version.replaceAll('.', '\\.')}"?$`, 'm'));
    expect(await sh('head -1 "$RELEASE/RELEASE-NOTES.md"')).toBe(`# KubeSlice ${version}\n`);
  });

  describe.each(ways)('by $title', (way) => {
    const example = 'node_modules/kubeslice/examples/app-slice';

    test('two clusters are connected, and a service of one answers in the other', async () => {
      const seconds = await type(way, way.install);
      const use = [
        `kubectl --context hub apply -f ${example}/slice.yaml`,
        `kubectl --context east apply -f ${example}/backend.yaml -f ${example}/export.yaml`,
        `kubectl --context west apply -f ${example}/client.yaml`,
      ];
      const more = await type(way, use);
      const call = `export KUBECONFIG=$PWD/kubeconfig\nkubectl --context west -n app-ns exec client -- curl -sS --max-time 2 ${url}`;
      const answered = await until(
        'the service answers',
        async () => {
          const text = await sh(call, { path: way.path });
          ensure(text.includes('in cluster east answers'), text);
          return text;
        },
        { withinMs: 120_000, everyMs: 500 },
      );
      console.log(
        `${way.title}: ${way.install.length} commands, ${seconds} s to two connected clusters; ${use.length} more, ${more} s, and the first answer ${(answered.tookMs / 1_000).toFixed(1)} s later: ${answered.value.trim()}`,
      );
      // What runs is what came in the archive.
      const digest = await sh(
        `export KUBECONFIG=$PWD/kubeconfig
         kubectl --context east -n kubeslice-system get pods -l app.kubernetes.io/component=worker -o jsonpath='{.items[0].status.containerStatuses[0].imageID}' | sed 's/.*sha256://'`,
        { path: way.path },
      );
      expect(await sh(`tar -tf "$RELEASE/kubeslice-image-${version}.tar"`)).toContain(`blobs/sha256/${digest.trim()}`);
    });

    test('and all of it goes again', async () => {
      const seconds = await type(way, way.remove);
      console.log(`${way.title}: removed by ${way.remove.length} commands in ${seconds} s`);
      for (const context of ['hub', ...members]) {
        const left = await sh(
          `export KUBECONFIG=$PWD/kubeconfig
           kubectl --context ${context} get namespaces,customresourcedefinitions,clusterroles,validatingadmissionpolicies -o name | grep kubeslice || true`,
          { path: way.path },
        );
        expect(left, context).toBe('');
        // Helm keeps its releases in the namespaces that are gone.
        expect(await sh(`export KUBECONFIG=$PWD/kubeconfig\nhelm --kube-context ${context} list -A -q`, { path: way.path }), context).toBe(
          '',
        );
        if (context !== 'hub')
          await sh(`export KUBECONFIG=$PWD/kubeconfig\nkubectl --context ${context} delete namespace app-ns --wait --timeout=60s`, {
            path: way.path,
          });
      }
    });
  });
});
